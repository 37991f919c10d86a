//! The configuration of the check: `.tightship.yaml`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::pattern::Pattern;
use super::selection::Selection;
use super::suppress::{ObjectSuppression, Sample};
use crate::decode::{self, Decode, Decoder, Located, Map, record, string_enum};
use crate::diagnostic::{Diagnostic, Severity};
use crate::file;
use crate::k8s::object::Kind;
use crate::k8s::pod_security::Level;
use crate::k8s::secret;
use crate::rules::{self, Category, Rule};
use crate::spec::app::ApiVersion;
use crate::spec::values::{Day, Line, Registry, Release};
use crate::yaml::{self, Node, Source, Span};

/// The name of the file, looked for in the working folder and above it, up to that of the repository.
pub const FILE: &str = ".tightship.yaml";

string_enum! {
    /// The kind of a [`Config`].
    ConfigKind {
        /// A configuration of the check.
        "Check" Check
    }
}

string_enum! {
    /// A level of the Pod Security Standards.
    LevelWord {
        /// Current practice for pods that need no privileges.
        "restricted" Restricted,
        /// Known ways to take over the node are closed.
        "baseline" Baseline,
        /// Everything is allowed.
        "privileged" Privileged,
    }
}

impl LevelWord {
    /// The level.
    pub fn level(self) -> Level {
        match self {
            Self::Restricted => Level::Restricted,
            Self::Baseline => Level::Baseline,
            Self::Privileged => Level::Privileged,
        }
    }
}

impl Decode for Severity {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let word = decode::text(node, "a word", decoder)?;
        let severity = Self::of_rules(word);
        if severity.is_none() {
            decode::unknown_word(decoder.place(node.span()), word, &severity_words(), decoder);
        }
        severity
    }

    fn recover() -> Option<Self> {
        Some(Self::Critical)
    }

    fn written(&self) -> Option<serde_json::Value> {
        Some(self.as_str().into())
    }
}

impl JsonSchema for Severity {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Severity".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": severity_words() })
    }
}

fn severity_words() -> [&'static str; 4] {
    Severity::OF_RULES.map(Severity::as_str)
}

record! {
    /// Lets a rule pass for some objects: those for which all that is said here is true.
    Entry "suppression" {
        /// The rule.
        rule "rule": RuleName,
        /// A glob for the kind.
        kind "kind": Option<Pattern> = None,
        /// A glob for the namespace; an object without one counts as being in `default`.
        namespace "namespace": Option<Pattern> = None,
        /// A glob for the name.
        name "name": Option<Pattern> = None,
        /// A glob for the container.
        container "container": Option<Pattern> = None,
        /// Why it may pass.
        reason "reason": Line,
        /// The last day that it may.
        expires "expires": Option<Day> = None,
    }
}

record! {
    /// What `tightship check` does here, unless a flag says otherwise.
    Config "configuration" {
        /// Always `tightship/v1`.
        api_version "apiVersion": ApiVersion,
        /// Always `Check`.
        kind "kind": ConfigKind,
        /// The Kubernetes release.
        kubernetes "kubernetes": Option<Release> = None => "the newest",
        /// Check everything against this Pod Security level, whatever the labels of namespaces say.
        level "level": Option<LevelWord> = None => "as the labels of the namespace say",
        /// Run only these rules or categories; `all` for every one.
        select "select": Vec<Choice> = Vec::new() => "those that are on",
        /// Leave these rules or categories out.
        ignore "ignore": Vec<Choice> = Vec::new(),
        /// Other severities, by rule.
        severity "severity": Map<RuleName, Severity> = Map::default(),
        /// The least severity that makes the exit code 1.
        fail_on "failOn": Severity = Severity::Low,
        /// The registries that images may come from, for the rule `image-registry`.
        registries "registries": Vec<Registry> = Vec::new(),
        /// Globs of files that are not looked at, relative to the configuration's folder.
        exclude "exclude": Vec<Pattern> = Vec::new(),
        /// Rules that nothing may suppress.
        no_suppress "noSuppress": Vec<RuleName> = Vec::new(),
        /// What may pass.
        suppressions "suppressions": Vec<Located<Entry>> = Vec::new(),
    }
}

/// The name of a rule.
#[derive(Debug, Clone, Copy, Default)]
pub struct RuleName(pub Option<&'static Rule>);

impl PartialEq for RuleName {
    fn eq(&self, other: &Self) -> bool {
        self.0.map(|rule| rule.id) == other.0.map(|rule| rule.id)
    }
}

impl Eq for RuleName {}

impl std::hash::Hash for RuleName {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.map(|rule| rule.id).hash(state);
    }
}

