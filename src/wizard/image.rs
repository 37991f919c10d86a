//! What an image answers before it is asked.

use super::answers::Answers;
use super::folder::Folder;
use super::images::parse::Known;
use super::images::{known, short};
use crate::k8s::image::ImageRef;
use crate::spec::workload::WorkloadKind;

/// Docker's name of the image, without tag.
fn name(image: &str) -> String {
    ImageRef::parse(image).map(|image| image.canonical_name()).unwrap_or_default()
}

/// Why an image cannot be taken without an exception.
pub(super) fn moves(image: &str) -> Option<String> {
    let image = ImageRef::parse(image).ok()?;
    if image.is_pinned() || (image.tag().is_some() && !image.is_latest()) {
        return None;
    }
    Some("moves: give a tag that does not, such as `:1.2.3`, or a digest".to_owned())
}

/// busybox has no server that starts by itself, but a web server for demonstrations.
pub(super) fn is_busybox(image: &str) -> bool {
    name(image) == "docker.io/library/busybox"
}

/// What is known of the image itself, or of the one that it is built on.
fn of(answers: &Answers, folder: &Folder) -> Option<&'static Known> {
    known(answers.get("image")).or_else(|| known(folder.base.as_deref()?))
}

/// How to ask whether it is well: every server takes connections.
pub(super) fn health(image: &str) -> &'static str {
    if is_busybox(image) { "/" } else { "tcp" }
}

/// Where it listens.
pub(super) fn port(answers: &Answers) -> Option<u16> {
    known(answers.get("image"))?.port
}

/// The user that it starts as, if a pod can.
pub(super) fn user(answers: &Answers) -> Option<i64> {
    const LOWEST: i64 = 10_000;
    known(answers.get("image")).map(|known| known.runs).filter(|id| *id >= LOWEST)
}

/// Where it writes to. What has to outlive the pod is a volume of a StatefulSet, and an empty folder elsewhere.
pub(super) fn writable(answers: &Answers, folder: &Folder) -> String {
    let Some(known) = of(answers, folder) else { return "/tmp".to_owned() };
    let is_stateful = answers.get("workload") == WorkloadKind::StatefulSet.as_str();
    let folders = known.writes.iter().chain(known.data.as_ref().filter(|_| !is_stateful));
    let folders: Vec<&str> = folders.copied().collect();
    if folders.is_empty() { "/tmp".to_owned() } else { folders.join(",") }
}

/// The folder that has to outlive the pod.
pub(super) fn data(answers: &Answers) -> Option<&'static str> {
    known(answers.get("image"))?.data
}

/// What a person should know of the image before its first start. Of one that is made here, the folder has told.
pub fn told(answers: &Answers, folder: &Folder) -> Option<String> {
    let image = answers.some("image").filter(|image| !is_busybox(image))?;
    match known(image) {
        Some(known) => Some(known.told(image)),
        None if folder.base.is_some() => None,
        None => Some(format!(
            "nothing is known of {}: the pod runs as {} with a file system that is read-only, and many images run as root \
             unless told otherwise, so try it first",
            short(&name(image)),
            answers.some("user").unwrap_or("a user of the platform"),
        )),
    }
}
