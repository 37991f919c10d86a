//! What is mounted where, and who writes to what.

use super::app::twice;
use crate::decode::Decoder;
use crate::diagnostic::Diagnostic;
use crate::spec::App;
use crate::spec::container::Container;
use crate::spec::storage::Access;
use crate::spec::values::{TOKEN_PATH, is_within};
use crate::spec::workload::{Replicas, WorkloadKind};
use crate::yaml::Span;

pub(super) fn check(app: &App, decoder: &mut Decoder<'_>) {
    let paths: Vec<(String, Span)> = mounts(app);
    twice(paths.iter().cloned(), "mount", decoder);
    default_tmp(app, &paths, decoder);
    below_read_only(app, &paths, decoder);
    for container in app.sidecars.iter().chain(&app.init) {
        let own = container.writable.iter().map(|folder| (folder.path.as_str().to_owned(), folder.path.span));
        let shared = if container.shares_mounts { paths.clone() } else { Vec::new() };
        let all: Vec<(String, Span)> = shared.into_iter().chain(own).collect();
        twice(all.iter().cloned(), "mount", decoder);
        if container.shares_mounts {
            below_read_only(app, &all, decoder);
        }
        folders_of_the_app(container, &paths, decoder);
    }
    twice(app.storage.iter().map(|it| (it.name.as_str().to_owned(), it.name.span)), "storage", decoder);
    storage(app, decoder);
    secrets(app, decoder);
    config_map_size(app, decoder);
}

/// `/tmp` is writable unless the app says what is: it may be mounted already.
fn default_tmp(app: &App, paths: &[(String, Span)], decoder: &mut Decoder<'_>) {
    for folder in app.writable.iter().filter(|folder| folder.path.span.is_empty()) {
        for (path, span) in paths.iter().filter(|(path, _)| path == folder.path.as_str()) {
            let problem = Diagnostic::error(*span, format!("mount `{path}` is here twice"));
            decoder.report(problem.label("it is a writable folder by default").help("writable: []"));
        }
    }
}

/// What is read-only holds no other mount: nobody can make the place for it.
fn below_read_only(app: &App, paths: &[(String, Span)], decoder: &mut Decoder<'_>) {
    let files = app.files.iter().map(|file| (file.path.as_str(), file.path.span, "a file"));
    let secrets = app.secrets.iter().filter_map(|secret| secret.path.as_ref());
    let secrets = secrets.map(|path| (path.as_str(), path.span, "read-only"));
    for (outer, span, what) in files.chain(secrets) {
        let inside = |path: &str| path != outer && is_within(path, outer);
        for (path, place) in paths.iter().filter(|(path, _)| inside(path)) {
            let problem = Diagnostic::error(*place, format!("`{path}` lies within `{outer}`, which is {what}"));
            decoder.report(problem.label("nothing can be mounted there").related(span, "the outer one"));
        }
        // `/var/run` is a link to `/run` in most images
        let holds_token = [Some(TOKEN_PATH), TOKEN_PATH.strip_prefix("/var")].into_iter().flatten().any(inside);
        if holds_token && !app.api.is_empty() {
            let problem = Diagnostic::error(span, format!("the token for the Kubernetes API lies within `{outer}`"));
            decoder.report(problem.label("nothing can be mounted there").help("use a folder below it"));
        }
    }
}

fn mounts(app: &App) -> Vec<(String, Span)> {
    let writable = app.writable.iter().map(|it| (it.path.as_str().to_owned(), it.path.span));
    let storage = app.storage.iter().map(|it| (it.path.as_str().to_owned(), it.path.span));
    let files = app.files.iter().map(|it| (it.path.as_str().to_owned(), it.path.span));
    let secrets =
        app.secrets.iter().filter_map(|it| it.path.as_ref()).map(|path| (path.as_str().to_owned(), path.span));
    writable.chain(storage).chain(files).chain(secrets).collect()
}

/// A folder of the app that another container sees is as the app says.
fn folders_of_the_app(container: &Container, paths: &[(String, Span)], decoder: &mut Decoder<'_>) {
    for folder in container.writable.iter().filter(|folder| !folder.is_tmp()) {
        let of_app = paths.iter().find(|(path, _)| path == folder.path.as_str());
        if let Some((path, first)) = of_app.filter(|_| folder.size.place().is_some() || folder.memory) {
            let problem = Diagnostic::error(folder.path.span, format!("`{path}` is the app's, with its size"));
            decoder.report(problem.label("expected `path` alone").related(*first, "what is seen here"));
        }
    }
}

fn storage(app: &App, decoder: &mut Decoder<'_>) {
    let Some(first) = app.storage.first() else { return };
    match app.workload.kind {
        WorkloadKind::DaemonSet => decoder.report(
            Diagnostic::error(first.name.span, "the pods of a daemonset would all share one volume")
                .label("a daemonset has no storage here"),
        ),
        WorkloadKind::Deployment => {
            let many = match &app.replicas.value {
                Replicas::Fixed(count) => *count > 1,
                Replicas::Scaled(scale) => scale.max.0 > 1,
            };
            let shared = |access: Option<Access>| access == Some(Access::ReadWriteMany);
            let alone = app.storage.iter().find(|it| !shared(it.access.as_ref().map(|access| access.value)));
            if let Some(alone) = alone.filter(|_| many) {
                decoder.report(
                    Diagnostic::error(alone.name.span, "several pods of a deployment would share this volume")
                        .label("only one pod can mount it")
                        .help("set `replicas: 1`, or `workload: statefulset` for a volume each, or `access: ReadWriteMany`"),
                );
            }
        }
        _ => {}
    }
}

fn secrets(app: &App, decoder: &mut Decoder<'_>) {
    for secret in &app.secrets {
        match (&secret.path, &secret.env) {
            (None, None) => decoder.report(
                Diagnostic::error(secret.name.span, format!("secret `{}` is not used", secret.name.as_str()))
                    .label("expected `path`, the folder where its keys are files"),
            ),
            (_, Some(env)) if secret.keys.len() != 1 => decoder.report(
                Diagnostic::error(env.span, "a variable holds one key").label("expected `keys` with exactly one"),
            ),
            _ => {}
        }
    }
    let variables = app.env.keys().map(|name| (name.as_str().to_owned(), name.span));
    let from_secrets =
        app.secrets.iter().filter_map(|it| it.env.as_ref()).map(|env| (env.as_str().to_owned(), env.span));
    twice(variables.chain(from_secrets), "environment variable", decoder);
}

/// etcd holds objects of at most 1 MiB or so; the API server refuses `ConfigMaps` whose data is larger.
fn config_map_size(app: &App, decoder: &mut Decoder<'_>) {
    const MOST: usize = 1024 * 1024;
    let total: usize = app.files.iter().map(|file| file.content.len()).sum();
    if let Some(last) = app.files.last().filter(|_| total > MOST) {
        decoder.report(
            Diagnostic::error(last.content.span, format!("the files are {total} bytes together, at most {MOST} fit"))
                .label("a ConfigMap holds no more"),
        );
    }
}
