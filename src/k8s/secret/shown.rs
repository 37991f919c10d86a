//! What of a line may be secret, for whoever shows it: rather too much than too little, as nothing else hangs on it.

use std::borrow::Cow;

use super::known::known;
use super::words::{is_jwt, snake_case};
use crate::diagnostic::text;

/// Programs that take a password by one letter.
const PROGRAMS: [(&str, &[&str]); 14] = [
    ("mysql", &["-p"]),
    ("mariadb", &["-p"]),
    ("mongo", &["-p"]),
    ("sshpass", &["-p"]),
    ("7z", &["-p"]),
    ("redis-cli", &["-a"]),
    ("valkey-cli", &["-a"]),
    ("ldap", &["-w"]),
    ("sqlcmd", &["-P"]),
    ("bcp", &["-P"]),
    ("zip", &["-P"]),
    ("mosquitto", &["-P"]),
    ("openssl", &["-k", "-K", "-pass", "-passin", "-passout"]),
    ("snmp", &["-A", "-X", "-c"]),
];
/// Programs and words after which nothing of a line is shown.
const LINES: [&str; 7] =
    ["--password-stdin", "chpasswd", "htpasswd", "sqlplus", "identified by", "openssl passwd", "vault login"];
/// Flags of curl without a value, which stand before `-u` in one word.
const SWITCHES: &str = "sSLkfvigGINOJj#0123456";
/// Schemes of addresses with the name of an account, which is no secret.
const ACCOUNTS: [&str; 10] =
    ["ssh", "sftp", "scp", "mailto", "sip", "postgres", "postgresql", "mysql", "mariadb", "mongodb"];
/// Options that begin with `-p` and are written with one dash.
const LONG_P: [&str; 24] = [
    "pack", "page", "para", "parse", "part", "patch", "path", "peer", "period", "pid", "ping", "plain", "plugin",
    "pod", "policy", "port", "pprof", "pre", "print", "pro", "proxy", "public", "pull", "push",
];

/// Where in a line begins what may be secret.
pub(super) fn hidden_from(line: &str) -> Option<usize> {
    if let Cow::Owned(visible) = text::visible_only(line) {
        // what nobody sees in a name must not hide it from us
        return hidden_from(&visible).map(|_| 0);
    }
    let is_plain = line.len() < 3 || !line.contains([' ', '=', ':', '-', '@', '_', '.', '>', ',']);
    let has_credential = || line.len() >= 16 && (chunks(line).any(shows_itself) || known().assigned(line).is_some());
    if has_credential() || line.contains("-----BEGIN ") {
        return Some(0);
    }
    if is_plain {
        return None;
    }
    let lower = line.to_ascii_lowercase();
    if chunks(line).any(has_login) || hides_all(line.split_whitespace()) {
        return Some(0);
    }
    [after_name(line), after_flag(line), after_scheme(&lower)].into_iter().flatten().min()
}

/// Whether a value may be secret, by what it goes by and by what it looks like.
pub(super) fn may_be_secret(name: &str, value: &str) -> bool {
    let name = &*text::visible_only(name);
    let by_name = may_name_secret(name) && may_be_value(name, value);
    by_name || holds_object(value) || value.lines().any(|line| hidden_from(line).is_some())
}

/// Whether a value behind a flag of one letter may be secret.
pub(super) fn may_follow(flag: &str, value: &str, knows_program: bool) -> bool {
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    let is_other = value.is_empty() || value.starts_with('-') || is_path(value) || is_reference(value);
    match flag {
        "-p" | "-P" | "-a" | "-w" | "-W" => !is_other && (knows_program || !is_number),
        "-u" | "-U" | "--user" | "--proxy-user" => is_login(value),
        _ if is_cookie_flag(flag) => is_cookie(value),
        _ => is_user_flag(flag) && is_login(value),
    }
}

/// Whether nothing of a command is shown, whose words are these.
pub(super) fn hides_all<'w>(words: impl Iterator<Item = &'w str>) -> bool {
    let mut command = String::new();
    for word in words.flat_map(str::split_whitespace) {
        command.extend([word.to_ascii_lowercase().as_str(), " "]);
    }
    LINES.iter().any(|words| command.contains(words))
}

