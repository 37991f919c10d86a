#![expect(clippy::needless_pass_by_value, reason = "`json!` makes values")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::lab::check::recorded::{Fixture, Recorded, SHOP};
use crate::lab::verdict::{CheckResult, Verdict};

macro_rules! tls {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/tls/", $name))
    };
}

const INGRESSES: &str = "/apis/networking.k8s.io/v1/ingresses";
const GATEWAY: &str = "/apis/gateway.networking.k8s.io/v1";
/// What stands for a Service that answers nothing.
const DEAD: &str = "dead";

/// A cluster with these Ingresses, Gateways and `HTTPRoutes`, and the Secret `tls`; the Service `page` answers every path, with the
/// path in its text.
struct Cluster {
    ingresses: Vec<Value>,
    gateways: Vec<Value>,
    routes: Vec<Value>,
    grants: Vec<Value>,
    certificate: &'static str,
    key: &'static str,
}

impl Cluster {
    fn new() -> Self {
        let (certificate, key) = (tls!("good.crt"), tls!("leaf.key"));
        Self { ingresses: vec![], gateways: vec![], routes: vec![], grants: vec![], certificate, key }
    }

    fn ingress(mut self, spec: Value) -> Self {
        let mut ingress = json!({"metadata": {"name": "page", "namespace": SHOP}, "spec": spec});
        if ingress.pointer("/spec/ingressClassName").is_none() {
            ingress["spec"]["ingressClassName"] = json!("edge");
        }
        self.ingresses.push(ingress);
        self
    }

    fn gateway(mut self, namespace: &str, listeners: Value) -> Self {
        let spec = json!({"gatewayClassName": "edge", "listeners": listeners});
        self.gateways.push(json!({"metadata": {"name": "gw", "namespace": namespace}, "spec": spec}));
        self
    }

    fn route(mut self, spec: Value) -> Self {
        self.routes.push(json!({"metadata": {"name": "way", "namespace": SHOP}, "spec": spec}));
        self
    }

    fn shows(mut self, certificate: &'static str, key: &'static str) -> Self {
        (self.certificate, self.key) = (certificate, key);
        self
    }