impl Decode for RuleName {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let word = decode::text(node, "the name of a rule", decoder)?;
        let rule = rules::find(word);
        if rule.is_none() {
            let problem = Diagnostic::error(decoder.place(node.span()), format!("there is no rule `{word}`"));
            let near = crate::diagnostic::nearest(word, rules::all().map(|rule| rule.id));
            decoder.report(match near {
                Some(near) => problem.label(format!("did you mean `{near}`?")),
                None => problem.label("no such rule").help("`tightship rules` lists them"),
            });
        }
        rule.map(|rule| Self(Some(rule)))
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }
}

impl JsonSchema for RuleName {
    fn schema_name() -> Cow<'static, str> {
        "RuleName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let ids: Vec<&str> = rules::all().map(|rule| rule.id).collect();
        json_schema!({ "type": "string", "enum": ids })
    }
}

/// A word that chooses rules: a rule, a category, or `all`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Choice(pub String);

impl Decode for Choice {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let word = decode::text(node, "the name of a rule or of a category", decoder)?;
        match Selection::named(word) {
            Ok(_) => Some(Self(word.to_owned())),
            Err(unknown) => {
                decoder.report(Diagnostic::error(decoder.place(node.span()), unknown.to_string()));
                None
            }
        }
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }
}

impl JsonSchema for Choice {
    fn schema_name() -> Cow<'static, str> {
        "Choice".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let others: Vec<&str> = Category::ALL.map(Category::as_str).into_iter().chain(["all"]).collect();
        let rule = generator.subschema_for::<RuleName>();
        json_schema!({ "anyOf": [rule, { "type": "string", "enum": others }] })
    }
}

impl Config {
    /// The rules that suppressions let pass whatever the object is: samples of names show it, as a pattern for all can be
    /// written in many ways, and several may share the names.
    pub fn passed(&self) -> Vec<&'static Rule> {
        let mut by_rule: BTreeMap<&str, (&'static Rule, Vec<ObjectSuppression>)> = BTreeMap::new();
        for suppression in self.object_suppressions() {
            let rule = suppression.rule;
            by_rule.entry(rule.id).or_insert((rule, Vec::new())).1.push(suppression);
        }
        let passes = |all: &[ObjectSuppression]| samples().all(|sample| all.iter().any(|one| one.takes(&sample)));
        by_rule.into_values().filter(|(_, all)| passes(all)).map(|(rule, _)| rule).collect()
    }

    /// The suppressions as the engine takes them.
    pub fn object_suppressions(&self) -> Vec<ObjectSuppression> {
        self.suppressions
            .iter()
            .filter_map(|entry| {
                Some(ObjectSuppression {
                    rule: entry.rule.0?,
                    kind: entry.kind.clone(),
                    namespace: entry.namespace.clone(),
                    name: entry.name.clone(),
                    container: entry.container.clone(),
                    expires: entry.expires.as_ref().map(|day| **day),
                    span: entry.span,
                })
            })
            .collect()
    }

    /// Whether a file, named relative to the configuration's folder, is not to be looked at.
    pub fn excludes(&self, path: &Utf8Path) -> bool {
        self.exclude.iter().any(|pattern| pattern.is_match(path.as_str()))
    }
}

/// What reading a configuration gave.
#[derive(Debug)]
pub struct Read {
    /// The configuration; `None` if anything is wrong with it.
    pub config: Option<Config>,
    /// What is wrong with it.
    pub problems: Vec<Diagnostic>,
    /// Places that no message may show.
    pub hidden: Vec<Span>,
    /// Whether it says that it is a configuration. Of another file no line is shown: a link may lead to credentials.
    pub is_ours: bool,
}

impl Read {
    /// The file is something else.
    fn other(span: Span, message: String, label: &str) -> Self {
        let problem = Diagnostic::error(span, message).help(label);
        Self { config: None, problems: vec![problem], hidden: Vec::new(), is_ours: false }
    }
}

/// What a configuration is told apart by.
const EXPECTED: &str = "expected `apiVersion: tightship/v1` and `kind: Check`";

