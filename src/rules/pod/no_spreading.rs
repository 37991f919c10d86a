//! `no-spreading`

use crate::diagnostic::Diagnostic;
use crate::k8s::object::Kind;
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "no-spreading",
    summary: "replicas that nothing spreads over nodes",
    severity: Severity::Low,
    category: Category::Reliability,
    on: false,
    controls: &[],
    why: "The scheduler prefers to spread the pods of a workload, and does so less the fuller the nodes are. \
          `topologySpreadConstraints` or a `podAntiAffinity` say what is wanted, for nodes and for zones.",
    prevents: "All replicas end up on one node, and go with it.",
    bad: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
  namespace: shop
spec:
  replicas: 3
  selector:
    matchLabels:
      app: app
  template:
    metadata:
      labels:
        app: app
    spec:
      containers:
        - name: app
          image: ghcr.io/acme/app:1.2.3
",
    good: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
  namespace: shop
spec:
  replicas: 3
  selector:
    matchLabels:
      app: app
  template:
    metadata:
      labels:
        app: app
    spec:
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              app: app
      containers:
        - name: app
          image: ghcr.io/acme/app:1.2.3
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    let object = context.object;
    if !matches!(object.kind, Kind::Deployment | Kind::StatefulSet) {
        return;
    }
    let Some(replicas) = object.root.get("spec").and_then(|spec| Field::of(spec, "replicas")) else { return };
    if replicas.value.as_int().is_none_or(|count| count < 2) {
        return;
    }
    let spec = context.pod.spec;
    let spreads = spec.get("topologySpreadConstraints").is_some_and(|list| list.items().len() > 0);
    let keeps_apart = spec.path(&["affinity", "podAntiAffinity"]).is_some_and(|terms| terms.entries().len() > 0);
    if !spreads && !keeps_apart {
        let message = format!("nothing spreads the pods of the {} `{}` over nodes", object.kind_name, object.name());
        let report = Diagnostic::new(replicas.span(), message).label("these may all run on one node");
        sink.report(report.help("add `topologySpreadConstraints` to the pod's spec"));
    }
}
