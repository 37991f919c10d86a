//! Which sets of labels selectors select. An input may have many of both, so that nothing here goes through all pairs: sets are
//! found by their labels, and where many have one, 64 of them are looked at in one step.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::labels::{Expression, Labels, Operator, Selector};

/// So many members are always few.
const FEW: usize = 16;

/// Sets of labels, each by its place in their order.
#[derive(Debug, Default)]
pub struct LabelSets<'f> {
    count: usize,
    keys: HashMap<&'f str, Key<'f>>,
}

#[derive(Debug, Default)]
struct Key<'f> {
    /// The sets that have the key at all.
    any: List,
    values: HashMap<&'f str, List>,
}

/// Sets in their order; as bits too, where they are many and asked for.
#[derive(Debug, Default)]
struct List {
    places: Vec<u32>,
    bits: OnceCell<Vec<u64>>,
}

/// Some of the sets.
#[derive(Debug, Clone)]
pub enum Members {
    Few(Vec<u32>),
    /// A bit for each set.
    Many(Vec<u64>),
}

impl<'f> LabelSets<'f> {
    pub fn new(sets: impl Iterator<Item = &'f Labels>) -> Self {
        let mut all = Self::default();
        for labels in sets {
            let Ok(place) = u32::try_from(all.count) else { break };
            for (key, value) in labels.iter() {
                let known = all.keys.entry(key).or_default();
                known.any.push(place);
                known.values.entry(value).or_default().push(place);
            }
            all.count += 1;
        }
        all
    }

    /// All of the sets.
    pub fn all(&self) -> Members {
        let mut words = vec![u64::MAX; self.count.div_ceil(64)];
        if let Some(last) = words.last_mut().filter(|_| !self.count.is_multiple_of(64)) {
            *last = (1 << (self.count % 64)) - 1;
        }
        Members::Many(words)
    }

    /// The sets that a selector selects.
    pub fn selected_by(&self, selector: &Selector) -> Members {
        let mut lists = Vec::new();
        for (key, value) in selector.labels.iter() {
            let Some(list) = self.with(key, value) else { return Members::Few(Vec::new()) };
            lists.push(list);
        }
        let rarest = lists.iter().min_by_key(|list| list.places.len());
        let mut members = match rarest {
            Some(list) if list.places.len() <= self.few() => Members::Few(list.places.clone()),
            _ => self.all(),
        };
        for list in lists {
            self.keep(&mut members, &[list]);
        }
        for expression in &selector.expressions {
            self.restrict(&mut members, expression);
        }
        members
    }

    fn restrict(&self, members: &mut Members, expression: &Expression) {
        let Some(key) = self.keys.get(&*expression.key) else {
            if matches!(expression.operator, Operator::In | Operator::Exists) {
                *members = Members::Few(Vec::new());
            }
            return;
        };
        let listed = || expression.values.iter().filter_map(|value| key.values.get(&**value)).collect::<Vec<_>>();
        match expression.operator {
            Operator::In => self.keep(members, &listed()),
            Operator::Exists => self.keep(members, &[&key.any]),
            Operator::NotIn => self.drop(members, &listed()),
            Operator::DoesNotExist => self.drop(members, &[&key.any]),
        }
    }

    fn with(&self, key: &str, value: &str) -> Option<&List> {
        self.keys.get(key)?.values.get(value)
    }

    /// So many are better looked at one by one.
    fn few(&self) -> usize {
        self.count / 64 + FEW
    }

    /// Keeps those that are in any of the lists.
    fn keep(&self, members: &mut Members, lists: &[&List]) {
        match members {
            Members::Few(places) => places.retain(|place| lists.iter().any(|list| list.has(*place))),
            Members::Many(words) => {
                let mut kept = vec![0; words.len()];
                for list in lists {
                    self.each_word(list, |at, bits| kept.get_mut(at).into_iter().for_each(|word| *word |= bits));
                }
                words.iter_mut().zip(kept).for_each(|(word, kept)| *word &= kept);
            }
        }
    }

    /// Takes away those that are in any of the lists.
    fn drop(&self, members: &mut Members, lists: &[&List]) {
        match members {
            Members::Few(places) => places.retain(|place| !lists.iter().any(|list| list.has(*place))),
            Members::Many(words) => {
                for list in lists {
                    self.each_word(list, |at, bits| words.get_mut(at).into_iter().for_each(|word| *word &= !bits));
                }
            }
        }
    }

