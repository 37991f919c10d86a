//! JSON trees as YAML text in any style that people write.

use serde_json::Value;
use tightship::internals::yaml::quote;

/// Choices, taken from bytes in turn; all the simplest ones when the bytes are used up.
pub(crate) struct Choices<'a> {
    bytes: &'a [u8],
    comments: usize,
    /// Spaces of one level, and whether lists stand as deep as their key.
    unit: usize,
    flat_lists: bool,
    json: bool,
    /// Whether a block scalar ends the text, and whether it keeps the empty lines that follow.
    in_block: bool,
    keeps: bool,
}

impl<'a> Choices<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let mut choices =
            Self { bytes, comments: 0, unit: 2, flat_lists: false, json: false, in_block: false, keeps: false };
        choices.unit = choices.pick(&[2, 4, 3]);
        choices.flat_lists = choices.one_in(2);
        choices.json = choices.one_in(8);
        choices
    }

    fn below(&mut self, limit: usize) -> usize {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        *first as usize % limit
    }

    fn one_in(&mut self, limit: usize) -> bool {
        self.below(limit) == limit - 1
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// A comment that no other equals.
    fn comment(&mut self) -> String {
        self.comments += 1;
        let tail = self.pick(&["", " |", ": x", " \"", " - }", "]"]);
        format!("# c{}.{tail}", self.comments)
    }

    /// A document, or several.
    pub(crate) fn stream(&mut self, documents: &[Value]) -> String {
        let mut out = String::new();
        if self.one_in(9) {
            out.push('\u{feff}');
        }
        for (at, document) in documents.iter().enumerate() {
            if at > 0 || self.one_in(4) {
                out +=
                    self.pick(&["---\n", "--- # c0.\n", "---\n\n", "%YAML 1.1\n---\n"][..if at > 0 { 3 } else { 4 }]);
            }
            self.document(&mut out, document);
            if !out.ends_with('\n') && (at + 1 < documents.len() || !self.one_in(3)) {
                out.push('\n');
            }
            if self.one_in(8) && out.ends_with('\n') {
                out += &format!("{}\n", self.comment());
            }
        }
        if self.one_in(4) { out.replace('\n', "\r\n") } else { out }
    }

    fn document(&mut self, out: &mut String, value: &Value) {
        if self.json {
            let text = if self.one_in(2) { value.to_string() } else { serde_json::to_string_pretty(value).unwrap() };
            let tabs = self.one_in(3);
            let indent = |line: &str| {
                let body = line.trim_start_matches(' ');
                format!("{}{body}", "\t".repeat((line.len() - body.len()) / 2))
            };
            *out += &if tabs { text.split('\n').map(indent).collect::<Vec<_>>().join("\n") } else { text };
        } else if self.is_block(value) {
            self.members(out, value, 0, false);
            if !self.one_in(2) && !self.in_block {
                out.pop();
            }
        } else {
            self.flow(out, value, 0, false);
        }
    }

    fn is_block(&mut self, value: &Value) -> bool {
        let filled = value.as_array().is_some_and(|items| !items.is_empty())
            || value.as_object().is_some_and(|fields| !fields.is_empty());
        filled && !self.one_in(5)
    }

    /// The lines of a block collection; the first without indentation where it goes on a line.
    fn members(&mut self, out: &mut String, value: &Value, indent: usize, inline: bool) {
        let count = value.as_array().map_or_else(|| value.as_object().unwrap().len(), Vec::len);
        for at in 0..count {
            if at > 0 || !inline {
                self.between(out, indent);
                *out += &" ".repeat(indent);
            }
            (self.in_block, self.keeps) = (false, false);
            if let Some(items) = value.as_array() {
                *out += "-";
                self.item(out, &items[at], indent);
            } else {
                let (key, value) = value.as_object().unwrap().iter().nth(at).unwrap();
                *out += &self.key(key);
                *out += self.pick(&[":", ":", ":", " :"]);
                self.value(out, value, indent);
            }
        }
    }

    /// Empty lines and comments before a member.
    fn between(&mut self, out: &mut String, indent: usize) {
        if self.one_in(6) && !self.keeps {
            *out += self.pick(&["\n", "\n", "\n\n", "  \n"]);
        }
        if self.one_in(5) {
            let deep = self.pick(&[indent, 0, indent, indent + 1]);
            *out += &format!("{}{}\n", " ".repeat(deep), self.comment());
        }
    }

    fn key(&mut self, key: &str) -> String {
        match self.below(6) {
            3 => quote::double_quoted(key),
            4 if !key.contains(['\n', '\t']) => format!("'{}'", key.replace('\'', "''")),
            _ => quote::scalar(key),
        }
    }

    fn item(&mut self, out: &mut String, item: &Value, indent: usize) {
        if !self.is_block(item) {
            return self.leaf(out, item, indent);
        }
        match self.below(4) {
            2 => {
                *out += "   ";
                self.members(out, item, indent + 4, true);
            }
            3 => {
                self.end(out);
                self.members(out, item, indent + self.unit, false);
            }
            _ => {
                out.push(' ');
                self.members(out, item, indent + 2, true);
            }
        }
    }

    fn value(&mut self, out: &mut String, value: &Value, indent: usize) {
        if self.is_block(value) {
            self.end(out);
            let deeper = if value.is_array() && self.flat_lists { indent } else { indent + self.unit };
            self.members(out, value, deeper, false);
        } else {
            self.leaf(out, value, indent);
        }
    }

    /// A value on the line of its key or dash, and the end of the line.
    fn leaf(&mut self, out: &mut String, value: &Value, indent: usize) {
        if value.is_null() && self.one_in(2) {
            *out += self.pick(&["", " ", "\t"]);
            return self.end(out);
        }
        if let Some(block) = value.as_str().and_then(|text| self.block_scalar(text, indent)) {
            *out += &block;
            return;
        }
        *out += self.pick(&[" ", " ", "  ", "\t"]);
        if self.one_in(9) && !matches!(value, Value::Array(_) | Value::Object(_)) {
            // a value may stand on a line of its own
            *out += &format!("\n{}", " ".repeat(indent + 1));
        }
        self.flow(out, value, indent + 1, false);
        self.end(out);
    }

    fn end(&mut self, out: &mut String) {
        if self.one_in(5) {
            *out += &format!(" {}", self.comment());
        } else if self.one_in(9) {
            out.push(' ');
        }
        out.push('\n');
    }

    fn block_scalar(&mut self, text: &str, indent: usize) -> Option<String> {
        if !self.one_in(2) || text.contains("\n\n") || !text.starts_with(|first: char| first.is_alphabetic()) {
            return None;
        }
        let (body, header, tail) = match text.strip_suffix('\n') {
            Some(body) => (body, self.pick(&["|", "|", "|+"]), "\n"),
            None => (text, "|-", "\n"),
        };
        let header = if self.one_in(5) { format!("{header} {}", self.comment()) } else { header.to_owned() };
        let tail = if header.starts_with("|+") { tail } else { self.pick(&["\n", "\n", "\n\n"]) };
        (self.in_block, self.keeps) = (true, header.starts_with("|+"));
        let pad = format!("\n{}", " ".repeat(indent + self.unit));
        Some(format!(" {header}{pad}{}{tail}", body.replace('\n', &pad)))
    }

    /// A value on one line or, with brackets, on several.
    fn flow(&mut self, out: &mut String, value: &Value, indent: usize, nested: bool) {
        let text = match value {
            Value::String(text) => self.key(text),
            Value::Null => self.pick(&["null", "~", "Null"]).to_owned(),
            Value::Array(items) => {
                return self.brackets(out, items.len(), indent, nested, ['[', ']'], |this, out, at, indent| {
                    this.flow(out, &items[at], indent, true);
                });
            }
            Value::Object(fields) => {
                return self.brackets(out, fields.len(), indent, nested, ['{', '}'], |this, out, at, indent| {
                    let (key, value) = fields.iter().nth(at).unwrap();
                    *out += &this.key(key);
                    let bare = value.is_null() && this.one_in(2);
                    *out += if bare && this.one_in(2) { "" } else { this.pick(&[": ", ": ", " : "]) };
                    if !bare {
                        this.flow(out, value, indent, true);
                    }
                });
            }
            other => other.to_string(),
        };
        *out += &text;
    }

    fn brackets(
        &mut self,
        out: &mut String,
        count: usize,
        indent: usize,
        nested: bool,
        [open, close]: [char; 2],
        mut member: impl FnMut(&mut Self, &mut String, usize, usize),
    ) {
        let lines = count > 0 && !nested && self.one_in(3);
        let padding = if self.one_in(3) { " " } else { "" };
        out.push(open);
        *out += padding;
        for at in 0..count {
            if lines {
                if self.one_in(6) {
                    *out += &format!(" {}", self.comment());
                }
                *out += &format!("\n{}", " ".repeat(indent + 2));
            } else if at > 0 {
                out.push(' ');
            }
            member(self, out, at, indent + 2);
            if at + 1 < count || self.one_in(4) {
                out.push(',');
            }
        }
        if lines && !self.one_in(4) {
            if self.one_in(5) {
                *out += &format!(" {}", self.comment());
            }
            *out += &format!("\n{}", " ".repeat(indent));
        }
        *out += padding;
        out.push(close);
    }
}
