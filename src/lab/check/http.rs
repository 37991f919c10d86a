//! Requests over HTTP, and their answers.

use regex::Regex;
use serde_json::Value;

use super::curl::{self, Answer};
use super::folder::credentials;
use super::identity::{by_itself, identity_or_admin};
use super::objects::{self, text};
use super::text::{ends, line_of, optional, quoted, short};
use crate::client::kubeconfig::Credentials;
use crate::client::{Identity, Method, Request, Response, url};
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::{Http, Who};
use crate::lab::course::values::Target;
use crate::lab::verdict::CheckResult;

/// Looks once.
pub(super) fn evaluate(spec: &Http, context: &CheckContext<'_>) -> CheckResult {
    attempt(spec, context).unwrap_or_else(|result| result)
}

fn attempt(spec: &Http, context: &CheckContext<'_>) -> Result<CheckResult, CheckResult> {
    let (body, not_body) = (optional(spec.body.as_ref())?, optional(spec.not_body.as_ref())?);
    let method = method(&spec.method)?;
    let is_on_node = matches!(spec.target, Target::Kubelet | Target::KubeletReadOnly | Target::Etcd);
    if spec.refused && !is_on_node {
        return Err(CheckResult::error("`refused` is only known of the ports of the node"));
    }
    let answer = match spec.target {
        Target::Service => service(spec, method, context)?,
        Target::ApiServer => {
            let identity = spec.auth.as_deref().map_or(Ok(Identity::Anonymous), |who| by_itself(who, context))?;
            let request = Request::new(method, path(spec)).by(identity);
            Answer::Said(context.api.request(&request).map_err(credentials)?)
        }
        Target::Kubelet => node(spec, method, "https", 10250, context)?,
        Target::KubeletReadOnly => node(spec, method, "http", 10255, context)?,
        Target::Etcd => node(spec, method, "https", 2379, context)?,
    };
    Ok(match answer {
        Answer::Refused(how) => CheckResult::when(spec.refused, format!("it is refused: {}", short(&how))),
        Answer::Said(response) => said(spec, &response, body.as_ref(), not_body.as_ref()),
    })
}

fn said(spec: &Http, response: &Response, body: Option<&Regex>, not_body: Option<&Regex>) -> CheckResult {
    let status = response.status;
    // the API server's own words, rather than the JSON around them
    let is_its_own = is_of_api_server(response);
    let said = if is_its_own { format!("`{}`", ends(&response.message())) } else { quoted(&response.body) };
    let shown = format!("it answers with status {status}: {said}");
    let is_status = match spec.status.as_slice() {
        [] => status == 200 && !spec.refused,
        wanted => wanted.iter().any(|wanted| wanted.0 == u32::from(status)),
    };
    if !is_status {
        return CheckResult::fail(shown);
    }
    if let Some(line) = not_body.and_then(|pattern| line_of(pattern, &response.body)) {
        return CheckResult::fail(format!("its answer holds `{}`", short(line)));
    }
    CheckResult::when(body.is_none_or(|pattern| pattern.is_match(&response.body)), shown)
}

fn method(name: &str) -> Result<Method, CheckResult> {
    let all = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];
    let found = all.into_iter().find(|method| method.as_str() == name);
    found.ok_or_else(|| CheckResult::error(format!("`{name}` is not a method")))
}

fn path(spec: &Http) -> String {
    format!("/{}", spec.path.trim_start_matches('/'))
}

/// Through the API server, which reaches every service from outside.
fn service(spec: &Http, method: Method, context: &CheckContext<'_>) -> Result<Answer, CheckResult> {
    let (Some(alias), Some(name)) = (&spec.ns, &spec.service) else {
        return Err(CheckResult::error("the check needs a namespace and a service"));
    };
    let namespace = objects::namespace(context, alias)?;
    let port = spec.port.map(|port| format!(":{}", port.0)).unwrap_or_default();
    let service = url::segment(&format!("{name}{port}"));
    let path = format!("/api/v1/namespaces/{namespace}/services/{service}/proxy{}", path(spec));
    let identity = identity_or_admin(spec.auth.as_deref(), context)?;
    let request = Request::new(method, path).by(identity);
    let response = context.api.request(&request).map_err(credentials)?;
    if matches!(response.status, 404 | 500..) && is_of_api_server(&response) {
        return Err(CheckResult::nothing(format!(
            "the service {name} does not answer: {}",
            short(&response.message())
        )));
    }
    Ok(Answer::Said(response))
}

