//! All kustomizations that those of the walk are made of, wherever they are, and which of them are built.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::folder::{Key, Kustomization};
use crate::check::discover::refusal::Refused;

/// The kustomizations, by their folders.
#[derive(Debug, Default)]
pub(super) struct Graph {
    all: BTreeMap<Key, Kustomization>,
    /// The folders of the walk, as the user knows them.
    walked: BTreeMap<Key, Utf8PathBuf>,
}

impl Graph {
    /// Reads the kustomizations of these folders and all that they are made of.
    pub(super) fn read(folders: impl IntoIterator<Item = Utf8PathBuf>) -> Self {
        let here = Utf8Path::new(".").canonicalize_utf8().unwrap_or_default();
        let mut graph = Self::default();
        for folder in folders {
            let Ok(found) = folder.canonicalize_utf8() else { continue };
            graph.walked.entry(Key { folder: found, configures: false }).or_insert(folder);
        }
        let mut next: Vec<Key> = graph.walked.keys().cloned().collect();
        while let Some(key) = next.pop() {
            if graph.all.contains_key(&key) {
                continue;
            }
            let kustomization = Kustomization::read(&key, &here);
            next.extend(kustomization.bases.iter().cloned());
            graph.all.insert(key, kustomization);
        }
        graph
    }

    /// What is built: all that is no part of others, and what the user names.
    pub(super) fn roots(&self, named: &BTreeSet<&Utf8Path>) -> Vec<(&Key, &Utf8Path)> {
        let candidates = || self.walked.keys().filter(|key| self.all.get(*key).is_some_and(|it| !it.is_component));
        let others = |key: &Key, base: &Key| key.folder != base.folder;
        let bases = self.all.iter().flat_map(|(key, it)| it.bases.iter().filter(move |base| others(key, base)));
        let parts: BTreeSet<&Utf8Path> = bases.map(|base| base.folder.as_path()).collect();
        let mut roots: BTreeSet<&Key> = candidates().filter(|key| !parts.contains(key.folder.as_path())).collect();
        let mut reached = BTreeSet::new();
        for root in &roots {
            self.reach(root, &mut reached);
        }
        // parts of components that nobody uses, and of themselves
        for key in candidates() {
            let configures = Key { configures: true, ..key.clone() };
            if !reached.contains(key) && !reached.contains(&configures) {
                roots.insert(key);
                self.reach(key, &mut reached);
            }
        }
        let is_root = |key: &Key, folder: &Utf8Path| roots.contains(key) || named.contains(folder);
        self.walked.iter().map(|(key, folder)| (key, folder.as_path())).filter(|(key, it)| is_root(key, it)).collect()
    }

    fn reach<'g>(&'g self, root: &'g Key, reached: &mut BTreeSet<&'g Key>) {
        let mut next = vec![root];
        while let Some(key) = next.pop() {
            if reached.insert(key) {
                next.extend(self.all.get(key).into_iter().flat_map(|it| &it.bases));
            }
        }
    }

    /// The kustomization and all that it is made of.
    fn parts<'g>(&'g self, roots: impl IntoIterator<Item = &'g Key>) -> impl Iterator<Item = &'g Kustomization> {
        let mut reached = BTreeSet::new();
        for root in roots {
            self.reach(root, &mut reached);
        }
        reached.into_iter().filter_map(|key| self.all.get(key))
    }

    /// What is refused in a kustomization and all that it is made of.
    pub(super) fn refused<'g>(&'g self, root: &'g Key) -> Vec<&'g Refused> {
        self.parts([root]).flat_map(|it| &it.refused).collect()
    }

    /// The files that are part of what is built.
    pub(super) fn members<'g>(&'g self, roots: impl IntoIterator<Item = &'g Key>) -> BTreeSet<&'g Utf8Path> {
        self.parts(roots).flat_map(|it| &it.members).map(Utf8PathBuf::as_path).collect()
    }

    /// The files of the name of a kustomization that hold something else.
    pub(super) fn others(&self) -> BTreeSet<&Utf8Path> {
        self.all.values().flat_map(|it| &it.others).map(Utf8PathBuf::as_path).collect()
    }

    /// The files that are no objects alone, of kustomizations that are not built.
    pub(super) fn patches(&self) -> BTreeSet<&Utf8Path> {
        self.all.values().flat_map(|it| &it.patches).map(Utf8PathBuf::as_path).collect()
    }
}
