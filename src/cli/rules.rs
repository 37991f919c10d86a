//! Arguments of `tightship rules` and `tightship explain`.

use clap::{Args, ValueEnum};

use crate::diagnostic::Severity;
use crate::k8s::version::Version;
use crate::rules::{Category, Standard};

/// Arguments of `tightship rules`.
#[derive(Debug, Args)]
pub struct RulesArgs {
    /// Only rules of this category: security, hardening, reliability or correctness.
    #[arg(long, value_parser = category, value_name = "CATEGORY")]
    pub category: Option<Category>,
    /// Only rules of this severity: critical, high, medium or low.
    #[arg(long, value_parser = super::check::severity, value_name = "SEVERITY")]
    pub severity: Option<Severity>,
    /// Only rules that map to an item of this standard: pss, cis or nsa.
    #[arg(long, value_parser = standard, value_name = "STANDARD")]
    pub standard: Option<Standard>,
    /// How they are shown.
    #[arg(long, value_enum, default_value_t = RulesFormat::Text, value_name = "FORMAT")]
    pub format: RulesFormat,
}

/// How the rules are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RulesFormat {
    /// A table.
    Text,
    /// For programs.
    Json,
    /// A page with everything about every rule.
    Markdown,
}

/// Arguments of `tightship explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A rule (`privileged`), the path of a field (`Deployment.spec.replicas`), a field (`readOnlyRootFilesystem`), a flag of the
    /// control plane (`--anonymous-auth`), or a key of tightship's own files, after `App`, `Space`, `ApiServer`, `Check` or
    /// `Lab` (`App.network.from`).
    #[arg(allow_hyphen_values = true)]
    pub what: String,
    /// The Kubernetes release. Default: the newest, 1.37.
    #[arg(long, value_parser = super::check::release, value_name = "VERSION", env = "TIGHTSHIP_KUBERNETES")]
    pub kubernetes: Option<Version>,
}

fn category(word: &str) -> Result<Category, String> {
    let known = Category::ALL.into_iter().find(|category| category.as_str() == word);
    known.ok_or_else(|| format!("expected {}", Category::ALL.map(Category::as_str).join(", ")))
}

fn standard(word: &str) -> Result<Standard, String> {
    let known = Standard::ALL.into_iter().find(|standard| standard.word() == word);
    known.ok_or_else(|| "expected pss, cis or nsa".to_owned())
}
