//! What the rules of somebody grant beyond a list of rights, and beyond what everybody may.

use serde_json::Value;

use super::objects::items;
use crate::k8s::resources;
use crate::lab::course::right::Right;

/// What every authenticated identity may do with resources, as verb, group and resource. Source: the default roles
/// `system:basic-user` and, for service accounts, `system:cluster-trust-bundle-discovery` of Kubernetes.
const EVERYBODY: &[(&str, &str, &str)] = &[
    ("create", "authorization.k8s.io", "selfsubjectaccessreviews"),
    ("create", "authorization.k8s.io", "selfsubjectrulesreviews"),
    ("create", "authentication.k8s.io", "selfsubjectreviews"),
    ("get", "certificates.k8s.io", "clustertrustbundles"),
    ("list", "certificates.k8s.io", "clustertrustbundles"),
    ("watch", "certificates.k8s.io", "clustertrustbundles"),
];

/// What every authenticated identity may get. Source: the default roles `system:discovery`, `system:public-info-viewer` and
/// `system:service-account-issuer-discovery`.
const PATHS: &[&str] = &[
    "/api",
    "/api/*",
    "/apis",
    "/apis/*",
    "/healthz",
    "/livez",
    "/openapi",
    "/openapi/*",
    "/readyz",
    "/version",
    "/version/",
    "/.well-known/openid-configuration",
    "/.well-known/openid-configuration/",
    "/openid/v1/jwks",
    "/openid/v1/jwks/",
];

/// The first right of the rules on resources that no right of the list covers.
pub(super) fn resources(rules: &[Value], allow: &[Right]) -> Option<String> {
    rules.iter().find_map(|rule| {
        let all = |pointer: &str| items(rule, pointer).iter().filter_map(Value::as_str).collect::<Vec<_>>();
        let names: Vec<Option<&str>> = match all("/resourceNames") {
            names if names.is_empty() => vec![None],
            names => names.into_iter().map(Some).collect(),
        };
        for verb in all("/verbs") {
            for group in all("/apiGroups") {
                for resource in all("/resources") {
                    for name in &names {
                        let granted = Granted { verb, group, resource, name: *name };
                        if granted.does_something()
                            && !granted.is_everybodys()
                            && !allow.iter().any(|right| granted.is_covered(right))
                        {
                            return Some(granted.say());
                        }
                    }
                }
            }
        }
        None
    })
}

/// The first path of the rules on paths that not everybody may get.
pub(super) fn paths(rules: &[Value]) -> Option<String> {
    rules.iter().find_map(|rule| {
        let all = |pointer: &str| items(rule, pointer).iter().filter_map(Value::as_str).collect::<Vec<_>>();
        let verbs = all("/verbs");
        let more = all("/nonResourceURLs").into_iter().find_map(|path| {
            verbs.iter().find(|verb| **verb != "get" || !PATHS.contains(&path)).map(|verb| (verb, path))
        });
        more.map(|(verb, path)| format!("{verb} {path}"))
    })
}

struct Granted<'r> {
    verb: &'r str,
    group: &'r str,
    resource: &'r str,
    name: Option<&'r str>,
}

