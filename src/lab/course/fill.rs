//! A `lab.yaml` with the names of a run: every text in it filled in, then read again.

use super::faults::Faults;
use crate::lab::check_context::Names;
use crate::yaml::{Kind, Node, Source, Style, Value, quote};

/// The YAML of a node whose texts are filled in one by one, so that no name can change the form of the rest. A text that
/// waits for what no step has saved yet stays as it is.
pub(super) fn fill(node: Node<'_, '_>, names: &Names, source: &Source) -> Result<String, Faults> {
    Ok(match node.kind() {
        Kind::Sequence => {
            let items: Vec<String> = node.items().map(|item| fill(item, names, source)).collect::<Result<_, _>>()?;
            format!("[{}]", items.join(", "))
        }
        Kind::Mapping => {
            let pair = |(key, value)| Ok(format!("{}: {}", fill(key, names, source)?, fill(value, names, source)?));
            let pairs: Vec<String> = node.entries().map(pair).collect::<Result<_, _>>()?;
            format!("{{{}}}", pairs.join(", "))
        }
        Kind::Scalar => {
            let text = node.text().unwrap_or_default();
            match node.value() {
                Some(Ok(Value::Str(_))) => quote::double_quoted(&text_of(node, text, names, source)?),
                _ if text.is_empty() => "null".to_owned(),
                // a number or a word keeps its form: 1.30 is not 1.3
                _ if node.style() == Some(Style::Plain) => text.to_owned(),
                _ => quote::double_quoted(text),
            }
        }
    })
}

fn text_of(node: Node<'_, '_>, text: &str, names: &Names, source: &Source) -> Result<String, Faults> {
    names.filled(text).or_else(|mut problem| {
        if names.is_early(text) {
            return Ok(text.to_owned());
        }
        // the place in the text is none in the file, as quotes and folding move it
        problem.location.span = node.span();
        Err(Faults::one(source, *problem))
    })
}