/// `-su`, `-LU`: a user's name and password follow.
fn is_user_flag(word: &str) -> bool {
    is_joined(word, &['u', 'U'])
}

/// `--cookie`, `-b`, `-kb`: a cookie follows.
fn is_cookie_flag(word: &str) -> bool {
    word == "--cookie" || is_joined(word, &['b'])
}

/// Whether a word is one of these flags of one letter, with switches before it or without.
fn is_joined(word: &str, flags: &[char]) -> bool {
    let switches = word.strip_prefix('-').and_then(|word| word.strip_suffix(flags));
    switches.is_some_and(|switches| switches.chars().all(|switch| SWITCHES.contains(switch)))
}

/// `session=x`, but not the name of a file.
fn is_cookie(text: &str) -> bool {
    !text.starts_with('-') && text.split_once('=').is_some_and(|(_, value)| !value.is_empty() && !is_reference(value))
}

/// Whether a word is a program that takes a password by one letter.
pub(super) fn takes_password(word: &str) -> bool {
    flags_of(word).is_some()
}

/// The words of a message that show what they are, replaced.
pub fn in_message(message: &str) -> Option<String> {
    if message.len() < 11 || !message.contains(['@', '_', '-', '.']) && message.len() < 16 {
        return None;
    }
    let whole = chunks(message).filter(|chunk| shows_itself(chunk) || has_url_login(chunk));
    let mut found = whole.map(|chunk| (chunk, "***".to_owned())).chain(assigned(message)).peekable();
    found.peek()?;
    Some(found.fold(message.to_owned(), |text, (part, shown)| text.replace(part, &shown)))
}

/// What a message repeats of the form `PASSWORD=x`, with what is shown of it: the name of a variable that holds its value, too.
fn assigned(message: &str) -> impl Iterator<Item = (&str, String)> {
    let parts = chunks(message).filter(|chunk| chunk.contains('=')).flat_map(|chunk| chunk.split(['[', ']']));
    parts.filter_map(|part| {
        let (name, value) = part.split_once('=')?;
        let is_secret = may_name_secret(name) && may_be_value(name, value);
        is_secret.then(|| (part, format!("{name}=***")))
    })
}

/// Whether a key of a Secret is made of words that keys are made of. Others may be the secret themselves.
pub fn is_plain_key(key: &str) -> bool {
    key.len() < 3 || snake_case(key).split('_').filter(|word| !word.is_empty()).all(|word| known().keys.contains(&word))
}

fn chunks(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>'))
}

/// A word that shows what it is.
fn shows_itself(chunk: &str) -> bool {
    let parts = chunk.split([',', ';', '=', '(', ')', '[', ']', '{', '}', ':', '@', '/', '&', '?', '\\']);
    parts.into_iter().any(|part| known().credential(part).is_some() || is_jwt(part) || is_bootstrap_token(part))
        || known().credential(chunk).is_some()
        || known().is_masked(chunk)
        || is_node_token(chunk)
}

/// `abcdef.0123456789abcdef`, by which nodes join a cluster of kubeadm.
fn is_bootstrap_token(part: &str) -> bool {
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let part = part.trim_matches(['.', '-', '_']);
    part.len() == 23
        && part.split_once('.').is_some_and(|(id, secret)| {
            id.len() == 6 && is_plain(id) && is_plain(secret) && secret.bytes().any(|byte| byte.is_ascii_digit())
        })
}

/// `K10...::server:...`, by which nodes join a cluster of K3s or RKE2.
fn is_node_token(chunk: &str) -> bool {
    chunk.split_once("K10").and_then(|(_, rest)| rest.split_once("::")).is_some_and(|(_, rest)| !rest.is_empty())
}

/// `scheme://user:password@host`, or `user:password@host` as some drivers take it.
fn has_login(chunk: &str) -> bool {
    if has_url_login(chunk) {
        return true;
    }
    let Some((login, host)) = chunk.rsplit_once('@') else { return false };
    !chunk.contains("://") && !host.starts_with("sha256:") && !host.starts_with("sha512:") && is_login(login)
}

