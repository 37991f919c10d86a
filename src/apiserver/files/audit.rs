//! Audit policies: the first rule that fits a request decides how much of it is written down.

use crate::k8s::pod::{Field, head};
use crate::yaml::edit::Edit;
use crate::yaml::{Node, Span};

use super::context::Context;
use super::text::{replace, word};

/// How much of a request is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    None,
    /// Who, what and when.
    Metadata,
    /// The body of the request, too.
    Request,
    /// The body of the answer, too.
    RequestResponse,
}

impl Level {
    fn of(text: &str) -> Option<Self> {
        match text {
            "None" => Some(Self::None),
            "Metadata" => Some(Self::Metadata),
            "Request" => Some(Self::Request),
            "RequestResponse" => Some(Self::RequestResponse),
            _ => None,
        }
    }
}

#[derive(Debug, Clone)]
pub struct AuditPolicy {
    /// The key `rules`, or the first one.
    pub span: Span,
    pub rules: Vec<AuditRule>,
}

/// A rule of an audit policy.
#[derive(Debug, Clone)]
pub struct AuditRule {
    /// How much is written down.
    pub level: Level,
    /// `level` with its value.
    pub span: Span,
    /// Whether it is for some users or groups only.
    pub some_users: bool,
    /// Whether it is for paths that are no resources, and for nothing else.
    pub only_urls: bool,
    /// The verbs that it is for; empty for all.
    pub verbs: Vec<String>,
    /// Whether it is for some namespaces only.
    pub some_namespaces: bool,
    /// The groups with their resources that it is for; empty for all.
    pub resources: Vec<Resources>,
    /// Makes the level `Metadata`.
    pub to_metadata: Option<Edit>,
}

/// Resources of a group.
#[derive(Debug, Clone)]
pub struct Resources {
    /// The group; empty for the core.
    pub group: String,
    /// Their names; empty for all.
    pub names: Vec<String>,
    /// Whether it is for some objects only.
    pub some_objects: bool,
}

impl Resources {
    fn holds(&self, group: &str, resource: &str) -> bool {
        let named = |name: &String| {
            name == resource
                || name == "*"
                || resource
                    .split_once('/')
                    .is_some_and(|(main, sub)| *name == format!("{main}/*") || *name == format!("*/{sub}"))
        };
        // no name means the whole group, its subresources too
        (self.group == group || self.group == "*") && (self.names.is_empty() || self.names.iter().any(named))
    }
}

fn texts(node: Node<'_, '_>, key: &str) -> Vec<String> {
    node.get(key).into_iter().flat_map(Node::items).filter_map(Node::text).map(str::to_owned).collect()
}

impl AuditPolicy {
    pub(super) fn of(root: Node<'_, '_>, context: &Context<'_>) -> Self {
        let rules = root.get("rules").into_iter().flat_map(Node::items).filter_map(|rule| {
            let level = word(rule.get("level"), context)?;
            let has = |key: &str| rule.get(key).is_some_and(|list| list.items().len() > 0);
            let span = Field::of(rule, "level").map_or_else(|| head(rule), Field::span);
            let resources = rule.get("resources").into_iter().flat_map(Node::items).map(|group| Resources {
                group: group.get("group").and_then(Node::text).unwrap_or_default().to_owned(),
                names: texts(group, "resources"),
                some_objects: group.get("resourceNames").is_some_and(|list| list.items().len() > 0),
            });
            Some(AuditRule {
                level: Level::of(&level.text)?,
                span: context.span(span),
                some_users: has("users") || has("userGroups"),
                only_urls: has("nonResourceURLs") && !has("resources"),
                verbs: texts(rule, "verbs"),
                some_namespaces: has("namespaces"),
                resources: resources.collect(),
                to_metadata: replace(context, rule, "level", "Metadata"),
            })
        });
        Self { span: context.span(super::context::key_or_head(root, "rules")), rules: rules.collect() }
    }

    /// The rule that decides about a request of anybody, anywhere; `None` if no rule does, so that nothing is written.
    pub fn decides(&self, group: &str, resource: &str, verb: &str) -> Option<&AuditRule> {
        self.rules
            .iter()
            .find(|rule| !rule.some_users && !rule.some_namespaces && rule.may_decide(group, resource, verb, false))
    }

    /// Every rule that decides about a request of somebody.
    pub fn may_decide(&self, group: &str, resource: &str, verb: &str) -> Vec<&AuditRule> {
        let mut found = Vec::new();
        for rule in &self.rules {
            if rule.may_decide(group, resource, verb, true) {
                found.push(rule);
                let for_all = !rule.some_users && !rule.some_namespaces;
                if for_all && rule.may_decide(group, resource, verb, false) {
                    break;
                }
            }
        }
        found
    }

    /// Whether nothing is written down at all.
    pub fn is_silent(&self) -> bool {
        // one without rules is no policy
        if self.rules.is_empty() {
            return false;
        }
        let mut rules = self.rules.iter();
        // a rule for everything ends the list
        let all = |rule: &&AuditRule| {
            !rule.some_users
                && !rule.some_namespaces
                && !rule.only_urls
                && rule.verbs.is_empty()
                && rule.resources.is_empty()
        };
        let end = rules.position(|rule| all(&rule)).unwrap_or(self.rules.len());
        self.rules.iter().take(end + 1).all(|rule| rule.level == Level::None)
    }

    /// Whether it is the one rule that the STIG asks for: everything about everything.
    pub fn is_stig(&self) -> bool {
        let [rule] = self.rules.as_slice() else { return false };
        rule.level == Level::RequestResponse
            && !rule.some_users
            && !rule.some_namespaces
            && !rule.only_urls
            && rule.verbs.is_empty()
            && rule.resources.is_empty()
    }
}

impl AuditRule {
    fn may_decide(&self, group: &str, resource: &str, verb: &str, some_objects: bool) -> bool {
        let verbs = self.verbs.is_empty() || self.verbs.iter().any(|known| known == verb || known == "*");
        let resources = self.resources.is_empty()
            || self.resources.iter().any(|known| known.holds(group, resource) && (some_objects || !known.some_objects));
        !self.only_urls && verbs && resources
    }
}
