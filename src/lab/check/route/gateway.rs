//! Requests by Gateways and `HTTPRoutes`.

use regex::Regex;
use serde_json::Value;

use super::edge::{Edge, all, classes};
use super::request::{Backend, Goes, Hop, Keys, Labels, Request, best, host_rank, resolved, rest_of};
use crate::lab::check::objects::{items, number, text};
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::Route;
use crate::lab::verdict::CheckResult;

const GROUP: &str = "gateway.networking.k8s.io";

/// How well a match fits: the host, then the exact path, then the longer prefix.
type Rank = (usize, bool, usize);

/// The Gateways of a class, and what is attached to them.
struct Gateways {
    gateways: Vec<Value>,
    routes: Vec<Value>,
    grants: Vec<Value>,
    namespaces: Vec<Value>,
}

/// The edge that the Gateways of a class make; none if there are none.
pub(super) fn edge(spec: &Route, context: &CheckContext<'_>) -> Result<Option<Box<dyn Edge>>, CheckResult> {
    let version = format!("{GROUP}/v1");
    let classes = classes(context, (&version, "GatewayClass"), "/spec/controllerName", &spec.class)?;
    let mut gateways = all(context, &version, "Gateway")?;
    gateways.retain(|gateway| classes.contains(text(gateway, "/spec/gatewayClassName")));
    if gateways.is_empty() {
        return Ok(None);
    }
    let mut grants = all(context, &version, "ReferenceGrant")?;
    grants.extend(all(context, &format!("{GROUP}/v1beta1"), "ReferenceGrant")?);
    let routes = all(context, &version, "HTTPRoute")?;
    let namespaces = all(context, "v1", "Namespace")?;
    Ok(Some(Box::new(Gateways { gateways, routes, grants, namespaces })))
}

impl Edge for Gateways {
    fn hops(&self, request: &Request<'_>) -> Vec<Hop> {
        let (found, _) = self.places(request, Ports::OfUrls);
        found.into_iter().flat_map(best).collect()
    }

    fn hops_of_a_stranger(&self, request: &Request<'_>) -> Vec<Hop> {
        let (found, special) = self.places(request, Ports::All);
        found.into_iter().flat_map(best).chain(special).collect()
    }

    fn keys(&self, host: &str) -> Vec<Keys> {
        let listeners = self.listeners(&Request { is_tls: true, host, path: "/" }, Ports::All);
        listeners.into_iter().flat_map(|(gateway, listener)| self.keys_of(gateway, listener)).collect()
    }

    fn named(&self) -> Vec<(String, String)> {
        let listeners = self.gateways.iter().flat_map(|gateway| items(gateway, "/spec/listeners"));
        let mut hosts: Vec<&str> = listeners.map(|listener| text(listener, "/hostname")).collect();
        let own = self.routes.iter().flat_map(|route| items(route, "/spec/hostnames")).filter_map(Value::as_str);
        hosts.extend(own);
        let rules = self.routes.iter().flat_map(|route| items(route, "/spec/rules"));
        let matches = rules.flat_map(|rule| items(rule, "/matches"));
        let paths: Vec<&str> = matches.map(|one| or(text(one, "/path/value"), "/")).chain(["/"]).collect();
        let all = |host: &&str| paths.iter().map(|path| ((*host).to_owned(), (*path).to_owned())).collect::<Vec<_>>();
        hosts.iter().flat_map(all).collect()
    }
}

/// A match of a route.
struct Match {
    rank: Rank,
    hop: Hop,
    /// Whether it asks for more than host and path.
    is_special: bool,
}

/// Which listeners count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ports {
    /// Those of the port that is meant where a URL names none.
    OfUrls,
    All,
}

impl Gateways {
    /// What fits a request, by listener, and what does where it says more than host and path.
    fn places(&self, request: &Request<'_>, ports: Ports) -> (Vec<Vec<(Rank, Hop)>>, Vec<Hop>) {
        let (mut plain, mut special) = (Vec::new(), Vec::new());
        for (gateway, listener) in self.listeners(request, ports) {
            let attached = self.routes.iter().filter(|route| self.is_attached(route, gateway, listener));
            let found = attached.flat_map(|route| self.matches(route, request));
            let (more, rest): (Vec<Match>, Vec<Match>) = found.partition(|found| found.is_special);
            special.extend(more.into_iter().map(|found| found.hop));
            plain.push(rest.into_iter().map(|found| (found.rank, found.hop)).collect());
        }
        (plain, special)
    }

