//! `unquoted-boolean`

use super::tools::on_setting;
use crate::apiserver::files::Written;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity};
use crate::rules::sink::Sink;
use crate::yaml::edit::Edit;

pub(super) static RULE: Rule = Rule {
    id: "unquoted-boolean",
    summary: "a flag of kubeadm whose value is not a string",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "The values in `extraArgs` are strings. Without quotes `false` and `30` are a boolean and a number, and \
          kubeadm refuses the whole file.",
    prevents: "`kubeadm init` and `kind create cluster` read the file.",
    bad: "\
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
apiServer:
  extraArgs:
    - name: profiling
      value: false
",
    good: "\
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.2
apiServer:
  extraArgs:
    - name: profiling
      value: \"false\"
",
    fix: Some(Safety::Safe),
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.programs.iter().filter(|view| view.form.probes_by_http()) {
        for setting in view.settings.iter().filter(|setting| setting.path.contains("xtraArgs[")) {
            let Written::Value { quoted: false, string: false } = setting.written else { continue };
            let message = format!("the value of `{}` is not a string, and kubeadm refuses it", setting.name);
            let label = format!("expected `\"{}\"`", setting.value);
            let report = on_setting(view, setting, &label, message);
            let edit = Edit { span: setting.value_span, text: format!("\"{}\"", setting.value).into() };
            let edit = Some(edit).filter(|_| sink.settings.fixes && !setting.value.contains(['"', '\\']));
            sink.report(report.fix(Safety::Safe, "put it into quotes", edit));
        }
    }
}
