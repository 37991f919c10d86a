//! `tightship workshop join`.

use anyhow::bail;
use camino::Utf8Path;

use super::site::{course, say};
use crate::cli::workshop::JoinArgs;
use crate::commands::{OK, output};
use crate::lab::state::Workspace;
use crate::workshop::codes::Code;
use crate::workshop::join::{self, Joined};

pub(super) fn run(args: &JoinArgs) -> anyhow::Result<u8> {
    let course = course()?;
    let workspace = Workspace::new(args.into.as_deref().unwrap_or(Utf8Path::new(".")))?;
    let joined = joined(args, &workspace)?;
    let entered = join::enter(&workspace, &course, &joined)?;
    say(&format!("you are {}", joined.name))?;
    for lab in &entered {
        say(&format!("  {} {}", lab.folder, lab.title))?;
    }
    say(
        "\nread the README.md in a lab's folder; `tightship lab verify LAB` says what is right, `hint` and `reset` help",
    )?;
    say("in your shell: the line below, so that kubectl works on the first lab")?;
    let state = workspace.load()?;
    let lab = state.current.or_else(|| state.labs.keys().next().cloned());
    let Some(lab) = lab else { bail!("no lab has begun yet: `tightship workshop join` looks again") };
    output::print(&format!("export KUBECONFIG={}\n", output::shell_word(workspace.kubeconfig(&lab).as_str())))?;
    Ok(OK)
}

fn joined(args: &JoinArgs, workspace: &Workspace) -> anyhow::Result<Joined> {
    let _lock = workspace.lock(std::time::Duration::from_secs(10))?;
    Ok(match (&args.server, &args.code, &args.kubeconfig) {
        (_, _, Some(path)) => join::from_file(path)?,
        (Some(server), Some(code), None) => {
            let code = Code::parse(code)?;
            if !server.starts_with("https://") {
                bail!("{server} is no address of a server: expected one such as https://10.0.0.5:6443");
            }
            join::take(server.trim_end_matches('/'), &code)?
        }
        (None, None, None) => join::known(workspace)?,
        (Some(_), None, None) | (None, Some(_), None) => bail!("the card has a server and a code: both are needed"),
    })
}
