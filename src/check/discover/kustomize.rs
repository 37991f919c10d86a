//! Kustomizations: what `kustomize build`, or `kubectl kustomize`, makes of them.

use std::collections::BTreeSet;
use std::time::Duration;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::walk::{Walked, folder_of};
use super::{Found, Input, tool};
use crate::yaml::{self, Kind, Node};

/// A kustomization as it is written.
struct Kustomization {
    file: Utf8PathBuf,
    /// Whether it is a component, which is a part of others only.
    is_component: bool,
    /// Everything that it names which may be a file or a folder.
    members: BTreeSet<Utf8PathBuf>,
    /// Those of its files that are parts of objects, and no objects alone.
    patches: BTreeSet<Utf8PathBuf>,
    /// What kustomize would fetch from elsewhere.
    remote: Option<String>,
}

/// Builds the kustomizations that are no part of others, and takes the files out of the walk that are parts of them.
pub(super) fn build(walked: &mut Walked, timeout: Duration, named: &BTreeSet<&Utf8Path>, found: &mut Found) {
    let files = std::mem::take(&mut walked.kustomizations);
    if files.is_empty() {
        return;
    }
    let all: Vec<Kustomization> = files.into_iter().map(Kustomization::read).collect();
    let is_part = |it: &Kustomization| {
        let folder = normal(folder_of(&it.file));
        it.is_component || all.iter().any(|other| other.file != it.file && other.members.contains(&folder))
    };
    let mut absent = false;
    for kustomization in &all {
        let folder = folder_of(&kustomization.file);
        if is_part(kustomization) && !named.contains(folder) {
            continue;
        }
        let result = match &kustomization.remote {
            Some(remote) => Some(Err(format!(
                "it names `{remote}`, and nothing is fetched here; check what kustomize makes of it: kustomize build \
                 {folder} | tightship check -"
            ))),
            None => render(folder, timeout),
        };
        match result {
            Some(result) => found.inputs.push(Input::made(folder, "kustomize build", result)),
            None => absent = true,
        }
    }
    if absent {
        // a patch alone is no object, but the rest can be looked at
        let patches: BTreeSet<&Utf8PathBuf> = all.iter().flat_map(|it| &it.patches).collect();
        walked.files.retain(|file| !patches.contains(&normal(file)));
        found.notes.push(
            "neither kustomize nor kubectl is on the PATH: the files of kustomizations are checked as they are, without \
             their patches"
                .to_owned(),
        );
    } else {
        let members: BTreeSet<&Utf8PathBuf> = all.iter().flat_map(|it| &it.members).collect();
        walked.files.retain(|file| !members.contains(&normal(file)));
    }
}

/// What kustomize makes of a folder; `None` without kustomize.
fn render(folder: &Utf8Path, timeout: Duration) -> Option<Result<String, String>> {
    let folder = tool::path(folder);
    let said = tool::run("kustomize", &["build", &folder], timeout)
        .or_else(|| tool::run("kubectl", &["kustomize", &folder], timeout))?;
    Some(said.and_then(tool::Said::result))
}

impl Kustomization {
    fn read(file: Utf8PathBuf) -> Self {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let stream = yaml::parse(&text);
        let mut kustomization = Self {
            is_component: false,
            members: BTreeSet::from([normal(&file)]),
            patches: BTreeSet::new(),
            remote: None,
            file,
        };
        if let Some(root) = stream.documents.first().and_then(yaml::Document::root) {
            kustomization.is_component = root.get("kind").and_then(Node::as_str) == Some("Component");
            for (key, value) in root.entries() {
                let name = key.text().unwrap_or_default();
                kustomization.add(value, is_patch(name), matches!(name, "resources" | "bases" | "components"));
            }
        }
        kustomization
    }

    /// Takes every text below a node for a path: one that is none does no harm.
    fn add(&mut self, node: Node<'_, '_>, is_patch: bool, may_be_remote: bool) {
        match node.kind() {
            Kind::Mapping => node.entries().for_each(|(_, value)| self.add(value, is_patch, false)),
            Kind::Sequence => node.items().for_each(|item| self.add(item, is_patch, may_be_remote)),
            Kind::Scalar => {
                let Some(text) = node.as_str() else { return };
                if may_be_remote && is_remote(text) {
                    self.remote.get_or_insert_with(|| text.to_owned());
                    return;
                }
                // generators write `key=path`
                let path = text.rsplit('=').next().unwrap_or(text);
                if path.is_empty() || path.contains('\n') {
                    return;
                }
                let path = normal(&folder_of(&self.file).join(path));
                if is_patch {
                    self.patches.insert(path.clone());
                }
                self.members.insert(path);
            }
        }
    }
}

/// Whether what a field of a kustomization names are parts of objects.
fn is_patch(field: &str) -> bool {
    matches!(field, "patches" | "patchesStrategicMerge" | "patchesJson6902" | "replacements" | "transformers")
}

/// Whether kustomize would fetch it: an address, or a repository at a known host.
fn is_remote(text: &str) -> bool {
    text.contains("://") || text.contains("?ref=") || text.starts_with("git@") || text.starts_with("github.com/")
}

/// The path without `.` and, as far as possible, without `..`.
fn normal(path: &Utf8Path) -> Utf8PathBuf {
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
    use super::{is_remote, normal};

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

    #[test]
    fn remote_members_are_known_by_their_form() {
        for remote in ["https://example.com/a.yaml", "github.com/acme/app?ref=v1", "git@example.com:acme/app"] {
            assert!(is_remote(remote), "{remote}");
        }
        assert!(!is_remote("../base") && !is_remote("github/app.yaml"));
    }
}
