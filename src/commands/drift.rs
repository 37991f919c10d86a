//! What is said of a folder that is not as its spec says, or that holds more than tightship made.

use camino::Utf8Path;

use super::output;
use crate::diagnostic::text::line;
use crate::render::around::{self, Named};
use crate::render::plan::Plan;
use crate::render::writer::{Action, Change, Comparison};

/// What is wrong with a file, in a few words.
pub(super) fn word(action: Action) -> &'static str {
    match action {
        Action::Create => "is missing",
        Action::Update => "is out of date",
        Action::Merge | Action::Edited | Action::Conflict => "was edited by hand",
        Action::Foreign => "was there before, and is not tightship's",
        Action::Remove => "is not generated any more",
        Action::Abandon => "is not generated any more, but was edited by hand",
        Action::Protect => "holds a key, and can be read by others",
        Action::Keep => "is as it should be",
    }
}

/// Says what a person has to decide about, and what they did that stays.
pub(super) fn decisions(root: &Utf8Path, comparison: &Comparison) -> anyhow::Result<()> {
    for change in comparison.edits() {
        let path = root.join(&change.path);
        let what = if change.action == Action::Merge { "; what changed in the spec was merged into it" } else { "" };
        output::say(&format!(
            "{path} was edited by hand, and keeps that{what}: it belongs in `patches` or the spec; --force takes it back"
        ))?;
    }
    for change in comparison.conflicts() {
        let path = root.join(&change.path);
        output::error(&conflict(&path, change))?;
        if matches!(change.action, Action::Conflict | Action::Foreign) {
            output::styled(&output::diff(change))?;
        }
    }
    Ok(())
}

fn conflict(path: &Utf8Path, change: &Change) -> String {
    match change.action {
        Action::Foreign => format!(
            "{path} was there before tightship, which did not write it, and stays as it is; the new text is in {path}.new"
        ),
        Action::Conflict if change.has_both() => format!(
            "{path} was edited by hand and stays as it is: the same lines changed in the spec; both are in {path}.new, between markers"
        ),
        Action::Conflict => format!("{path} was edited by hand and stays as it is; the new text is in {path}.new"),
        _ => format!("{path} is not generated any more, but was edited by hand; it stays, and is yours now"),
    }
}

/// Says what lies around the files that were written.
pub(super) fn surroundings(root: &Utf8Path, plan: &Plan, comparison: &Comparison) -> anyhow::Result<()> {
    for path in around::strangers(root, plan, comparison) {
        output::say(&format!(
            "warning: tightship did not make {}, and nothing applies it: move it to `patches`, and name it there in `resources`",
            line(root.join(path).as_str())
        ))?;
    }
    for folder in around::patches_left_out(root, plan) {
        if plan.files.iter().any(|file| file.path.starts_with(&folder)) {
            output::say(&not_applied(root, &folder))?;
        }
    }
    for (folder, heir) in around::orphans(root, comparison) {
        let old = output::shell_word(root.join(&folder).join("patches").as_str());
        let what = format!("warning: {} is no app of the spec any more, and its `patches` stay", line(folder.as_str()));
        output::say(&match heir {
            Some(heir) => {
                let new = output::shell_word(root.join(heir).join("patches").as_str());
                format!("{what}: if it was renamed, `cp -R {old}/. {new}/ && rm -r {old}`, and change the name in them")
            }
            None => format!("{what}: `rm -r {old}` if nobody needs them"),
        })?;
    }
    let objects = around::left_behind(comparison, plan);
    if !objects.is_empty() {
        output::say(&format!(
            "warning: {} not rendered any more, and stays in the cluster unless you delete it: {}",
            if objects.len() == 1 {
                "an object is".to_owned()
            } else {
                format!("each of {} objects is", objects.len())
            },
            objects.iter().map(delete).collect::<Vec<_>>().join("; ")
        ))?;
    }
    Ok(())
}

/// That the patches of an app are no part of what is rendered.
pub(super) fn not_applied(root: &Utf8Path, folder: &Utf8Path) -> String {
    format!(
        "warning: {} is not applied: only the kustomize layout does that",
        line(root.join(folder).join("patches/kustomization.yaml").as_str())
    )
}

/// The command that deletes an object.
pub(super) fn delete(object: &Named) -> String {
    let name = output::shell_word(&object.name);
    // what cannot come back is no command to copy
    if object.name.starts_with("namespace/") || object.name.starts_with("persistentvolumeclaim/") {
        return format!("# {name} goes with all that is in it: look first");
    }
    if object.namespace.is_empty() {
        format!("kubectl delete {name}")
    } else {
        format!("kubectl delete -n {} {name}", output::shell_word(&object.namespace))
    }
}