    fn each_word(&self, list: &List, mut each: impl FnMut(usize, u64)) {
        if list.places.len() <= self.few() {
            list.places.iter().for_each(|place| each(*place as usize / 64, 1 << (place % 64)));
            return;
        }
        let bits = list.bits.get_or_init(|| {
            let mut words = vec![0; self.count.div_ceil(64)];
            for place in &list.places {
                if let Some(word) = words.get_mut(*place as usize / 64) {
                    *word |= 1 << (place % 64);
                }
            }
            words
        });
        bits.iter().enumerate().for_each(|(at, word)| each(at, *word));
    }
}

impl List {
    fn push(&mut self, place: u32) {
        // a key may be there twice in a set
        if self.places.last() != Some(&place) {
            self.places.push(place);
        }
    }

    fn has(&self, place: u32) -> bool {
        self.places.binary_search(&place).is_ok()
    }
}

impl Members {
    /// The places of those that are in both.
    pub fn both(&self, other: &Self) -> Vec<usize> {
        match (self, other) {
            (Self::Many(ours), Self::Many(theirs)) => {
                let mut found = Vec::new();
                for (at, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                    let mut left = ours & theirs;
                    while left != 0 {
                        found.push(at * 64 + left.trailing_zeros() as usize);
                        left &= left - 1;
                    }
                }
                found
            }
            (Self::Few(places), other) | (other, Self::Few(places)) => {
                places.iter().filter(|place| other.has(**place)).map(|place| *place as usize).collect()
            }
        }
    }

    /// Takes away one of them.
    pub fn remove(&mut self, place: usize) {
        match self {
            Self::Few(places) => places.retain(|known| *known as usize != place),
            Self::Many(words) => words.get_mut(place / 64).into_iter().for_each(|word| *word &= !(1 << (place % 64))),
        }
    }

    fn has(&self, place: u32) -> bool {
        match self {
            Self::Few(places) => places.binary_search(&place).is_ok(),
            Self::Many(words) => words.get(place as usize / 64).is_some_and(|word| word >> (place % 64) & 1 == 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::labels::Labels;
    use super::super::labels::testing::{labels, selector};
    use super::LabelSets;

    #[test]
    fn selects_what_each_selector_matches() {
        let all = |count: usize| -> Vec<Labels> {
            let one = |at: usize| {
                let tier = if at.is_multiple_of(3) { ", tier: front" } else { "" };
                labels(&format!("{{app: a{at}, part: p{}, all: x{tier}}}", at % 7))
            };
            (0..count).map(one).chain([labels("{}")]).collect()
        };
        let selectors = [
            "{}",
            "{matchLabels: {app: a5}}",
            "{matchLabels: {all: x}}",
            "{matchLabels: {all: x, part: p3}}",
            "{matchLabels: {all: x, part: p3, none: x}}",
            "{matchLabels: {app: a3, tier: front}}",
            "{matchExpressions: [{key: app, operator: In, values: [a1, a2, a64, b]}]}",
            "{matchExpressions: [{key: part, operator: In, values: [p1, p2]}, {key: tier, operator: DoesNotExist}]}",
            "{matchExpressions: [{key: part, operator: NotIn, values: [p1, p2]}]}",
            "{matchExpressions: [{key: tier, operator: Exists}, {key: app, operator: NotIn, values: [a3]}]}",
            "{matchExpressions: [{key: none, operator: Exists}]}",
            "{matchExpressions: [{key: none, operator: DoesNotExist}]}",
            "{matchExpressions: [{key: none, operator: In, values: [x]}]}",
            "{matchExpressions: [{key: none, operator: NotIn, values: [x]}]}",
            "{matchLabels: {app: a2}, matchExpressions: [{key: part, operator: In, values: [p2]}]}",
            "{matchLabels: {app: a2}, matchExpressions: [{key: part, operator: NotIn, values: [p2]}]}",
        ];
        for count in [1, 63, 64, 65, 3000] {
            let known = all(count);
            let sets = LabelSets::new(known.iter());
            for text in selectors {
                let selector = selector(text);
                let expected: Vec<usize> = (0..known.len()).filter(|at| selector.matches(&known[*at])).collect();
                assert_eq!(sets.selected_by(&selector).both(&sets.all()), expected, "{count} {text}");
            }
        }
    }
}
