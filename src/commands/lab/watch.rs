//! `tightship lab watch`.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::IsTerminal as _;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use camino::Utf8Path;
use console::{Key, Term};

use super::context::{LabContext, say};
use super::verify::{self, broken};
use crate::cli::lab::{HintArgs, LabName};
use crate::commands::{OK, interrupt, output};
use crate::lab::verdict::Verdict;

/// How often is looked whether something changed.
const LOOK: Duration = Duration::from_millis(500);

/// Verifies whenever something of the lab changes, in the cluster or in its folder, and stays on it after it is passed.
pub(super) fn run(mut context: LabContext, name: &LabName) -> anyhow::Result<u8> {
    context.agree()?;
    let stop = interrupt::writing();
    let course = Rc::clone(&context.course);
    let entry = context.lab_of(&course, name.lab.as_deref())?;
    context.run(entry)?;
    let site = match context.site(entry) {
        Ok(site) => site,
        Err(error) => return broken(&error),
    };
    let stage = context.stage(entry, &site)?;
    let keys = keys();
    let mut seen = None;
    loop {
        let now = (stage.fingerprint(&site.client)?, of_folder(&stage.folder));
        if seen != Some(now) {
            let report = {
                let _lock = context.lock()?;
                verify::look(&mut context, entry, &stage, &site.client, None)?
            };
            output::show(&format!("\n{}", verify::text(entry, &report, None)))?;
            if report.verdict() == Verdict::Error {
                return Ok(verify::code(&report));
            }
            say(if keys.is_some() {
                "\nwatching: change something, or press v to verify, h for a hint, q to quit"
            } else {
                "\nwatching: change something; Ctrl-C ends"
            })?;
            // as it was before: what changed meanwhile is looked at next
            seen = Some(now);
        }
        if stop.load(Ordering::SeqCst) {
            return Ok(interrupt::CODE);
        }
        match keys.as_ref().and_then(|keys| keys.recv_timeout(LOOK).ok()) {
            Some('q') => return Ok(OK),
            Some('v') => seen = None,
            Some('h') => {
                context.state = context.workspace.load()?;
                let lab = LabName { lab: Some(entry.lab.id.value.to_string()) };
                super::hint::run(context.clone(), &HintArgs { lab, task: None })?;
            }
            None if keys.is_none() => thread::sleep(LOOK),
            Some(_) | None => {}
        }
    }
}

/// The keys that are pressed; none without a terminal.
fn keys() -> Option<mpsc::Receiver<char>> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return None;
    }
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let term = Term::stderr();
        loop {
            match term.read_key() {
                Ok(Key::Char(key)) if sender.send(key).is_ok() => {}
                Ok(Key::CtrlC) => {
                    // the terminal is raw while a key is awaited, so that nobody else hears of it
                    let _ = sender.send('q');
                    return;
                }
                Ok(_) => {}
                Err(_) => return,
            }
        }
    });
    Some(receiver)
}

/// A number that differs when a file of the folder was written.
fn of_folder(folder: &Utf8Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    for entry in ignore::WalkBuilder::new(folder).standard_filters(false).build().flatten() {
        let written = entry.metadata().ok().and_then(|metadata| metadata.modified().ok());
        (entry.path(), written).hash(&mut hasher);
    }
    hasher.finish()
}
