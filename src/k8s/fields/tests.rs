use super::{Field, FieldType, Fields, KindInfo, Lookup, Scope, TypeId, parse, table};
use crate::k8s::table::Source;
use crate::k8s::version::Version;

fn release(text: &str) -> Version {
    Version::parse(text).unwrap()
}

fn kind(api_version: &str, name: &str) -> &'static KindInfo {
    table().kind(api_version, name).unwrap_or_else(|| panic!("{api_version} {name}"))
}

fn found(id: TypeId, name: &str, version: Version) -> &'static Field {
    match table().field(id, name, version) {
        Lookup::Found(field) => field,
        other => panic!("{} {name}: {other:?}", table().type_name(id)),
    }
}

/// The last field of a dotted path.
fn walk(root: TypeId, path: &str, version: Version) -> &'static Field {
    let (parents, last) = path.rsplit_once('.').unwrap_or(("", path));
    let mut id = root;
    for name in parents.split('.').filter(|name| !name.is_empty()) {
        id = found(id, name, version).ty.inner().unwrap_or_else(|| panic!("{path}: {name} has no fields"));
    }
    found(id, last, version)
}

#[test]
fn all_files_are_read_whole() {
    let text =
        [include_str!("../../../data/kubernetes/fields.txt"), include_str!("../../../data/apiserver/fields.txt")]
            .concat();
    let fields = parse::read().unwrap();
    let count = |prefix: &str| text.lines().filter(|line| line.starts_with(prefix)).count();
    assert_eq!(fields.kinds.len(), count("kind "));
    assert_eq!(fields.types.len(), count("type "));
    assert_eq!(fields.rows.len(), count(" "));
    assert_eq!(fields.types.iter().map(|ty| ty.end - ty.start).sum::<usize>(), fields.rows.len());
    assert!(fields.rows.len() > 3500, "{}", fields.rows.len());
    assert_eq!(table().rows, fields.rows);
    assert!(table().removed.len() > 90);
}

#[test]
fn a_bad_row_is_named() {
    let source = |text| Source { file: "a.txt", text };
    for (bad, problem) in [
        ("type a.B\n c strange", "2:4: expected a type, found `strange`"),
        ("type a.B\n c string 32-37", "2:11: expected releases such as `34-37`, the earlier one first, found `32-37`"),
        ("type a.B\n c string 35-34", "2:11: expected releases such as `34-37`, the earlier one first, found `35-34`"),
        ("type a.B\n c string 34-35 x", "2:17: expected the end of the row, found `x`"),
        ("type a.B\n c list:", "2:4: expected a type, found `list:`"),
        ("type a.B\n c string\n b string", "3:1: expected rows in order, each once, found nothing"),
        ("type a.B\ntype a.A", "2:1: expected rows in order, each once, found `type`"),
        (" c string", "1:1: expected a type before its fields, found nothing"),
        ("kind v1 A a.A namespaced\ntype a.B", "1:11: expected a type of this table, found `a.A`"),
        (
            "kind v1 A a.A floating\ntype a.A",
            "1:15: expected `namespaced`, `cluster`, `list` or `config`, found `floating`",
        ),
        ("type a.B\n\n", "2:1: expected `kind`, `type` or a field, found nothing"),
    ] {
        let error = parse::fields(&[source(bad)]).map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), format!("a.txt:{problem}"), "{bad}");
    }
    for (bad, problem) in [
        ("v1beta1 A", "1:10: expected a release such as `1.25`, found nothing"),
        ("v1beta1 A 16 v1", "1:11: expected a release such as `1.25`, found `16`"),
        ("v1beta1 A 1.x v1", "1:11: expected a release such as `1.25`, found `1.x`"),
    ] {
        let error = parse::removed(source(bad)).unwrap_err();
        assert_eq!(error.to_string(), format!("a.txt:{problem}"), "{bad}");
    }
}

#[test]
fn everything_is_sorted_and_unique() {
    let Fields { kinds, types, removed, .. } = table();
    assert!(kinds.is_sorted_by(|a, b| (a.api_version, a.kind) < (b.api_version, b.kind)));
    assert!(types.is_sorted_by(|a, b| a.name < b.name));
    assert!(removed.is_sorted_by(|a, b| (a.api_version, a.kind) < (b.api_version, b.kind)));
    for ty in types {
        let rows = &table().rows[ty.start..ty.end];
        assert!(rows.iter().all(|row| row.since <= row.until), "{}", ty.name);
        assert!(
            rows.is_sorted_by(|a, b| a.name < b.name || a.name == b.name && a.until < b.since),
            "{}: a field twice in one release",
            ty.name
        );
    }
}

