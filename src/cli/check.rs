//! Arguments of `tightship check`.

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use crate::check::benchmark::Name;
use crate::diagnostic::{Safety, Severity};
use crate::k8s::pod_security::{Level, PolicyVersion};
use crate::k8s::version::Version;
use crate::report::Format;

const EXIT_CODES: &str =
    "Exit codes: 0 clean, 1 findings, 2 wrong usage or an input that cannot be read, 3 nothing to check.";

/// Arguments of `tightship check`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct CheckArgs {
    /// Files and folders; `-` is standard input. A folder is searched without what git ignores and does not track, other
    /// repositories in it, and hidden folders of tools; links are followed inside the repository, or else the folder.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<Utf8PathBuf>,
    /// What other programs make.
    #[command(flatten)]
    pub made: MadeArgs,
    /// Run only these rules or categories, with commas between them; `all` for every one.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Leave these rules or categories out.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// The Kubernetes release. Default: that of the cluster with --live, or else the newest, 1.37.
    #[arg(long, value_parser = release, value_name = "VERSION", env = "TIGHTSHIP_KUBERNETES")]
    pub kubernetes: Option<Version>,
    /// The configuration. Default: the nearest `.tightship.yaml`, from the working folder upwards.
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<Utf8PathBuf>,
    /// Read no configuration.
    #[arg(long)]
    pub no_config: bool,
    /// The commit that a change starts from, such as `origin/main`. The configuration and the baseline are those of this
    /// commit, none if it has none, and suppressions that it does not have are notices.
    #[arg(long, value_name = "COMMIT", conflicts_with = "update_baseline")]
    pub base: Option<String>,
    /// What the manifests were before: a folder, or a git revision such as `origin/main`. Changes that the API server does not
    /// take of an object that is there, as of a selector, are findings.
    #[arg(long, value_name = "DIR|REF", conflicts_with_all = ["live", "as_admission", "benchmark"])]
    pub against: Option<String>,
    /// Look at everything in folders, also at what git ignores, at other repositories and at folders of tools.
    #[arg(long)]
    pub no_ignore: bool,
    /// Check nothing; name what would be looked at, and as messages what is left out, each with its cause.
    #[arg(long, conflicts_with_all = ["fix", "diff", "update_baseline", "benchmark"])]
    pub show_files: bool,
    /// The name of standard input in messages.
    #[arg(long, value_name = "NAME")]
    pub stdin_filename: Option<String>,
    /// Fix what can be fixed: `safe` changes nothing that runs today, `unsafe` may. What was read from standard input
    /// goes to standard output, and the report to standard error.
    #[arg(long, value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "safe", value_name = "KIND")]
    pub fix: Option<FixKind>,
    /// Write nothing; show what --fix would change, and exit 1 if anything would.
    #[arg(long)]
    pub diff: bool,
    /// Report only findings that are not in this baseline.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<Utf8PathBuf>,
    /// Write the findings of this run to the baseline.
    #[arg(long, requires = "baseline", conflicts_with_all = ["fix", "diff"])]
    pub update_baseline: bool,
    /// Report findings of these rules even where they are suppressed; `all` for every one.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub no_suppress: Vec<String>,
    /// The least severity that makes the exit code 1. Default: low.
    #[arg(long, value_parser = severity, value_name = "SEVERITY")]
    pub fail_on: Option<Severity>,
    /// Exit 0 whatever is found.
    #[arg(long)]
    pub exit_zero: bool,
    /// How the findings are shown.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
    /// Write the report to this file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<Utf8PathBuf>,
    /// Write a further report of the same run, as `sarif=report.sarif`; may be given more than once.
    #[arg(long, value_parser = also, value_name = "FORMAT=FILE", conflicts_with_all = ["benchmark", "diff", "update_baseline"])]
    pub also: Vec<Also>,
    /// Show every place in full, however often a rule fires (--format text).
    #[arg(long)]
    pub all: bool,
    /// Check everything against this Pod Security level, whatever the labels of namespaces say.
    #[arg(long, value_parser = level, value_name = "LEVEL")]
    pub level: Option<Level>,
    /// The version of that level, as in the labels of a namespace: `latest`, the default, or `v1.34`.
    #[arg(long, value_parser = level_version, value_name = "VERSION")]
    pub level_version: Option<String>,
    /// Run no rules; evaluate every item of a benchmark on the files of control planes and nodes: `cis-1.12`,
    /// `k3s-cis-1.9` or `rke2-cis-1.8`. Exits 1 if one fails.
    #[arg(long, value_enum, value_name = "BENCHMARK", conflicts_with_all = ["fix", "diff", "baseline", "as_admission"])]
    pub benchmark: Option<BenchmarkName>,
    /// The root folder of a node, often `/`; the modes and owners of its files are checked as well. Without a PATH, its manifests,
    /// units and configurations are read too.
    #[arg(long, value_name = "FOLDER", requires = "benchmark")]
    pub node_root: Option<Utf8PathBuf>,
    /// Run no rules; print what Pod Security Admission would say of each object. Nothing suppresses it.
    #[arg(long, conflicts_with_all = ["fix", "diff", "baseline"])]
    pub as_admission: bool,
    /// Registries, or registries with a path, that images may come from, with commas between them; any without it.
    #[arg(long, value_name = "REGISTRIES", value_delimiter = ',')]
    pub registry: Vec<String>,
}