    /// The listeners that take a request: of those of a port, the one that names the host best.
    fn listeners(&self, request: &Request<'_>, ports: Ports) -> Vec<(&Value, &Value)> {
        let (protocol, usual) = if request.is_tls { ("HTTPS", 443) } else { ("HTTP", 80) };
        let counts = |listener: &&Value| {
            text(listener, "/protocol") == protocol && (ports == Ports::All || number(listener, "/port") == usual)
        };
        let mut found = Vec::new();
        for gateway in &self.gateways {
            let fitting = items(gateway, "/spec/listeners").iter().filter(counts);
            let ranked = fitting.filter_map(|listener| {
                let rank = host_rank(text(listener, "/hostname"), request.host, Labels::Any)?;
                Some((number(listener, "/port"), rank, listener))
            });
            let ranked: Vec<(u64, usize, &Value)> = ranked.collect();
            let is_best = |(port, rank, _): &&(u64, usize, &Value)| {
                !ranked.iter().any(|(other, better, _)| other == port && better > rank)
            };
            found.extend(ranked.iter().filter(is_best).map(|(_, _, listener)| (gateway, *listener)));
        }
        found
    }

    fn is_attached(&self, route: &Value, gateway: &Value, listener: &Value) -> bool {
        let own = text(route, "/metadata/namespace");
        let is_parent = |parent: &Value| {
            let is_gateway =
                matches!(text(parent, "/kind"), "" | "Gateway") && or(text(parent, "/group"), GROUP) == GROUP;
            let section = text(parent, "/sectionName");
            is_gateway
                && text(parent, "/name") == text(gateway, "/metadata/name")
                && or(text(parent, "/namespace"), own) == text(gateway, "/metadata/namespace")
                && (section.is_empty() || section == text(listener, "/name"))
                && (parent.get("port").is_none() || number(parent, "/port") == number(listener, "/port"))
        };
        let kinds = items(listener, "/allowedRoutes/kinds");
        items(route, "/spec/parentRefs").iter().any(is_parent)
            && self.is_allowed(own, gateway, listener)
            && (kinds.is_empty() || kinds.iter().any(|kind| text(kind, "/kind") == "HTTPRoute"))
    }

    /// Whether a listener takes routes of a namespace.
    fn is_allowed(&self, namespace: &str, gateway: &Value, listener: &Value) -> bool {
        match text(listener, "/allowedRoutes/namespaces/from") {
            "All" => true,
            "Selector" => {
                let found = self.namespaces.iter().find(|found| text(found, "/metadata/name") == namespace);
                let selector = listener.pointer("/allowedRoutes/namespaces/selector").unwrap_or(&Value::Null);
                found.is_some_and(|found| selects(selector, found.pointer("/metadata/labels").unwrap_or(&Value::Null)))
            }
            "" | "Same" => namespace == text(gateway, "/metadata/namespace"),
            _ => false,
        }
    }

    fn matches(&self, route: &Value, request: &Request<'_>) -> Vec<Match> {
        let hosts = items(route, "/spec/hostnames");
        let of_host = |pattern: &Value| host_rank(pattern.as_str().unwrap_or_default(), request.host, Labels::Any);
        let host = if hosts.is_empty() { Some(0) } else { hosts.iter().filter_map(of_host).max() };
        let Some(host) = host else { return Vec::new() };
        let mut found = Vec::new();
        for rule in items(route, "/spec/rules") {
            let every = [Value::Null];
            let matches = items(rule, "/matches");
            for one in if matches.is_empty() { every.as_slice() } else { matches } {
                let pattern = or(text(one, "/path/value"), "/");
                let Some((is_exact, rest)) = fits(or(text(one, "/path/type"), "PathPrefix"), pattern, request.path)
                else {
                    continue;
                };
                let is_special = ["/headers", "/queryParams"].iter().any(|key| !items(one, key).is_empty())
                    || !matches!(text(one, "/method"), "" | "GET");
                for goes in self.goes(route, rule, request, rest) {
                    let hop = Hop { by: format!("the HTTPRoute {}", text(route, "/metadata/name")), goes };
                    let rank = (host, is_exact, pattern.trim_end_matches('/').len());
                    found.push(Match { rank, hop, is_special });
                }
            }
        }
        found
    }

    /// Where a rule sends a request; `rest` is what its path has behind the prefix.
    fn goes(&self, route: &Value, rule: &Value, request: &Request<'_>, rest: &str) -> Vec<Goes> {
        let path = match filtered(rule, request.path.to_owned(), rest) {
            Ok(path) => path,
            Err(goes) => return vec![goes],
        };
        let backends =
            items(rule, "/backendRefs").iter().filter(|to| to.get("weight").and_then(Value::as_u64) != Some(0));
        let to = |to: &Value| match filtered(to, path.clone(), rest) {
            Ok(path) => self.backend(route, to, &path),
            Err(goes) => goes,
        };
        let goes: Vec<Goes> = backends.map(to).collect();
        if goes.is_empty() { vec![Goes::Nowhere("the rule has no backend".to_owned())] } else { goes }
    }

