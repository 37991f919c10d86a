//! `validateContainers`, `validateInitContainers`, `validateEphemeralContainers` and what they share.

use super::context::Pod;
use super::{env, probe, resources, security, volume};
use crate::k8s::validation::{At, Errors, Seen, at};

/// The lists of containers, in the order in which upstream looks at them.
const LISTS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// What an ephemeral container cannot have.
const NOT_EPHEMERAL: [&str; 8] = [
    "ports",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "lifecycle",
    "resources",
    "resizePolicy",
    "restartPolicy",
];

/// All containers of a pod.
pub(super) fn validate_containers<'d, 's>(spec: At<'d, 's>, pod: &Pod<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [main, init, ephemeral] = spec.fields(LISTS);
    let mut ports = Seen::default();
    for item in main.into_iter().flat_map(At::items) {
        errors.within(item.text("name"));
        let container = Container::of(item);
        container.validate_common(pod, errors);
        container.validate_probes(pod, errors);
        container.validate_restart(false, errors);
        container.validate_host_ports(&mut ports, errors);
    }
    for item in init.into_iter().flat_map(At::items) {
        errors.within(item.text("name"));
        validate_init_container(&Container::of(item), pod, errors);
    }
    for item in ephemeral.into_iter().flat_map(At::items) {
        errors.within(item.text("name"));
        validate_ephemeral_container(&Container::of(item), main, init, pod, errors);
    }
    errors.within(None);
}

/// `validateInitContainers`, for one.
fn validate_init_container<'d, 's>(container: &Container<'d, 's>, pod: &Pod<'d, 's>, errors: &mut Errors<'d, 's>) {
    container.validate_common(pod, errors);
    container.validate_restart(true, errors);
    container.validate_host_ports(&mut Seen::default(), errors);
    if at::text(container.restart_policy) == Some("Always") {
        container.validate_probes(pod, errors);
        return;
    }
    let fields = [container.lifecycle, container.liveness, container.readiness, container.startup];
    for field in fields.into_iter().flatten() {
        errors.forbidden(field, "may not be set in an init container without `restartPolicy: Always`");
    }
}

/// `validateEphemeralContainers`, for one.
fn validate_ephemeral_container<'d, 's>(
    container: &Container<'d, 's>,
    main: Option<At<'d, 's>>,
    init: Option<At<'d, 's>>,
    pod: &Pod<'d, 's>,
    errors: &mut Errors<'d, 's>,
) {
    container.validate_common(pod, errors);
    let names = || [main, init].into_iter().flatten().flat_map(At::items).filter_map(|item| item.text("name"));
    if let Some(target) = container.item.get("targetContainerName")
        && let Some(name) = target.str()
        && !names().any(|known| known == name)
    {
        errors.not_found(target, format!("names the container `{name}`, which the pod does not have"));
    }
    for field in container.item.present(NOT_EPHEMERAL) {
        errors.forbidden(field, "may not be set in an ephemeral container");
    }
    for mount in container.mounts.into_iter().flat_map(At::items) {
        for field in mount.present(["subPath", "subPathExpr"]).filter(|field| field.str().is_some()) {
            errors.forbidden(field, "may not be set in an ephemeral container");
        }
    }
}

/// A container with the fields that more than one function looks at.
#[derive(Debug, Clone, Copy)]
struct Container<'d, 's> {
    item: At<'d, 's>,
    env: Option<At<'d, 's>>,
    env_from: Option<At<'d, 's>>,
    lifecycle: Option<At<'d, 's>>,
    liveness: Option<At<'d, 's>>,
    mounts: Option<At<'d, 's>>,
    devices: Option<At<'d, 's>>,
    ports: Option<At<'d, 's>>,
    readiness: Option<At<'d, 's>>,
    resize: Option<At<'d, 's>>,
    resources: Option<At<'d, 's>>,
    restart_policy: Option<At<'d, 's>>,
    restart_rules: Option<At<'d, 's>>,
    security: Option<At<'d, 's>>,
    startup: Option<At<'d, 's>>,
}

impl<'d, 's> Container<'d, 's> {
    fn of(item: At<'d, 's>) -> Self {
        let names = [
            "env",
            "envFrom",
            "lifecycle",
            "livenessProbe",
            "volumeMounts",
            "volumeDevices",
            "ports",
            "readinessProbe",
            "resizePolicy",
            "resources",
            "restartPolicy",
            "restartPolicyRules",
            "securityContext",
            "startupProbe",
        ];
        let [
            env,
            env_from,
            lifecycle,
            liveness,
            mounts,
            devices,
            ports,
            readiness,
            resize,
            resources,
            restart_policy,
            restart_rules,
            security,
            startup,
        ] = item.fields(names);
        Self {
            item,
            env,
            env_from,
            lifecycle,
            liveness,
            mounts,
            devices,
            ports,
            readiness,
            resize,
            resources,
            restart_policy,
            restart_rules,
            security,
            startup,
        }
    }

