//! The programs of the control plane and of nodes: their flags, the files that these name, and how they fit together.

mod admission_control_flag;
mod alpha_features;
mod always_admit;
mod always_pull_images;
mod anonymous_auth;
mod anonymous_probes;
mod audit_gaps;
mod audit_log;
mod audit_policy;
mod audit_policy_none;
mod audit_retention;
mod audit_secret_bodies;
mod authorization_mode;
mod config_api_version;
mod conflicting_flags;
mod control_plane_bind_address;
mod deny_service_external_ips;
mod deprecated_flag;
mod detached_boolean;
mod disabled_admission_plugin;
mod encryption_at_rest;
mod encryption_key;
mod encryption_provider;
mod etcd_client_certificate;
mod etcd_plain_listener;
mod etcd_shared_ca;
mod event_rate_limit;
mod event_rate_limit_config;
mod gates;
mod http2_cipher_suites;
mod image_policy_default_allow;
mod invalid_flag_value;
mod kube_proxy_metrics;
mod kubeadm_api_version;
mod kubeconfig_mode;
mod kubelet_authorization;
mod kubelet_certificate_rotation_gate;
mod kubelet_pod_pids;
mod kubelet_read_only_port;
mod kubelet_rotate_certificates;
mod kubelet_serving_certificate;
mod kubelet_streaming_timeout;
mod locked_feature_gate;
mod malformed_argument;
mod node_restriction;
mod pod_security_defaults;
mod removed_admission_plugin;
mod removed_feature_gate;
mod removed_flag;
mod repeated_flag;
mod request_timeout;
mod required;
mod scheduler_profiling;
mod shared_front_proxy_ca;
mod stig_audit_policy;
mod tls_min_version;
mod tools;
mod unknown_admission_plugin;
mod unknown_feature_gate;
mod unknown_flag;
mod unmounted_file;
mod unquoted_boolean;
mod weak_cipher_suites;
mod wrong_config_kind;

use super::rule::Rule;
pub use weak_cipher_suites::is_admitted as is_admitted_suite;

pub(super) const RULES: &[&Rule] = &[
    &anonymous_auth::RULE,
    &anonymous_probes::RULE,
    &required::TOKEN_AUTH_FILE,
    &authorization_mode::RULE,
    &node_restriction::RULE,
    &always_admit::RULE,
    &disabled_admission_plugin::RULE,
    &deny_service_external_ips::RULE,
    &event_rate_limit::RULE,
    &always_pull_images::RULE,
    &event_rate_limit_config::RULE,
    &pod_security_defaults::RULE,
    &image_policy_default_allow::RULE,
    &required::PROFILING,
    &audit_log::RULE,
    &audit_policy::RULE,
    &audit_retention::RULE,
    &audit_policy_none::RULE,
    &audit_secret_bodies::RULE,
    &audit_gaps::RULE,
    &stig_audit_policy::RULE,
    &required::SERVICE_ACCOUNT_LOOKUP,
    &required::SERVICE_ACCOUNT_KEY,
    &etcd_client_certificate::RULE,
    &required::KUBELET_CLIENT_CERTIFICATE,
    &required::KUBELET_CERTIFICATE_AUTHORITY,
    &kubelet_serving_certificate::RULE,
    &required::SERVING_CERTIFICATE,
    &required::CLIENT_CA,
    &encryption_at_rest::RULE,
    &encryption_provider::RULE,
    &encryption_key::RULE,
    &tls_min_version::RULE,
    &weak_cipher_suites::RULE,
    &http2_cipher_suites::RULE,
    &required::SERVICE_ACCOUNT_TOKEN_EXPIRATION,
    &shared_front_proxy_ca::RULE,
    &conflicting_flags::RULE,
    &removed_flag::RULE,
    &unknown_flag::RULE,
    &malformed_argument::RULE,
    &invalid_flag_value::RULE,
    &repeated_flag::RULE,
    &deprecated_flag::RULE,
    &admission_control_flag::RULE,
    &removed_admission_plugin::RULE,
    &unknown_admission_plugin::RULE,
    &removed_feature_gate::RULE,
    &unknown_feature_gate::RULE,
    &locked_feature_gate::RULE,
    &alpha_features::RULE,
    &detached_boolean::RULE,
    &unquoted_boolean::RULE,
    &unmounted_file::RULE,
    &kubeadm_api_version::RULE,
    &config_api_version::RULE,
    &wrong_config_kind::RULE,
    &request_timeout::RULE,
    &required::TERMINATED_POD_GC,
    &required::SERVICE_ACCOUNT_CREDENTIALS,
    &required::CONTROLLER_MANAGER_KEYS,
    &kubelet_certificate_rotation_gate::RULE,
    &control_plane_bind_address::RULE,
    &required::ETCD_TLS,
    &required::ETCD_CLIENT_AUTH,
    &required::ETCD_AUTO_TLS,
    &etcd_plain_listener::RULE,
    &etcd_shared_ca::RULE,
    &kubeconfig_mode::RULE,
    &required::KUBELET_ANONYMOUS_AUTH,
    &kubelet_authorization::RULE,
    &required::KUBELET_CLIENT_CA,
    &kubelet_read_only_port::RULE,
    &kubelet_streaming_timeout::RULE,
    &required::KUBELET_IPTABLES,
    &required::KUBELET_HOSTNAME_OVERRIDE,
    &kubelet_rotate_certificates::RULE,
    &kubelet_pod_pids::RULE,
    &required::KUBELET_SECCOMP_DEFAULT,
    &required::KUBELET_PROTECT_KERNEL,
    &kube_proxy_metrics::RULE,
];
