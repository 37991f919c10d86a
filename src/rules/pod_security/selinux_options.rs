//! `selinux-options`

use std::collections::BTreeSet;

use super::holder::text;
use super::words::{Setters, plural, quoted};
use super::{Control, Holder, Violation};
use crate::k8s::pod::Field;
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, nsa, pss};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "selinux-options",
    summary: "SELinux options take a container out of its confinement",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[pss("baseline: SELinux"), nsa("Pod security enforcement")],
    why: "On nodes with SELinux, the type decides what a process may touch. The types for containers are `container_t`, \
          `container_init_t`, `container_kvm_t` and, from policy 1.31 on, `container_engine_t`; any other, such as `spc_t`, is a \
          process of the node. User and role may not be set at all. The level is free.",
    prevents: "A container with the type `spc_t` is not kept from the files and processes of the node.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  securityContext:
    seLinuxOptions:
      type: spc_t
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
  securityContext:
    seLinuxOptions:
      type: container_t
      level: s0:c123,c456
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::PodSecurity(&CONTROL),
};

static CONTROL: Control = Control { id: "seLinuxOptions", level: Level::Baseline, since: 0, overrides: &[], evaluate };

/// The types of containers, each with the number after `1.` of the first policy that allows it. None is as good.
const TYPES: [(&str, u8); 5] =
    [("", 0), ("container_t", 0), ("container_init_t", 0), ("container_kvm_t", 0), ("container_engine_t", 31)];

/// The types that the policy of 1.`minor` allows.
pub fn allowed(minor: u8) -> impl Iterator<Item = &'static str> {
    TYPES.iter().filter(move |(_, since)| *since <= minor).map(|(kind, _)| *kind)
}

fn is_allowed(kind: &str, minor: u8) -> bool {
    allowed(minor).any(|allowed| allowed == kind)
}

fn evaluate(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Option<Violation> {
    let minor = context.policy.version.minor();
    let mut setters = Setters::default();
    let mut types = BTreeSet::new();
    let (mut has_user, mut has_role) = (false, false);
    for holder in Holder::all(context.pod) {
        let Some(options) = holder.security().se_linux_options else { continue };
        let mut is_bad = false;
        for key in ["type", "user", "role"] {
            let Some(field) = Field::of(options.value, key) else { continue };
            let value = text(Some(field));
            let label = match key {
                "type" if !is_allowed(value, minor) => {
                    types.insert(value);
                    "not a type for containers"
                }
                "user" if !value.is_empty() => {
                    has_user = true;
                    "may not be set"
                }
                "role" if !value.is_empty() => {
                    has_role = true;
                    "may not be set"
                }
                _ => continue,
            };
            is_bad = true;
            let edit = sink.fix(|text| edit::remove(text, options.value, key));
            let report = holder.report(field.span(), &format!("sets the SELinux {key} `{value}`")).label(label).fix(
                Safety::Unsafe,
                format!("remove `{key}: {value}`"),
                edit,
            );
            sink.report(report);
        }
        if is_bad {
            setters.add(holder);
        }
    }
    sink.words(!setters.is_empty(), || {
        let mut what = Vec::new();
        if !types.is_empty() {
            what.push(format!("{} {}", plural(types.len(), "type", "types"), quoted(types)));
        }
        if has_user {
            what.push("user may not be set".to_owned());
        }
        if has_role {
            what.push("role may not be set".to_owned());
        }
        Violation {
            reason: "seLinuxOptions",
            detail: format!("{setters} set forbidden securityContext.seLinuxOptions: {}", what.join("; ")),
        }
    })
}
