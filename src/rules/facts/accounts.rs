//! Service accounts of the input that give their pods no token.

use std::collections::{HashMap, HashSet};

use crate::k8s::object::Object;
use crate::k8s::pod::{Field, Pod, is_false};

/// A service account, as a pod names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Account {
    namespace: Option<String>,
    name: String,
}

impl Account {
    /// The account whose settings decide whether the pods of an object get a token; `None` where the pod itself decides.
    pub fn deciding_for(object: &Object<'_, '_>, pod: &Pod<'_, '_>) -> Option<Self> {
        if pod.fields.automount_service_account_token.is_some() {
            return None;
        }
        Some(Self { namespace: object.namespace().map(str::to_owned), name: pod.service_account().to_owned() })
    }
}

/// The service accounts that say `automountServiceAccountToken: false`.
#[derive(Debug, Default)]
pub struct Accounts {
    /// Their namespaces by their names. An account without a namespace lands in the one of the pods that have none either.
    without_token: HashMap<String, HashSet<Option<String>>>,
}

impl Accounts {
    /// Adds what a service account says.
    pub fn add(&mut self, object: &Object<'_, '_>) {
        if is_false(Field::of(object.root, "automountServiceAccountToken")) {
            let namespaces = self.without_token.entry(object.name().to_owned()).or_default();
            namespaces.insert(object.namespace().map(str::to_owned));
        }
    }

    /// Adds what other objects say.
    pub fn append(&mut self, other: Self) {
        for (name, namespaces) in other.without_token {
            self.without_token.entry(name).or_default().extend(namespaces);
        }
    }

    /// Whether an account gives its pods no token.
    pub fn gives_no_token(&self, account: &Account) -> bool {
        let namespaces = self.without_token.get(&account.name);
        namespaces.is_some_and(|namespaces| namespaces.contains(&account.namespace))
    }
}
