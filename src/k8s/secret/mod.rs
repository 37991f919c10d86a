//! Telling secret values from others: by what they look like, and by the names they go under.

mod known;
mod places;
mod shown;
mod words;

use crate::yaml::Span;

use known::{hints_at_secret, known};
pub use places::places;
pub use shown::{in_message, is_plain_key};
use words::{is_jwt, snake_case};

/// What kind of secret a text holds, if it looks like one.
pub fn in_text(text: &str) -> Option<&'static str> {
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    if let Some(kind) = words(text).find_map(in_word).or_else(|| known().assigned(text)) {
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
    text.split(|character: char| {
        character.is_whitespace()
            || matches!(character, '"' | '\'' | '`' | ',' | ';' | '=' | '(' | ')' | '<' | '>' | '[' | ']' | '{' | '}')
    })
}

fn in_word(word: &str) -> Option<&'static str> {
    if let Some(kind) = known().credential(word) {
        return Some(kind);
    }
    if is_jwt(word) {
        return Some("a token (JWT)");
    }
    has_url_password(word).then_some("a password in a URL")
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
    // each name of the table has one
    if !hints_at_secret(name) {
        return false;
    }
    let name = snake_case(name);
    if known().pointers.iter().any(|end| name.ends_with(end)) {
        return false;
    }
    known().names.iter().any(|part| {
        name.match_indices(part).any(|(at, _)| {
            let before = name.get(..at).unwrap_or_default();
            let after = name.get(at + part.len()..).unwrap_or_default();
            (before.is_empty() || before.ends_with('_')) && (after.is_empty() || after.starts_with('_'))
        })
    })
}

/// Whether a value can be a secret: not empty, not a switch or number, not a reference to something elsewhere.
fn is_secret_value(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let is_switch = matches!(
        lower.as_str(),
        "" | "true"
            | "false"
            | "yes"
            | "no"
            | "on"
            | "off"
            | "none"
            | "null"
            | "nil"
            | "disabled"
            | "enabled"
            | "unset"
            | "not set"
            | "not-set"
            | "not_set"
            | "undefined"
    );
    let is_number = value.len() < 4 && value.bytes().all(|byte| byte.is_ascii_digit());
    let is_reference =
        value.starts_with(['/', '$', '<', '%']) || value.contains("${") || value.contains("$(") || value.contains("{{");
    let is_masked = value.chars().all(|character| "*x".contains(character));
    !(is_switch || is_number || is_reference || is_masked)
}

/// As [`in_text`], but surer: for texts that somebody else wrote, where a false alarm is worse than a miss.
pub fn surely_in_text(text: &str) -> Option<&'static str> {
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    let in_line = |line: &str| hints_at_secret(line) && (surely_assigns(line) || line.split_whitespace().any(in_shell));
    let credential = long_words(text).find_map(in_word).or_else(|| known().assigned(text));
    credential.or_else(|| text.lines().any(in_line).then_some("a password"))
}

/// The shortest URL with a password: `a://b:cde@f`.
const SHORTEST_URL: usize = 11;

/// The words that are long enough for a credential; texts are full of shorter ones.
fn long_words(text: &str) -> impl Iterator<Item = &str> {
    let ends = |byte: &u8| {
        matches!(
            byte,
            b'\t'
                ..=b'\r'
                    | b' '
                    | b'"'
                    | b'\''
                    | b'`'
                    | b','
                    | b';'
                    | b'='
                    | b'('
                    | b')'
                    | b'<'
                    | b'>'
                    | b'['
                    | b']'
                    | b'{'
                    | b'}'
        )
    };
    let words = text.as_bytes().split(ends).filter(|word| word.len() >= SHORTEST_URL);
    words.filter_map(|word| std::str::from_utf8(word).ok())
}

/// A word of a command such as `PASSWORD=hunter2`. One that begins a text in quotes, or a command whose output is meant, is not
/// all of its value.
fn in_shell(word: &str) -> bool {
    let Some((_, value)) = word.split_once('=') else { return false };
    let opens = |quote: char| value.starts_with(quote) && value.matches(quote).count() == 1;
    !['"', '\'', '`'].into_iter().any(opens) && surely_assigns(word)
}

/// As [`in_variable`], but surer: the name must end in a word for secrets, and the value must not look like the name of
/// something.
pub fn surely_in_variable(name: &str, value: &str) -> Option<&'static str> {
    if let Some(kind) = surely_in_text(value) {
        return Some(kind);
    }
    surely_secret(name, value).then_some("a secret")
}

