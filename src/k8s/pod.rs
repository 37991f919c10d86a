//! The pod spec inside every workload kind, its fields looked up once, so that many rules can ask for them cheaply.

use super::object::Object;
use crate::yaml::{Fingerprint, Kind as NodeKind, Node, Span};

/// A key with its value. Values that are null count as absent, as they do for the API server.
#[derive(Debug, Clone, Copy)]
pub struct Field<'d, 's> {
    pub key: Node<'d, 's>,
    /// The value, never null.
    pub value: Node<'d, 's>,
}

impl<'d, 's> Field<'d, 's> {
    /// A field of any mapping; `None` where it is absent or null.
    pub fn of(node: Node<'d, 's>, name: &str) -> Option<Self> {
        let (key, value) = node.field(name)?;
        (!value.is_null()).then_some(Self { key, value })
    }

    /// From the key to the end of the value's first token, for a label on both.
    pub fn span(self) -> Span {
        let (key, value) = (self.key.span(), self.value.span());
        if self.value.kind() == NodeKind::Scalar && value.start >= key.end {
            Span { start: key.start, end: value.end }
        } else {
            key
        }
    }

    /// The value as a boolean; `None` for other types.
    pub fn as_bool(self) -> Option<bool> {
        self.value.as_bool()
    }

    /// Whether the value is `true`.
    pub fn is_true(self) -> bool {
        self.as_bool() == Some(true)
    }
}

/// Whether an optional field is the boolean `true`.
pub fn is_true(field: Option<Field<'_, '_>>) -> bool {
    field.is_some_and(Field::is_true)
}

/// Whether an optional field is the boolean `false`.
pub fn is_false(field: Option<Field<'_, '_>>) -> bool {
    field.and_then(Field::as_bool) == Some(false)
}

macro_rules! view {
    ($(#[doc = $doc:literal])* $name:ident { $( $field:ident $key:literal, )* }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, Default)]
        pub struct $name<'d, 's> {
            $(
                #[doc = concat!("`", $key, "`.")]
                pub $field: Option<Field<'d, 's>>,
            )*
        }

        impl<'d, 's> $name<'d, 's> {
            /// Looks the fields up; what is no mapping has none.
            pub fn of(node: Node<'d, 's>) -> Self {
                let mut view = Self::default();
                for (key, value) in node.fields() {
                    let Some(print) = key.fingerprint() else { continue };
                    let slot = $(
                        if print == const { Fingerprint::of($key) } && key.text() == Some($key) {
                            &mut view.$field
                        } else
                    )* {
                        continue;
                    };
                    // the last of duplicates counts, a null too
                    *slot = (!value.is_null()).then_some(Field { key, value });
                }
                view
            }

            /// As [`Self::of`], for a field that may be absent.
            pub fn below(field: Option<Field<'d, 's>>) -> Self {
                field.map(|field| Self::of(field.value)).unwrap_or_default()
            }
        }
    };
}

view! {
    /// The fields of a pod spec.
    PodFields {
        active_deadline_seconds "activeDeadlineSeconds",
        affinity "affinity",
        automount_service_account_token "automountServiceAccountToken",
        containers "containers",
        dns_config "dnsConfig",
        dns_policy "dnsPolicy",
        enable_service_links "enableServiceLinks",
        ephemeral_containers "ephemeralContainers",
        host_aliases "hostAliases",
        host_ipc "hostIPC",
        host_network "hostNetwork",
        host_pid "hostPID",
        host_users "hostUsers",
        image_pull_secrets "imagePullSecrets",
        init_containers "initContainers",
        node_name "nodeName",
        node_selector "nodeSelector",
        os "os",
        priority_class_name "priorityClassName",
        resources "resources",
        restart_policy "restartPolicy",
        runtime_class_name "runtimeClassName",
        security_context "securityContext",
        service_account "serviceAccount",
        service_account_name "serviceAccountName",
        share_process_namespace "shareProcessNamespace",
        subdomain "subdomain",
        termination_grace_period_seconds "terminationGracePeriodSeconds",
        tolerations "tolerations",
        topology_spread_constraints "topologySpreadConstraints",
        volumes "volumes",
    }
}

view! {
    /// The fields of a container, an init container or an ephemeral one.
    ContainerFields {
        args "args",
        command "command",
        env "env",
        env_from "envFrom",
        image "image",
        image_pull_policy "imagePullPolicy",
        lifecycle "lifecycle",
        liveness_probe "livenessProbe",
        name "name",
        ports "ports",
        readiness_probe "readinessProbe",
        resources "resources",
        restart_policy "restartPolicy",
        security_context "securityContext",
        startup_probe "startupProbe",
        stdin "stdin",
        tty "tty",
        volume_devices "volumeDevices",
        volume_mounts "volumeMounts",
        working_dir "workingDir",
    }
}

view! {
    /// The fields of a security context: of a pod, or of a container, which know some of them only.
    SecurityFields {
        allow_privilege_escalation "allowPrivilegeEscalation",
        app_armor_profile "appArmorProfile",
        capabilities "capabilities",
        fs_group "fsGroup",
        privileged "privileged",
        proc_mount "procMount",
        read_only_root_filesystem "readOnlyRootFilesystem",
        run_as_group "runAsGroup",
        run_as_non_root "runAsNonRoot",
        run_as_user "runAsUser",
        se_linux_options "seLinuxOptions",
        seccomp_profile "seccompProfile",
        supplemental_groups "supplementalGroups",
        sysctls "sysctls",
        windows_options "windowsOptions",
    }
}

/// Which list of the pod spec a container stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `initContainers`.
    Init,
    /// `containers`.
    Main,
    /// `ephemeralContainers`.
    Ephemeral,
}

