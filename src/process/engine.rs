//! Docker or Podman: what runs the containers that are kind's nodes.

use std::path::Path;

use super::program::Program;

/// The variable by which kind is told what to use.
const PROVIDER: &str = "KIND_EXPERIMENTAL_PROVIDER";

/// A program that runs containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Docker,
    Podman,
}

impl Engine {
    /// The one of this machine: what kind is told to use, else Docker, else Podman if it alone is on the PATH.
    pub fn of_machine() -> Self {
        Self::choose(std::env::var(PROVIDER).ok().as_deref(), is_on_path)
    }

    fn choose(wanted: Option<&str>, is_here: impl Fn(&str) -> bool) -> Self {
        let here = |engine: Self| is_here(engine.command());
        match wanted {
            Some("docker") => Self::Docker,
            Some("podman") => Self::Podman,
            _ if !here(Self::Docker) && here(Self::Podman) => Self::Podman,
            _ => Self::Docker,
        }
    }

    /// The name of its command.
    pub fn command(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        }
    }

    /// Its name in a text.
    pub fn name(self) -> &'static str {
        match self {
            Self::Docker => "Docker",
            Self::Podman => "Podman",
        }
    }

    /// Where it is told how to get it.
    pub fn page(self) -> &'static str {
        match self {
            Self::Docker => "https://docs.docker.com/engine/install",
            Self::Podman => "https://podman.io/docs/installation",
        }
    }

    /// The arguments by which it shows its version, and that it works.
    pub fn version(self) -> [&'static str; 3] {
        match self {
            Self::Docker => ["version", "--format", "{{.Server.Version}}"],
            // its version has no server unless that is on another machine
            Self::Podman => ["info", "--format", "{{.Version.Version}}"],
        }
    }

    /// The program with these arguments.
    pub fn program<'a>(self, args: impl IntoIterator<Item = &'a str>) -> Program {
        Program::new(self.command()).args(args)
    }

    /// kind, which uses this one too.
    pub fn kind<'a>(self, args: impl IntoIterator<Item = &'a str>) -> Program {
        Program::new("kind").args(args).env(PROVIDER, self.command())
    }

    /// Whether a complaint is of the program itself, not of what it ran in a container.
    pub fn complains(self, code: Option<i32>, stderr: &str) -> bool {
        match self {
            // its words are all there is to know it by
            Self::Docker => code != Some(0) && stderr.starts_with("Error response from daemon"),
            Self::Podman => matches!(code, Some(125 | 255)) && stderr.starts_with("Error: "),
        }
    }
}

/// Whether there is a program of that name on the PATH.
fn is_on_path(name: &str) -> bool {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| is_program(&folder.join(&file)))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

#[cfg(test)]
mod tests {
    use super::Engine;

    #[test]
    fn docker_is_taken_unless_podman_is_wanted_or_alone() {
        let cases: [(Option<&str>, &[&str], Engine); 8] = [
            (None, &["docker", "podman"], Engine::Docker),
            (None, &["docker"], Engine::Docker),
            (None, &["podman"], Engine::Podman),
            (None, &[], Engine::Docker),
            (Some("podman"), &["docker"], Engine::Podman),
            (Some("docker"), &["podman"], Engine::Docker),
            (Some(""), &["docker", "podman"], Engine::Docker),
            (Some("nerdctl"), &["podman"], Engine::Podman),
        ];
        for (wanted, here, engine) in cases {
            assert_eq!(Engine::choose(wanted, |name| here.contains(&name)), engine, "{wanted:?} {here:?}");
        }
    }

    #[test]
    fn a_complaint_of_the_engine_is_not_one_of_the_program() {
        let docker = "Error response from daemon: No such container: a\n";
        assert!(Engine::Docker.complains(Some(1), docker) && !Engine::Docker.complains(Some(1), "Error: a\n"));
        let podman = "Error: no container with name or ID \"a\" found: no such container\n";
        assert!(Engine::Podman.complains(Some(125), podman) && !Engine::Podman.complains(Some(1), "Error: a\n"));
    }
}
