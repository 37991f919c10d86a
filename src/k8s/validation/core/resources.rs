//! `ValidateContainerResourceRequirements`, and the resources and resource claims of pods.

use std::collections::{HashMap, HashSet};

use super::context::Pod;
use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, Seen, format};

const HUGE_PAGES: &str = "hugepages-";

/// `IsNativeResource`.
fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

/// `IsExtendedResourceName`.
fn is_extended(name: &str) -> bool {
    let in_quota = format!("requests.{name}");
    !is_native(name) && !name.starts_with("requests.") && format::name(NameRule::QualifiedName)(&in_quota).is_ok()
}

/// `IsOvercommitAllowed`.
fn may_overcommit(name: &str) -> bool {
    is_native(name) && !name.starts_with(HUGE_PAGES)
}

/// `validateContainerResourceName`.
pub(in crate::k8s::validation) fn container_resource(name: &str) -> format::Check {
    format::name(NameRule::QualifiedName)(name)?;
    if !name.contains('/') {
        let is_standard = matches!(name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with(HUGE_PAGES);
        let why = "is no resource of a container; `cpu`, `memory`, `ephemeral-storage`, or a name with a domain";
        return if is_standard { Ok(()) } else { Err(why.to_owned()) };
    }
    if !is_native(name) && !is_extended(name) {
        return Err("is no name of an extended resource".to_owned());
    }
    Ok(())
}

/// Where the check is of the name of an entry.
pub(super) fn check_name<'d, 's>(entry: At<'d, 's>, check: fn(&str) -> format::Check, errors: &mut Errors<'d, 's>) {
    if let Err(why) = check(entry.name()) {
        errors.invalid_key(entry, why);
    }
}

/// `ValidateResourceQuantityValue`: what is counted is whole. The table of fields asks that it is not negative.
pub(super) fn check_amount<'d, 's>(entry: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    const COUNTED: [&str; 8] = [
        "pods",
        "services",
        "replicationcontrollers",
        "resourcequotas",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "services.nodeports",
    ];
    let name = entry.name();
    let is_counted = COUNTED.contains(&name) || name == "services.loadbalancers" || is_extended(name);
    if is_counted && entry.quantity().is_some_and(|quantity| quantity.millis() % 1000 != 0) {
        errors.invalid(entry, "must be a whole number");
    }
}

/// `validateResourceQuantityHugePageValue`: a number of pages.
fn check_huge_pages<'d, 's>(entry: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(size) = entry.name().strip_prefix(HUGE_PAGES) else { return };
    let size = crate::k8s::quantity::Quantity::parse(size).map(|size| size.value()).unwrap_or_default();
    let amount = entry.quantity().map(|amount| amount.value());
    if size <= 0 || amount.is_some_and(|amount| amount % size != 0) {
        errors.invalid(entry, "must be a number of whole pages");
    }
}

/// `ValidateContainerResourceRequirements`. A request above its limit is a matter of the rule `request-above-limit`.
pub(super) fn validate_resource_requirements<'d, 's>(
    own: At<'d, 's>,
    pod: Option<&Pod<'d, 's>>,
    errors: &mut Errors<'d, 's>,
) {
    let [limits, requests, claims] = own.fields(["limits", "requests", "claims"]);
    let entries = |list: Option<At<'d, 's>>| list.into_iter().flat_map(At::entries);
    for entry in entries(limits).chain(entries(requests)) {
        check_name(entry, container_resource, errors);
        check_amount(entry, errors);
        check_huge_pages(entry, errors);
    }
    let of_limits = limits.map(At::by_name).unwrap_or_default();
    for request in entries(requests).filter(|entry| !may_overcommit(entry.name())) {
        let limit = of_limits.get(request.name()).copied();
        match limit {
            None => {
                errors.required(own, "limits", format!("`{}` is not shared, so it needs its limit", request.name()));
            }
            Some(limit) if limit.quantity() < request.quantity() => {}
            Some(limit) if limit.quantity() != request.quantity() => {
                errors.invalid_beside(request, "must be its limit, as it is not shared", Some(limit), "the limit");
            }
            Some(_) => {}
        }
    }
    let mut names = entries(limits).chain(entries(requests)).map(At::name);
    let huge = entries(limits).chain(entries(requests)).find(|entry| entry.name().starts_with(HUGE_PAGES));
    if let Some(huge) = huge
        && !names.any(|name| matches!(name, "cpu" | "memory"))
    {
        errors.crowded(own, huge, "may not have huge pages without `cpu` or `memory`");
    }
    if let Some((claims, pod)) = claims.zip(pod) {
        validate_claim_names(claims, &pod.claims, errors);
    }
}

/// `validateResourceClaimNames`.
fn validate_claim_names<'d, 's>(claims: At<'d, 's>, known: &HashSet<&str>, errors: &mut Errors<'d, 's>) {
    for name in claims.items().filter_map(|claim| claim.get("name")) {
        let Some(text) = name.str().filter(|text| !known.contains(text)) else { continue };
        errors.not_found(name, format!("names the claim `{text}`, which `resourceClaims` of the pod does not have"));
    }
}

/// `validateResizePolicy`.
pub(super) fn validate_resize_policy<'d, 's>(list: At<'d, 's>, pod: &Pod<'d, 's>, errors: &mut Errors<'d, 's>) {
    let mut seen = Seen::default();
    for policy in list.items() {
        let [resource, restart] = policy.fields(["resourceName", "restartPolicy"]);
        if let Some(resource) = resource {
            if !matches!(resource.str(), Some("cpu" | "memory") | None) {
                errors.not_supported(resource, &["cpu", "memory"]);
            }
            if let Some(first) = seen.before(resource.str(), resource) {
                errors.duplicate(resource, "is there twice", first);
            }
        }
        let Some(restart) = restart else { continue };
        if !matches!(restart.str(), Some("NotRequired" | "RestartContainer")) {
            errors.not_supported(restart, &["NotRequired", "RestartContainer"]);
        } else if pod.restart_policy == Some("Never") && restart.str() != Some("NotRequired") {
            errors.invalid(restart, "must be `NotRequired` in a pod that is never restarted");
        }
    }
}

/// `validatePodResourceClaims`.
pub(super) fn validate_pod_resource_claims<'d, 's>(claims: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for claim in claims.items() {
        let [name, own, template] = claim.fields(["name", "resourceClaimName", "resourceClaimTemplateName"]);
        if let Some(name) = name {
            errors.check(name, format::name(NameRule::Dns1123Label));
        }
        match (own, template) {
            (Some(_), Some(second)) => {
                errors.crowded(claim, second, "takes one of `resourceClaimName` and `resourceClaimTemplateName`");
            }
            (None, None) => errors.required(claim, "resourceClaimName", "or `resourceClaimTemplateName`"),
            _ => {}
        }
        for field in [own, template].into_iter().flatten() {
            errors.check(field, format::name(NameRule::Dns1123Subdomain));
        }
    }
}

/// `validatePodResources`, from the release that reads the resources of a pod.
pub(super) fn validate_pod_resources<'d, 's>(
    own: At<'d, 's>,
    spec: At<'d, 's>,
    pod: &Pod<'d, 's>,
    errors: &mut Errors<'d, 's>,
) {
    if errors.version.minor() < 34 {
        return;
    }
    if pod.os == Some("windows") {
        return errors.forbidden(own, "may not be set in a pod for Windows");
    }
    if let Some(claims) = own.get("claims") {
        errors.forbidden(claims, "may not be set for the pod as a whole");
    }
    for entry in own.present(["limits", "requests"]).flat_map(At::entries) {
        let name = entry.name();
        if !matches!(name, "cpu" | "memory") && !name.starts_with(HUGE_PAGES) {
            errors.invalid_key(entry, "is no resource of a pod; `cpu`, `memory` or `hugepages-…`");
        }
    }
    let sums = aggregate_requests(spec);
    for request in own.get("requests").into_iter().flat_map(At::entries) {
        let sum = sums.get(request.name());
        if let Some((sum, quantity)) = sum.zip(request.quantity())
            && *sum > quantity.millis()
        {
            errors.invalid(request, "is less than its containers request together");
        }
    }
    for limit in own.get("limits").into_iter().flat_map(At::entries) {
        validate_container_limits(limit, spec, errors);
    }
}

fn validate_container_limits<'d, 's>(limit: At<'d, 's>, spec: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let most = limit.quantity();
    for item in spec.each("containers") {
        let Some(own) = item.path(&["resources", "limits", limit.name()]) else { continue };
        if own.quantity() > most {
            errors.invalid_beside(own, "is more than the limit of the pod", Some(limit), "the limit of the pod");
        }
    }
}

/// `AggregateContainerRequests` of `k8s.io/component-helpers`, in thousandths: what runs at the same time, at its most.
fn aggregate_requests<'d>(spec: At<'d, '_>) -> HashMap<&'d str, i128> {
    let requests = |item: At<'d, '_>| {
        let entries: Vec<(&'d str, i128)> = item
            .path(&["resources", "requests"])
            .into_iter()
            .flat_map(At::entries)
            .filter_map(|entry| Some((entry.name(), entry.quantity()?.millis())))
            .collect();
        entries
    };
    let mut sum: HashMap<&str, i128> = HashMap::new();
    for (name, amount) in spec.each("containers").flat_map(requests) {
        *sum.entry(name).or_default() += amount;
    }
    let (mut sidecars, mut most): (HashMap<&str, i128>, HashMap<&str, i128>) = (HashMap::new(), HashMap::new());
    for item in spec.each("initContainers") {
        let stays = item.text("restartPolicy") == Some("Always");
        for (name, amount) in requests(item) {
            let beside = sidecars.entry(name).or_default();
            if stays {
                *sum.entry(name).or_default() += amount;
                *beside += amount;
            }
            let now = if stays { *beside } else { *beside + amount };
            let known = most.entry(name).or_default();
            *known = now.max(*known);
        }
    }
    for (name, amount) in most {
        let known = sum.entry(name).or_default();
        *known = amount.max(*known);
    }
    sum
}
