//! What can be read off a folder: its name, and what a Dockerfile says about the image made there.

use camino::Utf8Path;

use crate::file::{self, LIMIT};
use crate::k8s::names;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folder {
    /// A name for the app, after the folder.
    pub name: Option<String>,
    /// The first port that the Dockerfile exposes.
    pub port: Option<u16>,
    /// The numeric user that the Dockerfile names, if it is usable.
    pub user: Option<i64>,
    /// The path or way that the Dockerfile checks health by.
    pub health: Option<String>,
    /// What was taken, and what could not be, for people to read.
    pub notes: Vec<String>,
}

/// Reads a folder. What is not there is no error.
pub fn read(folder: &Utf8Path) -> Folder {
    let mut found = Folder::default();
    let real = folder.canonicalize_utf8().unwrap_or_else(|_| folder.to_owned());
    found.name = real.file_name().and_then(names::suggest_label);
    if let Ok(text) = file::read_text(&folder.join("Dockerfile"), LIMIT) {
        dockerfile(&text, &mut found);
    }
    found
}

/// Reads a Dockerfile.
pub fn of_dockerfile(text: &str) -> Folder {
    let mut found = Folder::default();
    dockerfile(text, &mut found);
    found
}

fn dockerfile(text: &str, found: &mut Folder) {
    for (word, rest) in instructions(text) {
        match word.as_str() {
            // only the last stage makes the image
            "FROM" => *found = Folder { name: found.name.take(), ..Folder::default() },
            "EXPOSE" if found.port.is_none() => {
                let port = rest.split_whitespace().find(|port| !port.ends_with("/udp"));
                let number = port.and_then(|port| port.split('/').next()).and_then(|port| port.parse().ok());
                found.port = number.filter(|number| *number > 0);
            }
            "USER" => user(&rest, found),
            "HEALTHCHECK" => found.health = health(&rest),
            _ => {}
        }
    }
    let mut took = Vec::new();
    if let Some(port) = found.port {
        took.push(format!("port {port} (EXPOSE)"));
    }
    if let Some(user) = found.user {
        took.push(format!("user {user} (USER)"));
    }
    if let Some(health) = &found.health {
        took.push(format!("health {health} (HEALTHCHECK)"));
    }
    if !took.is_empty() {
        found.notes.insert(0, format!("took from the Dockerfile: {}", took.join(", ")));
    }
}

fn user(rest: &str, found: &mut Folder) {
    const LOWEST: i64 = 10_000;
    let name = rest.split(':').next().unwrap_or_default().trim();
    found.notes.retain(|note| !note.starts_with("USER"));
    found.user = name.parse().ok().filter(|id| *id >= LOWEST);
    if found.user.is_none() {
        let why = match name.parse::<i64>() {
            Ok(0) => "is root",
            Ok(_) => "may belong to a user of the node",
            Err(_) if name == "root" => "is root",
            Err(_) => "is a name, and the kubelet cannot tell that it is not root",
        };
        found.notes.push(format!(
            "USER {name} of the Dockerfile {why}: the pod runs as 10001 instead, and can write to the folders given as writable only"
        ));
    }
}

/// The path of the first URL in the check, unless a variable is part of it.
fn health(rest: &str) -> Option<String> {
    if rest.trim().eq_ignore_ascii_case("none") {
        return None;
    }
    let url =
        rest.split(|c: char| c.is_whitespace() || "\"',[]".contains(c)).find(|word| word.starts_with("http://"))?;
    let path = url.strip_prefix("http://")?.split_once('/').map_or("", |(_, path)| path);
    let path = path.split(['?', '#', ';', '|', '&']).next().unwrap_or_default();
    (!path.contains('$')).then(|| format!("/{path}"))
}

/// Instructions with continued lines joined, comments left out.
fn instructions(text: &str) -> Vec<(String, String)> {
    let mut joined: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let (content, continues) = line.strip_suffix('\\').map_or((line, false), |content| (content, true));
        match joined.last_mut().filter(|_| open) {
            Some(last) => {
                last.push(' ');
                last.push_str(content);
            }
            None => joined.push(content.to_owned()),
        }
        open = continues;
    }
    let split = |line: &String| {
        line.split_once(char::is_whitespace).map(|(word, rest)| (word.to_uppercase(), rest.trim().to_owned()))
    };
    joined.iter().filter_map(split).collect()
}

#[cfg(test)]
mod tests {
    use super::of_dockerfile as found;

    #[test]
    fn reads_the_last_stage() {
        let folder = found(
            "FROM golang AS build\nEXPOSE 1\nUSER 20001\nFROM scratch\n# EXPOSE 2\nexpose 53/udp 8080/tcp \\\n 9090\nUSER 10050:10050\n\
             HEALTHCHECK --interval=5s CMD curl -f http://localhost:8080/live || exit 1\n",
        );
        assert_eq!((folder.port, folder.user, folder.health.as_deref()), (Some(8080), Some(10050), Some("/live")));
        assert_eq!(
            folder.notes,
            ["took from the Dockerfile: port 8080 (EXPOSE), user 10050 (USER), health /live (HEALTHCHECK)"]
        );
    }

    #[test]
    fn says_why_a_user_will_not_do() {
        for (user, why) in [("root", "is root"), ("0", "is root"), ("1000", "of the node"), ("app", "is a name")] {
            let folder = found(&format!("FROM x\nUSER {user}\n"));
            assert_eq!(folder.user, None);
            assert!(folder.notes.iter().any(|note| note.contains(why)), "{user}: {:?}", folder.notes);
        }
    }
}
