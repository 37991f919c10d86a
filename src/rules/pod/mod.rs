//! Hardening of pods beyond the Pod Security Standards.

mod added_capability;
mod control_plane_toleration;
mod default_service_account;
mod deprecated_service_account;
mod fixed_node;
mod host_aliases;
mod host_user_namespace;
mod image_groups;
mod interactive_container;
mod low_user_id;
mod mounted_token;
mod no_cpu_limit;
mod no_cpu_request;
mod no_ephemeral_storage_limit;
mod no_memory_limit;
mod no_memory_request;
mod privileged_port;
mod resources;
mod root_group;
mod run_as_root;
mod runtime_socket;
mod secret_in_env;
mod sensitive_host_path;
mod service_links;
mod shared_process_namespace;
mod ssh_port;
mod unknown_volume;
mod unlimited_empty_dir;
mod user_of_image;
mod volumes;
mod writable_host_path;
mod writable_root_filesystem;

use super::rule::Rule;
use crate::kube::pod::Pod;

/// Its rules.
pub(super) const RULES: &[&Rule] = &[
    &writable_root_filesystem::RULE,
    &run_as_root::RULE,
    &low_user_id::RULE,
    &root_group::RULE,
    &added_capability::RULE,
    &host_user_namespace::RULE,
    &shared_process_namespace::RULE,
    &mounted_token::RULE,
    &default_service_account::RULE,
    &deprecated_service_account::RULE,
    &secret_in_env::RULE,
    &service_links::RULE,
    &host_aliases::RULE,
    &no_memory_limit::RULE,
    &no_cpu_limit::RULE,
    &no_ephemeral_storage_limit::RULE,
    &no_memory_request::RULE,
    &no_cpu_request::RULE,
    &runtime_socket::RULE,
    &sensitive_host_path::RULE,
    &writable_host_path::RULE,
    &unlimited_empty_dir::RULE,
    &unknown_volume::RULE,
    &fixed_node::RULE,
    &control_plane_toleration::RULE,
    &ssh_port::RULE,
    &privileged_port::RULE,
    &interactive_container::RULE,
    &image_groups::RULE,
    &user_of_image::RULE,
];

/// The service account that a pod runs as: the API server takes the deprecated field where the other is empty.
fn service_account<'d>(pod: &Pod<'d, '_>) -> &'d str {
    let names = [pod.fields.service_account_name, pod.fields.service_account];
    let mut names = names.into_iter().flatten().filter_map(|field| field.value.as_str());
    names.find(|name| !name.is_empty()).unwrap_or("default")
}