    /// `validateContainerCommon`. Of a template `missing-field` says nothing, as the schema calls the image optional.
    fn validate_common(&self, pod: &Pod<'d, 's>, errors: &mut Errors<'d, 's>) {
        // a pod's own images are asked for by the rule itself
        if !pod.owner.is_pod && self.item.text("image").is_none() && self.item.get("image").is_none_or(At::is_empty) {
            errors.required(self.item, "image", "");
        }
        if let Some(env) = self.env {
            env::validate_env(env, pod, errors);
        }
        if let Some(env_from) = self.env_from {
            env::validate_env_from(env_from, errors);
        }
        let privileged = self.security.and_then(|context| context.get("privileged"));
        if let Some(mounts) = self.mounts {
            volume::validate_volume_mounts(mounts, self.devices, at::is_true(privileged), errors);
        }
        if let Some(devices) = self.devices {
            volume::validate_volume_devices(devices, pod, errors);
        }
        if let Some(own) = self.resources {
            resources::validate_resource_requirements(own, Some(pod), errors);
        }
        if let Some(resize) = self.resize {
            resources::validate_resize_policy(resize, pod, errors);
        }
        if let Some(context) = self.security {
            security::validate_security_context(context, pod, errors);
        }
        if pod.host_network {
            self.validate_host_network(errors);
        }
    }

    /// The probes and hooks of a container that runs beside others.
    fn validate_probes(&self, pod: &Pod<'d, 's>, errors: &mut Errors<'d, 's>) {
        if let Some(lifecycle) = self.lifecycle {
            probe::validate_lifecycle(lifecycle, pod, errors);
        }
        for (field, ready) in [(self.liveness, false), (self.readiness, true), (self.startup, false)] {
            if let Some(field) = field {
                probe::validate_probe(field, ready, errors);
            }
        }
    }

    /// `validateContainerRestartPolicy` and `validateInitContainerRestartPolicy`, from the release that has rules for it.
    fn validate_restart(&self, init: bool, errors: &mut Errors<'d, 's>) {
        let rules = self.restart_rules.filter(|rules| !rules.is_empty());
        match (self.restart_policy, init) {
            (Some(policy), true) if errors.version.minor() == 33 && policy.str() != Some("Always") => {
                errors.not_supported(policy, &["Always"]);
            }
            (Some(policy), false) if errors.version.minor() == 33 => {
                errors.forbidden(policy, "may not be set in a container that is no init container");
            }
            // 1.34 has the gate ContainerRestartRules off, and drops what it does not know
            _ if errors.version.minor() < 35 => return,
            (None, _) if rules.is_some() => {
                errors.required(self.item, "restartPolicy", "`restartPolicyRules` are exceptions from it");
            }
            (Some(policy), _) if !matches!(policy.str(), Some("Always" | "OnFailure" | "Never")) => {
                errors.not_supported(policy, &["Always", "Never", "OnFailure"]);
            }
            (Some(policy), true) if policy.str() == Some("Always") => {
                if let Some(rules) = rules {
                    errors.conflict(rules, "may not be set beside `restartPolicy: Always`", Some(policy), "the policy");
                }
            }
            _ => {}
        }
        for rule in rules.into_iter().flat_map(At::items) {
            if rule.get("exitCodes").is_none() {
                errors.required(rule, "exitCodes", "");
            }
        }
    }

    /// `validatePodHostNetworkDeps`: a port of a pod in the node's network is the node's. The server fills in `hostPort`.
    fn validate_host_network(&self, errors: &mut Errors<'d, 's>) {
        for port in self.ports.into_iter().flat_map(At::items) {
            let [host, own] = port.fields(["hostPort", "containerPort"]);
            let number = host.and_then(At::int).filter(|number| *number != 0);
            if let (Some(host), Some(_)) = (host, number.filter(|number| own.and_then(At::int) != Some(*number))) {
                errors.invalid_beside(host, "must be `containerPort` while `hostNetwork` is true", own, "the port");
            }
        }
    }

    /// `checkHostPortConflicts`.
    fn validate_host_ports(&self, known: &mut Seen<'d, 's, (&'d str, &'d str, i128)>, errors: &mut Errors<'d, 's>) {
        for port in self.ports.into_iter().flat_map(At::items) {
            let [host, protocol, ip] = port.fields(["hostPort", "protocol", "hostIP"]);
            let Some((host, number)) = host.and_then(|host| Some((host, host.int().filter(|number| *number != 0)?)))
            else {
                continue;
            };
            let key = (at::text(protocol).unwrap_or("TCP"), at::text(ip).unwrap_or_default(), number);
            if let Some(first) = known.before(key, host) {
                errors.duplicate(host, "is taken by another port of the pod", first);
            }
        }
    }
}
