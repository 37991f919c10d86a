//! What the API server asks of fields, where its `OpenAPI` says less or more: from the validation code of Kubernetes
//! (`pkg/apis/*/validation`), confirmed by the live tests.

use super::limit::Limit;
use super::types::{Field, Fields, TypeId};
use crate::k8s::names::NameRule;

/// Of what the `OpenAPI` has as required fields, those that the server fills in, or takes the empty value for.
const OPTIONAL: [(&str, &str); 18] = [
    ("apiregistration.v1.APIServiceSpec", "groupPriorityMinimum"),
    ("apps.v1.ControllerRevision", "revision"),
    ("batch.v1.PodFailurePolicy", "rules"),
    ("batch.v1.PodFailurePolicyOnPodConditionsPattern", "status"),
    ("core.v1.HTTPHeader", "value"),
    ("core.v1.LimitRangeSpec", "limits"),
    ("core.v1.PreferredSchedulingTerm", "preference"),
    ("core.v1.SleepAction", "seconds"),
    ("core.v1.Sysctl", "value"),
    ("core.v1.TypedLocalObjectReference", "kind"),
    ("discovery.v1.EndpointSlice", "endpoints"),
    ("discovery.v1.ForZone", "name"),
    ("networking.v1.NetworkPolicySpec", "podSelector"),
    ("rbac.v1.RoleRef", "apiGroup"),
    ("scheduling.v1.PriorityClass", "value"),
    ("storage.v1.CSIDriver", "spec"),
    ("storage.v1.CSINodeSpec", "drivers"),
    ("storage.v1.TokenRequest", "audience"),
];

/// Fields that the `OpenAPI` has as optional, and that the server refuses an object without.
const REQUIRED: [(&str, &str); 50] = [
    ("admissionregistration.v1.NamedRuleWithOperations", "apiGroups"),
    ("admissionregistration.v1.NamedRuleWithOperations", "apiVersions"),
    ("admissionregistration.v1.NamedRuleWithOperations", "operations"),
    ("admissionregistration.v1.NamedRuleWithOperations", "resources"),
    ("admissionregistration.v1.RuleWithOperations", "apiGroups"),
    ("admissionregistration.v1.RuleWithOperations", "apiVersions"),
    ("admissionregistration.v1.RuleWithOperations", "operations"),
    ("admissionregistration.v1.RuleWithOperations", "resources"),
    ("admissionregistration.v1.ValidatingAdmissionPolicy", "spec"),
    ("admissionregistration.v1.ValidatingAdmissionPolicyBinding", "spec"),
    ("admissionregistration.v1.ValidatingAdmissionPolicySpec", "matchConstraints"),
    ("admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec", "policyName"),
    ("admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec", "validationActions"),
    ("apps.v1.DaemonSet", "spec"),
    ("apps.v1.Deployment", "spec"),
    ("apps.v1.ReplicaSet", "spec"),
    ("apps.v1.ReplicaSetSpec", "template"),
    ("apps.v1.StatefulSet", "spec"),
    ("autoscaling.v2.HorizontalPodAutoscaler", "spec"),
    ("batch.v1.Job", "spec"),
    ("batch.v1.CronJob", "spec"),
    ("batch.v1.JobTemplateSpec", "spec"),
    ("core.v1.ConfigMapEnvSource", "name"),
    ("core.v1.ConfigMapKeySelector", "name"),
    ("core.v1.ConfigMapProjection", "name"),
    ("core.v1.ConfigMapVolumeSource", "name"),
    ("core.v1.EphemeralVolumeSource", "volumeClaimTemplate"),
    ("core.v1.ExecAction", "command"),
    ("core.v1.PersistentVolume", "spec"),
    ("core.v1.PersistentVolumeClaim", "spec"),
    ("core.v1.PersistentVolumeClaimSpec", "accessModes"),
    ("core.v1.PersistentVolumeClaimSpec", "resources"),
    ("core.v1.PersistentVolumeSpec", "accessModes"),
    ("core.v1.PersistentVolumeSpec", "capacity"),
    ("core.v1.Pod", "spec"),
    ("core.v1.PodDNSConfigOption", "name"),
    ("core.v1.PodTemplateSpec", "spec"),
    ("core.v1.SecretEnvSource", "name"),
    ("core.v1.SecretKeySelector", "name"),
    ("core.v1.SecretProjection", "name"),
    ("core.v1.SecretVolumeSource", "secretName"),
    ("core.v1.Service", "spec"),
    ("core.v1.TopologySelectorTerm", "matchLabelExpressions"),
    ("core.v1.VolumeNodeAffinity", "required"),
    ("core.v1.VolumeResourceRequirements", "requests"),
    ("networking.v1.Ingress", "spec"),
    ("networking.v1.IngressClass", "spec"),
    ("networking.v1.IngressClassSpec", "controller"),
    ("networking.v1.IngressServiceBackend", "port"),
    ("rbac.v1.AggregationRule", "clusterRoleSelectors"),
];

