//! What rules over several objects need of each one, small enough to be kept for all of them while their trees are not.

mod labels;
mod plane;
mod reference;
mod roles;
mod word;

pub use labels::{Labels, Selector};
pub use plane::{Anonymous, Authorizers, Named, Plane};
pub use reference::ObjectRef;
pub use roles::{Binding, PolicyRule, Role, Subject, SubjectKind};
pub use word::Word;

use std::collections::HashMap;
use std::sync::Arc;

use super::finding::FileId;
use super::pod_security::{Level, Policies, Policy, PolicyVersion, labels as pod_security};
use super::settings::Settings;
use crate::apiserver::files::Parts;
use crate::kube::object::{Kind, Object};

/// What all objects say together, in the order of the input.
#[derive(Debug, Default)]
pub struct Facts {
    /// The namespaces of the input.
    pub namespaces: Vec<ObjectRef>,
    /// Roles and ClusterRoles.
    pub roles: Vec<Role>,
    /// RoleBindings and ClusterRoleBindings.
    pub bindings: Vec<Binding>,
    /// What files say about control planes.
    pub control_plane: Parts,
    /// The policies of the first namespace of each name.
    policies: HashMap<String, Policies>,
    last_namespace: Option<Arc<str>>,
}

impl Facts {
    /// Adds what an object says.
    pub fn add(&mut self, object: &Object<'_, '_>, file: FileId, settings: &Settings) {
        match object.kind {
            Kind::Namespace => self.add_namespace(object, file, settings),
            Kind::Role | Kind::ClusterRole => {
                let reference = self.reference(object, file);
                self.roles.push(Role::new(object, reference));
            }
            Kind::RoleBinding | Kind::ClusterRoleBinding => {
                let reference = self.reference(object, file);
                self.bindings.push(Binding::new(object, reference));
            }
            _ => {}
        }
    }

    fn reference(&mut self, object: &Object<'_, '_>, file: FileId) -> ObjectRef {
        ObjectRef::new(object, file, &mut self.last_namespace)
    }

    fn add_namespace(&mut self, object: &Object<'_, '_>, file: FileId, settings: &Settings) {
        let policies = pod_security::policies(object, settings.kubernetes);
        self.policies.entry(object.name().to_owned()).or_insert(policies);
        let reference = self.reference(object, file);
        self.namespaces.push(reference);
    }

    /// Adds what other objects say.
    pub fn append(&mut self, mut other: Self) {
        self.namespaces.append(&mut other.namespaces);
        self.roles.append(&mut other.roles);
        self.bindings.append(&mut other.bindings);
        self.control_plane.append(std::mem::take(&mut other.control_plane));
        for (name, policies) in other.policies {
            self.policies.entry(name).or_insert(policies);
        }
    }

    /// The policies that hold in a namespace: what the user asked for, or what the labels of the namespace say, or else
    /// `restricted`.
    pub fn policies(&self, namespace: Option<&str>, settings: &Settings) -> Policies {
        let version = PolicyVersion::latest(settings.kubernetes);
        if let Some(level) = settings.level {
            return Policies::all(Policy { level, version: settings.level_version.unwrap_or(version) });
        }
        let known = self.policies.get(namespace.unwrap_or("default"));
        known.copied().unwrap_or_else(|| Policies::all(Policy { level: Level::Restricted, version }))
    }
}
