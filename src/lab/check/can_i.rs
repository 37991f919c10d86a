//! What somebody may do, as the API server's own authorizers say.

use serde_json::{Map, Value, json};

use super::objects::{self, items};
use super::{excess_rights, folder, identity, text as texts};
use crate::client::{Identity, Method, Request};
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::CanI;
use crate::lab::course::right::Right;
use crate::lab::verdict::CheckResult;

const REVIEWS: &str = "/apis/authorization.k8s.io/v1";

/// Looks once: says the first right that is not as it should be.
pub(super) fn evaluate(spec: &CanI, context: &CheckContext<'_>) -> CheckResult {
    look(spec, context).unwrap_or_else(|result| result)
}

fn look(spec: &CanI, context: &CheckContext<'_>) -> Result<CheckResult, CheckResult> {
    if spec.allow.is_empty() && spec.deny.is_empty() && !spec.only && !spec.only_here {
        return Err(CheckResult::error("no right is asked for"));
    }
    let read = |texts: &[crate::decode::Located<String>]| {
        texts.iter().map(|text| Right::parse(text).map_err(CheckResult::error)).collect::<Result<Vec<_>, _>>()
    };
    let (allow, deny, may) = (read(&spec.allow)?, read(&spec.deny)?, read(&spec.may)?);
    let namespace = spec.ns.as_ref().map(|alias| objects::namespace(context, alias)).transpose()?;
    if let Some(namespace) = namespace {
        objects::require_namespace(context, namespace)?;
    }
    let except = spec.except_in.iter().map(|alias| objects::namespace(context, alias));
    let spared = namespace.map(Ok).into_iter().chain(except).collect::<Result<Vec<&str>, _>>()?;
    let question = Question { who: identity::identity(&spec.subject, context)?, namespace, context };
    let who = identity::call(&spec.subject);
    let place = namespace.map(|namespace| format!(" in {namespace}")).unwrap_or_default();
    for (rights, wanted) in [(&allow, true), (&deny, false)] {
        for right in rights {
            if question.may(right)? != wanted {
                let may = if wanted { "may not" } else { "may" };
                return Ok(CheckResult::fail(format!("{who} {may} {}{place}", say(right))));
            }
        }
    }
    if spec.only
        && let Some(more) = question.beyond(&[allow.clone(), may].concat())?
    {
        return Ok(CheckResult::fail(format!("{who} may also {more}{place}")));
    }
    if (spec.only || spec.only_here)
        && let Some(more) = question.elsewhere(&spared, spec.only_here)?
    {
        return Ok(CheckResult::fail(format!("{who} may also {more}")));
    }
    Ok(CheckResult::pass(match (allow.as_slice(), deny.as_slice()) {
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
    context: &'q CheckContext<'s>,
}

impl Question<'_, '_> {
    fn may(&self, right: &Right) -> Result<bool, CheckResult> {
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
            return Err(CheckResult::error(format!("the API server cannot say whether it is allowed: {error}")));
        }
        Ok(is("allowed"))
    }

    /// What is allowed beyond these rights and what everybody may; none if nothing is.
    fn beyond(&self, allow: &[Right]) -> Result<Option<String>, CheckResult> {
        let namespace = self.namespace.or_else(|| self.context.names.ns.values().next().map(String::as_str));
        self.granted(namespace.unwrap_or("default"), allow)
    }

    /// What is allowed in any other namespace, and with `cluster` in all of them. Rights in a namespace come from a
    /// `RoleBinding` in it, so that only those that name the subject need be looked at.
    fn elsewhere(&self, spared: &[&str], cluster: bool) -> Result<Option<String>, CheckResult> {
        let of_all = objects::list(self.context, &objects::kind(self.context, None, "RoleBinding")?, None, None)?;
        let (user, groups) = self.names()?;
        let is_meant = |subject: &Value| is_subject(subject, &user, &groups);
        let bound = of_all.iter().filter(|binding| items(binding, "/subjects").iter().any(is_meant));
        let mut places: Vec<&str> = bound.map(|binding| objects::text(binding, "/metadata/namespace")).collect();
        places.sort_unstable();
        places.dedup();
        // where there is no namespace, only what holds in all of them counts
        let nowhere = texts::nonce()?;
        let mut everywhere = None;
        if cluster {
            everywhere = self.granted(&nowhere, &[])?.map(|more| format!("{more} everywhere"));
        }
        for place in places.into_iter().filter(|place| !spared.contains(place) && everywhere.is_none()) {
            if let Some(more) = self.granted(place, &[])? {
                return Ok(Some(format!("{more} in {place}")));
            }
        }
        Ok(everywhere)
    }

    /// Who it is to the API server: the name and the groups.
    fn names(&self) -> Result<(String, Vec<String>), CheckResult> {
        if let Some((user, groups)) = named(&self.who) {
            return Ok((user.to_owned(), groups.into_iter().map(str::to_owned).collect()));
        }
        let body = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
        let path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
        let request = Request::new(Method::Post, path).with(body).by(self.who.clone());
        let response = self.context.api.request(&request).map_err(folder::credentials)?;
        if response.status == 401 {
            return Err(CheckResult::nothing("the API server does not take these credentials"));
        }
        if !response.is_success() {
            return Err(CheckResult::error(format!("the API server does not say who that is: {}", response.message())));
        }
        let said = response.json()?;
        let groups = items(&said, "/status/userInfo/groups").iter().filter_map(Value::as_str).map(str::to_owned);
        Ok((objects::text(&said, "/status/userInfo/username").to_owned(), groups.collect()))
    }

    /// What is allowed in a namespace beyond these rights and what everybody may; none if nothing is.
    fn granted(&self, namespace: &str, allow: &[Right]) -> Result<Option<String>, CheckResult> {
        let spec = json!({"namespace": namespace});
        let status = self.review("selfsubjectrulesreviews", &spec, self.who.clone())?;
        let resources = items(&status, "/resourceRules");
        let more = excess_rights::resources(resources, allow)
            .or_else(|| excess_rights::paths(items(&status, "/nonResourceRules")));
        let is_incomplete = status.get("incomplete").and_then(Value::as_bool).unwrap_or_default();
        // authorizers that know no rules, as that of nodes, say so in the error alone
        if more.is_none() && is_incomplete {
            let error = objects::text(&status, "/evaluationError");
            return Err(CheckResult::error(format!("the API server cannot list all that is allowed: {error}")));
        }
        Ok(more)
    }

    fn review(&self, what: &str, spec: &Value, by: Identity) -> Result<Value, CheckResult> {
        let is_learners = !matches!(by, Identity::Admin | Identity::User { .. });
        let request = Request::new(Method::Post, format!("{REVIEWS}/{what}")).with(json!({"spec": spec})).by(by);
        let response = self.context.api.request(&request).map_err(folder::credentials)?;
        match response.status {
            200..300 => Ok(response.json()?.get("status").cloned().unwrap_or_default()),
            401 if is_learners => Err(CheckResult::nothing("the API server does not take these credentials")),
            status => {
                Err(CheckResult::error(format!("the API server answers {status} to {what}: {}", response.message())))
            }
        }
    }
}

/// Whether a subject of a binding is a user of this name and these groups. An account is a user, too.
fn is_subject(subject: &Value, user: &str, groups: &[String]) -> bool {
    let name = objects::text(subject, "/name");
    match objects::text(subject, "/kind") {
        "Group" => groups.iter().any(|group| group == name),
        "ServiceAccount" => user == format!("system:serviceaccount:{}:{name}", objects::text(subject, "/namespace")),
        _ => user == name,
    }
}

/// Whom the administrator can ask about: name and groups.
fn named(who: &Identity) -> Option<(&str, Vec<&str>)> {
    match who {
        Identity::User { name, groups } => Some((name, groups.iter().map(String::as_str).collect())),
        // strangers may not even ask what they may
        Identity::Anonymous => Some(("system:anonymous", vec!["system:unauthenticated"])),
        Identity::Admin | Identity::Token(_) | Identity::Credentials(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::client::{Identity, Request, Response};
    use crate::lab::check::recorded::{Fixture, Recorded, SHOP, yaml};
    use crate::lab::verdict::{CheckResult, Verdict};

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

    fn evaluate(may: &'static [&'static str], more: &str) -> CheckResult {
        Fixture::new().evaluate(&api(may), &format!("can_i: {{ns: shop, {more}}}"))
    }

    #[test]
    fn asks_for_each_right() {
        let more = format!("{BOT}, allow: [get pods, get secrets:db, list deployments], deny: [create pods/exec]");
        let right: &[&str] = &["get pods", "get secrets:db", "list deployments.apps"];
        assert_eq!(
            evaluate(right, &more),
            CheckResult::pass(format!("the service account bot may get pods in {SHOP}"))
        );
        let denied = format!("the service account bot may not get secrets db in {SHOP}");
        assert_eq!(evaluate(&["get pods", "list deployments.apps"], &more), CheckResult::fail(denied));
        let jane = evaluate(&["create pods/exec"], "subject: {user: jane}, deny: [get pods, create pods/exec]");
        assert_eq!(jane, CheckResult::fail(format!("jane may create pods/exec in {SHOP}")));
    }

    #[test]
    fn asks_about_an_account_with_its_groups() {
        let api = api(&[]);
        Fixture::new().evaluate(&api, &format!("can_i: {{ns: shop, {BOT}, deny: [get pods]}}"));
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
        let gone = evaluate(&[], "subject: {service_account: shop/gone}, deny: [get pods]");
        assert_eq!(gone, CheckResult::nothing(format!("there is no service account gone in {SHOP}")));
        let file = evaluate(&[], "subject: {kubeconfig: bot.kubeconfig}, deny: [get pods]");
        assert_eq!(file, CheckResult::nothing("there is no bot.kubeconfig in your folder"));
        let fixture = Fixture::new();
        fixture.put("old.token", "abc\n");
        let refused = Recorded::new()
            .get(&format!("/api/v1/namespaces/{SHOP}"), json!({}))
            .when(|_| Some(Response { status: 401, body: "{}".to_owned(), warnings: Vec::new() }));
        let result = fixture.evaluate(&refused, "can_i: {ns: shop, subject: {token: old.token}, deny: [get pods]}");
        assert_eq!(result, CheckResult::nothing("the API server does not take these credentials"));
    }

    #[test]
    fn who_has_credentials_asks_himself() {
        let fixture = Fixture::new();
        fixture.put("bot.token", "abc\n");
        let api = api(&["get pods"]);
        let result = fixture.evaluate(&api, "can_i: {ns: shop, subject: {token: bot.token}, allow: [get pods]}");
        assert_eq!(result.verdict, Verdict::Pass);
        let request = api.asked().pop().expect("a request");
        assert_eq!(request.path, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews");
        assert_eq!(request.identity, Identity::Token("abc".to_owned()));
    }

    fn only(rules: &str, more: &str) -> CheckResult {
        let status = yaml(rules);
        let rules = move |request: &Request| {
            let is_meant = request.path.ends_with("rulesreviews") && request.identity != Identity::Admin;
            is_meant.then(|| say(&status))
        };
        let api = api(&["get pods"]).when(rules).list(BINDINGS, &[]);
        Fixture::new().evaluate(&api, &format!("can_i: {{ns: shop, {BOT}, only: true, {more}}}"))
    }

    const BINDINGS: &str = "/apis/rbac.authorization.k8s.io/v1/rolebindings";

    #[test]
    fn what_may_be_allowed_need_not_be() {
        let rules = |verbs: &str| {
            let logs = format!("{{verbs: [{verbs}], apiGroups: [''], resources: [pods/log]}}");
            format!("{{resourceRules: [{PODS}, {logs}]}}")
        };
        let more = "allow: [get pods], may: [get pods/log, watch pods/log]";
        assert_eq!(only(&rules(""), more).verdict, Verdict::Pass);
        assert_eq!(only(&rules("get, watch"), more).verdict, Verdict::Pass);
        assert_eq!(only(&rules("get, delete"), more).verdict, Verdict::Fail);
    }

    /// The same with `RoleBindings` elsewhere. In every other namespace but the lab's own, pods may be listed.
    fn elsewhere(subject: &Value, more: &str) -> CheckResult {
        let rules = |request: &Request| {
            let place = request.body.as_ref().map(|body| body["spec"]["namespace"].clone()).unwrap_or_default();
            let all = if place == "kube-system" { yaml(&format!("{{resourceRules: [{PODS}]}}")) } else { json!({}) };
            request.path.ends_with("rulesreviews").then(|| say(&all))
        };
        let binding = json!({"metadata": {"name": "x", "namespace": "kube-system"}, "subjects": [subject]});
        let api = api(&["get pods"]).when(rules).list(BINDINGS, &[binding]);
        Fixture::new().evaluate(&api, &format!("can_i: {{ns: shop, {BOT}, {more}}}"))
    }

    #[test]
    fn rights_elsewhere_count() {
        let user = format!("system:serviceaccount:{SHOP}:bot");
        let group = |name: &str| json!({"kind": "Group", "name": name});
        let found = CheckResult::fail("the service account bot may also get pods in kube-system");
        for more in ["only: true", "only_here: true", "allow: [get pods], only: true"] {
            for subject in [
                json!({"kind": "ServiceAccount", "name": "bot", "namespace": SHOP}),
                json!({"kind": "User", "name": user}),
                group(&format!("system:serviceaccounts:{SHOP}")),
                group("system:serviceaccounts"),
                group("system:authenticated"),
            ] {
                assert_eq!(elsewhere(&subject, more), found, "{subject} {more}");
            }
            for subject in [json!({"kind": "ServiceAccount", "name": "bot", "namespace": "other"}), group("dev")] {
                assert_eq!(elsewhere(&subject, more).verdict, Verdict::Pass, "{subject} {more}");
            }
        }
    }

    #[test]
    fn rights_in_a_namespace_that_is_left_out_do_not_count() {
        let rules = |request: &Request| {
            request.path.ends_with("rulesreviews").then(|| say(&yaml(&format!("{{resourceRules: [{PODS}]}}"))))
        };
        let bot = json!({"kind": "ServiceAccount", "name": "bot", "namespace": SHOP});
        let binding = json!({"metadata": {"name": "x", "namespace": SHOP}, "subjects": [bot]});
        let api = api(&[]).when(rules).list(BINDINGS, &[binding]);
        let evaluate = |more: &str| {
            let check = format!("can_i: {{{BOT}, deny: [get nodes], may: [get pods], only: true, {more}}}");
            Fixture::new().evaluate(&api, &check).verdict
        };
        assert_eq!((evaluate(""), evaluate("except_in: [shop]")), (Verdict::Fail, Verdict::Pass));
    }

    #[test]
    fn rights_everywhere_are_not_only_here() {
        let rules = |request: &Request| {
            request.path.ends_with("rulesreviews").then(|| say(&yaml(&format!("{{resourceRules: [{PODS}]}}"))))
        };
        let api = api(&["get pods"]).when(rules).list(BINDINGS, &[]);
        let check = format!("can_i: {{ns: shop, {BOT}, allow: [get pods], only_here: true}}");
        let expected = CheckResult::fail("the service account bot may also get pods everywhere");
        assert_eq!(Fixture::new().evaluate(&api, &check), expected);
    }

    const PODS: &str = "{verbs: [get], apiGroups: [''], resources: [pods]}";

    #[test]
    fn only_these_rights() {
        let rules =
            format!("{{resourceRules: [{PODS}], nonResourceRules: [{{verbs: [get], nonResourceURLs: [/api]}}]}}");
        assert_eq!(only(&rules, "allow: [get pods]").verdict, Verdict::Pass);
        assert_eq!(
            only(&rules, "allow: []"),
            CheckResult::fail(format!("the service account bot may also get pods in {SHOP}"))
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
        assert_eq!(evaluate(&[], BOT).verdict, Verdict::Error);
        assert_eq!(evaluate(&[], &format!("{BOT}, allow: [read pods]")).verdict, Verdict::Error);
        let down = Fixture::new().evaluate(&Recorded::down(), &format!("can_i: {{ns: shop, {BOT}, deny: [get pods]}}"));
        assert_eq!(down.verdict, Verdict::Error);
        let gone = Recorded::new().absent(&format!("/api/v1/namespaces/{SHOP}"));
        assert!(Fixture::new().evaluate(&gone, &format!("can_i: {{ns: shop, {BOT}, deny: [get pods]}}")).nothing);
    }
}