impl Granted<'_> {
    fn is_everybodys(&self) -> bool {
        EVERYBODY.contains(&(self.verb, self.group, self.resource))
    }

    /// Whether there can be such a resource. Of the groups of Kubernetes itself all are known: a rule that names two groups
    /// and a resource of each grants `deployments` of the core group, too, which nobody has.
    fn does_something(&self) -> bool {
        let table = resources::table();
        if self.verb == "*" || self.resource == "*" || self.resource.contains('/') {
            return true;
        }
        let mut of_group = table.resources.iter().filter(|known| known.group() == self.group && !known.is_custom);
        let is_foreign = of_group.clone().next().is_none();
        is_foreign
            || of_group.any(|known| known.plural == self.resource)
            || table.rights.iter().any(|known| known.group == self.group && known.resource == self.resource)
    }

    fn is_covered(&self, right: &Right) -> bool {
        let resource = match &right.subresource {
            Some(subresource) => format!("{}/{subresource}", right.resource),
            None => right.resource.clone(),
        };
        let fits = |wanted: &str, granted: &str| wanted == "*" || wanted == granted;
        fits(&right.verb, self.verb)
            && fits(right.group.as_deref().unwrap_or_default(), self.group)
            && fits(&resource, self.resource)
            && right.name.as_deref().is_none_or(|name| self.name == Some(name))
    }

    fn say(&self) -> String {
        let what = match (self.resource, self.group) {
            ("*", "*") => "everything".to_owned(),
            ("*", "") => "everything of the core group".to_owned(),
            ("*", group) => format!("everything of {group}"),
            (resource, "") => resource.to_owned(),
            (resource, "*") => format!("{resource} of every group"),
            (resource, group) => format!("{resource} of the group {group}"),
        };
        let verb = if self.verb == "*" { "do anything with" } else { self.verb };
        match self.name {
            Some(name) => format!("{verb} {what} {name}"),
            None => format!("{verb} {what}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{paths, resources};
    use crate::lab::check::recorded::yaml;
    use crate::lab::course::right::Right;

    fn beyond(rule: &str, allow: &[&str]) -> Option<String> {
        let allow: Vec<Right> = allow.iter().map(|text| Right::parse(text).expect(text)).collect();
        let rules: Vec<Value> = vec![yaml(rule)];
        resources(&rules, &allow)
    }

    #[test]
    fn what_is_listed_is_not_beyond() {
        let rule = "{verbs: [get, list], apiGroups: [''], resources: [pods, pods/log]}";
        let all = ["get pods", "list pods", "get pods/log", "list pods/log"];
        assert_eq!(beyond(rule, &all), None);
        assert_eq!(beyond(rule, &all[..3]).as_deref(), Some("list pods/log"));
        assert_eq!(beyond("{verbs: [get], apiGroups: [apps], resources: [deployments]}", &["get deployments"]), None);
        assert_eq!(beyond("{verbs: ['*'], apiGroups: ['*'], resources: ['*']}", &["* *"]), None);
    }

    #[test]
    fn stars_are_more_than_their_parts() {
        for (rule, more) in [
            ("{verbs: ['*'], apiGroups: [''], resources: [pods]}", "do anything with pods"),
            ("{verbs: [get], apiGroups: [''], resources: ['*']}", "get everything of the core group"),
            ("{verbs: [get], apiGroups: ['*'], resources: ['*']}", "get everything"),
            ("{verbs: [get], apiGroups: ['*'], resources: [pods]}", "get pods of every group"),
            ("{verbs: ['*'], apiGroups: [apps], resources: [pods]}", "do anything with pods of the group apps"),
            ("{verbs: [get], apiGroups: [v1], resources: [pods]}", "get pods of the group v1"),
            ("{verbs: [get], apiGroups: [''], resources: ['*/log']}", "get */log"),
        ] {
            assert_eq!(beyond(rule, &["get pods", "get pods/log"]).as_deref(), Some(more));
        }
    }

    #[test]
    fn what_there_is_not_is_no_right() {
        let rule = "{verbs: [get, create], apiGroups: ['', apps], resources: [pods, deployments]}";
        let all = ["get pods", "create pods", "get deployments", "create deployments"];
        assert_eq!(beyond(rule, &all), None);
        assert_eq!(beyond(rule, &all[..3]).as_deref(), Some("create deployments of the group apps"));
        for (rule, more) in [
            // somebody may act as a user, which is no resource
            ("{verbs: [impersonate], apiGroups: [''], resources: [users]}", "impersonate users"),
            ("{verbs: [get], apiGroups: [metrics.k8s.io], resources: [pods]}", "get pods of the group metrics.k8s.io"),
            (
                "{verbs: [get], apiGroups: [events.k8s.io], resources: [events]}",
                "get events of the group events.k8s.io",
            ),
            ("{verbs: [create], apiGroups: [''], resources: [deployments/scale]}", "create deployments/scale"),
        ] {
            assert_eq!(beyond(rule, &all).as_deref(), Some(more));
        }
    }

    #[test]
    fn a_name_is_less_than_all() {
        let one = "{verbs: [get], apiGroups: [''], resources: [secrets], resourceNames: [db]}";
        assert_eq!(beyond(one, &["get secrets:db"]), None);
        assert_eq!(beyond(one, &["get secrets"]), None);
        assert_eq!(beyond(one, &["get secrets:other"]).as_deref(), Some("get secrets db"));
        let all = "{verbs: [get], apiGroups: [''], resources: [secrets]}";
        assert_eq!(beyond(all, &["get secrets:db"]).as_deref(), Some("get secrets"));
    }

    #[test]
    fn what_everybody_may_is_not_beyond() {
        assert_eq!(
            beyond(
                "{verbs: [create], apiGroups: [authorization.k8s.io], resources: [selfsubjectaccessreviews, \
                 selfsubjectrulesreviews]}",
                &[]
            ),
            None
        );
        let path = |rule: &str| paths(&[yaml(rule)]);
        assert_eq!(path("{verbs: [get], nonResourceURLs: [/healthz, /version, '/apis/*']}"), None);
        assert_eq!(path("{verbs: [get], nonResourceURLs: [/healthz, /metrics]}").as_deref(), Some("get /metrics"));
        assert_eq!(path("{verbs: ['*'], nonResourceURLs: ['*']}").as_deref(), Some("* *"));
    }
}
