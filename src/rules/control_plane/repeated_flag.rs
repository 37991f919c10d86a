//! `repeated-flag`

use super::malformed_argument::is_malformed;
use super::tools::{flag, on_setting, place};
use crate::apiserver::catalogue::catalogue;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "repeated-flag",
    summary: "a flag with one value, given twice",
    severity: Severity::Medium,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "Of a flag with one value the last one counts, without a word. Whoever reads the first believes in a setting that is \
          not there. Flags that are lists add up, and may be repeated.",
    prevents: "What a reviewer sees at the top of the list is what holds.",
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
        - --profiling=false
        - --profiling=true
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
        - --profiling=false
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in &plane.programs {
        let flags = || view.settings.iter().filter(|setting| setting.is_flag() && !is_malformed(setting));
        for (at, setting) in flags().enumerate() {
            let Some(found) = catalogue().flag(view.program, &setting.name, plane.version(view)).found() else {
                continue;
            };
            // etcd and the maps of Kubernetes: some replace, none is a mistake
            if found.ty.is_list() {
                continue;
            }
            let Some(last) = flags().skip(at + 1).find(|other| other.name == setting.name) else { continue };
            // in another file, that is how the one takes the place of the other
            if last.file != setting.file || last.value == setting.value {
                continue;
            }
            let name = flag(view.program, &setting.name);
            let message = format!("{} reads the last `--{name}` only", view.title());
            let report = on_setting(view, setting, "counts for nothing", message);
            sink.report(report.related_all([place(last, "this one counts")]));
        }
    }
}
