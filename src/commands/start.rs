//! `tightship` alone: what can be done in this folder.

use std::fmt::Write as _;
use std::io::{self, Read as _};

use camino::{Utf8Path, Utf8PathBuf};

use super::{OK, output};
use crate::diagnostic::style::{HEADING, NAME, styled};

/// So many files and folders are looked at, and this far down: it has to be quick in any folder.
const MOST: usize = 500;
const DEPTH: usize = 3;
/// So many bytes of a file tell whether it is a manifest.
const BEGINNING: u64 = 4096;

/// What a folder has.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing that is there or not")]
struct Folder {
    has_spec: bool,
    has_lab: bool,
    has_course: bool,
    has_dockerfile: bool,
    /// A manifest, and whether there are more.
    manifest: Option<Utf8PathBuf>,
    manifests: usize,
}

/// Says it.
pub(super) fn run() -> anyhow::Result<u8> {
    let folder = Folder::look(Utf8Path::new("."));
    let mut text = format!("tightship {}: hardened manifests, checked and explained\n", env!("CARGO_PKG_VERSION"));
    for (title, commands) in folder.offers() {
        let _ = write!(text, "\n{}\n", styled(HEADING, &title));
        for (command, what) in commands {
            let _ = writeln!(text, "  {}  {what}", styled(NAME, format!("{command:<30}")));
        }
    }
    text += "\n`tightship --help` lists all commands.\n";
    output::show(&text)?;
    Ok(OK)
}

type Offer = (String, Vec<(&'static str, &'static str)>);

impl Folder {
    fn look(folder: &Utf8Path) -> Self {
        let mut found = Self {
            has_spec: folder.join("tightship.yaml").is_file(),
            has_lab: cfg!(feature = "cluster") && folder.join(".tightship/lab").is_dir(),
            has_dockerfile: ["Dockerfile", "Containerfile"].iter().any(|name| folder.join(name).is_file()),
            ..Self::default()
        };
        let mut left = MOST;
        // what cannot be read is not offered
        let _ = found.walk(folder, DEPTH, &mut left);
        found
    }

    fn walk(&mut self, folder: &Utf8Path, depth: usize, left: &mut usize) -> io::Result<()> {
        for entry in folder.read_dir_utf8()? {
            if *left == 0 {
                return Ok(());
            }
            *left -= 1;
            let entry = entry?;
            let (name, path) = (entry.file_name(), entry.path());
            let kind = entry.file_type()?;
            if name.starts_with('.') || matches!(name, "node_modules" | "target" | "vendor") {
                continue;
            }
            if kind.is_dir() && depth > 0 {
                self.walk(path, depth - 1, left)?;
            } else if kind.is_file() && name == "lab.yaml" {
                self.has_course = cfg!(feature = "cluster");
            } else if kind.is_file() && is_manifest(path) {
                self.manifests += 1;
                self.manifest.get_or_insert_with(|| path.strip_prefix(".").unwrap_or(path).to_owned());
            }
        }
        Ok(())
    }

    fn offers(&self) -> Vec<Offer> {
        let mut offers: Vec<Offer> = Vec::new();
        if self.has_lab {
            let commands =
                vec![("tightship lab", "say where you are"), ("tightship lab verify", "try the attack again")];
            offers.push(("A lab is started here.".to_owned(), commands));
        }
        if self.has_course {
            let commands = vec![
                ("tightship lab --course . list", "list its labs"),
                ("tightship lab --course . lint", "find what is wrong with them"),
            ];
            offers.push(("Here is a course.".to_owned(), commands));
        }
        if self.has_spec {
            let commands = vec![
                ("tightship render --diff", "show what would change"),
                ("tightship render", "write the manifests of tightship.yaml"),
            ];
            offers.push(("Here is a spec, tightship.yaml.".to_owned(), commands));
        }
        if let Some(manifest) = &self.manifest {
            let more = if self.manifests > 1 { ", and more" } else { "" };
            let commands = vec![
                ("tightship check", "say what is wrong with them, and where"),
                ("tightship check --fix --diff", "show what can be repaired without a change"),
                ("tightship graph network", "draw who reaches whom"),
            ];
            offers.push((format!("Here are manifests: {manifest}{more}."), commands));
        }
        if self.has_dockerfile && !self.has_spec {
            let commands = vec![("tightship new", "ask a few questions, and write the manifests of this app")];
            offers.push(("Here is a Dockerfile.".to_owned(), commands));
        }
        if offers.is_empty() {
            let mut commands = vec![
                ("tightship new shop", "write an app and its manifests into the folder shop"),
                ("tightship check PATH", "check manifests, a chart or a control plane"),
            ];
            if cfg!(feature = "cluster") {
                commands.push(("tightship lab start", "learn on a cluster that is made for it"));
            }
            offers.push(("Nothing here that tightship knows. Begin with".to_owned(), commands));
        }
        offers
    }
}

/// Whether a file begins as a manifest, a kustomization or a chart.
fn is_manifest(path: &Utf8Path) -> bool {
    let is_yaml = matches!(path.extension(), Some("yaml" | "yml" | "json"));
    let is_ours = matches!(path.file_name(), Some("tightship.yaml" | ".tightship.yaml"));
    if !is_yaml || is_ours {
        return false;
    }
    let mut beginning = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(BEGINNING).read_to_end(&mut beginning));
    let text = String::from_utf8_lossy(&beginning);
    read.is_ok() && text.contains("apiVersion") && (text.contains("kind") || path.file_name() == Some("Chart.yaml"))
}