/// Reads a configuration: one document.
pub fn read(source: &Source) -> Read {
    let stream = yaml::parse(source.text());
    let roots: Vec<Node<'_, '_>> =
        stream.documents.iter().filter_map(yaml::Document::root).filter(|root| !root.is_null()).collect();
    if let Some(kind) =
        roots.first().and_then(|root| root.get("kind")).filter(|kind| is_of_specs(*kind) && is_version(roots.first()))
    {
        let message = format!("a spec of `kind: {}` belongs in `tightship.yaml`", kind.text().unwrap_or_default());
        let problems = vec![Diagnostic::error(kind.span(), message).label("expected `Check`")];
        let hidden = secret::places(source.text(), 0..source.text().len());
        return Read { config: None, problems, hidden, is_ours: true };
    }
    let is_ours = if stream.errors.is_empty() { roots.first().is_some_and(is_configuration) } else { says_so(source) };
    if !is_ours {
        let broken = stream.errors.first().map(|error| error.span);
        let place = broken.or(roots.first().map(|root| root.span())).unwrap_or(Span { start: 0, end: 1 });
        return Read::other(place, "this is not a configuration".to_owned(), EXPECTED);
    }
    let mut decoder = Decoder::new(source.text());
    for error in &stream.errors {
        let problem = Diagnostic::error(decoder.place(error.span), "this is not YAML").label(error.message.clone());
        decoder.report(problem);
    }
    let config = roots.first().and_then(|root| Config::decode(*root, &mut decoder));
    if let Some(second) = roots.get(1) {
        let place = decoder.place(second.span());
        decoder.report(Diagnostic::error(place, "a second document").label("a configuration is one document"));
    }
    let problems = decoder.into_problems().into_iter().map(|problem| problem.reword(secret::in_message));
    let problems: Vec<Diagnostic> = problems.collect();
    let failed = problems.iter().any(|problem| problem.severity == Severity::Error);
    let hidden = secret::places(source.text(), 0..source.text().len());
    Read { config: config.filter(|_| !failed), problems, hidden, is_ours }
}

/// Whether a document says that it is a configuration.
fn is_configuration(root: &Node<'_, '_>) -> bool {
    is_version(Some(root)) && root.get("kind").and_then(Node::text) == Some("Check")
}

fn is_version(root: Option<&Node<'_, '_>>) -> bool {
    root.and_then(|root| root.get("apiVersion")).and_then(Node::text) == Some(ApiVersion::V1.as_str())
}

/// The same of a text that is no YAML.
fn says_so(source: &Source) -> bool {
    let has = |line: &str| source.text().lines().any(|other| other.trim_end() == line);
    has(&format!("apiVersion: {}", ApiVersion::V1.as_str())) && has("kind: Check")
}

fn is_of_specs(kind: Node<'_, '_>) -> bool {
    kind.text().is_some_and(|kind| crate::spec::KINDS.contains(&kind))
}

/// Objects of any names.
fn samples() -> impl Iterator<Item = Sample> {
    let letters: Vec<char> = ('a'..='z').chain('0'..='9').collect();
    let kinds: Vec<&str> = Kind::ALL.iter().filter(|kind| kind.pod_path().is_some()).map(|kind| kind.name()).collect();
    let pairs = letters.clone().into_iter().flat_map(move |a| letters.clone().into_iter().map(move |b| (a, b)));
    pairs.enumerate().map(move |(at, (a, b))| Sample {
        kind: kinds.get(at % kinds.len().max(1)).copied().unwrap_or_default(),
        namespace: format!("{b}{a}-{a}"),
        name: if at % 2 == 0 { format!("{a}{b}") } else { format!("{a}-{b}{a}.{b}") },
        container: format!("{b}{}", a.to_string().repeat(at % 40)),
    })
}

/// The configuration that holds in a folder.
#[derive(Debug, Default)]
pub struct Nearest {
    /// The file.
    pub file: Option<Utf8PathBuf>,
    /// Nearer ones that somebody else may have put there, with the user that they belong to.
    pub others: Vec<(Utf8PathBuf, u32)>,
}

/// The configuration that holds in a folder: the nearest one, going up, but not out of a repository.
pub fn find(folder: &Utf8Path) -> Nearest {
    let mut nearest = Nearest::default();
    for above in folder.ancestors() {
        let path = above.join(FILE);
        match file::stranger_of(&path, folder) {
            Some(owner) => nearest.others.push((path, owner)),
            None if path.is_file() => {
                nearest.file = Some(path);
                break;
            }
            None => {}
        }
        if above.join(".git").exists() {
            break;
        }
    }
    nearest
}
