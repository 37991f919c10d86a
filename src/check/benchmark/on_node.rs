//! Modes and owners of files on a node.

use camino::{Utf8Path, Utf8PathBuf};

use super::verdict::Verdict;

/// Files with what is asked of them.
#[derive(Debug, Clone)]
pub(super) struct Files {
    /// Paths; the last part may have a `*`.
    pub(super) paths: &'static [&'static str],
    pub(super) wanted: OwnerOrMode,
}

/// What is asked of a file.
#[derive(Debug, Clone, Copy)]
pub(super) enum OwnerOrMode {
    /// No bit but these.
    Mode(u32),
    /// The owner and group.
    Owner(Owner),
}

/// Whose a file has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// root:root
    Root,
    /// etcd:etcd
    Etcd,
}

impl Files {
    /// What to look for, for people.
    pub(super) fn question(&self) -> String {
        let paths = self.paths.join(", ");
        match self.wanted {
            OwnerOrMode::Mode(most) => format!("is the mode of {paths} at most {most:03o}?"),
            OwnerOrMode::Owner(Owner::Root) => format!("does {paths} belong to root:root?"),
            OwnerOrMode::Owner(Owner::Etcd) => {
                format!("does {paths} belong to etcd:etcd? kubeadm leaves it to root, as etcd runs as root there")
            }
        }
    }
}

/// What the files below a root folder say; nothing where none of them is there.
pub(super) fn verdicts(files: &Files, root: &Utf8PathBuf) -> Vec<Verdict> {
    let found = files.paths.iter().flat_map(|path| matching(root, path));
    found.map(|path| verdict(files.wanted, root, &path)).collect()
}

fn matching(root: &Utf8Path, path: &str) -> Vec<Utf8PathBuf> {
    let full = root.join(path.trim_start_matches('/'));
    let Some((before, after)) = full.file_name().and_then(|name| name.split_once('*')) else {
        return if full.exists() { vec![full] } else { Vec::new() };
    };
    let entries = full.parent().map(Utf8Path::read_dir_utf8).into_iter().flatten().flatten().flatten();
    let fits = |name: &str| name.starts_with(before) && name.ends_with(after);
    let mut found: Vec<Utf8PathBuf> =
        entries.filter(|entry| fits(entry.file_name())).map(|entry| entry.path().to_owned()).collect();
    found.sort();
    found
}

#[cfg(unix)]
fn verdict(wanted: OwnerOrMode, root: &Utf8Path, path: &Utf8Path) -> Verdict {
    use std::os::unix::fs::MetadataExt as _;

    let shown = path.strip_prefix(root).map_or_else(|_| path.to_string(), |path| format!("/{path}"));
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => return Verdict::Unknown(None, format!("{shown}: {error}")),
    };
    let (ok, note) = match wanted {
        OwnerOrMode::Mode(most) => {
            let mode = metadata.mode() & 0o7777;
            (mode & !most == 0, format!("{shown} has mode {mode:03o}, at most {most:03o} is allowed"))
        }
        OwnerOrMode::Owner(owner) => {
            let wanted = match owner {
                Owner::Root => Some((0, 0)),
                Owner::Etcd => id_of(root, "etc/passwd").zip(id_of(root, "etc/group")),
            };
            let (user, group) = (metadata.uid(), metadata.gid());
            let name = if owner == Owner::Root { "root:root" } else { "etcd:etcd" };
            (wanted == Some((user, group)), format!("{shown} belongs to {user}:{group}, expected {name}"))
        }
    };
    if ok { Verdict::Pass(None, note) } else { Verdict::Fail(None, note) }
}

#[cfg(not(unix))]
fn verdict(_: OwnerOrMode, _: &Utf8Path, path: &Utf8Path) -> Verdict {
    Verdict::Unknown(None, format!("{path}: files have no modes and owners here"))
}

/// The number of `etcd` in the node's own list of users or groups.
#[cfg(unix)]
fn id_of(root: &Utf8Path, list: &str) -> Option<u32> {
    let text = std::fs::read_to_string(root.join(list)).ok()?;
    let mut lines = text.lines().map(|line| line.split(':'));
    lines.find_map(|mut parts| (parts.next() == Some("etcd")).then(|| parts.nth(1)?.parse().ok())?)
}
