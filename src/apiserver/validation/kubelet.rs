//! A kubelet's configuration, after `ValidateKubeletConfiguration` of `pkg/kubelet/apis/config/validation`. What flags set
//! beside it is not seen here; a field that is absent has its default.

use super::tools::{Range, duration, duration_of, enabled, in_range, one_of, range, range_or_zero};
use super::{logging, tracing};
use crate::k8s::duration::SECOND;
use crate::k8s::names::NameRule;
use crate::k8s::validation::format::name;
use crate::k8s::validation::{At, Errors, Seen};

const MOST: i128 = i32::MAX as i128;
const RANGES: [Range; 21] = [
    range_or_zero("nodeLeaseDurationSeconds", 1, MOST),
    range("eventBurst", 0, MOST),
    range("eventRecordQPS", 0, MOST),
    range("healthzPort", 0, 65_535),
    range("imageGCHighThresholdPercent", 0, 100),
    range("imageGCLowThresholdPercent", 0, 100),
    range("iptablesDropBit", 0, 31),
    range("iptablesMasqueradeBit", 0, 31),
    range("kubeAPIBurst", 0, MOST),
    range("kubeAPIQPS", 0, MOST),
    range("nodeStatusMaxImages", -1, MOST),
    range("maxOpenFiles", 0, i64::MAX as i128),
    range("maxPods", 0, MOST),
    range("oomScoreAdj", -1_000, 1_000),
    range("podsPerCore", 0, MOST),
    range_or_zero("port", 1, 65_535),
    range("readOnlyPort", 0, 65_535),
    range("registryBurst", 0, MOST),
    range("registryPullQPS", 0, MOST),
    range("maxParallelImagePulls", 1, MOST),
    range("containerLogMaxWorkers", 1, MOST),
];

/// `ValidateKubeletConfiguration`.
pub(super) fn validate_kubelet_configuration<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for row in &RANGES {
        in_range(root, row, errors);
    }
    in_range(root, &range("containerLogMaxFiles", 2, MOST), errors);
    one_of(root, "topologyManagerPolicy", &["none", "best-effort", "restricted", "single-numa-node"], errors);
    one_of(root, "topologyManagerScope", &["container", "pod"], errors);
    one_of(root, "hairpinMode", &["promiscuous-bridge", "hairpin-veth", "none"], errors);
    if let Some(swap) = root.get("memorySwap") {
        one_of(swap, "swapBehavior", &["NoSwap", "LimitedSwap"], errors);
    }
    validate_images(root, errors);
    validate_cgroups(root, errors);
    validate_enforcement(root, errors);
    validate_shutdown(root, errors);
    validate_gated(root, errors);
    validate_taints(root, errors);
    validate_reserved_memory(root, errors);
    validate_logs(root, errors);
    if let Some(tracing) = root.get("tracing") {
        tracing::validate_tracing_configuration(tracing, errors);
    }
    if let Some(at) = root.get("runOnce").filter(|at| at.is_true()) {
        errors.invalid(at, "cannot be true: the kubelet stays");
    }
}

fn validate_images<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let number = |field: &str, default: i128| root.get(field).and_then(At::int).unwrap_or(default);
    let (low, high) = (number("imageGCLowThresholdPercent", 80), number("imageGCHighThresholdPercent", 85));
    let at = root.get("imageGCLowThresholdPercent").or_else(|| root.get("imageGCHighThresholdPercent"));
    if let Some(at) = at.filter(|_| low >= high && (0..=100).contains(&low) && (0..=100).contains(&high)) {
        errors.invalid(at, format!("leaves no room: the low threshold {low} has to be below the high one {high}"));
    }
    if let Some(at) = root.get("maxParallelImagePulls").filter(|at| at.int().is_some_and(|number| number > 1))
        && let Some(serial) = root.get("serializeImagePulls").filter(|serial| serial.is_true())
    {
        errors.conflict(at, "cannot be more than 1 while images are pulled one by one", Some(serial), "one by one");
    }
    // the least age has a default
    let least = duration_of(root, "imageMinimumGCAge").filter(|time| *time != 0).unwrap_or(120 * SECOND);
    if let Some(at) = root.get("imageMinimumGCAge").filter(|_| least < 0) {
        errors.invalid(at, "must not be negative");
    }
    if let Some(at) = root.get("imageMaximumGCAge") {
        match duration(at) {
            Some(time) if time < 0 => errors.invalid(at, "must not be negative"),
            Some(time) if time > 0 && time <= least => {
                errors.invalid_beside(
                    at,
                    "must be more than `imageMinimumGCAge`",
                    root.get("imageMinimumGCAge"),
                    "the least",
                );
            }
            _ => {}
        }
    }
}

