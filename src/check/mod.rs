//! Running the rules over an input: finding the files, reading them, and putting together what the rules say.

mod admission;
mod against;
mod analyze;
mod assumptions;
mod base;
pub mod baseline;
pub mod benchmark;
pub mod config;
mod discover;
mod findings;
pub mod fix;
mod options;
mod outcome;
mod pattern;
mod seen;
mod selection;
mod suppress;
pub mod trail;

pub use admission::Admission;
pub use against::Against;
pub use base::Base;
pub use discover::{
    Cause, Found, Input, InputError, LeftOut, Live, Place, Request, Scope, Text, discover, listed, live_inputs, target,
};
pub use findings::Findings;
pub use options::Options;
pub use outcome::Outcome;
pub use seen::Seen;
pub use selection::Selection;

use std::collections::HashSet;
use std::sync::Arc;

use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::diagnostic::{Diagnostic, Location, Texts};
use crate::rules::facts::Facts;
use crate::rules::manifest::UPDATES;
use crate::rules::{Rule, RuleKind, Sink};
use crate::yaml::FileId;
use analyze::{Analysis, Analyzer};
use suppress::{Collected, Suppression, SuppressionContext};

/// Runs the chosen rules over the inputs.
pub fn run(inputs: &[Input], options: &Options) -> Outcome {
    let settings = &options.settings;
    let analyzer = Analyzer::new(options);
    let (mut analyses, facts) = analyze(inputs, &analyzer, options);
    let mut outcome = Outcome { as_admission: settings.as_admission, ..Outcome::default() };
    outcome.rules_left_out = options.left_out.len();
    let mut collected = Collected::default();
    for (at, analysis) in analyses.iter_mut().enumerate() {
        if settings.as_admission && settings.level.is_none() {
            outcome.add_unguarded(analysis.assumptions.in_namespaces());
        }
        collected.append(std::mem::take(&mut analysis.collected));
        if let Some(later) = analysis.later {
            outcome.note_later(file_id(at), &analysis.name, later.into());
        }
        outcome.add(file_id(at), std::mem::take(analysis));
    }
    if settings.as_admission {
        // there are no findings, and nothing lets pass what the API server would say
        return outcome;
    }
    let mut texts = Texts::default();
    for (rule, check) in analyzer.set_rules() {
        let mut sink = Sink::over_all(settings);
        rule.speak(&mut sink);
        check(&facts, &mut sink);
        outcome.findings.extend(sink.into_diagnostics().into_iter().map(|finding| finding.share(&mut texts)));
    }
    outcome.findings.extend(analyzer.control_planes(&facts));
    if let Some(against) = options.against.as_ref().filter(|_| options.selection.rules().any(|rule| rule == UPDATES)) {
        outcome.findings.extend(against.compare(inputs, settings));
    }
    let config = outcome.add_config(options.config.as_ref());
    let ran: Vec<&'static Rule> = options.selection.rules().collect();
    let context = SuppressionContext {
        today: options.today,
        no_suppress: &options.no_suppress,
        ran: &ran,
        configured: &options.suppressions,
        config,
    };
    let judged = suppress::judge(&mut outcome.findings, collected, &context);
    outcome.suppressed = judged.count;
    outcome.asks_nothing = asks_nothing(options, &ran, &outcome);
    if let Some(base) = &options.base {
        // what was wrong with the configuration before is no matter of the change
        outcome.findings.retain(|finding| finding.file() != config);
        new_suppressions(base, &judged.holding, inputs, &mut outcome);
    }
    outcome.facts = facts;
    outcome.finish(&options.severities, inputs);
    outcome
}

/// Whether the configuration lets everything pass.
fn asks_nothing(options: &Options, ran: &[&'static Rule], outcome: &Outcome) -> bool {
    let found: HashSet<&str> = outcome.findings.iter().map(|finding| finding.id).collect();
    let asks = |rule: &&'static Rule| {
        let passes = options.passed.contains(rule) && !found.contains(rule.id);
        !matches!(rule.check, RuleKind::Engine) && !passes
    };
    let by_configuration = !options.left_out.is_empty() || !options.passed.is_empty();
    ran.is_empty() || by_configuration && !ran.iter().any(asks)
}

/// Tells of the suppressions that the files of a change did not have before it.
fn new_suppressions(base: &Base, holding: &[Suppression], inputs: &[Input], outcome: &mut Outcome) {
    let mut files: Vec<FileId> = holding.iter().map(|suppression| suppression.file).collect();
    files.dedup();
    for file in files {
        let at = file.0 as usize;
        let Some(input) = inputs.get(at) else { continue };
        let Ok(now) = input.read() else { continue };
        // what cannot be looked up was not there
        let before = input.path().and_then(|path| base.read(path).ok().flatten());
        let ours = holding.iter().filter(|suppression| suppression.file == file);
        for suppression in suppress::fresh(ours, &now, before.as_deref()) {
            let place = Location::new(file, suppression.span, "");
            let message = format!("a new suppression of `{}` lets a finding pass", suppression.rule.id);
            let notice = Diagnostic::warning(place, message).about(Arc::clone(&suppression.object), "");
            outcome.new_suppressions += 1;
            outcome.notices.push(notice);
        }
        if let Some(file) = outcome.files.get_mut(at) {
            file.text.get_or_insert(now);
        }
    }
}

/// Looks at every file, and again at those with pods about which other objects say something else elsewhere.
fn analyze(inputs: &[Input], analyzer: &Analyzer<'_>, options: &Options) -> (Vec<Analysis>, Facts) {
    let (unknown, settings) = (Facts::default(), &options.settings);
    let first = |(at, input)| {
        let analysis = analyzer.file(input, file_id(at), &unknown);
        options.seen.another();
        analysis
    };
    options.seen.begin();
    let mut analyses: Vec<Analysis> = inputs.par_iter().enumerate().map(first).collect();
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