fn has_url_login(chunk: &str) -> bool {
    let Some((scheme, rest)) = chunk.split_once("://") else { return false };
    let Some((login, _)) = rest.rsplit_once('@') else { return false };
    let (user, password) = match login.split_once(':') {
        // a token may stand where the name of a user does, with no password
        Some((user, "")) => (user, None),
        Some((user, password)) => (user, Some(password)),
        None => (login, None),
    };
    match password {
        Some(password) => !is_reference(password),
        // a token alone; what is no token there is the name of an account
        None if ACCOUNTS.iter().any(|end| scheme.ends_with(end)) => {
            user.len() >= 16 && user.bytes().any(|byte| byte.is_ascii_digit())
        }
        None => !user.is_empty() && !user.contains('/') && user != "git" && !is_reference(user),
    }
}

/// `user:password`, but not the numbers of a user and a group.
fn is_login(text: &str) -> bool {
    let text = text.trim_matches(['"', '\'']);
    let Some((user, password)) = text.split_once([':', '%']) else { return false };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = !user.contains(['/', '@', '(', '{', '$']);
    let is_ids = is_number(user) && is_number(password);
    is_name && !password.is_empty() && !is_reference(password) && !is_ids
}

/// Whether something may be the name of a secret: not only in whole words.
fn may_name_secret(name: &str) -> bool {
    if !hints(name) {
        return false;
    }
    let name = snake_case(name.trim_start_matches('-'));
    let name = name.trim_end_matches(|c: char| c == '_' || c.is_ascii_digit());
    if known().pointers.iter().any(|end| name.ends_with(end)) {
        return false;
    }
    let last = name.rsplit('_').next().unwrap_or_default();
    let has = |part: &&str| name.contains(*part);
    let begins = ["PASSW", "PASSPHRASE", "PASSCODE", "SECRET", "TOKEN", "CREDENTIAL", "APIKEY", "FROM_LITERAL"];
    begins.iter().any(has)
        || known().names.iter().chain(&known().hidden).any(|part| part.contains('_') && name.contains(part))
        || name
            .split('_')
            .any(|word| matches!(word, "PASS" | "PW" | "PWD" | "BEARER" | "COOKIE" | "PSK" | "DOCKERCONFIGJSON"))
        || (last.ends_with("PASS") && !matches!(last, "BYPASS" | "COMPASS"))
        || last.ends_with("PWD")
        || matches!(last, "AUTH" | "MASTERAUTH" | "AUTHORIZATION" | "SIG" | "SIGNATURE")
}

/// Nearly all names end here.
fn hints(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| {
        let hints: &[&[u8]] = match byte.to_ascii_lowercase() {
            b'a' => &[b"auth"],
            b'b' => &[b"bearer"],
            b'c' => &[b"credential", b"cookie"],
            b'd' => &[b"dockerconfigjson"],
            b'f' => &[b"from-literal"],
            b'k' => &[b"key"],
            b'p' => &[b"pass", b"pw", b"psk"],
            b's' => &[b"secret", b"sig", b"sonar"],
            b't' => &[b"token"],
            _ => return false,
        };
        hints.iter().any(|hint| bytes.get(at..at + hint.len()).is_some_and(|part| part.eq_ignore_ascii_case(hint)))
    })
}

/// Whether a value can be secret at all.
fn may_be_value(name: &str, value: &str) -> bool {
    let first = value.split_whitespace().next().unwrap_or_default();
    if is_reference(first.trim_matches(['"', '\'', '\\', ',', ';'])) {
        return false;
    }
    let value = value.trim().trim_end_matches([',', ';', '}', ']', ')']).trim_matches(['"', '\'', '\\']);
    let is_switch =
        ["", "true", "false", "yes", "no", "on", "off", "null", "none", "~", "|", ">", "|-", ">-", "{", "["]
            .iter()
            .any(|word| value.eq_ignore_ascii_case(word));
    let name = snake_case(name);
    let is_password = name.contains("PASS") || name.contains("PW");
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    // a volume or a field of this name points at a Secret
    let is_object =
        name == "SECRET" && value.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'.'));
    !is_switch && !is_path(value) && !is_object && (is_password || !is_number)
}