#[test]
fn every_kind_has_the_fields_of_an_object() {
    for known in table().kinds() {
        assert!(known.since <= known.until);
        for version in Version::all().filter(|version| known.in_release(*version)) {
            assert_eq!(found(known.ty, "apiVersion", version).ty, FieldType::String);
            assert_eq!(found(known.ty, "kind", version).ty, FieldType::String);
            let metadata = found(known.ty, "metadata", version).ty.inner().map(|id| table().type_name(id));
            let wanted = if known.scope == Scope::List { "meta.v1.ListMeta" } else { "meta.v1.ObjectMeta" };
            assert_eq!(metadata, Some(wanted), "{} {}", known.api_version, known.kind);
        }
    }
}

#[test]
fn kinds_know_their_scope_and_releases() {
    for (api_version, name, scope) in [
        ("v1", "Pod", Scope::Namespaced),
        ("v1", "Namespace", Scope::Cluster),
        ("v1", "Node", Scope::Cluster),
        ("v1", "PersistentVolume", Scope::Cluster),
        ("v1", "PersistentVolumeClaim", Scope::Namespaced),
        ("v1", "List", Scope::List),
        ("v1", "ConfigMapList", Scope::List),
        ("apps/v1", "Deployment", Scope::Namespaced),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", Scope::Cluster),
        ("rbac.authorization.k8s.io/v1", "Role", Scope::Namespaced),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition", Scope::Cluster),
        ("authorization.k8s.io/v1", "LocalSubjectAccessReview", Scope::Namespaced),
        ("gateway.networking.k8s.io/v1", "GRPCRoute", Scope::Namespaced),
        ("gateway.networking.k8s.io/v1", "HTTPRouteList", Scope::List),
    ] {
        assert_eq!(kind(api_version, name).scope, scope, "{api_version} {name}");
        assert!(Version::all().all(|version| kind(api_version, name).in_release(version)));
    }
    let policy = kind("admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicy");
    assert_eq!((policy.since, policy.until), (release("1.33"), release("1.33")));
    let class = kind("resource.k8s.io/v1", "DeviceClass");
    assert_eq!((class.since, class.until), (release("1.34"), release("1.37")));
    for (api_version, name) in
        [("v1", "Deployment"), ("apps/v1", "deployment"), ("", ""), ("v1", "DeleteOptions"), ("v1", "Status")]
    {
        assert_eq!(table().kind(api_version, name), None, "{api_version} {name}");
    }
}

