//! `ValidatePodCreate` and `ValidatePodSpec`.

use std::collections::{HashMap, HashSet};

use super::context::{Owner, Pod};
use super::{affinity, container, pod_os, resources, scheduling, security, volume};
use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, at, format};

/// What a pod gets that says nothing of it.
const GRACE_PERIOD: i128 = 30;

/// `ValidatePodCreate`.
pub(super) fn validate_pod_create<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [metadata, spec] = root.fields(["metadata", "spec"]);
    let Some(spec) = spec else { return };
    validate_annotations(metadata, spec, errors);
    let owner = Owner { claims: None, is_pod: true };
    validate_pod_spec(spec, owner, errors);
    validate_only_for_pod(spec, errors);
    if let Some(ephemeral) = spec.get("ephemeralContainers").filter(|list| !list.is_empty()) {
        errors.forbidden(ephemeral, "may not be set when a pod is made: they are added to one that runs");
    }
    let [node_name, gates] = spec.fields(["nodeName", "schedulingGates"]);
    if let Some(name) = node_name.filter(|name| name.str().is_some())
        && gates.is_some_and(|gates| !gates.is_empty())
    {
        errors.conflict(name, "may not be set while there are scheduling gates", gates, "the gates");
    }
    validate_annotations_match(metadata, spec, errors);
}

/// `validateContainersOnlyForPod`.
fn validate_only_for_pod<'d, 's>(spec: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for item in spec.present(["containers", "initContainers"]).flat_map(At::items) {
        let Some(image) = item.get("image") else { continue };
        if image.str().is_some_and(|text| text.trim() != text) {
            errors.within(item.text("name"));
            errors.invalid(image, "must not begin or end with a space");
        }
    }
    errors.within(None);
}

/// `ValidatePodSpec`.
pub(super) fn validate_pod_spec<'d, 's>(spec: At<'d, 's>, owner: Owner<'d, 's>, errors: &mut Errors<'d, 's>) {
    let names = [
        "volumes",
        "terminationGracePeriodSeconds",
        "os",
        "restartPolicy",
        "hostUsers",
        "hostNetwork",
        "resourceClaims",
        "hostAliases",
        "dnsConfig",
        "dnsPolicy",
        "securityContext",
        "affinity",
        "tolerations",
        "topologySpreadConstraints",
        "hostnameOverride",
        "resources",
        "schedulingGates",
        "readinessGates",
        "nodeName",
    ];
    let [
        volumes,
        grace,
        os,
        restart,
        users,
        network,
        claims,
        aliases,
        dns,
        dns_policy,
        security_context,
        affinities,
        tolerations,
        spread,
        hostname,
        own_resources,
        gates,
        readiness,
        node_name,
    ] = spec.fields(names);
    let mut pod = Pod {
        owner,
        volumes: HashMap::new(),
        templates: owner.claims.into_iter().flat_map(At::items).filter_map(volume::claim_name).collect(),
        grace: grace.and_then(At::int).unwrap_or(GRACE_PERIOD),
        grace_field: grace,
        os: os.and_then(|os| os.text("name")),
        restart_policy: at::text(restart),
        host_users: users.and_then(|users| users.node.as_bool()) != Some(false),
        host_network: at::is_true(network),
        claims: claims.into_iter().flat_map(At::items).filter_map(|claim| claim.text("name")).collect(),
    };
    pod.volumes = volume::validate_volumes(volumes, &pod, errors);
    if let Some(claims) = claims {
        resources::validate_pod_resource_claims(claims, errors);
    }
    container::validate_containers(spec, &pod, errors);
    if let Some(own) = own_resources {
        resources::validate_pod_resources(own, spec, &pod, errors);
    }
    security::validate_share_process_namespace(spec, errors);
    if let Some(context) = security_context {
        security::validate_pod_security_context(context, spec, &pod, errors);
    }
    if let Some(affinity) = affinities {
        affinity::validate_affinity(affinity, errors);
    }
    validate_dns_config(dns, dns_policy, spec, errors);
    scheduling::validate_gates(gates, readiness, errors);
    if let Some(spread) = spread {
        scheduling::validate_topology_spread_constraints(spread, errors);
    }
    validate_host_users(spec, &pod, errors);
    if let Some(hostname) = hostname {
        validate_pod_host_name(hostname, spec, &pod, errors);
    }
    if let Some(name) = node_name {
        errors.check(name, format::name(NameRule::Dns1123Subdomain));
    }
    if let Some(tolerations) = tolerations {
        scheduling::validate_tolerations(tolerations, errors);
    }
    if let Some(aliases) = aliases {
        validate_host_aliases(aliases, errors);
    }
    pod_os::validate_os(os, spec, security_context, errors);
}