/// Whether all of a text is a reference to something elsewhere.
fn is_reference(text: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b' '))
    };
    let within = |open, close| text.strip_prefix(open).and_then(|text: &str| text.strip_suffix(close));
    let forms = [within("$(", ")"), within("${", "}"), within("{{", "}}"), within("<", ">"), text.strip_prefix('$')];
    forms.into_iter().flatten().any(is_name)
}

/// A path such as `/run/secrets/token`; what base64 makes has capitals.
fn is_path(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"/._-".contains(&byte);
    text.starts_with(['/', '.']) && text.len() > 1 && text.bytes().all(is_part)
}

/// Whether a text holds a Secret as a manifest or as JSON.
fn holds_object(text: &str) -> bool {
    text.len() > 20
        && text.contains("Secret")
        && text.contains("kind")
        && (text.contains("data") || text.contains("Data"))
}

/// Where the value begins behind the first name of a secret: `password: x`, `PASSWORD=x`, `--password x`,
/// `<password>x`, `"password", "x"`.
fn after_name(line: &str) -> Option<usize> {
    if !hints(line) {
        return None;
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut at = 0;
    while let Some(begin) = line.get(at..)?.find(is_name).map(|found| at + found) {
        let rest = line.get(begin..)?;
        let end = begin + rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        at = end;
        let (name, after) = (line.get(begin..end)?, line.get(end..)?);
        if !may_name_secret(name) {
            continue;
        }
        let value = after.trim_start_matches(['"', '\'', '`', ' ', '\t', '\\']);
        let separator = value.trim_start_matches([':', '=', '>', ',', ']']);
        let is_close = value.starts_with([':', '>', ',', ']']) && separator.len() + 1 == value.len();
        let is_image = is_close && value.starts_with(':') && separator.starts_with(|c: char| c.is_ascii_alphanumeric());
        if is_image && !ends_in_name(name) {
            continue;
        }
        let value = separator.trim_start_matches([' ', '"', '\'', '`', '\\']);
        if after.is_empty() || value.len() == after.len() {
            continue;
        }
        let is_assigned = separator.len() < after.trim_start_matches(['"', '\'', '`', ' ', '\t', '\\']).len();
        let is_flag = line.get(..begin).is_some_and(|before| before.ends_with("--")) || name.starts_with('-');
        if may_be_value(name, value) && (is_assigned || is_flag || is_no_prose(value)) {
            return Some(line.len() - value.len());
        }
    }
    None
}

/// Whether what follows a name without a sign between them may be a value: one word, or one that no sentence has.
fn is_no_prose(text: &str) -> bool {
    let text = ["is ", "was ", "are "].iter().find_map(|verb| text.strip_prefix(verb)).unwrap_or(text);
    let is_odd = |word: &str| {
        let word = word.trim_end_matches(['.', ',', ';', ':', ')', '?', '!']);
        let inside = word.get(1..).unwrap_or_default();
        word.bytes().any(|byte| byte.is_ascii_digit() || b"!$%^&*+=~#@".contains(&byte))
            || inside.bytes().any(|byte| byte.is_ascii_uppercase())
                && word.bytes().any(|byte| byte.is_ascii_lowercase())
    };
    let mut words = text.split_whitespace();
    let (first, second) = (words.next(), words.next());
    (first.is_some() && second.is_none()) || text.starts_with('\'') || text.split_whitespace().any(is_odd)
}

/// Whether the last word of a name is one for secrets.
fn ends_in_name(name: &str) -> bool {
    let name = snake_case(name);
    let last = name.rsplit('_').next().unwrap_or_default();
    may_name_secret(last)
}

/// Where the value begins behind a flag of one letter: `-p x`, `-px`, `-u user:x`.
fn after_flag(line: &str) -> Option<usize> {
    if !line.contains('-') {
        return None;
    }
    let words: Vec<(usize, &str)> = line
        .split([' ', '\t'])
        .scan(0, |at, word| {
            let begin = *at;
            *at += word.len() + 1;
            Some((begin, word))
        })
        .filter(|(_, word)| !word.is_empty())
        .map(|(at, word)| {
            let bare = word.trim_start_matches(['"', '\'', '(', '`', '[']);
            (at + word.len() - bare.len(), bare.trim_end_matches(['"', '\'', ',', ';', ')', '`']))
        })
        .collect();
    let flags: Vec<&str> = words.iter().filter_map(|(_, word)| flags_of(word)).flatten().copied().collect();
    let knows = !flags.is_empty();
    words.iter().enumerate().find_map(|(index, (at, word))| {
        let next = words.get(index + 1);
        let follows = next.filter(|(_, next)| {
            let is_user = matches!(*word, "--user" | "--proxy-user" | "--login") || is_user_flag(word);
            let is_cookie = is_cookie_flag(word) && is_cookie(next);
            let is_flag = flags.contains(word) && !next.starts_with('-');
            let is_short = matches!(*word, "-p" | "-P") && may_follow(word, next, knows);
            is_flag || is_short || is_cookie || (is_user || matches!(*word, "-u" | "-U")) && is_login(next)
        });
        follows.map(|(at, _)| *at).or_else(|| glued(word, knows).map(|length| at + length))
    })
}

/// The length of a flag with its value in the same word, if that may be secret.
fn glued(word: &str, knows_program: bool) -> Option<usize> {
    if let Some(value) = word.strip_prefix("-p").filter(|value| !value.is_empty()) {
        let is_number = value.trim_start_matches('=').bytes().all(|byte| byte.is_ascii_digit());
        let is_long = LONG_P.iter().any(|long| word.get(1..).is_some_and(|word| word.starts_with(long)));
        let is_letters = value.len() < 3 && value.bytes().all(|byte| byte.is_ascii_alphabetic());
        let is_other = is_path(value) || is_reference(value) || is_letters || is_long || is_number;
        return (knows_program || !is_other).then_some(2);
    }
    let cookie = word.strip_prefix("--cookie=").or_else(|| joined_value(word, &['b']));
    if let Some(cookie) = cookie.filter(|cookie| is_cookie(cookie)) {
        return Some(word.len() - cookie.len());
    }
    let Some(login) = ["--user=", "--proxy-user=", "-u", "-U"].into_iter().find(|flag| word.starts_with(flag)) else {
        return joined_user(word);
    };
    is_login(word.get(login.len()..)?).then_some(login.len())
}

/// The length of `-su` in `-sume:x`.
fn joined_user(word: &str) -> Option<usize> {
    let login = joined_value(word, &['u', 'U'])?;
    is_login(login).then_some(word.len() - login.len())
}

/// `me:x` of `-sume:x`: what follows such a flag of one letter in the same word.
fn joined_value<'w>(word: &'w str, flags: &[char]) -> Option<&'w str> {
    let end = word.find(flags).map(|at| at + 1)?;
    let (flag, value) = (word.get(..end)?, word.get(end..)?);
    is_joined(flag, flags).then_some(value)
}

