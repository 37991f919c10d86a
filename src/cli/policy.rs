//! Arguments of `tightship policy`.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand, ValueEnum};

use crate::k8s::pod_security::Level;
use crate::k8s::version::Version;
use crate::policy::{Action, Label};

/// What to do with policies.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Print rules as policies of the API server: each a `ValidatingAdmissionPolicy` with its binding, for `kubectl
    /// apply -f -`.
    Export(Box<ExportArgs>),
    /// List what policies can be made for.
    List,
    /// Look at a folder for `staticManifestsDir` as the API server does: with a file that it does not take, it does not start.
    VerifyStatic(VerifyStaticArgs),
}

/// Arguments of `tightship policy verify-static`.
#[derive(Debug, Args)]
pub struct VerifyStaticArgs {
    /// The folder; what lies in folders below it is not read.
    #[arg(value_name = "DIR")]
    pub folder: Utf8PathBuf,
    /// The Kubernetes release. Default: the newest, 1.37.
    #[arg(long, value_parser = super::check::release, value_name = "VERSION", env = "TIGHTSHIP_KUBERNETES")]
    pub kubernetes: Option<Version>,
}

/// Arguments of `tightship policy export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The rules; `tightship policy list` lists them.
    #[arg(value_name = "RULE", required_unless_present_any = ["level", "may_change"])]
    pub rules: Vec<String>,
    /// All controls of this level of the Pod Security Standards: baseline or restricted.
    #[arg(long, value_parser = level, value_name = "LEVEL")]
    pub level: Option<Level>,
    /// The Kubernetes release, whose Pod Security Standards count. Default: the newest, 1.37.
    #[arg(long, value_parser = super::check::release, value_name = "VERSION", env = "TIGHTSHIP_KUBERNETES")]
    pub kubernetes: Option<Version>,
    /// Registries, or registries with a path, that images may come from, with commas between them: for image-registry.
    #[arg(long, value_name = "REGISTRIES", value_delimiter = ',')]
    pub registry: Vec<String>,
    /// What is done with what breaks a policy; may be given more than once. Default: deny.
    #[arg(long, value_enum, value_name = "ACTION")]
    pub action: Vec<ActionName>,
    /// What the names of the policies begin with.
    #[arg(long, value_name = "PREFIX", default_value = "tightship")]
    pub name_prefix: String,
    /// Only in namespaces with this label, as `KEY=VALUE` or `KEY`; may be given more than once, and all must hold.
    #[arg(long, value_parser = Label::parse, value_name = "LABEL")]
    pub namespace_selector: Vec<Label>,
    /// Not in this namespace, nor in kube-system, kube-public and kube-node-lease; may be given more than once.
    #[arg(long, value_parser = namespace, value_name = "NAME")]
    pub exclude_namespace: Vec<String>,
    /// For a folder of the API server (`staticManifestsDir`, from 1.37 on) instead of its API: nobody can delete them there.
    #[arg(long = "static")]
    pub is_static: bool,
    /// With --static: only this user, or `group:NAME`, may change policies, bindings, webhooks and the levels of namespaces; may
    /// be given more than once. Controllers that renew webhooks every day have to be among them.
    #[arg(long, value_name = "NAME")]
    pub may_change: Vec<String>,
    /// In kube-system, kube-public and kube-node-lease too, where it may keep the cluster from repairing itself.
    #[arg(long)]
    pub system_namespaces: bool,
}

/// What is done with what breaks a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ActionName {
    /// It is refused.
    Deny,
    /// It is admitted with a warning.
    Warn,
    /// It is admitted, and the audit log records it.
    Audit,
}

impl From<ActionName> for Action {
    fn from(name: ActionName) -> Self {
        match name {
            ActionName::Deny => Self::Deny,
            ActionName::Warn => Self::Warn,
            ActionName::Audit => Self::Audit,
        }
    }
}

fn level(word: &str) -> Result<Level, String> {
    let level = Level::parse(word).filter(|level| *level > Level::Privileged);
    level.ok_or_else(|| "expected baseline or restricted".to_owned())
}

fn namespace(word: &str) -> Result<String, String> {
    use crate::k8s::names::NameRule;
    NameRule::Dns1123Label.check(word).map_err(|error| format!("the name {error}"))?;
    Ok(word.to_owned())
}
