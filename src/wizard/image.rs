//! What is known about some images, so that the first try runs.

use crate::k8s::image::ImageRef;

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

/// How to ask whether it is well: every server takes connections.
pub(super) fn health(image: &str) -> &'static str {
    if is_busybox(image) { "/" } else { "tcp" }
}

/// Where it writes to.
pub(super) fn writable(image: &str) -> &'static str {
    match name(image).rsplit('/').next() {
        Some("nginx" | "nginx-unprivileged") => "/tmp,/var/cache/nginx,/var/run",
        _ => "/tmp",
    }
}
