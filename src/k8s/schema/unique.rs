//! Lists whose items are told apart by one or two of their fields.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{At, Fault, Walk};
use crate::yaml::Node;

/// Lists with no more items than this are compared item by item.
const FEW: usize = 24;

impl<'d, 's> Walk<'_, 'd, 's> {
    /// Looks for items with the same name.
    pub(super) fn unique(&mut self, at: At<'d, 's>, list: Node<'d, 's>, count: usize) {
        let mut keys = at.field.map_keys();
        let Some(first) = keys.next() else { return };
        let second = keys.next();
        if keys.next().is_some() {
            return;
        }
        let mut names = std::mem::take(&mut self.names);
        names.clear();
        names.extend(list.items().map(|item| name(item, first, second)));
        if has_same(&names, count) {
            self.twice(at, list, &names);
        }
        self.names = names;
    }

    #[cold]
    fn twice(&mut self, at: At<'d, 's>, list: Node<'d, 's>, names: &[(&'d str, &'d str)]) {
        let mut known: HashMap<&(&'d str, &'d str), Node<'d, 's>> = HashMap::new();
        for (item, name) in list.items().zip(names).filter(|(_, name)| !name.0.is_empty()) {
            match known.entry(name) {
                Entry::Vacant(free) => drop(free.insert(item)),
                Entry::Occupied(first) => {
                    let fault = Fault::Twice { first: *first.get(), second: item, field: at.field };
                    self.report(fault, at.map, Some(at.key));
                }
            }
        }
    }
}

/// What an item is told apart by; empty where it is not written down.
fn name<'d>(item: Node<'d, '_>, first: &str, second: Option<&str>) -> (&'d str, &'d str) {
    let text = |key: &str| item.get(key).and_then(Node::text);
    let default = if second == Some("protocol") { "TCP" } else { "" };
    (text(first).unwrap_or_default(), second.map_or(default, |key| text(key).unwrap_or(default)))
}

fn has_same(names: &[(&str, &str)], count: usize) -> bool {
    if count <= FEW {
        return names
            .iter()
            .enumerate()
            .any(|(at, name)| !name.0.is_empty() && names.iter().take(at).any(|it| it == name));
    }
    let mut sorted: Vec<&(&str, &str)> = names.iter().filter(|name| !name.0.is_empty()).collect();
    sorted.sort_unstable();
    sorted.windows(2).any(|pair| matches!(pair, [a, b] if a == b))
}