const PORT: Limit = Limit::Range(1, 65535);
const COUNT: Limit = Limit::Range(0, i32::MAX as i64);
/// Of 64 bits.
const SECONDS: Limit = Limit::Range(0, i64::MAX);
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
            ("startingDeadlineSeconds", SECONDS),
            ("successfulJobsHistoryLimit", COUNT),
            ("timeZone", Limit::TimeZone),
        ],
    ),
    (
        "batch.v1.JobSpec",
        &[
            ("activeDeadlineSeconds", SECONDS),
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
        &[("name", LABEL), ("nodePort", Limit::Range(0, 65535)), ("port", PORT), ("targetPort", Limit::TargetPort)],
    ),
    ("core.v1.ServiceSpec", &[("selector", Limit::Labels)]),
    ("core.v1.TCPSocketAction", &[("port", Limit::Port)]),
    ("core.v1.TopologySpreadConstraint", &[("maxSkew", POSITIVE)]),
    ("core.v1.Volume", &[("name", LABEL)]),
    ("core.v1.VolumeResourceRequirements", &[("requests", Limit::Resources)]),
    ("core.v1.WeightedPodAffinityTerm", &[("weight", Limit::Range(1, 100))]),
    ("core.v1.PreferredSchedulingTerm", &[("weight", Limit::Range(1, 100))]),
    ("meta.v1.LabelSelector", &[("matchLabels", Limit::Labels)]),
    ("meta.v1.ObjectMeta", &[("annotations", Limit::Annotations), ("labels", Limit::Labels), ("namespace", LABEL)]),
    ("networking.v1.NetworkPolicyPort", &[("endPort", PORT), ("port", Limit::Port)]),
    ("scheduling.v1.PriorityClass", &[("value", Limit::Range(i32::MIN as i64, 2_000_001_000))]),
];

/// Writes the lists into the table.
pub(super) fn apply(table: &mut Fields) {
    for (ty, field) in OPTIONAL {
        each(table, ty, field, |field| field.required = false);
    }
    for (ty, field) in REQUIRED {
        each(table, ty, field, |field| field.required = true);
    }
    for (ty, limits) in LIMITS {
        for (field, limit) in limits {
            each(table, ty, field, |field| field.limit = *limit);
        }
    }
}

fn each(table: &mut Fields, ty: &str, name: &str, change: impl Fn(&mut Field)) {
    let range = table.type_id(ty).and_then(|TypeId(id)| table.types.get(usize::from(id))).map(|ty| ty.start..ty.end);
    let fields = range.and_then(|range| table.rows.get_mut(range)).unwrap_or_default();
    fields.iter_mut().filter(|field| field.name == name).for_each(change);
}

#[cfg(test)]
mod tests {
    use super::{LIMITS, OPTIONAL, REQUIRED};
    use crate::k8s::fields::table;

    #[test]
    fn all_that_is_named_exists() {
        let limited = LIMITS.iter().flat_map(|(ty, fields)| fields.iter().map(move |(field, _)| (*ty, *field)));
        for (ty, field) in limited.chain(OPTIONAL).chain(REQUIRED) {
            let id = table().type_id(ty).unwrap_or_else(|| panic!("{ty}"));
            assert!(table().rows(id).iter().any(|known| known.name == field), "{ty} {field}");
        }
    }
}