/// `validateHostUsers`.
fn validate_host_users<'d, 's>(spec: At<'d, 's>, pod: &Pod<'d, 's>, errors: &mut Errors<'d, 's>) {
    if pod.host_users {
        return;
    }
    let users = spec.get("hostUsers");
    for field in spec.present(["hostNetwork", "hostPID", "hostIPC"]).filter(|field| field.is_true()) {
        errors.conflict(field, "may not be true while `hostUsers` is false", users, "the pod has its own users");
    }
    for item in spec.present(["initContainers", "containers", "ephemeralContainers"]).flat_map(At::items) {
        if let Some(devices) = item.get("volumeDevices").filter(|devices| !devices.is_empty()) {
            errors.within(item.text("name"));
            errors.conflict(devices, "may not be set while `hostUsers` is false", users, "the pod has its own users");
        }
    }
    errors.within(None);
}

/// `validatePodHostName`.
fn validate_pod_host_name<'d, 's>(name: At<'d, 's>, spec: At<'d, 's>, pod: &Pod<'d, 's>, errors: &mut Errors<'d, 's>) {
    if errors.version.minor() < 35 {
        // behind the gate HostnameOverride, and so dropped
        return;
    }
    let fqdn = spec.get("setHostnameAsFQDN").filter(|fqdn| fqdn.is_true());
    if fqdn.is_some() {
        errors.conflict(name, "may not be set while `setHostnameAsFQDN` is true", fqdn, "set here");
    }
    if pod.host_network {
        errors.conflict(name, "may not be set while `hostNetwork` is true", spec.get("hostNetwork"), "set here");
    }
    if name.any_str().is_some_and(|text| text.len() > 64) {
        errors.invalid(name, "is longer than 64 characters");
    }
    errors.check(name, format::name(NameRule::Dns1123Subdomain));
}

/// `ValidateHostAliases`.
fn validate_host_aliases<'d, 's>(aliases: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let version = errors.version;
    for alias in aliases.items() {
        if let Some(ip) = alias.get("ip") {
            errors.check(ip, |text| format::ip(text, version));
        }
        for name in alias.each("hostnames") {
            errors.check(name, format::name(NameRule::Dns1123Subdomain));
        }
    }
}

/// `validatePodDNSConfig`.
fn validate_dns_config<'d, 's>(
    config: Option<At<'d, 's>>,
    policy: Option<At<'d, 's>>,
    spec: At<'d, 's>,
    errors: &mut Errors<'d, 's>,
) {
    let servers = config.and_then(|config| config.get("nameservers")).filter(|servers| !servers.is_empty());
    if at::text(policy) == Some("None") {
        match config {
            None => return errors.required(spec, "dnsConfig", "`dnsPolicy: None` leaves it all to `dnsConfig`"),
            Some(config) if servers.is_none() => {
                return errors.required(config, "nameservers", "`dnsPolicy: None` leaves it all to `dnsConfig`");
            }
            Some(_) => {}
        }
    }
    let Some(config) = config else { return };
    let version = errors.version;
    if let Some(servers) = servers {
        if servers.items().len() > 3 {
            errors.invalid(servers, "has more than 3 name servers");
        }
        for server in servers.items() {
            errors.check(server, |text| format::ip(text, version));
        }
    }
    if let Some(searches) = config.get("searches") {
        validate_searches(searches, errors);
    }
}

fn validate_searches<'d, 's>(searches: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if searches.items().len() > 32 {
        errors.invalid(searches, "has more than 32 search paths");
    }
    let length: usize = searches.items().map(|search| search.any_str().map_or(0, str::len) + 1).sum();
    if length > 2049 {
        errors.invalid(searches, "has more than 2048 characters in all");
    }
    for search in searches.items() {
        errors.check(search, |text| {
            let text = text.strip_suffix('.').filter(|_| text != ".").unwrap_or(text);
            // since 1.34 with underscores, and a dot alone
            if text == "." { Ok(()) } else { format::name(NameRule::Dns1123Subdomain)(&text.replace('_', "a")) }
        });
    }
}

