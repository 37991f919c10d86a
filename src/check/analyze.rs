//! One file: read, taken apart into objects, and held against the rules.

use std::sync::Arc;

use super::Options;
use super::admission::{self, Admission};
use super::discover::Input;
use super::outcome::{Broken, Counts};
use super::suppress::{self, Collected};
use crate::apiserver::files;
use crate::kube::object::{self, Kind, Object};
use crate::kube::pod::Pod;
use crate::rules::facts::{Facts, Plane};
use crate::rules::pod_security::{self, Policies};
use crate::rules::{Check, FileId, Finding, PodContext, Rule, SetSink, Settings, Sink};
use crate::yaml;

type PodCheck = fn(&PodContext<'_, '_, '_>, &mut Sink<'_, '_, '_>);
type ObjectCheck = fn(&Object<'_, '_>, &mut Sink<'_, '_, '_>);
type SetCheck = fn(&Facts, &mut SetSink<'_>);
type PlaneCheck = fn(&Plane, &mut SetSink<'_>);

/// What one file gave.
#[derive(Debug, Default)]
pub(super) struct Analysis {
    /// The text, kept only where something has to be shown.
    pub(super) text: Option<Arc<str>>,
    pub(super) name: String,
    pub(super) findings: Vec<Finding>,
    pub(super) broken: Vec<Broken>,
    pub(super) counts: Counts,
    pub(super) facts: Facts,
    pub(super) collected: Collected,
    pub(super) admissions: Vec<Admission>,
    /// The namespaces of pods with the policies that were assumed to hold in them.
    pub(super) assumed: Vec<(Option<String>, Policies)>,
}

/// The rules, sorted by how they are checked.
#[derive(Debug)]
pub(super) struct Analyzer<'a> {
    settings: &'a Settings,
    /// One of the rules, if there are any.
    any: Option<&'static Rule>,
    pods: Vec<(&'static Rule, PodCheck)>,
    objects: Vec<(&'static Rule, ObjectCheck)>,
    sets: Vec<(&'static Rule, SetCheck)>,
    planes: Vec<(&'static Rule, PlaneCheck)>,
    controls: Vec<(&'static Rule, &'static pod_security::Control)>,
}

impl<'a> Analyzer<'a> {
    pub(super) fn new(options: &'a Options) -> Self {
        let settings = &options.settings;
        let mut sorted = Self {
            settings,
            any: None,
            pods: Vec::new(),
            objects: Vec::new(),
            sets: Vec::new(),
            planes: Vec::new(),
            controls: Vec::new(),
        };
        for rule in options.selection.rules() {
            sorted.any = Some(rule);
            match rule.check {
                Check::Pod(check) => sorted.pods.push((rule, check)),
                Check::Object(check) => sorted.objects.push((rule, check)),
                Check::Set(check) => sorted.sets.push((rule, check)),
                Check::ControlPlane(check) => sorted.planes.push((rule, check)),
                Check::PodSecurity(control) => sorted.controls.push((rule, control)),
                Check::Engine => {}
            }
        }
        sorted
    }

    pub(super) fn set_rules(&self) -> impl Iterator<Item = (&'static Rule, SetCheck)> + '_ {
        self.sets.iter().copied()
    }

    /// What the rules say about the control planes of the input.
    pub(super) fn control_planes(&self, facts: &Facts) -> Vec<Finding> {
        if facts.control_plane.is_empty() || self.planes.is_empty() {
            return Vec::new();
        }
        let plane = Plane::new(&facts.control_plane, self.settings.kubernetes);
        let mut findings = Vec::new();
        for (rule, check) in &self.planes {
            let mut sink = SetSink { rule, settings: self.settings, findings };
            check(&plane, &mut sink);
            findings = sink.findings;
        }
        findings
    }

    /// Reads a file and runs all rules that look at one object.
    pub(super) fn file(&self, input: &Input, file: FileId, known: &Facts) -> Analysis {
        let mut analysis = Analysis { name: input.name.clone(), ..Analysis::default() };
        let text = match input.read() {
            Ok(text) => text,
            Err(reason) => {
                analysis.broken.push(Broken { file, span: None, message: reason });
                return analysis;
            }
        };
        let name: Arc<str> = input.name.as_str().into();
        if files::is_lines(&name, &text) {
            lines(&text, file, &name, &mut analysis);
            return analysis;
        }
        let stream = yaml::parse(&text);
        analysis.collected = suppress::collect(&stream, &text, file);
        for error in stream.errors {
            analysis.broken.push(Broken { file, span: Some(error.span), message: error.message });
        }
        for document in &stream.documents {
            analysis.counts.documents += 1;
            let others = object::for_each(document, &mut |object| {
                analysis.facts.control_plane.append(files::of_object(&object, &text, file, &name));
                self.object(&object, file, &text, known, &mut analysis);
            });
            if others > 0 {
                let parts = files::of_document(document, &text, file, &name);
                let is_ours = usize::from(!parts.is_empty());
                analysis.counts.objects += is_ours;
                analysis.counts.others += others - is_ours;
                analysis.facts.control_plane.append(parts);
            }
        }
        if !analysis.findings.is_empty() || !analysis.broken.is_empty() || !analysis.admissions.is_empty() {
            analysis.text = Some(text);
        }
        analysis
    }

    fn object(&self, object: &Object<'_, '_>, file: FileId, text: &str, known: &Facts, analysis: &mut Analysis) {
        analysis.counts.objects += 1;
        analysis.facts.add(object, file, self.settings);
        if self.settings.as_admission {
            self.admission(object, file, text, known, analysis);
            return;
        }
        let Some(rule) = self.any else { return };
        let mut sink = Sink { rule, settings: self.settings, text, file, object, id: None, findings: Vec::new() };
        for (rule, check) in &self.objects {
            sink.rule = rule;
            check(object, &mut sink);
        }
        if let Some(pod) = Pod::of(object) {
            analysis.counts.pods += 1;
            if self.settings.level.is_none() && files::is_static_pod(object, &pod) {
                analysis.findings.append(&mut sink.findings);
                return;
            }
            let policies = known.policies(object.namespace(), self.settings);
            note(&mut analysis.assumed, object.namespace(), policies);
            let context = PodContext { object, pod: &pod, policy: policies.checked };
            for (rule, check) in &self.pods {
                sink.rule = rule;
                check(&context, &mut sink);
            }
            for (rule, control) in self.controls.iter().filter(|(_, control)| control.is_in(policies.checked)) {
                sink.rule = rule;
                let _ = (control.evaluate)(&context, &mut sink);
            }
        }
        analysis.findings.append(&mut sink.findings);
    }

    /// What the API server would say of an object, instead of what the rules say.
    fn admission(&self, object: &Object<'_, '_>, file: FileId, text: &str, known: &Facts, analysis: &mut Analysis) {
        if object.kind == Kind::Namespace {
            analysis.admissions.extend(admission::of_namespace(object, file, self.settings));
        } else if let Some(pod) = Pod::of(object) {
            analysis.counts.pods += 1;
            let policies = known.policies(object.namespace(), self.settings);
            note(&mut analysis.assumed, object.namespace(), policies);
            analysis.admissions.extend(admission::of_pods(object, &pod, policies, file, text, self.settings));
        }
    }
}

/// What a file says that is no YAML.
fn lines(text: &Arc<str>, file: FileId, name: &Arc<str>, analysis: &mut Analysis) {
    let parts = files::of_lines(text, file, name);
    analysis.counts.documents += 1;
    let is_sure = parts.is_sure();
    analysis.counts.objects += usize::from(is_sure);
    analysis.counts.others += usize::from(!is_sure);
    analysis.collected = suppress::of_lines(text, file);
    analysis.facts.control_plane.append(parts);
}

fn note(assumed: &mut Vec<(Option<String>, Policies)>, namespace: Option<&str>, policies: Policies) {
    // neighbours mostly share their namespace
    if !assumed.iter().any(|(known, _)| known.as_deref() == namespace) {
        assumed.push((namespace.map(str::to_owned), policies));
    }
}
