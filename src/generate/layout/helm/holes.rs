//! The holes of a chart: the few places of a manifest that a value fills, and what the spec puts there.

use std::ops::Range;

use serde_json::{Value as Json, json};

use crate::k8s::object::Object;
use crate::spec::validate::MAIN;
use crate::yaml::{Node, Span};

/// A place of a text that a value fills.
#[derive(Debug)]
pub struct Hole {
    /// Where in the text.
    pub range: Range<usize>,
    /// The action that stands there instead.
    pub action: String,
    /// The values behind it, each by its path.
    pub values: Vec<(Vec<String>, Json)>,
}

/// The holes of an object. `names` are all variables that any environment sets.
pub fn of(object: &Object<'_, '_>, text: &str, names: &[String]) -> Vec<Hole> {
    let root = object.root;
    let mut holes = Vec::new();
    match object.kind_name {
        "HorizontalPodAutoscaler" => {
            holes.extend(number(root.path(&["spec", "minReplicas"]), &["autoscaling", "min"]));
            holes.extend(number(root.path(&["spec", "maxReplicas"]), &["autoscaling", "max"]));
            for metric in root.path(&["spec", "metrics"]).into_iter().flat_map(Node::items) {
                let target = metric.path(&["resource", "target", "averageUtilization"]);
                holes.extend(number(target, &["autoscaling", "cpu"]));
            }
        }
        "PersistentVolumeClaim" => holes.extend(claim(root)),
        "HTTPRoute" => {
            let host = root.path(&["spec", "hostnames"]).and_then(|hosts| hosts.item(0));
            holes.extend(host.and_then(|host| word(host, &["route", "host"])));
        }
        "Ingress" => holes.extend(ingress(root)),
        _ => {}
    }
    if let Some(path) = object.kind.pod_path() {
        holes.extend(number(root.path(&["spec", "replicas"]), &["replicas"]));
        let claims = root.path(&["spec", "volumeClaimTemplates"]);
        holes.extend(claims.into_iter().flat_map(Node::items).filter_map(claim));
        let containers = root.path(&[path.spec, &["containers"][..]].concat());
        let is_main = |container: &Node<'_, '_>| container.get("name").and_then(Node::text) == Some(MAIN);
        if let Some(container) = containers.into_iter().flat_map(Node::items).find(is_main) {
            holes.extend(container_holes(container, text, names));
        }
    }
    holes.sort_by_key(|hole| hole.range.start);
    holes
}

fn path_of(path: &[&str]) -> Vec<String> {
    path.iter().map(|&key| key.to_owned()).collect()
}

/// The expression that finds a value, whatever its keys are called.
fn expression(path: &[String]) -> String {
    let is_plain = |key: &String| key.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !key.is_empty();
    let (plain, rest) = path.split_at(path.iter().position(|key| !is_plain(key)).unwrap_or(path.len()));
    let found: String = plain.iter().flat_map(|key| [".", key]).collect();
    if rest.is_empty() {
        return format!(".Values{found}");
    }
    let keys: Vec<String> = rest.iter().map(|key| format!(" \"{key}\"")).collect();
    format!("(index .Values{found}{})", keys.concat())
}

fn number(node: Option<Node<'_, '_>>, path: &[&str]) -> Option<Hole> {
    let node = node?;
    let value: i64 = node.text()?.parse().ok()?;
    let path = path_of(path);
    let action = format!("{{{{ int {} }}}}", expression(&path));
    Some(Hole { range: node.span().range(), action, values: vec![(path, json!(value))] })
}

fn word(node: Node<'_, '_>, path: &[&str]) -> Option<Hole> {
    let value = node.text()?.to_owned();
    let path = path_of(path);
    let action = format!("{{{{ {} | quote }}}}", expression(&path));
    Some(Hole { range: node.span().range(), action, values: vec![(path, json!(value))] })
}

/// The size of a claim, by its name without that of the app.
fn claim(node: Node<'_, '_>) -> Option<Hole> {
    let name = node.path(&["metadata", "name"])?.text()?;
    let app = node.path(&["metadata", "labels", "app.kubernetes.io/name"])?.text()?;
    let short = name.strip_prefix(app).and_then(|rest| rest.strip_prefix('-')).unwrap_or(name);
    word(node.path(&["spec", "resources", "requests", "storage"])?, &["storage", short, "size"])
}

fn ingress(root: Node<'_, '_>) -> Vec<Hole> {
    let rules = root.path(&["spec", "rules"]).into_iter().flat_map(Node::items);
    let tls = root.path(&["spec", "tls"]).into_iter().flat_map(Node::items);
    let hosts = tls.filter_map(|entry| entry.get("hosts")).flat_map(Node::items);
    let hosts = rules.filter_map(|rule| rule.get("host")).chain(hosts);
    hosts.filter_map(|host| word(host, &["route", "host"])).collect()
}

