//! Requests over HTTP, and their answers.

use regex::Regex;
use serde_json::{Value, json};

use super::curl::{self, Answer};
use super::identity::{credentials, identity, identity_or_admin};
use super::objects::{self, text};
use super::text::{line_of, optional, quoted, short};
use crate::cluster::client::kubeconfig::{Access, Credentials};
use crate::cluster::client::{Identity, Method, Request, Response, url};
use crate::lab::course::probe::{Http, Who};
use crate::lab::course::values::Target;
use crate::lab::scene::Scene;
use crate::lab::verdict::Judged;

/// How long a token lives that is asked for here.
const LIFETIME: u32 = 600;

/// Looks once.
pub(super) fn judge(spec: &Http, scene: &Scene<'_>) -> Judged {
    attempt(spec, scene).unwrap_or_else(|judged| judged)
}

fn attempt(spec: &Http, scene: &Scene<'_>) -> Result<Judged, Judged> {
    let (body, not_body) = (optional(spec.body.as_ref())?, optional(spec.not_body.as_ref())?);
    let method = method(spec.method.as_deref())?;
    let is_on_node = matches!(spec.target, Target::Kubelet | Target::KubeletReadOnly | Target::Etcd);
    if spec.refused && !is_on_node {
        return Err(Judged::error("`refused` is only known of the ports of the node"));
    }
    let answer = match spec.target {
        Target::Service => service(spec, method, scene)?,
        Target::ApiServer => {
            let identity = match spec.auth.as_deref() {
                Some(Who { service_account: Some(account), .. }) => Identity::Token(token_of(account, scene)?),
                Some(who) => identity(who, scene)?,
                None => Identity::Anonymous,
            };
            let request = Request::new(method, path(spec)).by(identity);
            Answer::Said(scene.api.request(&request).map_err(credentials)?)
        }
        Target::Kubelet => node(spec, method, "https", 10250, scene)?,
        Target::KubeletReadOnly => node(spec, method, "http", 10255, scene)?,
        Target::Etcd => node(spec, method, "https", 2379, scene)?,
    };
    Ok(match answer {
        Answer::Refused(how) => Judged::when(spec.refused, format!("it is refused: {}", short(&how))),
        Answer::Said(response) => said(spec, &response, body.as_ref(), not_body.as_ref()),
    })
}

fn said(spec: &Http, response: &Response, body: Option<&Regex>, not_body: Option<&Regex>) -> Judged {
    let status = response.status;
    let shown = format!("it answers with status {status}: {}", quoted(&response.body));
    let is_status = match spec.status.as_slice() {
        [] => status == 200 && !spec.refused,
        wanted => wanted.iter().any(|wanted| wanted.0 == u32::from(status)),
    };
    if !is_status {
        return Judged::fail(shown);
    }
    if let Some(line) = not_body.and_then(|pattern| line_of(pattern, &response.body)) {
        return Judged::fail(format!("its answer holds `{}`", short(line)));
    }
    Judged::when(body.is_none_or(|pattern| pattern.is_match(&response.body)), shown)
}

fn method(name: Option<&str>) -> Result<Method, Judged> {
    let all = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];
    let name = name.unwrap_or("GET");
    let found = all.into_iter().find(|method| method.as_str() == name);
    found.ok_or_else(|| Judged::error(format!("`{name}` is no method")))
}

fn path(spec: &Http) -> String {
    format!("/{}", spec.path.trim_start_matches('/'))
}

/// Through the API server, which reaches every service from outside.
fn service(spec: &Http, method: Method, scene: &Scene<'_>) -> Result<Answer, Judged> {
    let (Some(alias), Some(name)) = (&spec.ns, &spec.service) else {
        return Err(Judged::error("the check needs a namespace and a service"));
    };
    let namespace = objects::namespace(scene, alias)?;
    let port = spec.port.map(|port| format!(":{}", port.0)).unwrap_or_default();
    let service = url::segment(&format!("{name}{port}"));
    let path = format!("/api/v1/namespaces/{namespace}/services/{service}/proxy{}", path(spec));
    let identity = identity_or_admin(spec.auth.as_deref(), scene)?;
    let request = Request::new(method, path).by(identity);
    let response = scene.api.request(&request).map_err(credentials)?;
    if matches!(response.status, 404 | 500..) && is_of_api_server(&response) {
        return Err(Judged::nothing(format!("the service {name} does not answer: {}", short(&response.message()))));
    }
    Ok(Answer::Said(response))
}

/// Whether it is not the service that says so.
fn is_of_api_server(response: &Response) -> bool {
    let status = serde_json::from_str::<Value>(&response.body).unwrap_or_default();
    text(&status, "/kind") == "Status" && text(&status, "/apiVersion") == "v1"
}

fn node(spec: &Http, method: Method, scheme: &str, port: u32, scene: &Scene<'_>) -> Result<Answer, Judged> {
    let token = match spec.auth.as_deref() {
        None => None,
        Some(who) => bearer(who, scene)?,
    };
    let port = spec.port.map_or(port, |port| port.0);
    let url = format!("{scheme}://{}:{port}{}", scene.names.node, path(spec));
    curl::ask(scene, method.as_str(), &url, token.as_deref())
}

/// The token that somebody shows; none for nobody.
fn bearer(who: &Who, scene: &Scene<'_>) -> Result<Option<String>, Judged> {
    if let Some(account) = &who.service_account {
        return token_of(account, scene).map(Some);
    }
    match identity(who, scene)? {
        Identity::Anonymous => Ok(None),
        Identity::Token(token) => Ok(Some(token)),
        Identity::Kubeconfig(text) => match Access::read(&text, None).map_err(credentials)?.credentials {
            Credentials::Token(token) => Ok(Some(token)),
            Credentials::None | Credentials::Certificate { .. } => {
                Err(Judged::error("only a token can be shown to a port of the node"))
            }
        },
        Identity::Admin | Identity::User { .. } => {
            Err(Judged::error("nobody can be impersonated at a port of the node"))
        }
    }
}

/// A new token of a service account, written as `alias/name`.
fn token_of(account: &str, scene: &Scene<'_>) -> Result<String, Judged> {
    let (alias, name) = account
        .split_once('/')
        .ok_or_else(|| Judged::error(format!("`{account}` is no service account: expected `alias/name`")))?;
    let namespace = objects::namespace(scene, alias)?;
    let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{}/token", url::segment(name));
    let request = json!({
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": LIFETIME},
    });
    let response = scene.api.request(&Request::new(Method::Post, path).with(request))?;
    if response.status == 404 {
        return Err(Judged::nothing(format!("there is no service account {name} in {namespace}")));
    }
    let token = if response.is_success() { text(&response.json()?, "/status/token").to_owned() } else { String::new() };
    if token.is_empty() {
        return Err(Judged::error(format!("the API server gives no token of {name}: {}", response.message())));
    }
    Ok(token)
}
