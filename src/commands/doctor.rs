//! `tightship doctor`: the programs of this machine that tightship can use.

use std::fmt::Write as _;
use std::time::Duration;

use super::busy::Busy;
use super::{OK, output};
use crate::diagnostic::style::{FAINT, GOOD, styled};
use crate::diagnostic::text::line;
use crate::process::{self, Program};

/// A program answers within this time, or not at all.
const LIMIT: Duration = Duration::from_secs(10);

/// A program: its name, how it is asked for its version, what it is for, and where to get it.
struct Known {
    name: &'static str,
    ask: &'static [&'static str],
    purpose: &'static str,
    page: &'static str,
}

const KNOWN: [Known; 6] = [
    Known {
        name: "docker",
        ask: &["--version"],
        purpose: "clusters and labs, or podman",
        page: "https://docs.docker.com/engine/install/",
    },
    Known {
        name: "podman",
        ask: &["--version"],
        purpose: "clusters and labs, or docker",
        page: "https://podman.io/docs/installation",
    },
    Known {
        name: "kind",
        ask: &["--version"],
        purpose: "clusters and labs",
        page: "https://kind.sigs.k8s.io/docs/user/quick-start/#installation",
    },
    Known {
        name: "kubectl",
        ask: &["version", "--client"],
        purpose: "check --live, kustomizations, labs",
        page: "https://kubernetes.io/docs/tasks/tools",
    },
    Known {
        name: "helm",
        ask: &["version", "--short"],
        purpose: "check of charts",
        page: "https://helm.sh/docs/intro/install/",
    },
    Known {
        name: "kustomize",
        ask: &["version"],
        purpose: "check of kustomizations, or kubectl",
        page: "https://kubectl.docs.kubernetes.io/installation/kustomize/",
    },
];

/// Looks for each of them. None is needed to check or to write manifests, so that nothing is wrong where one is missing.
pub(super) fn run() -> anyhow::Result<u8> {
    let mut text = format!("tightship {}\n\n", env!("CARGO_PKG_VERSION"));
    let busy = Busy::new("asking programs for their versions");
    for known in &KNOWN {
        let (word, seen) = match version(known) {
            Some(version) => (styled(GOOD, "found  "), version),
            None => (styled(FAINT, "missing"), known.page.to_owned()),
        };
        let _ = writeln!(text, "{word} {:<10} {seen}\n{:<19}for {}", known.name, "", known.purpose);
    }
    drop(busy);
    text += "\nTo check and to write manifests needs none of them.";
    if cfg!(feature = "cluster") {
        text += " `tightship lab doctor` looks closer at what labs need.";
    }
    output::show(&(text + "\n"))?;
    Ok(OK)
}

/// What a program says of its version; `None` where it is not there.
fn version(known: &Known) -> Option<String> {
    process::find(known.name)?;
    let said = Program::new(known.name).args(known.ask).limit(LIMIT).run();
    let text = said.map(|output| output.text()).unwrap_or_default();
    let first = text.lines().find(|text| !text.trim().is_empty()).unwrap_or("it does not say its version").trim();
    Some(line(first).into_owned())
}
