//! The kinds that the program itself asks for.

/// Kinds of Kubernetes, and of those that everybody knows. Their group, plural and scope are in the table of resources;
/// `build.rs` looks each of them up there.
macro_rules! kinds {
    ($($kind:ident),* $(,)?) => {
        /// A kind that the program knows; the group decides, not its version.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind {
            $($kind,)*
            /// Any other: a built-in kind that nothing asks for, or a custom resource.
            Other,
        }

        impl Kind {
            /// Every kind but [`Kind::Other`].
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// Its name; empty for [`Kind::Other`].
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => stringify!($kind),)*
                    Self::Other => "",
                }
            }

            /// The kind of a name, whatever its group.
            pub fn named(name: &str) -> Self {
                match name {
                    $(stringify!($kind) => Self::$kind,)*
                    _ => Self::Other,
                }
            }
        }
    };
}

kinds!(
    Pod,
    PodTemplate,
    ReplicationController,
    ReplicaSet,
    Deployment,
    StatefulSet,
    DaemonSet,
    Job,
    CronJob,
    Namespace,
    Node,
    ServiceAccount,
    Service,
    ConfigMap,
    Secret,
    ResourceQuota,
    LimitRange,
    PersistentVolume,
    NetworkPolicy,
    Ingress,
    Gateway,
    HTTPRoute,
    Role,
    ClusterRole,
    RoleBinding,
    ClusterRoleBinding,
    CertificateSigningRequest,
    ValidatingAdmissionPolicy,
    ValidatingAdmissionPolicyBinding,
);
