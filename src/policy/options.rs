//! How policies are made.

use crate::k8s::names::NameRule;
use crate::rules::Settings;

/// What is done with a request that breaks a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is refused.
    Deny,
    /// It passes, and whoever sent it is warned.
    Warn,
    /// It is admitted, and the audit log records it.
    Audit,
}

impl Action {
    /// As in `validationActions`.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Deny => "Deny",
            Self::Warn => "Warn",
            Self::Audit => "Audit",
        }
    }
}

/// A label that namespaces must have for a policy to hold in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub(super) key: String,
    /// Any value without one.
    pub(super) value: Option<String>,
}

impl Label {
    /// Reads `KEY=VALUE`, or `KEY` for any value. `Err` says what is wrong with it.
    pub fn parse(word: &str) -> Result<Self, String> {
        let (key, value) = word.split_once('=').map_or((word, None), |(key, value)| (key, Some(value)));
        NameRule::QualifiedName.check(key).map_err(|error| format!("the label `{key}` {error}"))?;
        if let Some(value) = value {
            NameRule::LabelValue.check(value).map_err(|error| format!("the value `{value}` {error}"))?;
        }
        Ok(Self { key: key.to_owned(), value: value.map(str::to_owned) })
    }
}

/// How policies are made.
#[derive(Debug, Clone)]
pub struct Options {
    /// The release whose standards count, and the registries that images may come from.
    pub settings: Settings,
    /// What is done with what breaks a policy.
    pub actions: Vec<Action>,
    /// What the names of the policies begin with; a hyphen and the rule follow.
    pub prefix: String,
    /// The labels of the namespaces that the policies hold in: all of them; without any, every namespace.
    pub labels: Vec<Label>,
    /// Namespaces that they do not hold in.
    pub excluded: Vec<String>,
    /// Whether they hold in the namespaces of the cluster itself too.
    pub in_system: bool,
    /// Whether they go into a folder of the API server instead of through its API.
    pub is_static: bool,
    /// Users, and groups as `group:NAME`, who alone may change policies, bindings, webhooks and the levels of namespaces. Without
    /// any there is no such policy.
    pub may_change: Vec<String>,
}
