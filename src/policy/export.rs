//! From a rule to a policy with its binding.

use std::collections::BTreeMap;

use super::cel::{CHANGES_PODS, text};
use super::guard::Guard;
use super::options::{Action, Options};
use super::own;
use super::static_set;
use super::subject::{Subject, SubjectError, cel_of, without_cel};
use super::view::{LabelView, Resources, VariableView, View};
use crate::k8s::names::NameRule;
use crate::k8s::object::Kind;
use crate::k8s::verify;
use crate::k8s::version::Version;
use crate::rules::Rule;
use crate::template;

/// The namespaces of the cluster itself. What it runs there needs more than rules allow, and a cluster whose network or
/// proxy is refused cannot repair itself.
const SYSTEM: [&str; 3] = ["kube-node-lease", "kube-public", "kube-system"];

/// The label of every namespace that says its name.
const NAME: &str = "kubernetes.io/metadata.name";

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
    /// The release does not read such a folder.
    #[error("the API server reads policies from a folder from {since} on, and this is for {kubernetes}", since = static_set::SINCE)]
    NoFolder {
        /// The release.
        kubernetes: Version,
    },
    /// Only a policy of a folder sees other policies.
    #[error(
        "`--may-change` needs `--static`: a policy of the API does not see policies, and whoever may change it could delete it"
    )]
    NotStatic,
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
    let kubernetes = options.settings.kubernetes;
    if options.is_static && kubernetes < Version::parse(static_set::SINCE).unwrap_or_default() {
        return Err(ExportError::NoFolder { kubernetes });
    }
    if !options.is_static && !options.may_change.is_empty() {
        return Err(ExportError::NotStatic);
    }
    let mut views = subjects.iter().map(|subject| View::of(*subject, options)).collect::<Result<Vec<_>, _>>()?;
    if !options.may_change.is_empty() {
        views.extend(own::views(options));
    }
    let mut out = String::new();
    for view in views {
        let text = template::render("policy/policy.yaml.j2", template::context("policy", &view))
            .map_err(|error| ExportError::Defect(error.to_string()))?;
        verify::manifests(&text, options.settings.kubernetes).map_err(ExportError::Defect)?;
        if !out.is_empty() {
            out.push_str("---\n");
        }
        out.push_str(&text);
    }
    if options.is_static {
        // a file that the server does not take keeps it from starting
        let found = static_set::problems(&[("policies.yaml".to_owned(), out.clone())], kubernetes);
        if let Some(problem) = found.first() {
            return Err(ExportError::Defect(problem.message.clone()));
        }
    }
    Ok(out)
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

impl View {
    fn of(subject: Subject, options: &Options) -> Result<Self, ExportError> {
        subject.check_release(options.settings.kubernetes)?;
        let suffix = if options.is_static { static_set::SUFFIX } else { "" };
        let name = format!("{}-{}{suffix}", options.prefix, subject.id());
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
            validation: "false".to_owned(),
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
        "size(variables.broken) == 0".clone_into(&mut self.validation);
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
