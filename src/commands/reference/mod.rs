//! `tightship reference`: the part of the documentation that the program says of itself, a page for each rule, kind of file,
//! command and component. It is for those who work on tightship, and not listed.

mod command_line;
mod page;
mod pages;

use std::collections::BTreeSet;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

use super::{OK, output};
use page::{MARK, Page};

/// The part of `SUMMARY.md` that is written.
const BEGIN: &str = "<!-- reference: `just docs` writes what follows -->\n";
const END: &str = "<!-- reference: end -->\n";

/// Writes the pages into the folder of the documentation, and lists them in its `SUMMARY.md`.
pub(super) fn run(folder: &Utf8Path) -> anyhow::Result<u8> {
    let pages = pages::all();
    let summary = folder.join("SUMMARY.md");
    let contents = std::fs::read_to_string(&summary).with_context(|| summary.to_string())?;
    let contents = listed(&contents, &pages).with_context(|| summary.to_string())?;
    remove_old(&folder.join("reference"), &pages.iter().map(|page| folder.join(&page.path)).collect())?;
    for page in &pages {
        let path = folder.join(&page.path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).with_context(|| parent.to_string())?;
        }
        std::fs::write(&path, &page.text).with_context(|| path.to_string())?;
    }
    std::fs::write(&summary, contents).with_context(|| summary.to_string())?;
    output::say(&format!("{} in {folder}", output::count(pages.len(), "page")))?;
    Ok(OK)
}

/// The contents with these pages.
fn listed(contents: &str, pages: &[Page]) -> anyhow::Result<String> {
    let (before, rest) = contents.split_once(BEGIN).context("has no line where the reference begins")?;
    let (_, after) = rest.split_once(END).context("has no line where the reference ends")?;
    let lines = pages.iter().map(|page| format!("{}- [{}]({})\n", "  ".repeat(page.depth), page.title, page.path));
    Ok(format!("{before}{BEGIN}\n{}\n{END}{after}", lines.collect::<String>()))
}

/// Removes pages of what is no more.
fn remove_old(folder: &Utf8Path, pages: &BTreeSet<Utf8PathBuf>) -> anyhow::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in folder.read_dir_utf8().with_context(|| folder.to_string())? {
        let path = entry?.into_path();
        if path.is_dir() {
            remove_old(&path, pages)?;
        } else if path.extension() == Some("md") && !pages.contains(&path) {
            let text = std::fs::read_to_string(&path).with_context(|| path.to_string())?;
            if text.contains(MARK) {
                std::fs::remove_file(&path).with_context(|| path.to_string())?;
            }
        }
    }
    Ok(())
}
