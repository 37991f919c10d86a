//! The arguments of `tightship cluster`.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand};

use crate::k8s::names::NameRule;
use crate::k8s::version::Version;

const EXIT_CODES: &str =
    "Exit codes: 0 done, 1 a hardened cluster is not as it was made, 2 it cannot be done, 130 interrupted.";

/// What to do with clusters on this machine.
#[derive(Debug, Subcommand)]
pub enum ClusterCommand {
    /// Make a kind cluster in a folder of its own; prints the line that names its kubeconfig.
    #[command(after_help = EXIT_CODES)]
    Up(UpArgs),
    /// Show the nodes, the API server's flags against the baseline, and the ports that are open.
    #[command(after_help = EXIT_CODES)]
    Status(Which),
    /// Delete a cluster and its folder.
    #[command(after_help = EXIT_CODES)]
    Down(Which),
    /// Clean up after a cluster whose maker ends.
    #[command(hide = true)]
    Keep(Which),
}

/// Which cluster.
#[derive(Debug, Args)]
pub struct Which {
    /// The name of the cluster.
    #[arg(long, value_parser = name, value_name = "NAME", default_value = "tightship")]
    pub name: String,
    /// The folder that holds the folders of clusters. Default: `tightship/clusters` where this platform keeps data.
    #[arg(long, value_name = "DIR", env = "TIGHTSHIP_CLUSTERS", hide_env_values = true)]
    pub dir: Option<Utf8PathBuf>,
}

/// Arguments of `tightship cluster up`.
#[derive(Debug, Args)]
pub struct UpArgs {
    /// The cluster.
    #[command(flatten)]
    pub which: Which,
    /// The node image of kind.
    #[arg(long, value_name = "IMAGE", env = "TIGHTSHIP_NODE_IMAGE", hide_env_values = true)]
    pub image: Option<String>,
    /// The Kubernetes release, which is the image's: another one is refused.
    #[arg(long, value_parser = release, value_name = "VERSION")]
    pub kubernetes: Option<Version>,
    /// Give it the baseline: `kind: ApiServer` with the profile cis.
    #[arg(long)]
    pub hardened: bool,
    /// The number of nodes: one control plane, and the rest workers.
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=10), value_name = "COUNT", default_value_t = 1)]
    pub nodes: u8,
}

/// The longest name: `-control-plane` and a number follow in the host names of nodes.
const LONGEST: usize = 40;

fn name(text: &str) -> Result<String, String> {
    match NameRule::Dns1123Label.check(text) {
        Ok(()) if text.len() <= LONGEST => Ok(text.to_owned()),
        _ => Err(format!("expected lower case letters, digits and `-`, no `-` at either end, at most {LONGEST}")),
    }
}

fn release(text: &str) -> Result<Version, String> {
    Version::parse(text).ok_or_else(|| format!("expected a release from {} to {}", Version::OLDEST, Version::NEWEST))
}
