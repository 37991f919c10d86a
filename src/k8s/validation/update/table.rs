//! Kinds of which some fields stay as they are, and nothing else is asked.

use serde_json::{Value, json};

use super::change::{Changes, Pair};

const CLASS: &str = "make a class of another name and let others name that; or delete it and create it anew, which changes nothing of what \
                     was made with it";
const BINDING: &str = "delete the binding and create it anew, as `kubectl auth reconcile` does; or add a second one";
const CLAIM: &str = "make one of another name; pods name that";
const OBJECT: &str = "delete the object and create it anew";

/// A field that stays as it is.
struct Field {
    group: &'static str,
    kind: &'static str,
    path: &'static [&'static str],
    /// What it is where it is absent.
    default: Default,
    way_out: &'static str,
}

enum Default {
    Nothing,
    Text(&'static str),
    True,
    /// A list with this text.
    List(&'static str),
}

const fn field(
    (group, kind): (&'static str, &'static str),
    path: &'static [&'static str],
    default: Default,
    way_out: &'static str,
) -> Field {
    Field { group, kind, path, default, way_out }
}

const RBAC: &str = "rbac.authorization.k8s.io";
const STORAGE: &str = "storage.k8s.io";
const RESOURCE: &str = "resource.k8s.io";

/// The fields, by upstream's `Validate…Update` of each kind.
static FIELDS: [Field; 25] = [
    field((RBAC, "RoleBinding"), &["roleRef"], Default::Nothing, BINDING),
    field((RBAC, "ClusterRoleBinding"), &["roleRef"], Default::Nothing, BINDING),
    field(("node.k8s.io", "RuntimeClass"), &["handler"], Default::Nothing, CLASS),
    field(("scheduling.k8s.io", "PriorityClass"), &["value"], Default::Nothing, CLASS),
    field(("scheduling.k8s.io", "PriorityClass"), &["preemptionPolicy"], Default::Text("PreemptLowerPriority"), CLASS),
    field(("networking.k8s.io", "IngressClass"), &["spec", "controller"], Default::Nothing, CLASS),
    field(("networking.k8s.io", "IPAddress"), &["spec", "parentRef"], Default::Nothing, OBJECT),
    field((STORAGE, "StorageClass"), &["parameters"], Default::Nothing, CLASS),
    field((STORAGE, "StorageClass"), &["provisioner"], Default::Nothing, CLASS),
    field((STORAGE, "StorageClass"), &["reclaimPolicy"], Default::Text("Delete"), CLASS),
    field((STORAGE, "StorageClass"), &["volumeBindingMode"], Default::Text("Immediate"), CLASS),
    field((STORAGE, "CSIDriver"), &["spec", "attachRequired"], Default::True, OBJECT),
    field((STORAGE, "CSIDriver"), &["spec", "volumeLifecycleModes"], Default::List("Persistent"), OBJECT),
    field((STORAGE, "VolumeAttachment"), &["spec"], Default::Nothing, OBJECT),
    field((STORAGE, "VolumeAttributesClass"), &["driverName"], Default::Nothing, CLASS),
    field((STORAGE, "VolumeAttributesClass"), &["parameters"], Default::Nothing, CLASS),
    field((STORAGE, "CSIStorageCapacity"), &["nodeTopology"], Default::Nothing, OBJECT),
    field((STORAGE, "CSIStorageCapacity"), &["storageClassName"], Default::Nothing, OBJECT),
    field(("certificates.k8s.io", "ClusterTrustBundle"), &["spec", "signerName"], Default::Nothing, OBJECT),
    field((RESOURCE, "ResourceClaim"), &["spec"], Default::Nothing, CLAIM),
    field((RESOURCE, "ResourceClaimTemplate"), &["spec"], Default::Nothing, CLAIM),
    field((RESOURCE, "ResourceSlice"), &["spec", "pool", "name"], Default::Nothing, OBJECT),
    field((RESOURCE, "ResourceSlice"), &["spec", "driver"], Default::Nothing, OBJECT),
    field(("discovery.k8s.io", "EndpointSlice"), &["addressType"], Default::Nothing, OBJECT),
    field(("coordination.k8s.io", "LeaseCandidate"), &["spec", "leaseName"], Default::Nothing, OBJECT),
];

pub(super) fn validate<'d, 's>(group: &str, kind: &str, pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    for field in FIELDS.iter().filter(|field| field.group == group && field.kind == kind) {
        let default = match field.default {
            Default::Nothing => Value::Null,
            Default::Text(text) => json!(text),
            Default::True => json!(true),
            Default::List(text) => json!([text]),
        };
        changes.immutable(pair, field.path, &default, field.way_out);
    }
}
