//! Where secrets stand in manifests, so that whoever shows lines of them can leave those out.

use std::collections::HashSet;
use std::ops::Range;

use super::scan_lines;
use super::shown::{hidden_from, hides_all, is_plain_key, may_be_secret, may_follow, takes_password};
use crate::yaml::{self, Comment, Kind, Node, Span};

/// The values in a part of a text that are secret: what a Secret holds, what is called a password, what looks like a
/// credential. `part` is one of those that [`yaml::split`] makes, or the whole.
pub fn places(text: &str, part: Range<usize>) -> Vec<Span> {
    let start = part.start;
    let stream = yaml::parse_part(text, part.clone());
    let mut search = Search::default();
    for root in stream.documents.iter().filter_map(yaml::Document::root) {
        search.visit(root, "");
    }
    search.comments(&stream.comments, text);
    if !stream.errors.is_empty() {
        // without a tree the lines themselves must tell
        let offset = u32::try_from(start).unwrap_or(u32::MAX);
        let lines = scan_lines(text.get(part).unwrap_or_default());
        let shift = |span: Span| Span { start: span.start + offset, end: span.end + offset };
        search.found.extend(lines.into_iter().map(shift));
    }
    search.found
}

/// Where `kubectl apply` keeps a copy of an object.
const COPY: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// Fields of a Secret that hold no secret.
const HARMLESS: [&str; 4] = ["apiVersion", "kind", "type", "immutable"];

#[derive(Default)]
struct Search {
    found: Vec<Span>,
    /// The lists and mappings that were looked into, by where they are written: with aliases a small text can stand for a
    /// huge tree.
    seen: HashSet<(Kind, Span)>,
    /// Whether the command that is looked at is of a program that takes a password by one letter.
    knows_program: bool,
    /// Whether what is looked at lies in something that becomes a Secret.
    makes_secret: bool,
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
                if may_be_secret(name, node.text().unwrap_or_default()) {
                    self.hide(node);
                }
            }
            Kind::Sequence => self.visit_list(node, name),
            Kind::Mapping => self.visit_mapping(node),
        }
    }

    /// A list: an argument such as `--password` or `-p` makes the next one a secret.
    fn visit_list(&mut self, node: Node<'_, '_>, name: &str) {
        let mut flag = "";
        if matches!(name, "args" | "command") && hides_all(node.items().filter_map(Node::text)) {
            node.items().for_each(|item| self.hide(item));
        }
        for item in node.items() {
            let text = item.text().unwrap_or_default();
            if may_follow(flag, text, self.knows_program) {
                self.hide(item);
            }
            let is_long = flag.len() > 2;
            self.visit(item, if is_long { flag.trim_start_matches('-') } else { name });
            flag = if text.starts_with('-') && !text.contains(['=', ' ']) { text } else { "" };
        }
    }

    fn visit_mapping(&mut self, node: Node<'_, '_>) {
        let (knew, made) = (self.knows_program, self.makes_secret);
        let programs = [node.get("command"), node.get("args")].into_iter().flatten().flat_map(Node::items);
        self.knows_program |= programs.filter_map(Node::text).any(takes_password);
        let kinds = || node.entries().filter(|(key, _)| key.text() == Some("kind")).filter_map(|(_, kind)| kind.text());
        let is_secret = kinds().any(|kind| kind == "Secret");
        let is_like_secret = kinds().any(|kind| kind.to_ascii_lowercase().contains("secret"));
        let has_type =
            |of: &str| of == "Opaque" || of.starts_with("kubernetes.io/") || of.starts_with("bootstrap.kubernetes.io/");
        let is_template = node.get("type").and_then(Node::text).is_some_and(has_type);
        self.makes_secret |= is_like_secret;
        let has_data = self.makes_secret || is_template;
        let variable = node.get("name").or_else(|| node.get("path")).and_then(Node::text).unwrap_or_default();
        for (key, value) in node.entries() {
            let name = key.text().unwrap_or_default();
            if may_be_secret("", name) {
                self.hide(key);
            }
            match name {
                "stringData" => self.hide_all(value),
                "data" if has_data => self.hide_all(value),
                // `kubectl apply` keeps a copy of all of it there
                "metadata" if is_like_secret => value.get("annotations").into_iter().for_each(|all| self.hide_all(all)),
                "metadata" => self.visit(value, ""),
                _ if is_secret && HARMLESS.contains(&name) => {}
                _ if is_secret => self.hide_all(value),
                "items" if is_like_secret => value.items().for_each(|item| self.hide_data(item)),
                "secretGenerator" => {
                    let literals = value.items().filter_map(|item| item.get("literals"));
                    literals.for_each(|literals| self.hide(literals));
                    self.visit(value, name);
                }
                "value" if variable.contains("/data/") || variable.contains("/stringData/") => self.hide(value),
                "value" => self.visit(value, variable),
                COPY => self.hide(value),
                name => self.visit(value, name),
            }
        }
        (self.knows_program, self.makes_secret) = (knew, made);
    }

    /// What a member of a list of Secrets holds, which needs no kind there.
    fn hide_data(&mut self, item: Node<'_, '_>) {
        ["data", "stringData"].into_iter().filter_map(|field| item.get(field)).for_each(|data| self.hide_all(data));
        self.visit(item, "");
    }

    /// What people write beside the fields.
    fn comments(&mut self, comments: &[Comment], text: &str) {
        let mut in_key = false;
        for comment in comments {
            let Some(line) = text.get(comment.span.range()) else { continue };
            in_key |= line.contains("-----BEGIN ");
            // what is suppressed is no secret, but the reason may hold one
            let skipped = line.find("tightship: allow[").and_then(|_| line.find(']')).map_or(0, |end| end + 1);
            let from = if in_key { Some(0) } else { hidden_from(line.get(skipped..).unwrap_or_default()) };
            if let Some(from) = from {
                let start = comment.span.start + u32::try_from(skipped + from).unwrap_or(u32::MAX);
                self.found.push(Span { start, end: comment.span.end });
            }
            in_key &= !line.contains("-----END ");
        }
    }

    /// Every value below a node, whatever it is.
    fn hide_all(&mut self, node: Node<'_, '_>) {
        match node.kind() {
            Kind::Mapping => {
                for (key, value) in node.entries() {
                    if !is_plain_key(key.text().unwrap_or_default()) {
                        self.hide(key);
                    }
                    self.hide(value);
                }
            }
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
            ("args: [-p, hunter2, -phunter3, -u, 'me:hunter4']\n", &["hunter2", "-phunter3", "'me:hunter4'"]),
            ("{command: [mysql], args: [-p, 1234]}\n", &["1234"]),
            ("passwords: [hunter2, other]\n", &["hunter2", "other"]),
            ("a: b # password hunter2\n", &["hunter2"]),
            ("kind: Secret\nstringData: {hunter2: x, password: y}\n", &["hunter2", "x", "y"]),
            ("kind: SecretList\nitems: [{data: {a: b}}]\n", &["b"]),
            ("secretGenerator: [{name: x, literals: [a=b]}]\n", &["[a=b]"]),
            ("patch: [{op: add, path: /data/x, value: y}]\n", &["y"]),
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
