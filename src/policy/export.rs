//! From a rule to a policy with its binding.

use std::collections::BTreeMap;

use serde::Serialize;

use super::cel::{CHANGES_PODS, text};
use super::guard::Guard;
use super::subject::{Subject, SubjectError, cel_of, without_cel};
use crate::k8s::names::NameRule;
use crate::k8s::object::Kind;
use crate::k8s::verify;
use crate::rules::{Rule, Settings};
use crate::template;

/// The namespaces of the cluster itself. What it runs there needs more than rules allow, and a cluster whose network or
/// proxy is refused cannot repair itself.
const SYSTEM: [&str; 3] = ["kube-node-lease", "kube-public", "kube-system"];

/// The label of every namespace that says its name.
const NAME: &str = "kubernetes.io/metadata.name";

/// What is done with a request that breaks a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is refused.
    Deny,
    /// It passes, and whoever sent it is warned.
    Warn,
    /// It is admitted, and the audit log records it.
    Audit,
}

impl Action {
    /// As in `validationActions`.
    fn as_str(self) -> &'static str {
        match self {
            Self::Deny => "Deny",
            Self::Warn => "Warn",
            Self::Audit => "Audit",
        }
    }
}

/// A label that namespaces must have for a policy to hold in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    key: String,
    /// Any value without one.
    value: Option<String>,
}

impl Label {
    /// Reads `KEY=VALUE`, or `KEY` for any value. `Err` says what is wrong with it.
    pub fn parse(word: &str) -> Result<Self, String> {
        let (key, value) = word.split_once('=').map_or((word, None), |(key, value)| (key, Some(value)));
        NameRule::QualifiedName.check(key).map_err(|error| format!("the label `{key}` {error}"))?;
        if let Some(value) = value {
            NameRule::LabelValue.check(value).map_err(|error| format!("the value `{value}` {error}"))?;
        }
        Ok(Self { key: key.to_owned(), value: value.map(str::to_owned) })
    }
}

/// How policies are made.
#[derive(Debug, Clone)]
pub struct Options {
    /// The release whose standards count, and the registries that images may come from.
    pub settings: Settings,
    /// What is done with what breaks a policy.
    pub actions: Vec<Action>,
    /// What the names of the policies begin with; a hyphen and the rule follow.
    pub prefix: String,
    /// The labels of the namespaces that the policies hold in: all of them; without any, every namespace.
    pub labels: Vec<Label>,
    /// Namespaces that they do not hold in.
    pub excluded: Vec<String>,
    /// Whether they hold in the namespaces of the cluster itself too.
    pub in_system: bool,
}

/// Why there is no policy.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Not for this rule.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// Nobody said which registries.
    #[error("`image-registry` needs the registries that images may come from: `--registry ghcr.io/acme`")]
    NoRegistry,
    /// The API server takes no binding with both.
    #[error("what is refused is not warned of: `--action deny` and `--action warn` exclude each other")]
    DenyAndWarn,
    /// The names of the policies would be none.
    #[error("a policy cannot be named `{name}`: the name {reason}")]
    Name {
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A template failed, or made something that Kubernetes does not take.
    #[error("{0} (a defect in tightship, please report it)")]
    Defect(String),
}

/// The manifests of the policies, each with its binding.
pub fn export(subjects: &[Subject], options: &Options) -> Result<String, ExportError> {
    let has = |action| options.actions.contains(&action);
    if has(Action::Deny) && has(Action::Warn) {
        return Err(ExportError::DenyAndWarn);
    }
    let mut out = String::new();
    for subject in subjects {
        let view = View::of(*subject, options)?;
        let text = template::render("policy/policy.yaml.j2", template::context("policy", &view))
            .map_err(|error| ExportError::Defect(error.to_string()))?;
        verify::manifests(&text, options.settings.kubernetes).map_err(ExportError::Defect)?;
        if !out.is_empty() {
            out.push_str("---\n");
        }
        out.push_str(&text);
    }
    Ok(out)
}

