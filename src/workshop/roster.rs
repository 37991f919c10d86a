//! Who comes: `workshop.json` in the folder of a workshop. It alone says who is behind a pseudonym, and nobody else may read it.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{self, ErrorKind, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use crate::diagnostic::{nearest, text::line};
use crate::file::{self, OwnerError};
use crate::k8s::names::NameRule;

/// The version of the file.
const VERSION: u8 = 1;
/// The name of the file.
const FILE: &str = "workshop.json";
/// The largest file that is read.
const MOST: u64 = 4 << 20;
/// The longest pseudonym: names of namespaces have the lab's name too.
const NAME: usize = 24;
/// The most attendees.
pub const SEATS: usize = 500;

/// Why a workshop cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RosterError {
    /// The system refused.
    #[error("{path}: {source}")]
    Io { path: Utf8PathBuf, source: io::Error },
    /// There is none.
    #[error(
        "there is no workshop in {0}: `tightship workshop up --roster FILE --context NAME` begins one, --dir names its folder"
    )]
    None(Utf8PathBuf),
    /// It is no such file.
    #[error("{path} is broken ({reason})")]
    Broken { path: Utf8PathBuf, reason: String },
    /// It may be somebody else's.
    #[error(transparent)]
    Owner(#[from] OwnerError),
    /// A line of a roster is wrong.
    #[error("{path}:{line}: {reason}")]
    Line {
        path: Utf8PathBuf,
        /// Its number.
        line: usize,
        reason: String,
    },
    /// There is no such attendee.
    #[error("nobody is called {name:?} here{}", near.as_ref().map_or_else(String::new, |near| format!("; did you mean {near:?}?")))]
    Nobody { name: String, near: Option<String> },
}

/// An attendee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attendee {
    /// The pseudonym, by which everybody else knows them.
    pub name: String,
    /// The number of the seat, from 1.
    pub seat: u32,
    /// Who it is, as the roster says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// The SHA-256 of the code that was handed out last; none if there is no such code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_hash: Option<String>,
    /// When their code was seen to be used, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<String>,
}

/// A workshop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workshop {
    /// The version of the file.
    pub version: u8,
    /// What tells its objects from those of another workshop.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The context of the instructor's kubeconfig.
    pub context: String,
    /// The uid of the cluster's `kube-system`.
    pub uid: String,
    /// The URL of the API server that attendees use.
    pub server: String,
    /// The ids of its labs.
    pub labs: Vec<String>,
    pub attendees: Vec<Attendee>,
}

impl Workshop {
    /// A workshop without attendees.
    pub fn new(id: String, title: String, labs: Vec<String>) -> Self {
        let (context, uid, server) = (String::new(), String::new(), String::new());
        Self { version: VERSION, id, title, context, uid, server, labs, attendees: Vec::new() }
    }

    /// The workshop of a folder.
    pub fn load(dir: &Utf8Path) -> Result<Self, RosterError> {
        Self::find(dir)?.ok_or_else(|| RosterError::None(dir.to_owned()))
    }

    /// The workshop of a folder, if there is one.
    pub fn find(dir: &Utf8Path) -> Result<Option<Self>, RosterError> {
        let path = dir.join(FILE);
        if !file::own_folder(dir, dir)? || !file::own_file(&path, dir)? {
            return Ok(None);
        }
        let read = file::read_text(&path, MOST).map_err(io::Error::from);
        let text = read.map_err(|source| RosterError::Io { path: path.clone(), source })?;
        let broken = |reason: String| RosterError::Broken { path: path.clone(), reason };
        // what the parser says may be of the file
        let at = |error: serde_json::Error| broken(format!("line {}, column {}", error.line(), error.column()));
        let workshop: Self = serde_json::from_str(&text).map_err(at)?;
        if workshop.version != VERSION {
            return Err(broken(format!("version {}, and this tightship knows {VERSION}", workshop.version)));
        }
        match workshop.oddity() {
            Some(reason) => Err(broken(reason)),
            None => Ok(Some(workshop)),
        }
    }