fn validate_cgroups<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let text = |field: &str| root.get(field).filter(|at| at.str().is_some());
    if text("systemCgroups").is_some() && text("cgroupRoot").is_none() {
        errors.required(root, "cgroupRoot", "`systemCgroups` needs it");
    }
    let Some(reserved) = text("reservedSystemCPUs") else { return };
    if let Some(other) = text("systemReservedCgroup").or_else(|| text("kubeReservedCgroup")) {
        errors.conflict(reserved, "cannot be beside a cgroup for what is reserved", Some(other), "the cgroup");
    }
    if !reserved.str().is_some_and(is_cpu_set) {
        errors.invalid(reserved, "is no list of CPUs such as `0-3,8`");
    }
}

/// `cpuset.Parse`.
fn is_cpu_set(text: &str) -> bool {
    text.split(',').all(|part| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        matches!((first.parse::<u32>(), last.parse::<u32>()), (Ok(first), Ok(last)) if first <= last)
    })
}

const ENFORCEMENTS: [&str; 6] =
    ["pods", "system-reserved", "system-reserved-compressible", "kube-reserved", "kube-reserved-compressible", "none"];

/// What `enforceNodeAllocatable` lists, by default `pods`.
fn validate_enforcement<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let per_qos = root.get("cgroupsPerQOS").filter(|at| at.node.as_bool() == Some(false));
    let Some(list) = root.get("enforceNodeAllocatable") else {
        if let Some(at) = per_qos {
            errors.invalid(at, "needs `enforceNodeAllocatable: [none]`, as pods are enforced by default");
        }
        return;
    };
    let mut seen = Seen::default();
    for at in list.items() {
        let Some(text) = at.any_str() else { continue };
        if let Some(first) = seen.before(Some(text), at) {
            errors.duplicate(at, "is in the list twice", first);
            continue;
        }
        if !ENFORCEMENTS.contains(&text) {
            errors.not_supported(at, &ENFORCEMENTS);
            continue;
        }
        let (cgroup, other) = match text {
            "none" if list.items().len() > 1 => {
                errors.invalid(at, "cannot be beside others");
                continue;
            }
            "none" => continue,
            "system-reserved-compressible" => ("systemReservedCgroup", "system-reserved"),
            "system-reserved" => ("systemReservedCgroup", ""),
            "kube-reserved-compressible" => ("kubeReservedCgroup", "kube-reserved"),
            "kube-reserved" => ("kubeReservedCgroup", ""),
            _ => ("", ""),
        };
        if !cgroup.is_empty() && root.text(cgroup).is_none() {
            errors.invalid(at, format!("needs `{cgroup}`"));
        }
        if let Some(first) = list.items().find(|item| !other.is_empty() && item.str() == Some(other)) {
            errors.conflict(at, "cannot be beside what it is a part of", Some(first), "all of it");
        }
        if let Some(per_qos) = per_qos {
            errors.conflict(at, "needs `cgroupsPerQOS: true`", Some(per_qos), "false");
        }
    }
}

fn validate_shutdown<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let time = |field: &str| duration_of(root, field).unwrap_or(0);
    let fields = ["shutdownGracePeriod", "shutdownGracePeriodCriticalPods"];
    for at in fields.into_iter().filter_map(|field| root.get(field)) {
        if duration(at).is_some_and(|time| time < 0 || (1..SECOND).contains(&time)) {
            errors.invalid(at, "must be 0, or 1s or more");
        }
    }
    let [whole, critical] = fields.map(|field| root.get(field));
    if let Some(at) = critical.filter(|_| time("shutdownGracePeriodCriticalPods") > time("shutdownGracePeriod")) {
        errors.invalid_beside(at, "must be `shutdownGracePeriod` at most, of which it is a part", whole, "the whole");
    }
    let list = root.get("shutdownGracePeriodByPodPriority").filter(|list| !list.is_empty());
    let is_set = fields.iter().any(|field| time(field) > 0);
    if let Some(list) = list.filter(|_| is_set) {
        errors.conflict(list, "cannot be beside `shutdownGracePeriod`", whole.or(critical), "the other one");
    }
}

