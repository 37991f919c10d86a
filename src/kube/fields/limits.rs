//! What the API server asks of fields, where its `OpenAPI` says less or more: from the validation code of Kubernetes
//! (`pkg/apis/*/validation`), confirmed by the live tests.

use super::{Fields, TypeId};
use crate::kube::names::NameRule;

/// What a value must be, beyond its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Limit {
    /// Nothing more is known.
    #[default]
    None,
    /// A name.
    Name(NameRule),
    /// A whole number in this range, both ends included.
    Range(i64, i64),
    /// A port: from 1 to 65535, or the name of one.
    Port,
    /// A mapping from qualified names to label values.
    Labels,
    /// A mapping from qualified names, in which upper case does not matter.
    Annotations,
    /// A mapping from the names of files or variables.
    DataKeys,
    /// A mapping from resources to amounts that are not negative.
    Resources,
    /// When a cron job runs.
    Schedule,
    /// A time zone of the IANA database.
    TimeZone,
}

/// From the OpenAPI's required fields, those that the server fills in, or takes the empty value for.
const OPTIONAL: [(&str, &str); 12] = [
    ("apiregistration.v1.APIServiceSpec", "groupPriorityMinimum"),
    ("apps.v1.ControllerRevision", "revision"),
    ("core.v1.HTTPHeader", "value"),
    ("core.v1.LimitRangeSpec", "limits"),
    ("core.v1.PreferredSchedulingTerm", "preference"),
    ("core.v1.ScopedResourceSelectorRequirement", "scopeName"),
    ("core.v1.SleepAction", "seconds"),
    ("core.v1.Sysctl", "value"),
    ("discovery.v1.EndpointSlice", "endpoints"),
    ("networking.v1.NetworkPolicySpec", "podSelector"),
    ("rbac.v1.RoleRef", "apiGroup"),
    ("scheduling.v1.PriorityClass", "value"),
];

const PORT: Limit = Limit::Range(1, 65535);
const COUNT: Limit = Limit::Range(0, i32::MAX as i64);
const POSITIVE: Limit = Limit::Range(1, i32::MAX as i64);
const USER: Limit = Limit::Range(0, i32::MAX as i64);
const MODE: Limit = Limit::Range(0, 0o777);
const LABEL: Limit = Limit::Name(NameRule::Dns1123Label);