/// What the template sees.
#[derive(Debug, Serialize)]
struct View {
    name: String,
    /// What stands above the policy.
    comments: Vec<String>,
    operations: Vec<&'static str>,
    resources: Vec<Resources>,
    condition: Option<&'static str>,
    variables: Vec<VariableView>,
    validation: &'static str,
    message: String,
    message_expression: String,
    actions: Vec<&'static str>,
    name_label: &'static str,
    excluded: Vec<String>,
    labels: Vec<LabelView>,
}

#[derive(Debug, Serialize)]
struct Resources {
    group: &'static str,
    resources: Vec<&'static str>,
}

/// The resources that are or make pods, by group.
fn pods() -> Vec<Resources> {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for resource in Kind::ALL.iter().filter(|kind| kind.pod_path().is_some()).filter_map(|kind| kind.resource()) {
        groups.entry(resource.group()).or_default().push(resource.plural);
    }
    groups.entry("").or_default().push("pods/ephemeralcontainers");
    let sorted = groups.into_iter().map(|(group, mut resources)| {
        resources.sort_unstable();
        Resources { group, resources }
    });
    sorted.collect()
}

#[derive(Debug, Serialize)]
struct VariableView {
    name: &'static str,
    expression: String,
}

#[derive(Debug, Serialize)]
struct LabelView {
    key: String,
    value: Option<String>,
}

impl View {
    fn of(subject: Subject, options: &Options) -> Result<Self, ExportError> {
        subject.check_release(options.settings.kubernetes)?;
        let name = format!("{}-{}", options.prefix, subject.id());
        NameRule::Dns1123Subdomain
            .check(&name)
            .map_err(|error| ExportError::Name { name: name.clone(), reason: error.to_string() })?;
        let mut excluded = options.excluded.clone();
        if !options.in_system {
            excluded.extend(SYSTEM.map(str::to_owned));
        }
        excluded.sort();
        excluded.dedup();
        let labels =
            options.labels.iter().map(|label| LabelView { key: label.key.clone(), value: label.value.clone() });
        let view = Self {
            name,
            comments: vec![format!("Refused: {}.", subject.summary())],
            operations: Vec::new(),
            resources: Vec::new(),
            condition: None,
            variables: Vec::new(),
            validation: "false",
            message: format!("{}: {}", subject.id(), subject.summary()),
            message_expression: String::new(),
            actions: options.actions.iter().map(|action| action.as_str()).collect(),
            name_label: NAME,
            excluded,
            labels: labels.collect(),
        };
        match subject {
            Subject::Rule(rule) => view.of_rule(rule, subject, options),
            Subject::Guard(guard) => Ok(view.of_guard(guard)),
        }
    }

    fn of_rule(mut self, rule: &'static Rule, subject: Subject, options: &Options) -> Result<Self, ExportError> {
        let settings = &options.settings;
        if rule.id == "image-registry" && settings.registries.is_empty() {
            return Err(ExportError::NoRegistry);
        }
        let cel = cel_of(rule).ok_or_else(|| without_cel(rule))?;
        if let Some(control) = subject.control() {
            let (level, version) = (control.level.as_str(), settings.kubernetes);
            self.comments.push(format!("Pod Security Standards, {level}, v{version}: {}.", control.id));
        }
        self.operations = vec!["CREATE", "UPDATE"];
        self.resources = pods();
        self.condition = Some(CHANGES_PODS);
        let read = cel.reads.iter().map(|it| VariableView { name: it.name, expression: it.expression.to_owned() });
        self.variables = read.collect();
        self.variables.push(VariableView { name: "broken", expression: (cel.broken)(settings) });
        self.validation = "size(variables.broken) == 0";
        self.message_expression = format!("{} + variables.broken.join(', ')", text(&format!("{}: ", self.message)));
        Ok(self)
    }

    fn of_guard(mut self, guard: &'static Guard) -> Self {
        self.operations = vec![guard.operation];
        self.resources = vec![Resources { group: "", resources: guard.resources.to_vec() }];
        let said = text(&format!("{}: ", self.message));
        self.message_expression = format!("{said} + request.subResource + ' of pod ' + request.name");
        self
    }
}
