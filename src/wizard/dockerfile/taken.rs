//! What is taken of the stage that makes the image, and what is said of the rest.

use super::health::Check;
use super::stage::{Base, Exposed, Said, Stage};
use crate::wizard::images::known;

/// User ids from here on belong to no user of a node.
const LOWEST: i64 = 10_000;

/// What a Dockerfile gives, and what it does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::wizard) struct Taken {
    pub(in crate::wizard) port: Option<u16>,
    pub(in crate::wizard) user: Option<i64>,
    /// How its health is probed, as the question has it.
    pub(in crate::wizard) health: Option<String>,
    /// The image that it is built on.
    pub(in crate::wizard) base: Option<String>,
    /// What was taken, in a few words each.
    pub(in crate::wizard) taken: Vec<String>,
    /// What was not, and why.
    pub(in crate::wizard) notes: Vec<String>,
    /// Whether everything of the folder is copied into the image.
    pub(in crate::wizard) copies_all: bool,
}

pub(super) fn of(stage: &Stage) -> Taken {
    let base = match &stage.base {
        Base::Image(image) => Some(image.clone()).filter(|image| !image.is_empty() && image != "scratch"),
        Base::Unknown(_) => None,
    };
    let mut taken = Taken { base, copies_all: stage.copies_all, ..Taken::default() };
    if let Base::Unknown(text) = &stage.base {
        taken.notes.push(format!(
            "FROM {text}: a variable that only the build gives a value, so nothing is known of that image"
        ));
    }
    port(stage, &mut taken);
    user(stage, &mut taken);
    health(stage, &mut taken);
    if let Some((base, row)) = taken.base.clone().and_then(|base| known(&base).map(|row| (base, row))) {
        taken.notes.push(row.told(&base));
    }
    taken
}

fn port(stage: &Stage, taken: &mut Taken) {
    for unread in &stage.unread {
        let why = match &unread.value {
            Err(name) => without_value(name, stage),
            Ok(()) => "this is no port".to_owned(),
        };
        taken.notes.push(format!("EXPOSE {} (line {}): {why}", unread.text, unread.line));
    }
    let tcp = || stage.exposed.iter().filter(|port| port.is_tcp);
    let asked = match stage.health.as_ref().map(|health| &health.value) {
        Some(Ok(Some(Check::Http { port: Some(port), .. }))) => Some(*port),
        _ => None,
    };
    let asked = asked.filter(|asked| tcp().any(|port| (port.from..=port.to).contains(asked)));
    let single = tcp().find(|port| port.from == port.to).map(|port| port.from);
    let first = tcp().next().map(|port| port.from);
    taken.port = asked.or(single).or(first);
    let Some(port) = taken.port else {
        let base = taken.base.as_deref().and_then(|base| known(base)?.port.map(|port| (port, base)));
        if let Some((port, base)) = base.filter(|_| stage.exposed.is_empty() && stage.unread.is_empty()) {
            let said = format!("port {port} (that of {base})");
            taken.port = Some(port);
            taken.taken.push(said);
        }
        return;
    };
    taken.taken.push(format!("port {port} (EXPOSE)"));
    let why = if asked.is_some() {
        "the HEALTHCHECK asks there"
    } else if single.is_some() {
        "it is the first that stands alone"
    } else {
        "it is the first"
    };
    let is_other = |other: &&Exposed| !(other.is_tcp && other.from == port && other.to == port);
    for other in stage.exposed.iter().filter(is_other) {
        taken.notes.push(match other {
            Exposed { from, to, .. } if from != to => {
                format!("EXPOSE {from}-{to} is a range, and one port is taken: {port}, as {why}")
            }
            Exposed { from, is_tcp: false, .. } => {
                format!("EXPOSE {from} is not TCP: {port} is taken; another one goes to `ports` with `protocol: UDP`")
            }
            Exposed { from, .. } => {
                format!("EXPOSE {from} as well: {port} is taken, as {why}; add {from} to `ports` if others call it")
            }
        });
    }
}

/// That a variable has no value, and who may give it one.
fn without_value(name: &str, stage: &Stage) -> String {
    match &stage.base {
        Base::Image(image) if !image.is_empty() && image != "scratch" => {
            format!("nothing here gives ${name} a value, and what {image} gives it is not known")
        }
        _ => format!("nothing here gives ${name} a value"),
    }
}

/// A user by number, and where the number is from.
enum User {
    Number(i64, Option<String>),
    Unknown(String),
}

