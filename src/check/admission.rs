//! What Pod Security Admission would say of objects.

use crate::diagnostic::ObjectId;
use crate::k8s::go_text;
use crate::k8s::object::{Kind, Object};
use crate::k8s::pod::{Pod, head};
use crate::k8s::pod_security::{Policies, Policy, labels};
use crate::k8s::secret;
use crate::rules::facts::Defaults;
use crate::rules::pod_security::{self, Violation};
use crate::rules::{PodContext, Settings, identity};
use crate::yaml::{FileId, Node, Span};

/// What Pod Security Admission would say of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// The file.
    pub file: FileId,
    /// The first key of the object.
    pub span: Span,
    /// The object.
    pub object: ObjectId,
    /// Whether the object is refused; otherwise it is only warned of.
    pub refused: bool,
    /// The policy that it breaks.
    pub policy: Policy,
    /// The controls that are broken, in the API server's order; none where the labels of a namespace are invalid.
    pub violations: Vec<Violation>,
    /// What the API server says.
    pub message: String,
}

impl Admission {
    /// With what shows itself to be a credential hidden: names are the input's.
    pub(super) fn without_credentials(mut self) -> Self {
        let hide = |text: &mut String| {
            if let Some(hidden) = secret::in_message(text) {
                *text = hidden;
            }
        };
        hide(&mut self.message);
        self.violations.iter_mut().for_each(|violation| hide(&mut violation.detail));
        self
    }
}

/// What the API server says of an object that is or makes pods; `None` if nothing. Pods are held against both policies,
/// and what makes pods is only warned of.
pub(super) fn of_pods(
    object: &Object<'_, '_>,
    pod: &Pod<'_, '_>,
    policies: Policies,
    file: FileId,
    text: &str,
    settings: &Settings,
) -> Option<Admission> {
    let evaluate = |policy| {
        pod_security::violations(
            &PodContext { object, pod, policy, account_gives_no_token: false, defaults: Defaults::default() },
            text,
            settings,
        )
    };
    let says = |refused, policy: Policy, violations: Vec<Violation>, message| Admission {
        file,
        span: head(object.root),
        object: identity(object),
        refused,
        policy,
        violations,
        message,
    };
    if object.kind == Kind::Pod {
        let violations = evaluate(policies.enforce);
        if !violations.is_empty() {
            let reasons = reasons(&violations);
            let message =
                format!("{} is forbidden: violates PodSecurity \"{}\": {reasons}", pods(object), policies.enforce);
            return Some(says(true, policies.enforce, violations, message));
        }
    }
    let violations = evaluate(policies.warn);
    if violations.is_empty() {
        return None;
    }
    let message = format!("would violate PodSecurity \"{}\": {}", policies.warn, reasons(&violations));
    Some(says(false, policies.warn, violations, message))
}

/// What the API server says of a namespace whose labels it cannot read; `None` if it can.
pub(super) fn of_namespace(object: &Object<'_, '_>, file: FileId, settings: &Settings) -> Option<Admission> {
    let errors = labels::errors(object, settings.kubernetes);
    let reasons = match &*errors {
        [] => return None,
        [one] => one.clone(),
        many => format!("[{}]", many.join(", ")),
    };
    Some(Admission {
        file,
        span: head(object.root),
        object: identity(object),
        refused: true,
        policy: labels::policies(object, settings.kubernetes).enforce,
        violations: Vec::new(),
        message: format!("Namespace {} is invalid: {reasons}", go_text::quoted(name(object, "name"))),
    })
}

/// `reason (detail), reason (detail)`.
fn reasons(violations: &[Violation]) -> String {
    let each = violations.iter().map(|violation| format!("{} ({})", violation.reason, violation.detail));
    each.collect::<Vec<_>>().join(", ")
}

/// `pods "web"`. The API server makes up five characters where there is only the beginning of a name; nobody knows them
/// before, so they are question marks.
fn pods(object: &Object<'_, '_>) -> String {
    match (name(object, "name"), name(object, "generateName")) {
        ("", "") => "pods".to_owned(),
        ("", beginning) => format!("pods {}", go_text::quoted(&format!("{beginning}?????"))),
        (name, _) => format!("pods {}", go_text::quoted(name)),
    }
}

fn name<'d>(object: &Object<'d, '_>, key: &str) -> &'d str {
    object.metadata.and_then(|metadata| metadata.get(key)).and_then(Node::as_str).unwrap_or("")
}
