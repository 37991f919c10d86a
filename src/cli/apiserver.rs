//! The arguments of `tightship apiserver`.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand};

use crate::apiserver::catalogue::Component;
use crate::k8s::version::Version;
use crate::spec::api_server::Form;
use crate::spec::values::{Leaf as _, PatchRelease};

/// What to do with the API server.
#[derive(Debug, Subcommand)]
pub enum ApiServerCommand {
    /// Explain a flag, admission plugin, feature gate, field or kind of the control plane.
    Explain(ExplainArgs),
    /// List the flags of a component, with type and default.
    Flags(FlagsArgs),
    /// Read a control plane that runs, and write the spec that keeps its wiring and a plan of what would change. Changes nothing.
    Adopt(AdoptArgs),
    /// Write the files of one stage on the way of a running control plane to its spec; without a number, list the stages.
    Stage(StageArgs),
    /// Ask the API servers, through kubectl, whether a stage is complete on all of them.
    VerifyStage(VerifyArgs),
}

/// Arguments of `tightship apiserver adopt`.
#[derive(Debug, Args)]
pub struct AdoptArgs {
    /// Folders and files of a control plane node: manifests, units, configurations of kubeadm, K3s, RKE2 or Talos.
    #[arg(value_name = "PATH", required_unless_present_any = ["live", "node_root"])]
    pub paths: Vec<Utf8PathBuf>,
    /// The root folder of a control plane node, often `/`: what is read is where kubeadm, K3s, RKE2 and units have it.
    #[arg(long, value_name = "FOLDER")]
    pub node_root: Option<Utf8PathBuf>,
    /// Read the pods of kube-system and the `ConfigMaps` kubeadm-config and kubelet-config through kubectl.
    #[arg(long, conflicts_with_all = ["paths", "node_root"])]
    pub live: bool,
    /// The context of the kubeconfig, for --live.
    #[arg(long, value_name = "NAME", requires = "live")]
    pub context: Option<String>,
    /// The name of the cluster. Default: what the files say.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// What runs it. Default: what the files look like.
    #[arg(long, value_parser = platform, value_name = "PLATFORM")]
    pub platform: Option<Form>,
    /// Its release, such as 1.36 or 1.36.2. Default: what the files say.
    #[arg(long, value_parser = release, value_name = "VERSION")]
    pub kubernetes: Option<PatchRelease>,
    /// The folder for tightship.yaml and PLAN.md.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: Utf8PathBuf,
    /// Overwrite a tightship.yaml and a PLAN.md that are there.
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `tightship apiserver stage`.
#[derive(Debug, Args)]
pub struct StageArgs {
    /// The stage, from 1.
    #[arg(value_name = "N")]
    pub number: Option<usize>,
    /// The spec.
    #[arg(short, long, value_name = "FILE", default_value = "tightship.yaml", env = "TIGHTSHIP_FILE")]
    pub file: Utf8PathBuf,
    /// The folder to write to. Default: the one that the spec is in.
    #[arg(long, value_name = "DIR")]
    pub out: Option<Utf8PathBuf>,
    /// Overwrite files that were edited by hand.
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `tightship apiserver verify-stage`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The stage, from 1.
    #[arg(value_name = "N")]
    pub number: usize,
    /// The spec.
    #[arg(short, long, value_name = "FILE", default_value = "tightship.yaml", env = "TIGHTSHIP_FILE")]
    pub file: Utf8PathBuf,
    /// The folder with the files of the stage. Default: the one that the spec is in.
    #[arg(long, value_name = "DIR")]
    pub out: Option<Utf8PathBuf>,
    /// The control plane, if the spec has several.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The context of the kubeconfig.
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
}

fn platform(word: &str) -> Result<Form, String> {
    Form::from_word(word).ok_or_else(|| format!("expected one of {}", Form::WORDS.join(", ")))
}

fn release(text: &str) -> Result<PatchRelease, String> {
    let clean = text.strip_prefix('v').unwrap_or(text);
    PatchRelease::read(clean).map_err(|_| format!("expected a release from {} to {}", Version::OLDEST, Version::NEWEST))
}

/// Arguments of `tightship apiserver explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A flag such as --anonymous-auth, or an admission plugin, feature gate, field (authorization.mode) or kind.
    #[arg(allow_hyphen_values = true, required_unless_present = "slides")]
    pub name: Option<String>,
    /// The Kubernetes release.
    #[arg(long, value_parser = kubernetes, value_name = "VERSION", default_value_t)]
    pub kubernetes: Version,
    /// Only the flag of this component.
    #[arg(long, value_parser = component, value_name = "NAME")]
    pub component: Option<Component>,
    /// Show what slides of 2019 said about flags and ports, and what is right today.
    #[arg(long, conflicts_with_all = ["name", "component"])]
    pub slides: bool,
}

/// Arguments of `tightship apiserver flags`.
#[derive(Debug, Args)]
pub struct FlagsArgs {
    /// The Kubernetes release.
    #[arg(long, value_parser = kubernetes, value_name = "VERSION", default_value_t)]
    pub kubernetes: Version,
    /// The component. For others than kube-apiserver, only the flags that matter for security are listed.
    #[arg(long, value_parser = component, value_name = "NAME", default_value = "kube-apiserver")]
    pub component: Component,
}

fn kubernetes(text: &str) -> Result<Version, String> {
    Version::parse(text).ok_or_else(|| format!("expected a release from {} to {}", Version::OLDEST, Version::NEWEST))
}

fn component(name: &str) -> Result<Component, String> {
    let names = || Component::ALL.map(Component::name).join(", ");
    Component::from_name(name).ok_or_else(|| format!("expected one of {}", names()))
}
