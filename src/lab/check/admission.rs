//! What the API server says of an object, which it is asked about without making it.

use regex::Regex;
use serde_json::{Value, json};

use super::cel::Expression;
use super::objects::{self, text};
use super::refusal::{self, Refuser};
use super::{folder, identity, pods, text as texts};
use crate::client::{Method, Request, Response};
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::Admission;
use crate::lab::course::values::{Admitted, Authority, Operation};
use crate::lab::verdict::{CheckResult, Verdict};
use crate::yaml;

/// Changes nothing on the server.
const DRY: &str = "dryRun=All&fieldManager=tightship";
/// The most that is shown of a refusal.
const SHOWN: usize = 300;

pub(super) fn evaluate(spec: &Admission, context: &CheckContext<'_>) -> CheckResult {
    look(spec, context).unwrap_or_else(|result| result)
}

fn look(spec: &Admission, context: &CheckContext<'_>) -> Result<CheckResult, CheckResult> {
    let message = texts::optional(spec.message.as_ref())?;
    let warning = texts::optional(spec.warning.as_ref())?;
    let defaults = spec.defaults.as_ref().map(|text| Expression::new(text)).transpose()?;
    let who = identity::identity_or_admin(spec.by_whom.as_deref(), context)?;
    let request = request(spec, context)?.by(who);
    let response = context.api.request(&request).map_err(folder::credentials)?;
    let refuser = (!response.is_success()).then(|| refusal::refuser(&response));
    if refuser == Some(Refuser::Unable) {
        return Err(CheckResult::error(format!("the API server answers {}: {}", response.status, shown(&response))));
    }
    let warned = |pattern: &Regex| response.warnings.iter().any(|warning| pattern.is_match(warning));
    if refuser.is_none()
        && let Some(pattern) = warning.filter(|pattern| !warned(pattern))
    {
        return Ok(CheckResult::fail(match response.warnings.as_slice() {
            [] => "the API server takes it without a warning".to_owned(),
            [first, ..] => format!("no warning says `{pattern}`, but: {first}"),
        }));
    }
    Ok(match (spec.expect, refuser) {
        (Admitted::Allow, None) => defaults.map_or_else(|| Ok(taken(&response)), |rule| set(&rule, &response))?,
        (Admitted::Deny, None) => CheckResult::fail("the API server takes it"),
        (Admitted::Allow, Some(refuser)) => {
            CheckResult::fail(format!("refused by {}: {}", refuser.call(), shown(&response)))
        }
        (Admitted::Deny, Some(Refuser::Stranger)) => {
            CheckResult::nothing("the API server does not take the credentials")
        }
        (Admitted::Deny, Some(refuser)) => denied(spec, refuser, message.as_ref(), &response),
    })
}

/// Whether it is refused by who should refuse it, and with the right words.
fn denied(spec: &Admission, refuser: Refuser, message: Option<&Regex>, response: &Response) -> CheckResult {
    let said = response.message();
    let named = spec.policy.as_deref();
    // a policy that is named says who shall refuse
    let by = if named.is_some() && spec.by == Authority::Any { Authority::Policy } else { spec.by };
    let other = format!("refused, but by {}: {}", refuser.call(), shown(response));
    if !refuser.is_wanted(by) {
        let is_fault = refuser == Refuser::Fault;
        return if is_fault { CheckResult::nothing(other) } else { CheckResult::fail(other) };
    }
    if named.is_some_and(|name| refusal::policy(&said) != Some(name)) {
        return CheckResult::fail(other);
    }
    match message.filter(|pattern| !pattern.is_match(&said)) {
        Some(pattern) => CheckResult::fail(format!("the refusal does not say `{pattern}`: {}", shown(response))),
        None => CheckResult::pass(format!("refused by {}: {}", refuser.call(), shown(response))),
    }
}

fn taken(response: &Response) -> CheckResult {
    CheckResult::pass(match response.warnings.first() {
        Some(first) => format!("the API server takes it, and warns: {first}"),
        None => "the API server takes it".to_owned(),
    })
}

