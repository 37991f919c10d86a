//! What lies around the files of a plan: objects that the cluster would keep, files that nobody made, patches that a layout
//! does not apply or that a renamed app leaves behind.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};

use super::plan::Plan;
use super::writer::{Action, Comparison};
use crate::file::{self, LIMIT};
use crate::k8s::resources::group_of;
use crate::yaml::{self, Document, Node};

/// The file of patches of an app, which belongs to the user.
const PATCHES: &str = "patches/kustomization.yaml";

/// An object as kubectl names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// Empty if it is in none.
    pub namespace: String,
    /// `deployment.apps/shop`.
    pub name: String,
}

/// The objects of files as they are, which the plan does not have any more: applying it leaves them in the cluster.
pub fn left_behind(comparison: &Comparison, plan: &Plan) -> BTreeSet<Named> {
    let changed = |action| matches!(action, Action::Update | Action::Merge | Action::Remove | Action::Abandon);
    let before = comparison.changes.iter().filter(|change| changed(change.action));
    let mut objects: BTreeSet<Named> =
        before.filter(|change| is_manifest(&change.path)).flat_map(|change| named(&change.before)).collect();
    if objects.is_empty() {
        return objects;
    }
    let planned = plan.files.iter().filter(|file| is_manifest(&file.path)).map(|file| file.text.as_str());
    for text in planned.chain([plan.stream.as_str()]) {
        for object in named(text) {
            objects.remove(&object);
        }
    }
    objects
}

fn is_manifest(path: &Utf8Path) -> bool {
    (path.starts_with("apps") || path.starts_with("platform")) && path.file_name() != Some("kustomization.yaml")
}

/// The objects of a text.
fn named(text: &str) -> Vec<Named> {
    let object = |root: Node<'_, '_>| {
        let text = |node: Node<'_, '_>, key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
        let metadata = root.get("metadata")?;
        let (api_version, kind) = (text(root, "apiVersion")?, text(root, "kind")?.to_lowercase());
        let group = group_of(&api_version);
        let kind = if group.is_empty() { kind } else { format!("{kind}.{group}") };
        let namespace = text(metadata, "namespace").unwrap_or_default();
        Some(Named { namespace, name: format!("{kind}/{}", text(metadata, "name")?) })
    };
    yaml::parse(text).documents.iter().filter_map(Document::root).filter_map(object).collect()
}

/// Files in the folders that tightship fills, which it did not make: no kustomization names them.
pub fn strangers(root: &Utf8Path, plan: &Plan, comparison: &Comparison) -> Vec<Utf8PathBuf> {
    let ours: BTreeSet<&Utf8Path> = plan.files.iter().map(|file| file.path.as_path()).collect();
    let known: BTreeSet<&Utf8Path> = comparison.changes.iter().map(|change| change.path.as_path()).collect();
    let is_base = |folder: &&Utf8Path| folder.ends_with("base") || folder.starts_with("platform");
    let folders: BTreeSet<&Utf8Path> = ours.iter().filter_map(|path| path.parent()).filter(is_base).collect();
    let mut found = Vec::new();
    for folder in folders {
        for name in names(&root.join(folder)) {
            let path = folder.join(&name);
            let is_new = Utf8Path::new(&name).extension() == Some("new");
            if !is_new
                && !ours.contains(path.as_path())
                && !known.contains(path.as_path())
                && root.join(&path).is_file()
            {
                found.push(path);
            }
        }
    }
    found
}

/// Apps whose patches say something, by the folder of the app: those that the plan does not apply.
pub fn patches_left_out(root: &Utf8Path, plan: &Plan) -> Vec<Utf8PathBuf> {
    let applied = |folder: &Utf8Path| plan.files.iter().any(|file| file.path == folder.join(PATCHES));
    let folders = names(&root.join("apps")).into_iter().map(|name| Utf8Path::new("apps").join(name));
    folders.filter(|folder| !applied(folder) && says_something(&root.join(folder).join(PATCHES))).collect()
}

/// Patches that say something, whatever the plan.
pub fn patches(root: &Utf8Path) -> Vec<Utf8PathBuf> {
    patches_left_out(root, &Plan::default())
}

/// Folders of apps that the spec does not have any more, of which files of the user are left; each with the folder of the one
/// app that is new, if there is one.
pub fn orphans(root: &Utf8Path, comparison: &Comparison) -> BTreeMap<Utf8PathBuf, Option<Utf8PathBuf>> {
    let app = |path: &Utf8Path| -> Option<Utf8PathBuf> {
        let mut parts = path.components();
        let (top, name) = (parts.next()?, parts.next()?);
        (top.as_str() == "apps").then(|| Utf8Path::new(top.as_str()).join(name.as_str()))
    };
    let mut gone: BTreeSet<Utf8PathBuf> = BTreeSet::new();
    let mut new: BTreeSet<Utf8PathBuf> = BTreeSet::new();
    let mut kept: BTreeSet<Utf8PathBuf> = BTreeSet::new();
    for change in &comparison.changes {
        let Some(folder) = app(&change.path) else { continue };
        match change.action {
            Action::Remove | Action::Abandon => gone.insert(folder),
            Action::Create => new.insert(folder),
            _ => kept.insert(folder),
        };
    }
    let new: Vec<&Utf8PathBuf> =
        new.iter().filter(|folder| !kept.contains(*folder) && !gone.contains(*folder)).collect();
    let heir = match new.as_slice() {
        [only] => Some((*only).clone()),
        _ => None,
    };
    let is_left = |folder: &Utf8PathBuf| !kept.contains(folder) && root.join(folder).join(PATCHES).is_file();
    gone.into_iter().filter(is_left).map(|folder| (folder, heir.clone())).collect()
}

/// Whether a kustomization holds more than its beginnings.
fn says_something(path: &Utf8Path) -> bool {
    let Ok(text) = file::read_text(path, LIMIT) else { return false };
    let stream = yaml::parse(&text);
    let keys = |root: Node<'_, '_>| {
        root.entries().any(|(key, value)| {
            let is_empty = value.items().len() == 0 && value.entries().len() == 0;
            !matches!(key.text(), Some("apiVersion" | "kind")) && !is_empty
        })
    };
    stream.documents.iter().filter_map(Document::root).any(keys)
}

/// The names in a folder, sorted.
fn names(folder: &Utf8Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}
