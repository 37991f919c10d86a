//! A program that is run to its end.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::error::ProgramError;
use super::group::Group;
use super::pipe::{self, Reader};

/// How long a program may take unless it is given another limit.
const LIMIT: Duration = Duration::from_secs(600);
/// The most bytes that one may print: the objects of a large cluster are some hundred MiB.
const MOST: usize = 1 << 30;
/// The bytes of complaints that are kept.
const KEPT: usize = 1 << 20;
/// How often is looked whether a program that has closed its output has ended.
const MOMENT: Duration = Duration::from_millis(2);

/// What a program printed, and how it ended.
#[derive(Debug, Clone)]
pub struct Output {
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Output {
    /// Whether it says that it succeeded.
    pub fn is_success(&self) -> bool {
        self.code == Some(0)
    }

    /// The standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }
}

/// A program that is going to be run. It has nothing on its standard input unless it is given something.
#[derive(Debug)]
pub struct Program {
    pub(super) command: Command,
    input: Vec<u8>,
    limit: Duration,
    most: usize,
}

impl Program {
    /// A program by its name on the PATH.
    pub fn new(name: impl AsRef<OsStr>) -> Self {
        Self { command: Command::new(name), input: Vec::new(), limit: LIMIT, most: MOST }
    }

    /// With these arguments after those that it has.
    #[must_use]
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    /// With a variable in its environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// With nothing of this program's environment but these variables, and what is added after this.
    #[must_use]
    pub fn only_env(mut self, names: &[&str]) -> Self {
        self.command.env_clear();
        let known = names.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        self.command.envs(known);
        self
    }

    /// Without a variable of this program's environment.
    #[must_use]
    pub fn without(mut self, name: impl AsRef<OsStr>) -> Self {
        self.command.env_remove(name);
        self
    }

    /// In a folder; `PWD` says so too, which some programs believe.
    #[must_use]
    pub fn folder(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder.as_ref()).env("PWD", folder.as_ref());
        self
    }

    /// With something on its standard input.
    #[must_use]
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// With another limit of time.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The command as it would be typed, for messages.
    pub fn line(&self) -> String {
        let words = std::iter::once(self.command.get_program()).chain(self.command.get_args());
        words.map(|word| shown(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
    }

    /// Runs it to its end.
    pub fn run(mut self) -> Result<Output, ProgramError> {
        let stdin = if self.input.is_empty() { Stdio::null() } else { Stdio::piped() };
        self.command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let (mut child, group) = self.spawn()?;
        pipe::feed(child.stdin.take(), self.input);
        // both at once, as a program waits when one of them is full
        let stdout = Reader::all(child.stdout.take(), self.most);
        let stderr = Reader::beginning(child.stderr.take(), KEPT);
        let until = Instant::now() + self.limit;
        let ended = read(&mut child, &stdout, &stderr, until);
        if ended.is_err() {
            group.end(&mut child);
        }
        ended.map_err(|error| error.unwrap_or(ProgramError::Late(self.limit)))
    }

    pub(super) fn spawn(&mut self) -> Result<(Child, Group), ProgramError> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut self.command, 0);
        let child = self.command.spawn().map_err(ProgramError::start)?;
        let group = Group::of(&child);
        Ok((child, group))
    }
}

/// All that a program says until its end; the error is none if that does not come in time.
fn read(child: &mut Child, stdout: &Reader, stderr: &Reader, until: Instant) -> Result<Output, Option<ProgramError>> {
    let stdout = stdout.wait(until)?;
    let stderr = String::from_utf8_lossy(&stderr.wait(until)?).into_owned();
    loop {
        match child.try_wait().map_err(|error| Some(ProgramError::System(error)))? {
            Some(status) => return Ok(Output { code: status.code(), stdout, stderr }),
            None if Instant::now() < until => thread::sleep(MOMENT),
            None => return Err(None),
        }
    }
}

/// A word of a command line, in quotes where a shell would need them.
fn shown(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,@%+".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Program, ProgramError};

    fn sh(script: &str) -> Program {
        Program::new("sh").args(["-c", script])
    }

    #[test]
    fn a_program_says_what_it_has_to_say() {
        let output = sh("cat; echo no >&2; exit 3").input("yes").run().unwrap();
        assert_eq!((output.code, output.text().as_str(), output.stderr.as_str()), (Some(3), "yes", "no\n"));
        assert!(sh("cat").run().unwrap().stdout.is_empty(), "nothing can be read");
        assert_eq!(sh("kill -9 $$").run().unwrap().code, None);
    }

    #[test]
    fn an_environment_may_be_left_behind() {
        let said =
            Program::new("/bin/sh").args(["-c", "echo $PATH-$B"]).only_env(&["HOME"]).env("PATH", "a").env("B", "b");
        assert_eq!(said.run().unwrap().text(), "a-b\n");
        let said = Program::new("/usr/bin/env").only_env(&["PATH", "TIGHTSHIP_HAS_NONE"]).run().unwrap().text();
        assert!(said.lines().all(|line| line.starts_with("PATH=")), "{said}");
    }

    #[test]
    fn what_is_missing_is_told_from_what_is_refused() {
        assert!(matches!(Program::new("tightship-has-no-such-program").run(), Err(ProgramError::Missing)));
        assert!(matches!(Program::new("/").run(), Err(ProgramError::System(_))));
    }

    #[test]
    fn what_a_program_started_ends_with_it() {
        let folder = tempfile::TempDir::new().unwrap();
        let begun = Instant::now();
        let late = sh("sleep 20 & echo $! >pid; wait").folder(folder.path()).limit(Duration::from_millis(500)).run();
        assert!(matches!(late, Err(ProgramError::Late(_))), "{late:?}");
        assert!(begun.elapsed() < Duration::from_secs(10));
        let process = std::fs::read_to_string(folder.path().join("pid")).unwrap();
        let is_gone = || {
            let state = std::fs::read_to_string(format!("/proc/{}/stat", process.trim())).unwrap_or_default();
            // a process that nobody has waited for is gone, too
            state.is_empty() || state.contains(") Z ")
        };
        let is_gone_soon = (0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(20));
            is_gone()
        });
        assert!(is_gone_soon, "it runs");
    }

    #[test]
    fn too_much_is_not_read() {
        let program = |script| Program { most: 1000, ..sh(script) };
        assert_eq!(program("head -c 1000 /dev/zero").run().unwrap().stdout.len(), 1000);
        let much = program("cat /dev/zero").run();
        assert!(matches!(much, Err(ProgramError::TooMuch(1000))), "{much:?}");
        let complaint = sh("head -c 2000000 /dev/zero >&2; echo end").run().unwrap();
        assert_eq!((complaint.text().as_str(), complaint.stderr.len()), ("end\n", super::KEPT));
    }

    #[test]
    fn a_command_is_shown_as_it_is_typed() {
        assert_eq!(Program::new("kubectl").args(["get", "a b", "it's", ""]).line(), r"kubectl get 'a b' 'it'\''s' ''");
    }
}