/// A line of a settings file such as `password = "hunter2"`; code that merely handles a password is none.
fn surely_assigns(line: &str) -> bool {
    let Some((name, value)) = line.split_once(['=', ':']) else { return false };
    if !hints_at_secret(name) {
        return false;
    }
    let name = name.trim().trim_start_matches('-').trim();
    let name = name.strip_prefix("export ").unwrap_or(name).trim_matches(['"', '\'']);
    let value = value.trim().trim_end_matches([',', ';']);
    let bare = value.trim_matches(['"', '\'']);
    let is_name = name.chars().all(|character| character.is_ascii_alphanumeric() || "_-.".contains(character));
    let is_code = bare.contains(['(', ')', '[', ']', '{', '}', '"', '\'', '`', ' ', '\\'])
        || bare.len() == value.len()
            && bare.contains('.')
            && bare.chars().all(|c| c.is_ascii_alphabetic() || "._".contains(c));
    let is_yaml = value.starts_with(['|', '>', '&', '*', '!', '#']);
    is_name && !is_code && !is_yaml && surely_secret(name, bare)
}

fn surely_secret(name: &str, value: &str) -> bool {
    if !hints_at_secret(name) || !is_secret_value(value) || value.contains("://") || value.eq_ignore_ascii_case(name) {
        return false;
    }
    if known().references.iter().any(|reference| value.starts_with(reference)) {
        return false;
    }
    let name = snake_case(name);
    let name = name.trim_end_matches(|c: char| c == '_' || c.is_ascii_digit());
    let ends = |part: &&&str| name.strip_suffix(**part).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'));
    let Some(part) = known().names.iter().find(ends) else { return false };
    let is_password = part.contains("PASS") || part.ends_with("PWD");
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    let is_a_name = value.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_' | b'.'));
    is_password || !(is_number || is_a_name || *part == "SECRET" && is_namespaced_name(value))
}

/// Whether a value is the name of an object with its namespace, as controllers are told where a Secret is: `shop/tls-2`.
fn is_namespaced_name(value: &str) -> bool {
    let is_label = |part: &str| {
        part.len() <= 63
            && part.starts_with(|first: char| first.is_ascii_lowercase())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
    };
    value.split_once('/').is_some_and(|(namespace, name)| is_label(namespace) && is_label(name))
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
        let from =
            if in_key { Some(0) } else { shown::hidden_from(line.trim_end()).or_else(|| after_secret_name(line)) };
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

#[cfg(test)]
mod tests {
    use super::{in_text, in_variable, surely_in_text, surely_in_variable};

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

    #[test]
    fn what_surely_is_a_secret() {
        for (name, value) in [
            ("DB_PASSWORD", "hunter2"),
            ("DB_PASSWORD", "admin"),
            ("POSTGRES_PASSWORD_1", "12345678"),
            ("apiKey", "9f86d081884c"),
            ("CLIENT_SECRET", "s3cr3t"),
            ("DATABASE_URL", "postgres://shop:hunter2@db:5432/shop"),
        ] {
            assert!(surely_in_variable(name, value).is_some(), "{name}={value}");
        }
        for text in [
            "[security]\nadmin_password = admin\n",
            "spring.datasource.password=hunter2",
            "users:\n  - password: 'hunter2'\n",
            "export API_TOKEN=9f86d081884c",
            "set -e; PGPASSWORD=x DB_PASSWORD=hunter2 psql -h db",
            "PASSWORD=\"hunter2\" psql",
            "client_secret: aB3/xY9",
        ] {
            assert!(surely_in_text(text).is_some(), "{text}");
        }
    }

    #[test]
    fn what_may_well_be_none() {
        for (name, value) in [
            ("TLS_SECRET", "shop-tls"),
            ("TOKEN_ISSUER", "https://login.example.com"),
            ("OIDC_TOKEN", "https://login.example.com/token"),
            ("MAX_TOKEN", "4096"),
            ("TOKEN_EXPIRATION", "3600s"),
            ("PASSWORD_VALIDATION", "strict"),
            ("DB_PASSWORD", "vault:secret/data/db#password"),
            ("DB_PASSWORD", "$(OTHER)"),
            ("password_validation.py", "import re"),
            ("KEYBOARD_LAYOUT", "de1"),
        ] {
            assert_eq!(surely_in_variable(name, value), None, "{name}={value}");
        }
        for text in [
            "password = os.environ[\"PASSWORD\"]",
            "password=password,",
            "token = settings.token",
            "def check(password: str) -> bool:",
            "const token = getToken();",
            "password: |\n  see below",
            "# password: hunter2 was the old one",
            "password: ${PASSWORD}",
            "bearer_token_file: /var/run/secrets/token",
            "mail = \"^[a-z]+@example.com$\"",
            "PASSWORD=\"not set\"",
            "PASSWORD=$(cat /f)",
            "PASSWORD=`cat /f`",
            "db_password: unset",
            "export PASSWORD=\"the one of $USER\"",
            "default-tls-secret: \"some-namespace/some-secret-2\"",
        ] {
            assert_eq!(surely_in_text(text), None, "{text}");
        }
    }
}
