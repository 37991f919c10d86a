//! `unknown-admission-plugin`

use super::tools::on_item;
use crate::apiserver::catalogue::{Component, Lookup, catalogue};
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "unknown-admission-plugin",
    summary: "an admission plugin that does not exist",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "The API server stops at the name of a plugin that it does not have: a typing error, or a plugin of a later \
          release.",
    prevents: "The control plane starts after the change.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.2
      command:
        - kube-apiserver
        - --enable-admission-plugins=NodeRestrictions
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.2
      command:
        - kube-apiserver
        - --enable-admission-plugins=NodeRestriction
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

const LISTS: [&str; 3] = ["enable-admission-plugins", "disable-admission-plugins", "admission-control"];

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::ApiServer) {
        for setting in view.settings.iter().filter(|setting| LISTS.contains(&setting.name.as_str())) {
            for (item, span) in setting.items() {
                let (message, help) = match catalogue().plugin(item, plane.version(view)) {
                    Lookup::NotYet { since } => {
                        let version = plane.version(view);
                        (
                            format!(
                                "kube-apiserver {version} has no admission plugin `{item}`, which came with {since}"
                            ),
                            None,
                        )
                    }
                    Lookup::Unknown { nearest } => {
                        let help = nearest.map(|near| format!("did you mean `{near}`?"));
                        (format!("kube-apiserver has no admission plugin `{item}`, and does not start with it"), help)
                    }
                    _ => continue,
                };
                let mut report = on_item(view, setting, span, "no such plugin", message);
                if let Some(help) = help {
                    report = report.help(help);
                }
                sink.report(report);
            }
        }
    }
}
