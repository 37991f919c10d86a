//! What somebody may do, as the API server's own authorizers say.

use serde_json::{Map, Value, json};

use super::objects::{self, items};
use super::{beyond, identity};
use crate::cluster::client::{Identity, Method, Request};
use crate::lab::course::probe::CanI;
use crate::lab::course::right::Right;
use crate::lab::scene::Scene;
use crate::lab::verdict::Judged;

const REVIEWS: &str = "/apis/authorization.k8s.io/v1";

/// Looks once: says the first right that is not as it should be.
pub(super) fn judge(spec: &CanI, scene: &Scene<'_>) -> Judged {
    look(spec, scene).unwrap_or_else(|judged| judged)
}

fn look(spec: &CanI, scene: &Scene<'_>) -> Result<Judged, Judged> {
    if spec.allow.is_empty() && spec.deny.is_empty() && !spec.only {
        return Err(Judged::error("no right is asked for"));
    }
    let read = |texts: &[crate::spec::decode::Located<String>]| {
        texts.iter().map(|text| Right::parse(text).map_err(Judged::error)).collect::<Result<Vec<_>, _>>()
    };
    let (allow, deny) = (read(&spec.allow)?, read(&spec.deny)?);
    let namespace = spec.ns.as_ref().map(|alias| objects::namespace(scene, alias)).transpose()?;
    if let Some(namespace) = namespace {
        objects::require_namespace(scene, namespace)?;
    }
    let question = Question { who: identity::identity(&spec.subject, scene)?, namespace, scene };
    let who = identity::call(&spec.subject);
    let place = namespace.map(|namespace| format!(" in {namespace}")).unwrap_or_default();
    for (rights, wanted) in [(&allow, true), (&deny, false)] {
        for right in rights {
            if question.may(right)? != wanted {
                let may = if wanted { "may not" } else { "may" };
                return Ok(Judged::fail(format!("{who} {may} {}{place}", say(right))));
            }
        }
    }
    if spec.only
        && let Some(more) = question.beyond(&allow)?
    {
        return Ok(Judged::fail(format!("{who} may also {more}{place}")));
    }
    Ok(Judged::pass(match (allow.as_slice(), deny.as_slice()) {
        ([], []) => format!("{who} may do nothing{place}"),
        ([], [first, ..]) => format!("{who} may not {}{place}", say(first)),
        ([first, ..], _) => format!("{who} may {}{place}", say(first)),
    }))
}

/// A right in words: `create pods/exec`, `get secrets db`.
fn say(right: &Right) -> String {
    let mut text = format!("{} {}", right.verb, right.resource);
    if let Some(subresource) = &right.subresource {
        text = format!("{text}/{subresource}");
    }
    match &right.name {
        Some(name) => format!("{text} {name}"),
        None => text,
    }
}

struct Question<'q, 's> {
    who: Identity,
    namespace: Option<&'q str>,
    scene: &'q Scene<'s>,
}

impl Question<'_, '_> {
    fn may(&self, right: &Right) -> Result<bool, Judged> {
        let optional = [
            ("namespace", self.namespace),
            ("subresource", right.subresource.as_deref()),
            ("name", right.name.as_deref()),
        ];
        let attributes: Map<String, Value> = [
            ("verb", Some(right.verb.as_str())),
            ("group", Some(right.group.as_deref().unwrap_or_default())),
            ("resource", Some(right.resource.as_str())),
        ]
        .into_iter()
        .chain(optional)
        .filter_map(|(key, value)| Some((key.to_owned(), Value::from(value?))))
        .collect();
        let status = if let Some((user, groups)) = named(&self.who) {
            let spec = json!({"user": user, "groups": groups, "resourceAttributes": attributes});
            self.review("subjectaccessreviews", &spec, Identity::Admin)?
        } else {
            let spec = json!({"resourceAttributes": attributes});
            self.review("selfsubjectaccessreviews", &spec, self.who.clone())?
        };
        let is = |key: &str| status.get(key).and_then(Value::as_bool).unwrap_or_default();
        let error = objects::text(&status, "/evaluationError");
        if !is("allowed") && !is("denied") && !error.is_empty() {
            return Err(Judged::error(format!("the API server cannot say whether it is allowed: {error}")));
        }
        Ok(is("allowed"))
    }

