//! What limits the use of a namespace.

use super::reference::ObjectRef;
use super::word::Word;
use crate::k8s::object::Object;
use crate::yaml::Node;

#[derive(Debug)]
pub struct Quota {
    pub object: ObjectRef,
    /// The resources of `spec.hard` that every container must say something about once they are there: `requests.cpu`.
    pub compute: Box<[Word]>,
}

impl Quota {
    pub(super) fn new(object: &Object<'_, '_>, reference: ObjectRef) -> Self {
        let hard = object.root.path(&["spec", "hard"]);
        let keys = hard.into_iter().flat_map(Node::fields).filter_map(|(key, _)| Word::of(key));
        Self { object: reference, compute: keys.filter(|key| default_of(&key.text).is_some()).collect() }
    }
}

/// Where a LimitRange gives a container that says nothing what a quota asks for, and of which resource.
pub fn default_of(quota: &str) -> Option<(&'static str, &'static str)> {
    Some(match quota {
        "cpu" | "requests.cpu" => ("defaultRequest", "cpu"),
        "memory" | "requests.memory" => ("defaultRequest", "memory"),
        "limits.cpu" => ("default", "cpu"),
        "limits.memory" => ("default", "memory"),
        _ => return None,
    })
}

#[derive(Debug)]
pub struct LimitRange {
    pub object: ObjectRef,
    /// What containers get that do not say: of `default` or `defaultRequest`, which resource.
    pub defaults: Box<[(&'static str, Box<str>)]>,
}

impl LimitRange {
    pub(super) fn new(object: &Object<'_, '_>, reference: ObjectRef) -> Self {
        let mut defaults = Vec::new();
        for limit in object.root.path(&["spec", "limits"]).into_iter().flat_map(Node::items) {
            if limit.get("type").and_then(Node::as_str) != Some("Container") {
                continue;
            }
            // a limit without a request is the request too, and the largest limit is the default one
            for (key, field) in [
                ("default", "default"),
                ("max", "default"),
                ("default", "defaultRequest"),
                ("max", "defaultRequest"),
                ("min", "defaultRequest"),
                ("defaultRequest", "defaultRequest"),
            ] {
                let resources = limit.get(key).into_iter().flat_map(Node::fields);
                defaults.extend(resources.filter_map(|(resource, _)| Some((field, resource.text()?.into()))));
            }
        }
        Self { object: reference, defaults: defaults.into() }
    }
}
