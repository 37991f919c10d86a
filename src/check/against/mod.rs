//! What a change is compared with: the manifests of a folder, or of a git revision.

mod tree;

use std::collections::HashMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::base::{Base, BaseError};
use super::discover::{Input, InputError, Request, as_written, discover};
use crate::diagnostic::Diagnostic;
use crate::k8s::object::{self, Object};
use crate::k8s::resources::group_of;
use crate::rules::{Settings, Sink, manifest};
use crate::yaml::{self, FileId};

/// Manifests as they were.
#[derive(Debug)]
pub struct Against {
    old: Vec<Old>,
    /// The folders from which the paths of a change are told: the repository, or those that are checked.
    roots: Vec<Utf8PathBuf>,
    /// What could not be read of them.
    pub notes: Vec<String>,
}

#[derive(Debug)]
struct Old {
    /// Its path from the root; none of what is not in a file.
    path: Option<Utf8PathBuf>,
    text: Arc<str>,
}

/// Why there is nothing to compare with.
#[derive(Debug, thiserror::Error)]
pub enum AgainstError {
    /// Neither a folder nor a commit.
    #[error("--against {0}: this is no folder, and {1}")]
    Neither(String, BaseError),
    /// The commit cannot be read.
    #[error("--against {0}: {1}")]
    Git(String, BaseError),
    /// What it holds cannot be found.
    #[error("--against {0}: {1}")]
    Input(String, InputError),
    /// No folder for the files of the commit.
    #[error("the folder for temporary files: {0}")]
    Room(#[from] std::io::Error),
}

impl Against {
    /// Reads the manifests of a folder, or of a revision of the repository around the working folder, in the same way as those
    /// of `request`.
    pub fn open(name: &str, request: &Request) -> Result<Self, AgainstError> {
        let fail = |error| AgainstError::Input(name.to_owned(), error);
        let folder = Utf8Path::new(name);
        let here = camino::absolute_utf8(".")?;
        let absolute = |path: &Utf8Path| as_written(&here.join(path));
        if folder.is_dir() {
            let old = Request { paths: vec![folder.to_owned()], allow_remote: false, ..request.clone() };
            let folders = request.paths.iter().map(|path| absolute(path));
            let roots = folders.map(|path| if path.is_dir() { path } else { parent(&path) }).collect();
            return Ok(Self::of(&discover(&old).map_err(fail)?.inputs, &absolute(folder), roots));
        }
        let base = Base::open(name).map_err(|error| AgainstError::Neither(name.to_owned(), error))?;
        let room = tempfile::Builder::new().prefix("tightship-").tempdir()?;
        let room = Utf8Path::from_path(room.path()).map(Utf8Path::canonicalize_utf8).transpose()?;
        let room = room.ok_or_else(|| std::io::Error::other("its name is not UTF-8"))?;
        let named: Vec<Utf8PathBuf> = match request.paths.as_slice() {
            // standard input may be anything of the repository
            [] => vec![base.root().to_owned()],
            paths => paths.iter().map(|path| absolute(path)).collect(),
        };
        let below: Vec<&Utf8Path> = named.iter().filter_map(|path| path.strip_prefix(base.root()).ok()).collect();
        tree::export(&base, &below, &room).map_err(|error| AgainstError::Git(name.to_owned(), error))?;
        let paths: Vec<Utf8PathBuf> = below.iter().map(|path| room.join(path)).filter(|path| path.exists()).collect();
        let roots = vec![base.root().to_owned()];
        if paths.is_empty() {
            return Ok(Self { old: Vec::new(), roots, notes: Vec::new() });
        }
        // nothing but what git tracks is there
        let old = Request { paths, allow_remote: false, everything: true, ..request.clone() };
        Ok(Self::of(&discover(&old).map_err(fail)?.inputs, &room, roots))
    }

    fn of(inputs: &[Input], root: &Utf8Path, roots: Vec<Utf8PathBuf>) -> Self {
        let mut notes = Vec::new();
        let mut old = Vec::new();
        for input in inputs {
            match input.read() {
                Ok(text) => old.push(Old { path: path_of(input, std::slice::from_ref(&root.to_owned())), text }),
                Err(reason) => {
                    let name = input.name.strip_prefix(root.as_str()).unwrap_or(&input.name).trim_start_matches('/');
                    notes.push(format!("{name} is not compared, as what was there cannot be read: {reason}"));
                }
            }
        }
        Self { old, roots, notes }
    }

