//! What people have agreed to run, in their state folder: never in the course's.

use std::fs;
use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use etcetera::BaseStrategy as _;
use serde::{Deserialize, Serialize};

use super::program::{CourseProgram, Deed};

/// The version of the file.
const FORMAT: u8 = 2;
/// How many courses are remembered.
const MOST: usize = 200;

/// A program that somebody has agreed to.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Agreed {
    /// The folder of the course.
    course: Utf8PathBuf,
    /// The hash of the program.
    program: String,
    /// The hashes of its deeds.
    deeds: Vec<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct File {
    format: u8,
    agreed: Vec<Agreed>,
}

/// What is known of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Somebody has agreed to just this.
    Agreed,
    /// Somebody has agreed to another program of this folder, which had these deeds.
    Changed(Vec<String>),
    Nothing,
}

impl Known {
    /// Whether nobody has agreed to a deed.
    pub fn is_new(&self, deed: &Deed) -> bool {
        match self {
            Self::Agreed => false,
            Self::Changed(known) => !known.contains(&deed.hash),
            Self::Nothing => true,
        }
    }
}

/// All that the user has agreed to.
#[derive(Debug)]
pub struct Ledger {
    path: Utf8PathBuf,
    agreed: Vec<Agreed>,
}

impl Ledger {
    /// That of the user; none without a home folder.
    pub fn of_user() -> Option<Self> {
        let strategy = etcetera::choose_base_strategy().ok()?;
        let folder = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
        let folder = Utf8PathBuf::from_path_buf(folder).ok().filter(|folder| folder.is_absolute())?;
        Some(Self::open(folder.join("tightship").join("courses.json")))
    }

    /// That of a file. What cannot be read is nothing: people are asked again.
    fn open(path: Utf8PathBuf) -> Self {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let file: File = serde_json::from_str(&text).unwrap_or_default();
        let agreed = if file.format == FORMAT { file.agreed } else { Vec::new() };
        Self { path, agreed }
    }

    /// What is known of a course in a folder.
    pub fn known(&self, course: &Utf8Path, program: &CourseProgram) -> Known {
        if self.agreed.iter().any(|agreed| agreed.program == program.hash) {
            return Known::Agreed;
        }
        let before = self.agreed.iter().rfind(|agreed| agreed.course == course);
        before.map_or(Known::Nothing, |agreed| Known::Changed(agreed.deeds.clone()))
    }

    /// Writes down that somebody has agreed.
    pub fn remember(mut self, course: &Utf8Path, program: &CourseProgram) -> io::Result<()> {
        let deeds = program.labs.iter().flat_map(|lab| &lab.deeds).map(|deed| deed.hash.clone()).collect();
        self.agreed.retain(|agreed| agreed.program != program.hash);
        self.agreed.push(Agreed { course: course.to_owned(), program: program.hash.clone(), deeds });
        let from = self.agreed.len().saturating_sub(MOST);
        let file = File { format: FORMAT, agreed: self.agreed.split_off(from) };
        let folder = self.path.parent().unwrap_or(Utf8Path::new("."));
        fs::create_dir_all(folder)?;
        let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
        temporary.write_all(serde_json::to_string(&file)?.as_bytes())?;
        temporary.persist(&self.path)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::super::program::{CourseProgram, Deed, LabProgram};
    use super::{Known, Ledger};

    fn program(hash: &str, deeds: &[&str]) -> CourseProgram {
        let deed = |hash: &&str| Deed { kind: "writes", text: (*hash).to_owned(), hash: (*hash).to_owned() };
        let labs = vec![LabProgram { folder: "01-a".to_owned(), deeds: deeds.iter().map(deed).collect() }];
        CourseProgram { labs, hash: hash.to_owned() }
    }

    #[test]
    fn an_agreement_is_for_one_program_wherever_it_lies() {
        let scratch = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(scratch.path()).unwrap().join("state/courses.json");
        let (here, there) = (Utf8Path::new("/a"), Utf8Path::new("/b"));
        assert_eq!(Ledger::open(path.clone()).known(here, &program("1", &["x"])), Known::Nothing);
        Ledger::open(path.clone()).remember(here, &program("1", &["x"])).unwrap();
        let ledger = Ledger::open(path.clone());
        assert_eq!(ledger.known(here, &program("1", &["x"])), Known::Agreed);
        assert_eq!(ledger.known(there, &program("1", &["x"])), Known::Agreed);
        assert_eq!(ledger.known(there, &program("2", &["x"])), Known::Nothing);
        let known = ledger.known(here, &program("2", &["x", "y"]));
        let changed = program("2", &["x", "y"]);
        let new: Vec<bool> = changed.labs[0].deeds.iter().map(|deed| known.is_new(deed)).collect();
        assert_eq!(new, [false, true]);
        std::fs::write(&path, "{").unwrap();
        assert_eq!(Ledger::open(path).known(here, &program("1", &["x"])), Known::Nothing);
    }
}
