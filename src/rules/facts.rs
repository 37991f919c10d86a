//! What rules over several objects need of each one, small enough to be kept for all of them while their trees are not.

use std::sync::Arc;

use super::finding::{FileId, ObjectId, Place};
use super::pod_security::{Level, Policies, Policy, PolicyVersion, labels};
use super::settings::Settings;
use super::sink::identity;
use crate::kube::object::{Kind, Object};

/// What all objects say together.
#[derive(Debug, Default)]
pub struct Facts {
    /// The namespaces of the input.
    pub namespaces: Vec<Namespace>,
}

/// A namespace of the input.
#[derive(Debug)]
pub struct Namespace {
    /// What it is.
    pub object: Arc<ObjectId>,
    /// Where it is.
    pub place: Place,
    /// The policy that its labels enforce, where they do.
    pub enforced: Option<Policy>,
    /// What the API server makes of all its labels.
    pub policies: Policies,
}

impl Facts {
    /// Adds what an object says.
    pub fn add(&mut self, object: &Object<'_, '_>, file: FileId, settings: &Settings) {
        if object.kind == Kind::Namespace {
            let span = object
                .metadata
                .and_then(|metadata| metadata.get("name"))
                .map_or(object.root.span(), crate::yaml::Node::span);
            self.namespaces.push(Namespace {
                object: Arc::new(identity(object)),
                place: Place { file, span, label: String::new() },
                enforced: labels::enforced(object, settings.kubernetes),
                policies: labels::policies(object, settings.kubernetes),
            });
        }
    }

    /// Adds what other objects say.
    pub fn append(&mut self, mut other: Self) {
        self.namespaces.append(&mut other.namespaces);
    }

    /// The policies that hold in a namespace: what the user asked for, or what the labels of the namespace say, or else
    /// `restricted`.
    pub fn policies(&self, namespace: Option<&str>, settings: &Settings) -> Policies {
        let version = PolicyVersion::latest(settings.kubernetes);
        if let Some(level) = settings.level {
            return Policies::all(Policy { level, version: settings.level_version.unwrap_or(version) });
        }
        let name = namespace.unwrap_or("default");
        let known = self.namespaces.iter().find(|it| it.object.name == name);
        known.map_or_else(|| Policies::all(Policy { level: Level::Restricted, version }), |it| it.policies)
    }
}
