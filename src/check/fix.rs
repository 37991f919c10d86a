//! Applying fixes: again and again, as one may make another possible, and never one that makes anything worse.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::analyze::Analyzer;
use super::discover::{Input, Text};
use super::suppress::{self, SuppressionContext};
use super::{Findings, Options, Outcome, analyze, run};
use crate::diagnostic::{Diagnostic, Fix, Safety};
use crate::rules::facts::Facts;
use crate::rules::{self, Category};
use crate::yaml::edit::{self, Edit};
use crate::yaml::{FileId, Span};

/// The most rounds over one file. Each fixes at least one finding; a manifest that needs more is fixed as far as this.
const MAX_ROUNDS: usize = 50;

/// A file with its fixes applied.
#[derive(Debug, Clone)]
pub struct Fixed {
    /// The file, by its place in the inputs.
    pub file: FileId,
    /// Its text before.
    pub before: Arc<str>,
    /// Its text after.
    pub after: String,
    /// The number of findings that were fixed.
    pub count: usize,
}

/// The most passes over all files: a fix in one may change what holds in another.
const MAX_PASSES: usize = 5;

/// Applies the fixes of an outcome to the texts of its files; nothing is written. `options` must ask for fixes.
pub fn fix(inputs: &[Input], outcome: &Outcome, options: &Options, safety: Safety) -> Vec<Fixed> {
    let mut all: BTreeMap<FileId, Fixed> = BTreeMap::new();
    let own: BTreeSet<FileId> = outcome.findings.iter().map(Diagnostic::file).collect();
    let mut current: Vec<Input> = inputs.to_vec();
    let mut fixed = pass(&current, outcome, options, safety);
    for _ in 1..MAX_PASSES {
        if fixed.is_empty() {
            break;
        }
        for fixed in fixed.drain(..) {
            if let Some(input) = current.get_mut(fixed.file.0 as usize) {
                input.text = Text::Here(fixed.after.as_str().into());
            }
            all.entry(fixed.file)
                .and_modify(|before| {
                    before.after.clone_from(&fixed.after);
                    before.count += fixed.count;
                })
                .or_insert(fixed);
        }
        let mut next = run(&current, options);
        // a file with nothing but what a baseline knows stays as it is
        next.findings.retain(|finding| own.contains(&finding.file()));
        fixed = pass(&current, &next, options, safety);
    }
    all.into_values().collect()
}

fn pass(inputs: &[Input], outcome: &Outcome, options: &Options, safety: Safety) -> Vec<Fixed> {
    let fixable = |finding: &&Diagnostic| applicable(finding, safety).is_some();
    let files: BTreeSet<FileId> = outcome.findings.iter().filter(fixable).map(Diagnostic::file).collect();
    let files: Vec<FileId> = files.into_iter().collect();
    if files.is_empty() {
        return Vec::new();
    }
    // whatever was selected, no fix may make what the API server refuses
    let mut guarded = options.clone();
    let mistakes = rules::all().filter(|rule| rule.category == Category::Correctness);
    mistakes.for_each(|rule| guarded.selection.add(rule));
    let analyzer = Analyzer::new(&guarded);
    // what other files say decides here too: the labels of a namespace, for example
    let (_, facts) = analyze(inputs, &analyzer, options);
    let fixer = Fixer { analyzer, facts, options, safety };
    let written = |file: FileId| inputs.get(file.0 as usize).filter(|input| input.is_written());
    files.par_iter().filter_map(|&file| fixer.file(file, written(file)?)).collect()
}

fn applicable(finding: &Diagnostic, safety: Safety) -> Option<&Fix> {
    finding.fix.as_deref().filter(|fix| fix.safety <= safety)
}

struct Fixer<'a> {
    analyzer: Analyzer<'a>,
    facts: Facts,
    options: &'a Options,
    safety: Safety,
}

/// A text of a file with what the rules say about it.
struct State {
    text: Arc<str>,
    findings: Findings,
    /// What is no good manifest, whether or not its rule was selected or is suppressed.
    mistakes: BTreeMap<&'static str, usize>,
    errors: usize,
    objects: usize,
}