    fn api(&self) -> Recorded {
        let data = json!({"tls.crt": STANDARD.encode(self.certificate), "tls.key": STANDARD.encode(self.key)});
        let kind = |kind: &str, name: &str| json!({"kind": kind, "name": name, "namespaced": true});
        let class_kind = json!({"kind": "GatewayClass", "name": "gatewayclasses", "namespaced": false});
        let kinds = [kind("Gateway", "gateways"), kind("HTTPRoute", "httproutes"), class_kind];
        // the controller of `edge` has another class
        let class = |name: &str, controller: &str| json!({"metadata": {"name": name}, "spec": {"controller": controller, "controllerName": controller}});
        let classes =
            [class("edge", "a.example/edge"), class("twin", "a.example/edge"), class("nginx", "a.example/nginx")];
        let space = |name: &str| json!({"metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}}});
        let services = format!("/api/v1/namespaces/{SHOP}/services");
        let api = Recorded::new()
            .list(INGRESSES, &self.ingresses)
            .list("/apis/networking.k8s.io/v1/ingressclasses", &classes)
            .list(&format!("{GATEWAY}/gatewayclasses"), &classes)
            .get(&format!("/api/v1/namespaces/{SHOP}/secrets/tls"), json!({"data": data}))
            .absent(&format!("/api/v1/namespaces/{SHOP}/secrets/none"))
            .get(GATEWAY, json!({"resources": kinds}))
            .get(
                "/apis/gateway.networking.k8s.io/v1beta1",
                json!({"resources": [kind("ReferenceGrant", "referencegrants")]}),
            )
            .list(&format!("{GATEWAY}/gateways"), &self.gateways)
            .list(&format!("{GATEWAY}/httproutes"), &self.routes)
            .list("/apis/gateway.networking.k8s.io/v1beta1/referencegrants", &self.grants)
            .list("/api/v1/namespaces", &[space(SHOP), space("infra")])
            .get(&format!("{services}/page"), json!({"spec": {}}))
            .get(&format!("{services}/{DEAD}"), json!({"spec": {}}))
            .get(&format!("{services}/out"), json!({"spec": {"type": "ExternalName", "externalName": "page.example"}}))
            .absent(&format!("{services}/nobody"));
        api.when(move |request| {
            let rest = request.path.strip_prefix(&format!("{services}/"))?;
            let (service, path) = rest.split_once("/proxy")?;
            let (status, body) = if path.starts_with("/error") {
                (404, "there is no /error, but /admin".to_owned())
            } else if service.starts_with(DEAD) {
                (503, json!({"kind": "Status", "apiVersion": "v1", "message": "no endpoints available"}).to_string())
            } else if path == "/folder" {
                (302, String::new())
            } else if path.starts_with("/none") {
                (404, "no such page".to_owned())
            } else {
                (200, format!("{service} says {path}"))
            };
            Some(crate::client::Response { status, body, warnings: Vec::new() })
        })
    }

    fn evaluate(&self, check: &str) -> CheckResult {
        Fixture::new().evaluate(&self.api(), check)
    }

    #[track_caller]
    fn assert_served(&self, path: &str, body: &str) {
        let found = self.evaluate(&served(path, body));
        assert_eq!(found.verdict, Verdict::Pass, "{}", found.observed);
    }

    #[track_caller]
    fn assert_fails(&self, check: &str, observed: &str) {
        let found = self.evaluate(check);
        assert_eq!((found.verdict, found.observed.as_str()), (Verdict::Fail, observed));
    }

    #[track_caller]
    fn assert_closed(&self, host: &str, path: &str) {
        let found = self.evaluate(&closed(host, path));
        assert_eq!(found, CheckResult::pass(format!("nobody answers https://{host}{path}")));
    }
}

fn served(path: &str, body: &str) -> String {
    let trust = STANDARD.encode(tls!("ca.crt"));
    format!(
        "route: {{class: edge, host: shop.example, paths: ['{path}'], expect: served, body: '{body}', trust: {trust}}}"
    )
}

/// Nobody answers a path, and none that the rules name has `/admin` in its answer.
fn named(path: &str) -> String {
    format!("route: {{class: edge, host: shop.example, paths: ['{path}'], expect: closed, named: true, body: /admin}}")
}

fn closed(host: &str, path: &str) -> String {
    format!("route: {{class: edge, host: {host}, paths: ['{path}'], expect: closed}}")
}

/// A path of an Ingress.
fn path(path: &str, kind: &str, service: &str) -> Value {
    json!({"path": path, "pathType": kind, "backend": {"service": {"name": service, "port": {"number": 80}}}})
}

/// An Ingress of the host with TLS and these paths.
fn of_shop(paths: &[Value]) -> Value {
    json!({
        "tls": [{"hosts": ["shop.example"], "secretName": "tls"}],
        "rules": [{"host": "shop.example", "http": {"paths": paths}}],
    })
}

fn https(more: Value) -> Value {
    let mut listener = json!({
        "name": "https", "hostname": "shop.example", "port": 443, "protocol": "HTTPS", "tls": {"certificateRefs": [{"name": "tls"}]},
    });
    for (key, value) in more.as_object().expect("an object") {
        listener[key] = value.clone();
    }
    listener
}

fn to_page(kind: &str, value: &str) -> Value {
    let matches = json!([{"path": {"type": kind, "value": value}}]);
    json!({"parentRefs": [{"name": "gw"}], "rules": [{"matches": matches, "backendRefs": [{"name": "page", "port": 80}]}]})
}

#[test]
fn the_longer_path_of_an_ingress_decides_then_the_exact_one() {
    let paths = [path("/", "Prefix", "page"), path("/admin", "Prefix", "nobody"), path("/admin", "Exact", "page")];
    let cluster = Cluster::new().ingress(of_shop(&paths));
    cluster.assert_served("/a/b", "^page:80 says /a/b$");
    cluster.assert_served("/admin", "says /admin$");
    cluster.assert_closed("shop.example", "/admin/");
    cluster.assert_closed("shop.example", "/admin/x");
    // a prefix ends where a part of the path ends
    cluster.assert_served("/administer", "says");
    let observed = "https://shop.example/admin/ gets to the Service nobody:80 by the Ingress page, which does not answer: there is no \
                    such Service";
    cluster.assert_fails(&served("/admin/", "x"), observed);
    let observed = "https://shop.example/a gets to the Service page:80 by the Ingress page, which answers with status 200: `page:80 \
                    says /a`";
    cluster.assert_fails(&closed("shop.example", "/a"), observed);
    cluster.assert_fails(&served("/a", "hello"), observed);
}

#[test]
fn a_host_a_wildcard_and_a_rule_for_all_take_names() {
    let rule = |host: &str| json!({"rules": [{"host": host, "http": {"paths": [path("/", "Prefix", "page")]}}]});
    let wildcard = Cluster::new().ingress(rule("*.example"));
    assert_eq!(wildcard.evaluate(&closed("any.example", "/")).verdict, Verdict::Fail);
    wildcard.assert_closed("a.any.example", "/");
    wildcard.assert_closed("example", "/");
    let every = Cluster::new().ingress(json!({"rules": [{"http": {"paths": [path("/", "Prefix", "page")]}}]}));
    let default =
        Cluster::new().ingress(json!({"defaultBackend": {"service": {"name": "page", "port": {"name": "http"}}}}));
    for cluster in [every, default] {
        assert_eq!(cluster.evaluate(&closed("any.other", "/x")).verdict, Verdict::Fail);
    }
    let old = json!({"name": "page", "namespace": SHOP, "annotations": {"kubernetes.io/ingress.class": "edge"}});
    let mut annotated = Cluster::new();
    annotated
        .ingresses
        .push(json!({"metadata": old, "spec": {"rules": [{"http": {"paths": [path("/", "Prefix", "page")]}}]}}));
    assert_eq!(annotated.evaluate(&closed("any.other", "/x")).verdict, Verdict::Fail);
}

#[test]
fn without_tls_an_edge_answers_or_sends_elsewhere() {
    let plain = "route: {class: edge, host: shop.example, paths: [/], scheme: http, expect: closed}";
    let with = Cluster::new().ingress(of_shop(&[path("/", "Prefix", "page")]));
    assert_eq!(with.evaluate(plain), CheckResult::pass("nobody answers http://shop.example/"));
    let mut spec = of_shop(&[path("/", "Prefix", "page")]);
    spec["tls"][0]["hosts"] = json!(["www.example"]);
    let other = Cluster::new().ingress(spec);
    assert_eq!(other.evaluate(plain).verdict, Verdict::Fail);
    other.assert_fails(
        &served("/", "says"),
        "no certificate is named for shop.example: clients get one that the edge has made itself",
    );
}

#[test]
fn a_client_speaks_tls_with_what_is_in_the_secret() {
    let cluster =
        |certificate, key| Cluster::new().ingress(of_shop(&[path("/", "Prefix", "page")])).shows(certificate, key);
    let right = cluster(tls!("good.crt"), tls!("leaf.key")).evaluate(&served("/", "says"));
    assert_eq!(right, CheckResult::pass("https://shop.example/ answers, with the certificate of the Secret tls"));
    for (certificate, key, reason) in [
        (tls!("cn.crt"), tls!("leaf.key"), "the name is not among those of its subjectAltName"),
        (tls!("self.crt"), tls!("leaf.key"), "no authority that it trusts has signed it"),
        (tls!("expired.crt"), tls!("leaf.key"), "it has expired"),
        (tls!("client.crt"), tls!("leaf.key"), "it is not for servers"),
        (tls!("good.crt"), tls!("other.key"), "its key is not that of its certificate"),
        (tls!("good.crt"), "no key", "its key cannot be read"),
    ] {
        let observed = format!("a client of shop.example refuses the Secret tls: {reason}");
        cluster(certificate, key).assert_fails(&served("/", "says"), &observed);
    }
    let authority = cluster(tls!("site-ca.crt"), tls!("leaf.key"));
    let trusted = served("/", "says").replace(&STANDARD.encode(tls!("ca.crt")), &STANDARD.encode(tls!("site-ca.crt")));
    let reason = "it is one of an authority (CA:TRUE): who has its key can sign for every name";
    authority.assert_fails(&trusted, &format!("a client of shop.example refuses the Secret tls: {reason}"));
    cluster("no certificate", tls!("leaf.key"))
        .assert_fails(&served("/", "says"), "the Secret tls has no certificate that can be read");
    cluster("", tls!("leaf.key")).assert_fails(&served("/", "says"), "the Secret tls has no tls.crt");
    let mut spec = of_shop(&[path("/", "Prefix", "page")]);
    spec["tls"][0]["secretName"] = json!("none");
    let missing = Cluster::new().ingress(spec);
    missing.assert_fails(&served("/", "says"), &format!("there is no Secret none in {SHOP}"));
}

#[test]
fn expressions_see_the_certificate_that_is_shown() {
    let cluster = Cluster::new().ingress(of_shop(&[path("/", "Prefix", "page")]));
    let with = |cel: &str| served("/", "says").replace("trust:", &format!("cel: \"{cel}\", trust:"));
    let id = "3087a894ecbccca35cd4270c53251251b8007ee0f3360e7f6c2ff304aa8a5da2";
    let right =
        format!("cert.names[0] == 'shop.example' && size(cert.names) == 2 && cert.server_auth && cert.key == '{id}'");
    let found = cluster.evaluate(&with(&right));
    assert_eq!(found.verdict, Verdict::Pass, "{}", found.observed);
    let found = cluster.evaluate(&with("cert.seconds <= 60"));
    assert_eq!(found.verdict, Verdict::Fail);
    assert!(found.observed.starts_with("of the Secret tls: "), "{}", found.observed);
}

#[test]
fn a_gateway_takes_what_is_attached_to_a_listener() {
    let gateway = |namespace: &str, more: Value| Cluster::new().gateway(namespace, json!([https(more)]));
    gateway(SHOP, json!({})).route(to_page("PathPrefix", "/")).assert_served("/x", "page:80 says /x");
    gateway(SHOP, json!({})).route(to_page("Exact", "/")).assert_closed("shop.example", "/x");
    // the listener names the host, and the route may name fewer
    gateway(SHOP, json!({})).route(to_page("PathPrefix", "/")).assert_closed("any.example", "/");
    let mut other = to_page("PathPrefix", "/");
    other["hostnames"] = json!(["www.example"]);
    gateway(SHOP, json!({})).route(other).assert_closed("shop.example", "/");
    let mut section = to_page("PathPrefix", "/");
    section["parentRefs"][0]["sectionName"] = json!("http");
    gateway(SHOP, json!({})).route(section).assert_closed("shop.example", "/");
    let open = https(json!({"hostname": "*.example"}));
    let open = Cluster::new().gateway(SHOP, json!([open])).route(to_page("PathPrefix", "/"));
    assert_eq!(open.evaluate(&closed("a.b.example", "/")).verdict, Verdict::Fail);
    // a listener that names the host better takes it alone
    let two = json!([https(json!({})), https(json!({"name": "all", "hostname": "*.example"}))]);
    let mut to_all = to_page("PathPrefix", "/");
    to_all["parentRefs"][0]["sectionName"] = json!("all");
    Cluster::new().gateway(SHOP, two).route(to_all).assert_closed("shop.example", "/");
}

#[test]
fn routes_of_other_namespaces_and_their_references_need_leave() {
    let mut route = to_page("PathPrefix", "/");
    route["parentRefs"][0]["namespace"] = json!("infra");
    let elsewhere = |more: Value| Cluster::new().gateway("infra", json!([https(more)])).route(route.clone());
    elsewhere(json!({})).assert_closed("shop.example", "/");
    let selector =
        |name: &str| json!({"from": "Selector", "selector": {"matchLabels": {"kubernetes.io/metadata.name": name}}});
    let of_shop = json!({"name": "tls", "namespace": SHOP});
    let more =
        |name: &str| json!({"allowedRoutes": {"namespaces": selector(name)}, "tls": {"certificateRefs": [of_shop]}});
    elsewhere(more("infra")).assert_closed("shop.example", "/");
    let mut granted = elsewhere(more(SHOP));
    let observed = format!("the edge may not use the Secret tls: no ReferenceGrant in {SHOP} allows it");
    granted.assert_fails(&served("/", "says"), &observed);
    let grant = |kind: &str, name: &str| {
        let from = json!([{"group": "gateway.networking.k8s.io", "kind": kind, "namespace": "infra"}]);
        json!({"metadata": {"name": "g", "namespace": SHOP}, "spec": {"from": from, "to": [{"group": "", "kind": "Secret", "name": name}]}})
    };
    granted.grants = vec![grant("HTTPRoute", "tls"), grant("Gateway", "other")];
    granted.assert_fails(&served("/", "says"), &observed);
    granted.grants.push(grant("Gateway", "tls"));
    granted.assert_served("/", "says");
}

#[test]
fn filters_rewrite_redirect_and_stop_requests() {
    let with = |filter: Value| {
        let mut route = to_page("PathPrefix", "/shop");
        route["rules"][0]["filters"] = json!([filter]);
        Cluster::new().gateway(SHOP, json!([https(json!({}))])).route(route)
    };
    let rewrite = |path: Value| with(json!({"type": "URLRewrite", "urlRewrite": {"path": path}}));
    rewrite(json!({"type": "ReplacePrefixMatch", "replacePrefixMatch": "/admin"}))
        .assert_served("/shop/a", "says /admin/a$");
    rewrite(json!({"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"})).assert_served("/shop", "says /$");
    rewrite(json!({"type": "ReplaceFullPath", "replaceFullPath": "/admin"})).assert_served("/shop/a", "says /admin$");
    with(json!({"type": "RequestRedirect"})).assert_closed("shop.example", "/shop");
    with(json!({"type": "ExtensionRef"})).assert_closed("shop.example", "/shop");
}

#[test]
fn paths_are_rewritten_for_a_backend_too_and_as_servers_take_them() {
    let with = |filter: Value| {
        let mut route = to_page("PathPrefix", "/shop");
        route["rules"][0]["filters"] = json!([filter]);
        Cluster::new().gateway(SHOP, json!([https(json!({}))])).route(route)
    };
    let full = |path: &str| json!({"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplaceFullPath", "replaceFullPath": path}}});
    for path in ["/shop/../admin", "admin", "/%61dmin", "//admin?x"] {
        with(full(path)).assert_served("/shop/a", "says /admin$");
    }
    let mut route = to_page("PathPrefix", "/shop");
    route["rules"][0]["backendRefs"][0]["filters"] = json!([full("/admin")]);
    let cluster = Cluster::new().gateway(SHOP, json!([https(json!({}))])).route(route);
    cluster.assert_served("/shop/a", "says /admin$");
    assert_eq!(cluster.evaluate(&named("/none")).verdict, Verdict::Fail);
}

