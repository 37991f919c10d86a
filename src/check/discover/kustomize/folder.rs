//! One folder with a kustomization: what it is made of, and what it may not be handed to kustomize for.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::fields::{self, Reference, Role};
use super::{plugin, remote};
use crate::check::discover::read;
use crate::check::discover::refusal::{Refusal, Refused};
use crate::check::discover::walk::KUSTOMIZATIONS;
use crate::yaml::{self, Kind, Node, Span, Stream};

/// A folder from the root on, without links, and what its objects are for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) folder: Utf8PathBuf,
    /// Whether they configure a generator or a transformer.
    pub(super) configures: bool,
}

/// What a file is for kustomize.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// The kustomization itself.
    Own,
    /// Objects to build.
    Objects,
    /// Objects that configure a generator, a transformer or a validator.
    Configuration,
    /// Parts of objects.
    Patch,
    /// Anything without an object.
    Data,
}

/// What a folder with a kustomization is made of. Files are named from the root on, without links.
#[derive(Debug, Default)]
pub(super) struct Kustomization {
    pub(super) is_component: bool,
    /// The files that are looked at in what kustomize makes of them.
    pub(super) members: BTreeSet<(Utf8PathBuf, Use)>,
    /// Its own files, where they hold something else than a kustomization, or cannot be read.
    pub(super) others: BTreeSet<Utf8PathBuf>,
    /// What may stand before and behind the names of its objects.
    pub(super) prefixes: Vec<String>,
    pub(super) suffixes: Vec<String>,
    /// The folders that it names.
    pub(super) bases: Vec<Key>,
    pub(super) refused: Vec<Refused>,
}

/// What a reference leads to.
enum Target {
    File(Utf8PathBuf),
    Folder(Utf8PathBuf),
    Nothing,
}

impl Kustomization {
    pub(super) fn read(key: &Key, here: &Utf8Path) -> Self {
        let mut kustomization = Self::default();
        for name in KUSTOMIZATIONS {
            let file = key.folder.join(name);
            if file.symlink_metadata().is_ok() {
                kustomization.read_file(key, &file, here);
            }
        }
        kustomization
    }

    fn read_file(&mut self, key: &Key, file: &Utf8Path, here: &Utf8Path) {
        self.members.insert((file.to_owned(), Use::Own));
        let (text, mut refusals) = match read::text(file) {
            Ok(text) => (text, Vec::new()),
            Err(reason) => (String::new(), vec![Refusal::new(Span::default(), reason)]),
        };
        let stream = yaml::parse(&text);
        refusals.extend(odd(&stream));
        let mut is_other = !stream.errors.is_empty();
        for (at, root) in stream.documents.iter().filter_map(yaml::Document::root).enumerate() {
            let kinds = kinds(root);
            // kustomize reads the first document
            self.is_component |= at == 0 && kinds.iter().any(|kind| kind == "Component");
            is_other |= kinds.iter().any(|kind| kind != "Component" && kind != "Kustomization");
            self.affixes(root, ["nameprefix", "namesuffix"]);
            if key.configures {
                let fields = fields::fields(root);
                let other = fields.iter().find(|field| !plugin::PLAIN.contains(&field.name.as_str()));
                refusals.extend(other.map(|field| untold(field.key)));
            }
            for reference in fields::references(root) {
                self.follow(&reference, key, here, &mut refusals);
            }
        }
        if is_other {
            self.others.insert(file.to_owned());
        }
        if !refusals.is_empty() {
            self.refused.push(Refused { file: named(file, here), text: text.into(), at: refusals });
        }
    }

    /// Keeps what a mapping says of names.
    fn affixes(&mut self, root: Node<'_, '_>, [prefix, suffix]: [&str; 2]) {
        for field in fields::fields(root) {
            let Some(text) = fields::string(field.value).filter(|text| !text.is_empty()) else { continue };
            if field.name == prefix {
                self.prefixes.push(text.into_owned());
            } else if field.name == suffix {
                self.suffixes.push(text.into_owned());
            }
        }
    }

    /// Keeps what configurations say of names.
    fn affixes_of(&mut self, stream: &Stream<'_>) {
        let roots = stream.documents.iter().filter_map(yaml::Document::root);
        roots.for_each(|root| self.affixes(root, ["prefix", "suffix"]));
    }