fn container_holes(container: Node<'_, '_>, text: &str, names: &[String]) -> Vec<Hole> {
    let mut holes: Vec<Hole> = container.get("image").and_then(image).into_iter().collect();
    for part in ["requests", "limits"] {
        for (key, value) in container.path(&["resources", part]).into_iter().flat_map(Node::entries) {
            let key = key.text().unwrap_or_default();
            holes.extend(word(value, &["resources", part, key]));
        }
    }
    holes.extend(variables(container, text, names));
    holes
}

/// An image, in the three parts that tools change.
fn image(node: Node<'_, '_>) -> Option<Hole> {
    let text = node.text()?;
    let (rest, digest) = text.split_once('@').unwrap_or((text, ""));
    let (repository, tag) = match rest.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, tag),
        _ => (rest, ""),
    };
    let part = |key: &str, mark: &str| {
        format!("(empty .Values.image.{key} | ternary \"\" (print \"{mark}\" .Values.image.{key}))")
    };
    let (tagged, pinned) = (part("tag", ":"), part("digest", "@"));
    let action = format!("{{{{ print .Values.image.repository {tagged} {pinned} | quote }}}}");
    let values = [("repository", repository), ("tag", tag), ("digest", digest)];
    let values = values.map(|(key, value)| (path_of(&["image", key]), json!(value))).to_vec();
    Some(Hole { range: node.span().range(), action, values })
}

/// The variables that have a value. Their order stays, as `$(NAME)` means one that came before; others come last.
fn variables(container: Node<'_, '_>, text: &str, names: &[String]) -> Option<Hole> {
    let list = container.get("env");
    let items: Vec<Node<'_, '_>> = list.into_iter().flat_map(Node::items).collect();
    let plain: Vec<(&str, Node<'_, '_>)> =
        items.iter().filter_map(|item| Some((item.get("name")?.text()?, item.get("value")?))).collect();
    let has_others = plain.len() < items.len();
    let line_start = |at: usize| text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let line_end = |at: usize| text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| at + end + 1);
    let next = container.entries().find(|(key, _)| key.text() == Some("securityContext"));
    let anchor = line_start(next?.0.span().range().start);
    let key = container.entries().find(|(key, _)| key.text() == Some("env")).map(|(key, _)| key.span());
    let key_line = key.map(|span: Span| line_start(span.range().start));
    let (first, end) = (plain.first().map(|(_, value)| value), plain.last().map(|(_, value)| value));
    let first = first.and_then(|_| items.first()).map(|item| line_start(item.span().range().start));
    let end = end.map(|value| line_end(value.span().range().end));
    let range = match (has_others, key_line, first, end) {
        // the key stays, for those from Secrets
        (true, Some(key), first, end) => first.unwrap_or(line_end(key))..end.unwrap_or(line_end(key)),
        (false, Some(key), _, Some(end)) => key..end,
        _ => anchor..anchor,
    };
    let indent = " ".repeat(text.get(anchor..)?.len() - text.get(anchor..)?.trim_start_matches(' ').len());
    let action = template(&indent, names, !has_others);
    let values =
        plain.iter().filter_map(|(name, value)| Some((path_of(&["env", name]), json!(value.text()?)))).collect();
    Some(Hole { range, action, values })
}

fn template(indent: &str, names: &[String], with_key: bool) -> String {
    let mut lines = Vec::new();
    if with_key {
        lines.push(format!("{indent}{{{{- if .Values.env }}}}"));
        lines.push(format!("{indent}env:"));
    }
    for name in names {
        lines.push(format!("{indent}{{{{- if hasKey .Values.env \"{name}\" }}}}"));
        lines.push(format!("{indent}  - name: \"{name}\""));
        lines.push(format!("{indent}    value: {{{{ index .Values.env \"{name}\" | quote }}}}"));
        lines.push(format!("{indent}{{{{- end }}}}"));
    }
    let known: Vec<String> = names.iter().map(|name| format!(" \"{name}\"")).collect();
    lines.push(format!("{indent}{{{{- range $name, $value := omit .Values.env{} }}}}", known.concat()));
    lines.push(format!("{indent}  - name: {{{{ $name | quote }}}}"));
    lines.push(format!("{indent}    value: {{{{ $value | quote }}}}"));
    lines.push(format!("{indent}{{{{- end }}}}"));
    if with_key {
        lines.push(format!("{indent}{{{{- end }}}}"));
    }
    lines.join("\n") + "\n"
}