    fn backend(&self, route: &Value, to: &Value, path: &str) -> Goes {
        let own = text(route, "/metadata/namespace");
        let namespace = or(text(to, "/namespace"), own);
        let name = text(to, "/name");
        if or(text(to, "/kind"), "Service") != "Service" || !text(to, "/group").is_empty() {
            return Goes::Nowhere("its backend is no Service".to_owned());
        }
        if namespace != own && !self.is_granted(("HTTPRoute", own), ("Service", namespace, name)) {
            return Goes::Nowhere(format!("no ReferenceGrant in {namespace} allows it"));
        }
        let port = number(to, "/port").to_string();
        Goes::To(Backend { namespace: namespace.to_owned(), service: name.to_owned(), port, path: path.to_owned() })
    }

    fn keys_of(&self, gateway: &Value, listener: &Value) -> Vec<Keys> {
        let own = text(gateway, "/metadata/namespace");
        if or(text(listener, "/tls/mode"), "Terminate") != "Terminate" {
            return Vec::new();
        }
        let keys = |reference: &Value| {
            let namespace = or(text(reference, "/namespace"), own);
            let name = text(reference, "/name");
            let is_secret = or(text(reference, "/kind"), "Secret") == "Secret" && text(reference, "/group").is_empty();
            let is_granted = namespace == own || self.is_granted(("Gateway", own), ("Secret", namespace, name));
            let refused = if is_secret {
                (!is_granted).then(|| format!("no ReferenceGrant in {namespace} allows it"))
            } else {
                Some("the listener names another kind".to_owned())
            };
            Keys { namespace: namespace.to_owned(), name: name.to_owned(), refused }
        };
        items(listener, "/tls/certificateRefs").iter().map(keys).collect()
    }

    /// Whether a namespace lets something of another one refer to an object.
    fn is_granted(&self, (kind, from): (&str, &str), (to, namespace, name): (&str, &str, &str)) -> bool {
        self.grants.iter().filter(|grant| text(grant, "/metadata/namespace") == namespace).any(|grant| {
            let is_from = |one: &Value| {
                text(one, "/group") == GROUP && text(one, "/kind") == kind && text(one, "/namespace") == from
            };
            let is_to = |one: &Value| {
                text(one, "/group").is_empty()
                    && text(one, "/kind") == to
                    && matches!(text(one, "/name"), found if found.is_empty() || found == name)
            };
            items(grant, "/spec/from").iter().any(is_from) && items(grant, "/spec/to").iter().any(is_to)
        })
    }
}

/// Whether a path fits, exactly or not, and what it has behind the prefix.
fn fits<'p>(kind: &str, pattern: &str, path: &'p str) -> Option<(bool, &'p str)> {
    match kind {
        "Exact" => (pattern == path).then_some((true, "")),
        "PathPrefix" => rest_of(path, pattern).map(|rest| (false, rest)),
        // who asks for what rules name asks for the pattern itself; what only another edge can read fits everything
        _ => {
            let regex = Regex::new(&format!("^(?:{pattern})$"));
            (pattern == path || regex.map_or(true, |regex| regex.is_match(path))).then_some((false, ""))
        }
    }
}

/// What the filters of a rule or of a backend make of a path, or where they send the request.
fn filtered(of: &Value, mut path: String, rest: &str) -> Result<String, Goes> {
    for filter in items(of, "/filters") {
        match text(filter, "/type") {
            "RequestRedirect" => return Err(Goes::Elsewhere),
            "URLRewrite" => path = rewritten(filter, rest).map_or(path, |path| resolved(&path)),
            "RequestHeaderModifier" | "ResponseHeaderModifier" | "RequestMirror" | "CORS" => {}
            other => return Err(Goes::Nowhere(format!("the edge knows no filter {other}"))),
        }
    }
    Ok(path)
}

/// The path that a filter makes of one.
fn rewritten(filter: &Value, rest: &str) -> Option<String> {
    let path = filter.pointer("/urlRewrite/path")?;
    match text(path, "/type") {
        "ReplaceFullPath" => Some(text(path, "/replaceFullPath").to_owned()),
        "ReplacePrefixMatch" => {
            let path = format!("{}{rest}", text(path, "/replacePrefixMatch").trim_end_matches('/'));
            Some(if path.is_empty() { "/".to_owned() } else { path })
        }
        _ => None,
    }
}

/// Whether a label selector selects something with these labels.
fn selects(selector: &Value, labels: &Value) -> bool {
    let label = |key: &str| labels.get(key).and_then(Value::as_str);
    let wanted = selector.get("matchLabels").and_then(Value::as_object);
    let of_expression = |one: &Value| {
        let own = label(text(one, "/key"));
        let is_among = items(one, "/values").iter().any(|value| value.as_str() == own && own.is_some());
        match text(one, "/operator") {
            "In" => is_among,
            "NotIn" => !is_among,
            "Exists" => own.is_some(),
            "DoesNotExist" => own.is_none(),
            _ => false,
        }
    };
    wanted.into_iter().flatten().all(|(key, value)| label(key) == value.as_str())
        && items(selector, "/matchExpressions").iter().all(of_expression)
}

fn or<'t>(text: &'t str, other: &'t str) -> &'t str {
    if text.is_empty() { other } else { text }
}
