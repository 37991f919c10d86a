//! Several documents together: one name for one thing, apps that fit their space.

use std::collections::HashMap;

use super::ports::number;
use crate::decode::{Decoder, Located};
use crate::diagnostic::Diagnostic;
use crate::spec::container::Port;
use crate::spec::network::{Called, Caller, From, To};
use crate::spec::storage::Storage;
use crate::spec::values::{AppName, Leaf, SpaceName};
use crate::spec::workload::WorkloadKind;
use crate::spec::{App, Space, Specs};
use crate::yaml::Span;

pub(super) fn check(specs: &Specs, decoder: &mut Decoder<'_>) {
    super::app::twice(specs.spaces.iter().map(|it| (it.name.as_str().to_owned(), it.name.span)), "space", decoder);
    let servers = specs.api_servers.iter().map(|it| (it.name.as_str().to_owned(), it.name.span));
    super::app::twice(servers, "API server", decoder);
    objects(specs, decoder);
    let spaces: HashMap<&str, &Space> = specs.spaces.iter().map(|space| (space.name.as_str(), space)).collect();
    let apps: HashMap<(&str, &str), &App> =
        specs.apps.iter().map(|app| ((app.namespace(), app.name.as_str()), app)).collect();
    releases(specs, decoder);
    for app in &specs.apps {
        namespace(app, decoder);
        unmade(app, &spaces, decoder);
        if let Some(space) = spaces.get(app.namespace()) {
            fits_space(app, space, decoder);
        }
        one_sided(app, &apps, decoder);
    }
    for space in &specs.spaces {
        limits(space, decoder);
    }
}

/// An app that names no space goes to one of its name: with a new name it moves to one that nobody makes.
fn unmade(app: &App, spaces: &HashMap<&str, &Space>, decoder: &mut Decoder<'_>) {
    if app.space.is_some() || spaces.is_empty() || spaces.contains_key(app.namespace()) {
        return;
    }
    let span = app.part_of.as_ref().map_or(app.name.span, |part_of| part_of.span);
    let mut known: Vec<&str> = spaces.keys().copied().collect();
    known.sort_unstable();
    let problem = Diagnostic::warning(span, format!("no space of this spec is called `{}`", app.namespace()));
    decoder.report(
        problem
            .label("the app goes to the namespace of this name, which nobody here makes")
            .help(format!("`space: {}` names one that is made", known.join("`, or `space: "))),
    );
}

/// Documents for different releases are most often an upgrade that stopped half way.
fn releases(specs: &Specs, decoder: &mut Decoder<'_>) {
    let spaces = specs.spaces.iter().map(|space| &space.target.kubernetes);
    let mut all: Vec<_> = spaces.chain(specs.apps.iter().map(|app| &app.target.kubernetes)).collect();
    all.sort_by_key(|release| release.span.start);
    let Some(first) = all.first() else { return };
    if let Some(other) = all.iter().find(|other| other.0 != first.0) {
        decoder.report(
            Diagnostic::warning(
                other.span,
                format!("this is for Kubernetes {}, and others are for {}", other.0, first.0),
            )
            .label("one cluster has one release")
            .related(first.span, "the other release"),
        );
    }
}

/// The memory that containers get by default must be one that they may have.
fn limits(space: &Space, decoder: &mut Decoder<'_>) {
    let (default, most) = (&space.limits.memory, &space.limits.max_memory);
    if let Some(span) = most.place().or(default.place())
        && ***most < ***default
    {
        decoder.report(Diagnostic::error(span, "the most memory is below the default").label(format!(
            "the default is {}, the most {}",
            default.as_str(),
            most.as_str()
        )));
    }
}

/// Objects of one kind, namespace and name, whichever documents they come from. An app's selector is its name, so two apps
/// of one name in one space would also select each other's pods.
fn objects(specs: &Specs, decoder: &mut Decoder<'_>) {
    let mut seen: HashMap<(&str, &str, String), Span> = HashMap::new();
    for space in &specs.spaces {
        for (kind, name) in objects_of_space(space) {
            seen.insert((kind, space.name.as_str(), name), space.name.span);
        }
    }
    for app in &specs.apps {
        let names = objects_of_app(app);
        let taken = names.iter().find_map(|(kind, name)| {
            let other = seen.get(&(*kind, app.namespace(), name.clone()));
            other.map(|span| (*kind, name, *span))
        });
        // one report for each pair of documents, about what they have in common first
        if let Some((kind, name, span)) = taken {
            let what =
                if kind == "app" { "two apps are called".to_owned() } else { format!("two documents make a {kind}") };
            decoder.report(
                Diagnostic::error(app.name.span, format!("{what} `{name}` in space `{}`", app.namespace()))
                    .label("the second")
                    .related(span, "the first")
                    .help("their selectors and names must differ"),
            );
        }
        for (kind, name) in names {
            seen.entry((kind, app.namespace(), name)).or_insert(app.name.span);
        }
    }
}

fn objects_of_space(space: &Space) -> Vec<(&'static str, String)> {
    let policies = ["default-deny-all", "allow-dns", "allow-within"].map(|name| ("NetworkPolicy", name.to_owned()));
    let roles = space.teams.iter().map(|team| ("Role", format!("team-{}", team.role.as_str())));
    std::iter::once(("ServiceAccount", "default".to_owned())).chain(policies).chain(roles).collect()
}