    /// Finds what a reference leads to.
    fn follow(&mut self, reference: &Reference<'_>, key: &Key, here: &Utf8Path, refusals: &mut Vec<Refusal>) {
        let (text, span) = (&*reference.text, reference.span);
        let is_remote = match reference.role {
            Role::Base | Role::Component | Role::Plugin => remote::is_repository(text),
            _ => remote::is_address(text),
        };
        if is_remote {
            refusals.push(remote::refusal(text, span));
            return;
        }
        match reference.role {
            Role::Plugin if is_inline(text) => {
                let stream = yaml::parse(text);
                refusals.extend(plugin::refusals(&stream, Some(span)));
                self.affixes_of(&stream);
                return;
            }
            Role::PatchOrText if is_inline(text) => return,
            _ => {}
        }
        let path = match reference.role {
            Role::Pair => text.split_once('=').map_or(text, |(_, path)| path),
            _ => text,
        };
        if remote::is_address(path) {
            refusals.push(remote::refusal(path, span));
            return;
        }
        let configures = key.configures || reference.role == Role::Plugin;
        match (target(&key.folder, path), reference.role) {
            (Target::Folder(folder), Role::Base | Role::Component | Role::Plugin) if has_kustomization(&folder) => {
                self.bases.push(Key { folder, configures });
            }
            (Target::File(file), Role::Base | Role::Plugin) => {
                if configures {
                    self.configuration(&file, here);
                }
                self.members.insert((file, if configures { Use::Configuration } else { Use::Objects }));
            }
            (Target::File(file), Role::Patch | Role::PatchOrText) => {
                self.members.insert((file, Use::Patch));
            }
            // what is an object may be applied by other means
            (Target::File(file), Role::Data | Role::Pair) => {
                if !read::holds_object(&file) {
                    self.members.insert((file, Use::Data));
                }
            }
            (_, role) => refusals.push(missing(path, role, span)),
        }
    }

    /// Reads what the configurations in a file load.
    fn configuration(&mut self, file: &Utf8Path, here: &Utf8Path) {
        let (text, at) = match read::text(file) {
            Ok(text) => {
                let stream = yaml::parse(&text);
                self.affixes_of(&stream);
                let at = plugin::refusals(&stream, None);
                drop(stream);
                (text, at)
            }
            Err(reason) => (String::new(), vec![Refusal::new(Span::default(), reason)]),
        };
        if !at.is_empty() {
            self.refused.push(Refused { file: named(file, here), text: text.into(), at });
        }
    }
}

/// What kustomize would read otherwise than it stands there.
fn odd(stream: &Stream<'_>) -> Vec<Refusal> {
    let broken = stream.errors.iter().map(|error| Refusal::new(error.span, error.message.clone()));
    let mut found: Vec<Refusal> = broken.collect();
    let mut roots = stream.documents.iter().filter_map(yaml::Document::root);
    let first = roots.next();
    if let Some(second) = roots.find(|root| !root.is_null()) {
        let reason =
            "kustomize reads only the first document of a kustomization: move the others to files of their own";
        found.push(Refusal::new(second.span(), reason));
    }
    if let Some(span) = first.and_then(fields::twice) {
        found.push(Refusal::new(span, "the field is there twice, and kustomize takes only one of them"));
    }
    found
}

fn kinds(root: Node<'_, '_>) -> Vec<String> {
    let kinds = fields::fields(root).into_iter().filter(|field| field.name == "kind");
    kinds.filter_map(|field| Some(fields::string(field.value)?.into_owned())).collect()
}

/// Whether kustomize may take a text for what it says, not for the name of a file.
fn is_inline(text: &str) -> bool {
    let stream = yaml::parse(text);
    stream.documents.iter().filter_map(yaml::Document::root).any(|root| root.kind() != Kind::Scalar)
}

fn untold(key: Span) -> Refusal {
    let reason = "this field may change what the configuration of a transformer loads, which nobody can tell before it is \
                  built";
    Refusal::new(key, reason).help("--allow-remote lets kustomize build it, and fetch what it names")
}

fn missing(path: &str, role: Role, span: Span) -> Refusal {
    let what = match role {
        Role::Component => "folder with a kustomization",
        Role::Base | Role::Plugin => "file, and no folder with a kustomization,",
        _ => "file",
    };
    Refusal::new(span, format!("there is no {what} `{path}`"))
}

/// Finds a path as kustomize does: without `..` before links are followed.
fn target(folder: &Utf8Path, path: &str) -> Target {
    let Ok(found) = normal(&folder.join(path)).canonicalize_utf8() else { return Target::Nothing };
    match found.metadata() {
        Ok(it) if it.is_file() => Target::File(found),
        Ok(it) if it.is_dir() => Target::Folder(found),
        _ => Target::Nothing,
    }
}

fn has_kustomization(folder: &Utf8Path) -> bool {
    KUSTOMIZATIONS.iter().any(|name| folder.join(name).is_file())
}

/// A file as messages name it: from the working folder on if it lies below.
fn named(file: &Utf8Path, here: &Utf8Path) -> Utf8PathBuf {
    file.strip_prefix(here).unwrap_or(file).to_owned()
}

/// The path without `.` and, as far as possible, without `..`.
fn normal(path: &Utf8Path) -> Utf8PathBuf {
    use camino::Utf8Component;
    let mut normal = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if normal.file_name().is_some_and(|name| name != "..") => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn paths_are_compared_without_detours() {
        for (path, expected) in [
            ("./a/./b", "a/b"),
            ("a/b/../c", "a/c"),
            ("../../a", "../../a"),
            ("a/../../b", "../b"),
            (".", ""),
            ("/a/..", "/"),
        ] {
            assert_eq!(normal(path.into()), expected, "{path}");
        }
    }
}
