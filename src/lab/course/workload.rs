//! A workload, as checks name it: `deployment/page`.

use crate::diagnostic::nearest;
use crate::k8s::names::NameRule;

/// What runs pods, as checks write it, and its kind.
const KINDS: &[(&str, &str)] = &[
    ("deployment", "Deployment"),
    ("statefulset", "StatefulSet"),
    ("daemonset", "DaemonSet"),
    ("replicaset", "ReplicaSet"),
    ("job", "Job"),
    ("pod", "Pod"),
];

/// A workload of a namespace.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Workload {
    /// Its kind, such as `Deployment`.
    pub kind: &'static str,
    pub name: String,
}

impl Workload {
    /// Reads `kind/name`; `Err` says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (word, name) = text
            .split_once('/')
            .ok_or_else(|| format!("`{text}` is not a workload: expected one such as `deployment/page`"))?;
        let kind = KINDS.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind);
        let kind = kind.ok_or_else(|| {
            let words = KINDS.iter().map(|(known, _)| *known);
            match nearest(word, words.clone()) {
                Some(near) => format!("unknown kind of workload `{word}`: did you mean `{near}`?"),
                None => format!("unknown kind of workload `{word}`: expected {}", words.collect::<Vec<_>>().join(", ")),
            }
        })?;
        match NameRule::Dns1123Subdomain.check(name) {
            Ok(()) => Ok(Self { kind, name: name.to_owned() }),
            Err(_) => Err(format!("`{name}` cannot be the name of a workload")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Workload;

    #[test]
    fn reads_kind_and_name() {
        let workload = Workload::parse("deployment/page").expect("a workload");
        assert_eq!((workload.kind, workload.name.as_str()), ("Deployment", "page"));
        assert_eq!(Workload::parse("pod/a.b").expect("a workload").kind, "Pod");
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, message) in [
            ("page", "`page` is not a workload: expected one such as `deployment/page`"),
            ("deploymnet/page", "unknown kind of workload `deploymnet`: did you mean `deployment`?"),
            ("service/page", "unknown kind of workload `service`: expected deployment, statefulset"),
            ("pod/Page", "`Page` cannot be the name of a workload"),
            ("pod/", "`` cannot be the name of a workload"),
        ] {
            let error = Workload::parse(text).expect_err(text);
            assert!(error.starts_with(message), "{error}");
        }
    }
}
