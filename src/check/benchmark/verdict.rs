//! What one program, or one file, says about an item.

use crate::apiserver::catalogue::Component;
use crate::apiserver::files::ProgramView;
use crate::yaml::{FileId, Span};

pub(super) type At = (FileId, Span);

/// What one program, or one file, says about an item.
#[derive(Debug)]
pub(super) enum Verdict {
    /// As required.
    Pass(Option<At>, String),
    /// Not as required.
    Fail(Option<At>, String),
    /// The input does not tell.
    Unknown(Option<At>, String),
}

/// The place of a setting, or of the program that lacks it.
pub(super) fn at(view: &ProgramView, name: &str) -> At {
    view.get(name).map_or((view.file, view.place), |setting| (setting.file, setting.span))
}

/// How people write a setting.
pub(super) fn called(view: &ProgramView, name: &str) -> String {
    let mut shapes = crate::apiserver::catalogue::catalogue().flag_shapes(view.program, name);
    let is_field = shapes.next().is_some_and(crate::apiserver::catalogue::Flag::is_field);
    if is_field || view.program == Component::Kubelet { format!("`{name}`") } else { format!("`--{name}`") }
}

/// What a value is, and who sets it.
pub(super) fn says(view: &ProgramView, name: &str) -> String {
    let called = called(view, name);
    match (view.get(name), view.implied(name)) {
        (Some(setting), _) => format!("{called} is `{}`", setting.value),
        (None, Some(value)) => format!("{called} is `{value}`: {} sets it", view.form.title()),
        (None, None) if view.partial => format!("{called} may be set elsewhere"),
        (None, None) => format!("{called} is not set"),
    }
}

/// Fails, unless something that is not in the input may say otherwise.
pub(super) fn unless(ok: bool, view: &ProgramView, name: &str) -> Verdict {
    let (at, note) = (Some(at(view, name)), says(view, name));
    match ok {
        true => Verdict::Pass(at, note),
        false if view.partial && view.get(name).is_none() => Verdict::Unknown(at, note),
        false => Verdict::Fail(at, note),
    }
}

/// All of these have to be set.
pub(super) fn set(view: &ProgramView, names: &[&str]) -> Verdict {
    let missing = names.iter().find(|name| !view.has(name));
    unless(missing.is_none(), view, missing.or(names.first()).copied().unwrap_or_default())
}

/// A boolean that has to be so, with its default.
pub(super) fn is(view: &ProgramView, name: &str, wanted: bool, default: bool) -> Verdict {
    unless(view.is_on(name, default) == wanted, view, name)
}