impl Fixer<'_> {
    fn file(&self, file: FileId, input: &Input) -> Option<Fixed> {
        let before = input.read().ok()?;
        let name = input.name.as_str();
        let mut state = self.look(file, name, &before);
        let mut refused: Vec<(&str, String)> = Vec::new();
        let mut count = 0;
        for _ in 0..MAX_ROUNDS {
            let chosen = choose(&state.findings, self.safety, &refused);
            if chosen.is_empty() {
                break;
            }
            let together: Vec<Edit> = chosen.iter().flat_map(|(_, fix)| fix.edits.iter().cloned()).collect();
            let better = self.attempt(file, name, &state, &together).map(|next| (next, chosen.len())).or_else(|| {
                // one of them is at fault: the first that does good alone is taken, those before it are not tried again
                chosen.iter().find_map(|(finding, fix)| {
                    let next = self.attempt(file, name, &state, &fix.edits);
                    if next.is_none() {
                        refused.push(key(finding));
                    }
                    next.map(|next| (next, 1))
                })
            });
            if let Some((next, fixed)) = better {
                count += fixed;
                state = next;
                // what did harm before may do good now
                refused.clear();
            }
        }
        (state.text != before).then(|| Fixed { file, before, after: state.text.to_string(), count })
    }

    fn look(&self, file: FileId, name: &str, text: &Arc<str>) -> State {
        let input = Input { name: name.to_owned(), text: Text::Here(Arc::clone(text)) };
        let mut analysis = self.analyzer.file(&input, file, &self.facts);
        if !analysis.facts.control_plane.is_empty() {
            // what the other files say decides here too, and findings about them are theirs
            analysis.facts.control_plane.append(self.facts.control_plane.without(file));
            let findings = self.analyzer.control_planes(&analysis.facts);
            analysis.findings.extend(findings.into_iter().filter(|finding| finding.file() == file));
        }
        let is_mistake =
            |finding: &&Diagnostic| rules::find(finding.id).is_some_and(|rule| rule.category == Category::Correctness);
        let mistakes = count(analysis.findings.iter().filter(is_mistake));
        let is_chosen = |finding: &Diagnostic| self.options.selection.rules().any(|rule| rule.id == finding.id);
        analysis.findings.retain(is_chosen);
        let context = SuppressionContext {
            today: self.options.today,
            no_suppress: &self.options.no_suppress,
            ran: &[],
            configured: &self.options.suppressions,
            config: FileId::default(),
        };
        suppress::judge(&mut analysis.findings, analysis.collected, &context);
        let (errors, objects) = (analysis.errors.len(), analysis.counts.objects);
        State { text: Arc::clone(text), findings: analysis.findings, mistakes, errors, objects }
    }

    /// The text with the edits, if that makes it better.
    fn attempt(&self, file: FileId, name: &str, state: &State, edits: &[Edit]) -> Option<State> {
        let text = edit::apply(&state.text, edits).ok()?;
        let next = self.look(file, name, &text.into());
        is_better(state, &next).then_some(next)
    }
}

/// Fixes that do not touch each other, those of the worst findings first.
fn choose<'o>(
    findings: &'o Findings,
    safety: Safety,
    refused: &[(&'static str, String)],
) -> Vec<(&'o Diagnostic, &'o Fix)> {
    let mut all: Vec<(&Diagnostic, &Fix)> = findings
        .iter()
        .filter_map(|finding| Some((finding, applicable(finding, safety)?)))
        .filter(|(finding, _)| !refused.contains(&key(finding)))
        .collect();
    all.sort_by_key(|(finding, _)| std::cmp::Reverse(finding.severity));
    let mut taken: BTreeSet<Span> = BTreeSet::new();
    all.retain(|(_, fix)| {
        let is_free = fix.edits.iter().all(|edit| is_free(&taken, edit.span));
        if is_free {
            taken.extend(fix.edits.iter().map(|edit| edit.span));
        }
        is_free
    });
    all
}

/// Whether a span touches none of those taken, which do not touch each other. Two insertions at one place touch: each would
/// stand where the other counts on standing.
fn is_free(taken: &BTreeSet<Span>, span: Span) -> bool {
    let before = taken.range(..=span).next_back();
    let after = taken.range(span..).next();
    before.is_none_or(|other| other.end < span.start) && after.is_none_or(|other| span.end < other.start)
}

fn key(finding: &Diagnostic) -> (&'static str, String) {
    (finding.id, format!("{} {}", finding.object(), finding.path))
}

/// Less is wrong than before, and nothing that was not: no rule fires more often, and no document is broken or gone.
fn is_better(before: &State, after: &State) -> bool {
    let no_more = |old: &BTreeMap<&str, usize>, new: &BTreeMap<&str, usize>| {
        new.iter().all(|(rule, count)| old.get(rule).is_some_and(|old| count <= old))
    };
    after.errors <= before.errors
        && after.objects == before.objects
        && after.findings.len() < before.findings.len()
        && no_more(&count(before.findings.iter()), &count(after.findings.iter()))
        && no_more(&before.mistakes, &after.mistakes)
}

/// How often each rule fires.
fn count<'f>(findings: impl Iterator<Item = &'f Diagnostic>) -> BTreeMap<&'static str, usize> {
    let mut count = BTreeMap::new();
    for finding in findings {
        *count.entry(finding.id).or_default() += 1;
    }
    count
}
