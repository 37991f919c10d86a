//! One file: read, taken apart into objects, and held against the rules.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::Options;
use super::admission::{self, Admission};
use super::assumptions::Assumptions;
use super::discover::{Input, Text};
use super::findings::Findings;
use super::outcome::{Counts, Outcome, SourceFile};
use super::suppress::{self, Collected};
use crate::apiserver::files;
use crate::diagnostic::{Diagnostic, Location, Texts};
use crate::k8s::object::{self, Kind, Object};
use crate::k8s::pod::Pod;
use crate::k8s::source::{Later, with_defaults};
use crate::rules::facts::{Facts, Plane};
use crate::rules::manifest;
use crate::rules::pod_security;
use crate::rules::{PodContext, Rule, RuleKind, Settings, Sink};
use crate::yaml::{self, FileId, Node, Span};

type PodCheck = fn(&PodContext<'_, '_, '_>, &mut Sink<'_>);
type ObjectCheck = fn(&Object<'_, '_>, &mut Sink<'_>);
type SetCheck = fn(&Facts, &mut Sink<'_>);
type PlaneCheck = fn(&Plane, &mut Sink<'_>);

/// What one file gave.
#[derive(Debug, Default)]
pub(super) struct Analysis {
    /// The text, kept only where something has to be shown.
    pub(super) text: Option<Arc<str>>,
    pub(super) name: String,
    pub(super) findings: Findings,
    /// Those of the part that is read.
    found: Vec<Diagnostic>,
    pub(super) errors: Vec<Diagnostic>,
    pub(super) counts: Counts,
    pub(super) facts: Facts,
    pub(super) collected: Collected,
    pub(super) admissions: Vec<Admission>,
    pub(super) assumptions: Assumptions,
    /// What happens to the file before it is applied, where that explains something.
    pub(super) later: Option<Later>,
}

impl Analysis {
    /// Adds what the next documents of the same file gave.
    fn append(&mut self, mut part: Self) {
        self.findings.append(part.findings);
        self.errors.append(&mut part.errors);
        self.counts.add(part.counts);
        self.facts.append(part.facts);
        self.collected.append(part.collected);
        self.admissions.append(&mut part.admissions);
        self.assumptions.append(part.assumptions);
        self.later = self.later.max(part.later);
    }
}

impl Outcome {
    /// Adds what the next file gave.
    pub(super) fn add(&mut self, file: FileId, mut analysis: Analysis) {
        debug_assert_eq!(self.files.len(), file.0 as usize, "files come in their order");
        self.findings.append(analysis.findings);
        self.errors.append(&mut analysis.errors);
        self.admissions.append(&mut analysis.admissions);
        self.counts.files += 1;
        self.counts.add(analysis.counts);
        self.files.push(SourceFile { name: analysis.name, text: analysis.text });
    }
}

/// A file of which a part is looked at.
#[derive(Clone, Copy)]
struct Whole<'a> {
    file: FileId,
    name: &'a Arc<str>,
    text: &'a Arc<str>,
}

/// About how many bytes of a file are read at a time: enough to keep every core busy, and few enough that the trees of one
/// large file do not fill the memory.
const PART: usize = 256 * 1024;

/// About how many findings are put away together.
const MANY: usize = 64;

/// The rules, sorted by how they are checked.
#[derive(Debug)]
pub(super) struct Analyzer<'a> {
    settings: &'a Settings,
    pods: Vec<(&'static Rule, PodCheck)>,
    objects: Vec<(&'static Rule, ObjectCheck)>,
    sets: Vec<(&'static Rule, SetCheck)>,
    planes: Vec<(&'static Rule, PlaneCheck)>,
    controls: Vec<(&'static Rule, &'static pod_security::Control)>,
    manifest: Vec<&'static Rule>,
    /// What findings say in common, one for each thread that reads files.
    texts: Vec<Mutex<Texts>>,
}

impl<'a> Analyzer<'a> {
    pub(super) fn new(options: &'a Options) -> Self {
        let settings = &options.settings;
        let mut sorted = Self {
            settings,
            pods: Vec::new(),
            objects: Vec::new(),
            sets: Vec::new(),
            planes: Vec::new(),
            controls: Vec::new(),
            manifest: Vec::new(),
            texts: (0..=rayon::current_num_threads()).map(|_| Mutex::default()).collect(),
        };
        for rule in options.selection.rules() {
            match rule.check {
                RuleKind::Pod(check) => sorted.pods.push((rule, check)),
                RuleKind::Object(check) => sorted.objects.push((rule, check)),
                RuleKind::Set(check) => sorted.sets.push((rule, check)),
                RuleKind::ControlPlane(check) => sorted.planes.push((rule, check)),
                RuleKind::PodSecurity(control) => sorted.controls.push((rule, control)),
                RuleKind::Manifest => sorted.manifest.push(rule),
                RuleKind::Engine => {}
            }
        }
        sorted
    }

    pub(super) fn set_rules(&self) -> impl Iterator<Item = (&'static Rule, SetCheck)> + '_ {
        self.sets.iter().copied()
    }

    /// What the rules say about the control planes of the input.
    pub(super) fn control_planes(&self, facts: &Facts) -> Vec<Diagnostic> {
        if facts.control_plane.is_empty() || self.planes.is_empty() {
            return Vec::new();
        }
        let plane = Plane::new(&facts.control_plane, self.settings.kubernetes);
        let mut sink = Sink::over_all(self.settings);
        for (rule, check) in &self.planes {
            rule.speak(&mut sink);
            check(&plane, &mut sink);
        }
        sink.into_diagnostics()
    }

    /// Reads a file and runs all rules that look at one object.
    pub(super) fn file(&self, input: &Input, file: FileId, known: &Facts) -> Analysis {
        let mut analysis = Analysis { name: input.name.clone(), ..Analysis::default() };
        if let Text::Refused { text, at, .. } = &input.text {
            analysis.errors.extend(at.iter().map(|refusal| refusal.diagnostic(file)));
            analysis.text = Some(Arc::clone(text));
            return analysis;
        }
        let text = match input.read() {
            Ok(text) => text,
            Err(reason) => {
                analysis.errors.push(Diagnostic::error(Location::new(file, Span::default(), ""), reason));
                return analysis;
            }
        };
        let name: Arc<str> = input.name.as_str().into();
        if files::is_lines(&name, &text) {
            lines(&text, file, &name, &mut analysis);
            return analysis;
        }
        // each default stands where it stood, so that every place is one of the file
        let filled = with_defaults(&text).map(Arc::<str>::from);
        analysis.later = filled.as_ref().map(|_| Later::Filled);
        let judged = filled.as_ref().unwrap_or(&text);
        let parts = parts(judged);
        let whole = Whole { file, name: &name, text: judged };
        if let [part] = parts.as_slice() {
            let Analysis { name, later, .. } = analysis;
            analysis = self.part(part.clone(), whole, known);
            (analysis.name, analysis.later) = (name, later.max(analysis.later));
        } else {
            let parts: Vec<Analysis> = parts.into_par_iter().map(|part| self.part(part, whole, known)).collect();
            for part in parts {
                analysis.append(part);
            }
        }
        if !analysis.findings.is_empty() || !analysis.errors.is_empty() || !analysis.admissions.is_empty() {
            analysis.text = Some(text);
        }
        analysis
    }

    /// Runs the rules over some documents of a file.
    fn part(&self, part: Range<usize>, whole: Whole<'_>, known: &Facts) -> Analysis {
        let Whole { file, name, text } = whole;
        let mut start = offset(part.start);
        let stream = yaml::parse_part(text, part.clone());
        let collected = suppress::collect(&stream, text, part, file);
        let mut analysis = Analysis { collected, ..Analysis::default() };
        let mut strays = Vec::new();
        for error in stream.errors {
            analysis.errors.push(Diagnostic::error(Location::new(file, error.span, ""), error.message));
        }
        for document in &stream.documents {
            analysis.counts.documents += 1;
            let duplicates = if self.manifest.is_empty() { Vec::new() } else { document.duplicates() };
            let others = object::for_each(document, &mut |object| {
                if analysis.found.len() >= MANY {
                    self.put_away(file, start, &mut analysis);
                    start = object.root.span().start;
                }
                analysis.facts.control_plane.append(files::of_object(&object, text, file, name));
                self.object(&object, &duplicates, file, text, known, &mut analysis);
            });
            if others > 0 {
                let parts = files::of_document(document, text, file, name);
                let is_ours = usize::from(!parts.is_empty());
                analysis.counts.objects += is_ours;
                analysis.counts.skipped += others - is_ours;
                analysis.facts.control_plane.append(parts);
                let found = manifest::check_document(document, &self.manifest, file).filter(|_| is_ours == 0);
                strays.extend(manifest::check_stray(document, &self.manifest, file).filter(|_| is_ours == 0));
                analysis.found.extend(found.filter(|_| !self.settings.as_admission));
            }
            if !duplicates.is_empty() {
                self.lists(document, &duplicates, file, text, &mut analysis);
            }
        }
        if analysis.counts.objects > 0 && !self.settings.as_admission {
            analysis.found.append(&mut strays);
        }
        self.put_away(file, start, &mut analysis);
        analysis
    }

    /// Puts away what was found in the objects from `start` on, as small as it can be.
    fn put_away(&self, file: FileId, start: u32, analysis: &mut Analysis) {
        let thread = rayon::current_thread_index().map_or(0, |index| index + 1);
        let texts = self.texts.get(thread).or(self.texts.first());
        let mut texts = texts.map(|texts| texts.lock().unwrap_or_else(PoisonError::into_inner));
        let share = |finding: Diagnostic| match &mut texts {
            Some(texts) => finding.share(texts),
            None => finding,
        };
        let found: Vec<Diagnostic> = analysis.found.drain(..).map(share).collect();
        if !found.is_empty() {
            analysis.findings.take(file, start, found);
        }
    }

    fn object<'d, 's>(
        &self,
        object: &Object<'d, 's>,
        duplicates: &[(Node<'d, 's>, Node<'d, 's>)],
        file: FileId,
        text: &'s str,
        known: &Facts,
        analysis: &mut Analysis,
    ) {
        analysis.counts.objects += 1;
        analysis.facts.add(object, file, self.settings);
        if self.settings.as_admission {
            self.admission(object, file, text, known, analysis);
            return;
        }
        let mut sink = Sink::on(object, text, file, self.settings);
        for (rule, check) in &self.objects {
            rule.speak(&mut sink);
            check(object, &mut sink);
        }
        if !self.manifest.is_empty() {
            manifest::check(object, duplicates, &self.manifest, &mut sink);
        }
        let pod = Pod::of(object);
        if let Some(pod) = &pod {
            analysis.counts.pods += 1;
            if self.settings.level.is_none() && files::is_static_pod(object, pod) {
                // the kubelet runs it, whatever a namespace asks for
                analysis.later = analysis.later.max(sink.explained());
                analysis.found.append(&mut sink.into_diagnostics());
                return;
            }
            let context = analysis.assumptions.context(object, pod, known, self.settings);
            for (rule, check) in &self.pods {
                rule.speak(&mut sink);
                check(&context, &mut sink);
            }
            for (rule, control) in self.controls.iter().filter(|(_, control)| control.is_in(context.policy)) {
                rule.speak(&mut sink);
                let _ = (control.evaluate)(&context, &mut sink);
            }
        }
        analysis.later = analysis.later.max(sink.explained());
        analysis.found.append(&mut sink.into_diagnostics());
    }

    /// What is there twice in a list itself, outside of its members.
    fn lists<'d, 's>(
        &self,
        document: &'d yaml::Document<'s>,
        duplicates: &[(Node<'d, 's>, Node<'d, 's>)],
        file: FileId,
        text: &'s str,
        analysis: &mut Analysis,
    ) {
        let list = document.root().and_then(Object::new).filter(Object::is_list);
        if let Some(list) = list.filter(|_| !self.settings.as_admission) {
            let mut sink = Sink::on(&list, text, file, self.settings);
            manifest::check_list(&list, duplicates, &self.manifest, &mut sink);
            analysis.found.append(&mut sink.into_diagnostics());
        }
    }

    /// What the API server would say of an object, instead of what the rules say.
    fn admission(&self, object: &Object<'_, '_>, file: FileId, text: &str, known: &Facts, analysis: &mut Analysis) {
        if object.kind == Kind::Namespace {
            let admission = admission::of_namespace(object, file, self.settings);
            analysis.admissions.extend(admission.map(Admission::without_credentials));
        } else if let Some(pod) = Pod::of(object) {
            analysis.counts.pods += 1;
            let policies = analysis.assumptions.policies(object.namespace(), known, self.settings);
            let admission = admission::of_pods(object, &pod, policies, file, text, self.settings);
            analysis.admissions.extend(admission.map(Admission::without_credentials));
        }
    }
}

/// Spans end at 4 GiB, so offsets do too.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The parts of a file that are looked at by themselves.
fn parts(text: &str) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    for part in yaml::split(text, PART) {
        match parts.last_mut() {
            Some(last) if suppress::goes_on(text, last.clone()) => last.end = part.end,
            _ => parts.push(part),
        }
    }
    parts
}

/// What a file says that is no YAML.
fn lines(text: &Arc<str>, file: FileId, name: &Arc<str>, analysis: &mut Analysis) {
    let parts = files::of_lines(text, file, name);
    analysis.counts.documents += 1;
    let is_sure = parts.is_sure();
    analysis.counts.objects += usize::from(is_sure);
    analysis.counts.skipped += usize::from(!is_sure);
    analysis.collected = suppress::of_lines(text, file);
    analysis.facts.control_plane.append(parts);
}
