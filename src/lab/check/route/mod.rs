//! What becomes of a request from outside, by the objects that an edge reads: its Ingresses, its Gateways and `HTTPRoutes`. No
//! controller has to run. The rules are those of the two APIs; the Service that a rule leads to is asked, and a client speaks TLS
//! with what is in the Secret.

mod edge;
mod gateway;
mod handshake;
mod ingress;
mod request;

use std::collections::BTreeSet;

use regex::Regex;

use super::cel::Expression;
use super::cert;
use super::http::is_of_api_server;
use super::objects::{self, text};
use super::text::{optional, quoted, short};
use crate::client::kinds::Resource;
use crate::client::{Request as Question, Response, url};
use crate::k8s::object::Kind;
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::Route;
use crate::lab::course::values::{Routed, Scheme};
use crate::lab::verdict::{CheckResult, Verdict};
use edge::Edge;
use request::{Backend, Goes, Hop, Request};

/// Who asks by a name that a rule takes for want of a better one.
const STRANGER: &str = "stranger";
/// The status from which on a request is refused.
const REFUSED: u16 = 400;

/// Looks once.
pub(super) fn evaluate(spec: &Route, context: &CheckContext<'_>) -> CheckResult {
    attempt(spec, context).unwrap_or_else(|result| result)
}

fn attempt(spec: &Route, context: &CheckContext<'_>) -> Result<CheckResult, CheckResult> {
    let body = optional(spec.body.as_ref())?;
    let cel = spec.cel.as_ref().map(|cel| Expression::new(cel)).transpose()?;
    let edges = [ingress::edge(spec, context)?, gateway::edge(spec, context)?];
    let edges: Vec<Box<dyn Edge>> = edges.into_iter().flatten().collect();
    if edges.is_empty() {
        return Err(CheckResult::nothing(format!("nothing routes by the class {}", spec.class)));
    }
    match spec.expect {
        Routed::Served => served(spec, &edges, body.as_ref(), cel.as_ref(), context),
        Routed::Closed => closed(spec, &edges, body.as_ref(), context),
    }
}

fn requests(spec: &Route) -> impl Iterator<Item = Request<'_>> {
    let is_tls = spec.scheme == Scheme::Https;
    spec.paths.iter().map(move |path| Request { is_tls, host: &spec.host, path })
}

fn closed(
    spec: &Route,
    edges: &[Box<dyn Edge>],
    body: Option<&Regex>,
    context: &CheckContext<'_>,
) -> Result<CheckResult, CheckResult> {
    for request in requests(spec) {
        nobody_answers(&request, edges, None, context)?;
    }
    if spec.named {
        named_too(spec, edges, body, context)?;
    }
    let all: Vec<String> = requests(spec).map(|request| request.to_string()).collect();
    Ok(CheckResult::pass(format!("nobody answers {}", all.join(", "))))
}

/// That nobody answers what the rules name either, nor would answer by a path that they do not name.
fn named_too(
    spec: &Route,
    edges: &[Box<dyn Edge>],
    body: Option<&Regex>,
    context: &CheckContext<'_>,
) -> Result<(), CheckResult> {
    // who asks with TLS asks without it as well
    let schemes: &[bool] = if spec.scheme == Scheme::Https { &[true, false] } else { &[false] };
    for (host, path) in named(spec, edges) {
        for is_tls in schemes.iter().copied() {
            let request = Request { is_tls, host: &host, path: &path };
            nobody_answers(&request, edges, body.filter(|_| host == spec.host), context)?;
        }
    }
    let Some(body) = body else { return Ok(()) };
    let paths: BTreeSet<String> = edges.iter().flat_map(|edge| edge.named()).map(|(_, path)| path).collect();
    for path in paths.iter().map(String::as_str).chain(["/"]) {
        let path = format!("{}/{STRANGER}", path.trim_end_matches('/'));
        for is_tls in schemes.iter().copied() {
            let request = Request { is_tls, host: &spec.host, path: &path };
            no_new_page(&request, spec, edges, body, context)?;
        }
    }
    Ok(())
}

