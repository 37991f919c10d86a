//! A stage of a Dockerfile, as its instructions leave it.

use std::collections::BTreeSet;

use super::accounts::Accounts;
use super::health::{self, Check};
use super::syntax::Instruction;
use super::variables::{Variables, expand, words};

/// What a stage goes on from.
#[derive(Debug, Clone)]
pub(super) enum Base {
    Image(String),
    /// A text with a variable that only the build knows.
    Unknown(String),
}

impl Default for Base {
    fn default() -> Self {
        Self::Image(String::new())
    }
}

/// Ports that are exposed: one, or a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exposed {
    pub(super) from: u16,
    pub(super) to: u16,
    pub(super) is_tcp: bool,
}

/// What is written for something, with its line.
#[derive(Debug, Clone)]
pub(super) struct Said<T> {
    pub(super) line: usize,
    /// As it is written.
    pub(super) text: String,
    /// `Err` is a variable that nothing here gives a value to.
    pub(super) value: Result<T, String>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Stage {
    /// In lower case.
    pub(super) name: Option<String>,
    pub(super) base: Base,
    pub(super) exposed: Vec<Exposed>,
    /// What is exposed and cannot be read.
    pub(super) unread: Vec<Said<()>>,
    pub(super) user: Option<Said<String>>,
    /// `Ok(None)` for `NONE`.
    pub(super) health: Option<Said<Option<Check>>>,
    pub(super) accounts: Accounts,
    /// Whether everything of the folder is copied into the image.
    pub(super) copies_all: bool,
    pub(super) variables: Variables,
    /// The variables of `ENV`, which `ARG` does not change.
    pub(super) environment: BTreeSet<String>,
}

/// `ARG name` or `ARG name=value`, one or more of them.
pub(super) fn argument(rest: &str, variables: &mut Variables, global: Option<&Variables>, escape: char) {
    for word in words(rest) {
        let (name, default) = word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
        let value = match default {
            Some(text) => expand(text, variables, escape).ok(),
            None => global.and_then(|global| global.get(name).cloned().flatten()),
        };
        variables.insert(name.to_owned(), value);
    }
}

impl Stage {
    pub(super) fn apply(&mut self, instruction: &Instruction, global: &Variables, escape: char) {
        let Instruction { word, rest, heredocs, line } = instruction;
        match word.as_str() {
            "ARG" => {
                let mut given = self.variables.clone();
                argument(rest, &mut given, Some(global), escape);
                given.retain(|name, _| !self.environment.contains(name));
                self.variables.extend(given);
            }
            "ENV" => self.environment(rest, escape),
            "EXPOSE" => self.expose(rest, *line, escape),
            "USER" => {
                let value = expand(rest.trim(), &self.variables, escape);
                self.user = Some(Said { line: *line, text: rest.clone(), value });
            }
            "HEALTHCHECK" => {
                let value = health::read(rest, &self.variables, escape);
                self.health = Some(Said { line: *line, text: rest.clone(), value });
            }
            "RUN" => {
                for script in heredocs.iter().chain([rest]) {
                    self.accounts.read(script, *line, &self.variables, escape);
                }
            }
            "COPY" | "ADD" => self.copies_all |= copies_all(rest),
            _ => {}
        }
    }

    /// `ENV name=value ...`, or `ENV name value` as it was once written.
    fn environment(&mut self, rest: &str, escape: char) {
        let pairs = words(rest);
        let first = pairs.first().map(String::as_str).unwrap_or_default();
        let pairs: Vec<(String, String)> = if first.contains('=') {
            let split = |pair: &String| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
            pairs.iter().filter_map(split).collect()
        } else {
            let value =
                rest.split_once(char::is_whitespace).map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
            value.into_iter().collect()
        };
        // all of a line are put in before any of them counts
        let read: Vec<_> =
            pairs.into_iter().map(|(name, value)| (name, expand(&value, &self.variables, escape).ok())).collect();
        for (name, value) in read {
            self.environment.insert(name.clone());
            self.variables.insert(name, value);
        }
    }

    fn expose(&mut self, rest: &str, line: usize, escape: char) {
        for word in rest.split_whitespace() {
            let value = expand(word, &self.variables, escape);
            let ports =
                value.as_deref().map_err(Clone::clone).map(|value| value.split_whitespace().map(exposed).collect());
            let ports: Result<Vec<Option<Exposed>>, String> = ports;
            match ports {
                Ok(ports) if ports.iter().all(Option::is_some) => {
                    for port in ports.into_iter().flatten() {
                        if !self.exposed.contains(&port) {
                            self.exposed.push(port);
                        }
                    }
                }
                other => {
                    let value = other.map(drop);
                    self.unread.push(Said { line, text: word.to_owned(), value });
                }
            }
        }
    }
}

/// `8080`, `8080/tcp`, `8000-8010`.
fn exposed(word: &str) -> Option<Exposed> {
    let (ports, protocol) = word.split_once('/').unwrap_or((word, "tcp"));
    let (from, to) = ports.split_once('-').unwrap_or((ports, ports));
    let (from, to) = (from.parse().ok()?, to.parse().ok()?);
    let is_tcp = protocol.eq_ignore_ascii_case("tcp");
    (from > 0 && from <= to).then_some(Exposed { from, to, is_tcp })
}

/// `COPY . /app`: everything but what a `.dockerignore` names.
fn copies_all(rest: &str) -> bool {
    let words: Vec<&str> = rest.split_whitespace().collect();
    let comes_from_a_stage = words.iter().any(|word| word.starts_with("--from"));
    let paths = words.iter().filter(|word| !word.starts_with("--")).map(|word| word.trim_matches(['[', ']', ',', '"']));
    let paths: Vec<&str> = paths.collect();
    let sources = paths.split_last().map_or(&[][..], |(_, sources)| sources);
    !comes_from_a_stage && sources.iter().any(|source| matches!(*source, "." | "./" | "*" | "./*"))
}
