//! What is mounted where, and who writes to what.

use super::app::twice;
use crate::decode::Decoder;
use crate::diagnostic::Diagnostic;
use crate::spec::App;
use crate::spec::container::Container;
use crate::spec::storage::{Access, File, SecretRef};
use crate::spec::values::{TOKEN_PATH, is_within};
use crate::spec::volume::Volume;
use crate::spec::workload::WorkloadKind;
use crate::yaml::Span;

pub(super) fn check(app: &App, decoder: &mut Decoder<'_>) {
    let paths: Vec<(String, Span)> = mounts(app);
    twice(paths.iter().cloned(), "mount", decoder);
    let of_app = read_only(&app.files, &app.secrets, &app.volumes);
    below_read_only(app, &of_app, &paths, decoder);
    for container in app.sidecars.iter().chain(&app.init) {
        let shared = if container.shares_mounts { paths.clone() } else { Vec::new() };
        let all: Vec<(String, Span)> = shared.into_iter().chain(own_mounts(container)).collect();
        twice(all.iter().cloned(), "mount", decoder);
        let of_container = read_only(&container.files, &container.secrets, &container.volumes);
        below_read_only(app, &of_container, &all, decoder);
        if container.shares_mounts {
            below_read_only(app, &of_app, &all, decoder);
        }
        folders_of_the_app(container, &paths, decoder);
        secrets(&container.secrets, decoder);
    }
    twice(app.storage.iter().map(|it| (it.name.as_str().to_owned(), it.name.span)), "storage", decoder);
    storage(app, decoder);
    secrets(&app.secrets, decoder);
    config_map_size(app, decoder);
}

/// What a container mounts read-only: the path, and what it is.
fn read_only(files: &[File], secrets: &[SecretRef], volumes: &[Volume]) -> Vec<(String, Span, &'static str)> {
    let files = files.iter().map(|file| (file.path.as_str().to_owned(), file.path.span, "a file"));
    let secrets = secrets.iter().filter_map(|secret| secret.path.as_ref());
    let volumes = volumes.iter().filter(|volume| !volume.is_writable()).map(|volume| &volume.path);
    let folders = secrets.chain(volumes).map(|path| (path.as_str().to_owned(), path.span, "read-only"));
    files.chain(folders).collect()
}

/// What is read-only holds no other mount: nobody can make the place for it.
fn below_read_only(app: &App, outers: &[(String, Span, &str)], paths: &[(String, Span)], decoder: &mut Decoder<'_>) {
    for (outer, span, what) in outers {
        let inside = |path: &str| path != outer && is_within(path, outer);
        for (path, place) in paths.iter().filter(|(path, _)| inside(path)) {
            let problem = Diagnostic::error(*place, format!("`{path}` lies within `{outer}`, which is {what}"));
            decoder.report(problem.label("nothing can be mounted there").related(*span, "the outer one"));
        }
        // `/var/run` is a link to `/run` in most images
        let holds_token = [Some(TOKEN_PATH), TOKEN_PATH.strip_prefix("/var")].into_iter().flatten().any(inside);
        if holds_token && !app.api.is_empty() {
            let problem = Diagnostic::error(*span, format!("the token for the Kubernetes API lies within `{outer}`"));
            decoder.report(problem.label("nothing can be mounted there").help("use a folder below it"));
        }
    }
}

fn mounts(app: &App) -> Vec<(String, Span)> {
    let writable = app.folders().into_iter().map(|it| (it.path.as_str().to_owned(), it.path.span));
    let storage = app.storage.iter().map(|it| (it.path.as_str().to_owned(), it.path.span));
    writable.chain(storage).chain(held(&app.files, &app.secrets, &app.volumes)).collect()
}

fn own_mounts(container: &Container) -> Vec<(String, Span)> {
    let writable = container.writable.iter().map(|it| (it.path.as_str().to_owned(), it.path.span));
    writable.chain(held(&container.files, &container.secrets, &container.volumes)).collect()
}

fn held(files: &[File], secrets: &[SecretRef], volumes: &[Volume]) -> Vec<(String, Span)> {
    let files = files.iter().map(|it| (it.path.as_str().to_owned(), it.path.span));
    let secrets = secrets.iter().filter_map(|it| it.path.as_ref());
    let volumes = volumes.iter().map(|it| &it.path);
    files.chain(secrets.chain(volumes).map(|path| (path.as_str().to_owned(), path.span))).collect()
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
            let many = app.replicas.value.most() > 1;
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

fn secrets(secrets: &[SecretRef], decoder: &mut Decoder<'_>) {
    for secret in secrets {
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
}

/// etcd holds objects of at most 1 MiB or so; the API server refuses `ConfigMaps` whose data is larger.
fn config_map_size(app: &App, decoder: &mut Decoder<'_>) {
    const MOST: usize = 1024 * 1024;
    let total: usize = app.all_files().map(|file| file.content.len()).sum();
    if let Some(last) = app.all_files().last().filter(|_| total > MOST) {
        decoder.report(
            Diagnostic::error(last.content.span, format!("the files are {total} bytes together, at most {MOST} fit"))
                .label("a ConfigMap holds no more"),
        );
    }
}
