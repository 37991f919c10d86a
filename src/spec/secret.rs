//! Diagnostic secret values where only references belong. A spec is committed to version control, printed in pipelines and
//! rendered into `ConfigMaps`: a password in it is a password lost.

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Text};
use crate::k8s::names::NameRule;
use crate::k8s::secret::{in_text, in_variable};
use crate::yaml::{Kind, Node, Span, Value};

/// The secrets in a document: a problem for each, and the places that messages must not show.
pub fn scan(root: Node<'_, '_>) -> (Vec<Diagnostic>, Vec<Span>) {
    let mut search = Search::default();
    search.visit(root, None);
    let found = search.found;
    let problems = found.iter().map(|(span, kind, _)| problem(*span, kind)).collect();
    (problems, found.into_iter().flat_map(|(span, _, origin)| [span, origin]).collect())
}

/// A secret: its place, what it is, and where its text stands if the place is an alias.
type Found = (Span, &'static str, Span);

fn problem(span: Span, kind: &str) -> Diagnostic {
    Diagnostic::error(span, format!("this looks like {kind}"))
        .label("a spec holds references to secrets, never their values")
        .help(Text::of_lines(
            "take it out, treat it as leaked, create a Secret with the new value, and refer to it:\n  \
             secrets: [{name: NAME, path: /run/secrets/NAME}]",
        ))
}

/// Whether a key of a CSI volume holds the name of an object, though it sounds like a secret.
fn name_is_of_driver(name: &str) -> bool {
    matches!(name, "secretProviderClass" | "nodeSecret")
}

/// Whether a value can be the name of an object.
fn is_name(value: Node<'_, '_>) -> bool {
    value.text().is_some_and(|name| NameRule::Dns1123Subdomain.check(name).is_ok())
}

/// Whether a mapping refers to a Secret by name, as the sources of variables and volumes do: nothing beside it is a name that
/// its author chose.
fn refers(node: Node<'_, '_>) -> bool {
    const BESIDE: [&str; 8] = ["secret", "key", "keys", "optional", "prefix", "path", "mode", "name"];
    node.get("secret").is_some_and(is_name)
        && node.entries().all(|(key, _)| key.text().is_some_and(|key| BESIDE.contains(&key)))
}

/// A walk through a document.
#[derive(Default)]
struct Search {
    found: Vec<Found>,
    /// The lists and mappings that were looked into, by where they are written: with aliases a small text can stand for a
    /// huge tree.
    seen: HashSet<(Kind, Span)>,
}

impl Search {
    fn visit(&mut self, node: Node<'_, '_>, name: Option<&str>) {
        let kind = node.kind();
        if kind != Kind::Scalar && !self.seen.insert((kind, node.origin())) {
            return;
        }
        match kind {
            // nothing, which may read as `~`
            Kind::Scalar if matches!(node.value(), Some(Ok(Value::Null))) => {}
            Kind::Scalar => {
                let text = node.text().unwrap_or_default();
                let kind = match name {
                    Some(name) => in_variable(name, text),
                    None => in_text(text),
                };
                if let Some(kind) = kind {
                    self.found.push((node.span(), kind, node.origin()));
                }
            }
            Kind::Sequence => self.visit_list(node),
            Kind::Mapping => {
                let is_reference = name != Some("env") && refers(node);
                for (key, value) in node.entries() {
                    if let Some(kind) = key.text().and_then(in_text) {
                        self.found.push((key.span(), kind, key.origin()));
                    }
                    let name = key.text().filter(|name| {
                        let is_word = is_reference && *name == "secret";
                        !is_word && (!name_is_of_driver(name) || !is_name(value))
                    });
                    self.visit(value, name);
                }
            }
        }
    }

    /// Members of a list; an argument such as `--password` makes the next one a secret.
    fn visit_list(&mut self, node: Node<'_, '_>) {
        let mut flag: Option<&str> = None;
        for item in node.items() {
            self.visit(item, flag);
            flag = item.text().filter(|text| text.starts_with('-') && !text.contains('='));
        }
    }
}