#[test]
fn a_pattern_is_asked_for_as_it_is_written() {
    let with = |pattern: &str, more: Value| {
        let mut route = to_page("RegularExpression", pattern);
        route["rules"][0]["filters"] = more;
        Cluster::new().gateway(SHOP, json!([https(json!({}))])).route(route)
    };
    let path = json!({"type": "ReplaceFullPath", "replaceFullPath": "/admin"});
    let rewrite = json!([{"type": "URLRewrite", "urlRewrite": {"path": path}}]);
    assert_eq!(with("/t/[0-9]+", rewrite).evaluate(&named("/none")).verdict, Verdict::Fail);
    let right = with("/(tickets(/.*)?)?", json!([]));
    right.assert_served("/tickets/a", "says /tickets/a$");
    let found = right.evaluate(&named("/none"));
    assert_eq!(found, CheckResult::pass("nobody answers https://shop.example/none"));
    // what only another edge can read may fit
    assert_eq!(with("/(?!shop).*", json!([])).evaluate(&closed("shop.example", "/x")).verdict, Verdict::Fail);
}

#[test]
fn a_list_of_what_is_forbidden_lets_the_next_page_out() {
    let open = [path("/", "Prefix", "page"), path("/admin", "Prefix", "nobody"), path("/error", "Prefix", "nobody")];
    let check = "route: {class: edge, host: shop.example, paths: [/admin], expect: closed, named: true, body: /admin}";
    let observed = "https://shop.example/stranger, as every path that is not forbidden, gets to the Service page:80 by the Ingress \
                    page, which has /admin";
    Cluster::new().ingress(of_shop(&open)).assert_fails(check, observed);
    // neither a program without such pages, nor one page for all that is unknown
    let found = Cluster::new().ingress(of_shop(&[path("/", "Prefix", DEAD)])).evaluate(check);
    assert_eq!(found, CheckResult::pass("nobody answers https://shop.example/admin"));
    let mut one = to_page("PathPrefix", "/");
    let to_first = json!({"type": "ReplaceFullPath", "replaceFullPath": "/"});
    one["rules"][0]["filters"] = json!([{"type": "URLRewrite", "urlRewrite": {"path": to_first}}]);
    let found = Cluster::new().gateway(SHOP, json!([https(json!({}))])).route(one).evaluate(&named("/error"));
    assert_eq!(found.verdict, Verdict::Fail, "the first page answers: {}", found.observed);
    // an error page may hold it
    Cluster::new()
        .ingress(of_shop(&[path("/error", "Prefix", "page")]))
        .evaluate(&named("/none"))
        .observed
        .find("which answers with status 404: `there is no /error, but /admin`")
        .expect("the page of the error");
}

