//! Volumes and where they are mounted.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::generate::view::{Config, ConfigItem, ConfigVolume, Mount, Pair, Scratch, SecretVolume, Volume};
use crate::k8s::names::{self, NameRule};
use crate::spec::App;
use crate::spec::storage::{File, Writable};
pub(super) use crate::spec::values::TOKEN_PATH;
use crate::spec::workload::WorkloadKind;

/// Volumes of a pod under construction: each gets a name of its own.
#[derive(Debug, Default)]
pub(super) struct Volumes {
    pub(super) list: Vec<Volume>,
    taken: Vec<String>,
}

impl Volumes {
    fn name(&mut self, wanted: &str) -> String {
        let base = names::suggest_label(wanted).unwrap_or_else(|| "volume".to_owned());
        let base: String = base.chars().take(50).collect();
        let base = base.trim_end_matches('-');
        let mut name = base.to_owned();
        let mut number = 1;
        while self.taken.contains(&name) {
            number += 1;
            name = format!("{base}-{number}");
        }
        self.taken.push(name.clone());
        name
    }

    fn add(&mut self, wanted: &str) -> &mut Volume {
        let name = self.name(wanted);
        self.list.push(Volume { name, scratch: None, claim: None, config: None, secret: None });
        let last = self.list.len() - 1;
        // the list has just grown
        #[expect(clippy::indexing_slicing, reason = "the list has just grown")]
        &mut self.list[last]
    }

    /// An empty folder, and its mount.
    pub(super) fn scratch(&mut self, folder: &Writable) -> Mount {
        let volume = self.add(&folder.path);
        volume.scratch = Some(Scratch { size: folder.size.as_str().to_owned(), memory: folder.memory });
        mount(&volume.name, &folder.path, false)
    }
}

fn mount(volume: &str, path: &str, read_only: bool) -> Mount {
    Mount { volume: volume.to_owned(), path: path.to_owned(), sub_path: None, read_only }
}

/// The volumes of the app and its mounts of them.
pub(super) fn volumes(app: &App, config: Option<&Config>) -> (Volumes, Vec<Mount>) {
    let mut volumes = Volumes::default();
    let mut mounts = Vec::new();
    // a StatefulSet's volumes are named after its claims, so those names go first
    volumes.taken.extend(app.storage.iter().map(|storage| storage.name.to_string()));
    for storage in &app.storage {
        if app.workload.kind != WorkloadKind::StatefulSet {
            let claim = Some(format!("{}-{}", app.name.as_str(), storage.name.as_str()));
            let name = storage.name.to_string();
            volumes.list.push(Volume { name, scratch: None, claim, config: None, secret: None });
        }
        mounts.push(mount(&storage.name, &storage.path, false));
    }
    for folder in &app.writable {
        mounts.push(volumes.scratch(folder));
    }
    if let Some(config) = config {
        let volume = volumes.add("files");
        volume.config = Some(ConfigVolume { name: config.name.clone(), items: items(app, config) });
        for (file, entry) in app.files.iter().zip(&config.entries) {
            let sub_path = Some(entry.key.clone());
            mounts.push(Mount { sub_path, ..mount(&volume.name, &file.path, true) });
        }
    }
    for secret in &app.secrets {
        let Some(path) = &secret.path else { continue };
        let volume = volumes.add(&format!("secret-{}", secret.name.as_str()));
        let keys = secret.keys.iter().map(|key| key.to_string()).collect();
        volume.secret = Some(SecretVolume { name: secret.name.to_string(), keys });
        mounts.push(mount(&volume.name, path, true));
    }
    if !app.api.is_empty() {
        let volume = volumes.add("api-token");
        mounts.push(mount(&volume.name, TOKEN_PATH, true));
    }
    (volumes, mounts)
}

/// All files with their modes, if one of them has a mode of its own.
fn items(app: &App, config: &Config) -> Vec<ConfigItem> {
    let default = File::default().mode;
    if app.files.iter().all(|file| file.mode == default) {
        return Vec::new();
    }
    let files = app.files.iter().zip(&config.entries);
    files
        .map(|(file, entry)| ConfigItem {
            key: entry.key.clone(),
            mode: *file.mode,
            octal: format!("{:o}", *file.mode).parse().unwrap_or_default(),
        })
        .collect()
}

/// The files as a `ConfigMap`, in their order.
pub(super) fn config(app: &App) -> Option<Config> {
    if app.files.is_empty() {
        return None;
    }
    let mut entries: Vec<Pair> = Vec::new();
    for file in &app.files {
        let base = file.path.rsplit('/').next().unwrap_or_default();
        let usable = NameRule::ConfigMapKey.check(base).is_ok() && entries.iter().all(|entry| entry.key != base);
        let key = if usable { base.to_owned() } else { format!("file-{}", entries.len() + 1) };
        entries.push(Pair::new(key, file.content.as_str()));
    }
    let mut hash = Sha256::new();
    for entry in &entries {
        for part in [&entry.key, &entry.value] {
            hash.update(part.len().to_le_bytes());
            hash.update(part.as_bytes());
        }
    }
    let mut suffix = String::new();
    for byte in hash.finalize().iter().take(5) {
        // writing to a string cannot fail
        let _ = write!(suffix, "{byte:02x}");
    }
    Some(Config { name: format!("{}-files-{suffix}", app.name.as_str()), entries })
}
