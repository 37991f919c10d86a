//! Verifying a lab of an attendee from outside: with the instructor's rights, in the attendee's namespaces.

use std::collections::BTreeMap;

use camino::Utf8Path;
use serde_json::{Value, json};

use super::error::WorkshopError;
use super::{again, place, up};
use crate::client::apply;
use crate::client::{Api, Method, Request};
use crate::lab::course::Course;
use crate::lab::lab_cluster::LabCluster;
use crate::lab::run::{Patience, Report};
use crate::lab::within;

/// The most bytes of an attendee's files.
const MOST: usize = 128 << 10;

/// Which lab of whom is verified.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// The pseudonym.
    pub name: &'a str,
    /// The id of the lab.
    pub lab: &'a str,
    /// Only this task, by its id.
    pub task: Option<&'a str>,
    /// Whether it waits for rollouts, and for changes that may still take effect.
    pub patience: Patience,
}

/// Verifies a lab of an attendee. What the attendee has answered and written into files comes from their claim.
pub fn attempt(
    course: &Course,
    site: &LabCluster,
    api: &dyn Api,
    wanted: Attempt<'_>,
    tell: &mut dyn FnMut(&str),
) -> Result<Report, WorkshopError> {
    let Attempt { name, lab, task, patience } = wanted;
    let entry = course.find(lab).map_err(|error| WorkshopError::Other(error.to_string()))?;
    let run = up::run_of(api, name, lab)?;
    let run = run.ok_or_else(|| WorkshopError::Other(format!("{lab} of {name} has not begun")))?;
    let (_scratch, folder) = place::scratch()?;
    let stage = place::stage(entry, &run, site, &folder)?;
    stage.write_start()?;
    for (file, text) in claimed(api, name, lab)? {
        // what is no name of a file here was none there
        let _ = within::write(&stage.folder, &file, &text);
    }
    Ok(stage.verify(api, &run.snapshots, task, patience, tell))
}

/// Begins a lab of an attendee anew, with the instructor's rights.
pub fn reset(
    course: &Course,
    site: &LabCluster,
    api: &dyn Api,
    (name, lab): (&str, &str),
    tell: &mut dyn FnMut(&str),
) -> Result<(), WorkshopError> {
    let entry = course.find(lab).map_err(|error| WorkshopError::Other(error.to_string()))?;
    let run = up::run_of(api, name, lab)?;
    let mut run = run.ok_or_else(|| WorkshopError::Other(format!("{lab} of {name} has not begun")))?;
    let (_scratch, folder) = place::scratch()?;
    let mut stage = place::stage(entry, &run, site, &folder)?;
    again::again(&mut stage, api, tell)?;
    run.saved = stage.names.saved;
    up::note_run(api, name, lab, &run)
}

/// The files that an attendee claims to have.
fn claimed(api: &dyn Api, name: &str, lab: &str) -> Result<BTreeMap<String, String>, WorkshopError> {
    let Some(place) = up::map(&place::home(name), &place::claim_map(lab)) else { return Ok(BTreeMap::new()) };
    let object = apply::get(api, &place)?.unwrap_or_default();
    let data = object.get("data").and_then(Value::as_object).cloned().unwrap_or_default();
    Ok(data.into_iter().filter_map(|(file, text)| Some((file, text.as_str()?.to_owned()))).collect())
}

/// Says as an attendee what the files in the folder of a lab are, so that the instructor's verification sees them too.
pub fn claim(
    api: &dyn Api,
    name: &str,
    lab: &str,
    folder: &Utf8Path,
    verdict: Option<&str>,
) -> Result<(), WorkshopError> {
    let mut files = BTreeMap::new();
    let mut size = 0;
    let found = folder.read_dir_utf8().map_err(|error| WorkshopError::Other(format!("{folder}: {error}")))?;
    for entry in found.flatten() {
        let file = entry.file_name();
        let is_key = file.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        let Some(text) = within::read(folder, file).ok().filter(|_| is_key && file != "README.md") else { continue };
        size += text.len();
        if size <= MOST {
            files.insert(file.to_owned(), text);
        }
    }
    let mut change = json!({"data": files});
    if let (Some(verdict), Some(fields)) = (verdict, change.as_object_mut()) {
        fields.insert("metadata".to_owned(), json!({"annotations": {"tightship/claim": verdict}}));
    }
    let path = format!("/api/v1/namespaces/{}/configmaps/{}", place::home(name), place::claim_map(lab));
    let request = Request { content: "application/merge-patch+json", ..Request::new(Method::Patch, path).with(change) };
    let response = api.request(&request)?;
    if response.is_success() { Ok(()) } else { Err(WorkshopError::Refused(response.message())) }
}
