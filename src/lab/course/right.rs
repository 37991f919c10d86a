//! A right, as checks write it: `verb resource[.group][/subresource][:name]`.

use std::fmt;

use crate::diagnostic::nearest;
use crate::k8s::resources::{self, ROLE_VERBS, SIGNER_VERBS};

/// A verb on a resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Right {
    /// The verb, or `*`.
    pub verb: String,
    /// The group: as it is written, or else that of the built-in resource; none is the core group. `*` for the resource
    /// `*` without a group.
    pub group: Option<String>,
    /// The resource in the plural, or `*`.
    pub resource: String,
    pub subresource: Option<String>,
    pub name: Option<String>,
}

impl Right {
    /// Reads `verb resource[.group][/subresource][:name]`; `Err` says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let (Some(verb), Some(rest), None) = (words.next(), words.next(), words.next()) else {
            return Err(format!("`{text}` is not a right: expected `verb resource`, such as `get pods/log`"));
        };
        known("verb", verb, ROLE_VERBS.into_iter().chain(SIGNER_VERBS))?;
        let (what, name) = split(rest, ':', "a name")?;
        let (what, subresource) = split(what, '/', "a subresource")?;
        let (resource, group) = split(what, '.', "a group")?;
        if let Some(subresource) = subresource {
            known("subresource", subresource, resources::table().subresources())?;
        }
        let group = match group {
            Some(group) => Some(group),
            None if resource == "*" => Some("*"),
            None => group_of(resource)
                .map_err(|error| format!("{error}; one of another group is written `{resource}.example.com`"))?,
        };
        Ok(Self {
            verb: verb.to_owned(),
            group: group.map(str::to_owned),
            resource: resource.to_owned(),
            subresource: subresource.map(str::to_owned),
            name: name.map(str::to_owned),
        })
    }
}

impl fmt::Display for Right {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.verb, self.resource)?;
        if let Some(group) = self.group.as_ref().filter(|group| *group != "*") {
            write!(formatter, ".{group}")?;
        }
        if let Some(subresource) = &self.subresource {
            write!(formatter, "/{subresource}")?;
        }
        if let Some(name) = &self.name {
            write!(formatter, ":{name}")?;
        }
        Ok(())
    }
}

/// What stands before and behind the first such character; both are something.
fn split<'t>(text: &'t str, at: char, what: &str) -> Result<(&'t str, Option<&'t str>), String> {
    match text.split_once(at) {
        Some(("", _)) => Err(format!("nothing stands before `{at}`: expected a resource")),
        Some((_, "")) => Err(format!("nothing stands behind `{at}`: expected {what}")),
        Some((before, behind)) => Ok((before, Some(behind))),
        None => Ok((text, None)),
    }
}

/// The group of a resource of Kubernetes; none is the core group.
fn group_of(resource: &str) -> Result<Option<&'static str>, String> {
    let table = resources::table();
    match table.plural_of(resource) {
        Some(plural) if plural != resource => return Err(unknown("resource", resource, Some(plural))),
        _ => known("resource", resource, table.plurals())?,
    }
    Ok(table.group_of(resource).filter(|group| !group.is_empty()))
}

fn known<'w>(what: &str, word: &str, words: impl Iterator<Item = &'w str>) -> Result<(), String> {
    let words: Vec<&str> = words.collect();
    if word == "*" || words.contains(&word) {
        return Ok(());
    }
    Err(unknown(what, word, nearest(word, words)))
}

fn unknown(what: &str, word: &str, near: Option<&str>) -> String {
    match near {
        Some(near) => format!("unknown {what} `{word}`: did you mean `{near}`?"),
        None => format!("unknown {what} `{word}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::Right;

    fn parts(text: &str) -> [String; 5] {
        let right = Right::parse(text).expect(text);
        let or = |part: Option<String>| part.unwrap_or_else(|| "-".to_owned());
        [right.verb, or(right.group), right.resource, or(right.subresource), or(right.name)]
    }

    #[test]
    fn reads_every_part() {
        assert_eq!(parts("get pods"), ["get", "-", "pods", "-", "-"]);
        assert_eq!(parts("get pods/log"), ["get", "-", "pods", "log", "-"]);
        assert_eq!(parts("get secrets:db"), ["get", "-", "secrets", "-", "db"]);
        assert_eq!(parts("create serviceaccounts/token:bot"), ["create", "-", "serviceaccounts", "token", "bot"]);
        assert_eq!(parts("get widgets.example.com/status:a"), ["get", "example.com", "widgets", "status", "a"]);
        assert_eq!(parts("bind clusterroles:system:node")[4], "system:node");
    }

    #[test]
    fn knows_the_groups_of_built_in_resources() {
        for (resource, group) in [
            ("deployments", "apps"),
            ("jobs", "batch"),
            ("networkpolicies", "networking.k8s.io"),
            ("roles", "rbac.authorization.k8s.io"),
            ("flowschemas", "flowcontrol.apiserver.k8s.io"),
            ("clustertrustbundles", "certificates.k8s.io"),
            ("mutatingadmissionpolicies", "admissionregistration.k8s.io"),
            ("resourceclaims", "resource.k8s.io"),
            ("servicecidrs", "networking.k8s.io"),
            ("gateways", "gateway.networking.k8s.io"),
            ("events", "-"),
            ("events.events.k8s.io", "events.k8s.io"),
            ("*", "*"),
            ("*.apps", "apps"),
        ] {
            assert_eq!(parts(&format!("* {resource}"))[1], group);
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, message) in [
            ("pods", "`pods` is not a right: expected `verb resource`, such as `get pods/log`"),
            ("get pods now", "`get pods now` is not a right: expected `verb resource`, such as `get pods/log`"),
            ("read pods", "unknown verb `read`"),
            ("crate pods", "unknown verb `crate`: did you mean `create`?"),
            (
                "get pod",
                "unknown resource `pod`: did you mean `pods`?; one of another group is written `pod.example.com`",
            ),
            (
                "get deploy",
                "unknown resource `deploy`: did you mean `deployments`?; one of another group is written \
                 `deploy.example.com`",
            ),
            ("get pods/logs", "unknown subresource `logs`: did you mean `log`?"),
            ("get pods:", "nothing stands behind `:`: expected a name"),
            ("get /metrics", "nothing stands before `/`: expected a resource"),
        ] {
            assert_eq!(Right::parse(text), Err(message.to_owned()));
        }
    }

    #[test]
    fn writes_what_it_reads() {
        for text in ["get pods/log", "create deployments.apps", "* *", "get secrets:db"] {
            assert_eq!(Right::parse(text).expect(text).to_string(), text);
        }
    }
}