/// A container of a pod.
#[derive(Debug, Clone, Copy)]
pub struct Container<'d, 's> {
    /// The whole of it.
    pub node: Node<'d, 's>,
    /// Which list it stands in.
    pub role: Role,
    /// Its place in that list, from 0.
    pub index: usize,
    pub fields: ContainerFields<'d, 's>,
    /// The fields of its security context.
    pub security: SecurityFields<'d, 's>,
}

impl<'d, 's> Container<'d, 's> {
    fn new(node: Node<'d, 's>, role: Role, index: usize) -> Self {
        let fields = ContainerFields::of(node);
        Self { node, role, index, fields, security: SecurityFields::below(fields.security_context) }
    }

    /// Its name; empty if it has none.
    pub fn name(&self) -> &'d str {
        self.fields.name.and_then(|name| name.value.as_str()).unwrap_or("")
    }

    /// Where to point for what the container lacks: its name, or else its first line.
    pub fn place(&self) -> Span {
        self.fields.name.map_or_else(|| head(self.node), Field::span)
    }

    /// Where to point for what its security context lacks: the key `securityContext`, or the container.
    pub fn security_place(&self) -> Span {
        self.fields.security_context.map_or_else(|| self.place(), |field| field.key.span())
    }

    /// Whether it is an init container that keeps running beside the others (a sidecar).
    pub fn is_sidecar(&self) -> bool {
        self.role == Role::Init && self.fields.restart_policy.and_then(|policy| policy.value.as_str()) == Some("Always")
    }
}

/// The first key of a mapping, or the node itself.
pub fn head(node: Node<'_, '_>) -> Span {
    node.entries().next().map_or_else(|| node.span(), |(key, _)| key.span())
}

/// The pods of an object: those that it is, or makes.
#[derive(Debug, Clone)]
pub struct Pod<'d, 's> {
    /// The pod spec.
    pub spec: Node<'d, 's>,
    /// The metadata of the pods, if it is there.
    pub metadata: Option<Node<'d, 's>>,
    /// The key that the pod spec stands under: where to point for what it lacks.
    pub place: Span,
    /// Its fields.
    pub fields: PodFields<'d, 's>,
    /// The fields of its security context.
    pub security: SecurityFields<'d, 's>,
    /// Init containers, then containers, then ephemeral ones, each in their order: as Pod Security Admission visits them.
    pub containers: Vec<Container<'d, 's>>,
}

impl<'d, 's> Pod<'d, 's> {
    /// The pods of an object; `None` if its kind has none, or its pod spec is no mapping.
    pub fn of(object: &Object<'d, 's>) -> Option<Self> {
        let path = object.kind.pod_path()?;
        let (last, parents) = path.spec.split_last()?;
        let spec = Field::of(object.root.path(parents)?, last)?;
        if spec.value.kind() != NodeKind::Mapping {
            return None;
        }
        let metadata = object.root.path(path.metadata).filter(|node| node.kind() == NodeKind::Mapping);
        let fields = PodFields::of(spec.value);
        let lists = [
            (fields.init_containers, Role::Init),
            (fields.containers, Role::Main),
            (fields.ephemeral_containers, Role::Ephemeral),
        ];
        let mut containers = Vec::with_capacity(2);
        for (list, role) in lists {
            let items = list.into_iter().flat_map(|list| list.value.items().enumerate());
            let items = items.filter(|(_, node)| node.kind() == NodeKind::Mapping);
            containers.extend(items.map(|(index, node)| Container::new(node, role, index)));
        }
        let security = SecurityFields::below(fields.security_context);
        Some(Self { spec: spec.value, metadata, place: spec.key.span(), fields, security, containers })
    }

    /// Where to point for what the pod's security context lacks: its key, or that of the pod spec.
    pub fn security_place(&self) -> Span {
        self.fields.security_context.map_or(self.place, |field| field.key.span())
    }

    /// The containers of one list.
    pub fn of_role(&self, role: Role) -> impl Iterator<Item = &Container<'d, 's>> {
        self.containers.iter().filter(move |container| container.role == role)
    }

    /// The service account that it runs as: the API server takes the deprecated field where the other is empty.
    pub fn service_account(&self) -> &'d str {
        let names = [self.fields.service_account_name, self.fields.service_account];
        let mut names = names.into_iter().flatten().filter_map(|field| field.value.as_str());
        names.find(|name| !name.is_empty()).unwrap_or("default")
    }

    /// Whether `spec.os.name` says `windows`: Pod Security exempts such pods from what Linux alone has.
    pub fn is_windows(&self) -> bool {
        let name = self.fields.os.and_then(|os| os.value.get("name"));
        name.and_then(Node::as_str) == Some("windows")
    }

    /// Whether `spec.hostUsers` is `false`: root in the container is nobody on the node.
    pub fn has_user_namespace(&self) -> bool {
        is_false(self.fields.host_users)
    }

    /// An annotation of the pods.
    pub fn annotations(&self) -> impl Iterator<Item = (Node<'d, 's>, Node<'d, 's>)> + use<'d, 's> {
        let annotations = self.metadata.and_then(|metadata| metadata.get("annotations"));
        annotations.into_iter().flat_map(Node::fields)
    }
}