#[test]
fn paths_resolve() {
    for (api_version, name, path, ty) in [
        (
            "apps/v1",
            "Deployment",
            "spec.template.spec.containers.securityContext.readOnlyRootFilesystem",
            FieldType::Boolean,
        ),
        ("apps/v1", "Deployment", "spec.strategy.rollingUpdate.maxSurge", FieldType::IntOrString),
        ("apps/v1", "Deployment", "spec.template.spec.containers.livenessProbe.httpGet.port", FieldType::IntOrString),
        ("apps/v1", "Deployment", "spec.template.spec.volumes.emptyDir.sizeLimit", FieldType::Quantity),
        ("apps/v1", "Deployment", "metadata.creationTimestamp", FieldType::Time),
        ("apps/v1", "Deployment", "metadata.labels", FieldType::Map(Box::new(FieldType::String))),
        ("apps/v1", "Deployment", "metadata.managedFields.fieldsV1", FieldType::Object),
        ("apps/v1", "Deployment", "spec.replicas", FieldType::Integer),
        ("apps/v1", "StatefulSet", "spec.volumeClaimTemplates.spec.storageClassName", FieldType::String),
        ("batch/v1", "CronJob", "spec.jobTemplate.spec.template.spec.restartPolicy", FieldType::String),
        ("batch/v1", "CronJob", "spec.jobTemplate.spec.backoffLimit", FieldType::Integer),
        ("networking.k8s.io/v1", "NetworkPolicy", "spec.egress.to.ipBlock.cidr", FieldType::String),
        ("networking.k8s.io/v1", "NetworkPolicy", "spec.egress.ports.port", FieldType::IntOrString),
        ("gateway.networking.k8s.io/v1", "HTTPRoute", "spec.rules.backendRefs.filters.type", FieldType::String),
        ("gateway.networking.k8s.io/v1", "HTTPRoute", "spec.rules.matches.path.value", FieldType::String),
        ("gateway.networking.k8s.io/v1", "HTTPRoute", "metadata.name", FieldType::String),
        ("gateway.networking.k8s.io/v1", "Gateway", "spec.listeners.port", FieldType::Integer),
        ("gateway.networking.k8s.io/v1", "GRPCRoute", "spec.rules.matches.method.service", FieldType::String),
        ("policy/v1", "PodDisruptionBudget", "spec.maxUnavailable", FieldType::IntOrString),
        ("v1", "ResourceQuota", "spec.hard", FieldType::Map(Box::new(FieldType::Quantity))),
        ("v1", "Secret", "data", FieldType::Map(Box::new(FieldType::Bytes))),
        ("v1", "List", "items", FieldType::List(Box::new(FieldType::Object))),
        ("coordination.k8s.io/v1", "Lease", "spec.renewTime", FieldType::Time),
        ("apps/v1", "ControllerRevision", "data", FieldType::Object),
        (
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            "spec.versions.schema.openAPIV3Schema.properties.not.additionalProperties",
            FieldType::Any,
        ),
        (
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            "spec.versions.schema.openAPIV3Schema.properties.x-kubernetes-preserve-unknown-fields",
            FieldType::Boolean,
        ),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition", "spec.versions.served", FieldType::Boolean),
    ] {
        let root = kind(api_version, name).ty;
        for version in Version::all() {
            assert_eq!(walk(root, path, version).ty, ty, "{name} {path} {version}");
        }
    }
}

#[test]
fn resources_are_quantities() {
    let resources = table().type_id("core.v1.ResourceRequirements").unwrap();
    for name in ["limits", "requests"] {
        assert_eq!(found(resources, name, Version::OLDEST).ty, FieldType::Map(Box::new(FieldType::Quantity)), "{name}");
    }
}

#[test]
fn a_type_without_fields_knows_none() {
    let empty = table().type_id("apiextensions.v1.CustomResourceSubresourceStatus").unwrap();
    assert_eq!(table().fields_of(empty, Version::NEWEST).count(), 0);
    assert_eq!(table().field(empty, "replicas", Version::NEWEST), Lookup::Unknown);
}

#[test]
fn required_fields_and_keys_are_right() {
    let newest = Version::NEWEST;
    let deployment = kind("apps/v1", "Deployment").ty;
    for (path, required) in [
        ("spec.selector", true),
        ("spec.template", true),
        ("spec.replicas", false),
        ("spec.template.spec.containers", true),
        ("spec.template.spec.containers.name", true),
        ("spec.template.spec.containers.image", false),
        ("spec.template.spec.containers.ports.containerPort", true),
        ("spec.template.spec.volumes.name", true),
    ] {
        assert_eq!(walk(deployment, path, newest).required, required, "{path}");
    }
    let route = kind("gateway.networking.k8s.io/v1", "HTTPRoute").ty;
    assert!(walk(route, "spec", newest).required);
    assert!(walk(route, "spec.rules.backendRefs.name", newest).required);

    let containers = walk(deployment, "spec.template.spec.containers", newest);
    assert_eq!(containers.merge_key, Some("name"));
    let ports = walk(deployment, "spec.template.spec.containers.ports", newest);
    assert_eq!(ports.merge_key, Some("containerPort"));
    assert_eq!(ports.map_keys().collect::<Vec<_>>(), ["containerPort", "protocol"]);
    assert_eq!(walk(deployment, "spec.template.spec.tolerations", newest).map_keys().count(), 0);
}

