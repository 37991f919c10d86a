//! Finding secret values where only references belong. A spec is committed to version control, printed in pipelines and
//! rendered into `ConfigMaps`: a password in it is a password lost.

use std::collections::HashSet;

use crate::diagnostic::Problem;
use crate::yaml::{Kind, Node, Span, Value};

/// Beginnings of well-known credentials, with what they are and how long they are at least.
const PREFIXES: [(&str, &str, usize); 17] = [
    ("AKIA", "an AWS access key", 20),
    ("ASIA", "an AWS access key", 20),
    ("ghp_", "a GitHub token", 36),
    ("gho_", "a GitHub token", 36),
    ("ghs_", "a GitHub token", 36),
    ("github_pat_", "a GitHub token", 40),
    ("glpat-", "a GitLab token", 20),
    ("xoxb-", "a Slack token", 20),
    ("xoxp-", "a Slack token", 20),
    ("xapp-", "a Slack token", 20),
    ("AIza", "a Google API key", 35),
    ("sk_live_", "a Stripe key", 20),
    ("rk_live_", "a Stripe key", 20),
    ("npm_", "an npm token", 36),
    ("dop_v1_", "a DigitalOcean token", 40),
    ("hvs.", "a Vault token", 24),
    ("AGE-SECRET-KEY-", "an age key", 40),
];

/// Parts of names whose values are secret.
const NAMES: [&str; 15] = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "API_KEY",
    "APIKEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "CREDENTIAL",
    "CREDENTIALS",
    "AUTH_KEY",
    "ENCRYPTION_KEY",
    "SIGNING_KEY",
    "PWD",
];

/// Ends of names that point at a secret instead of holding it, or that measure it.
const POINTERS: [&str; 22] = [
    "_FILE",
    "_PATH",
    "_DIR",
    "_NAME",
    "_URL",
    "_URI",
    "_ENDPOINT",
    "_HOST",
    "_TTL",
    "_EXPIRY",
    "_TIMEOUT",
    "_SECONDS",
    "_LENGTH",
    "_ENABLED",
    "_TYPE",
    "_ID",
    "_HEADER",
    "_ALGORITHM",
    "_REF",
    "_MODE",
    "_POLICY",
    "_COUNT",
];

/// What kind of secret a text holds, if it looks like one.
pub fn in_text(text: &str) -> Option<&'static str> {
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    if let Some(kind) = words(text).find_map(in_word) {
        return Some(kind);
    }
    text.lines().any(assigns_a_secret).then_some("a password")
}

/// What kind of secret a variable holds, judged by its name and value.
pub fn in_variable(name: &str, value: &str) -> Option<&'static str> {
    if let Some(kind) = in_text(value) {
        return Some(kind);
    }
    (is_secret_name(name) && is_secret_value(value)).then_some("a secret")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| character.is_whitespace() || "\"'`,;=()<>[]{}".contains(character))
}

fn in_word(word: &str) -> Option<&'static str> {
    let is_token = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
    for (prefix, kind, length) in PREFIXES {
        let Some(at) = word.find(prefix) else { continue };
        let rest = word.get(at..).unwrap_or_default();
        let token = rest.split(|character| !is_token(character)).next().unwrap_or_default();
        let begins = at == 0 || !word.get(..at).unwrap_or_default().ends_with(|c: char| c.is_ascii_alphanumeric());
        if begins
            && token.len() >= length
            && token.bytes().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        {
            return Some(kind);
        }
    }
    if is_jwt(word) {
        return Some("a token (JWT)");
    }
    has_url_password(word).then_some("a password in a URL")
}

/// Three base64url parts, of which the first two are JSON objects.
fn is_jwt(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let base64url = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    matches!(parts.as_slice(), [head, body, signature]
        if head.starts_with("eyJ") && body.starts_with("eyJ") && head.len() > 12 && signature.len() > 8
            && parts.iter().all(|part| base64url(part)))
}

/// `scheme://user:password@host`.
fn has_url_password(word: &str) -> bool {
    let Some((_, rest)) = word.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((user, _)) = authority.rsplit_once('@') else { return false };
    user.split_once(':').is_some_and(|(_, password)| is_secret_value(password))
}

/// A line such as `password: hunter2` or `--password=hunter2` in a file or an argument.
fn assigns_a_secret(line: &str) -> bool {
    let Some(at) = line.find(['=', ':']) else { return false };
    let (name, value) = (line.get(..at).unwrap_or_default(), line.get(at + 1..).unwrap_or_default());
    let name = name.trim().trim_start_matches('-').trim_matches(['"', '\'']);
    let value = value.trim().trim_end_matches(',').trim_matches(['"', '\'']);
    let is_name = name.chars().all(|character| character.is_ascii_alphanumeric() || "_-.".contains(character));
    // a sentence such as "secret: see the runbook" has words; a secret has none
    is_name && !value.contains(' ') && is_secret_name(name) && is_secret_value(value)
}

fn is_secret_name(name: &str) -> bool {
    let name = snake_case(name);
    if POINTERS.iter().any(|end| name.ends_with(end)) {
        return false;
    }
    NAMES.iter().any(|part| {
        name.match_indices(part).any(|(at, _)| {
            let before = name.get(..at).unwrap_or_default();
            let after = name.get(at + part.len()..).unwrap_or_default();
            (before.is_empty() || before.ends_with('_')) && (after.is_empty() || after.starts_with('_'))
        })
    })
}

