//! `ARG` and `ENV`, and what is put in for them.

use std::collections::BTreeMap;

/// Variables with their values; `None` if only the build knows it.
pub(super) type Variables = BTreeMap<String, Option<String>>;

/// How deep a value for a variable that is missing may have others in it.
const DEEPEST: usize = 8;

/// `text` with its variables put in and its quotes taken out. `Err` is the first variable that nobody here knows.
pub(super) fn expand(text: &str, variables: &Variables, escape: char) -> Result<String, String> {
    expand_within(text, variables, escape, DEEPEST)
}

fn expand_within(text: &str, variables: &Variables, escape: char, depth: usize) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    let mut quote = None;
    while let Some(c) = rest.next() {
        match c {
            _ if c == escape && quote != Some('\'') => out.extend(rest.next()),
            '"' | '\'' if quote == Some(c) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(c),
            '$' if quote != Some('\'') => {
                if rest.next_if_eq(&'{').is_some() {
                    let inside = inside_braces(&mut rest);
                    out.push_str(&braced(&inside, variables, escape, depth)?);
                } else {
                    let mut name = String::new();
                    while let Some(c) = rest.next_if(|c| is_name(*c)) {
                        name.push(c);
                    }
                    if name.is_empty() {
                        out.push('$');
                    } else {
                        out.push_str(known(&name, variables)?);
                    }
                }
            }
            c => out.push(c),
        }
    }
    Ok(out)
}

/// What stands before the brace that closes.
fn inside_braces(rest: &mut impl Iterator<Item = char>) -> String {
    let mut inside = String::new();
    let mut open = 1;
    for c in rest {
        open += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        if open == 0 {
            break;
        }
        inside.push(c);
    }
    inside
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn known<'v>(name: &str, variables: &'v Variables) -> Result<&'v str, String> {
    variables.get(name).and_then(Option::as_deref).ok_or_else(|| name.to_owned())
}

/// What stands in `${...}`: a name, `name:-else`, `name-else`, `name:+then` or `name+then`.
fn braced(inside: &str, variables: &Variables, escape: char, depth: usize) -> Result<String, String> {
    let end = inside.find(|c| !is_name(c)).unwrap_or(inside.len());
    let (name, operator) = inside.split_at(end);
    let value = variables.get(name).and_then(Option::as_deref);
    let is_declared = variables.get(name).is_some_and(Option::is_none);
    if operator.is_empty() {
        return known(name, variables).map(str::to_owned);
    }
    let (colon, operator) = operator.strip_prefix(':').map_or((false, operator), |rest| (true, rest));
    let value = value.filter(|value| !colon || !value.is_empty());
    // whether there will be a value decides the build
    let Some(depth) = depth.checked_sub(1).filter(|_| !is_declared) else {
        return Err(name.to_owned());
    };
    match (operator.strip_prefix('-'), operator.strip_prefix('+'), value) {
        (Some(_), _, Some(value)) => Ok(value.to_owned()),
        (Some(other), ..) => expand_within(other, variables, escape, depth),
        (_, Some(then), Some(_)) => expand_within(then, variables, escape, depth),
        (_, Some(_), None) => Ok(String::new()),
        _ => Err(name.to_owned()),
    }
}

/// The words of a text, by spaces outside of quotes.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for c in text.chars() {
        match c {
            _ if c.is_whitespace() && quote.is_none() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                continue;
            }
            '"' | '\'' if quote == Some(c) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(c),
            _ => {}
        }
        word.push(c);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{Variables, expand, words};

    #[test]
    fn variables_are_put_in() {
        let variables: Variables = [("A", Some("1")), ("EMPTY", Some("")), ("LATER", None)]
            .map(|(k, v)| (k.to_owned(), v.map(str::to_owned)))
            .into();
        for (text, expected) in [
            ("$A/x", Ok("1/x")),
            ("${A}0", Ok("10")),
            ("${B:-8080}", Ok("8080")),
            ("${EMPTY:-8}${EMPTY-9}", Ok("8")),
            ("${A:+yes}${B:+no}", Ok("yes")),
            ("${B:-${A}}", Ok("1")),
            ("'$A' \"$A\" \\$A", Ok("$A 1 $A")),
            ("$", Ok("$")),
            ("$B", Err("B")),
            ("${LATER:-1}", Err("LATER")),
            ("${LATER}", Err("LATER")),
        ] {
            assert_eq!(expand(text, &variables, '\\'), expected.map(str::to_owned).map_err(str::to_owned), "{text}");
        }
    }

    #[test]
    fn quotes_hold_words_together() {
        assert_eq!(words("A=\"x y\"  B='z'"), ["A=\"x y\"", "B='z'"]);
    }
}
