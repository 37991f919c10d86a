//! What rules over several objects need of each one, small enough to be kept for all of them while their trees are not.

mod labels;
mod reference;
mod roles;
mod word;

pub use labels::{Labels, Selector};
pub use reference::ObjectRef;
pub use roles::{Binding, PolicyRule, Role, Subject, SubjectKind};
pub use word::Word;

use std::collections::HashMap;
use std::sync::Arc;

use super::finding::{FileId, ObjectId, Place};
use super::pod_security::{Level, Policy, PolicyVersion, labels as pod_security_labels};
use super::settings::Settings;
use super::sink::identity;
use crate::kube::object::{Kind, Object};

/// What all objects say together, in the order of the input.
#[derive(Debug, Default)]
pub struct Facts {
    /// The namespaces of the input.
    pub namespaces: Vec<Namespace>,
    /// Roles and ClusterRoles.
    pub roles: Vec<Role>,
    /// RoleBindings and ClusterRoleBindings.
    pub bindings: Vec<Binding>,
    /// The first policy that a namespace of that name enforces.
    enforced: HashMap<String, Policy>,
    last_namespace: Option<Arc<str>>,
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
        let enforced = pod_security_labels::enforced(object, settings.kubernetes);
        let place = self.reference(object, file).place("");
        self.namespaces.push(Namespace { object: Arc::new(identity(object)), place, enforced });
        if let Some(policy) = enforced {
            self.enforced.entry(object.name().to_owned()).or_insert(policy);
        }
    }

    /// Adds what other objects say.
    pub fn append(&mut self, mut other: Self) {
        self.namespaces.append(&mut other.namespaces);
        self.roles.append(&mut other.roles);
        self.bindings.append(&mut other.bindings);
        for (name, policy) in other.enforced {
            self.enforced.entry(name).or_insert(policy);
        }
    }

    /// The policy that holds in a namespace: what the user asked for, or what the labels of the namespace enforce, or else
    /// `restricted`.
    pub fn policy(&self, namespace: Option<&str>, settings: &Settings) -> Policy {
        let version = PolicyVersion::latest(settings.kubernetes);
        if let Some(level) = settings.level {
            return Policy { level, version };
        }
        let enforced = self.enforced.get(namespace.unwrap_or("default"));
        enforced.copied().unwrap_or(Policy { level: Level::Restricted, version })
    }
}
