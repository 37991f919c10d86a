//! Which of the documents that a kustomization is made of are in what was built of it. Kustomize drops what is local, what a patch
//! deletes, and patches with a target that nothing is; all that is checked as it is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use camino::Utf8Path;

use super::contents::{Contents, Id, Values, values};
use super::folder::{Key, Use};
use super::graph::{Affixes, Graph};
use crate::k8s::object;
use crate::yaml::{self, Document};

/// The most ways of leaving prefixes and suffixes out that are tried for a name.
const MOST: usize = 6;
/// What kustomize puts behind names of what it generates: a hyphen, and ten of these.
const HASH: &str = "2456789bcdfghkmt";

/// The files of all kustomizations, by their names.
pub(super) type Files<'g> = BTreeMap<&'g Utf8Path, Contents>;

/// The documents of each file that are in what was built of a folder.
pub(super) fn documents<'g>(
    graph: &'g Graph,
    key: &'g Key,
    files: &Files<'g>,
    built: &str,
) -> BTreeSet<(&'g Utf8Path, usize)> {
    let stream = yaml::parse(built);
    let outputs = Outputs::of(&stream.documents);
    let mut merged: Option<Vec<Values>> = None;
    let mut found = BTreeSet::new();
    let mut objects = Vec::new();
    for visit in graph.visits(key) {
        for (file, usage) in &visit.kustomization.members {
            let parts = files.get(file.as_path()).into_iter().flat_map(|contents| contents.parts.iter().enumerate());
            for (at, part) in parts {
                let place = (file.as_path(), at);
                let is_built = match usage {
                    Use::Own | Use::Data => true,
                    Use::Configuration => part.objects.iter().all(|id| id.is_builtin),
                    Use::Patch => part.wholes.iter().all(|whole| {
                        let merged = merged.get_or_insert_with(|| all_values(&stream.documents));
                        merged.iter().any(|values| whole.is_subset(values))
                    }),
                    Use::Objects => {
                        let each = part.objects.iter().enumerate();
                        objects.extend(each.map(|(nth, id)| (place, nth, outputs.candidates(id, &visit.affixes))));
                        part.objects.is_empty()
                    }
                };
                if is_built {
                    found.insert(place);
                }
            }
        }
    }
    let mut there: BTreeMap<(&Utf8Path, usize), BTreeSet<usize>> = BTreeMap::new();
    let lists: Vec<&[usize]> = objects.iter().map(|(_, _, candidates)| candidates.as_slice()).collect();
    for ((place, nth, _), is_there) in objects.iter().zip(each_has_one(outputs.count, &lists)) {
        if is_there {
            there.entry(*place).or_default().insert(*nth);
        }
    }
    let count = |(file, at): (&Utf8Path, usize)| Some(files.get(file)?.parts.get(at)?.objects.len());
    found.extend(there.into_iter().filter(|(place, nths)| count(*place) == Some(nths.len())).map(|(place, _)| place));
    found
}

fn all_values(documents: &[Document<'_>]) -> Vec<Values> {
    let mut all = Vec::new();
    for document in documents {
        object::for_each(document, &mut |object| all.push(values(object.root)));
    }
    all
}

/// What was built, by kind and name.
struct Outputs {
    places: HashMap<(String, String), Vec<usize>>,
    count: usize,
}

impl Outputs {
    fn of(documents: &[Document<'_>]) -> Self {
        let mut outputs = Self { places: HashMap::new(), count: 0 };
        for document in documents {
            object::for_each(document, &mut |object| {
                let Id { kind, name, .. } = Id::of(&object);
                let at = outputs.count;
                outputs.count += 1;
                if let Some(name) = without_hash(&kind, &name) {
                    outputs.places.entry((kind.clone(), name.to_owned())).or_default().push(at);
                }
                outputs.places.entry((kind, name)).or_default().push(at);
            });
        }
        outputs
    }

    /// What may have been made of an object.
    fn candidates(&self, id: &Id, affixes: &Affixes<'_>) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for name in affixes.names(&id.name, MOST) {
            found.extend(self.places.get(&(id.kind.clone(), name)).into_iter().flatten());
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn without_hash<'n>(kind: &str, name: &'n str) -> Option<&'n str> {
    let (name, hash) = name.rsplit_once('-').filter(|_| kind == "ConfigMap" || kind == "Secret")?;
    (hash.len() == 10 && hash.chars().all(|letter| HASH.contains(letter))).then_some(name)
}

/// Whether each of what may be one of several things can be one of its own. Of those that share what they may be, either all
/// or none can: nobody knows which of them is not there.
fn each_has_one(count: usize, candidates: &[&[usize]]) -> Vec<bool> {
    let mut above: Vec<usize> = (0..count).collect();
    for list in candidates {
        for pair in list.windows(2) {
            let &[one, other] = pair else { continue };
            let (one, other) = (root(&mut above, one), root(&mut above, other));
            if let Some(place) = above.get_mut(one) {
                *place = other;
            }
        }
    }
    let mut balance: HashMap<usize, (usize, usize)> = HashMap::new();
    let roots: Vec<Option<usize>> =
        candidates.iter().map(|list| list.first().map(|first| root(&mut above, *first))).collect();
    for at in 0..count {
        balance.entry(root(&mut above, at)).or_default().0 += 1;
    }
    for root in roots.iter().flatten() {
        balance.entry(*root).or_default().1 += 1;
    }
    let is_enough = |root: &usize| balance.get(root).is_some_and(|(things, wanted)| wanted <= things);
    roots.iter().map(|root| root.as_ref().is_some_and(is_enough)).collect()
}

/// The last of those that a number leads to; the way is made shorter.
fn root(above: &mut [usize], mut at: usize) -> usize {
    while let Some(&next) = above.get(at).filter(|next| **next != at) {
        let further = above.get(next).copied().unwrap_or(next);
        if let Some(place) = above.get_mut(at) {
            *place = further;
        }
        at = next;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::{each_has_one, without_hash};

    #[test]
    fn each_is_found_once() {
        let found = |candidates: &[&[usize]]| each_has_one(4, candidates);
        assert_eq!(found(&[&[0], &[1], &[]]), [true, true, false]);
        assert_eq!(found(&[&[0], &[0], &[1]]), [false, false, true]);
        assert_eq!(found(&[&[0, 1], &[1, 2], &[2]]), [true, true, true]);
        assert_eq!(found(&[&[0, 1], &[0, 1], &[1], &[3]]), [false, false, false, true]);
    }

    #[test]
    fn a_hash_is_no_part_of_a_name() {
        assert_eq!(without_hash("ConfigMap", "a-b-9hb9ct2g45"), Some("a-b"));
        for (kind, name) in
            [("Pod", "a-9hb9ct2g45"), ("Secret", "a-application"), ("Secret", "a-9hb9ct2g4"), ("Secret", "a")]
        {
            assert_eq!(without_hash(kind, name), None, "{name}");
        }
    }
}
