//! Running the rules over an input: finding the files, reading them, and putting together what the rules say.

mod analyze;
mod discover;
mod outcome;
mod selection;

pub use discover::{Input, InputError, discover};
pub use outcome::{Admission, Broken, Counts, Outcome, SourceFile};
pub use selection::{Selection, UnknownRule};

use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::rules::facts::Facts;
use crate::rules::{FileId, SetSink, Settings};
use analyze::{Analysis, Analyzer};

/// Runs the chosen rules over the inputs.
pub fn run(inputs: &[Input], settings: &Settings, selection: &Selection) -> Outcome {
    let analyzer = Analyzer::new(settings, selection);
    let unknown = Facts::default();
    let mut analyses: Vec<Analysis> =
        inputs.par_iter().enumerate().map(|(at, input)| analyzer.file(input, file_id(at), &unknown)).collect();
    let mut facts = Facts::default();
    for analysis in &mut analyses {
        facts.append(std::mem::take(&mut analysis.facts));
    }
    // a namespace may stand in another file than its pods; those that guessed its policy wrong are looked at again
    let again: Vec<usize> = analyses
        .iter()
        .enumerate()
        .filter(|(_, analysis)| {
            analysis.assumed.iter().any(|(namespace, policy)| facts.policy(namespace.as_deref(), settings) != *policy)
        })
        .map(|(at, _)| at)
        .collect();
    let renewed: Vec<(usize, Analysis)> = again
        .par_iter()
        .filter_map(|&at| inputs.get(at).map(|input| (at, analyzer.file(input, file_id(at), &facts))))
        .collect();
    for (at, analysis) in renewed {
        if let Some(old) = analyses.get_mut(at) {
            *old = analysis;
        }
    }
    let mut outcome = Outcome::default();
    for (at, analysis) in analyses.into_iter().enumerate() {
        outcome.add(file_id(at), analysis);
    }
    for (rule, check) in analyzer.set_rules() {
        let mut sink = SetSink { rule, settings, findings: Vec::new() };
        check(&facts, &mut sink);
        outcome.findings.append(&mut sink.findings);
    }
    supply_texts(&mut outcome, inputs);
    outcome.finish();
    outcome
}

/// Reads again the files of which only a rule over all objects has something to say: their texts were not kept.
fn supply_texts(outcome: &mut Outcome, inputs: &[Input]) {
    for place in outcome.findings.iter().flat_map(|finding| &finding.places) {
        let at = place.file.0 as usize;
        if let (Some(file), Some(input)) = (outcome.files.get_mut(at), inputs.get(at))
            && file.text.is_none()
        {
            file.text = analyze::read(&input.text).ok();
        }
    }
}

fn file_id(at: usize) -> FileId {
    FileId(u32::try_from(at).unwrap_or(u32::MAX))
}
