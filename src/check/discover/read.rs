//! Reading a file that another program would read.

use camino::Utf8Path;

use crate::file;
use crate::yaml::{self, Node, Value};

/// The text of a regular file.
pub(super) fn text(path: &Utf8Path) -> Result<String, String> {
    file::read_text(path, file::LIMIT).map_err(|error| error.to_string())
}

/// Whether a file holds a Kubernetes object, whatever it is named, and whatever else it is used for. One that cannot be read
/// to its end may hold one if it has the words.
pub(super) fn holds_object(path: &Utf8Path) -> bool {
    let text = text(path).unwrap_or_default();
    let stream = yaml::parse(&text);
    let mut roots = stream.documents.iter().filter_map(yaml::Document::root);
    roots.any(is_object) || (!stream.errors.is_empty() && ["apiversion", "kind"].iter().all(|key| may_have(&text, key)))
}

fn is_object(root: Node<'_, '_>) -> bool {
    // as kubectl reads keys, base64 too
    let has = |name: &str| {
        let is_name = |key: Node<'_, '_>| key.name().is_ok_and(|key| key == name);
        root.fields().any(|(key, value)| is_name(key) && matches!(value.value(), Some(Ok(Value::Str(_)))))
    };
    has("apiVersion") && has("kind")
}

/// Whether a text may have a key: as it is, escaped, or as base64.
fn may_have(text: &str, key: &str) -> bool {
    let text = text.to_ascii_lowercase();
    [key, "\\x", "\\u", "binary"].iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::holds_object;

    #[test]
    fn an_object_is_found_however_it_is_written() {
        let holds = |text: &str| {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), text).unwrap();
            holds_object(camino::Utf8Path::from_path(file.path()).unwrap())
        };
        for object in [
            "apiVersion: v1\nkind: Pod\n",
            "a: 1\n---\n{\"apiVersion\": \"v1\", \"kind\": \"Pod\"}\n",
            "!!binary YXBpVmVyc2lvbg==: v1\n!!binary a2luZA==: Pod\n",
            "apiVersion: v1\nkind: !!binary UG9k\n",
            "x: &x {kind: Pod}\n<<: *x\napiVersion: v1\n",
            "apiVersion: v1\nkind: Pod\nx: [\n",
            "apiVersion: v1\nkind: Pod\n---\nx: [\n",
            "x: [\n---\n{\"apiVersi\\u006fn\": v1, \"k\\x69nd\": Pod\n",
        ] {
            assert!(holds(object), "{object}");
        }
        for other in
            ["a: {{ b }}: [\n", "kind: Pod\n", "apiVersion: v1\nkind: [a]\n", "server {\n  listen 80;\n}\n", ""]
        {
            assert!(!holds(other), "{other}");
        }
    }
}