/// Whether what would be stored is as it should be.
fn set(rule: &Expression, response: &Response) -> Result<CheckResult, CheckResult> {
    let result = rule.of_object(&response.json()?);
    let before = if result.verdict == Verdict::Fail { "the API server takes it, but " } else { "" };
    Ok(CheckResult { observed: format!("{before}{}", result.observed), ..result })
}

fn request(spec: &Admission, context: &CheckContext<'_>) -> Result<Request, CheckResult> {
    let mut object = object(&spec.file, context)?;
    if spec.op == Operation::Debug {
        return debug(spec, object, context);
    }
    if spec.op == Operation::Update && spec.workload.is_some() {
        let spec_of_pod = object.get_mut("spec").map(Value::take);
        let spec_of_pod = spec_of_pod.ok_or_else(|| CheckResult::error(format!("{} has no spec", *spec.file)))?;
        return Ok(change(&pod_of(spec, context)?, json!({ "spec": spec_of_pod })));
    }
    let alias = spec.ns.as_ref().map(|alias| objects::namespace(context, alias)).transpose()?;
    let kind = objects::kind(context, Some(text(&object, "/apiVersion")), text(&object, "/kind"))?;
    let own = Some(text(&object, "/metadata/namespace")).filter(|own| !own.is_empty()).map(str::to_owned);
    let namespace = own.as_deref().or(alias).filter(|_| kind.namespaced).map(str::to_owned);
    let namespace = namespace.as_deref();
    if kind.namespaced {
        let name = namespace.ok_or_else(|| CheckResult::error(format!("{} has no namespace", *spec.file)))?;
        objects::require_namespace(context, name)?;
    }
    let name = text(&object, "/metadata/name").to_owned();
    if spec.op == Operation::Create {
        fresh(&mut object, &name);
        return Ok(Request::new(Method::Post, format!("{}?{DRY}", kind.path(namespace))).with(object));
    }
    if objects::object(context, &kind, namespace, &name)?.is_none() {
        return Err(CheckResult::nothing(format!("there is no {} {name} to change", kind.kind)));
    }
    Ok(change(&kind.object(namespace, &name), object))
}

/// Puts the ephemeral containers of a pod into one that runs, by the subresource that is made for it.
fn debug(spec: &Admission, mut object: Value, context: &CheckContext<'_>) -> Result<Request, CheckResult> {
    let path = pod_of(spec, context)?;
    let containers = object.pointer_mut("/spec/ephemeralContainers").map(Value::take);
    let containers =
        containers.ok_or_else(|| CheckResult::error(format!("{} has no ephemeralContainers", *spec.file)))?;
    let path = format!("{path}/ephemeralcontainers");
    Ok(change(&path, json!({"spec": {"ephemeralContainers": containers}})))
}

/// Where the pod is that is changed: one of the workload, or a throw-away pod whose name nobody can know before.
fn pod_of(spec: &Admission, context: &CheckContext<'_>) -> Result<String, CheckResult> {
    if let (Some(alias), None) = (&spec.ns, &spec.workload) {
        let namespace = objects::namespace(context, alias)?;
        let pod = context.probes.pod(namespace, &[])?;
        return Ok(format!("/api/v1/namespaces/{namespace}/pods/{}", pod.name));
    }
    let (Some(alias), Some(workload)) = (&spec.ns, &spec.workload) else {
        return Err(CheckResult::error("the check names no workload whose pod is changed"));
    };
    let pods = pods::current(context, alias, workload)?;
    let namespace = objects::namespace(context, alias)?;
    let name = pods.first().map_or("", |pod| text(pod, "/metadata/name"));
    Ok(objects::kind(context, Some("v1"), "Pod")?.object(Some(namespace), name))
}

/// Asks for a change, without making it.
fn change(path: &str, wanted: Value) -> Request {
    let mut request = Request::new(Method::Patch, format!("{path}?{DRY}")).with(wanted);
    request.content = "application/strategic-merge-patch+json";
    request
}

