//! `windows-host-process`

use serde_json::json;

use super::words::Setters;
use super::{Control, Holder, Violation};
use crate::k8s::pod::Field;
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, nsa, pss};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "windows-host-process",
    summary: "a Windows container runs as a process of the node",
    severity: Severity::Critical,
    category: Category::Security,
    on: true,
    controls: &[pss("baseline: HostProcess"), cis("5.2.10"), nsa("Pod security enforcement")],
    why: "A HostProcess container is not a container: it is a process of the Windows node, with its files, registry \
          and network. It is what `privileged` is on Linux.",
    prevents: "Whoever runs code in it owns the node, and with it every pod on it.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  os:
    name: windows
  hostNetwork: true
  securityContext:
    windowsOptions:
      hostProcess: true
      runAsUserName: NT AUTHORITY\\SYSTEM
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  os:
    name: windows
  securityContext:
    windowsOptions:
      runAsUserName: ContainerUser
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::PodSecurity(&CONTROL),
};

static CONTROL: Control =
    Control { id: "windowsHostProcess", level: Level::Baseline, since: 0, overrides: &[], evaluate };

fn evaluate(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Option<Violation> {
    let mut setters = Setters::default();
    for holder in Holder::all(context.pod) {
        let options = holder.security().windows_options;
        let field = options.and_then(|options| Field::of(options.value, "hostProcess"));
        let Some(field) = field.filter(|field: &Field<'_, '_>| field.is_true()) else { continue };
        setters.add(holder);
        let path = ["securityContext", "windowsOptions", "hostProcess"];
        let edit = sink.fix(|text| edit::set(text, holder.node(), &path, &json!(false)));
        let report = holder
            .report(field.span(), "runs as a process of the node")
            .label("expected `false`, or nothing")
            .fix(Safety::Unsafe, "set `hostProcess: false`", edit);
        sink.report(report);
    }
    sink.words(!setters.is_empty(), || Violation {
        reason: "hostProcess",
        detail: format!("{setters} must not set securityContext.windowsOptions.hostProcess=true"),
    })
}
