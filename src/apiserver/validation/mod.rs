//! What the programs of a control plane and of nodes ask of the files that they read when they start, beyond the types of the
//! fields: one file for each kind, with functions of upstream's names. Like [`crate::k8s::validation`], of which it has its
//! tools. A file that is wrong ends the program that reads it.

mod admission;
mod audit;
mod authentication;
mod authorization;
mod egress;
mod encryption;
mod kubeadm;
mod kubelet;
mod logging;
mod pod_security;
mod proxy;
mod scheduler;
mod tools;
mod tracing;

pub use admission::inner;

use crate::k8s::resources::group_of;
use crate::k8s::validation::{At, Errors, Violation};
use crate::k8s::version::Version;
use crate::yaml::Node;

/// What the program of a release that reads such a file would refuse in it.
pub fn validate<'d, 's>(root: Node<'d, 's>, api_version: &str, kind: &str, version: Version) -> Vec<Violation<'d, 's>> {
    let mut errors = Errors::new(version);
    let at = At::item(root);
    match (group_of(api_version), kind) {
        ("audit.k8s.io", "Policy") => audit::validate_policy(at, &mut errors),
        (_, "EncryptionConfiguration") => encryption::validate_encryption_configuration(at, &mut errors),
        (_, "AuthenticationConfiguration") => authentication::validate_authentication_configuration(at, &mut errors),
        (_, "AuthorizationConfiguration") => authorization::validate_authorization_configuration(at, &mut errors),
        (_, "AdmissionConfiguration") => admission::validate_admission_configuration(at, &mut errors),
        (_, "PodSecurityConfiguration") => pod_security::validate_pod_security_configuration(at, &mut errors),
        ("eventratelimit.admission.k8s.io", "Configuration") => {
            admission::validate_event_rate_limit(at, &mut errors);
        }
        (_, "ResourceQuotaConfiguration") => admission::validate_resource_quota(at, &mut errors),
        (_, "EgressSelectorConfiguration") => egress::validate_egress_selector_configuration(at, &mut errors),
        (_, "TracingConfiguration") => tracing::validate_tracing_configuration(at, &mut errors),
        (_, "KubeletConfiguration") => kubelet::validate_kubelet_configuration(at, &mut errors),
        (_, "KubeProxyConfiguration") => proxy::validate(at, &mut errors),
        (_, "KubeSchedulerConfiguration") => scheduler::validate_kube_scheduler_configuration(at, &mut errors),
        ("kubeadm.k8s.io", _) => kubeadm::validate(at, kind, &mut errors),
        _ => {}
    }
    errors.into_violations()
}