/// Arguments about what other programs make: kustomizations, charts, and the objects of a cluster.
#[derive(Debug, Args)]
pub struct MadeArgs {
    /// A file of values for Helm charts; may be given more than once.
    #[arg(long, value_name = "FILE")]
    pub values: Vec<Utf8PathBuf>,
    /// A value for Helm charts, as `key=value`; may be given more than once.
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    #[command(flatten)]
    pub build: BuildArgs,
    /// Check the objects of a cluster, as kubectl gets them; Secrets are not read.
    #[arg(long, conflicts_with_all = ["paths", "values", "set"])]
    pub live: bool,
    /// The namespace of the cluster to check. Default: that of the context.
    #[arg(short, long, value_name = "NAME", requires = "live")]
    pub namespace: Option<String>,
    /// Check the whole cluster.
    #[arg(short = 'A', long, requires = "live", conflicts_with = "namespace")]
    pub all_namespaces: bool,
    /// The context of the kubeconfig. Default: the current one.
    #[arg(long, value_name = "NAME", requires = "live")]
    pub context: Option<String>,
    /// The kubeconfig. Default: kubectl's own.
    #[arg(long, value_name = "FILE", requires = "live")]
    pub kubeconfig: Option<Utf8PathBuf>,
    /// How many seconds each run of kustomize, helm or kubectl may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub tool_timeout: u64,
}

/// Whether kustomize and helm are run, and what they may do.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// Let kustomize and helm fetch what the files name. Without it they do not run where a file names an address, and
    /// have neither git, ssh nor a proxy.
    #[arg(long, conflicts_with_all = ["no_build", "live"])]
    pub allow_remote: bool,
    /// Only read files; run neither kustomize nor helm. Files of kustomizations are checked as they are, charts are not.
    #[arg(long, conflicts_with_all = ["values", "set", "live"])]
    pub no_build: bool,
}

/// A further report: its format and its file.
#[derive(Debug, Clone)]
pub struct Also {
    pub format: Format,
    pub file: Utf8PathBuf,
}

fn also(text: &str) -> Result<Also, String> {
    let (word, file) = text.split_once('=').ok_or("expected FORMAT=FILE, such as sarif=report.sarif")?;
    let format = Format::from_str(word, false).map_err(|_| {
        let known: Vec<String> = Format::value_variants()
            .iter()
            .filter_map(|it| Some(it.to_possible_value()?.get_name().to_owned()))
            .collect();
        format!("there is no format `{word}`; expected {}", known.join(", "))
    })?;
    Ok(Also { format, file: file.into() })
}

/// A benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BenchmarkName {
    /// The CIS Kubernetes Benchmark 1.12, sections 1 to 4.
    #[value(name = "cis-1.12")]
    Cis112,
    /// That of K3s 1.9, with its paths and numbers.
    #[value(name = "k3s-cis-1.9")]
    K3sCis19,
    /// That of RKE2 1.8, with its paths and numbers.
    #[value(name = "rke2-cis-1.8")]
    Rke2Cis18,
}

impl From<BenchmarkName> for Name {
    fn from(name: BenchmarkName) -> Self {
        match name {
            BenchmarkName::Cis112 => Self::Cis112,
            BenchmarkName::K3sCis19 => Self::K3sCis19,
            BenchmarkName::Rke2Cis18 => Self::Rke2Cis18,
        }
    }
}

/// Which fixes are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FixKind {
    /// Those after which everything runs as before.
    Safe,
    /// All of them.
    Unsafe,
}

impl From<FixKind> for Safety {
    fn from(kind: FixKind) -> Self {
        match kind {
            FixKind::Safe => Self::Safe,
            FixKind::Unsafe => Self::Unsafe,
        }
    }
}

pub(super) fn release(word: &str) -> Result<Version, String> {
    let known = || format!("expected {} to {}", Version::OLDEST, Version::NEWEST);
    Version::parse(word).ok_or_else(known)
}

fn level(word: &str) -> Result<Level, String> {
    Level::parse(word).ok_or_else(|| "expected restricted, baseline or privileged".to_owned())
}

fn level_version(word: &str) -> Result<String, String> {
    let is_known = PolicyVersion::parse(word, Version::NEWEST).is_some();
    if is_known { Ok(word.to_owned()) } else { Err("expected latest, or a version such as v1.34".to_owned()) }
}

pub(super) fn severity(word: &str) -> Result<Severity, String> {
    Severity::of_rules(word).ok_or_else(|| "expected critical, high, medium or low".to_owned())
}