/// What a feature gate has to be on for.
fn validate_gated<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let on = |gate: &str, errors: &Errors<'d, 's>| enabled(root, gate, errors.version);
    if let Some(at) = root.get("cpuCFSQuotaPeriod")
        && let Some(time) = duration(at).filter(|time| *time != 0)
    {
        let is_on = on("CustomCPUCFSQuotaPeriod", errors);
        if !is_on && time != SECOND / 10 {
            errors.invalid(at, "needs the feature gate `CustomCPUCFSQuotaPeriod`");
        } else if is_on && !(SECOND / 1_000..=SECOND).contains(&time) {
            errors.invalid(at, "must be between 1ms and 1s");
        }
    }
    if let Some(at) = root.path(&["crashLoopBackOff", "maxContainerRestartPeriod"]) {
        if !on("KubeletCrashLoopBackOffMax", errors) {
            errors.forbidden(at, "needs the feature gate `KubeletCrashLoopBackOffMax`");
        } else if duration(at).is_some_and(|time| !(SECOND..=300 * SECOND).contains(&time)) {
            errors.invalid(at, "must be between 1s and 5m");
        }
    }
    if let Some(at) = root.get("enableSystemLogQuery").filter(|at| at.is_true()) {
        if !on("NodeLogQuery", errors) {
            errors.invalid(at, "needs the feature gate `NodeLogQuery`");
        }
        if let Some(handler) = root.get("enableSystemLogHandler").filter(|at| at.node.as_bool() == Some(false)) {
            errors.conflict(at, "needs `enableSystemLogHandler: true`", Some(handler), "false");
        }
    }
    validate_pull_credentials(root, errors);
    if let Some(at) = root.get("memoryThrottlingFactor")
        && at.node.text().and_then(|text| text.parse::<f64>().ok()).is_some_and(|number| number <= 0.0 || number > 1.0)
    {
        errors.invalid(at, "must be more than 0 and at most 1");
    }
    if let Some(at) = root.get("serverTLSBootstrap").filter(|at| at.is_true())
        && !on("RotateKubeletServerCertificate", errors)
    {
        errors.invalid(at, "needs the feature gate `RotateKubeletServerCertificate`");
    }
}

fn validate_pull_credentials<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    const POLICIES: [&str; 4] =
        ["NeverVerify", "NeverVerifyPreloadedImages", "NeverVerifyAllowlistedImages", "AlwaysVerify"];
    let list = root.get("preloadedImagesVerificationAllowlist").filter(|list| !list.is_empty());
    let policy = root.get("imagePullCredentialsVerificationPolicy").filter(|policy| policy.str().is_some());
    if !enabled(root, "KubeletEnsureSecretPulledImages", errors.version) {
        for at in [policy, list].into_iter().flatten() {
            errors.forbidden(at, "needs the feature gate `KubeletEnsureSecretPulledImages`");
        }
        return;
    }
    one_of(root, "imagePullCredentialsVerificationPolicy", &POLICIES, errors);
    if let Some(list) = list.filter(|_| policy.and_then(At::str) != Some("NeverVerifyAllowlistedImages")) {
        errors.conflict(list, "is for the policy `NeverVerifyAllowlistedImages` only", policy, "the policy");
    }
}

/// `CheckTaintValidation`.
fn validate_taints<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for taint in root.each("registerWithTaints") {
        match taint.get("key").filter(|key| key.str().is_some()) {
            None => errors.required(taint, "key", ""),
            Some(key) => errors.check(key, name(NameRule::QualifiedName)),
        }
        if let Some(value) = taint.get("value") {
            errors.check(value, name(NameRule::LabelValue));
        }
        one_of(taint, "effect", &["NoSchedule", "PreferNoSchedule", "NoExecute"], errors);
        if let Some(at) = taint.get("timeAdded") {
            errors.forbidden(at, "is set by the cluster");
        }
    }
}

/// `validateReservedMemoryConfiguration`.
fn validate_reserved_memory<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let mut seen = Seen::default();
    for reserved in root.each("reservedMemory") {
        let node = reserved.get("numaNode").and_then(At::int).unwrap_or(0);
        for limit in reserved.get("limits").into_iter().flat_map(At::entries) {
            if limit.name() != "memory" && !limit.name().starts_with("hugepages-") {
                errors.invalid_key(limit, "must be `memory` or `hugepages-...`");
            }
            if limit.quantity().is_some_and(|amount| amount.is_zero()) {
                errors.invalid(limit, "must not be 0");
            }
            if let Some(first) = seen.before((node, limit.name()), limit) {
                errors.duplicate(limit, "is reserved twice on this node", first);
            }
        }
    }
}

fn validate_logs<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if let Some(logging) = root.get("logging") {
        logging::validate(logging, errors);
    }
    if let Some(at) = root.get("containerLogMonitorInterval")
        && duration(at).is_some_and(|time| time < 3 * SECOND)
    {
        errors.invalid(at, "must be 3s or more");
    }
    let Some(at) = root.get("podLogsDir").filter(|at| at.str().is_some()) else { return };
    let path = at.str().unwrap_or_default();
    if !path.starts_with('/') {
        errors.invalid(at, "must be an absolute path");
    }
    let is_clean = path == "/" || path.split('/').skip(1).all(|part| !matches!(part, "" | "." | ".."));
    if path.starts_with('/') && !is_clean {
        errors.invalid(at, "must have no `//`, `.` or `..`, and no `/` at its end");
    }
    if !path.is_ascii() {
        errors.invalid(at, "must be ASCII");
    }
}