#[test]
fn classes_of_one_controller_are_one_edge() {
    let mut office = of_shop(&[path("/x", "Exact", "page")]);
    office["ingressClassName"] = json!("twin");
    let cluster = Cluster::new().ingress(office);
    assert_eq!(cluster.evaluate(&closed("shop.example", "/x")).verdict, Verdict::Fail);
    let mut gateways = Cluster::new().gateway(SHOP, json!([https(json!({}))])).route(to_page("PathPrefix", "/"));
    gateways.gateways[0]["spec"]["gatewayClassName"] = json!("twin");
    gateways.assert_served("/x", "says /x");
    gateways.gateways[0]["spec"]["gatewayClassName"] = json!("nginx");
    assert_eq!(
        gateways.evaluate(&closed("shop.example", "/x")),
        CheckResult::nothing("nothing routes by the class edge")
    );
    // what is being deleted is still in force
    gateways.gateways[0]["spec"]["gatewayClassName"] = json!("edge");
    gateways.gateways[0]["metadata"]["deletionTimestamp"] = json!("2020-01-01T00:00:00Z");
    gateways.gateways[0]["metadata"]["finalizers"] = json!(["a.example/x"]);
    assert_eq!(gateways.evaluate(&closed("shop.example", "/x")).verdict, Verdict::Fail);
}

