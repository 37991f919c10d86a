//! `misplaced-field`

use super::Found;
use super::context::Context;
use crate::diagnostic::Diagnostic;
use crate::k8s::fields::{TypeId, table};
use crate::k8s::schema::SchemaFault;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};

pub(super) static RULE: Rule = Rule {
    id: "misplaced-field",
    summary: "a field in a place that does not have it",
    severity: Severity::Medium,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "The security context of a pod and that of a container share some fields and not others, and a pod, its \
          template and its workload each have fields of their own. In the wrong place a field is refused by kubectl \
          and dropped by clients that do not ask for strict validation.",
    prevents: "A read-only root file system, dropped capabilities or a probe that everybody believes to be there is \
          not.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  securityContext:
    readOnlyRootFilesystem: true
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      securityContext:
        readOnlyRootFilesystem: true
",
    fix: None,
    check: RuleKind::Manifest,
};

/// The most places that are named.
const MOST_PLACES: usize = 3;

/// A field that belongs elsewhere in the object; `None` if it belongs nowhere, or is rather misspelt.
pub(super) fn of<'d, 's>(context: &Context<'_, 'd, 's>, problem: &SchemaFault<'d, 's>, ty: TypeId) -> Option<Found> {
    let key = problem.key?;
    let name = key.text()?;
    if super::unknown_field::likely(ty, name, context.version).is_some() {
        return None;
    }
    let path = context.path(key.span());
    let here = crate::rules::path::parent(&path);
    let mut owners = table().owners_of(context.info?.ty, name, context.version);
    owners.sort_by_key(|owner| std::cmp::Reverse(shared(owner, here)));
    owners.truncate(MOST_PLACES);
    let (first, rest) = owners.split_first()?;
    let message = format!("`{name}` is not a field of {}", context.owner(key));
    let place = |owner: &str| match owner {
        "" => format!("a {}", context.object.kind_name),
        path => format!("`{path}`"),
    };
    let report = Diagnostic::new(key.span(), message).label(format!("belongs in {}", place(first)));
    let others: Vec<String> = rest.iter().map(|owner| place(owner)).collect();
    let report =
        if others.is_empty() { report } else { report.help(format!("{} can have it too", others.join(" and "))) };
    Some((&RULE, report))
}

/// How many steps two paths have in common.
fn shared(owner: &str, here: &str) -> usize {
    let name = |step: &str| step.split('[').next().unwrap_or_default().to_owned();
    owner.split('.').zip(here.split('.')).take_while(|(a, b)| name(a) == name(b)).count()
}
