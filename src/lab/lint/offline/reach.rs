//! Checks that run programs, dial and ask over HTTP.

use super::Linter;
use super::identity::who;
use super::linter::workload;
use crate::decode::Located;
use crate::diagnostic::Diagnostic;
use crate::k8s::names::NameRule;
use crate::lab::course::CheckKind;
use crate::lab::course::check_kind::{Connect, Healthy, Http, Leak, Route, Run, To, Works};
use crate::lab::course::values::{Need, Protocol, Reached, Routed, Runs, Scheme, Target};
use crate::lab::probe_pods;
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
    match &from.ns {
        Some(ns) => {
            linter.alias(ns);
            linter.not_with(*place, "beside `ns`", &[("new_namespace", from.new_namespace)]);
        }
        None if from.new_namespace => {
            linter.not_with(*place, "beside `new_namespace`", &[("workload", from.workload.is_some())]);
        }
        None => linter.wrong(*place, "`ns` is missing"),
    }
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
    match &spec.to {
        Some(to) => destination(linter, to),
        // a question without a destination goes to the cluster's own name server
        None if spec.proto == Protocol::Dns => {}
        None => linter.wrong(span, "`to` is missing: where it goes"),
    }
    let is_ours = matches!(spec.to, Some(To::NewNamespace(..) | To::Outside(_)));
    if is_ours {
        let listens = |port: u32| [probe_pods::PORT, probe_pods::DNS_PORT].contains(&port);
        let is_open = matches!(spec.to, Some(To::NewNamespace(..))) && spec.port.is_some_and(|port| listens(port.0));
        linter.not_with(
            span,
            "of a place that is made for the dial",
            &[("port", spec.port.is_some() && !is_open), ("control", spec.control.is_some())],
        );
    } else if spec.port.is_none() && spec.proto != Protocol::Dns {
        linter.wrong(span, "`port` is missing");
    }
    if spec.expect == Reached::Blocked {
        linter.needs(span, &[Need::NetworkPolicy, Need::OwnCluster], "`expect: blocked`");
    }
    match &spec.control {
        Some(control) => self::control(linter, spec, control),
        None if spec.expect == Reached::Blocked && !is_ours => {
            let problem =
                Diagnostic::error(span, "`control` is missing: nothing shows that anybody is there to be reached");
            linter.say(problem.label("name a check that finds the same place open"));
        }
        None => {}
    }
}

fn destination(linter: &mut Linter<'_>, to: &To) {
    if let To::Service(_, within) | To::Workload(_, within) = to {
        linter.alias(&within.ns);
    }
    if let To::Workload(workload, _) = to {
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

/// Where a check goes: the key, the namespace and the name.
fn place(to: Option<&To>) -> Option<(&'static str, Option<&str>, &str)> {
    Some(match to? {
        To::Service(name, within) => ("service", Some(&within.ns), name),
        To::Workload(name, within) => ("workload", Some(&within.ns), name),
        To::Ip(address) => ("ip", None, address),
        To::Host(name) => ("host", None, name),
        To::NewNamespace(..) => ("new_namespace", None, ""),
        To::Outside(_) => ("outside", None, ""),
    })
}

/// Whether two checks go to the same place; a service may be that of a workload, whatever its port.
fn is_same_place(one: &Connect, other: &Connect) -> bool {
    let is_service_of = match (&one.to, &other.to) {
        (Some(To::Service(_, a)), Some(To::Workload(_, b))) | (Some(To::Workload(_, a)), Some(To::Service(_, b))) => {
            a.ns == b.ns
        }
        _ => false,
    };
    let is_same = place(one.to.as_ref()) == place(other.to.as_ref());
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

pub(super) fn route(linter: &mut Linter<'_>, spec: &Route, span: Span) {
    if spec.paths.is_empty() {
        linter.wrong(span, "`paths` is empty: nothing is asked for");
    }
    for path in &spec.paths {
        let text = linter.filled(path).unwrap_or_else(|| path.value.clone());
        let is_plain = text.starts_with('/')
            && !text.contains(['?', '#', '%'])
            && !text.split('/').any(|part| part == "." || part == "..");
        if !is_plain || text.contains("//") {
            linter.wrong(
                path.span,
                "expected a path as an edge compares it: it begins with `/`, and has no `..`, `//`, `?` or `%`",
            );
        }
    }
    match (spec.expect, spec.scheme) {
        (Routed::Closed, _) => {
            linter.not_with(
                span,
                "of what nobody answers",
                &[("trust", spec.trust.is_some()), ("cel", spec.cel.is_some())],
            );
            if spec.body.is_some() && !spec.named {
                linter.wrong(span, "of what nobody answers, `body` needs `named`: it is what no answer may hold");
            }
        }
        (Routed::Served, Scheme::Http) => {
            linter.not_with(span, "without TLS", &[("trust", spec.trust.is_some()), ("cel", spec.cel.is_some())]);
        }
        (Routed::Served, Scheme::Https) if spec.trust.is_none() => {
            linter.wrong(span, "`trust` is missing: without an authority a client accepts no certificate");
        }
        (Routed::Served, Scheme::Https) => {}
    }
    if spec.expect == Routed::Served {
        linter.not_with(span, "of what is answered", &[("named", spec.named)]);
    }
    linter.regex(spec.body.as_ref());
    linter.cel(spec.cel.as_ref());
}

pub(super) fn healthy(linter: &mut Linter<'_>, spec: &Healthy, span: Span) {
    if let Works::Workload(workload, pods) = &spec.what {
        linter.alias(&pods.ns);
        self::workload(linter, workload);
        if pods.replicas.0 == 0 {
            linter.wrong(span, "`replicas: 0` passes where nothing runs");
        }
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
