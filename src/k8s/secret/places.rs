//! Where secrets stand in manifests, so that whoever shows lines of them can leave those out.

use std::collections::HashSet;
use std::ops::Range;

use super::{scan_lines, surely_in_text, surely_in_variable};
use crate::yaml::{self, Kind, Node, Span};

/// The values in a part of a text that are secret: what a Secret holds, what is called a password, what looks like a
/// credential. `part` is one of those that [`yaml::split`] makes, or the whole.
pub fn places(text: &str, part: Range<usize>) -> Vec<Span> {
    let start = part.start;
    let stream = yaml::parse_part(text, part.clone());
    let mut search = Search::default();
    for root in stream.documents.iter().filter_map(yaml::Document::root) {
        search.visit(root, "");
    }
    if !stream.errors.is_empty() {
        // without a tree the lines themselves must tell
        let offset = u32::try_from(start).unwrap_or(u32::MAX);
        let lines = scan_lines(text.get(part).unwrap_or_default());
        let shift = |span: Span| Span { start: span.start + offset, end: span.end + offset };
        search.found.extend(lines.into_iter().map(shift));
    }
    search.found
}

#[derive(Default)]
struct Search {
    found: Vec<Span>,
    /// The lists and mappings that were looked into, by where they are written: with aliases a small text can stand for a
    /// huge tree.
    seen: HashSet<(Kind, Span)>,
}

impl Search {
    /// Looks at a node; `name` is what its value goes by, if anything.
    fn visit(&mut self, node: Node<'_, '_>, name: &str) {
        let kind = node.kind();
        if kind != Kind::Scalar && !self.seen.insert((kind, node.origin())) {
            return;
        }
        match kind {
            Kind::Scalar => {
                let text = node.text().unwrap_or_default();
                // the name of a file says nothing of its lines
                let is_file = text.contains('\n');
                let found = if is_file { surely_in_text(text) } else { surely_in_variable(name, text) };
                if found.is_some() {
                    self.hide(node);
                }
            }
            Kind::Sequence => {
                // an argument such as `--password` makes the next one a secret
                let mut flag = "";
                for item in node.items() {
                    self.visit(item, flag);
                    let text = item.text().unwrap_or_default();
                    flag = if text.starts_with('-') && !text.contains('=') { text.trim_start_matches('-') } else { "" };
                }
            }
            Kind::Mapping => self.visit_mapping(node),
        }
    }

    fn visit_mapping(&mut self, node: Node<'_, '_>) {
        let is_secret = node.get("kind").and_then(Node::text) == Some("Secret");
        let variable = node.get("name").and_then(Node::text).unwrap_or_default();
        for (key, value) in node.entries() {
            match key.text().unwrap_or_default() {
                "data" | "stringData" if is_secret => self.hide_all(value),
                // `kubectl apply` keeps a copy of all of it there
                "metadata" if is_secret => value.get("annotations").into_iter().for_each(|all| self.hide_all(all)),
                "value" => self.visit(value, variable),
                name => self.visit(value, name),
            }
        }
    }

    /// Every value below a node, whatever it is.
    fn hide_all(&mut self, node: Node<'_, '_>) {
        match node.kind() {
            Kind::Mapping => node.entries().for_each(|(_, value)| self.hide(value)),
            _ => self.hide(node),
        }
    }

    fn hide(&mut self, node: Node<'_, '_>) {
        self.found.extend([node.span(), node.origin()]);
    }
}

#[cfg(test)]
mod tests {
    use super::places;

    /// The values that are hidden.
    fn hidden(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> =
            places(text, 0..text.len()).iter().filter_map(|span| text.get(span.range())).collect();
        found.dedup();
        found
    }

    #[test]
    fn secrets_of_manifests_are_found() {
        for (text, secrets) in [
            ("kind: Secret\nmetadata: {name: a}\ndata: {a: b}\nstringData:\n  c: d\n", &["b", "d"][..]),
            ("kind: List\nitems:\n  - kind: Secret\n    data: {a: b}\n", &["b"]),
            ("kind: Secret\nmetadata: {annotations: {x: y}}\n", &["y"]),
            ("env: [{name: DB_PASSWORD, value: hunter2}, {name: LEVEL, value: info}]\n", &["hunter2"]),
            ("args: [--db-password, hunter2, --level, info]\n", &["hunter2"]),
            ("kind: ConfigMap\ndata: {dbPassword: hunter2, level: info}\n", &["hunter2"]),
            ("a: &x {password: hunter2}\nb: *x\n", &["hunter2"]),
            ("a: [1\npassword: hunter2\n", &["hunter2\n"]),
        ] {
            assert_eq!(hidden(text), secrets, "{text}");
        }
    }

    #[test]
    fn what_is_none_is_shown() {
        for text in [
            "automountServiceAccountToken: false\nimagePullSecrets: [{name: registry}]\n",
            "secretKeyRef: {name: shop, key: token}\nsecretName: shop\nsecret: shop-tls\n",
            "kind: Service\ndata: {a: b}\n",
        ] {
            assert!(hidden(text).is_empty(), "{text}: {:?}", hidden(text));
        }
    }
}