/// Whether it is not the service that says so.
pub(super) fn is_of_api_server(response: &Response) -> bool {
    let status = serde_json::from_str::<Value>(&response.body).unwrap_or_default();
    text(&status, "/kind") == "Status" && text(&status, "/apiVersion") == "v1"
}

fn node(
    spec: &Http,
    method: Method,
    scheme: &str,
    port: u32,
    context: &CheckContext<'_>,
) -> Result<Answer, CheckResult> {
    let token = match spec.auth.as_deref() {
        None => None,
        Some(who) => bearer(who, context)?,
    };
    let port = spec.port.map_or(port, |port| port.0);
    let url = format!("{scheme}://{}:{port}{}", context.names.node, path(spec));
    curl::ask(context, method.as_str(), &url, token.as_deref())
}

/// The token that somebody shows; none for nobody.
fn bearer(who: &Who, context: &CheckContext<'_>) -> Result<Option<String>, CheckResult> {
    match by_itself(who, context)? {
        Identity::Anonymous => Ok(None),
        Identity::Token(token) | Identity::Credentials(Credentials::Token(token)) => Ok(Some(token)),
        Identity::Credentials(Credentials::None | Credentials::Certificate { .. }) => {
            Err(CheckResult::error("only a token can be shown to a port of the node"))
        }
        Identity::Admin | Identity::User { .. } => {
            Err(CheckResult::error("impersonation is not possible at a port of the node"))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::client::{ExecReply, Identity, Method, Response};
    use crate::lab::check::page::{self as pages, ended};
    use crate::lab::check::recorded::{Fixture, Recorded, SHOP};
    use crate::lab::verdict::{CheckResult, Verdict};

    const PAGE: &str = "http: {target: service, ns: shop, service: page, port: 8080, path: /index.html, body: k4x9}";

    fn evaluate(api: &Recorded, check: &str) -> CheckResult {
        Fixture::new().evaluate(api, check)
    }

    fn page(status: u16, body: &str) -> Recorded {
        let path = format!("/api/v1/namespaces/{SHOP}/services/page:8080/proxy/index.html");
        let response = Response { status, body: body.to_owned(), warnings: Vec::new() };
        Recorded::new().when(move |request| (request.path == path).then(|| response.clone()))
    }

    #[test]
    fn a_service_answers_what_it_should() {
        let right = evaluate(&page(200, "<p>k4x9</p>"), PAGE);
        assert_eq!(right, CheckResult::pass("it answers with status 200: `<p>k4x9</p>`"));
        let defaced = evaluate(&page(200, "hacked"), PAGE);
        assert_eq!(defaced, CheckResult::fail("it answers with status 200: `hacked`"));
        let missing = evaluate(&page(404, "404 Not Found"), PAGE);
        assert_eq!(missing, CheckResult::fail("it answers with status 404: `404 Not Found`"));
        let leaking = evaluate(&page(200, "fine\nk4x9 here"), &PAGE.replace("body", "not_body"));
        assert_eq!(leaking, CheckResult::fail("its answer holds `k4x9 here`"));
    }

    #[test]
    fn what_the_api_server_says_is_no_answer_of_the_service() {
        let status = |message: &str| json!({"kind": "Status", "apiVersion": "v1", "message": message}).to_string();
        let gone = status("services \"page\" not found");
        let check = PAGE.replace("body: k4x9", "status: [404]");
        let observed = "the service page does not answer: services \"page\" not found";
        assert_eq!(evaluate(&page(404, &gone), &check), CheckResult::nothing(observed));
        let empty = status("no endpoints available for service \"page\"");
        assert_eq!(evaluate(&page(503, &empty), PAGE).verdict, Verdict::Fail);
        assert_eq!(evaluate(&Recorded::down(), PAGE).verdict, Verdict::Error);
    }

    #[test]
    fn the_api_server_is_asked_by_nobody_or_by_a_token() {
        let version = || {
            Recorded::new().when(|request| {
                let status = match &request.identity {
                    Identity::Anonymous => 401,
                    Identity::Token(token) if token == "ey.J" => 200,
                    _ => return None,
                };
                (request.path == "/version").then(|| Response { status, ..Response::default() })
            })
        };
        let anonymous = "http: {target: apiserver, path: /version, status: [401, 403]}";
        assert_eq!(evaluate(&version(), anonymous), CheckResult::pass("it answers with status 401: nothing"));
        let bot = "http: {target: apiserver, path: /version, auth: {service_account: shop/bot}}";
        let tokens = format!("/api/v1/namespaces/{SHOP}/serviceaccounts/bot/token");
        let api = version().reply(Method::Post, &tokens, 201, json!({"status": {"token": "ey.J"}}));
        assert_eq!(evaluate(&api, bot).verdict, Verdict::Pass);
        let api = version().reply(Method::Post, &tokens, 404, Value::Null);
        assert_eq!(evaluate(&api, bot), CheckResult::nothing(format!("there is no service account bot in {SHOP}")));
    }

    #[test]
    fn the_token_of_a_pod_is_taken_out_and_used() {
        let check = "http: {target: apiserver, path: /version, status: [200], \
                     auth: {token_of: {ns: shop, workload: deployment/page}}}";
        let cluster = |exit, stdout: &'static str| {
            let cat = ["cat", "/var/run/secrets/kubernetes.io/serviceaccount/token"];
            let api =
                pages::page(&[pages::pod("page-a", &["page"])]).runs(&cat, ExecReply::Ended(ended(exit, stdout, "")));
            api.when(|request| {
                let is_known = request.identity == Identity::Token("ey.J".to_owned());
                let status = if is_known { 200 } else { 401 };
                (request.path == "/version").then(|| Response { status, ..Response::default() })
            })
        };
        assert_eq!(evaluate(&cluster(0, "ey.J\n"), check).verdict, Verdict::Pass);
        assert_eq!(evaluate(&cluster(0, "ey.K\n"), check).verdict, Verdict::Fail);
        assert!(evaluate(&cluster(1, ""), check).nothing);
    }

    #[test]
    fn ports_of_the_node_are_asked_from_the_node() {
        let node = |exit, stdout: &'static str, stderr: &'static str| {
            Recorded::new().when_node(move |argv| {
                assert_eq!(argv.join(" "), "curl --config -");
                Some(ended(exit, stdout, stderr))
            })
        };
        let kubelet = "http: {target: kubelet, path: /pods, status: [401, 403]}";
        assert_eq!(
            evaluate(&node(0, "Unauthorized\n401", ""), kubelet),
            CheckResult::pass("it answers with status 401: `Unauthorized`")
        );
        assert_eq!(evaluate(&node(0, "{}\n200", ""), kubelet), CheckResult::fail("it answers with status 200: `{}`"));
        let closed = "http: {target: kubelet_read_only, path: /pods, refused: true}";
        let refusal = "* connect to 172.18.0.2 port 10255 failed: Connection refused";
        assert_eq!(
            evaluate(&node(7, "\n000", refusal), closed),
            CheckResult::pass("it is refused: connect to 172.18.0.2 port 10255 failed: Connection refused")
        );
        assert_eq!(evaluate(&node(0, "{}\n200", ""), closed), CheckResult::fail("it answers with status 200: `{}`"));
        let late = evaluate(&node(28, "\n000", "curl: (28) Connection timed out after 5001 milliseconds"), closed);
        assert_eq!(
            late,
            CheckResult::error("the node gets no answer: curl: (28) Connection timed out after 5001 milliseconds")
        );
        assert_eq!(evaluate(&node(7, "\n000", refusal), kubelet).verdict, Verdict::Fail);
        assert_eq!(evaluate(&Recorded::down(), closed).verdict, Verdict::Error);
    }

    #[test]
    fn what_the_lab_says_wrong_is_an_error() {
        let api = Recorded::new();
        for (check, observed) in [
            (PAGE.replace("service: page, ", ""), "the check needs a namespace and a service"),
            (PAGE.replace("body", "method: LOOK, body"), "`LOOK` is not a method"),
            (PAGE.replace("body", "refused: true, body"), "`refused` is only known of the ports of the node"),
            (
                "http: {target: kubelet, auth: {user: jane}}".to_owned(),
                "impersonation is not possible at a port of the node",
            ),
        ] {
            assert_eq!(evaluate(&api, &check), CheckResult::error(observed));
        }
    }
}