fn objects_of_app(app: &App) -> Vec<(&'static str, String)> {
    let name = app.name.as_str();
    let mut names = vec![("app", name.to_owned()), ("ServiceAccount", name.to_owned())];
    if app.offered_ports().any(|port| port.service_port().is_some()) {
        names.push(("Service", name.to_owned()));
    }
    if app.workload.kind == WorkloadKind::StatefulSet {
        names.push(("Service", app.headless()));
    }
    if !app.api.is_empty() {
        names.push(("Role", name.to_owned()));
    }
    // a statefulset's claims are named after its pods, which are its own
    if app.workload.kind != WorkloadKind::StatefulSet {
        let claim = |storage: &Storage| ("PersistentVolumeClaim", format!("{name}-{}", storage.name.as_str()));
        names.extend(app.storage.iter().map(claim));
    }
    names.extend(["", "-deny-all", "-dns"].map(|policy| ("NetworkPolicy", format!("{name}{policy}"))));
    names
}

/// A namespace that is not named by `space` comes from another name, which may not be one.
fn namespace(app: &App, decoder: &mut Decoder<'_>) {
    if app.space.is_some() {
        return;
    }
    let span = app.part_of.as_ref().map_or(app.name.span, |part_of| part_of.span);
    if let Err(refusal) = SpaceName::read(app.namespace()) {
        let message = format!("this becomes the space `{}`: {}", app.namespace(), refusal);
        decoder.report(Diagnostic::error(span, message).label("name another one by `space`"));
    }
}

fn fits_space(app: &App, space: &Space, decoder: &mut Decoder<'_>) {
    if app.level.value.strictness() < space.level.value.strictness() {
        let (level, own) = (space.level.value.as_str(), app.level.value.as_str());
        decoder.report(
            Diagnostic::error(app.level.span, format!("space `{}` enforces {level}", space.name.as_str()))
                .label(format!("an app of level {own} may be refused there"))
                .related(space.level.span, "the space's level"),
        );
    }
    if space.registries.is_empty() {
        return;
    }
    let containers = app.sidecars.iter().chain(&app.init).map(|container| &container.image);
    let changed = app.environments.values().filter_map(|environment| environment.image.as_ref());
    for image in std::iter::once(&app.image).chain(containers).chain(changed) {
        let name = image.canonical_name();
        let allowed = |registry: &str| name.strip_prefix(registry).is_some_and(|rest| rest.starts_with('/'));
        if !space.registries.iter().any(|registry| allowed(registry)) {
            let known: Vec<&str> = space.registries.iter().map(|registry| registry.as_str()).collect();
            decoder.report(
                Diagnostic::error(
                    image.span,
                    format!("`{name}` is not from a registry of space `{}`", space.name.as_str()),
                )
                .label(format!("expected an image from {}", known.join(", "))),
            );
        }
    }
}

/// A connection needs both sides: the caller's policy must let it out, the called one's must let it in.
fn one_sided(app: &App, apps: &HashMap<(&str, &str), &App>, decoder: &mut Decoder<'_>) {
    for to in &app.network.to {
        let Called::App(name, place) = &to.peer else { continue };
        let namespace = place.space.as_ref().map_or(app.namespace(), |space| space.as_str());
        let called = apps.get(&(namespace, name.as_str()));
        if let Some(problem) = called.and_then(|called| dropped(app, name, to, called)) {
            decoder.report(problem);
        }
    }
}

/// Why a call does not arrive, if it does not.
fn dropped(app: &App, name: &Located<AppName>, to: &To, called: &App) -> Option<Diagnostic> {
    let callers: Vec<&From> =
        called.network.from.iter().map(|from| &from.value).filter(|from| lets_in(from, called, app)).collect();
    let meant: Vec<&Port> =
        called.offered_ports().filter(|port| port.protocol == to.protocol && to.port.means(port)).collect();
    let is_open = |from: &&From| from.port.as_ref().is_none_or(|port| meant.iter().any(|meant| port.means(meant)));
    let warning = |span: Span, what: &str| Diagnostic::warning(span, format!("`{}` {what}", name.as_str()));
    if callers.is_empty() {
        let problem = warning(name.span, &format!("does not let `{}` in", app.name.as_str()));
        let problem = problem.label("the call is let out here, and dropped there");
        return Some(problem.related(called.name.span, "its `network.from` does not list the caller"));
    }
    if meant.is_empty() {
        let ports: Vec<String> =
            called.offered_ports().map(|port| format!("{} ({})", port.name.as_str(), number(port))).collect();
        let problem = warning(to.port.span, "does not listen on this port");
        let problem = problem.label("expected a port of its pods, which may not be the Service's");
        return Some(problem.related(called.name.span, format!("it listens on {}", ports.join(", "))));
    }
    if callers.iter().any(is_open) {
        return None;
    }
    let problem = warning(to.port.span, &format!("lets `{}` in, but not on this port", app.name.as_str()));
    Some(
        problem
            .label("the call is let out here, and dropped there")
            .related(called.name.span, "see its `network.from`"),
    )
}

/// Whether a peer of an app is a caller, by its name or by its namespace.
fn lets_in(from: &From, host: &App, caller: &App) -> bool {
    match &from.peer {
        Caller::App(name, place) => {
            let space = place.space.as_ref().map_or(host.namespace(), |space| space.as_str());
            name.as_str() == caller.name.as_str() && space == caller.namespace()
        }
        Caller::Namespace(namespace) => namespace.as_str() == caller.namespace(),
        Caller::Cidr(_) => false,
    }
}
