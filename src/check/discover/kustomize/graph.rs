//! All kustomizations that those of the walk are made of, wherever they are, and which of them are built.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::folder::{Key, Kustomization, Use};
use crate::check::discover::refusal::Refused;

/// Kustomizations are made of no more others than this, counted as often as they are.
const VISITS: usize = 10_000;

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

    /// The files of kustomizations that are built.
    pub(super) fn members<'g>(
        &'g self,
        roots: impl IntoIterator<Item = &'g Key>,
    ) -> impl Iterator<Item = (&'g Utf8Path, Use)> {
        self.parts(roots).flat_map(|it| &it.members).map(|(file, usage)| (file.as_path(), *usage))
    }

    /// The files of all kustomizations that hold objects or parts of them, and whether one of them takes it for a patch.
    pub(super) fn files(&self) -> BTreeMap<&Utf8Path, bool> {
        let mut files = BTreeMap::new();
        let members = self.all.values().flat_map(|it| &it.members);
        for (file, usage) in members.filter(|(_, usage)| !matches!(usage, Use::Own | Use::Data)) {
            *files.entry(file.as_path()).or_default() |= *usage == Use::Patch;
        }
        files
    }

    /// The kustomizations that are part of nothing that is built, with their folders as the user knows them.
    pub(super) fn unbuilt(&self, roots: &[&Key]) -> Vec<(Option<&Utf8Path>, &Key, &Kustomization)> {
        let mut reached = BTreeSet::new();
        for root in roots {
            self.reach(root, &mut reached);
        }
        // one whose objects configure something is read for them, too
        let is_reached = |key: &Key| {
            let other = Key { configures: !key.configures, ..key.clone() };
            reached.contains(key) || reached.contains(&other)
        };
        let unbuilt = self.all.iter().filter(|(key, _)| !is_reached(key));
        unbuilt.map(|(key, it)| (self.walked.get(key).map(Utf8PathBuf::as_path), key, it)).collect()
    }

    /// The kustomization and all that it is made of, as often as it is, with what each puts around names. Of more than
    /// anybody has, not all.
    pub(super) fn visits<'g>(&'g self, root: &'g Key) -> Vec<Visit<'g>> {
        let mut visits = Vec::new();
        let mut next = vec![(root, Affixes::default())];
        while let Some((key, mut affixes)) = next.pop() {
            let Some(kustomization) = self.all.get(key).filter(|_| visits.len() < VISITS) else { continue };
            // components change what the kustomization has, too
            let components =
                kustomization.bases.iter().filter_map(|base| self.all.get(base)).filter(|it| it.is_component);
            for it in std::iter::once(kustomization).chain(components) {
                affixes.prefixes.extend(it.prefixes.iter().map(String::as_str));
                affixes.suffixes.extend(it.suffixes.iter().map(String::as_str));
            }
            if affixes.prefixes.len() + affixes.suffixes.len() <= VISITS {
                next.extend(kustomization.bases.iter().map(|base| (base, affixes.clone())));
            }
            visits.push(Visit { kustomization, affixes });
        }
        visits
    }
}

/// A kustomization as part of another.
#[derive(Debug)]
pub(super) struct Visit<'g> {
    pub(super) kustomization: &'g Kustomization,
    pub(super) affixes: Affixes<'g>,
}

/// What is put around names, the outermost first. Some kinds keep their names.
#[derive(Debug, Clone, Default)]
pub(super) struct Affixes<'g> {
    prefixes: Vec<&'g str>,
    suffixes: Vec<&'g str>,
}

impl Affixes<'_> {
    /// What a name may become: with all of them or none, and, where there are at most so many, with some.
    pub(super) fn names(&self, name: &str, most: usize) -> BTreeSet<String> {
        let count = self.prefixes.len() + self.suffixes.len();
        let with = |takes: &dyn Fn(usize) -> bool| {
            let taken = |list: &[&str], from: usize| -> Vec<String> {
                let list = list.iter().enumerate().filter(|(at, _)| takes(from + at));
                list.map(|(_, text)| (*text).to_owned()).collect()
            };
            let suffixes = taken(&self.suffixes, self.prefixes.len());
            let suffixes: String = suffixes.into_iter().rev().collect();
            format!("{}{name}{suffixes}", taken(&self.prefixes, 0).concat())
        };
        if count > most {
            return [with(&|_| true), with(&|_| false)].into();
        }
        (0_usize..1 << count).map(|set| with(&|at| set >> at & 1 == 1)).collect()
    }
}
