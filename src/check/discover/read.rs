//! Reading a file that another program would read.

use camino::Utf8Path;

use crate::file;
use crate::yaml::{self, Node};

/// The text of a regular file.
pub(super) fn text(path: &Utf8Path) -> Result<String, String> {
    file::read_text(path, file::LIMIT).map_err(|error| error.to_string())
}

/// Whether a file holds a Kubernetes object, whatever it is named, and whatever else it is used for.
pub(super) fn holds_object(path: &Utf8Path) -> bool {
    let text = text(path).unwrap_or_default();
    let stream = yaml::parse(&text);
    let mut roots = stream.documents.iter().filter_map(yaml::Document::root);
    roots.any(|root| ["apiVersion", "kind"].iter().all(|key| root.get(key).and_then(Node::as_str).is_some()))
}