/// That a path which no rule names does not get to a program that has what no answer may hold: it would answer the next page, too.
fn no_new_page(
    request: &Request<'_>,
    spec: &Route,
    edges: &[Box<dyn Edge>],
    body: &Regex,
    context: &CheckContext<'_>,
) -> Result<(), CheckResult> {
    for hop in edges.iter().flat_map(|edge| edge.hops_of_a_stranger(request)) {
        let Goes::To(backend) = &hop.goes else { continue };
        let Some(folder) = backend.path.strip_suffix(STRANGER).and_then(|path| path.strip_suffix('/')) else {
            continue;
        };
        for path in &spec.paths {
            let beside = Backend { path: format!("{folder}{}", path.value), ..backend.clone() };
            if opened(&beside, Some(body), context)?.is_some() {
                let by = &hop.by;
                return Err(CheckResult::fail(format!(
                    "{request}, as every path that is not forbidden, gets to {backend} by {by}, which has {}",
                    beside.path
                )));
            }
        }
    }
    Ok(())
}

/// What else is to be asked for: what the rules name, and the paths of the check behind each of theirs.
fn named(spec: &Route, edges: &[Box<dyn Edge>]) -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    for (host, path) in edges.iter().flat_map(|edge| edge.named()) {
        let host = match host.strip_prefix('*') {
            Some(rest) => format!("{STRANGER}{rest}"),
            None if host.is_empty() => format!("{STRANGER}.invalid"),
            None => host,
        };
        // a folder is what a server sends to from a name without `/`
        for more in spec.paths.iter().map(|path| path.value.as_str()).chain(["/"]) {
            all.insert((host.clone(), format!("{}{more}", path.trim_end_matches('/'))));
        }
        all.insert((host, path));
    }
    all
}

/// That nobody answers a request; with a pattern, that no answer holds it.
fn nobody_answers(
    request: &Request<'_>,
    edges: &[Box<dyn Edge>],
    body: Option<&Regex>,
    context: &CheckContext<'_>,
) -> Result<(), CheckResult> {
    for hop in edges.iter().flat_map(|edge| edge.hops_of_a_stranger(request)) {
        let Goes::To(backend) = &hop.goes else { continue };
        if let Some(how) = opened(backend, body, context)? {
            return Err(CheckResult::fail(format!("{request} gets to {backend} by {}, {how}", hop.by)));
        }
    }
    Ok(())
}

/// How a backend lets a request in; none if it does not, or if what it says does not hold the pattern.
fn opened(backend: &Backend, body: Option<&Regex>, context: &CheckContext<'_>) -> Result<Option<String>, CheckResult> {
    let is_open = |response: &Response| match body {
        // an error page may hold it as well
        Some(body) => body.is_match(&response.body),
        None => response.status < REFUSED,
    };
    Ok(match ask(backend, context)? {
        Answer::Said(response) if is_open(&response) => {
            Some(format!("which answers with status {}: {}", response.status, quoted(&response.body)))
        }
        Answer::Said(_) | Answer::Nobody(_) => None,
        Answer::Outside(name) => Some(format!("which leads out of the cluster, to {name}")),
    })
}

fn served(
    spec: &Route,
    edges: &[Box<dyn Edge>],
    body: Option<&Regex>,
    cel: Option<&Expression>,
    context: &CheckContext<'_>,
) -> Result<CheckResult, CheckResult> {
    let mut seen = String::new();
    for request in requests(spec) {
        let mut is_taken = false;
        for edge in edges {
            let hops = edge.hops(&request);
            if hops.is_empty() {
                continue;
            }
            is_taken = true;
            if request.is_tls {
                seen = accepted(spec, edge.as_ref(), cel, context)?;
            }
            for hop in hops {
                answers(&request, &hop, body, context)?;
            }
        }
        if !is_taken {
            return Err(CheckResult::nothing(format!("no rule of the class {} takes {request}", spec.class)));
        }
    }
    let all: Vec<String> = requests(spec).map(|request| request.to_string()).collect();
    Ok(CheckResult::pass(format!("{} answers{seen}", all.join(", "))))
}

