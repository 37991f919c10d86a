//! Rules in CEL, as the API server evaluates them in a `ValidatingAdmissionPolicy`: one file per rule. The lists are those of the
//! rule itself.
//!
//! An object may lack any field: `.?field` and `has()` go before each that is not required.

mod allow_privilege_escalation;
mod apparmor_profile;
mod capabilities_baseline;
mod capabilities_restricted;
mod expression;
mod host_namespaces;
mod host_path_volumes;
mod host_ports;
mod host_probes_and_host_lifecycle;
mod host_user_namespace;
mod image_digest;
mod image_registry;
mod malformed_image;
mod mutable_image_tag;
mod privileged;
mod proc_mount;
mod proc_mount_restricted;
mod restricted_volumes;
mod run_as_non_root;
mod run_as_user;
mod seccomp_profile_baseline;
mod seccomp_profile_restricted;
mod selinux_options;
mod shared_process_namespace;
mod sysctls;
mod text;
mod variables;
mod windows_host_process;
mod writable_root_filesystem;

pub(super) use expression::Cel;
use expression::{unless_user_namespace, unless_windows};
use text::list;
pub(super) use text::text;
pub(super) use variables::{CHANGES_PODS, Variable};

/// The rules that can be said in CEL, in the order of the table.
pub(super) const RULES: &[Cel] = &[
    apparmor_profile::CEL,
    capabilities_baseline::CEL,
    host_namespaces::CEL,
    host_path_volumes::CEL,
    host_ports::CEL,
    host_probes_and_host_lifecycle::CEL,
    privileged::CEL,
    proc_mount::CEL,
    selinux_options::CEL,
    seccomp_profile_baseline::CEL,
    sysctls::CEL,
    windows_host_process::CEL,
    allow_privilege_escalation::CEL,
    capabilities_restricted::CEL,
    proc_mount_restricted::CEL,
    restricted_volumes::CEL,
    run_as_non_root::CEL,
    run_as_user::CEL,
    seccomp_profile_restricted::CEL,
    writable_root_filesystem::CEL,
    shared_process_namespace::CEL,
    host_user_namespace::CEL,
    mutable_image_tag::CEL,
    image_digest::CEL,
    image_registry::CEL,
    malformed_image::CEL,
];
