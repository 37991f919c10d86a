//! `run-as-user`

use serde_json::json;

use super::holder::whole;
use super::words::Setters;
use super::{Control, Holder, Violation};
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, nsa, pss};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "run-as-user",
    summary: "a container is told to run as user 0",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[pss("restricted: Running as Non-root user"), cis("5.2.7"), nsa("Pod security enforcement")],
    why: "`runAsUser: 0` chooses root, whatever the image says. It counts for the pod even where every container says \
          otherwise, since the next container added would inherit it. From policy 1.35 on, pods in a user namespace of \
          their own (`hostUsers: false`) are exempt.",
    prevents: "Root in the container is root for the kernel: it owns what it finds mounted, and a way out of the container ends \
               as root on the node.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  securityContext:
    runAsUser: 0
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
  securityContext:
    runAsUser: 10001
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::PodSecurity(&CONTROL),
};

static CONTROL: Control = Control { id: "runAsUser", level: Level::Restricted, since: 23, overrides: &[], evaluate };

/// The user that the scaffolder takes too: above those that nodes give to people and services.
const USER: i64 = 10_001;

fn evaluate(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Option<Violation> {
    if super::is_exempt_user_namespace(context) {
        return None;
    }
    let mut setters = Setters::default();
    for holder in Holder::all(context.pod) {
        let field = holder.security().run_as_user;
        let Some(field) = field.filter(|_| whole(field) == Some(0)) else { continue };
        setters.add(holder);
        let edit = sink.fix(|text| edit::set(text, holder.node(), &["securityContext", "runAsUser"], &json!(USER)));
        let report = holder
            .report(field.span(), "runs as user 0, which is root")
            .label("expected another user, or nothing")
            .fix(Safety::Unsafe, format!("set `runAsUser: {USER}`"), edit);
        sink.report(report);
    }
    sink.words(!setters.is_empty(), || Violation {
        reason: "runAsUser=0",
        detail: format!("{setters} must not set runAsUser=0"),
    })
}
