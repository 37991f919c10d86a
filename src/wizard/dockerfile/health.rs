//! `HEALTHCHECK`: what it asks, where.

use super::variables::{Variables, expand, words};

/// What a health check asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Check {
    Http {
        secure: bool,
        port: Option<u16>,
        path: String,
    },
    Exec(Vec<String>),
    /// It asks by a command of a shell that cannot be told.
    Other,
}

/// Reads what follows `HEALTHCHECK`; `None` for `NONE`. `Err` is a variable that nobody here knows.
pub(super) fn read(rest: &str, variables: &Variables, escape: char) -> Result<Option<Check>, String> {
    let mut command = rest.trim();
    while let Some(option) = command.strip_prefix("--") {
        command = option.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start());
    }
    let (word, command) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    if word.eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    let command = command.trim();
    let list = exec_form(command);
    let words = match &list {
        Some(list) => list.clone(),
        None => words(command),
    };
    let words: Vec<String> = words.iter().map(|word| expand(word, variables, escape)).collect::<Result<_, String>>()?;
    if let Some(check) = words.iter().find_map(|word| url(word, &words)) {
        return Ok(Some(check));
    }
    let is_shell = words.first().is_some_and(|word| matches!(word.rsplit('/').next(), Some("sh" | "bash" | "ash")));
    if list.is_some() && !words.is_empty() && !is_shell {
        return Ok(Some(Check::Exec(words)));
    }
    // `/srv -health` starts the program by a shell only to split the words
    let is_plain = |word: &String| !word.contains(['|', '&', ';', '>', '<', '(', ')', '`', '*', '"', '\'']);
    let words: Vec<String> = words.split(|word| word == "||").next().unwrap_or_default().to_vec();
    if words.first().is_some_and(|word| word.starts_with('/')) && !is_shell && words.iter().all(is_plain) {
        return Ok(Some(Check::Exec(words)));
    }
    Ok(Some(Check::Other))
}

/// `["a", "b"]`.
fn exec_form(command: &str) -> Option<Vec<String>> {
    serde_json::from_str(command).ok().filter(|_| command.starts_with('['))
}

/// The address in a word, with or without a scheme if `curl` or `wget` asks.
fn url(word: &str, all: &[String]) -> Option<Check> {
    let word = word.split(['"', '\'', ')', '(', ',']).find(|part| has_host(part))?;
    let asks = all.iter().any(|word| matches!(word.rsplit('/').next(), Some("curl" | "wget" | "http")));
    let (secure, address) = match word.split_once("://") {
        Some(("http", address)) => (false, address),
        Some(("https", address)) => (true, address),
        None if asks => (false, word),
        Some(_) | None => return None,
    };
    let address = address.split(['?', '#', ';', '|', '&']).next().unwrap_or_default();
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let port = host.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    Some(Check::Http { secure, port, path: format!("/{path}") })
}

fn has_host(word: &str) -> bool {
    let address = word.split_once("://").map_or(word, |(_, address)| address);
    ["localhost", "127.0.0.1", "0.0.0.0", "[::1]"]
        .iter()
        .any(|host| address.strip_prefix(host).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/', '?'])))
}

#[cfg(test)]
mod tests {
    use super::{Check, Variables, read};

    fn http(secure: bool, port: Option<u16>, path: &str) -> Check {
        Check::Http { secure, port, path: path.to_owned() }
    }

    #[test]
    fn finds_what_is_asked() {
        let variables: Variables = [("PORT".to_owned(), Some("3000".to_owned()))].into();
        let exec = |words: &[&str]| Check::Exec(words.iter().map(|word| (*word).to_owned()).collect());
        for (rest, expected) in [
            (
                "--interval=30s CMD curl -f http://localhost:${PORT}/health || exit 1",
                http(false, Some(3000), "/health"),
            ),
            ("CMD wget -qO- localhost:9000/ping || exit 1", http(false, Some(9000), "/ping")),
            ("CMD curl -kf https://localhost:8443/healthz", http(true, Some(8443), "/healthz")),
            ("CMD [\"curl\", \"-f\", \"http://127.0.0.1/\"]", http(false, None, "/")),
            ("CMD [\"/srv\", \"-health\"]", exec(&["/srv", "-health"])),
            ("CMD /srv -health || exit 1", exec(&["/srv", "-health"])),
            ("CMD sh -c 'test -f /tmp/up'", Check::Other),
            (
                "CMD node -e \"require('http').get('http://localhost:3000/up?x=1', r => 1)\"",
                http(false, Some(3000), "/up"),
            ),
            ("CMD pg_isready | grep accepting", Check::Other),
        ] {
            assert_eq!(read(rest, &variables, '\\'), Ok(Some(expected)), "{rest}");
        }
        assert_eq!(read("NONE", &variables, '\\'), Ok(None));
        assert_eq!(read("CMD curl http://localhost:$OTHER/", &variables, '\\'), Err("OTHER".to_owned()));
    }
}
