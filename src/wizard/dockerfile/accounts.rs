//! Users and groups that a build makes.

use std::collections::BTreeMap;

use super::variables::{Variables, expand, words};

/// What `useradd`, `adduser`, `groupadd` and `addgroup` made.
#[derive(Debug, Clone, Default)]
pub(super) struct Accounts {
    users: BTreeMap<String, Account>,
    groups: BTreeMap<String, Account>,
}

/// An account with the number that the command gives, if it does.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) id: Option<i64>,
    /// The line of the instruction.
    pub(super) line: usize,
    /// The command.
    pub(super) by: String,
}

/// Options of these commands that have a value, in the tools of shadow, of Debian and of `BusyBox`.
const WITH_VALUE: &[&str] = &[
    "--uid",
    "--gid",
    "--groups",
    "--shell",
    "--home",
    "--home-dir",
    "--comment",
    "--gecos",
    "--ingroup",
    "--base-dir",
    "--password",
    "--skel",
    "--key",
    "--expiredate",
    "--inactive",
    "--conf",
    "--prefix",
    "--root",
];
const SHORT_WITH_VALUE: &str = "bcdefgGhkKpPRsuZ";

impl Accounts {
    pub(super) fn user(&self, name: &str) -> Option<&Account> {
        self.users.get(name)
    }

    pub(super) fn group(&self, name: &str) -> Option<i64> {
        self.groups.get(name).and_then(|account| account.id)
    }

    /// Reads the commands of a `RUN`.
    pub(super) fn read(&mut self, script: &str, line: usize, variables: &Variables, escape: char) {
        for command in script.split(['\n', ';', '|', '&', '(', ')']) {
            let words: Vec<String> = words(command)
                .iter()
                .map(|word| expand(word, variables, escape).unwrap_or_else(|_| word.clone()))
                .collect();
            let Some(at) = words.iter().position(|word| is_command(word)) else { continue };
            let [command, arguments @ ..] = words.get(at..).unwrap_or_default() else { continue };
            self.add(command.rsplit('/').next().unwrap_or_default(), arguments, line);
        }
    }

    fn add(&mut self, command: &str, arguments: &[String], line: usize) {
        let group = matches!(command, "groupadd" | "addgroup");
        let (mut id, mut name) = (None, None);
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let Some((option, value)) = option(argument) else {
                // what follows the first name is a group that the user is put into
                name = name.or(Some(argument.clone()));
                continue;
            };
            let Some(option) = option else { continue };
            let value = value.or_else(|| arguments.next().cloned()).unwrap_or_default();
            let is_id = if group { matches!(option, "g" | "--gid") } else { matches!(option, "u" | "--uid") };
            if is_id {
                id = value.parse().ok();
            }
        }
        let Some(name) = name else { return };
        let account = Account { id, line, by: command.to_owned() };
        let table = if group { &mut self.groups } else { &mut self.users };
        table.insert(name, account);
    }
}

fn is_command(word: &str) -> bool {
    matches!(word.rsplit('/').next(), Some("useradd" | "adduser" | "groupadd" | "addgroup"))
}

/// An option that has a value, and the value where it is part of the same word; `Some((None, _))` is an option without one.
fn option(word: &str) -> Option<(Option<&str>, Option<String>)> {
    if word.starts_with("--") {
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value.to_owned())));
        return Some((WITH_VALUE.contains(&name).then_some(name), value));
    }
    let letters = word.strip_prefix('-').filter(|letters| !letters.is_empty())?;
    // `-ms /bin/sh`: the first letter with a value takes the rest of the word
    let at = letters.find(|letter| SHORT_WITH_VALUE.contains(letter));
    let Some((letter, value)) = at.and_then(|at| letters.get(at..=at).zip(letters.get(at + 1..))) else {
        return Some((None, None));
    };
    Some((Some(letter), Some(value.to_owned()).filter(|value| !value.is_empty())))
}

#[cfg(test)]
mod tests {
    use super::{Accounts, Variables};

    #[test]
    fn finds_the_number_of_a_user() {
        for (script, id) in [
            ("useradd --uid 1001 web", Some(1001)),
            ("groupadd -g 7 web && useradd -r -u 1001 -g web web", Some(1001)),
            ("apt-get update; adduser --system --uid=1001 --ingroup web web", Some(1001)),
            ("addgroup -S web && adduser -S -D -H -u1001 -h /x -s /sbin/nologin -G web -g web web", Some(1001)),
            ("useradd -mu 1001 -s /bin/bash web", Some(1001)),
            ("adduser -u $UID -D web web", Some(1001)),
            ("if true; then /usr/sbin/useradd -u 1001 web; fi", Some(1001)),
            ("useradd -ms /bin/bash web", None),
        ] {
            let mut accounts = Accounts::default();
            let variables: Variables = [("UID".to_owned(), Some("1001".to_owned()))].into();
            accounts.read(script, 3, &variables, '\\');
            let account = accounts.user("web").unwrap_or_else(|| panic!("{script}: {accounts:?}"));
            assert_eq!((account.id, account.line), (id, 3), "{script}");
        }
    }
}
