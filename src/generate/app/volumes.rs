//! Volumes and where they are mounted.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::generate::view::{
    Config, ConfigItem, ConfigVolume, CsiVolume, Mount, NfsVolume, ObjectVolume, Pair, Projected, ProjectedSource,
    Scratch, TokenView, Volume,
};
use crate::k8s::names::{self, NameRule};
use crate::spec::App;
use crate::spec::storage::{File, SecretRef, Writable};
pub(super) use crate::spec::values::TOKEN_PATH;
use crate::spec::values::{Mode, SecretKey};
use crate::spec::volume::{self as spec, Content, Keys, Projection};
use crate::spec::workload::WorkloadKind;

/// Volumes of a pod under construction: each gets a name of its own.
#[derive(Debug, Default)]
pub(super) struct Volumes {
    pub(super) list: Vec<Volume>,
    taken: Vec<String>,
    /// The name of the volume of the app's `ConfigMap`.
    config: Option<String>,
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
        self.list.push(Volume { name, ..Volume::default() });
        let last = self.list.len() - 1;
        // the list has just grown
        #[expect(clippy::indexing_slicing, reason = "the list has just grown")]
        &mut self.list[last]
    }

    /// An empty folder, and its mount.
    pub(super) fn scratch(&mut self, folder: &Writable) -> Mount {
        let volume = self.add(&folder.path);
        volume.scratch = Some(Scratch { size: folder.size.canonical(), memory: folder.memory });
        mount(&volume.name, &folder.path, false)
    }

    /// The mounts of files, of which so many in the `ConfigMap` come before.
    pub(super) fn files(&mut self, files: &[File], config: Option<&Config>, before: usize) -> Vec<Mount> {
        let (Some(config), false) = (config, files.is_empty()) else { return Vec::new() };
        let volume = self.config.clone().unwrap_or_default();
        let entries = config.entries.iter().skip(before);
        let mounts = files.iter().zip(entries).map(|(file, entry)| {
            let sub_path = Some(entry.key.clone());
            Mount { sub_path, ..mount(&volume, &file.path, true) }
        });
        mounts.collect()
    }

    /// Secrets as folders, and their mounts.
    pub(super) fn secrets(&mut self, secrets: &[SecretRef]) -> Vec<Mount> {
        let mut mounts = Vec::new();
        for secret in secrets {
            let Some(path) = &secret.path else { continue };
            let volume = self.add(&format!("secret-{}", secret.name.as_str()));
            volume.secret = Some(object(&secret.name, &secret.keys, &Keys::default().mode, false));
            mounts.push(mount(&volume.name, path, true));
        }
        mounts
    }

    /// Volumes of what exists already, and their mounts.
    pub(super) fn existing(&mut self, volumes: &[spec::Volume]) -> Vec<Mount> {
        let mut mounts = Vec::new();
        for own in volumes {
            let wanted = own.name.as_ref().map_or_else(|| own.path.to_string(), |name| name.to_string());
            let volume = self.add(&wanted);
            existing(&own.content, volume);
            mounts.push(mount(&volume.name, &own.path, !own.is_writable()));
        }
        mounts
    }
}

fn mount(volume: &str, path: &str, read_only: bool) -> Mount {
    Mount { volume: volume.to_owned(), path: path.to_owned(), sub_path: None, read_only }
}

fn octal(mode: u32) -> u32 {
    format!("{mode:o}").parse().unwrap_or_default()
}

fn object(name: &str, keys: &[SecretKey], mode: &Mode, optional: bool) -> ObjectVolume {
    let keys = keys.iter().map(|key| key.to_string()).collect();
    ObjectVolume { name: name.to_owned(), keys, mode: **mode, octal: octal(**mode), optional }
}

fn existing(content: &Content, volume: &mut Volume) {
    match content {
        Content::ConfigMap(name, keys) => {
            volume.config_map = Some(object(name, &keys.keys, &keys.mode, keys.optional));
        }
        Content::Secret(name, keys) => volume.secret = Some(object(name, &keys.keys, &keys.mode, keys.optional)),
        Content::Csi(name, driver) => {
            volume.csi = Some(CsiVolume {
                driver: name.to_string(),
                attributes: driver
                    .attributes
                    .iter()
                    .map(|(key, value)| Pair::new(key.as_str(), value.as_str()))
                    .collect(),
                node_secret: driver.node_secret.as_ref().map(|name| name.to_string()),
                read_only: !driver.writable,
            });
        }
        Content::Projected(sources, files) => {
            let sources = sources.iter().map(projection).collect();
            volume.projected = Some(Projected { mode: *files.mode, octal: octal(*files.mode), sources });
        }
        Content::Nfs(share, access) => {
            let (server, path) = share.parts().clone();
            volume.nfs = Some(NfsVolume { server, path, read_only: !access.writable });
        }
        Content::HostPath(folder, _) => volume.host_path = Some(folder.to_string()),
        Content::Image(image) => volume.image = Some(image.to_string()),
    }
}

fn projection(source: &Projection) -> ProjectedSource {
    let mut view = ProjectedSource::default();
    let mode = Keys::default().mode;
    match source {
        Projection::ConfigMap(name, some) => view.config_map = Some(object(name, &some.keys, &mode, some.optional)),
        Projection::Secret(name, some) => view.secret = Some(object(name, &some.keys, &mode, some.optional)),
        Projection::Token(token) => {
            view.token = Some(TokenView {
                audience: token.audience.to_string(),
                seconds: token.seconds.0,
                file: token.file.to_string(),
            });
        }
        Projection::Pod(files) => {
            view.fields = files.iter().map(|(file, field)| Pair::new(file.as_str(), field.path())).collect();
        }
    }
    view
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
            volumes.list.push(Volume { name: storage.name.to_string(), claim, ..Volume::default() });
        }
        mounts.push(mount(&storage.name, &storage.path, false));
    }
    for folder in &app.folders() {
        mounts.push(volumes.scratch(folder));
    }
    if let Some(config) = config {
        let volume = volumes.add("files");
        volume.config = Some(ConfigVolume { name: config.name.clone(), items: items(app, config) });
        volumes.config = Some(volume.name.clone());
        mounts.extend(volumes.files(&app.files, Some(config), 0));
    }
    mounts.extend(volumes.secrets(&app.secrets));
    mounts.extend(volumes.existing(&app.volumes));
    if !app.api.is_empty() {
        let volume = volumes.add("api-token");
        mounts.push(mount(&volume.name, TOKEN_PATH, true));
    }
    (volumes, mounts)
}

/// All files with their modes, if one of them has a mode of its own.
fn items(app: &App, config: &Config) -> Vec<ConfigItem> {
    let default = File::default().mode;
    if app.all_files().all(|file| file.mode == default) {
        return Vec::new();
    }
    let files = app.all_files().zip(&config.entries);
    files
        .map(|(file, entry)| ConfigItem { key: entry.key.clone(), mode: *file.mode, octal: octal(*file.mode) })
        .collect()
}

/// The files as a `ConfigMap`, in their order.
pub(super) fn config(app: &App) -> Option<Config> {
    let mut entries: Vec<Pair> = Vec::new();
    for file in app.all_files() {
        let base = file.path.rsplit('/').next().unwrap_or_default();
        let usable = NameRule::ConfigMapKey.check(base).is_ok() && entries.iter().all(|entry| entry.key != base);
        let key = if usable { base.to_owned() } else { format!("file-{}", entries.len() + 1) };
        entries.push(Pair::new(key, file.content.as_str()));
    }
    if entries.is_empty() {
        return None;
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
