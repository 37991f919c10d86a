//! What the exam of the Certified Kubernetes Security Specialist asks for, by its outline of version 1.34
//! (`CKS_Curriculum` in `cncf/curriculum`), in short words.

use crate::decode::string_enum;

string_enum! {
    /// A topic of the outline.
    Cks {
        /// Network policies between pods, namespaces and the outside.
        "network-policies" NetworkPolicies,
        /// The configuration of the components, by the CIS benchmark.
        "cis-benchmark" CisBenchmark,
        /// Ingress with TLS.
        "ingress-tls" IngressTls,
        /// What a pod can learn from the node and the cloud's metadata.
        "node-metadata" NodeMetadata,
        /// The binaries of the platform, before they are used.
        "binaries" Binaries,
        /// Roles, and who has them.
        "rbac" Rbac,
        /// Service accounts, their tokens and defaults.
        "service-accounts" ServiceAccounts,
        /// Who reaches the API at all.
        "api-access" ApiAccess,
        /// Upgrades.
        "upgrades" Upgrades,
        /// What runs on the host.
        "host-footprint" HostFootprint,
        /// Identities with the least rights.
        "least-privilege" LeastPrivilege,
        /// What is open to the network.
        "external-access" ExternalAccess,
        /// seccomp and `AppArmor`.
        "kernel-hardening" KernelHardening,
        /// The Pod Security Standards.
        "pod-security" PodSecurity,
        /// Secrets.
        "secrets" Secrets,
        /// Isolation of tenants and sandboxes.
        "isolation" Isolation,
        /// Encryption between pods.
        "pod-encryption" PodEncryption,
        /// Small base images.
        "base-images" BaseImages,
        /// Bills of materials and pipelines.
        "supply-chain" SupplyChain,
        /// Which registries, signatures and digests are taken.
        "registries" Registries,
        /// Static analysis of manifests and images.
        "static-analysis" StaticAnalysis,
        /// Behaviour that is odd, and the phases of an attack.
        "detection" Detection,
        /// Containers that do not change while they run.
        "immutability" Immutability,
        /// The audit log.
        "audit" Audit,
    }
}

impl Cks {
    /// The domain that it belongs to.
    pub fn domain(self) -> &'static str {
        match self {
            Self::NetworkPolicies | Self::CisBenchmark | Self::IngressTls | Self::NodeMetadata | Self::Binaries => {
                "Cluster Setup"
            }
            Self::Rbac | Self::ServiceAccounts | Self::ApiAccess | Self::Upgrades => "Cluster Hardening",
            Self::HostFootprint | Self::LeastPrivilege | Self::ExternalAccess | Self::KernelHardening => {
                "System Hardening"
            }
            Self::PodSecurity | Self::Secrets | Self::Isolation | Self::PodEncryption => {
                "Minimize Microservice Vulnerabilities"
            }
            Self::BaseImages | Self::SupplyChain | Self::Registries | Self::StaticAnalysis => "Supply Chain Security",
            Self::Detection | Self::Immutability | Self::Audit => "Monitoring, Logging and Runtime Security",
        }
    }

    /// Why the course that comes with tightship does not cover it, where it does not.
    pub fn left_out(self) -> &'static str {
        match self {
            Self::NodeMetadata => "needs a cloud",
            Self::Binaries => "is a checksum, and no cluster is needed for it",
            Self::Upgrades => "needs packages of two releases",
            Self::HostFootprint => "the node of kind is not a host that anybody runs",
            Self::PodEncryption => "needs the images of a mesh or of another network",
            Self::BaseImages | Self::SupplyChain => "needs a registry and scanners",
            Self::Detection => "needs an agent with a kernel module or eBPF",
            Self::Isolation => "sandboxes need another runtime; tenants are what a workshop has",
            _ => "not yet",
        }
    }
}
