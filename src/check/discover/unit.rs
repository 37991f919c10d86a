//! What belongs to a unit of systemd: its drop-ins, and the files beside it that it takes flags from.

use camino::{Utf8Path, Utf8PathBuf};

use crate::apiserver::files::{config_folder, environment_files};
use crate::file::{self, LIMIT};

/// The environment files that a unit of systemd names and that lie beside it, its drop-ins, and those of the kubelet's
/// configuration.
pub(super) fn beside(unit: &Utf8Path) -> Vec<Utf8PathBuf> {
    let Some(folder) = unit.parent().filter(|_| unit.extension() == Some("service")) else { return Vec::new() };
    let drop_ins = Utf8PathBuf::from(format!("{unit}.d")).read_dir_utf8().into_iter().flatten().flatten();
    let drop_ins = drop_ins.map(|entry| entry.path().to_owned()).filter(|path| path.extension() == Some("conf"));
    let drop_ins: Vec<Utf8PathBuf> = drop_ins.collect();
    let texts =
        drop_ins.iter().map(Utf8PathBuf::as_path).chain([unit]).filter_map(|path| file::read_text(path, LIMIT).ok());
    let named = texts.flat_map(|text| environment_files(&text)).filter_map(|path| {
        let path = folder.join(Utf8Path::new(&path).file_name()?);
        path.is_file().then_some(path)
    });
    let named: Vec<Utf8PathBuf> = named.collect();
    let configs = file::read_text(unit, LIMIT).ok().and_then(|text| config_folder(&text)).map(|path| {
        let name = Utf8Path::new(&path).file_name().unwrap_or_default().to_owned();
        folder.join(name)
    });
    let files = configs.into_iter().filter_map(|folder| folder.read_dir_utf8().ok()).flatten().flatten();
    let files = files.map(|entry| entry.path().to_owned()).filter(|path| path.extension() == Some("conf"));
    drop_ins.into_iter().chain(named).chain(files).collect()
}
