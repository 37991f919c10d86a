//! `device-admin-access`

use crate::diagnostic::Diagnostic;
use crate::k8s::object::Object;
use crate::k8s::pod::Field;
use crate::k8s::resources::group_of;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "device-admin-access",
    summary: "a claim with admin access to devices",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[],
    why: "`adminAccess` gives a pod devices that are in use by others, with whatever the driver adds for \
          administrators: their memory, their monitoring, their settings. The API server takes it only in namespaces \
          with the label `resource.kubernetes.io/admin-access: \"true\"`, which whoever may label namespaces sets.",
    prevents: "A pod reads what runs on the accelerator of another team.",
    bad: "\
apiVersion: resource.k8s.io/v1
kind: ResourceClaim
metadata:
  name: gpu
  namespace: shop
spec:
  devices:
    requests:
      - name: gpu
        exactly:
          deviceClassName: gpu.example.com
          adminAccess: true
",
    good: "\
apiVersion: resource.k8s.io/v1
kind: ResourceClaim
metadata:
  name: gpu
  namespace: shop
spec:
  devices:
    requests:
      - name: gpu
        exactly:
          deviceClassName: gpu.example.com
",
    fix: None,
    check: RuleKind::Object(check),
};

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    if group_of(object.api_version) != "resource.k8s.io" {
        return;
    }
    let spec = match object.kind_name {
        "ResourceClaim" => object.root.get("spec"),
        "ResourceClaimTemplate" => object.root.path(&["spec", "spec"]),
        _ => None,
    };
    let requests = spec.and_then(|spec| spec.path(&["devices", "requests"]));
    for request in requests.into_iter().flat_map(Node::items) {
        // v1beta1 has it in the request itself
        let exactly = request.get("exactly").and_then(|exactly| Field::of(exactly, "adminAccess"));
        if let Some(field) = exactly.or(Field::of(request, "adminAccess")).filter(|field| field.is_true()) {
            let name = request.get("name").and_then(Node::as_str).unwrap_or_default();
            let message =
                format!("the request `{name}` asks for devices that are in use by others, as an administrator");
            sink.report(Diagnostic::new(field.span(), message).label("expected `false`, or nothing"));
        }
    }
}