const LIMITS: [(&str, &[(&str, Limit)]); 40] = [
    ("apps.v1.DaemonSetSpec", &[("minReadySeconds", COUNT), ("revisionHistoryLimit", COUNT)]),
    (
        "apps.v1.DeploymentSpec",
        &[
            ("minReadySeconds", COUNT),
            ("progressDeadlineSeconds", COUNT),
            ("replicas", COUNT),
            ("revisionHistoryLimit", COUNT),
        ],
    ),
    ("apps.v1.ReplicaSetSpec", &[("minReadySeconds", COUNT), ("replicas", COUNT)]),
    ("apps.v1.StatefulSetSpec", &[("minReadySeconds", COUNT), ("replicas", COUNT)]),
    ("autoscaling.v2.HorizontalPodAutoscalerSpec", &[("maxReplicas", POSITIVE), ("minReplicas", COUNT)]),
    (
        "batch.v1.CronJobSpec",
        &[
            ("failedJobsHistoryLimit", COUNT),
            ("schedule", Limit::Schedule),
            ("startingDeadlineSeconds", COUNT),
            ("successfulJobsHistoryLimit", COUNT),
            ("timeZone", Limit::TimeZone),
        ],
    ),
    (
        "batch.v1.JobSpec",
        &[
            ("activeDeadlineSeconds", COUNT),
            ("backoffLimit", COUNT),
            ("completions", COUNT),
            ("parallelism", COUNT),
            ("ttlSecondsAfterFinished", COUNT),
        ],
    ),
    ("core.v1.ConfigMap", &[("binaryData", Limit::DataKeys), ("data", Limit::DataKeys)]),
    ("core.v1.ConfigMapVolumeSource", &[("defaultMode", MODE)]),
    ("core.v1.Container", &[("name", LABEL)]),
    (
        "core.v1.ContainerPort",
        &[("containerPort", PORT), ("hostPort", Limit::Range(0, 65535)), ("name", Limit::Name(NameRule::PortName))],
    ),
    ("core.v1.DownwardAPIVolumeFile", &[("mode", MODE)]),
    ("core.v1.DownwardAPIVolumeSource", &[("defaultMode", MODE)]),
    ("core.v1.EphemeralContainer", &[("name", LABEL)]),
    ("core.v1.GRPCAction", &[("port", PORT)]),
    ("core.v1.HTTPGetAction", &[("port", Limit::Port)]),
    ("core.v1.KeyToPath", &[("mode", MODE)]),
    ("core.v1.PodSecurityContext", &[("fsGroup", USER), ("runAsGroup", USER), ("runAsUser", USER)]),
    (
        "core.v1.PodSpec",
        &[
            ("activeDeadlineSeconds", POSITIVE),
            ("hostname", LABEL),
            ("nodeSelector", Limit::Labels),
            ("priorityClassName", Limit::Name(NameRule::Dns1123Subdomain)),
            ("runtimeClassName", Limit::Name(NameRule::Dns1123Subdomain)),
            ("serviceAccountName", Limit::Name(NameRule::Dns1123Subdomain)),
            ("subdomain", LABEL),
        ],
    ),
    (
        "core.v1.Probe",
        &[
            ("failureThreshold", COUNT),
            ("initialDelaySeconds", COUNT),
            ("periodSeconds", COUNT),
            ("successThreshold", COUNT),
            ("timeoutSeconds", COUNT),
        ],
    ),
    ("core.v1.ProjectedVolumeSource", &[("defaultMode", MODE)]),
    (
        "core.v1.ReplicationControllerSpec",
        &[("minReadySeconds", COUNT), ("replicas", COUNT), ("selector", Limit::Labels)],
    ),
    ("core.v1.ResourceQuotaSpec", &[("hard", Limit::Resources)]),
    ("core.v1.ResourceRequirements", &[("limits", Limit::Resources), ("requests", Limit::Resources)]),
    ("core.v1.Secret", &[("data", Limit::DataKeys), ("stringData", Limit::DataKeys)]),
    ("core.v1.SecretVolumeSource", &[("defaultMode", MODE)]),
    ("core.v1.SecurityContext", &[("runAsGroup", USER), ("runAsUser", USER)]),
    ("core.v1.ServiceAccountTokenProjection", &[("expirationSeconds", Limit::Range(600, 1 << 32))]),
    (
        "core.v1.ServicePort",
        &[("name", LABEL), ("nodePort", Limit::Range(0, 65535)), ("port", PORT), ("targetPort", Limit::Port)],
    ),
    ("core.v1.ServiceSpec", &[("selector", Limit::Labels)]),
    ("core.v1.TCPSocketAction", &[("port", Limit::Port)]),
    ("core.v1.TopologySpreadConstraint", &[("maxSkew", POSITIVE)]),
    ("core.v1.Volume", &[("name", LABEL)]),
    ("core.v1.VolumeResourceRequirements", &[("limits", Limit::Resources), ("requests", Limit::Resources)]),
    ("core.v1.WeightedPodAffinityTerm", &[("weight", Limit::Range(1, 100))]),
    ("core.v1.PreferredSchedulingTerm", &[("weight", Limit::Range(1, 100))]),
    ("meta.v1.LabelSelector", &[("matchLabels", Limit::Labels)]),
    ("meta.v1.ObjectMeta", &[("annotations", Limit::Annotations), ("labels", Limit::Labels), ("namespace", LABEL)]),
    ("networking.v1.NetworkPolicyPort", &[("endPort", PORT), ("port", Limit::Port)]),
    ("scheduling.v1.PriorityClass", &[("value", Limit::Range(i32::MIN as i64, 2_000_001_000))]),
];

/// Writes both lists into the table.
pub(super) fn apply(table: &mut Fields) {
    for (ty, field) in OPTIONAL {
        each(table, ty, field, |field| field.required = false);
    }
    for (ty, limits) in LIMITS {
        for (field, limit) in limits {
            each(table, ty, field, |field| field.limit = *limit);
        }
    }
}

fn each(table: &mut Fields, ty: &str, name: &str, change: impl Fn(&mut super::Field)) {
    let range = table.type_id(ty).and_then(|TypeId(id)| table.types.get(usize::from(id))).map(|ty| ty.start..ty.end);
    let fields = range.and_then(|range| table.rows.get_mut(range)).unwrap_or_default();
    fields.iter_mut().filter(|field| field.name == name).for_each(change);
}

#[cfg(test)]
mod tests {
    use super::{LIMITS, OPTIONAL};
    use crate::kube::fields::table;

    #[test]
    fn all_that_is_named_exists() {
        let limited = LIMITS.iter().flat_map(|(ty, fields)| fields.iter().map(move |(field, _)| (*ty, *field)));
        for (ty, field) in limited.chain(OPTIONAL) {
            let id = table().type_id(ty).unwrap_or_else(|| panic!("{ty}"));
            assert!(table().rows(id).iter().any(|known| known.name == field), "{ty} {field}");
        }
    }
}