/// That the backend of a hop answers as it should.
fn answers(
    request: &Request<'_>,
    hop: &Hop,
    body: Option<&Regex>,
    context: &CheckContext<'_>,
) -> Result<(), CheckResult> {
    let backend = match &hop.goes {
        Goes::To(backend) => backend,
        Goes::Elsewhere => {
            return Err(CheckResult::fail(format!("{request} is sent elsewhere by {}", hop.by)));
        }
        Goes::Nowhere(why) => {
            return Err(CheckResult::fail(format!("{request} gets nowhere: {}: {why}", hop.by)));
        }
    };
    let problem = match ask(backend, context)? {
        Answer::Said(response) if response.status == 200 && body.is_none_or(|body| body.is_match(&response.body)) => {
            return Ok(());
        }
        Answer::Said(response) => format!("answers with status {}: {}", response.status, quoted(&response.body)),
        Answer::Nobody(why) => format!("does not answer: {why}"),
        Answer::Outside(name) => format!("leads out of the cluster, to {name}"),
    };
    Err(CheckResult::fail(format!("{request} gets to {backend} by {}, which {problem}", hop.by)))
}

/// That a client who trusts the authority accepts what it is shown, whichever certificate it gets.
fn accepted(
    spec: &Route,
    edge: &dyn Edge,
    cel: Option<&Expression>,
    context: &CheckContext<'_>,
) -> Result<String, CheckResult> {
    let Some(trust) = &spec.trust else {
        return Err(CheckResult::error("the check needs `trust`: the authority that clients know"));
    };
    let host = &spec.host;
    let all = edge.keys(host);
    if all.is_empty() {
        let reason = "clients get one that the edge has made itself";
        return Err(CheckResult::fail(format!("no certificate is named for {host}: {reason}")));
    }
    let mut seen = String::new();
    for keys in all {
        let (chain, key) = keys.load(context)?;
        let cert = cert::first(&chain)
            .ok_or_else(|| CheckResult::fail(format!("{keys} has no certificate that can be read")))?;
        handshake::with(&chain, &key, trust, host).map_err(|problem| match problem {
            handshake::Problem::Trust => CheckResult::error("`trust` is no certificate of an authority in base64"),
            handshake::Problem::Refused(why) => CheckResult::fail(format!("a client of {host} refuses {keys}: {why}")),
        })?;
        if let Some(cel) = cel {
            let result = cel.result(&[("cert", &cert)]);
            if result.verdict != Verdict::Pass {
                return Err(CheckResult { observed: format!("of {keys}: {}", result.observed), ..result });
            }
        }
        seen = format!(", with the certificate of {keys}");
    }
    Ok(seen)
}

/// What a backend says.
enum Answer {
    Said(Response),
    /// Nobody is there.
    Nobody(String),
    /// Its Service is a name of somebody else.
    Outside(String),
}

/// Asks a Service through the API server, which reaches every one.
fn ask(backend: &Backend, context: &CheckContext<'_>) -> Result<Answer, CheckResult> {
    let Backend { namespace, service, port, path } = backend;
    let path: Vec<String> = path.split('/').map(url::segment).collect();
    let path = path.join("/");
    let kind = Resource::of(Kind::Service).ok_or_else(|| CheckResult::error("the cluster has no Services"))?;
    let Some(found) = objects::object(context, &kind, Some(namespace), service)? else {
        return Ok(Answer::Nobody("there is no such Service".to_owned()));
    };
    if text(&found, "/spec/type") == "ExternalName" {
        return Ok(Answer::Outside(text(&found, "/spec/externalName").to_owned()));
    }
    let asked = url::segment(&format!("{service}:{port}"));
    let path = format!("/api/v1/namespaces/{}/services/{asked}/proxy{path}", url::segment(namespace));
    let response = context.api.request(&Question::get(path))?;
    if matches!(response.status, 400..) && is_of_api_server(&response) {
        return Ok(Answer::Nobody(short(&response.message())));
    }
    Ok(Answer::Said(response))
}

#[cfg(test)]
mod tests;
