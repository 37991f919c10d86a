//! `invalid-name`

use super::Found;
use super::context::Context;
use crate::diagnostic::{Diagnostic, Refusal};
use crate::k8s::names::NameRule;
use crate::k8s::version::Version;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "invalid-name",
    summary: "a name, label or key that the API server refuses",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "Most names become part of a DNS name or a path, so the API server takes lower case letters, digits and \
          hyphens, and little else; labels and the keys of config maps have rules of their own. It refuses the object \
          otherwise.",
    prevents: "A deployment fails, at the first pipeline that applies it, over an underscore or a `+` in a version.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
  labels:
    version: 1.2.3+build5
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
  labels:
    version: 1.2.3-build5
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: None,
    check: RuleKind::Manifest,
};

/// A name inside an object.
pub(super) fn of<'d, 's>(context: &Context<'_, 'd, 's>, node: Node<'d, 's>, rule: NameRule, error: &Refusal) -> Found {
    let report = Diagnostic::new(node.span(), format!("the {} `{}` {error}", noun(rule), shown(node)));
    (&RULE, report.label(format!("in `{}`", context.path(node.span()))).help(format!("it takes {}", rule.expected())))
}

fn noun(rule: NameRule) -> &'static str {
    match rule {
        NameRule::LabelValue => "label value",
        NameRule::QualifiedName | NameRule::ConfigMapKey | NameRule::SecretKey => "key",
        _ => "name",
    }
}

fn shown(node: Node<'_, '_>) -> String {
    node.text().unwrap_or_default().escape_debug().to_string()
}

/// `metadata.name`, by the kind.
pub(super) fn of_object(context: &Context<'_, '_, '_>) -> Option<Found> {
    let object = context.object;
    let node = object.metadata?.get("name").filter(|name| name.as_str().is_some_and(|name| !name.is_empty()))?;
    let name = node.text()?;
    let (rule, most) = rule_of(object.api_version, object.kind_name, context.version)?;
    let error = match rule.check(name) {
        Err(error) => error.to_string(),
        Ok(()) if name.len() > most => format!("is {} characters long, at most {most}", name.len()),
        Ok(()) => return None,
    };
    let report = Diagnostic::new(node.span(), format!("the name `{}` {error}", shown(node)));
    Some((&RULE, report.help(format!("a {} takes {}", object.kind_name, rule.expected()))))
}

/// The rule for the names of a kind, and the most characters; `None` where it is not known for certain.
fn rule_of(api_version: &str, kind: &str, version: Version) -> Option<(NameRule, usize)> {
    let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
    let rule = match (group, kind) {
        // since the gate RelaxedServiceNameValidation
        ("", "Service") if version.minor() < 36 => NameRule::Dns1035Label,
        ("", "Service" | "Namespace") | ("apps", "StatefulSet") => NameRule::Dns1123Label,
        ("batch", "CronJob") => return Some((NameRule::Dns1123Subdomain, 52)),
        ("", "Event" | "ComponentStatus" | "Binding") => return None,
        // Gateway API is kept as custom resources are
        ("" | "apps" | "batch" | "autoscaling" | "policy" | "gateway.networking.k8s.io", _)
        | ("networking.k8s.io", "Ingress" | "IngressClass" | "NetworkPolicy")
        | ("storage.k8s.io", "StorageClass")
        | ("scheduling.k8s.io", "PriorityClass") => NameRule::Dns1123Subdomain,
        _ => return None,
    };
    Some((rule, rule.max_length()))
}
