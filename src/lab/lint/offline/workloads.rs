//! The workloads and containers that checks name: something that is applied has to make them.

use std::collections::{BTreeMap, BTreeSet};

use super::Linter;
use super::linter::Use;
use crate::decode::Located;
use crate::diagnostic::{Diagnostic, nearest};
use crate::lab::course::check_kind::{PodToken, To, TokenFrom, TokenPlace, Who, Works};
use crate::lab::course::values::Id;
use crate::lab::course::{Action, CheckKind, Workload};
use crate::yaml::{self, Node};

/// The containers of workloads, by namespace, kind and name.
type Made = BTreeMap<(String, String, String), BTreeSet<String>>;

/// A workload that a check names.
struct Named<'l> {
    ns: &'l Located<Id>,
    workload: &'l Located<String>,
    container: Option<&'l str>,
}

pub(super) fn check(linter: &mut Linter<'_>) {
    let lab = linter.lab;
    let made = made(linter);
    let mut named = Vec::new();
    for check in lab.checks() {
        of_probe(&check.probe, &mut named);
    }
    for one in named {
        judge(linter, &made, &one);
    }
}

/// What start, solutions and traps make.
fn made(linter: &Linter<'_>) -> Made {
    let mut made = Made::new();
    let files = linter.manifests.iter().filter(|(_, purpose)| **purpose != Use::Asked);
    for source in files.filter_map(|(path, _)| linter.entry.files.get(path)) {
        let Some(text) = linter.filled(source.text()) else { continue };
        for root in yaml::parse(&text).documents.iter().filter_map(yaml::Document::root) {
            let of = |keys: [&str; 2]| root.get(keys[0]).and_then(|node| node.get(keys[1])).and_then(Node::text);
            let (Some(kind), Some(name)) = (root.get("kind").and_then(Node::text), of(["metadata", "name"])) else {
                continue;
            };
            let ns = of(["metadata", "namespace"]).unwrap_or(linter.names.home());
            let found = made.entry((ns.to_owned(), kind.to_owned(), name.to_owned())).or_default();
            containers(root, found);
        }
    }
    made
}

/// The names of all containers, wherever the pods are within an object.
fn containers(node: Node<'_, '_>, found: &mut BTreeSet<String>) {
    for item in node.items() {
        containers(item, found);
    }
    for (key, value) in node.entries() {
        if key.text().is_some_and(|key| matches!(key, "containers" | "initContainers")) {
            found.extend(value.items().filter_map(|one| Some(one.get("name")?.text()?.to_owned())));
        }
        containers(value, found);
    }
}

fn of_probe<'l>(probe: &'l CheckKind, found: &mut Vec<Named<'l>>) {
    let mut add = |ns: &'l Located<Id>, workload: &'l Located<String>, container: Option<&'l str>| {
        found.push(Named { ns, workload, container });
    };
    match probe {
        CheckKind::Any(members) | CheckKind::All(members) | CheckKind::None(members) => {
            for member in members {
                of_probe(member, found);
            }
        }
        CheckKind::Exec(spec) => {
            add(&spec.ns, &spec.workload, spec.container.as_deref());
            of_who(spec.by_whom.as_deref(), found);
        }
        CheckKind::Connect(spec) => {
            if let (Some(ns), Some(workload)) = (&spec.from.value.ns, &spec.from.value.workload) {
                add(ns, workload, None);
            }
            if let Some(To::Workload(workload, within)) = &spec.to {
                add(&within.ns, workload, None);
            }
        }
        CheckKind::Healthy(spec) => {
            if let Works::Workload(workload, pods) = &spec.what {
                add(&pods.ns, workload, None);
            }
        }
        CheckKind::Leak(spec) => add(&spec.ns, &spec.workload, None),
        CheckKind::Token(spec) => {
            if let TokenFrom::Workload(workload, place) = &spec.from {
                of_token(workload, place, found);
            }
        }
        CheckKind::Admission(spec) => {
            if let (Some(ns), Some(workload)) = (&spec.ns, &spec.workload) {
                add(ns, workload, None);
            }
            of_who(spec.by_whom.as_deref(), found);
        }
        CheckKind::Http(spec) => of_who(spec.auth.as_deref(), found),
        CheckKind::CanI(spec) => of_who(Some(&spec.subject), found),
        CheckKind::Audit(spec) => {
            if let Some((ns, workload)) =
                spec.provoke.as_ref().and_then(|provoke| Some((provoke.ns.as_ref()?, provoke.exec.as_ref()?)))
            {
                add(ns, workload, None);
            }
        }
        _ => {}
    }
}

fn of_who<'l>(who: Option<&'l Who>, found: &mut Vec<Named<'l>>) {
    if let Some(Who::TokenOf(from)) = who {
        let PodToken::Workload(workload, place) = &from.value;
        of_token(workload, place, found);
    }
}

fn of_token<'l>(workload: &'l Located<String>, place: &'l TokenPlace, found: &mut Vec<Named<'l>>) {
    found.push(Named { ns: &place.ns, workload, container: place.container.as_deref() });
}

fn judge(linter: &mut Linter<'_>, made: &Made, named: &Named<'_>) {
    let Some(workload) = linter.filled(named.workload).and_then(|text| Workload::parse(&text).ok()) else { return };
    let Some(ns) = linter.names.ns.get(&*named.ns.value.0).cloned() else { return };
    let of = |kind: &str, name: &str| made.get(&(ns.clone(), kind.to_owned(), name.to_owned()));
    // the pods of a StatefulSet have its name and a number
    let set =
        workload.name.rsplit_once('-').filter(|(_, number)| workload.kind == "Pod" && number.parse::<u8>().is_ok());
    let found = of(workload.kind, &workload.name).or_else(|| of("StatefulSet", set?.0));
    let Some(containers) = found else {
        if !is_made_by_kubectl(linter, &workload.name) {
            let known = made.keys().filter(|(own, kind, _)| *own == ns && kind == workload.kind);
            let known: Vec<&str> = known.map(|(.., name)| name.as_str()).collect();
            let message = format!("nothing makes the {} `{}` in `{}`", workload.kind, workload.name, named.ns.value);
            let problem = Diagnostic::error(named.workload.span, message);
            linter.say(match nearest(&workload.name, known.iter().copied()) {
                Some(near) => problem.label(format!("did you mean `{near}`?")),
                None => problem.label("neither `start/` nor a solution has it"),
            });
        }
        return;
    };
    if let Some(container) = named.container.and_then(|name| linter.filled(name))
        && !containers.is_empty()
        && !containers.contains(&container)
    {
        let known: Vec<&str> = containers.iter().map(String::as_str).collect();
        let message = format!("`{}` has no container `{container}`", named.workload.value);
        linter.say(Diagnostic::error(named.workload.span, message).label(format!("it has {}", known.join(", "))));
    }
}

/// Whether a step runs kubectl with this name, which may make it.
fn is_made_by_kubectl(linter: &Linter<'_>, name: &str) -> bool {
    let lab = linter.lab;
    let solutions = lab.solutions.iter().flat_map(|solution| &solution.steps);
    let mut steps = lab.start.steps.iter().chain(solutions);
    steps.any(|step| match &step.action {
        Action::Kubectl(argv, _) => {
            let makes = argv.first().is_some_and(|verb| matches!(verb.as_str(), "create" | "run" | "apply"));
            makes && argv.iter().any(|word| word.as_str() == name || word.ends_with(&format!("/{name}")))
        }
        _ => false,
    })
}
