//! Wrong answers by Ingresses and `HTTPRoutes`: they publish more than they should, or in plain text.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::json::{items, text, with, with_at, with_member, without_at};
use super::scene::Scene;
use super::wrong::{Edit, Wrong};
use crate::lab::course::CheckKind;
use crate::lab::course::values::Routed;

/// The routes of the solution, each wider than it is.
pub(super) fn wider_route(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    for (_, _, ingress) in scene.changed_of(&["Ingress"]) {
        found.extend(wider_ingress(scene, ingress));
    }
    for (_, _, route) in scene.changed_of(&["HTTPRoute"]) {
        for (at, rule) in items(route, "/spec/rules").iter().enumerate() {
            if items(rule, "/backendRefs").is_empty() {
                continue;
            }
            let root = json!([{"path": {"type": "PathPrefix", "value": "/"}}]);
            let changed = with_at(route, &format!("/spec/rules/{at}/matches"), root);
            found.extend(scene.changes(&format!("rule {} takes every path", at + 1), route, changed));
        }
    }
    found
}

fn wider_ingress(scene: &Scene<'_>, ingress: &Value) -> Vec<Wrong> {
    let mut ways = Vec::new();
    for (at, rule) in items(ingress, "/spec/rules").iter().enumerate() {
        let number = at + 1;
        let rule_at = format!("/spec/rules/{at}");
        ways.push((format!("rule {number} is for every host"), without_at(ingress, &format!("{rule_at}/host"))));
        if let Some((_, domain)) = text(rule, "/host").split_once('.') {
            let host = with_at(ingress, &format!("{rule_at}/host"), json!(format!("*.{domain}")));
            ways.push((format!("rule {number} is for every name of {domain}"), host));
        }
        for (place, path) in items(rule, "/http/paths").iter().enumerate() {
            let wide = with(&with(path, &["path"], json!("/")), &["pathType"], json!("Prefix"));
            let changed = with_at(ingress, &format!("{rule_at}/http/paths/{place}"), wide);
            ways.push((format!("rule {number} takes every path in place of {}", text(path, "/path")), changed));
        }
        if let Some(backend) = rule.pointer("/http/paths/0/backend") {
            let changed = with(ingress, &["spec", "defaultBackend"], backend.clone());
            ways.push(("the backend of its first path is the default".to_owned(), Some(changed)));
        }
    }
    ways.push(("it has no TLS".to_owned(), without_at(ingress, "/spec/tls")));
    ways.into_iter().filter_map(|(what, changed)| scene.changes(&what, ingress, changed)).collect()
}

/// Another route to the Services that the start publishes: by another host, by another path of the same one, by a filter.
pub(super) fn second_route(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    for ingress in scene.before.values().filter(|object| text(object, "/kind") == "Ingress") {
        let (Some(backend), Some(class)) =
            (ingress.pointer("/spec/rules/0/http/paths/0/backend"), ingress.pointer("/spec/ingressClassName"))
        else {
            continue;
        };
        let namespace = text(ingress, "/metadata/namespace");
        for host in hosts(scene) {
            let other = format!("mutant.{host}");
            for (host, path, kind) in
                [(host.as_str(), "/", "Prefix"), (host.as_str(), "/admin", "Prefix"), (&other, "/", "Prefix")]
            {
                let paths = json!([{"path": path, "pathType": kind, "backend": backend}]);
                let object = json!({
                    "apiVersion": "networking.k8s.io/v1",
                    "kind": "Ingress",
                    "metadata": {"name": format!("mutant-{}", scene.names.run), "namespace": namespace, "labels": scene.labels()},
                    "spec": {"ingressClassName": class, "rules": [{"host": host, "http": {"paths": paths}}]},
                });
                found.push(Wrong::new(format!("a second Ingress publishes {path} of {host}"), [Edit::Put(object)]));
            }
        }
    }
    found
}

/// The hosts of the checks whose requests are answered.
fn hosts(scene: &Scene<'_>) -> BTreeSet<String> {
    let served = scene.probes().into_iter().filter_map(|probe| match probe {
        CheckKind::Route(spec) if spec.expect == Routed::Served => Some(spec.host.clone()),
        _ => None,
    });
    served.collect()
}

/// The routes of the solution with a rule that leads elsewhere than its path says.
pub(super) fn rewritten_route(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    for (_, _, route) in scene.changed_of(&["HTTPRoute"]) {
        let rules = items(route, "/spec/rules");
        let Some(backends) = rules.iter().find_map(|rule| rule.get("backendRefs")) else { continue };
        for (kind, value, path) in [
            ("PathPrefix", "/mutant", json!({"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"})),
            ("RegularExpression", "/mutant/[0-9]+", json!({"type": "ReplaceFullPath", "replaceFullPath": "/admin/"})),
        ] {
            let rule = json!({
                "matches": [{"path": {"type": kind, "value": value}}],
                "filters": [{"type": "URLRewrite", "urlRewrite": {"path": path}}],
                "backendRefs": backends,
            });
            let changed = with_member(route, "/spec/rules", rule);
            found.extend(scene.changes(&format!("a rule for {value} rewrites the path"), route, changed));
        }
    }
    found
}

/// Services that are a way in of their own.
pub(super) fn open_service(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    for service in scene.after.values().filter(|object| text(object, "/kind") == "Service") {
        let changed = with(service, &["spec", "type"], json!("NodePort"));
        found.extend(scene.changes("it has a port of every node", service, Some(changed)));
    }
    found
}