#[test]
fn a_listener_serves_at_the_port_of_urls_with_a_secret_for_the_kinds_it_takes() {
    let with = |more: Value| Cluster::new().gateway(SHOP, json!([https(more)])).route(to_page("PathPrefix", "/"));
    let elsewhere = with(json!({"port": 8443}));
    elsewhere.assert_fails(&served("/", "says"), "no rule of the class edge takes https://shop.example/");
    // and lets others in at any
    assert_eq!(elsewhere.evaluate(&closed("shop.example", "/")).verdict, Verdict::Fail);
    with(json!({"allowedRoutes": {"kinds": [{"kind": "GRPCRoute"}]}})).assert_closed("shop.example", "/");
    with(json!({"allowedRoutes": {"kinds": [{"kind": "HTTPRoute"}]}})).assert_served("/", "says");
    let observed = "the edge may not use the Secret tls: the listener names another kind";
    with(json!({"tls": {"certificateRefs": [{"kind": "ConfigMap", "name": "tls"}]}}))
        .assert_fails(&served("/", "says"), observed);
}

#[test]
fn what_rules_name_is_asked_for_without_tls() {
    let plain = |name: &str, port: u32, hostname: &str| json!({"name": name, "port": port, "protocol": "HTTP", "hostname": hostname});
    let check = "route: {class: edge, host: shop.example, paths: [/], scheme: http, expect: closed, named: true}";
    let mut way = to_page("Exact", "/tickets/index.html");
    way["parentRefs"][0]["sectionName"] = json!("plain");
    let with = |listener: Value, way: &Value| {
        Cluster::new().gateway(SHOP, json!([https(json!({})), listener])).route(way.clone())
    };
    for listener in [plain("plain", 80, "shop.example"), plain("plain", 8080, "www.example")] {
        assert_eq!(with(listener, &way).evaluate(check).verdict, Verdict::Fail);
    }
    let mut right = to_page("PathPrefix", "/");
    right["parentRefs"][0]["sectionName"] = json!("https");
    let found = with(plain("plain", 80, "shop.example"), &right).evaluate(check);
    assert_eq!(found, CheckResult::pass("nobody answers http://shop.example/"));
}

