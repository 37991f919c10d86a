//! `external-ips`

use crate::diagnostic::Diagnostic;
use crate::k8s::object::{Kind, Object};
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, nsa};
use crate::rules::sink::Sink;
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "external-ips",
    summary: "a Service takes over addresses with `externalIPs`",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[nsa("Network policies")],
    why: "Nodes send what goes to an address in `externalIPs` to the Service, whosever address it is: that of a DNS \
          server, of an API, of another team (CVE-2020-8554, which has no fix). Nobody checks whether the address \
          belongs to the one who writes it.",
    prevents: "Whoever may create a Service cannot read the traffic of others.",
    bad: "\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  externalIPs:
    - 203.0.113.7
  ports:
    - port: 443
",
    good: "\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: LoadBalancer
  loadBalancerSourceRanges:
    - 198.51.100.0/24
  selector:
    app: web
  ports:
    - port: 443
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Object(check),
};

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    if object.kind != Kind::Service {
        return;
    }
    let Some(spec) = object.root.get("spec") else { return };
    if let Some(addresses) = Field::of(spec, "externalIPs").filter(|addresses| addresses.value.items().len() > 0) {
        let message = format!("Service `{}` takes over addresses of the network", object.name());
        let fix = sink.fix(|text| edit::remove(text, spec, "externalIPs"));
        let report =
            Diagnostic::new(addresses.key.span(), message).label("expected none; use a load balancer or a Gateway");
        sink.report(report.fix(Safety::Unsafe, "remove `externalIPs`", fix));
    }
}
