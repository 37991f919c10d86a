//! Whether an answer can be used: by itself, and beside the answers before it. A message goes on after the answer.

use super::answers::Answers;
use super::folder::Folder;
use super::image;
use super::members::{members, secret as secret_member};
use crate::diagnostic::nearest;
use crate::k8s::secret;
use crate::spec::values::{Disk, Leaf, MountPath, UrlPath};
use crate::spec::workload::WorkloadKind;

/// A text that the spec takes as it is.
pub(super) fn leaf<T: Leaf>(text: &str) -> Result<(), String> {
    T::read(text).map(drop).map_err(|refusal| match &refusal.help {
        Some(help) => format!("{refusal}: {help}"),
        None => format!("{refusal}: expected {}", T::EXPECTED),
    })
}

/// One of these words.
pub(super) fn word(text: &str, words: &[&str]) -> Result<(), String> {
    if words.contains(&text) {
        return Ok(());
    }
    Err(match nearest(text, words.iter().copied()) {
        Some(near) => format!("is not a choice: did you mean `{near}`?"),
        None => format!("is not a choice: expected {}", words.join(", ")),
    })
}

/// How health is probed.
pub(super) fn health(text: &str, _: &Answers) -> Result<(), String> {
    match text.split_once(':') {
        _ if text == "tcp" => Ok(()),
        Some(("none", reason)) if !reason.trim().is_empty() => Ok(()),
        Some(("exec", command)) if !command.trim().is_empty() => Ok(()),
        Some(("https", path)) if path.starts_with('/') && !path.starts_with("//") => leaf::<UrlPath>(path),
        _ if text.starts_with('/') => leaf::<UrlPath>(text),
        _ => Err("is not a probe: expected a path such as /healthz, https:/healthz, tcp, `exec: a command`, or `none: the reason`"
            .to_owned()),
    }
}

/// Members with commas between them, each checked, none of them twice; `none` for none.
pub(super) fn each(text: &str, check: impl Fn(&str) -> Result<(), String>) -> Result<(), String> {
    if text == "none" {
        return Ok(());
    }
    let members: Vec<String> = members(text).map(str::to_owned).collect();
    for member in &members {
        check(member).map_err(|message| if member == text { message } else { format!("(`{member}`) {message}") })?;
    }
    twice(&members).map_or(Ok(()), |member| Err(format!("has `{member}` twice")))
}

fn twice(members: &[String]) -> Option<&String> {
    let before = |at: usize, member: &String| members.iter().take(at).any(|other| other == member);
    members.iter().enumerate().find(|(at, member)| before(*at, member)).map(|(_, member)| member)
}

/// A kind of workload that leaves room for the name, which was given before.
pub(super) fn workload(text: &str, answers: &Answers) -> Result<(), String> {
    word(text, WorkloadKind::WORDS)?;
    let most = WorkloadKind::from_word(text).map_or(usize::MAX, WorkloadKind::longest_name);
    let length = answers.get("name").len();
    if length <= most {
        return Ok(());
    }
    Err(format!("takes names of at most {most} characters, and `name` has {length}"))
}

/// `none`, or a folder with its size.
pub(super) fn storage(text: &str, answers: &Answers) -> Result<(), String> {
    if text == "none" {
        return Ok(());
    }
    let (path, size) = text.split_once('=').ok_or("has no size: expected /data=10Gi")?;
    leaf::<MountPath>(path)?;
    leaf::<Disk>(size)?;
    is_free(path, "writable", &writable(answers))
}

/// Secrets with their folders.
pub(super) fn secrets(text: &str, answers: &Answers) -> Result<(), String> {
    let storage = answers.get("storage").split_once('=').map(|(path, _)| path.to_owned());
    each(text, |member| {
        if let Some(kind) = secret::in_text(member) {
            return Err(format!("looks like {kind}: give the name of a Secret"));
        }
        let (_, path) = secret_member(member)?;
        is_free(&path, "writable", &writable(answers))?;
        is_free(&path, "storage", storage.as_slice())
    })?;
    let folders: Vec<String> =
        members(text).filter_map(|member| secret_member(member).ok()).map(|(_, path)| path).collect();
    twice(&folders).map_or(Ok(()), |path| Err(format!("has two Secrets at {path}")))
}

/// The folders that the container writes to; those that will be assumed if nobody has said so.
fn writable(answers: &Answers) -> Vec<String> {
    let assumed = image::writable(answers, &Folder::default());
    let text = if answers.is_settled("writable") { answers.get("writable") } else { &assumed };
    members(text).map(str::to_owned).collect()
}

/// A folder that another answer does not name.
fn is_free(path: &str, key: &str, folders: &[String]) -> Result<(), String> {
    if folders.iter().any(|folder| folder == path) {
        return Err(format!("is mounted at {path}, as `{key}` is already"));
    }
    Ok(())
}