#[test]
fn a_stranger_sends_what_a_rule_asks_for() {
    let mut route = to_page("PathPrefix", "/admin");
    route["rules"][0]["matches"][0]["headers"] = json!([{"name": "x-house", "value": "yes"}]);
    let cluster = Cluster::new().gateway(SHOP, json!([https(json!({}))])).route(route);
    assert_eq!(cluster.evaluate(&closed("shop.example", "/admin")).verdict, Verdict::Fail);
    cluster.assert_fails(&served("/admin", "says"), "no rule of the class edge takes https://shop.example/admin");
}

#[test]
fn what_the_rules_name_is_asked_for_as_well() {
    let check = "route: {class: edge, host: shop.example, paths: [/none], expect: closed, named: true, body: /admin}";
    let right = of_shop(&[path("/", "Exact", "page"), path("/tickets", "Prefix", "page")]);
    let found = Cluster::new().ingress(right.clone()).evaluate(check);
    assert_eq!(found, CheckResult::pass("nobody answers https://shop.example/none"));
    let door = json!({"rules": [{"host": "office.example", "http": {"paths": [path("/x", "Exact", "page")]}}]});
    let observed = "https://office.example/x gets to the Service page:80 by the Ingress page, which answers with status 200: `page:80 \
                    says /x`";
    Cluster::new().ingress(right.clone()).ingress(door).assert_fails(check, observed);
    Cluster::new()
        .ingress(of_shop(&[path("/my/admin", "Exact", "page")]))
        .assert_fails(check, &observed.replace("office", "shop").replace("/x", "/my/admin"));
    let mut rewritten = to_page("PathPrefix", "/tickets/house");
    let filter =
        json!({"urlRewrite": {"path": {"type": "ReplaceFullPath", "replaceFullPath": "/admin"}}, "type": "URLRewrite"});
    rewritten["rules"][0]["filters"] = json!([filter]);
    let found = Cluster::new().gateway(SHOP, json!([https(json!({}))])).route(rewritten).evaluate(check);
    assert_eq!(found.verdict, Verdict::Fail, "{}", found.observed);
    // a folder answers behind `/` only
    let mut folder = to_page("PathPrefix", "/stage");
    let path = json!({"type": "ReplacePrefixMatch", "replacePrefixMatch": "/folder"});
    folder["rules"][0]["filters"] = json!([{"urlRewrite": {"path": path}, "type": "URLRewrite"}]);
    let found = Cluster::new()
        .gateway(SHOP, json!([https(json!({}))]))
        .route(folder)
        .evaluate(&check.replace("/admin", "says /folder/$"));
    assert_eq!(found.verdict, Verdict::Fail, "{}", found.observed);
}

