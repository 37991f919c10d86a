//! What was assumptions of objects that may stand elsewhere, to be held against what they say once all are read.

use std::collections::HashMap;

use crate::k8s::object::Object;
use crate::k8s::pod::Pod;
use crate::k8s::pod_security::Policies;
use crate::rules::facts::{Account, Defaults, Facts};
use crate::rules::{PodContext, Settings};

/// What was assumptions while a file was looked at.
#[derive(Debug, Default)]
pub(super) struct Assumptions {
    /// The namespaces of pods, with the policies and the defaults in them.
    namespaces: Vec<(Option<String>, Policies, Defaults)>,
    /// The service accounts of pods, and whether they give no token.
    accounts: HashMap<Account, bool>,
}

impl Assumptions {
    /// What is known around the pods of an object, noted down.
    pub(super) fn context<'c, 'd, 's>(
        &mut self,
        object: &'c Object<'d, 's>,
        pod: &'c Pod<'d, 's>,
        known: &Facts,
        settings: &Settings,
    ) -> PodContext<'c, 'd, 's> {
        let (policies, defaults) = self.namespace(object.namespace(), known, settings);
        let account = Account::deciding_for(object, pod);
        let account_gives_no_token = account.as_ref().is_some_and(|account| known.accounts.gives_no_token(account));
        self.accounts.extend(account.map(|account| (account, account_gives_no_token)));
        PodContext { object, pod, policy: policies.checked, account_gives_no_token, defaults }
    }

    /// The policies that hold in a namespace, noted down.
    pub(super) fn policies(&mut self, namespace: Option<&str>, known: &Facts, settings: &Settings) -> Policies {
        self.namespace(namespace, known, settings).0
    }

    fn namespace(&mut self, namespace: Option<&str>, known: &Facts, settings: &Settings) -> (Policies, Defaults) {
        let (policies, defaults) = (known.policies(namespace, settings), known.limits.defaults(namespace));
        self.note(namespace, policies, defaults);
        (policies, defaults)
    }

    fn note(&mut self, namespace: Option<&str>, policies: Policies, defaults: Defaults) {
        // neighbours mostly share their namespace
        if !self.namespaces.iter().any(|(known, ..)| known.as_deref() == namespace) {
            self.namespaces.push((namespace.map(str::to_owned), policies, defaults));
        }
    }

    /// The namespaces of pods with the policies in them; one that is not written down is `default`.
    pub(super) fn in_namespaces(&self) -> impl Iterator<Item = (&str, Policies)> {
        self.namespaces.iter().map(|(name, policies, _)| (name.as_deref().unwrap_or("default"), *policies))
    }

    /// Adds what was assumptions of the next documents of the same file.
    pub(super) fn append(&mut self, other: Self) {
        for (namespace, policies, defaults) in other.namespaces {
            self.note(namespace.as_deref(), policies, defaults);
        }
        self.accounts.extend(other.accounts);
    }

    /// Whether the objects, now that all are known, say something else.
    pub(super) fn is_stale(&self, facts: &Facts, settings: &Settings) -> bool {
        let namespace_is_wrong = |(namespace, policies, defaults): &(Option<String>, Policies, Defaults)| {
            let namespace = namespace.as_deref();
            facts.policies(namespace, settings) != *policies || facts.limits.defaults(namespace) != *defaults
        };
        self.namespaces.iter().any(namespace_is_wrong)
            || self.accounts.iter().any(|(account, assumptions)| facts.accounts.gives_no_token(account) != *assumptions)
    }
}
