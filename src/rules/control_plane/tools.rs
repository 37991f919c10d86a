//! What the rules of the control plane share: reports about settings, and settings that have to be one way.

use std::sync::Arc;

use crate::apiserver::catalogue::Component;
use crate::apiserver::files::{Companion, Form, Owner, ProgramView, Setting};
use crate::diagnostic::{Diagnostic, Location, ObjectId, Text};
use crate::rules::facts::Plane;
use crate::rules::rule::Safety;
use crate::rules::sink::Sink;
use crate::yaml::Span;

/// The identity of an object.
pub(super) fn id(owner: &Owner) -> Arc<ObjectId> {
    Arc::new(ObjectId {
        api_version: owner.api_version.clone(),
        kind: owner.kind.clone(),
        namespace: owner.namespace.clone(),
        name: owner.name.clone(),
    })
}

/// A setting as a place.
pub(super) fn place(setting: &Setting, label: impl Into<Text>) -> Location {
    Location::new(setting.file, setting.span, label)
}

pub(super) fn on_setting(view: &ProgramView, setting: &Setting, label: &str, message: impl Into<Text>) -> Diagnostic {
    Diagnostic::new(place(setting, label), message).about(id(&view.owner), &setting.path)
}

/// About a part of a setting.
pub(super) fn on_item(
    view: &ProgramView,
    setting: &Setting,
    span: Span,
    label: &str,
    message: impl Into<Text>,
) -> Diagnostic {
    Diagnostic::new(Location::new(setting.file, span, label), message).about(id(&view.owner), &setting.path)
}

/// About what a program lacks.
pub(super) fn on_program(view: &ProgramView, flag: &str, label: &str, message: impl Into<Text>) -> Diagnostic {
    let place = Location::new(view.file, view.place, label);
    // several rules may miss something there, so the path says what
    let path = if view.path.is_empty() { flag.to_owned() } else { format!("{}[{flag}]", view.path) };
    Diagnostic::new(place, message).about(id(&view.owner), path)
}

/// About a place of a configuration file.
pub(super) fn on_companion(
    companion: &Companion,
    path: &str,
    span: Span,
    label: &str,
    message: impl Into<Text>,
) -> Diagnostic {
    Diagnostic::new(Location::new(companion.file, span, label), message).about(id(&companion.owner), path)
}

/// `--name` of a flag, `name` of a field.
pub(super) fn shown(view: &ProgramView, name: &str) -> String {
    let is_field = match view.program {
        Component::Kubelet | Component::KubeProxy => {
            matches!(view.form, Form::Config | Form::Kubeadm | Form::Kind | Form::Talos)
        }
        _ => false,
    };
    if is_field { name.to_owned() } else { format!("--{}", flag(view.program, name)) }
}

/// The flag that sets what the catalogue calls by the path of a field.
pub(super) fn flag(program: Component, name: &str) -> &str {
    let mut shapes = crate::apiserver::catalogue::catalogue().flag_shapes(program, name);
    shapes.next().and_then(|flag| flag.flag).unwrap_or(name)
}

/// What a setting has to be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Want {
    /// Anything but empty.
    Set,
    /// Not there.
    Absent,
    /// This boolean; where it is not set, it is the other.
    Is(bool),
    /// This boolean; where it is not set, it is that anyway.
    NotOther(bool),
}

/// A setting that has to be one way.
#[derive(Debug)]
pub(super) struct Require {
    program: Component,
    /// Its name in the catalogue.
    name: &'static str,
    want: Want,
    with: Option<&'static str>,
    unless: Option<&'static str>,
    otherwise: &'static str,
}

/// What a setting of a program has to be; `otherwise` says what it means if it is not: a clause after the program's name.
pub(super) const fn needs(program: Component, name: &'static str, want: Want, otherwise: &'static str) -> Require {
    Require { program, name, want, with: None, unless: None, otherwise }
}

impl Require {
    /// Another setting without which it would say nothing.
    pub(super) const fn with(self, other: &'static str) -> Self {
        Self { with: Some(other), ..self }
    }

    /// Another setting beside which it would say nothing.
    pub(super) const fn unless(self, other: &'static str) -> Self {
        Self { unless: Some(other), ..self }
    }

    /// Whether a program breaks it.
    fn is_broken(&self, view: &ProgramView) -> bool {
        let setting = view.get(self.name);
        match self.want {
            Want::Set => match setting {
                Some(setting) => setting.value.is_empty(),
                None => view.lacks(self.name),
            },
            Want::Absent => setting.is_some_and(|setting| !setting.value.is_empty()),
            Want::Is(wanted) => (setting.is_some() || !view.partial) && view.is_on(self.name, !wanted) != wanted,
            Want::NotOther(wanted) => (setting.is_some() || !view.partial) && view.is_on(self.name, wanted) != wanted,
        }
    }
}

/// Reports every program that breaks a requirement. The rule says how safe the fix is that sets or removes the setting.
pub(super) fn require(plane: &Plane, sink: &mut Sink<'_>, requirements: &[Require]) {
    let safety = sink.safety();
    for require in requirements {
        for view in plane.each(require.program) {
            if !require.is_broken(view)
                || require.with.is_some_and(|other| view.lacks(other))
                || require.unless.is_some_and(|other| view.has(other))
            {
                continue;
            }
            let setting = view.get(require.name);
            let name = shown(view, require.name);
            let message = format!("{} {}", view.title(), require.otherwise);
            let (value, label) = match require.want {
                Want::Set => (None, format!("`{name}` is expected here")),
                Want::Absent => (None, "expected nothing".to_owned()),
                Want::Is(wanted) | Want::NotOther(wanted) => {
                    let value = if wanted { "true" } else { "false" };
                    let expected =
                        if name.starts_with("--") { format!("`{name}={value}`") } else { format!("`{name}: {value}`") };
                    (Some(value), format!("expected {expected}"))
                }
            };
            let report = match setting {
                Some(setting) => on_setting(view, setting, &label, message),
                None => on_program(view, require.name, &label, message),
            };
            let edit = match (require.want, setting, value) {
                (Want::Absent, Some(setting), _) => setting.remove.clone(),
                (_, Some(setting), Some(value)) => setting.set(value),
                (_, None, Some(value)) => view.add(flag(view.program, require.name), value),
                _ => None,
            };
            let title = match value {
                Some(value) => format!("set `{name}` to `{value}`"),
                None => format!("remove `{name}`"),
            };
            let edit = edit.filter(|_| sink.settings.fixes && safety.is_some());
            sink.report(report.fix(safety.unwrap_or(Safety::Unsafe), title, edit));
        }
    }
}