/// `dbPassword`, `db-password` and `db.password` as `DB_PASSWORD`.
fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut after_lower = false;
    for character in name.chars() {
        if character.is_ascii_uppercase() && after_lower {
            out.push('_');
        }
        after_lower = character.is_ascii_lowercase();
        out.push(if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' });
    }
    out
}

/// Whether a value can be a secret: not empty, not a switch or number, not a reference to something elsewhere.
fn is_secret_value(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let is_switch = matches!(
        lower.as_str(),
        "" | "true" | "false" | "yes" | "no" | "on" | "off" | "none" | "null" | "disabled" | "enabled"
    );
    let is_number = value.len() < 4 && value.bytes().all(|byte| byte.is_ascii_digit());
    let is_reference =
        value.starts_with(['/', '$', '<', '%']) || value.contains("${") || value.contains("$(") || value.contains("{{");
    let is_masked = value.chars().all(|character| "*x".contains(character));
    !(is_switch || is_number || is_reference || is_masked)
}

/// The places in a text that is no YAML which may hold secrets: the rest of a line after a name for one, and credentials
/// that show what they are. Rather too much than too little, since it is only for showing lines.
pub fn scan_lines(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut in_key = false;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        in_key |= line.contains("-----BEGIN ");
        let shows = in_key || words(line).any(|word| in_word(word).is_some());
        let from = if shows { Some(0) } else { after_secret_name(line) };
        if let Some(from) = from {
            let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            found.push(Span { start: offset(start + from), end: offset(end) });
        }
        in_key &= !line.contains("-----END ");
        start = end;
    }
    found
}

/// Where the value begins after the first name for a secret with `:` or `=`.
fn after_secret_name(line: &str) -> Option<usize> {
    let separators = line.match_indices([':', '=']).map(|(at, _)| at);
    separators.map(|at| (at, line.get(..at).unwrap_or_default())).find_map(|(at, before)| {
        let name = before.trim_end_matches(['"', '\'', ' ']);
        let begin = name.rfind(|c: char| !(c.is_ascii_alphanumeric() || "_-.".contains(c))).map_or(0, |at| at + 1);
        let value = line.get(at + 1..)?;
        let blank = value.len() - value.trim_start_matches(' ').len();
        is_secret_name(name.get(begin..)?.trim_start_matches('-')).then_some(at + 1 + blank)
    })
}

/// The secrets in a document: a problem for each, and the places that messages must not show.
pub fn scan(root: Node<'_, '_>) -> (Vec<Problem>, Vec<Span>) {
    let mut search = Search::default();
    search.visit(root, None);
    let found = search.found;
    let problems = found.iter().map(|(span, kind, _)| problem(*span, kind)).collect();
    (problems, found.into_iter().flat_map(|(span, _, origin)| [span, origin]).collect())
}

/// A secret: its place, what it is, and where its text stands if the place is an alias.
type Found = (Span, &'static str, Span);

fn problem(span: Span, kind: &str) -> Problem {
    Problem::error(span, format!("this looks like {kind}"))
        .label("a spec holds references to secrets, never their values")
        .help(
            "take it out, treat it as leaked, create a Secret with the new value, and refer to it:\n  \
             secrets: [{name: NAME, path: /run/secrets/NAME}]",
        )
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
                for (key, value) in node.entries() {
                    if let Some(kind) = key.text().and_then(in_text) {
                        self.found.push((key.span(), kind, key.origin()));
                    }
                    self.visit(value, key.text());
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

#[cfg(test)]
mod tests {
    use super::{in_text, in_variable};

    #[test]
    fn secrets_are_recognised() {
        let jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0In0", "c2lnbmF0dXJlLW9mLWl0"].join(".");
        let github = format!("ghp_{}", "aB3".repeat(12));
        for text in [
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
            "AKIAIOSFODNN7EXAMPLE",
            &jwt,
            &github,
            "postgres://shop:hunter2@db:5432/shop",
            "password: hunter2",
            "[db]\npassword = \"hunter2\"\n",
            "--db-password=hunter2",
        ] {
            assert!(in_text(text).is_some(), "{text}");
        }
        for (name, value) in [
            ("PASSWORD", "hunter2"),
            ("DB_PASSWORD", "x1"),
            ("apiKey", "abc123"),
            ("dbPassword", "p"),
            ("PGPASSWORD_", ""),
        ] {
            assert_eq!(in_variable(name, value).is_some(), !value.is_empty(), "{name}={value}");
        }
    }

    #[test]
    fn references_and_settings_are_not() {
        for text in [
            "info",
            "postgres://db:5432/shop",
            "postgres://shop@db/shop",
            "postgres://shop:$(PASSWORD)@db/shop",
            "password_file = /run/secrets/db/password",
            "secret: see the runbook for how it is rotated",
            "-----BEGIN CERTIFICATE-----\nMIIE",
            "MONKEYAKIA",
        ] {
            assert_eq!(in_text(text), None, "{text}");
        }
        for (name, value) in [
            ("PASSWORD_FILE", "/run/secrets/db"),
            ("TOKEN_TTL", "3600"),
            ("TOKEN_REFRESH", "true"),
            ("SECRET_NAME", "shop-db"),
            ("PASSWORD", "$(OTHER)"),
            ("MAX_TOKENS", "4096"),
            ("KEYBOARD", "qwertz"),
        ] {
            assert_eq!(in_variable(name, value), None, "{name}={value}");
        }
    }
}
