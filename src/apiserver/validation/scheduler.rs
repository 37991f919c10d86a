//! The scheduler's configuration, after `ValidateKubeSchedulerConfiguration` of `pkg/scheduler/apis/config/validation`.

use super::tools;
use super::tools::{Range, duration, duration_of, in_range, range, range_or_zero};
use crate::k8s::duration::SECOND;
use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, Seen, format};
use crate::yaml::Kind;

const MOST: i128 = i32::MAX as i128;
const RANGES: [Range; 2] = [range("parallelism", 1, MOST), range("percentageOfNodesToScore", 0, 100)];
/// Plugins that are gone since the first `v1`.
const GONE: [&str; 4] = ["AzureDiskLimits", "CinderLimits", "EBSLimits", "GCEPDLimits"];
const POINTS: [&str; 15] = [
    "multiPoint",
    "preEnqueue",
    "queueSort",
    "preFilter",
    "filter",
    "postFilter",
    "preScore",
    "score",
    "reserve",
    "permit",
    "preBind",
    "bind",
    "postBind",
    "podGroupPostFilter",
    "placementGenerate",
];

/// `ValidateKubeSchedulerConfiguration`.
pub(super) fn validate_kube_scheduler_configuration<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for row in &RANGES {
        in_range(root, row, errors);
    }
    if let Some(connection) = root.get("clientConnection") {
        in_range(connection, &range("burst", 0, MOST), errors);
    }
    if let Some(election) = root.get("leaderElection") {
        validate_leader_election(election, errors);
    }
    let mut names = Seen::default();
    // a single profile has the default's name
    let is_named = root.get("profiles").is_some_and(|list| list.items().len() > 1);
    for profile in root.each("profiles") {
        if is_named && profile.text("schedulerName").is_none() {
            errors.required(profile, "schedulerName", "of several profiles each has its own");
        }
        validate_profile(profile, &mut names, errors);
    }
    // 1 and 10 by default
    in_range(root, &range("podInitialBackoffSeconds", 1, i64::MAX.into()), errors);
    let number = |field: &str, default: i128| root.get(field).and_then(At::int).unwrap_or(default);
    let first = number("podInitialBackoffSeconds", 1);
    if let Some(at) = root.get("podMaxBackoffSeconds").or_else(|| root.get("podInitialBackoffSeconds"))
        && number("podMaxBackoffSeconds", 10) < first
    {
        errors.invalid_beside(
            at,
            "leaves the most below the first backoff",
            root.get("podInitialBackoffSeconds"),
            "the first",
        );
    }
    validate_extenders(root, errors);
}

/// `ValidateLeaderElectionConfiguration`.
fn validate_leader_election<'d, 's>(election: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if election.get("leaderElect").is_some_and(|at| at.node.as_bool() == Some(false)) {
        return;
    }
    let time = |field: &str, default: i128| duration_of(election, field).filter(|time| *time != 0).unwrap_or(default);
    for at in election.present(["leaseDuration", "renewDeadline", "retryPeriod"]) {
        if duration(at).is_some_and(|time| time < 0) {
            errors.invalid(at, "must be more than 0");
        }
    }
    let (lease, renew) = (time("leaseDuration", 15 * SECOND), time("renewDeadline", 10 * SECOND));
    if let Some(at) = election.get("leaseDuration").or_else(|| election.get("renewDeadline")).filter(|_| lease <= renew)
    {
        errors.invalid(at, "leaves the lease no longer than the time to renew it");
    }
    tools::one_of(election, "resourceLock", &["leases"], errors);
}