fn user(stage: &Stage, taken: &mut Taken) {
    let Some(said) = &stage.user else { return inherited_user(stage, taken) };
    let text = &said.text;
    let (name, group) = match &said.value {
        Ok(value) => value.split_once(':').map_or((value.as_str(), None), |(user, group)| (user, Some(group))),
        Err(name) => {
            let why = without_value(name, stage);
            taken.notes.push(format!(
                "USER {text} (line {}): {why}; the pod runs as 10001 unless --user says otherwise",
                said.line
            ));
            return;
        }
    };
    match number(name, stage) {
        User::Number(id, by) => {
            let by = by.map(|by| format!(", {by}")).unwrap_or_default();
            if id >= LOWEST {
                taken.user = Some(id);
                taken.taken.push(format!(
                    "user {id} (USER{})",
                    if by.is_empty() { String::new() } else { format!(" {name}{by}") }
                ));
            } else {
                let is = if by.is_empty() { String::new() } else { format!(" is {id}{by}, which") };
                let why = if id == 0 { "is root" } else { "is below 10000 and may belong to a user of the node" };
                taken.notes.push(refused(said, &format!("{is} {why}"), id));
            }
            // a group of the name of the user has its number nearly always
            let number = group
                .filter(|group| *group != name)
                .map(|group| group.parse().ok().or_else(|| stage.accounts.group(group)));
            if number.is_some_and(|number| number != Some(id)) && id >= LOWEST {
                taken.notes.push(format!(
                    "USER {text} (line {}): the group is not taken, the pod's is as its user; `runAs.group` names another",
                    said.line
                ));
            }
        }
        User::Unknown(why) => taken.notes.push(refused(said, &format!(" {why}"), -1)),
    }
}

/// What is said of a user that the pod does not run as.
fn refused(said: &Said<String>, why: &str, id: i64) -> String {
    let keep = if id > 0 {
        format!("; to keep {id}, write `runAs` with an exception from low-user-id")
    } else {
        String::new()
    };
    format!(
        "USER {} (line {}){why}: the pod runs as 10001 instead, and can write to the folders given as writable only{keep}",
        said.text, said.line
    )
}

fn number(name: &str, stage: &Stage) -> User {
    if let Ok(id) = name.parse() {
        return User::Number(id, None);
    }
    if let Some(account) = stage.accounts.user(name) {
        let (by, line) = (&account.by, account.line);
        return match account.id {
            Some(id) => User::Number(id, Some(format!("by {by} in line {line}"))),
            None => User::Unknown(format!("is a name, and {by} in line {line} gives it no number")),
        };
    }
    if name == "root" {
        return User::Number(0, None);
    }
    if let Base::Image(image) = &stage.base
        && let Some(id) = known(image).and_then(|row| row.user(name))
    {
        return User::Number(id, Some(format!("its number in {image}")));
    }
    User::Unknown("is a name, and the kubelet cannot tell that it is not root".to_owned())
}

/// Without `USER`, the base image decides.
fn inherited_user(stage: &Stage, taken: &mut Taken) {
    let Base::Image(image) = &stage.base else { return };
    match known(image).map(|row| row.runs) {
        Some(id) if id >= LOWEST => {
            taken.user = Some(id);
            taken.taken.push(format!("user {id} (that of {image})"));
        }
        // the row says it
        Some(_) => {}
        None if image.is_empty() || image == "scratch" => {}
        None => taken.notes.push(format!(
            "no USER: {image} decides who it runs as, which is root for most images; the pod runs as 10001, so try it first"
        )),
    }
}

fn health(stage: &Stage, taken: &mut Taken) {
    let Some(said) = &stage.health else { return };
    let line = said.line;
    let check = match &said.value {
        Ok(Some(check)) => check,
        Ok(None) => return,
        Err(name) => {
            let why = without_value(name, stage);
            taken.notes.push(format!("HEALTHCHECK (line {line}): {why}; a TCP connection is the probe"));
            return;
        }
    };
    match check {
        Check::Exec(words) => {
            let command = words.join(" ");
            taken.taken.push(format!("health by the command {command} (HEALTHCHECK)"));
            taken.health = Some(format!("exec: {command}"));
        }
        Check::Other => taken.notes.push(format!(
            "HEALTHCHECK (line {line}) is a command of a shell that is not taken: a TCP connection is the probe, `health` has `exec` for commands"
        )),
        Check::Http { secure, port, path } => {
            let usual = if *secure { 443 } else { 80 };
            let asked = port.unwrap_or(usual);
            if taken.port.is_some_and(|port| port != asked) {
                taken.notes.push(format!(
                    "HEALTHCHECK (line {line}) asks port {asked}, which is not the one that is taken: a TCP connection is the probe"
                ));
                return;
            }
            let scheme = if *secure { "https " } else { "" };
            taken.taken.push(format!("health {scheme}{path} (HEALTHCHECK)"));
            taken.health = Some(if *secure { format!("https:{path}") } else { path.clone() });
        }
    }
}
