//! Hardening of pods beyond the Pod Security Standards.

mod added_capability;
mod control_plane_toleration;
mod default_service_account;
mod deprecated_service_account;
mod device_admin_access;
mod duplicate_env;
mod duplicate_name;
mod duplicate_port;
mod duplicates;
mod fixed_node;
mod host_aliases;
mod host_user_namespace;
mod image_groups;
mod interactive_container;
mod literal_secret;
mod low_user_id;
mod missing_liveness_probe;
mod missing_readiness_probe;
mod mounted_token;
mod no_cpu_limit;
mod no_cpu_request;
mod no_disruption_budget;
mod no_ephemeral_storage_limit;
mod no_memory_limit;
mod no_memory_request;
mod no_spreading;
mod no_starting_deadline;
mod privileged_port;
mod probes;
mod replicas_beside_autoscaler;
mod request_above_limit;
mod resources;
mod root_group;
mod run_as_root;
mod runtime_socket;
mod secret_in_config_map;
mod secret_in_env;
mod secret_in_manifest;
mod sensitive_host_path;
mod service_links;
mod shared_process_namespace;
mod single_replica;
mod ssh_port;
mod unknown_volume;
mod unlimited_empty_dir;
mod user_of_image;
mod volumes;
mod writable_host_path;
mod writable_root_filesystem;

use super::rule::Rule;

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
    &literal_secret::RULE,
    &secret_in_config_map::RULE,
    &secret_in_manifest::RULE,
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
    &duplicate_name::RULE,
    &duplicate_env::RULE,
    &duplicate_port::RULE,
    &request_above_limit::RULE,
    &missing_readiness_probe::RULE,
    &missing_liveness_probe::RULE,
    &single_replica::RULE,
    &device_admin_access::RULE,
    &no_starting_deadline::RULE,
    &no_spreading::RULE,
    &replicas_beside_autoscaler::RULE,
    &no_disruption_budget::RULE,
];