    /// Texts by their paths.
    pub fn of_texts(texts: impl Iterator<Item = (Utf8PathBuf, Arc<str>)>) -> Self {
        let old = texts.map(|(path, text)| Old { path: Some(path), text }).collect();
        Self { old, roots: Vec::new(), notes: Vec::new() }
    }

    /// The changes of objects that the API server would not take.
    pub(super) fn compare(&self, inputs: &[Input], settings: &Settings) -> Vec<Diagnostic> {
        let new = inputs.iter().map(|input| (path_of(input, &self.roots), input.read().unwrap_or_else(|_| "".into())));
        self.refused(new, settings)
    }

    /// The same of texts, the nth of which is the nth file.
    pub fn refused(
        &self,
        new: impl Iterator<Item = (Option<Utf8PathBuf>, Arc<str>)>,
        settings: &Settings,
    ) -> Vec<Diagnostic> {
        let streams: Vec<yaml::Stream<'_>> = self.old.iter().map(|old| yaml::parse(&old.text)).collect();
        let mut known = Known::default();
        for (old, stream) in self.old.iter().zip(&streams) {
            for document in &stream.documents {
                object::for_each(document, &mut |object| {
                    if let Some(identity) = Identity::of(&object) {
                        known.add(identity, old.path.as_deref(), object);
                    }
                });
            }
        }
        let mut found = Vec::new();
        if known.all.is_empty() {
            return found;
        }
        for (at, (path, text)) in new.enumerate() {
            let stream = yaml::parse(&text);
            let mut seen: HashMap<Identity<'_>, usize> = HashMap::new();
            for document in &stream.documents {
                object::for_each(document, &mut |object| {
                    let Some(identity) = Identity::of(&object) else { return };
                    let times = seen.entry(identity).or_default();
                    if let Some(old) = known.counterpart(identity, path.as_deref(), *times) {
                        let mut sink =
                            Sink::on(&object, &text, FileId(u32::try_from(at).unwrap_or(u32::MAX)), settings);
                        manifest::check_update(old, &object, &mut sink);
                        found.append(&mut sink.into_diagnostics());
                    }
                    *times += 1;
                });
            }
        }
        found
    }
}

/// Objects as they were.
#[derive(Default)]
struct Known<'d, 's> {
    /// Those of each file.
    of_file: HashMap<(Identity<'d>, &'d Utf8Path), Vec<Object<'d, 's>>>,
    /// Each, where no other has its name.
    all: HashMap<Identity<'d>, Option<Object<'d, 's>>>,
}

impl<'d, 's> Known<'d, 's> {
    fn add(&mut self, identity: Identity<'d>, file: Option<&'d Utf8Path>, object: Object<'d, 's>) {
        if let Some(file) = file {
            self.of_file.entry((identity, file)).or_default().push(object);
        }
        self.all.entry(identity).and_modify(|only| *only = None).or_insert(Some(object));
    }

    /// The object that the nth of a file was: that of the same file, or else the only one of its name.
    fn counterpart<'n>(
        &'n self,
        identity: Identity<'n>,
        file: Option<&'n Utf8Path>,
        times: usize,
    ) -> Option<&'n Object<'d, 's>>
    where
        'd: 'n,
    {
        match file.and_then(|file| self.of_file.get(&(identity, file))) {
            Some(same) => same.get(times),
            None => self.all.get(&identity)?.as_ref().filter(|_| times == 0),
        }
    }
}

/// What makes an object the same as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Identity<'d> {
    group: &'d str,
    kind: &'d str,
    namespace: &'d str,
    name: &'d str,
}

impl<'d> Identity<'d> {
    /// None of what has no name of its own.
    fn of(object: &Object<'d, '_>) -> Option<Self> {
        let name = object.metadata?.get("name")?.as_str().filter(|name| !name.is_empty())?;
        let namespace = object.namespace().unwrap_or_default();
        Some(Self { group: group_of(object.api_version), kind: object.kind_name, namespace, name })
    }
}

/// The path of an input from the root that it is below.
fn path_of(input: &Input, roots: &[Utf8PathBuf]) -> Option<Utf8PathBuf> {
    let path = as_written(&camino::absolute_utf8(input.path()?).ok()?);
    let inside = |root: &Utf8PathBuf| path.strip_prefix(root).map(Utf8Path::to_owned).ok();
    roots.iter().filter_map(inside).min_by_key(|path| path.as_str().len())
}

fn parent(path: &Utf8Path) -> Utf8PathBuf {
    path.parent().map(Utf8Path::to_owned).unwrap_or_default()
}
