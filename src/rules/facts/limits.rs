//! What each LimitRange of the input gives to containers that say nothing.

use std::collections::HashMap;

use crate::k8s::object::Object;
use crate::yaml::Node;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Resources {
    cpu: bool,
    memory: bool,
    ephemeral_storage: bool,
}

impl Resources {
    /// Whether a resource is among them.
    pub fn has(self, name: &str) -> bool {
        match name {
            "cpu" => self.cpu,
            "memory" => self.memory,
            "ephemeral-storage" => self.ephemeral_storage,
            _ => false,
        }
    }

    fn add(&mut self, amounts: Option<Node<'_, '_>>) {
        for (key, value) in amounts.into_iter().flat_map(Node::fields).filter(|(_, value)| !value.is_null()) {
            let zero = value.text() == Some("0");
            match key.text() {
                Some("cpu") => self.cpu |= !zero,
                Some("memory") => self.memory |= !zero,
                Some("ephemeral-storage") => self.ephemeral_storage |= !zero,
                _ => {}
            }
        }
    }

    fn join(&mut self, other: Self) {
        self.cpu |= other.cpu;
        self.memory |= other.memory;
        self.ephemeral_storage |= other.ephemeral_storage;
    }
}

/// What containers of a namespace get that do not say themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Defaults {
    /// The limits that they get.
    pub limits: Resources,
    /// The requests that they get.
    pub requests: Resources,
}

/// The defaults of all namespaces.
#[derive(Debug, Default)]
pub struct Limits {
    /// By namespace; under no name, those without one, which land where the pods do that have none either.
    defaults: HashMap<String, Defaults>,
}

impl Limits {
    /// Adds what a LimitRange says.
    pub fn add(&mut self, object: &Object<'_, '_>) {
        let items = object.root.path(&["spec", "limits"]).into_iter().flat_map(Node::items);
        for item in items.filter(|item| item.get("type").and_then(Node::as_str) == Some("Container")) {
            let defaults = self.defaults.entry(object.namespace().unwrap_or_default().to_owned()).or_default();
            // the API server fills in what is missing: the most for limits, and these or the least for requests
            for key in ["default", "max"] {
                defaults.limits.add(item.get(key));
            }
            for key in ["defaultRequest", "default", "max", "min"] {
                defaults.requests.add(item.get(key));
            }
        }
    }

    /// Adds what other objects say.
    pub fn append(&mut self, other: Self) {
        for (namespace, defaults) in other.defaults {
            let known = self.defaults.entry(namespace).or_default();
            known.limits.join(defaults.limits);
            known.requests.join(defaults.requests);
        }
    }

    /// What containers get in a namespace.
    pub fn defaults(&self, namespace: Option<&str>) -> Defaults {
        self.defaults.get(namespace.unwrap_or_default()).copied().unwrap_or_default()
    }
}