    /// What in it no tightship has written.
    fn oddity(&self) -> Option<String> {
        let is_word = |word: &str| NameRule::Dns1123Label.check(word).is_ok();
        if !is_word(&self.id) || self.labs.iter().any(|lab| !is_word(lab)) {
            return Some("a name in it is none".to_owned());
        }
        let mut taken = Taken::default();
        self.attendees.iter().find_map(|attendee| taken.take(&attendee.name).err())
    }

    /// Writes it down: all of it, or nothing; only its owner may read it.
    pub fn save(&self, dir: &Utf8Path) -> Result<(), RosterError> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| RosterError::Broken { path: dir.join(FILE), reason: error.to_string() })?;
        write(dir, FILE, &format!("{text}\n"))
    }

    /// The attendee of a pseudonym.
    pub fn attendee(&self, name: &str) -> Result<&Attendee, RosterError> {
        self.attendees.iter().find(|attendee| attendee.name == name).ok_or_else(|| {
            let near = nearest(name, self.attendees.iter().map(|attendee| attendee.name.as_str()));
            RosterError::Nobody { name: name.to_owned(), near: near.map(str::to_owned) }
        })
    }

    /// Takes those of a roster who are not here yet, each on the next seat; gives their number.
    pub fn seat(&mut self, entries: Vec<Listed>) -> usize {
        let before = self.attendees.len();
        for Listed { name, who } in entries {
            if let Some(known) = self.attendees.iter_mut().find(|known| known.name == name) {
                known.who = who;
                continue;
            }
            let seat = self.attendees.iter().map(|attendee| attendee.seat).max().unwrap_or_default() + 1;
            self.attendees.push(Attendee { name, seat, who, code_hash: None, joined: None });
        }
        self.attendees.len() - before
    }
}

/// Writes a file of a workshop's folder, closed to others.
pub fn write(dir: &Utf8Path, name: &str, text: &str) -> Result<(), RosterError> {
    let path = dir.join(name);
    let write = || -> io::Result<()> {
        if dir.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            fs::create_dir_all(dir)?;
        }
        // such a file is made with the mode 0600
        let mut file = tempfile::NamedTempFile::new_in(dir)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        Ok(())
    };
    write().map_err(|source| RosterError::Io { path: path.clone(), source })
}

/// Somebody on a roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub name: String,
    pub who: Option<String>,
}

/// Reads a roster: a line for each attendee, the pseudonym and, behind a comma, who it is; or only who it is, and a pseudonym
/// is found. Lines that begin with `#` and empty ones are left out. `known` are those who are seated already.
pub fn read(path: &Utf8Path, text: &str, known: &[Attendee]) -> Result<Vec<Listed>, RosterError> {
    let mut listed: Vec<Listed> = Vec::new();
    let seated: HashSet<&str> = known.iter().map(|known| known.name.as_str()).collect();
    let (mut taken, mut again) = (Taken::of(seated.iter().copied()), HashSet::new());
    for (number, row) in text.lines().enumerate() {
        let wrong = |reason: String| RosterError::Line { path: path.to_owned(), line: number + 1, reason };
        let row = row.trim_start_matches('\u{feff}').trim();
        if row.is_empty() || row.starts_with('#') {
            continue;
        }
        let (name, who) = row.split_once(',').map_or((row, None), |(name, who)| (name.trim(), Some(who.trim())));
        let who = who.filter(|who| !who.is_empty()).map(|who| line(who).into_owned());
        // somebody who is seated already may stand in a roster again, and once
        if seated.contains(name) {
            if !again.insert(name) {
                return Err(wrong(format!("{name} is there twice")));
            }
        } else {
            taken.take(name).map_err(wrong)?;
        }
        listed.push(Listed { name: name.to_owned(), who });
        if listed.len() + known.len() > SEATS * 2 {
            return Err(wrong(format!("more than {SEATS} attendees")));
        }
    }
    Ok(listed)
}

/// Pseudonyms that can be told apart: none is another, or ends as another is called behind a hyphen. Names of namespaces end with
/// the pseudonym.
#[derive(Debug, Default)]
struct Taken<'n> {
    names: HashSet<&'n str>,
    /// What stands behind a hyphen of a name, with the name.
    ends: HashMap<&'n str, &'n str>,
}