/// The only object of a file of the lab.
fn object(file: &str, context: &CheckContext<'_>) -> Result<Value, CheckResult> {
    let wrong = |what: &str| CheckResult::error(format!("{file}: {what}"));
    let text = (context.file)(file).map_err(|error| wrong(&error))?;
    let stream = yaml::parse(&text);
    if let Some(error) = stream.errors.first() {
        return Err(wrong(&error.message));
    }
    let mut roots = stream.documents.iter().filter_map(yaml::Document::root).filter(|root| !root.is_null());
    let (Some(root), None) = (roots.next(), roots.next()) else {
        return Err(wrong("expected one object"));
    };
    root.to_json().map_err(|_| wrong("it has a value that cannot be read"))
}

/// Gives an object a name that nobody has, so that it is never there already.
fn fresh(object: &mut Value, name: &str) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut)
        && metadata.shift_remove("name").is_some()
    {
        metadata.insert("generateName".to_owned(), format!("{name}-").into());
    }
}

fn shown(response: &Response) -> String {
    let message = response.message();
    let mut short: String = message.chars().take(SHOWN).collect();
    if short.len() < message.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::client::{Method, Response};
    use crate::lab::check::page;
    use crate::lab::check::recorded::{Fixture, Recorded, SHOP};
    use crate::lab::verdict::{CheckResult, Verdict};

    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: bad}\nspec: {containers: []}\n";
    const PSA: &str = "pods \"bad-x\" is forbidden: violates PodSecurity \"restricted:latest\": runAsNonRoot != true";
    const VAP: &str =
        "pods \"bad-x\" is forbidden: ValidatingAdmissionPolicy 'digest' with binding 'b' denied request: tag";
    const USER: &str = "pods is forbidden: User \"jane\" cannot create resource \"pods\" in API group \"\"";

    fn fixture() -> Fixture {
        Fixture::new().file("checks/pod.yaml", POD)
    }

    fn api(status: u16, body: &Value, warnings: &[&str]) -> Recorded {
        let path = format!("/api/v1/namespaces/{SHOP}/pods");
        let mut reply = Response { status, body: body.to_string(), warnings: Vec::new() };
        reply.warnings = warnings.iter().map(|&warning| warning.to_owned()).collect();
        Recorded::new().get(&format!("/api/v1/namespaces/{SHOP}"), json!({})).when(move |request| {
            let is_meant = matches!(request.method, Method::Post | Method::Patch) && request.path.starts_with(&path);
            is_meant.then(|| reply.clone())
        })
    }

    fn evaluate(status: u16, message: &str, more: &str) -> CheckResult {
        let api = api(status, &json!({"message": message}), &[]);
        fixture().evaluate(&api, &format!("admission: {{ns: shop, file: checks/pod.yaml, {more}}}"))
    }

    #[test]
    fn who_refuses_must_be_who_should() {
        assert_eq!(evaluate(403, PSA, "expect: deny, by: pod-security").verdict, Verdict::Pass);
        assert_eq!(evaluate(403, PSA, "expect: deny").verdict, Verdict::Pass);
        let quota = evaluate(403, PSA, "expect: deny, by: quota");
        assert_eq!(quota, CheckResult::fail(format!("refused, but by Pod Security Admission: {PSA}")));
        assert_eq!(evaluate(403, USER, "expect: deny").verdict, Verdict::Fail);
        assert_eq!(evaluate(403, USER, "expect: deny, by: rbac").verdict, Verdict::Pass);
        assert_eq!(evaluate(201, "", "expect: deny"), CheckResult::fail("the API server takes it"));
    }

    #[test]
    fn a_fault_of_the_object_is_no_refusal() {
        let result = evaluate(422, "Pod \"bad-x\" is invalid: spec.containers: Required value", "expect: deny");
        assert!(result.nothing && result.verdict == Verdict::Fail, "{result:?}");
        assert!(evaluate(401, "Unauthorized", "expect: deny").nothing);
    }

    #[test]
    fn a_policy_and_its_words() {
        assert_eq!(evaluate(422, VAP, "expect: deny, by: vap, policy: digest, message: 'tag$'").verdict, Verdict::Pass);
        assert_eq!(evaluate(422, VAP, "expect: deny, policy: digest").verdict, Verdict::Pass);
        assert_eq!(evaluate(422, VAP, "expect: deny, by: vap, policy: other").verdict, Verdict::Fail);
        assert_eq!(evaluate(403, PSA, "expect: deny, policy: digest").verdict, Verdict::Fail);
        let words = evaluate(422, VAP, "expect: deny, message: digest only");
        assert_eq!(words, CheckResult::fail(format!("the refusal does not say `digest only`: {VAP}")));
    }

    #[test]
    fn what_is_taken_has_its_defaults_and_warnings() {
        let body = json!({"kind": "Pod", "spec": {"containers": [{"resources": {"limits": {"cpu": "100m"}}}]}});
        let evaluate = |warnings: &[&str], more: &str| {
            let check = format!("admission: {{ns: shop, file: checks/pod.yaml, expect: allow, {more}}}");
            fixture().evaluate(&api(201, &body, warnings), &check)
        };
        assert_eq!(evaluate(&[], "op: create"), CheckResult::pass("the API server takes it"));
        let cpu =
            |value: &str| evaluate(&[], &format!("defaults: \"pod.containers[0].resources.limits.cpu == '{value}'\""));
        assert_eq!(cpu("100m").verdict, Verdict::Pass);
        let seen = "the API server takes it, but pod.containers[0].resources.limits.cpu is `100m`";
        assert_eq!(cpu("1"), CheckResult::fail(seen));
        let warning = "would violate PodSecurity \"restricted:latest\"";
        assert_eq!(evaluate(&[warning], "warning: would violate").verdict, Verdict::Pass);
        assert_eq!(
            evaluate(&[], "warning: would violate"),
            CheckResult::fail("the API server takes it without a warning")
        );
        assert_eq!(evaluate(&[warning], "warning: deprecated").verdict, Verdict::Fail);
    }

    #[test]
    fn a_refusal_is_not_what_was_wanted_where_it_should_be_taken() {
        let result = evaluate(403, PSA, "expect: allow");
        assert_eq!(result, CheckResult::fail(format!("refused by Pod Security Admission: {PSA}")));
    }

    #[test]
    fn a_new_object_gets_a_name_that_nobody_has() {
        let api = api(201, &json!({}), &[]);
        fixture().evaluate(&api, "admission: {ns: shop, file: checks/pod.yaml, expect: allow, as: {user: jane}}");
        let request = api.asked().pop().expect("a request");
        assert_eq!(request.path, format!("/api/v1/namespaces/{SHOP}/pods?dryRun=All&fieldManager=tightship"));
        let body = request.body.expect("a body");
        assert_eq!(body["metadata"], json!({"generateName": "bad-"}));
        assert!(matches!(request.identity, crate::client::Identity::User { name, .. } if name == "jane"));
    }

    #[test]
    fn a_change_needs_what_it_changes() {
        let check = "admission: {ns: shop, file: checks/pod.yaml, op: update, expect: deny, by: pod-security}";
        let path = format!("/api/v1/namespaces/{SHOP}/pods/bad");
        let there = api(403, &json!({"message": PSA}), &[]).get(&path, json!({}));
        assert_eq!(fixture().evaluate(&there, check).verdict, Verdict::Pass);
        let request = there.asked().pop().expect("a request");
        assert_eq!((request.method, request.content), (Method::Patch, "application/strategic-merge-patch+json"));
        let gone = api(403, &json!({"message": PSA}), &[]).absent(&path);
        assert_eq!(fixture().evaluate(&gone, check), CheckResult::nothing("there is no Pod bad to change"));
    }

    #[test]
    fn a_container_for_debugging_goes_into_a_pod_that_runs() {
        const DEBUG: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: any}\n\
                             spec: {ephemeralContainers: [{name: debug, image: 'busybox:1.37'}]}\n";
        let check = "admission: {ns: shop, file: d.yaml, op: debug, workload: deployment/page, expect: deny, by: vap}";
        let path = format!("/api/v1/namespaces/{SHOP}/pods/page-1/ephemeralcontainers?");
        let api = |status: u16| {
            let reply = Response { status, body: json!({"message": VAP}).to_string(), warnings: Vec::new() };
            let path = path.clone();
            page::page(&[page::pod("page-1", &["page"])])
                .when(move |request| request.path.starts_with(&path).then(|| reply.clone()))
        };
        let fixture = Fixture::new().file("d.yaml", DEBUG).file("none.yaml", POD);
        let refused = api(422);
        assert_eq!(fixture.evaluate(&refused, check).verdict, Verdict::Pass);
        let request = refused.asked().pop().expect("a request");
        assert_eq!((request.method, request.content), (Method::Patch, "application/strategic-merge-patch+json"));
        let wanted = json!({"spec": {"ephemeralContainers": [{"name": "debug", "image": "busybox:1.37"}]}});
        assert_eq!(request.body, Some(wanted));
        assert_eq!(fixture.evaluate(&api(200), check), CheckResult::fail("the API server takes it"));
        let none = fixture.evaluate(&page::page(&[]), check);
        assert!(none.nothing && none.verdict == Verdict::Fail, "{none:?}");
        let without = fixture.evaluate(&api(422), &check.replace("d.yaml", "none.yaml"));
        assert_eq!(without, CheckResult::error("none.yaml has no ephemeralContainers"));
    }

    #[test]
    fn a_pod_of_a_workload_is_changed() {
        const IMAGE: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: any}\n\
                             spec: {containers: [{name: page, image: 'busybox:1.36'}]}\n";
        let check = "admission: {ns: shop, file: c.yaml, op: update, workload: deployment/page, expect: deny, by: vap}";
        let path = format!("/api/v1/namespaces/{SHOP}/pods/page-1?");
        let reply = Response { status: 422, body: json!({"message": VAP}).to_string(), warnings: Vec::new() };
        let api = page::page(&[page::pod("page-1", &["page"])])
            .when(move |request| request.path.starts_with(&path).then(|| reply.clone()));
        let fixture = Fixture::new().file("c.yaml", IMAGE);
        assert_eq!(fixture.evaluate(&api, check).verdict, Verdict::Pass);
        let request = api.asked().pop().expect("a request");
        let wanted = json!({"spec": {"containers": [{"name": "page", "image": "busybox:1.36"}]}});
        assert_eq!((request.method, request.body), (Method::Patch, Some(wanted)));
    }

    #[test]
    fn nothing_can_be_said_without_a_namespace() {
        let gone = Recorded::new().absent(&format!("/api/v1/namespaces/{SHOP}"));
        let result = fixture().evaluate(&gone, "admission: {ns: shop, file: checks/pod.yaml, expect: deny}");
        assert_eq!(result, CheckResult::nothing(format!("there is no namespace {SHOP}")));
    }

    #[test]
    fn what_cannot_be_asked_is_an_error() {
        assert_eq!(evaluate(500, "etcd is gone", "expect: deny").verdict, Verdict::Error);
        assert_eq!(evaluate(403, PSA, "expect: deny, message: '('").verdict, Verdict::Error);
        let none =
            Fixture::new().evaluate(&Recorded::new(), "admission: {ns: shop, file: checks/pod.yaml, expect: deny}");
        assert_eq!(none, CheckResult::error("checks/pod.yaml: there is no checks/pod.yaml"));
        let two = Fixture::new().file("a.yaml", "a: 1\n---\nb: 1\n");
        let result = two.evaluate(&Recorded::new(), "admission: {ns: shop, file: a.yaml, expect: deny}");
        assert_eq!(result, CheckResult::error("a.yaml: expected one object"));
        let down = fixture().evaluate(&Recorded::down(), "admission: {ns: shop, file: checks/pod.yaml, expect: deny}");
        assert_eq!(down.verdict, Verdict::Error);
    }
}
