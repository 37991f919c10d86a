//! `host-probes-and-host-lifecycle`

use std::collections::BTreeSet;

use super::holder::text;
use super::words::{containers, plural, quoted};
use super::{Control, Holder, Violation};
use crate::k8s::pod::{Container, Field};
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, nsa, pss};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "host-probes-and-host-lifecycle",
    summary: "a probe or a hook names a host to connect to",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[pss("baseline: Host Probes / Lifecycle Hooks"), nsa("Pod security enforcement")],
    why: "Probes and hooks are sent by the kubelet, from the network of the node. With `host` they do not go to the pod, but to \
          whatever address is named, the node's own loopback and the cloud's metadata service included. Even `127.0.0.1` is \
          not the pod: it is the node. The control exists from policy 1.34 on.",
    prevents: "Who may create a pod makes the kubelet send requests past every NetworkPolicy to places that trust the node, \
               and sees by the probe's result what answers there.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      livenessProbe:
        httpGet:
          host: 127.0.0.1
          path: /healthz
          port: 8080
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      livenessProbe:
        httpGet:
          path: /healthz
          port: 8080
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::PodSecurity(&CONTROL),
};

static CONTROL: Control =
    Control { id: "hostProbesAndHostLifecycle", level: Level::Baseline, since: 34, overrides: &[], evaluate };

/// The probes and hooks of a container, as far as it has them.
fn handlers<'d, 's>(container: &Container<'d, 's>) -> impl Iterator<Item = Field<'d, 's>> + use<'d, 's> {
    let fields = container.fields;
    let probes = [fields.liveness_probe, fields.readiness_probe, fields.startup_probe];
    let hooks = ["postStart", "preStop"].map(|hook| fields.lifecycle.and_then(|it| Field::of(it.value, hook)));
    probes.into_iter().chain(hooks).flatten()
}

fn evaluate(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Option<Violation> {
    // the one control whose containers come sorted and without duplicates
    let mut names = BTreeSet::new();
    let mut hosts = BTreeSet::new();
    for container in &context.pod.containers {
        for handler in handlers(container) {
            for action in ["httpGet", "tcpSocket"] {
                let Some(action) = Field::of(handler.value, action) else { continue };
                let Some(field) = Field::of(action.value, "host") else { continue };
                let host = text(Some(field));
                if host.is_empty() {
                    continue;
                }
                names.insert(container.name());
                hosts.insert(host);
                let edit = sink.fix(|text| edit::remove(text, action.value, "host"));
                let what = handler.key.text().unwrap_or("");
                let report = Holder::Container(container)
                    .report(field.span(), &format!("has a `{what}` that goes to the host `{host}`"))
                    .label("expected nothing: it then goes to the pod")
                    .help("for virtual hosts, set a `Host` header in `httpHeaders`")
                    .fix(Safety::Unsafe, format!("remove `host: {host}`"), edit);
                sink.report(report);
            }
        }
    }
    sink.words(!names.is_empty(), || {
        let names: Vec<&str> = names.into_iter().collect();
        Violation {
            reason: "probe or lifecycle host",
            detail: format!(
                "{} {} {} {}",
                containers(&names),
                plural(names.len(), "uses", "use"),
                plural(hosts.len(), "probe or lifecycle host", "probe or lifecycle hosts"),
                quoted(hosts)
            ),
        }
    })
}