    /// What is allowed beyond these rights and what everybody may; none if nothing is.
    fn beyond(&self, allow: &[Right]) -> Result<Option<String>, Judged> {
        let namespace = self.namespace.or_else(|| self.scene.names.ns.values().next().map(String::as_str));
        let spec = json!({"namespace": namespace.unwrap_or("default")});
        let status = self.review("selfsubjectrulesreviews", &spec, self.who.clone())?;
        let resources = items(&status, "/resourceRules");
        let more = beyond::resources(resources, allow).or_else(|| beyond::paths(items(&status, "/nonResourceRules")));
        let is_incomplete = status.get("incomplete").and_then(Value::as_bool).unwrap_or_default();
        // authorizers that know no rules, as that of nodes, say so in the error alone
        if more.is_none() && is_incomplete {
            let error = objects::text(&status, "/evaluationError");
            return Err(Judged::error(format!("the API server cannot list all that is allowed: {error}")));
        }
        Ok(more)
    }

    fn review(&self, what: &str, spec: &Value, by: Identity) -> Result<Value, Judged> {
        let is_learners = !matches!(by, Identity::Admin | Identity::User { .. });
        let request = Request::new(Method::Post, format!("{REVIEWS}/{what}")).with(json!({"spec": spec})).by(by);
        let response = self.scene.api.request(&request).map_err(identity::credentials)?;
        match response.status {
            200..300 => Ok(response.json()?.get("status").cloned().unwrap_or_default()),
            401 if is_learners => Err(Judged::nothing("the API server does not take these credentials")),
            status => Err(Judged::error(format!("the API server answers {status} to {what}: {}", response.message()))),
        }
    }
}