#[test]
fn enums_follow_the_release() {
    let deployment = kind("apps/v1", "Deployment").ty;
    let policy = walk(deployment, "spec.template.spec.containers.imagePullPolicy", Version::NEWEST);
    assert_eq!(policy.enum_values().collect::<Vec<_>>(), ["Always", "IfNotPresent", "Never"]);
    assert!(policy.allows("Always") && !policy.allows("always") && !policy.allows(""));

    let operator = |version| walk(deployment, "spec.template.spec.tolerations.operator", release(version));
    assert!(!operator("1.34").allows("Gt") && operator("1.35").allows("Gt"));

    let path = walk(deployment, "spec.template.spec.volumes.hostPath.type", Version::NEWEST);
    assert!(path.allows("") && path.allows("Socket"));
    let signing = table().type_id("certificates.v1.CertificateSigningRequestSpec").unwrap();
    assert!(found(signing, "usages", Version::NEWEST).allows("digital signature"));
    assert!(walk(deployment, "spec.template.spec.nodeName", Version::NEWEST).allows("anything"));
}

#[test]
fn fields_come_and_go_with_the_releases() {
    let spec = table().type_id("core.v1.PodSpec").unwrap();
    let Lookup::OtherVersion(later) = table().field(spec, "hostnameOverride", release("1.33")) else { panic!() };
    assert_eq!((later.since, later.until), (release("1.34"), release("1.37")));
    assert_eq!(found(spec, "hostnameOverride", release("1.34")), later);

    let Lookup::OtherVersion(gone) = table().field(spec, "workloadRef", release("1.37")) else { panic!() };
    assert_eq!((gone.since, gone.until), (release("1.35"), release("1.35")));
    assert!(matches!(table().field(spec, "schedulingGroup", release("1.35")), Lookup::OtherVersion(_)));
    for typo in ["", "container", "containers ", "zzz", "Containers"] {
        assert_eq!(table().field(spec, typo, Version::NEWEST), Lookup::Unknown, "{typo}");
    }

    let names = |version| table().fields_of(spec, release(version)).map(|field| field.name).collect::<Vec<_>>();
    assert!(!names("1.33").contains(&"hostnameOverride") && names("1.35").contains(&"workloadRef"));
    assert!(names("1.37").is_sorted() && !names("1.37").contains(&"workloadRef"));

    // one field, two shapes: the OpenAPI of 1.33 requires the selector, whose absence the server takes for an empty one
    let policy = table().type_id("networking.v1.NetworkPolicySpec").unwrap();
    let (old, new) = (found(policy, "podSelector", release("1.33")), found(policy, "podSelector", release("1.34")));
    assert_eq!((old.until, new.since), (release("1.33"), release("1.34")));
    assert!(!old.required && !new.required);
}

#[test]
fn removed_api_versions_are_known() {
    for (api_version, name, minor, replacement) in [
        ("extensions/v1beta1", "Deployment", 16, Some("apps/v1")),
        ("extensions/v1beta1", "Ingress", 22, Some("networking.k8s.io/v1")),
        ("networking.k8s.io/v1beta1", "Ingress", 22, Some("networking.k8s.io/v1")),
        ("batch/v1beta1", "CronJob", 25, Some("batch/v1")),
        ("policy/v1beta1", "PodSecurityPolicy", 25, None),
        ("policy/v1beta1", "PodDisruptionBudget", 25, Some("policy/v1")),
        ("autoscaling/v2beta2", "HorizontalPodAutoscaler", 26, Some("autoscaling/v2")),
        ("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", 32, Some("flowcontrol.apiserver.k8s.io/v1")),
        ("rbac.authorization.k8s.io/v1beta1", "Role", 22, Some("rbac.authorization.k8s.io/v1")),
    ] {
        let removed = table().removed(api_version, name).unwrap();
        assert_eq!((removed.minor, removed.replacement), (minor, replacement), "{api_version} {name}");
    }
    assert!(table().removed("policy/v1beta1", "PodSecurityPolicy").unwrap().note.unwrap().contains("Pod Security"));
    assert_eq!(table().removed("apps/v1", "Deployment"), None);
    assert_eq!(table().removed("apps/v1beta1", "DaemonSet"), None);
}

#[test]
fn the_removed_agree_with_the_kinds() {
    for removed in &table().removed {
        let label = format!("{} {}", removed.api_version, removed.kind);
        match table().kind(removed.api_version, removed.kind) {
            Some(known) => assert_eq!(known.until.minor() + 1, removed.minor, "{label}"),
            None => assert!((16..=33).contains(&removed.minor), "{label}"),
        }
        if let Some(replacement) = removed.replacement {
            let known = kind(replacement, removed.kind);
            let first = removed.minor.max(Version::OLDEST.minor());
            assert!((known.since.minor()..=known.until.minor()).contains(&first), "{label}");
        }
    }
    for known in table().kinds().filter(|known| known.until < Version::NEWEST && known.scope != Scope::List) {
        assert!(table().removed(known.api_version, known.kind).is_some(), "{} {}", known.api_version, known.kind);
    }
}

