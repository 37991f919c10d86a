//! Checks that run programs, dial and ask over HTTP.

use super::Linter;
use super::identity::who;
use super::linter::workload;
use crate::decode::Located;
use crate::diagnostic::Diagnostic;
use crate::k8s::names::NameRule;
use crate::lab::course::CheckKind;
use crate::lab::course::check_kind::{Connect, Healthy, Http, Leak, Run, To};
use crate::lab::course::values::{Need, Protocol, Reached, Runs, Target};
use crate::yaml::Span;

pub(super) fn exec(linter: &mut Linter<'_>, spec: &Run, span: Span) {
    linter.alias(&spec.ns);
    workload(linter, &spec.workload);
    if spec.argv.is_empty() {
        linter.wrong(span, "`argv` is empty");
    }
    if spec.each {
        linter.not_with(span, "beside `each`", &[("container", spec.container.is_some())]);
    }
    if let Some(by_whom) = &spec.by_whom {
        who(linter, by_whom);
    }
    let outcome = [
        ("exit", spec.exit.is_some()),
        ("stdout", spec.stdout.is_some()),
        ("not_stdout", spec.not_stdout.is_some()),
        ("stderr", spec.stderr.is_some()),
    ];
    match spec.expect {
        Runs::Denied => linter.not_with(span, "of what may not run", &outcome),
        Runs::Runs => {
            linter.not_with(span, "of what may run", &[("message", spec.message.is_some())]);
            if !outcome.iter().any(|(_, given)| *given) {
                let problem = Diagnostic::error(span, "nothing is expected of the program");
                linter.say(problem.label("say `exit`, `stdout`, `not_stdout` or `stderr`"));
            }
        }
    }
    if spec.control.is_empty() {
        linter.wrong(span, "`control` is empty: nothing shows that a program can run there at all");
    }
    for text in [&spec.stdout, &spec.not_stdout, &spec.stderr, &spec.message] {
        linter.regex(text.as_ref());
    }
}

pub(super) fn connect(linter: &mut Linter<'_>, spec: &Connect, span: Span) {
    let Located { value: from, span: place } = &spec.from;
    linter.alias(&from.ns);
    if let Some(workload) = &from.workload {
        self::workload(linter, workload);
        linter.not_with(*place, "beside `workload`", &[("labels", !from.labels.is_empty())]);
    }
    for (key, value) in from.labels.iter() {
        let value = linter.filled(value).unwrap_or_default();
        if NameRule::QualifiedName.check(key).is_err() || NameRule::LabelValue.check(&value).is_err() {
            linter.wrong(*place, format!("`{key}: {value}` cannot be a label"));
        }
    }
    destination(linter, &spec.to, spec.proto);
    if spec.port.is_none() && spec.proto != Protocol::Dns {
        linter.wrong(span, "`port` is missing");
    }
    if spec.expect == Reached::Blocked {
        linter.needs(span, &[Need::NetworkPolicy, Need::OwnCluster], "`expect: blocked`");
    }
    match &spec.control {
        Some(control) => self::control(linter, spec, control),
        None if spec.expect == Reached::Blocked => {
            let problem =
                Diagnostic::error(span, "`control` is missing: nothing shows that anybody is there to be reached");
            linter.say(problem.label("name a check that finds the same place open"));
        }
        None => {}
    }
}

fn destination(linter: &mut Linter<'_>, to: &Located<To>, proto: Protocol) {
    let Located { value: to, span } = to;
    let keys = [
        ("service", to.service.is_some()),
        ("workload", to.workload.is_some()),
        ("ip", to.ip.is_some()),
        ("host", to.host.is_some()),
    ];
    // a question without a destination goes to the cluster's own name server
    if proto != Protocol::Dns || keys.iter().any(|(_, given)| *given) {
        linter.one_of(*span, "where it goes", &keys);
    }
    if to.service.is_some() || to.workload.is_some() {
        linter.namespace(to.ns.as_ref(), *span, "a service or workload");
    } else {
        linter.not_with(*span, "without a service or workload", &[("ns", to.ns.is_some())]);
    }
    if let Some(workload) = &to.workload {
        self::workload(linter, workload);
    }
}

