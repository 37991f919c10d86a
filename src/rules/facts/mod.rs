//! What rules over several objects need of each one, small enough to be kept for all of them while their trees are not.

mod accounts;
mod backends;
mod join;
mod label_sets;
mod labels;
mod limits;
mod near;
mod peers;
mod plane;
mod quotas;
mod reference;
mod roles;
mod scaled;
mod traffic;
mod word;

pub use accounts::{Account, Accounts};
pub use backends::{Backend, Port, ServicePorts};
pub use label_sets::{LabelSets, Members};
pub use labels::{Labels, Selector};
pub use limits::{Defaults, Limits};
pub use peers::{Peer, TrafficRule};
pub use plane::{Anonymous, Authorizers, Named, Plane};
pub use quotas::{LimitRange, Quota, default_of};
pub use reference::ObjectRef;
pub use roles::{Binding, PolicyRule, Role, Subject, SubjectKind};
pub use scaled::{Autoscaler, Budget, Scaled};
pub use traffic::{ForeignPolicy, Gateway, HttpRoute, Listener, NetworkPolicy, Parent, PlainIngress, Pods, Service};
pub use word::Word;

use std::collections::HashMap;
use std::sync::Arc;

use super::settings::Settings;
use crate::apiserver::files::Parts;
use crate::k8s::object::{Kind, Object};
use crate::k8s::pod_security::{Level, Policies, Policy, PolicyVersion, labels as pod_security};
use crate::yaml::FileId;

/// What all objects say together, in the order of the input.
#[derive(Debug, Default)]
pub struct Facts {
    /// The namespaces of the input.
    pub namespaces: Vec<ObjectRef>,
    /// Roles and ClusterRoles.
    pub roles: Vec<Role>,
    /// RoleBindings and ClusterRoleBindings.
    pub bindings: Vec<Binding>,
    /// What is or makes pods.
    pub pods: Vec<Pods>,
    pub network_policies: Vec<NetworkPolicy>,
    /// Policies of network plugins.
    pub foreign_policies: Vec<ForeignPolicy>,
    /// Services that select pods.
    pub services: Vec<Service>,
    pub gateways: Vec<Gateway>,
    pub routes: Vec<HttpRoute>,
    /// Ingresses that serve hosts without TLS.
    pub plain_ingresses: Vec<PlainIngress>,
    /// Where Ingresses and routes send requests to.
    pub backends: Vec<Backend>,
    /// Services with their ports.
    pub service_ports: Vec<ServicePorts>,
    /// Workloads that say how many pods they have.
    pub scaled: Vec<Scaled>,
    pub autoscalers: Vec<Autoscaler>,
    /// PodDisruptionBudgets.
    pub budgets: Vec<Budget>,
    pub quotas: Vec<Quota>,
    pub limit_ranges: Vec<LimitRange>,
    /// What the service accounts say of the tokens of their pods.
    pub accounts: Accounts,
    /// What each LimitRange gives to containers.
    pub limits: Limits,
    /// What files say about control planes.
    pub control_plane: Parts,
    /// The labels of the namespaces.
    pub namespace_labels: HashMap<Box<str>, Labels>,
    /// The policies of the first namespace of each name.
    policies: HashMap<String, Policies>,
    last_namespace: Option<Arc<str>>,
}

impl Facts {
    /// Adds what an object says.
    pub fn add(&mut self, object: &Object<'_, '_>, file: FileId, settings: &Settings) {
        let last = &mut self.last_namespace;
        let mut reference = || ObjectRef::new(object, file, last);
        match object.kind {
            Kind::Namespace => {
                let policies = pod_security::policies(object, settings.kubernetes);
                self.policies.entry(object.name().to_owned()).or_insert(policies);
                if let Some(labels) = object.metadata.and_then(|metadata| metadata.get("labels")) {
                    self.namespace_labels.insert(object.name().into(), Labels::of(labels));
                }
                self.namespaces.push(reference());
            }
            Kind::ServiceAccount => self.accounts.add(object),
            Kind::Role | Kind::ClusterRole => self.roles.push(Role::new(object, reference())),
            Kind::RoleBinding | Kind::ClusterRoleBinding => self.bindings.push(Binding::new(object, reference())),
            Kind::NetworkPolicy => self.network_policies.extend(NetworkPolicy::of(object, reference)),
            Kind::Service => {
                self.services.extend(Service::of(object, &mut reference));
                self.service_ports.push(ServicePorts::new(object, reference()));
            }
            Kind::Gateway => self.gateways.push(Gateway::new(object, reference())),
            Kind::HTTPRoute => {
                self.routes.extend(HttpRoute::of(object, &mut reference));
                self.backends.append(&mut backends::of_route(object, reference));
            }
            Kind::Ingress => {
                self.plain_ingresses.extend(PlainIngress::of(object, &mut reference));
                self.backends.append(&mut backends::of_ingress(object, reference));
            }
            Kind::ResourceQuota => self.quotas.push(Quota::new(object, reference())),
            Kind::LimitRange => {
                self.limits.add(object);
                self.limit_ranges.push(LimitRange::new(object, reference()));
            }
            Kind::Other => {
                self.foreign_policies.extend(ForeignPolicy::of(object));
                self.autoscalers.extend(Autoscaler::of(object, &mut reference));
                self.budgets.extend(Budget::of(object, reference));
            }
            _ => {
                self.pods.extend(Pods::of(object, &mut reference));
                self.scaled.extend(Scaled::of(object, reference));
            }
        }
    }

    /// Adds what other objects say.
    pub fn append(&mut self, mut other: Self) {
        self.namespaces.append(&mut other.namespaces);
        self.roles.append(&mut other.roles);
        self.bindings.append(&mut other.bindings);
        self.pods.append(&mut other.pods);
        self.network_policies.append(&mut other.network_policies);
        self.foreign_policies.append(&mut other.foreign_policies);
        self.services.append(&mut other.services);
        self.gateways.append(&mut other.gateways);
        self.routes.append(&mut other.routes);
        self.plain_ingresses.append(&mut other.plain_ingresses);
        self.backends.append(&mut other.backends);
        self.service_ports.append(&mut other.service_ports);
        self.scaled.append(&mut other.scaled);
        self.autoscalers.append(&mut other.autoscalers);
        self.budgets.append(&mut other.budgets);
        self.quotas.append(&mut other.quotas);
        self.limit_ranges.append(&mut other.limit_ranges);
        self.accounts.append(other.accounts);
        self.limits.append(other.limits);
        self.control_plane.append(std::mem::take(&mut other.control_plane));
        self.namespace_labels.extend(other.namespace_labels);
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
