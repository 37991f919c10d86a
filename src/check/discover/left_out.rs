//! What the walk leaves out, and why.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::k8s::source::Later;

/// Why a file or a folder is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// git ignores it, and does not track it.
    Ignored,
    /// A folder of a tool, by its name.
    ToolFolder,
    /// Another repository, which git does not track here.
    Repository,
    /// A file with an object in git's own folder.
    GitFolder,
    /// A patch of a kustomization that is not built, and no object alone.
    Patch,
    /// A template of a chart that is not rendered.
    Template,
    /// A link that leads out of the repository, or out of the folder.
    LinkOut,
    /// A link that leads nowhere.
    DeadLink,
    /// A FIFO, a socket or a device.
    NoFile,
    /// A file that is larger than what is read.
    Large,
    /// What a test compares with, and nobody applies.
    Assertion,
    /// The configuration excludes it.
    Excluded,
    /// Something fills in values before it is applied; the rest is judged.
    FilledIn,
    /// SOPS decrypts values before it is applied; the rest is judged.
    Encrypted,
    /// A tool reads it, and no cluster.
    OfTool,
}

impl From<Later> for Cause {
    fn from(later: Later) -> Self {
        match later {
            Later::Filled => Self::FilledIn,
            Later::Decrypted => Self::Encrypted,
            Later::OfTool => Self::OfTool,
        }
    }
}

impl Cause {
    /// The word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ignored => "ignored",
            Self::ToolFolder => "toolFolder",
            Self::Repository => "repository",
            Self::GitFolder => "gitFolder",
            Self::Patch => "patch",
            Self::Template => "template",
            Self::LinkOut => "linkOut",
            Self::DeadLink => "deadLink",
            Self::NoFile => "noFile",
            Self::Large => "large",
            Self::Assertion => "assertion",
            Self::Excluded => "excluded",
            Self::FilledIn => "filledIn",
            Self::Encrypted => "encrypted",
            Self::OfTool => "ofTool",
        }
    }

    /// Why a path is left out, in words.
    pub fn why(self) -> &'static str {
        match self {
            Self::Ignored => "git ignores it",
            Self::ToolFolder => "a tool fills this folder",
            Self::Repository => "it is another repository",
            Self::GitFolder => "it is in git's own folder",
            Self::Patch => "it is a patch, and nothing here applies it",
            Self::Template => "it is a template, and nothing renders it",
            Self::LinkOut => "the link leads out",
            Self::DeadLink => "the link leads nowhere",
            Self::NoFile => "it is a FIFO, a socket or a device",
            Self::Large => "it is larger than 64 MiB",
            Self::Assertion => "a test compares with it, and nobody applies it",
            Self::Excluded => "the configuration excludes it",
            Self::FilledIn => "values are filled in before it is applied",
            Self::Encrypted => "SOPS decrypts it before it is applied",
            Self::OfTool => "a tool reads it, and no cluster",
        }
    }

    /// `1 folder of a tool`, `3 ignored by git`.
    pub fn count(self, number: usize) -> String {
        let (one, many) = match self {
            Self::Ignored => ("ignored by git", "ignored by git"),
            Self::ToolFolder => ("folder of a tool", "folders of tools"),
            Self::Repository => ("other repository", "other repositories"),
            Self::GitFolder => ("file in git's own folder", "files in git's own folder"),
            Self::Patch => ("patch that nothing here applies", "patches that nothing here applies"),
            Self::Template => ("template that is not rendered", "templates that are not rendered"),
            Self::LinkOut => ("link that leads out", "links that lead out"),
            Self::DeadLink => ("link that leads nowhere", "links that lead nowhere"),
            Self::NoFile => ("FIFO, socket or device", "FIFOs, sockets or devices"),
            Self::Large => ("file larger than 64 MiB", "files larger than 64 MiB"),
            Self::Assertion => ("file that a test compares with", "files that tests compare with"),
            Self::Excluded => ("excluded by the configuration", "excluded by the configuration"),
            Self::FilledIn => ("judged in part, as values are filled in", "judged in part, as values are filled in"),
            Self::Encrypted => ("judged in part, as it is encrypted", "judged in part, as they are encrypted"),
            Self::OfTool => ("file of another tool", "files of other tools"),
        };
        format!("{number} {}", if number == 1 { one } else { many })
    }
}

/// Files and folders that are not looked at. A folder counts as one, whatever is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut {
    paths: Vec<(Utf8PathBuf, Cause)>,
}

impl LeftOut {
    pub fn add(&mut self, path: Utf8PathBuf, cause: Cause) {
        self.paths.push((path, cause));
    }

    pub fn append(&mut self, other: &mut Self) {
        self.paths.append(&mut other.paths);
    }

    /// Puts them in the order of their names, each once.
    pub fn sort(&mut self) {
        self.paths.sort();
        self.paths.dedup_by(|a, b| a.0 == b.0);
    }

    /// Takes out what another list has.
    pub fn remove(&mut self, other: &Self) {
        self.paths.retain(|entry| !other.paths.contains(entry));
    }

    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Utf8Path, Cause)> {
        self.paths.iter().map(|(path, cause)| (path.as_path(), *cause))
    }

    /// How many there are of each cause.
    pub fn counts(&self) -> BTreeMap<Cause, usize> {
        let mut counts = BTreeMap::new();
        for (_, cause) in &self.paths {
            *counts.entry(*cause).or_default() += 1;
        }
        counts
    }

    /// `left out: 3 ignored by git, 1 link that leads out`; none if nothing was.
    pub fn summary(&self) -> Option<String> {
        let counts: Vec<String> = self.counts().into_iter().map(|(cause, number)| cause.count(number)).collect();
        (!counts.is_empty()).then(|| format!("left out: {}", counts.join(", ")))
    }
}
