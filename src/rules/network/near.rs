//! Selectors that match no pod, but nearly do.

use std::collections::{HashMap, HashSet};

use super::isolation::{Label, Namespace};
use crate::rules::facts::{Facts, Labels, Pods};

/// The labels of the pods of the input.
pub(super) struct Near<'f> {
    /// The first pods with a label.
    pairs: HashMap<Label<'f>, &'f Pods>,
    /// Pods by the value of one of their labels, whatever its key.
    values: HashMap<(Namespace<'f>, &'f str), &'f Pods>,
    /// The values of a key.
    keys: HashMap<(Namespace<'f>, &'f str), HashSet<&'f str>>,
}

/// Values of a key that are compared with a misspelt one at most.
const COMPARED: usize = 200;

impl<'f> Near<'f> {
    pub(super) fn new(facts: &'f Facts) -> Self {
        let mut near = Self { pairs: HashMap::new(), values: HashMap::new(), keys: HashMap::new() };
        for pods in &facts.pods {
            let namespace = pods.object.namespace();
            for (key, value) in pods.labels.iter() {
                near.pairs.entry((namespace, key, value)).or_insert(pods);
                near.values.entry((namespace, value)).or_insert(pods);
                near.keys.entry((namespace, key)).or_default().insert(value);
            }
        }
        near
    }

    /// The label by which a selector selects nothing, and the pods that are nearly selected.
    pub(super) fn miss<'l>(
        &self,
        namespace: Namespace<'f>,
        labels: &'l Labels,
    ) -> Option<((&'l str, &'l str), &'f Pods)> {
        let unknown = |&(key, value): &(&'l str, &'l str)| !self.pairs.contains_key(&(namespace, key, value));
        labels.iter().filter(unknown).find_map(|(key, value)| {
            let renamed = || self.values.get(&(namespace, value)).copied().filter(|_| is_telling(value));
            let pods = self.misspelt(namespace, key, value).or_else(renamed)?;
            Some(((key, value), pods))
        })
    }

    /// Pods whose value of this key is a letter away.
    fn misspelt(&self, namespace: Namespace<'f>, key: &str, value: &str) -> Option<&'f Pods> {
        let values = self.keys.get(&(namespace, key))?;
        if values.len() > COMPARED || !is_telling(value) {
            return None;
        }
        let is_typo = |known: &&&str| differs_by_a_letter(value, known);
        let near = values.iter().filter(is_typo).min()?;
        self.pairs.get(&(namespace, key, near)).copied()
    }
}

/// Whether a value is more than a word such as `web`, `v1` or `true` that many labels have.
fn is_telling(value: &str) -> bool {
    value.len() >= 3
        && !matches!(value, "true" | "false" | "prod" | "production" | "staging" | "dev" | "development" | "test")
}

/// Whether two values are a typo apart. What differs must be a word of some length, for `worker-a` and `worker-b` are meant,
/// and neither a number nor a plural.
fn differs_by_a_letter(one: &str, other: &str) -> bool {
    let words = |text| str::split(text, ['-', '.', '_', '/']);
    let mut differing = words(one).zip(words(other)).filter(|(ours, theirs)| ours != theirs);
    let (Some((ours, theirs)), None) = (differing.next(), differing.next()) else { return false };
    let has_digit = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
    words(one).count() == words(other).count()
        && ours.len().min(theirs.len()) >= 4
        && !has_digit(ours)
        && !has_digit(theirs)
        && ours.strip_suffix('s') != Some(theirs)
        && theirs.strip_suffix('s') != Some(ours)
        && strsim::damerau_levenshtein(ours, theirs) == 1
}

#[cfg(test)]
mod tests {
    use super::differs_by_a_letter;

    #[test]
    fn tells_typos_from_what_is_meant() {
        for (one, other) in [("frontend", "fronted"), ("shop-backend", "shop-bakcend"), ("payment", "payments-")] {
            assert_eq!(differs_by_a_letter(one, other), other != "payments-", "{one} {other}");
        }
        for (one, other) in
            [("worker-a", "worker-b"), ("api-1", "api-2"), ("api1x", "api2x"), ("job", "jobs"), ("user", "users")]
        {
            assert!(!differs_by_a_letter(one, other), "{one} {other}");
        }
    }
}
