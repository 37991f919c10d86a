//! Texts that stand for others until something writes those in their place, before anything is applied.

/// What happens to a file between the repository and the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Later {
    /// Something fills in values: Flux, `envsubst`, ko, a template.
    Filled,
    /// SOPS decrypts it.
    Decrypted,
    /// It is never applied: a tool reads it.
    OfTool,
}

/// Whether a text has a variable in braces, such as `${APP}` or `${SIZE:-1Gi}`, which Flux and `envsubst` replace.
pub fn has_variable(text: &str) -> bool {
    text.match_indices("${").any(|(at, _)| {
        let rest = text.get(at + 2..).unwrap_or_default();
        let name = rest.trim_start_matches(is_letter);
        let starts_well = rest.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        starts_well
            && (name.starts_with('}')
                || name.starts_with([':', '=', '/', '-', '#', '%', ',', '^']) && name.contains('}'))
    })
}

/// Whether a text has an expression of a template, such as `{{ .Values.image }}` of Go or `{{ image }}` of Jinja.
pub fn has_expression(text: &str) -> bool {
    text.split_once("{{").is_some_and(|(_, rest)| rest.contains("}}"))
}

fn is_letter(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// A text with the defaults of its variables in their places: `replicas: ${N:-3}` as `replicas:      3 `. Every other byte stays
/// where it is. None if there is no such variable that is a value by itself.
pub fn with_defaults(text: &str) -> Option<String> {
    if !text.contains("${") {
        return None;
    }
    let mut filled = String::new();
    let mut done = 0;
    for (at, _) in text.match_indices("${") {
        let Some(value) = default_at(text, at).filter(|_| at >= done) else { continue };
        filled.push_str(text.get(done..value.start)?);
        filled.extend(std::iter::repeat_n(' ', value.default.start - value.start - value.quote.len()));
        filled.push_str(value.quote);
        filled.push_str(text.get(value.default.clone())?);
        filled.push_str(value.quote);
        filled.extend(std::iter::repeat_n(' ', value.end - value.default.end - value.quote.len()));
        done = value.end;
    }
    (done > 0).then(|| filled + text.get(done..).unwrap_or_default())
}

/// A variable with a default that is the whole of a value.
struct Default<'t> {
    start: usize,
    end: usize,
    default: std::ops::Range<usize>,
    quote: &'t str,
}

fn default_at(text: &str, at: usize) -> Option<Default<'_>> {
    let (before, rest) = (text.get(..at)?, text.get(at + 2..)?);
    let name = rest.len() - rest.trim_start_matches(is_letter).len();
    let starts_well = rest.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let after = rest.get(name..).filter(|after| starts_well && (after.starts_with(":-") || after.starts_with(":=")))?;
    let default = after.get(2..)?;
    let length = default.find('}')?;
    let default = default.get(..length)?;
    let is_plain = !default.contains(['$', '\n', '"', '\'', '#', '{', '`', '\\']) && !default.contains(": ");
    let quote = before.get(before.len().checked_sub(1)?..).filter(|quote| matches!(*quote, "\"" | "'")).unwrap_or("");
    let start = at - quote.len();
    let holder = text.get(..start)?;
    let opens = holder.trim_end_matches(' ');
    let is_value = opens.ends_with([':', '-']) && opens.len() < holder.len() || opens.ends_with(['[', ',']);
    let begin = at + 2 + name + 2;
    let end = begin + length + 1;
    let behind = text.get(end..)?.strip_prefix(quote)?;
    let line = behind.split('\n').next().unwrap_or_default();
    let tail = line.trim_start_matches(' ').trim_end_matches('\r');
    let ends = tail.is_empty() || tail.starts_with('#') && tail.len() < line.len() || tail.starts_with([',', ']', '}']);
    let range = begin..begin + length;
    (is_plain && is_value && ends).then_some(Default { start, end: end + quote.len(), default: range, quote })
}

#[cfg(test)]
mod tests {
    use super::{has_expression, has_variable, with_defaults};

    #[test]
    fn variables() {
        for text in ["${APP}", "a-${APP}.example.com", "${SIZE:-1Gi}", "${A:=b}", "${A/b/c}"] {
            assert!(has_variable(text), "{text}");
        }
        for text in ["$(APP)", "$APP", "${", "${}", "${1}", "${A", "${A b}", "${{ A }}", "$${"] {
            assert!(!has_variable(text), "{text}");
        }
        for (text, has) in [("{{ .a }}", true), ("a-{{b}}", true), ("{{", false), ("}} {{", false), ("{a}", false)] {
            assert_eq!(has_expression(text), has, "{text}");
        }
    }

    #[test]
    fn defaults_stand_where_they_stood() {
        for (text, filled) in [
            ("a: ${N:-3}\nb: c\n", "a:      3 \nb: c\n"),
            ("a: \"${N:-x y}\" # why\n", "a:      \"x y\"  # why\n"),
            ("- '${N:=3}'\n", "-      '3' \n"),
            ("a: [${A:-1}, ${B:-2}]\n", "a: [     1 ,      2 ]\n"),
            ("a: ${N:-}\r\n", "a:       \r\n"),
        ] {
            assert_eq!(with_defaults(text).as_deref(), Some(filled), "{text}");
            assert_eq!(filled.len(), text.len());
        }
        for text in [
            "a: ${N}\n",
            "a: ${N:-3}Gi\n",
            "a: x${N:-3}\n",
            "a: ${N:-${M}}\n",
            "a: ${N:-3\n}",
            "a: $${N:-3}\n",
            "a: '${N:-3}\n",
        ] {
            assert_eq!(with_defaults(text), None, "{text}");
        }
    }
}
