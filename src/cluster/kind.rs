//! kind, through its command line.

use std::process::Command;
use std::sync::atomic::AtomicBool;

use camino::Utf8Path;

use super::{ClusterDir, ClusterError, Progress, process};
use crate::k8s::version::Version;

/// kind 0.32 is the first that sets up nodes from 1.36 on by a patch that fits older nodes, too.
const NEW_FORMAT: (u32, u8) = (32, 36);

fn kind(home: &ClusterDir, args: &[&str]) -> Command {
    let mut command = Command::new("kind");
    // it could drive others, which we would not see
    command.args(args).env("KIND_EXPERIMENTAL_PROVIDER", "docker");
    command.arg("--name").arg(home.name()).arg("--kubeconfig").arg(home.kubeconfig());
    command
}

/// Fails unless kind is there and can set up the release.
pub(super) fn check(release: Option<Version>) -> Result<(), ClusterError> {
    let said = process::run(Command::new("kind").arg("version"), || ClusterError::NoKind)?;
    let found = said.split_whitespace().nth(1).unwrap_or_default();
    let minor = found.trim_start_matches("v0.").split('.').next().and_then(|minor| minor.parse::<u32>().ok());
    let (needed, from) = NEW_FORMAT;
    match release.filter(|release| release.minor() >= from) {
        Some(release) if minor.is_some_and(|minor| minor < needed) => {
            Err(ClusterError::OldKind { found: found.to_owned(), release })
        }
        _ => Ok(()),
    }
}

/// Makes a cluster from a configuration, in whose folder the paths of its mounts begin. `watch` is told of the group of
/// processes that is at work; 0 for none.
pub(super) fn create(
    home: &ClusterDir,
    config: &Utf8Path,
    image: &str,
    watch: &mut dyn FnMut(u32),
    progress: &mut dyn Progress,
    stop: &AtomicBool,
) -> Result<(), ClusterError> {
    let mut command = kind(home, &["create", "cluster", "--image", image, "--config", config.as_str()]);
    let folder = config.parent().unwrap_or(home.folder());
    // kind believes PWD
    command.current_dir(folder).env("PWD", folder);
    let running = process::Long::start(&mut command, || ClusterError::NoKind)?;
    watch(running.group());
    let ended = running.wait(stop, |line| {
        if let Some(step) = step(line) {
            progress.step(&step);
        }
    });
    watch(0);
    let (status, said) = ended?;
    if status.success() { Ok(()) } else { Err(process::failed(&command, &said)) }
}

/// Loads an image of Docker into the nodes of a cluster.
pub(super) fn load(home: &ClusterDir, image: &str) -> Result<(), ClusterError> {
    let mut command = Command::new("kind");
    command.args(["load", "docker-image", image, "--name", home.name()]).env("KIND_EXPERIMENTAL_PROVIDER", "docker");
    process::run(&mut command, || ClusterError::NoKind).map(drop)
}

/// The step that kind begins, without its pictures; none if the line tells of something else.
fn step(line: &str) -> Option<String> {
    let text = line.trim_start().strip_prefix('•')?;
    let text: String = text.chars().filter(char::is_ascii).collect();
    let text = text.trim().trim_end_matches("...").trim_end();
    let mut letters = text.chars();
    let first = letters.next()?.to_lowercase();
    Some(format!("kind: {}{}", first, letters.as_str()))
}

pub(super) fn delete(home: &ClusterDir) -> Result<(), ClusterError> {
    process::run(&mut kind(home, &["delete", "cluster"]), || ClusterError::NoKind).map(drop)
}

#[cfg(test)]
mod tests {
    use super::step;

    #[test]
    fn the_steps_of_kind_lose_their_pictures() {
        let steps = [
            (" • Preparing nodes 📦   ...", Some("kind: preparing nodes")),
            (" • Starting control-plane 🕹️  ...", Some("kind: starting control-plane")),
            (" ✓ Preparing nodes 📦 ", None),
            ("Creating cluster \"a\" ...", None),
            (" •", None),
        ];
        for (line, expected) in steps {
            assert_eq!(step(line).as_deref(), expected, "{line}");
        }
    }
}
