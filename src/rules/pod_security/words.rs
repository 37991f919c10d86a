//! The API server's way to put things.

use std::fmt;

use super::Holder;

/// `"a", "b"`: quoted, but not escaped.
pub(super) fn quoted<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for item in items {
        let separator = if out.is_empty() { "\"" } else { ", \"" };
        out.push_str(separator);
        out.push_str(item);
        out.push('"');
    }
    out
}

/// The first for one, the second for any other number.
pub(super) fn plural(count: usize, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

/// `container "a"`, `containers "a", "b"`.
pub(super) fn containers(names: &[&str]) -> String {
    format!("{} {}", plural(names.len(), "container", "containers"), quoted(names.iter().copied()))
}

/// A value of the manifest in a message of ours, with backticks around it.
pub(super) fn code(value: &str) -> String {
    if value.is_empty() { "`\"\"`".to_owned() } else { format!("`{value}`") }
}

/// Who sets what a control forbids: the pod, containers, or both.
#[derive(Debug, Default)]
pub(super) struct Setters<'d> {
    pod: bool,
    containers: Vec<&'d str>,
}

impl<'d> Setters<'d> {
    pub(super) fn add(&mut self, holder: Holder<'_, 'd, '_>) {
        match holder {
            Holder::Pod(_) => self.pod = true,
            Holder::Container(container) => self.containers.push(container.name()),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.pod && self.containers.is_empty()
    }
}

impl fmt::Display for Setters<'_> {
    /// `pod and containers "a", "b"`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pod {
            f.write_str("pod")?;
        }
        if self.pod && !self.containers.is_empty() {
            f.write_str(" and ")?;
        }
        if self.containers.is_empty() { Ok(()) } else { f.write_str(&containers(&self.containers)) }
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn quotes_without_escaping() {
        assert_eq!(quoted(["a", "b\"c"]), r#""a", "b"c""#);
    }
}
