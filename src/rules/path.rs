//! From a place in the text back to a field of the object.

use crate::yaml::{Kind, Node, Span};

/// The path of the innermost key or list member that holds the span: `spec.containers[web].image`. List members go by their
/// name where they have one, so that the path stays when others are added.
pub fn at(root: Node<'_, '_>, span: Span) -> String {
    down(root, span, |_| false)
}

/// The path of a member of a list, or of any other node of the object; empty for the object itself.
pub fn of(root: Node<'_, '_>, target: Node<'_, '_>) -> String {
    down(root, target.span(), |node| node.span() == target.span())
}

/// The steps towards a span, to the innermost or to the node that is looked for.
fn down<'d, 's>(root: Node<'d, 's>, span: Span, is_there: impl Fn(Node<'d, 's>) -> bool) -> String {
    let mut path = String::new();
    let mut node = root;
    while !is_there(node)
        && let Some((step, next)) = step(node, span)
    {
        if !step.starts_with('[') && !path.is_empty() {
            path.push('.');
        }
        path.push_str(&step);
        match next {
            Some(next) => node = next,
            None => break,
        }
    }
    path
}

/// The path of what holds the last step of a path; empty for the object itself.
pub fn parent(path: &str) -> &str {
    let end = match path.strip_suffix("\"]") {
        Some(quoted) => quoted.rfind("[\""),
        None => path.rfind(['.', '[']),
    };
    path.get(..end.unwrap_or(0)).unwrap_or_default()
}

fn step<'d, 's>(node: Node<'d, 's>, span: Span) -> Option<(String, Option<Node<'d, 's>>)> {
    let holds = |outer: Span| outer.start <= span.start && span.start < outer.end.max(outer.start + 1);
    // what holds the place begins at it or before; one that is empty may lie where the next begins
    let behind = node.members_before(span.start.saturating_add(1));
    (behind.saturating_sub(2)..behind).find_map(|index| match node.kind() {
        Kind::Mapping => {
            let (key, value) = node.entry(index)?;
            let name = || plain(key.text().unwrap_or("?"));
            if holds(key.span()) {
                // a span from the key on means the value too
                return Some((name(), None));
            }
            holds(value.span()).then(|| (name(), Some(value)))
        }
        Kind::Sequence => {
            let item = node.item(index).filter(|item| holds(item.span()))?;
            let name = item.get("name").and_then(Node::as_str).filter(|name| !name.is_empty());
            Some((name.map_or_else(|| format!("[{index}]"), |name| format!("[{name}]")), Some(item)))
        }
        Kind::Scalar => None,
    })
}

/// A key that holds dots, as those of annotations do, in brackets and quotes.
fn plain(key: &str) -> String {
    let is_plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if is_plain { key.to_owned() } else { format!("[{key:?}]") }
}