impl<'n> Taken<'n> {
    fn of(names: impl Iterator<Item = &'n str>) -> Self {
        let mut taken = Self::default();
        names.for_each(|name| taken.add(name));
        taken
    }

    /// Adds a name, or says why it cannot be one more.
    fn take(&mut self, name: &'n str) -> Result<(), String> {
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty()
            || name.len() > NAME
            || !name.bytes().all(is_letter)
            || name.starts_with('-')
            || name.ends_with('-')
        {
            let shown = line(name).into_owned();
            return Err(format!("{shown:?} is no pseudonym: 1 to {NAME} of a to z, 0 to 9 and hyphens within"));
        }
        if self.names.contains(name) {
            return Err(format!("{name} is there twice"));
        }
        let longer = self.ends.get(name).copied();
        if let Some(other) = longer.or_else(|| ends(name).find_map(|end| self.names.get(end).copied())) {
            return Err(format!("{name} and {other}: no pseudonym may end with -NAME of another"));
        }
        self.add(name);
        Ok(())
    }

    fn add(&mut self, name: &'n str) {
        self.names.insert(name);
        self.ends.extend(ends(name).map(|end| (end, name)));
    }
}

/// What stands behind each hyphen.
fn ends(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('-').filter_map(move |(at, _)| name.get(at + 1..))
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::{Attendee, Listed, RosterError, Workshop, read};

    fn roster(text: &str) -> Result<Vec<Listed>, String> {
        read(Utf8Path::new("roster.csv"), text, &[]).map_err(|error| error.to_string())
    }

    #[test]
    fn a_roster_has_a_pseudonym_in_each_line() {
        let listed = roster("# name, who\n\notter, by the door\nbadger\n").unwrap();
        let who: Vec<(&str, Option<&str>)> =
            listed.iter().map(|listed| (listed.name.as_str(), listed.who.as_deref())).collect();
        assert_eq!(who, [("otter", Some("by the door")), ("badger", None)]);
        for (text, said) in [
            ("otter\nOtter", "roster.csv:2: \"Otter\" is no pseudonym"),
            ("otter\notter", "roster.csv:2: otter is there twice"),
            ("sea-otter\notter", "roster.csv:2: otter and sea-otter: no pseudonym may end with -NAME of another"),
            ("abcdefghijklmnopqrstuvwxy", "is no pseudonym: 1 to 24 of a to z"),
            ("-a", "is no pseudonym"),
        ] {
            let error = roster(text).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn late_comers_get_the_next_seat_and_others_keep_theirs() {
        let mut workshop = Workshop::new("w1".to_owned(), "A day".to_owned(), vec!["psa".to_owned()]);
        assert_eq!(workshop.seat(roster("otter\nbadger").unwrap()), 2);
        assert_eq!(workshop.seat(roster("heron\nbadger, Bea").unwrap()), 1);
        let seats: Vec<(&str, u32)> =
            workshop.attendees.iter().map(|attendee| (attendee.name.as_str(), attendee.seat)).collect();
        assert_eq!(seats, [("otter", 1), ("badger", 2), ("heron", 3)]);
        assert_eq!(workshop.attendee("badger").unwrap().who.as_deref(), Some("Bea"));
        assert_eq!(
            workshop.attendee("bager").unwrap_err().to_string(),
            "nobody is called \"bager\" here; did you mean \"badger\"?"
        );
    }

    #[test]
    fn what_is_written_is_read_again_and_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let dir = Utf8Path::from_path(folder.path()).unwrap().join("workshop");
        assert!(matches!(Workshop::load(&dir), Err(RosterError::None(_))));
        let mut workshop = Workshop::new("w1".to_owned(), "A day".to_owned(), vec!["psa".to_owned()]);
        workshop.seat(roster("otter, by the door").unwrap());
        workshop.save(&dir).unwrap();
        assert_eq!(Workshop::load(&dir).unwrap(), workshop);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(dir.join("workshop.json")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let odd = Attendee { name: "../x".to_owned(), ..workshop.attendees[0].clone() };
        workshop.attendees.push(odd);
        workshop.save(&dir).unwrap();
        assert!(matches!(Workshop::load(&dir), Err(RosterError::Broken { .. })));
    }
}
