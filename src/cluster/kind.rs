//! kind, through its command line.

use std::sync::atomic::AtomicBool;

use camino::Utf8Path;

use super::{ClusterDir, ClusterError, Progress, containers, programs};
use crate::k8s::version::Version;
use crate::process::{Ended, Engine, Program};

/// kind 0.32 is the first that sets up nodes from 1.36 on by a patch that fits older nodes, too.
const NEW_FORMAT: (u32, u8) = (32, 36);

fn kind(home: &ClusterDir, args: &[&str]) -> Program {
    let cluster = ["--name", home.name(), "--kubeconfig"];
    // told what to drive, as it could drive others that we would not see
    Engine::of_machine().kind(args.iter().copied().chain(cluster)).args([home.kubeconfig()])
}

fn run(program: Program) -> Result<String, ClusterError> {
    programs::run(program, ClusterError::NoKind)
}

/// Fails unless kind is there and can set up the release.
pub(super) fn check(release: Option<Version>) -> Result<(), ClusterError> {
    let said = run(Program::new("kind").args(["version"]))?;
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
    let folder = config.parent().unwrap_or(home.folder());
    let program = kind(home, &["create", "cluster", "--image", image, "--config", config.as_str()]).folder(folder);
    let line = program.line();
    let cannot_run = |error| programs::cannot_run(&error, line.clone(), ClusterError::NoKind);
    let running = program.start().map_err(cannot_run)?;
    watch(running.group());
    let ended = running.wait(stop, |line| {
        if let Some(step) = step(line) {
            progress.step(&step);
        }
    });
    watch(0);
    match ended.map_err(cannot_run)? {
        Ended::Interrupted => Err(ClusterError::Interrupted),
        Ended::Itself { success: true, .. } => Ok(()),
        Ended::Itself { said, .. } => Err(programs::failed(line, &said)),
    }
}

/// Loads an image of this machine into the nodes of a cluster.
pub(super) fn load(home: &ClusterDir, image: &str) -> Result<(), ClusterError> {
    let engine = Engine::of_machine();
    if engine == Engine::Docker {
        return run(engine.kind(["load", "docker-image", image, "--name", home.name()])).map(drop);
    }
    // kind asks only Docker for an image by its name
    let folder = tempfile::tempdir_in(home.folder()).map_err(ClusterError::at(home.folder()))?;
    let file = folder.path().join("image.tar").to_string_lossy().into_owned();
    containers::run(["save", "--quiet", "--output", &file, "--", image])?;
    run(engine.kind(["load", "image-archive", &file, "--name", home.name()])).map(drop)
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
    run(kind(home, &["delete", "cluster"])).map(drop)
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
