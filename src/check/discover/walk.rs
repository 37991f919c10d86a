//! Walking through folders, in parallel.

use std::sync::Mutex;

use camino::{Utf8Path, Utf8PathBuf};
use ignore::{WalkBuilder, WalkState};

use super::InputError;

/// The endings of files that are looked for in folders.
const ENDINGS: [&str; 5] = ["yaml", "yml", "json", "service", "flags"];
/// Environment files of these names belong to programs of the control plane; others hold anything.
const ENVIRONMENTS: [&str; 5] =
    ["kube-apiserver.env", "kube-controller-manager.env", "kube-scheduler.env", "etcd.env", "kubelet.env"];
/// What kustomize calls its file.
pub(super) const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// What Helm calls the file of a chart.
pub(super) const CHART: &str = "Chart.yaml";

#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) files: Vec<Utf8PathBuf>,
    /// Kustomizations, by their files.
    pub(super) kustomizations: Vec<Utf8PathBuf>,
    /// Folders of charts.
    pub(super) charts: Vec<Utf8PathBuf>,
}

impl Walked {
    fn add(&mut self, path: &Utf8Path) {
        let path = plain(path).to_owned();
        let name = path.file_name().unwrap_or_default();
        if KUSTOMIZATIONS.contains(&name) {
            self.kustomizations.push(path);
            return;
        }
        if name == CHART {
            self.charts.push(folder_of(&path).to_owned());
        }
        if ENVIRONMENTS.contains(&name) || path.extension().is_some_and(|ending| ENDINGS.contains(&ending)) {
            self.files.push(path);
        }
    }
}

/// The path without `./`, which no program that reads a report expects.
pub(super) fn plain(path: &Utf8Path) -> &Utf8Path {
    path.strip_prefix(".").ok().filter(|path| !path.as_str().is_empty()).unwrap_or(path)
}

/// The folder that holds a file.
pub(super) fn folder_of(path: &Utf8Path) -> &Utf8Path {
    path.parent().filter(|folder| !folder.as_str().is_empty()).unwrap_or(Utf8Path::new("."))
}

/// Adds what is below a folder.
pub(super) fn folder(folder: &Utf8Path, walked: &mut Walked) -> Result<(), InputError> {
    let found = Mutex::new((std::mem::take(walked), None));
    WalkBuilder::new(folder).require_git(false).build_parallel().run(|| {
        Box::new(|entry| {
            let path = entry.map_err(InputError::Walk).and_then(|entry| {
                if entry.file_type().is_some_and(|kind| kind.is_dir()) {
                    return Ok(None);
                }
                let path = Utf8PathBuf::try_from(entry.into_path());
                path.map(Some).map_err(|error| InputError::Name(error.as_path().display().to_string()))
            });
            let mut found = found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            match path {
                Ok(None) => {}
                Ok(Some(path)) => found.0.add(&path),
                Err(error) => {
                    found.1 = Some(error);
                    return WalkState::Quit;
                }
            }
            WalkState::Continue
        })
    });
    let (mut all, error) = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(error) = error {
        return Err(error);
    }
    for list in [&mut all.files, &mut all.kustomizations, &mut all.charts] {
        list.sort();
        list.dedup();
    }
    *walked = all;
    Ok(())
}
