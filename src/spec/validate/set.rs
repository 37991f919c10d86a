//! Several documents together: one name for one thing, apps that fit their space.

use std::collections::HashMap;

use crate::diagnostic::Problem;
use crate::spec::app::Level;
use crate::spec::decode::Decoder;
use crate::spec::network::From;
use crate::spec::workload::WorkloadKind;
use crate::spec::{App, Space, Specs};
use crate::yaml::Span;

pub(super) fn check(specs: &Specs, decoder: &mut Decoder) {
    super::app::twice(specs.spaces.iter().map(|it| (it.name.as_str().to_owned(), it.name.span)), "space", decoder);
    objects(specs, decoder);
    let spaces: HashMap<&str, &Space> = specs.spaces.iter().map(|space| (space.name.as_str(), space)).collect();
    let apps: HashMap<(&str, &str), &App> =
        specs.apps.iter().map(|app| ((app.namespace(), app.name.as_str()), app)).collect();
    for app in &specs.apps {
        if let Some(space) = spaces.get(app.namespace()) {
            fits_space(app, space, decoder);
        }
        one_sided(app, &apps, decoder);
    }
    for space in &specs.spaces {
        if let Some(most) = &space.limits.max_memory
            && let Some(default) = &space.limits.memory
            && ***most < **default
        {
            decoder.report(
                Problem::error(most.span, "the most memory is below the default").label("expected at least `memory`"),
            );
        }
    }
}

/// Objects of one kind, namespace and name, whichever apps they belong to. An app's selector is its name, so two apps of
/// one name in one space would also select each other's pods.
fn objects(specs: &Specs, decoder: &mut Decoder) {
    let mut seen: HashMap<(&str, &str, String), (&App, Span)> = HashMap::new();
    for app in &specs.apps {
        let mut names = vec![("app", app.name.as_str().to_owned())];
        if !app.ports.is_empty() {
            names.push(("Service", app.name.as_str().to_owned()));
        }
        if app.workload.kind == WorkloadKind::StatefulSet {
            names.push(("Service", format!("{}-headless", app.name.as_str())));
        }
        names.extend(app.storage.iter().map(|storage| {
            let claim = format!("{}-{}", app.name.as_str(), storage.name.as_str());
            ("PersistentVolumeClaim", claim)
        }));
        for policy in ["", "-deny-all", "-dns"] {
            names.push(("NetworkPolicy", format!("{}{policy}", app.name.as_str())));
        }
        for (kind, name) in names {
            match seen.get(&(kind, app.namespace(), name.clone())) {
                // one report for each pair of apps, and it is about what they have in common first
                Some((other, span)) if !std::ptr::eq(*other, app) => {
                    let what = if kind == "app" {
                        "two apps are called".to_owned()
                    } else {
                        format!("two apps make a {kind}")
                    };
                    decoder.report(
                        Problem::error(app.name.span, format!("{what} `{name}` in space `{}`", app.namespace()))
                            .label("the second")
                            .other(*span, "the first")
                            .help("their selectors and names must differ"),
                    );
                    break;
                }
                _ => {
                    seen.insert((kind, app.namespace(), name), (app, app.name.span));
                }
            }
        }
    }
}

fn fits_space(app: &App, space: &Space, decoder: &mut Decoder) {
    if app.level.value == Level::Baseline && space.level.value == Level::Restricted {
        decoder.report(
            Problem::error(app.level.span, format!("space `{}` enforces restricted", space.name.as_str()))
                .label("an app of level baseline may be refused there")
                .other(space.level.span, "the space's level"),
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
                Problem::error(
                    image.span,
                    format!("`{name}` is not from a registry of space `{}`", space.name.as_str()),
                )
                .label(format!("expected an image from {}", known.join(", "))),
            );
        }
    }
}

/// A connection needs both sides: the caller's policy must let it out, the called one's must let it in.
fn one_sided(app: &App, apps: &HashMap<(&str, &str), &App>, decoder: &mut Decoder) {
    for to in &app.network.to {
        let Some(name) = &to.app else { continue };
        let namespace = to.space.as_ref().map_or(app.namespace(), |space| space.as_str());
        let Some(called) = apps.get(&(namespace, name.as_str())) else { continue };
        let listed = |from: &From| {
            let space = from.space.as_ref().map_or(called.namespace(), |space| space.as_str());
            let by_app =
                from.app.as_ref().is_some_and(|it| it.as_str() == app.name.as_str()) && space == app.namespace();
            by_app || from.namespace.as_ref().is_some_and(|it| it.as_str() == app.namespace())
        };
        if !called.network.from.iter().any(|from| listed(from)) {
            decoder.report(
                Problem::warning(name.span, format!("`{}` does not let `{}` in", name.as_str(), app.name.as_str()))
                    .label("the call is let out here, and dropped there")
                    .other(called.name.span, "its `network.from` does not list the caller"),
            );
        }
    }
}
