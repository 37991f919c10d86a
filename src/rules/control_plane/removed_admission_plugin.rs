//! `removed-admission-plugin`

use super::tools::on_item;
use crate::apiserver::catalogue::{Component, Lookup, catalogue};
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "removed-admission-plugin",
    summary: "an admission plugin that is gone",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "The API server stops at the name of a plugin that it does not have. Old guides ask for `PodSecurityPolicy`, \
          `DenyEscalatingExec` or `SecurityContextDeny`, which are gone; what took their place is in the message.",
    prevents: "The control plane starts, and what the old plugin was for is done by what took its place.",
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
        - --enable-admission-plugins=NodeRestriction,PodSecurityPolicy
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
                let found = catalogue().plugin(item, plane.version(view));
                let Lookup::Removed { since, replacement, note } = found else { continue };
                let message = format!(
                    "kube-apiserver has had no admission plugin `{item}` since 1.{since}, and does not start with it"
                );
                let label = replacement.map_or_else(|| "expected nothing".to_owned(), |new| format!("today: {new}"));
                let mut report = on_item(view, setting, span, &label, message);
                if let Some(note) = note {
                    report = report.help(note.trim_end_matches('.'));
                }
                sink.report(report);
            }
        }
    }
}