/// The beginnings of annotations that were fields before.
const SECCOMP: &str = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";
const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// `ValidatePodSpecificAnnotations`.
pub(super) fn validate_annotations<'d, 's>(
    metadata: Option<At<'d, 's>>,
    spec: At<'d, 's>,
    errors: &mut Errors<'d, 's>,
) {
    let Some(annotations) = metadata.and_then(|metadata| metadata.get("annotations")) else { return };
    let containers = spec.present(["initContainers", "containers"]).flat_map(At::items);
    let containers: HashSet<&str> = containers.filter_map(|item| item.text("name")).collect();
    for annotation in annotations.entries() {
        let (name, value) = (annotation.name(), annotation.any_str().unwrap_or_default());
        if name == SECCOMP || name.starts_with(SECCOMP_CONTAINER) {
            errors.check(annotation, seccomp_profile);
        } else if let Some(container) = name.strip_prefix(APP_ARMOR) {
            if !containers.contains(container) {
                errors
                    .invalid(annotation, format!("is about the container `{container}`, which the pod does not have"));
            }
            let is_profile = value.is_empty()
                || matches!(value, "runtime/default" | "unconfined")
                || value.starts_with("localhost/");
            if !is_profile {
                errors.invalid(annotation, "must be `runtime/default`, `unconfined` or begin with `localhost/`");
            }
        } else if name == "controller.kubernetes.io/pod-deletion-cost" && value.parse::<i32>().is_err() {
            errors.invalid(annotation, "must be a whole number of 32 bits");
        }
    }
}

/// `ValidateSeccompProfile`.
fn seccomp_profile(text: &str) -> format::Check {
    match text {
        "runtime/default" | "docker/default" | "unconfined" => Ok(()),
        _ => match text.strip_prefix("localhost/") {
            Some(path) => format::descending_path(path),
            None => Err("must be `runtime/default`, `unconfined` or begin with `localhost/`".to_owned()),
        },
    }
}

/// `validateSeccompAnnotationsAndFields` and `validateAppArmorAnnotationsAndFieldsMatchOnCreate`.
pub(super) fn validate_annotations_match<'d, 's>(
    metadata: Option<At<'d, 's>>,
    spec: At<'d, 's>,
    errors: &mut Errors<'d, 's>,
) {
    let Some(annotations) = metadata.and_then(|metadata| metadata.get("annotations")).map(At::by_name) else { return };
    let annotation = |name: &str| annotations.get(name).copied();
    let pod = spec.get("securityContext");
    if let Some(field) = pod.and_then(|pod| pod.get("seccompProfile")) {
        profiles_match(field, annotation(SECCOMP), errors);
    }
    for item in spec.present(["initContainers", "containers", "ephemeralContainers"]).flat_map(At::items) {
        let name = item.text("name").unwrap_or_default();
        let own = item.get("securityContext");
        errors.within(Some(name));
        if let Some(field) = own.and_then(|own| own.get("seccompProfile")) {
            profiles_match(field, annotation(&format!("{SECCOMP_CONTAINER}{name}")), errors);
        }
        let app_armor = |context: Option<At<'d, 's>>| context.and_then(|context| context.get("appArmorProfile"));
        if let Some(field) = app_armor(own).or_else(|| app_armor(pod)) {
            profiles_match(field, annotation(&format!("{APP_ARMOR}{name}")), errors);
        }
    }
    errors.within(None);
}

fn profiles_match<'d, 's>(field: At<'d, 's>, annotation: Option<At<'d, 's>>, errors: &mut Errors<'d, 's>) {
    let Some(annotation) = annotation else { return };
    let value = annotation.any_str().unwrap_or_default();
    let [ty, local] = field.fields(["type", "localhostProfile"]);
    let Some(ty) = ty else { return };
    let matches = match ty.str() {
        Some("Unconfined") => value == "unconfined",
        Some("RuntimeDefault") => matches!(value, "runtime/default" | "docker/default"),
        Some("Localhost") => value.strip_prefix("localhost/").is_some_and(|path| Some(path) == at::text(local)),
        _ => true,
    };
    if !matches {
        errors.conflict(ty, "says something else than the annotation", Some(annotation), "the annotation");
    }
}
