//! Trees as block YAML, for what no template writes.

use serde_json::Value;

use super::quote;

/// The tree as a block document with a line end, two spaces a level.
pub fn block(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, 0, false);
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

fn write(out: &mut String, value: &Value, indent: usize, in_list: bool) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (at, (key, value)) in fields.iter().enumerate() {
                if at > 0 || !in_list {
                    pad(out, indent);
                }
                out.push_str(&quote::scalar(key));
                out.push(':');
                child(out, value, indent);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (at, item) in items.iter().enumerate() {
                if at > 0 || !in_list {
                    pad(out, indent);
                }
                out.push_str("- ");
                if is_collection(item) {
                    write(out, item, indent + 2, true);
                } else {
                    leaf(out, item, indent);
                }
            }
        }
        _ => leaf(out, value, indent),
    }
}

fn child(out: &mut String, value: &Value, indent: usize) {
    if is_collection(value) {
        out.push('\n');
        write(out, value, indent + 2, false);
    } else {
        out.push(' ');
        leaf(out, value, indent);
    }
}

fn leaf(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::String(text) => {
            let block = quote::literal_block(text, indent + 2);
            out.push_str(&block.unwrap_or_else(|| quote::scalar(text)));
        }
        // numbers, booleans, null and empty collections are the same in JSON and YAML
        other => out.push_str(&other.to_string()),
    }
    out.push('\n');
}

fn is_collection(value: &Value) -> bool {
    match value {
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    }
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}
