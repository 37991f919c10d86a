//! Running the rules over an input: finding the files, reading them, and putting together what the rules say.

mod admission;
mod analyze;
mod assumptions;
pub mod baseline;
pub mod benchmark;
pub mod config;
mod discover;
pub mod fix;
mod options;
mod outcome;
mod selection;
mod suppress;

pub use admission::Admission;
pub use discover::{Cause, Found, Input, LeftOut, Live, Place, Request, Scope, Text, discover, live_inputs};
pub use options::Options;
pub use outcome::Outcome;
pub use selection::Selection;

use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::rules::facts::Facts;
use crate::rules::{Rule, Settings, Sink};
use crate::yaml::FileId;
use analyze::{Analysis, Analyzer};
use suppress::{Collected, SuppressionContext};

/// Runs the chosen rules over the inputs.
pub fn run(inputs: &[Input], options: &Options) -> Outcome {
    let settings = &options.settings;
    let analyzer = Analyzer::new(options);
    let (mut analyses, facts) = analyze(inputs, &analyzer, settings);
    let mut outcome = Outcome { as_admission: settings.as_admission, ..Outcome::default() };
    let mut collected = Collected::default();
    for (at, analysis) in analyses.iter_mut().enumerate() {
        if settings.as_admission && settings.level.is_none() {
            outcome.add_unguarded(analysis.assumptions.in_namespaces());
        }
        collected.append(std::mem::take(&mut analysis.collected));
        outcome.add(file_id(at), std::mem::take(analysis));
    }
    if settings.as_admission {
        // there are no findings, and nothing lets pass what the API server would say
        return outcome;
    }
    for (rule, check) in analyzer.set_rules() {
        let mut sink = Sink::over_all(settings);
        rule.speak(&mut sink);
        check(&facts, &mut sink);
        outcome.findings.append(&mut sink.into_diagnostics());
    }
    outcome.findings.append(&mut analyzer.control_planes(&facts));
    let config = outcome.add_config(options.config.as_ref());
    let ran: Vec<&'static Rule> = options.selection.rules().collect();
    let context = SuppressionContext {
        today: options.today,
        no_suppress: &options.no_suppress,
        ran: &ran,
        configured: &options.suppressions,
        config,
    };
    outcome.suppressed = suppress::judge(&mut outcome.findings, collected, &context);
    outcome.finish(&options.severities, inputs);
    outcome
}

/// Looks at every file, and again at those with pods about which other objects say something else elsewhere.
fn analyze(inputs: &[Input], analyzer: &Analyzer<'_>, settings: &Settings) -> (Vec<Analysis>, Facts) {
    let unknown = Facts::default();
    let mut analyses: Vec<Analysis> =
        inputs.par_iter().enumerate().map(|(at, input)| analyzer.file(input, file_id(at), &unknown)).collect();
    let mut facts = Facts::default();
    for analysis in &mut analyses {
        facts.append(std::mem::take(&mut analysis.facts));
    }
    let guessed_wrong = |analysis: &Analysis| analysis.assumptions.is_stale(&facts, settings);
    let again: Vec<usize> =
        analyses.iter().enumerate().filter(|(_, analysis)| guessed_wrong(analysis)).map(|(at, _)| at).collect();
    let renewed: Vec<(usize, Analysis)> = again
        .par_iter()
        .filter_map(|&at| inputs.get(at).map(|input| (at, analyzer.file(input, file_id(at), &facts))))
        .collect();
    for (at, analysis) in renewed {
        if let Some(old) = analyses.get_mut(at) {
            *old = analysis;
        }
    }
    (analyses, facts)
}

fn file_id(at: usize) -> FileId {
    FileId(u32::try_from(at).unwrap_or(u32::MAX))
}