/// `validateKubeSchedulerProfile`, and the duplicates among profiles.
fn validate_profile<'d, 's>(profile: At<'d, 's>, names: &mut Seen<'d, 's>, errors: &mut Errors<'d, 's>) {
    in_range(profile, &range("percentageOfNodesToScore", 0, 100), errors);
    let name = profile.text("schedulerName").unwrap_or("default-scheduler");
    if let Some(first) = names.before(Some(name), profile.get("schedulerName").unwrap_or(profile)) {
        errors.duplicate(profile.get("schedulerName").unwrap_or(profile), "is the name of another profile", first);
    }
    for point in profile.get("plugins").into_iter().flat_map(|plugins| plugins.present(POINTS)) {
        for plugin in point.each("enabled") {
            if let Some(at) = plugin.get("name").filter(|at| at.str().is_some_and(|name| GONE.contains(&name))) {
                errors.invalid(at, "is a plugin that is gone");
            }
        }
    }
    let mut seen = Seen::default();
    for config in profile.each("pluginConfig") {
        let Some(at) = config.get("name").filter(|at| at.str().is_some()) else { continue };
        if let Some(first) = seen.before(at.str(), at) {
            errors.duplicate(at, "is configured twice", first);
        }
        if at.str().is_some_and(|name| GONE.contains(&name)) {
            errors.invalid(at, "is a plugin that is gone");
        }
        validate_arguments(config, errors);
    }
}

/// `ValidateInterPodAffinityArgs` and its neighbours in `validation_pluginargs.go`, of which those that people set.
fn validate_arguments<'d, 's>(config: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(arguments) = config.get("args") else { return };
    if arguments.node.kind() != Kind::Mapping {
        errors.invalid(arguments, "must be a mapping");
        return;
    }
    let rows: &[Range] = match config.text("name") {
        Some("InterPodAffinity") => &[range("hardPodAffinityWeight", 0, 100)],
        Some("DefaultPreemption") => {
            &[range("minCandidateNodesPercentage", 0, 100), range("minCandidateNodesAbsolute", 0, MOST)]
        }
        Some("VolumeBinding") => &[range_or_zero("bindTimeoutSeconds", 0, MOST)],
        _ => &[],
    };
    for row in rows {
        in_range(arguments, row, errors);
    }
    if config.text("name") == Some("PodTopologySpread") {
        tools::one_of(arguments, "defaultingType", &["System", "List"], errors);
        let list = arguments.get("defaultConstraints").filter(|list| !list.is_empty());
        if let Some(list) = list.filter(|_| arguments.text("defaultingType").is_none_or(|ty| ty == "System")) {
            let ty = arguments.get("defaultingType");
            errors.conflict(list, "is for the defaulting type `List` only", ty, "the type");
        }
    }
}

/// `validateExtendedResourceName`: a name with a domain in front, which is not that of Kubernetes.
fn validate_extended_resource_name<'d, 's>(resource: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some((at, name)) = resource.get("name").and_then(|at| Some((at, at.str()?))) else {
        return errors.required(resource, "name", "it is what is managed");
    };
    let is_native = !name.contains('/') || name.contains("kubernetes.io/") || name.starts_with("requests.");
    if is_native || format::name(NameRule::QualifiedName)(name).is_err() {
        errors.invalid(at, "must be the name of an extended resource, such as `example.com/device`");
    }
}

/// `validateExtenders`.
fn validate_extenders<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let mut binder: Option<At<'d, 's>> = None;
    let mut resources = Seen::default();
    for extender in root.each("extenders") {
        let weight = extender.get("weight").and_then(At::int).unwrap_or(0);
        if extender.text("prioritizeVerb").is_some() && weight <= 0 {
            errors.invalid(extender.get("weight").unwrap_or(extender), "needs a `weight` of more than 0");
        }
        if let Some(at) = extender.get("bindVerb").filter(|at| at.str().is_some()) {
            match binder {
                Some(first) => {
                    errors.conflict(at, "is in another extender too; one may bind", Some(first), "the first");
                }
                None => binder = Some(at),
            }
        }
        for resource in extender.each("managedResources") {
            validate_extended_resource_name(resource, errors);
        }
        for at in extender.each("managedResources").filter_map(|resource| resource.get("name")) {
            if let Some(first) = resources.before(at.str(), at) {
                errors.duplicate(at, "is managed twice", first);
            }
        }
    }
}
