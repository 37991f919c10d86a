//! What is left in the walk beside what was built: what is in it is checked there and nowhere else.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use rayon::iter::{IntoParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use super::account::{self, Files};
use super::contents::{Contents, Part};
use super::folder::{Key, Use};
use super::graph::Graph;
use crate::check::discover::left_out::Cause;
use crate::check::discover::walk::Walked;
use crate::check::discover::{Found, Input, Text};
use crate::file::Root;
use crate::k8s::version::Version;

/// What was made of a folder.
pub(super) struct Built<'g> {
    pub(super) key: &'g Key,
    /// What there is to check, or why there is nothing.
    pub(super) inputs: Vec<Input>,
}

impl Built<'_> {
    /// The text; none if nothing was built.
    fn text(&self) -> Option<&Arc<str>> {
        self.inputs.iter().find_map(|input| match &input.text {
            Text::Made { text, .. } => Some(text),
            _ => None,
        })
    }
}

/// Takes the files out of the walk that are in what was built, and those that are no objects alone. Adds those that only
/// kustomizations lead to, if they are not built. `kustomizations` are the files of the walk.
pub(super) fn leave_out(
    graph: &Graph,
    built: &[Built<'_>],
    kustomizations: &[Utf8PathBuf],
    version: Version,
    walked: &mut Walked,
    found: &mut Found,
) {
    let roots = roots(kustomizations, walked);
    let rest = Rest::new(graph, built, version);
    walked
        .files
        .extend(kustomizations.iter().filter(|file| real(file).is_some_and(|it| rest.others.contains(&*it))).cloned());
    let mut known: BTreeSet<Utf8PathBuf> = walked.files.iter().filter_map(|file| real(file)).collect();
    for (file, shown) in rest.unbuilt(graph) {
        if let Some(root) = roots.iter().find(|root| file.starts_with(root.path())).or(roots.first())
            && known.insert(file.to_owned())
        {
            walked.add_beside(&shown, root);
        }
    }
    for file in std::mem::take(&mut walked.files) {
        match rest.fate(&file) {
            Fate::Stays => walked.files.push(file),
            Fate::Part(text) => found.inputs.push(Input::part(&file, text)),
            Fate::Fragment => walked.left_out.add(file, Cause::Patch),
            Fate::Gone => {}
        }
    }
}

fn real(file: &Utf8Path) -> Option<Utf8PathBuf> {
    file.canonicalize_utf8().ok()
}

/// The folders that nothing may lead out of.
fn roots(kustomizations: &[Utf8PathBuf], walked: &Walked) -> Vec<Arc<Root>> {
    let spots = kustomizations.iter().filter_map(|file| walked.spots.get(file)).flatten();
    let mut roots: Vec<Arc<Root>> = spots.map(|spot| Arc::clone(&spot.root)).collect();
    roots.dedup();
    roots
}

/// What becomes of a file of the walk.
enum Fate {
    Stays,
    /// It is in what was built.
    Gone,
    /// This of it is not in what was built.
    Part(String),
    /// It is a patch, and no object.
    Fragment,
}

/// What is known of the files of kustomizations.
struct Rest<'g> {
    files: Files<'g>,
    /// The documents that are in what was built.
    documents: BTreeSet<(&'g Utf8Path, usize)>,
    /// The files of kustomizations that are built.
    built: BTreeSet<&'g Utf8Path>,
    /// The files of kustomizations that could not be, which is an error of its own.
    failed: BTreeSet<&'g Utf8Path>,
    /// Patches and objects of kustomizations that are not built, and their own files if they hold something else.
    patches: BTreeSet<&'g Utf8Path>,
    objects: BTreeSet<&'g Utf8Path>,
    others: BTreeSet<&'g Utf8Path>,
    keys: Vec<&'g Key>,
}

impl<'g> Rest<'g> {
    fn new(graph: &'g Graph, built: &[Built<'g>], version: Version) -> Self {
        let read = |(file, is_patch): (&'g Utf8Path, bool)| (file, Contents::read(file, is_patch, version));
        let files: Files<'g> = graph.files().into_par_iter().map(read).collect();
        let of = |built: &Built<'g>| {
            let documents = built.text().map(|text| account::documents(graph, built.key, &files, text));
            documents.unwrap_or_default()
        };
        let documents = built.par_iter().map(of).reduce(BTreeSet::new, |mut all, mut more| {
            all.append(&mut more);
            all
        });
        let members = |has_text: bool| {
            let keys = built.iter().filter(move |built| built.text().is_some() == has_text).map(|built| built.key);
            graph.members(keys).map(|(file, _)| file).collect()
        };
        let keys: Vec<&Key> = built.iter().map(|built| built.key).collect();
        let (mut patches, mut objects, mut others) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (_, _, kustomization) in graph.unbuilt(&keys) {
            others.extend(kustomization.others.iter().map(Utf8PathBuf::as_path));
            for (file, usage) in &kustomization.members {
                match usage {
                    Use::Patch => drop(patches.insert(file.as_path())),
                    Use::Objects => drop(objects.insert(file.as_path())),
                    Use::Own | Use::Configuration | Use::Data => {}
                }
            }
        }
        Self { built: members(true), failed: members(false), files, documents, patches, objects, others, keys }
    }

    /// What kustomizations name that are not built, and what the user may call it.
    fn unbuilt(&self, graph: &'g Graph) -> Vec<(&'g Utf8Path, Utf8PathBuf)> {
        let here = Utf8Path::new(".").canonicalize_utf8().unwrap_or_default();
        let mut found = Vec::new();
        for (folder, key, kustomization) in graph.unbuilt(&self.keys) {
            let members = kustomization.members.iter().filter(|(_, usage)| matches!(usage, Use::Objects | Use::Patch));
            for (file, _) in members {
                let shown = match (folder, file.strip_prefix(&key.folder)) {
                    (Some(folder), Ok(inside)) => folder.join(inside),
                    _ => file.strip_prefix(&here).unwrap_or(file).to_owned(),
                };
                found.push((file.as_path(), shown));
            }
        }
        found
    }

    fn fate(&self, file: &Utf8Path) -> Fate {
        let Some(real) = real(file) else { return Fate::Stays };
        let real = real.as_path();
        if self.failed.contains(real) {
            return Fate::Gone;
        }
        let is_built = self.built.contains(real);
        if !is_built && (self.objects.contains(real) || !self.patches.contains(real)) {
            return Fate::Stays;
        }
        let Some((&real, contents)) = self.files.get_key_value(real) else { return Fate::Gone };
        let is_left = |at: usize, part: &Part| {
            !part.objects.is_empty()
                && if is_built { !self.documents.contains(&(real, at)) } else { !part.wholes.is_empty() }
        };
        let parts = || contents.parts.iter().enumerate();
        let left: Vec<usize> = parts().filter(|(at, part)| is_left(*at, part)).map(|(at, _)| at).collect();
        match left.len() {
            _ if contents.is_broken => Fate::Stays,
            0 if is_built => Fate::Gone,
            0 => Fate::Fragment,
            all if all == parts().filter(|(_, part)| !part.objects.is_empty()).count() => Fate::Stays,
            _ => Fate::Part(contents.only(&left)),
        }
    }
}