#[test]
fn suggests_the_kind_that_was_meant() {
    for (api_version, name, wanted) in [
        ("v1", "Deployment", Some("apps/v1 Deployment")),
        ("app/v1", "Deployment", Some("apps/v1 Deployment")),
        ("apps/v1", "Deploymnet", Some("apps/v1 Deployment")),
        ("apps/v1", "deployment", Some("apps/v1 Deployment")),
        ("apps/v1", "DeploymentLst", Some("apps/v1 Deployment")),
        ("apps/v1", "DeployList", None),
        ("v1", "Pods", Some("v1 Pod")),
        ("v1", "Ingress", Some("networking.k8s.io/v1 Ingress")),
        ("networking/v1", "NetworkPolicies", Some("networking.k8s.io/v1 NetworkPolicy")),
        ("batch/v1beta1", "CronJob", Some("batch/v1 CronJob")),
        ("autoscaling/v3", "HorizontalPodAutoscaler", Some("autoscaling/v2 HorizontalPodAutoscaler")),
        ("events/v1", "Event", Some("v1 Event")),
        ("events.k8s.io/v1beta1", "Event", Some("events.k8s.io/v1 Event")),
        ("gateway.networking.k8s.io/v1", "HttpRoute", Some("gateway.networking.k8s.io/v1 HTTPRoute")),
        ("v1", "Widget", None),
        ("v1", "", None),
    ] {
        let nearest = table().nearest_kind(api_version, name, Version::NEWEST);
        let nearest = nearest.map(|known| format!("{} {}", known.api_version, known.kind));
        assert_eq!(nearest.as_deref(), wanted, "{api_version} {name}");
    }
    let nearest = table().nearest_kind("resource.k8s.io/v1", "DeviceClass", release("1.33")).unwrap();
    assert_eq!(nearest.api_version, "resource.k8s.io/v1beta2");
}

#[test]
fn tells_whole_groups_from_custom_resources() {
    for whole in ["v1", "v2", "apps/v1", "apps/v9", "app/v1", "policy/v1beta1", "batch", "settings.k8s.io/v1alpha1"] {
        assert!(table().is_whole_group(whole), "{whole}");
    }
    for custom in
        ["gateway.networking.k8s.io/v1", "serving.knative.dev/v1", "snapshot.storage.k8s.io/v1", "cert-manager.io/v1"]
    {
        assert!(!table().is_whole_group(custom), "{custom}");
    }
}

#[test]
fn finds_the_owner_of_a_field() {
    let deployment = kind("apps/v1", "Deployment").ty;
    let newest = Version::NEWEST;
    let owners = |field| table().owners_of(deployment, field, newest);
    assert_eq!(
        owners("readOnlyRootFilesystem"),
        [
            "spec.template.spec.containers[].securityContext",
            "spec.template.spec.ephemeralContainers[].securityContext",
            "spec.template.spec.initContainers[].securityContext",
        ]
    );
    assert_eq!(owners("containers"), ["spec.template.spec"]);
    assert_eq!(owners("replicas"), ["spec"]);
    assert_eq!(owners("spec").first().map(String::as_str), Some(""));
    assert_eq!(owners("name").len(), 5);
    assert!(owners("readyReplicas").is_empty() && owners("schedule").is_empty() && owners("nonsense").is_empty());
    assert!(table().owners_of(deployment, "workloadRef", newest).is_empty());
    assert_eq!(table().owners_of(deployment, "workloadRef", release("1.35")), ["spec.template.spec"]);

    let crd = kind("apiextensions.k8s.io/v1", "CustomResourceDefinition").ty;
    let schema = "spec.versions[].schema.openAPIV3Schema";
    assert_eq!(table().owners_of(crd, "exclusiveMinimum", newest), [schema]);
    assert_eq!(table().owners_of(crd, "url", newest).len(), 2);
    let route = kind("gateway.networking.k8s.io/v1", "HTTPRoute").ty;
    assert_eq!(table().owners_of(route, "backendRefs", newest), ["spec.rules[]"]);
}
