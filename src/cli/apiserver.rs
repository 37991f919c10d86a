//! The arguments of `tightship apiserver`.

use clap::{Args, Subcommand};

use crate::apiserver::catalogue::Component;
use crate::k8s::version::Version;

/// What to do with the API server.
#[derive(Debug, Subcommand)]
pub enum ApiServerCommand {
    /// Explain a flag, admission plugin, feature gate, field or kind of the control plane.
    Explain(ExplainArgs),
    /// List the flags of a component, with type and default.
    Flags(FlagsArgs),
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