fn flags_of(word: &str) -> Option<&'static [&'static str]> {
    let name = word.rsplit('/').next().unwrap_or(word);
    PROGRAMS.iter().find(|(program, _)| name.starts_with(program)).map(|(_, flags)| *flags)
}

/// Where the value begins behind `Bearer` or `Basic`.
fn after_scheme(lower: &str) -> Option<usize> {
    ["bearer ", "basic "].into_iter().find_map(|scheme| {
        let at = lower.find(scheme)? + scheme.len();
        let value = lower.get(at..)?.split([' ', '"', '\'']).next()?;
        (value.len() > 3 && !is_reference(value)).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::{hidden_from, in_message, is_plain_key, may_be_secret};

    #[test]
    fn lines_are_hidden_from_the_secret_on() {
        for (shown, secret) in [
            ("mysql -u root -p", "hunter2"),
            ("mysql -h db -p", "hunter"),
            ("mysql -p", "12345"),
            ("mysqldump --password=", "hunter2 shop"),
            ("curl -u ", "me:hunter2 https://example.com"),
            ("curl -u", "me:hunter2"),
            ("curl --user ", "me:hunter2"),
            ("curl --user=", "me:hunter2"),
            ("sshpass -p ", "hunter2 ssh me@host"),
            ("redis-cli -h db -a ", "hunter2"),
            ("ldapsearch -x -w ", "hunter2"),
            ("openssl enc -k ", "hunter2"),
            ("curl -H 'Authorization: ", "Bearer hunter2'"),
            ("Authorization: ", "Basic bWU6aHVudGVyMg=="),
            ("kubectl create secret generic x --from-literal=", "a=hunter2"),
            ("jdbc:postgresql://db/shop?user=me&password=", "hunter2"),
            ("Server=db;User Id=sa;Password=", "hunter2;"),
            ("host=db user=me password=", "hunter2 dbname=shop"),
            ("PGPASS=", "hunter2"),
            ("export DB_PASS=", "hunter2"),
            ("machine db login me password ", "hunter2"),
            ("requirepass ", "hunter2"),
            ("<password>", "hunter2</password>"),
            ("{\"password\": \"", "hunter2\"}"),
            ("{\"name\":\"DB_PASSWORD\",\"value\":", "\"hunter2\"}"),
            ("{\"auths\":{\"x\":{\"auth\":\"", "bWU6aHVudGVyMg==\"}}}"),
            ("# the old password was ", "hunter2"),
            ("password: ", "$2y$10$abcdefg"),
            ("password = ", "%41bc"),
            ("token: ", "/9j4AAQ"),
            ("SECRET_KEY_BASE=", "hunter2"),
        ] {
            let line = format!("{shown}{secret}");
            let from = hidden_from(&line);
            assert!(from.is_some_and(|from| from <= shown.len()), "{line}: {from:?}");
        }
        for line in [
            "amqp://me:hunter2@mq:5672/",
            "redis://:hunter2@db",
            "postgres://me:p/ss#1@db/shop",
            "me:hunter2@tcp(db:3306)/shop",
            "echo hunter2 | docker login -u me --password-stdin",
            "CREATE USER me IDENTIFIED BY 'hunter2'",
            "-----BEGIN RSA PRIVATE KEY-----",
        ] {
            assert_eq!(hidden_from(line), Some(0), "{line}");
        }
    }

    #[test]
    fn what_holds_none_is_shown() {
        for line in [
            "",
            "cat /run/secrets/token",
            "ghcr.io/acme/token-service:1.2.3",
            "ghcr.io/acme/app:1.2.3@sha256:0000000000000000000000000000000000000000000000000000000000000000",
            "mkdir -p /data",
            "ssh -p 22 host",
            "java -port=8080 -path=x",
            "--authorization-mode=Node,RBAC",
            "--anonymous-auth=false",
            "--token-auth-file=/etc/tokens",
            "--service-account-signing-key-file=/etc/sa.key",
            "chown 1000:1000 /data",
            "automountServiceAccountToken: false",
            "secretName: shop",
            "password: $(PASSWORD)",
            "password: ${DB_PASSWORD}",
            "rpk -v --user=1000:1000",
            "kubectl get secrets -A -o json | kubectl replace -f -",
            "# every Secret in it is lost, and so are the tokens of nodes",
            "git@github.com:acme/shop.git",
            "https://example.com/a?b=c",
        ] {
            assert_eq!(hidden_from(line), None, "{line}");
        }
        assert!(!may_be_secret("secret", "shop-tls") && !may_be_secret("tokenExpirationSeconds", "3600"));
        assert!(may_be_secret("DB_PASS", "12") && may_be_secret("x", "kind: Secret\nstringData:\n  a: hunter2\n"));
    }

    #[test]
    fn keys_and_messages() {
        for key in ["password", "tls.crt", "ca.crt", ".dockerconfigjson", "DB_PASSWORD", "apiKey", "config.json", "a"] {
            assert!(is_plain_key(key), "{key}");
        }
        for key in ["hunter2", "s3cr3t", "correct-horse-battery", "ghp_aB3aB3"] {
            assert!(!is_plain_key(key), "{key}");
        }
        assert_eq!(in_message("image `https://me:hunter2@db/x` is odd").unwrap(), "image `***` is odd");
        assert_eq!(in_message("image `ghcr.io/acme/app@sha256:0` is odd"), None);
        let path = "`spec.containers[c].env[PASSWORD=hunter2].name` is odd";
        assert_eq!(in_message(path).unwrap(), "`spec.containers[c].env[PASSWORD=***].name` is odd");
        assert_eq!(in_message("expected `--token-auth-file=/etc/tokens`, not `--anonymous-auth=true`"), None);
    }
}