/// Whom the administrator can ask about: name and groups.
fn named(who: &Identity) -> Option<(&str, Vec<&str>)> {
    match who {
        Identity::User { name, groups } => Some((name, groups.iter().map(String::as_str).collect())),
        // strangers may not even ask what they may
        Identity::Anonymous => Some(("system:anonymous", vec!["system:unauthenticated"])),
        Identity::Admin | Identity::Token(_) | Identity::Kubeconfig(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::cluster::client::{Identity, Request, Response};
    use crate::lab::check::recorded::{Recorded, SHOP, Stage, yaml};
    use crate::lab::verdict::{Judged, Verdict};

    const BOT: &str = "subject: {service_account: shop/bot}";

    fn say(status: &Value) -> Response {
        Response { status: 201, body: json!({"status": status}).to_string(), warnings: Vec::new() }
    }

    /// What a request asks about: `get pods/log`, `get secrets:db`.
    fn asked(request: &Request) -> String {
        let attributes = &request.body.as_ref().expect("a body")["spec"]["resourceAttributes"];
        let part = |key: &str, before: &str| attributes[key].as_str().map(|part| format!("{before}{part}"));
        let of = |key: &str, before: &str| part(key, before).filter(|part| part.len() > 1).unwrap_or_default();
        format!(
            "{} {}{}{}{}",
            of("verb", ""),
            of("resource", ""),
            of("group", "."),
            of("subresource", "/"),
            of("name", ":")
        )
    }

    fn api(may: &'static [&'static str]) -> Recorded {
        let namespace = format!("/api/v1/namespaces/{SHOP}");
        Recorded::new()
            .get(&format!("{namespace}/serviceaccounts/bot"), json!({}))
            .absent(&format!("{namespace}/serviceaccounts/gone"))
            .get(&namespace, json!({}))
            .when(move |request| {
                let is_meant = request.path.ends_with("accessreviews");
                is_meant.then(|| say(&json!({"allowed": may.contains(&asked(request).as_str())})))
            })
    }

    fn judge(may: &'static [&'static str], more: &str) -> Judged {
        Stage::new().judge(&api(may), &format!("can_i: {{ns: shop, {more}}}"))
    }

    #[test]
    fn asks_for_each_right() {
        let more = format!("{BOT}, allow: [get pods, get secrets:db, list deployments], deny: [create pods/exec]");
        let right: &[&str] = &["get pods", "get secrets:db", "list deployments.apps"];
        assert_eq!(judge(right, &more), Judged::pass(format!("the service account bot may get pods in {SHOP}")));
        let denied = format!("the service account bot may not get secrets db in {SHOP}");
        assert_eq!(judge(&["get pods", "list deployments.apps"], &more), Judged::fail(denied));
        let jane = judge(&["create pods/exec"], "subject: {user: jane}, deny: [get pods, create pods/exec]");
        assert_eq!(jane, Judged::fail(format!("jane may create pods/exec in {SHOP}")));
    }

    #[test]
    fn asks_about_an_account_with_its_groups() {
        let api = api(&[]);
        Stage::new().judge(&api, &format!("can_i: {{ns: shop, {BOT}, deny: [get pods]}}"));
        let request = api.asked().pop().expect("a request");
        assert_eq!(request.path, "/apis/authorization.k8s.io/v1/subjectaccessreviews");
        let body = request.body.expect("a body");
        assert_eq!(body["spec"]["user"], format!("system:serviceaccount:{SHOP}:bot"));
        assert_eq!(body["spec"]["resourceAttributes"]["namespace"], SHOP);
        let own = format!("system:serviceaccounts:{SHOP}");
        assert_eq!(body["spec"]["groups"], json!(["system:serviceaccounts", own, "system:authenticated"]));
    }

    #[test]
    fn who_is_not_there_has_no_rights_and_that_proves_nothing() {
        let gone = judge(&[], "subject: {service_account: shop/gone}, deny: [get pods]");
        assert_eq!(gone, Judged::nothing(format!("there is no service account gone in {SHOP}")));
        let file = judge(&[], "subject: {kubeconfig: bot.kubeconfig}, deny: [get pods]");
        assert_eq!(file, Judged::nothing("there is no bot.kubeconfig in your folder"));
        let stage = Stage::new();
        stage.put("old.token", "abc\n");
        let refused = Recorded::new()
            .get(&format!("/api/v1/namespaces/{SHOP}"), json!({}))
            .when(|_| Some(Response { status: 401, body: "{}".to_owned(), warnings: Vec::new() }));
        let judged = stage.judge(&refused, "can_i: {ns: shop, subject: {token: old.token}, deny: [get pods]}");
        assert_eq!(judged, Judged::nothing("the API server does not take these credentials"));
    }

    #[test]
    fn who_has_credentials_asks_himself() {
        let stage = Stage::new();
        stage.put("bot.token", "abc\n");
        let api = api(&["get pods"]);
        let judged = stage.judge(&api, "can_i: {ns: shop, subject: {token: bot.token}, allow: [get pods]}");
        assert_eq!(judged.verdict, Verdict::Pass);
        let request = api.asked().pop().expect("a request");
        assert_eq!(request.path, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews");
        assert_eq!(request.identity, Identity::Token("abc".to_owned()));
    }

    fn only(rules: &str, more: &str) -> Judged {
        let status = yaml(rules);
        let rules = move |request: &Request| {
            let is_meant = request.path.ends_with("rulesreviews") && request.identity != Identity::Admin;
            is_meant.then(|| say(&status))
        };
        Stage::new().judge(&api(&["get pods"]).when(rules), &format!("can_i: {{ns: shop, {BOT}, only: true, {more}}}"))
    }

    const PODS: &str = "{verbs: [get], apiGroups: [''], resources: [pods]}";

    #[test]
    fn only_these_rights() {
        let rules =
            format!("{{resourceRules: [{PODS}], nonResourceRules: [{{verbs: [get], nonResourceURLs: [/api]}}]}}");
        assert_eq!(only(&rules, "allow: [get pods]").verdict, Verdict::Pass);
        assert_eq!(
            only(&rules, "allow: []"),
            Judged::fail(format!("the service account bot may also get pods in {SHOP}"))
        );
        assert_eq!(only("{resourceRules: []}", "deny: [list pods]").verdict, Verdict::Pass);
        let path = "{nonResourceRules: [{verbs: [get], nonResourceURLs: [/metrics]}]}";
        assert_eq!(only(path, "allow: [get pods]").verdict, Verdict::Fail);
    }

    #[test]
    fn a_list_that_is_not_complete_cannot_say_that_there_is_no_more() {
        let rules = format!("{{incomplete: true, evaluationError: webhook, resourceRules: [{PODS}]}}");
        assert_eq!(only(&rules, "allow: [get pods]").verdict, Verdict::Error);
        assert_eq!(only(&rules, "allow: []").verdict, Verdict::Fail);
        // the authorizer of nodes knows no rules, and RBAC names what is bound but not there
        let rules = format!("{{incomplete: false, evaluationError: not found, resourceRules: [{PODS}]}}");
        assert_eq!(only(&rules, "allow: [get pods]").verdict, Verdict::Pass);
    }

    #[test]
    fn what_cannot_be_asked_is_an_error() {
        assert_eq!(judge(&[], BOT).verdict, Verdict::Error);
        assert_eq!(judge(&[], &format!("{BOT}, allow: [read pods]")).verdict, Verdict::Error);
        assert_eq!(judge(&[], "subject: {}, deny: [get pods]").verdict, Verdict::Error);
        let down = Stage::new().judge(&Recorded::down(), &format!("can_i: {{ns: shop, {BOT}, deny: [get pods]}}"));
        assert_eq!(down.verdict, Verdict::Error);
        let gone = Recorded::new().absent(&format!("/api/v1/namespaces/{SHOP}"));
        assert!(Stage::new().judge(&gone, &format!("can_i: {{ns: shop, {BOT}, deny: [get pods]}}")).nothing);
    }
}
