//! `tightship cluster`.

mod show;

use std::io;

use super::{DRIFT, OK, interrupt, output};
use crate::cli::cluster::{ClusterCommand, UpArgs, Which};
use crate::cluster::create::{self, Wanted};
use crate::cluster::delete;
use crate::cluster::{ClusterDir, default_root, reaper, status};
use crate::commands::progress::Steps;

/// Runs one of its commands.
pub(super) fn run(command: &ClusterCommand) -> anyhow::Result<u8> {
    match command {
        ClusterCommand::Up(args) => up(args),
        ClusterCommand::Status(which) => show(which),
        ClusterCommand::Down(which) => down(which),
        ClusterCommand::Keep(which) => keep(which),
    }
}

fn home(which: &Which) -> anyhow::Result<ClusterDir> {
    let root = which.dir.clone().map_or_else(default_root, Ok)?;
    anyhow::ensure!(!root.as_str().is_empty(), "--dir is empty: `--dir .` is the current folder");
    Ok(ClusterDir::new(&root, &which.name)?)
}

fn up(args: &UpArgs) -> anyhow::Result<u8> {
    let home = home(&args.which)?;
    let stop = interrupt::writing();
    let wanted = Wanted {
        image: args.image.clone().filter(|image| !image.is_empty()),
        at_least: None,
        kubernetes: args.kubernetes,
        hardened: args.hardened,
        nodes: args.nodes,
        custom: None,
    };
    let mut steps = Steps::new();
    let record = create::create(&home, &wanted, &mut steps, stop);
    let seconds = steps.finish();
    let record = record?;
    output::say(&format!(
        "{}: Kubernetes {}{}, {}, ready after {} s",
        record.name,
        record.kubernetes,
        if record.hardened { ", hardened" } else { "" },
        output::count(record.nodes.into(), "node"),
        seconds.as_secs(),
    ))?;
    output::say("next, in a shell: the line below, then kubectl get pods --all-namespaces")?;
    output::print(&format!("export KUBECONFIG={}\n", output::shell_word(home.kubeconfig().as_str())))?;
    Ok(OK)
}

fn show(which: &Which) -> anyhow::Result<u8> {
    let home = home(which)?;
    let status = status::status(&home)?;
    output::show(&show::text(&home, &status))?;
    Ok(if status.has_drift() { DRIFT } else { OK })
}

fn down(which: &Which) -> anyhow::Result<u8> {
    let home = home(which)?;
    // halfway through, the next one would find what is left
    interrupt::writing();
    let deleted = delete::delete(&home)?;
    output::say(&match (deleted.nodes, deleted.folder) {
        (true, _) => format!("{}: deleted", home.name()),
        (false, true) if deleted.left.is_empty() => {
            format!("{}: the cluster was gone already; its folder is removed", home.name())
        }
        (false, true) => format!("{}: the cluster was gone already; its files are removed", home.name()),
        (false, false) => format!("{}: there is no such cluster; nothing to do", home.name()),
    })?;
    for path in &deleted.left {
        output::say(&format!("{path} is not of the cluster, and stays"))?;
    }
    Ok(OK)
}

fn keep(which: &Which) -> anyhow::Result<u8> {
    // whoever makes the cluster decides when this ends
    interrupt::writing();
    reaper::keep(&home(which)?, io::stdin().lock())?;
    Ok(OK)
}
