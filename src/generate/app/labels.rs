//! The labels of an app.

use crate::generate::view::Pair;
use crate::spec::App;

/// The labels by which pods are selected. A Deployment's cannot change later, so they say nothing that may.
pub(in crate::generate) fn selector(name: &str) -> Vec<Pair> {
    vec![Pair::new("app.kubernetes.io/name", name), Pair::new("app.kubernetes.io/instance", name)]
}

pub(super) fn labels(app: &App) -> Vec<Pair> {
    let mut labels = selector(&app.name);
    labels.push(Pair::new("app.kubernetes.io/part-of", app.part_of()));
    labels.push(Pair::new("app.kubernetes.io/managed-by", "tightship"));
    if let Some(owner) = &app.owner {
        labels.push(Pair::new("tightship/owner", owner.as_str()));
    }
    labels.extend(app.labels.iter().map(|(key, value)| Pair::new(key.as_str(), value.as_str())));
    labels
}