/// The check that shows that the same place can be reached.
fn control(linter: &mut Linter<'_>, spec: &Connect, id: &Located<crate::lab::course::values::Id>) {
    let lab = linter.lab;
    let Some(check) = lab.check(id) else {
        linter.unknown(id.span, "check", id, lab.checks().map(|check| check.id.0.as_str()));
        return;
    };
    let CheckKind::Connect(other) = &check.probe else {
        linter.wrong(id.span, format!("`{}` is not a check of the type `connect`", id.value));
        return;
    };
    if other.expect != Reached::Open {
        linter.wrong(id.span, format!("`{}` does not expect to find the place open", id.value));
    } else if !is_same_place(spec, other) {
        linter.wrong(id.span, format!("`{}` goes to another place or port", id.value));
    }
}

/// Whether two checks go to the same place; a service may be that of a workload, whatever its port.
fn is_same_place(one: &Connect, other: &Connect) -> bool {
    let is_pair = |a: &To, b: &To| a.service.is_some() && b.workload.is_some();
    let (a, b) = (&one.to.value, &other.to.value);
    let is_service_of = a.ns == b.ns && (is_pair(a, b) || is_pair(b, a));
    let is_same = (&a.ns, &a.service, &a.workload, &a.ip, &a.host) == (&b.ns, &b.service, &b.workload, &b.ip, &b.host);
    let port = |spec: &Connect| spec.port.map(|port| port.0);
    one.proto == other.proto && (is_service_of || is_same && port(one) == port(other))
}

pub(super) fn http(linter: &mut Linter<'_>, spec: &Http, span: Span) {
    if spec.target == Target::Service {
        linter.namespace(spec.ns.as_ref(), span, "a service");
        if spec.service.is_none() {
            linter.wrong(span, "`service` is missing");
        }
    } else {
        let keys = [("ns", spec.ns.is_some()), ("service", spec.service.is_some())];
        linter.not_with(span, "for a target other than a service", &keys);
    }
    if matches!(spec.target, Target::Kubelet | Target::KubeletReadOnly | Target::Etcd) {
        linter.needs(span, &[Need::Node, Need::OwnCluster], "asking a port of the node");
    }
    if !spec.path.starts_with('/') && !spec.path.starts_with("{{") {
        linter.wrong(span, "a path begins with `/`");
    }
    if let Some(auth) = &spec.auth {
        who(linter, auth);
    }
    let outcome =
        [("status", !spec.status.is_empty()), ("body", spec.body.is_some()), ("not_body", spec.not_body.is_some())];
    if spec.refused {
        linter.not_with(span, "of a connection that is refused", &outcome);
    } else if !outcome.iter().any(|(_, given)| *given) {
        linter.wrong(span, "nothing is expected of the answer: say `status`, `body`, `not_body` or `refused`");
    } else if spec.not_body.is_some() && spec.status.is_empty() && spec.body.is_none() {
        linter.wrong(span, "`not_body` alone passes for an answer that is an error: say `status` or `body` too");
    }
    linter.regex(spec.body.as_ref());
    linter.regex(spec.not_body.as_ref());
}

pub(super) fn healthy(linter: &mut Linter<'_>, spec: &Healthy, span: Span) {
    let keys = [("workload", spec.workload.is_some()), ("component", spec.component.is_some())];
    linter.one_of(span, "what is to be healthy", &keys);
    if let Some(workload) = &spec.workload {
        linter.namespace(spec.ns.as_ref(), span, "a workload");
        self::workload(linter, workload);
        if spec.replicas.0 == 0 {
            linter.wrong(span, "`replicas: 0` passes where nothing runs");
        }
    }
    if spec.component.is_some() {
        linter.not_with(span, "of a component", &[("ns", spec.ns.is_some())]);
    }
}

pub(super) fn leak(linter: &mut Linter<'_>, spec: &Leak, span: Span) {
    linter.alias(&spec.ns);
    workload(linter, &spec.workload);
    let lab = linter.lab;
    if !lab.random.iter().any(|word| word.value == spec.marker.value) {
        linter.unknown(spec.marker.span, "random word", &spec.marker, lab.random.iter().map(|word| word.0.as_str()));
    }
    if spec.absent_from.is_empty() && spec.present_in.is_none() {
        linter.wrong(span, "`absent_from` or `present_in` is missing: nothing is checked");
    }
}