#[test]
fn two_edges_are_both_in_force() {
    let old = json!({"rules": [{"http": {"paths": [path("/", "Prefix", "page")]}}]});
    let cluster =
        Cluster::new().ingress(old).gateway(SHOP, json!([https(json!({}))])).route(to_page("PathPrefix", "/"));
    assert_eq!(cluster.evaluate(&closed("any.other", "/")).verdict, Verdict::Fail);
    assert_eq!(cluster.evaluate(&served("/", "says")).verdict, Verdict::Fail);
}

#[test]
fn what_refuses_is_closed_and_what_leads_out_is_not() {
    let to = |service: &str| Cluster::new().ingress(of_shop(&[path("/", "Prefix", service)]));
    to("page").assert_closed("shop.example", "/none");
    to(DEAD).assert_closed("shop.example", "/");
    let observed = "https://shop.example/ gets to the Service out:80 by the Ingress page, which leads out of the cluster, to page.example";
    to("out").assert_fails(&closed("shop.example", "/"), observed);
    to("out").assert_fails(&served("/", "says"), observed);
    let observed = "https://shop.example/ gets to the Service dead:80 by the Ingress page, which does not answer: no endpoints available";
    to(DEAD).assert_fails(&served("/", "says"), observed);
}

#[test]
fn without_a_route_nothing_is_shown_and_a_lost_cluster_is_an_error() {
    let other = of_shop(&[path("/", "Prefix", "page")]);
    let other = json!({"ingressClassName": "nginx", "rules": other["rules"]});
    for cluster in [Cluster::new(), Cluster::new().ingress(other)] {
        let observed = CheckResult::nothing("nothing routes by the class edge");
        assert_eq!(cluster.evaluate(&closed("shop.example", "/")), observed);
    }
    let down = Fixture::new().evaluate(&Recorded::down(), &closed("shop.example", "/"));
    assert_eq!(down.verdict, Verdict::Error);
    let cluster = Cluster::new().ingress(of_shop(&[path("/", "Prefix", "page")]));
    let check = served("/", "says").replace(&STANDARD.encode(tls!("ca.crt")), "bm9uZQ==");
    assert_eq!(cluster.evaluate(&check), CheckResult::error("`trust` is no certificate of an authority in base64"));
}
