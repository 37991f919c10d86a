//! The forms that a control plane takes: one file each. A target arranges the baseline; it decides nothing of it.

mod excuse;
mod flags;
mod k3s;
mod kind;
mod kubeadm;
mod rancher;
mod readme;
mod rke2;
mod static_pod;
mod systemd;
mod talos;

use camino::Utf8PathBuf;
use minijinja::Error;
use serde::Serialize;

use super::baseline::{Baseline, Flag, Program};
use crate::render::plan::{Owner, Plan, PlannedFile};
use crate::render::{self, Options, RenderError, engine};
use crate::spec::api_server::Form;
use crate::spec::{ApiServer, Specs};

/// What becomes of a baseline.
trait Target: Sync {
    /// The files besides those that flags name.
    fn files(&self, baseline: &Baseline) -> Result<Vec<Made>, Error>;
    /// How to apply them: Markdown.
    fn apply(&self, baseline: &Baseline) -> String;
    /// How to go back: Markdown.
    fn roll_back(&self, baseline: &Baseline) -> String;
}

fn of(form: Form) -> &'static dyn Target {
    match form {
        Form::Kubeadm => &kubeadm::Kubeadm,
        Form::Kind => &kind::Kind,
        Form::StaticPod => &static_pod::StaticPod,
        Form::K3s => &k3s::K3s,
        Form::Rke2 => &rke2::Rke2,
        Form::Talos => &talos::Talos,
        Form::Systemd => &systemd::Systemd,
        Form::Flags => &flags::Flags,
    }
}

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Syntax {
    /// As YAML, by a program with types of its own.
    Yaml,
    /// As YAML, by Kubernetes.
    Manifest,
    /// Line by line, `#` for comments.
    Lines,
    /// By people.
    Markdown,
}

/// A file of a target.
struct Made {
    /// Relative to the folder of the control plane.
    name: String,
    text: String,
    syntax: Syntax,
    owner: Owner,
}

impl Made {
    fn new(name: impl Into<String>, syntax: Syntax, text: String) -> Self {
        Self { name: name.into(), text, syntax, owner: Owner::Tool }
    }
}

/// A flag as templates see it.
#[derive(Debug, Serialize)]
struct Argument<'b> {
    name: &'b str,
    value: &'b str,
    comment: String,
}

impl<'b> From<&'b Flag> for Argument<'b> {
    fn from(flag: &'b Flag) -> Self {
        Self { name: flag.name, value: &flag.value, comment: flag.comment() }
    }
}

/// The flags that the baseline adds to those of an installer.
fn added(baseline: &Baseline, program: Program) -> Vec<Argument<'_>> {
    baseline.hardening(program).map(Argument::from).collect()
}

/// The plan of all documents. Printed are the manifests for kubectl, or, where there are none, the files of the control planes.
pub fn plan(specs: &Specs, options: Options<'_>) -> Result<Plan, RenderError> {
    let mut plan = render::plan(specs, options)?;
    let alone = plan.stream.is_empty();
    for server in &specs.api_servers {
        for file in files(server, options)? {
            let extension = file.path.extension();
            if alone && extension != Some("md") && extension.is_some() {
                let separator = if extension == Some("yaml") { "---\n" } else { "" };
                plan.stream.extend([separator, "# ", file.path.as_str(), "\n", &file.text]);
            }
            plan.files.push(file);
        }
    }
    plan.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(plan)
}

/// The files of a control plane.
fn files(server: &ApiServer, options: Options<'_>) -> Result<Vec<PlannedFile>, RenderError> {
    let mut baseline = Baseline::new(server);
    baseline.comments = options.comments.unwrap_or(baseline.comments);
    let target = of(server.form());
    let mut made = companions(&baseline)?;
    made.extend(target.files(&baseline)?);
    let readme = readme::text(&baseline, server.form(), target, &made, options.spec);
    made.push(Made::new("README.md", Syntax::Markdown, readme));
    let keys: Vec<String> =
        made.iter().filter(|file| file.owner == Owner::Key).map(|file| format!("/{}\n", file.name)).collect();
    if !keys.is_empty() {
        let text = format!("# a key belongs into no repository\n{}", keys.concat());
        made.push(Made::new(".gitignore", Syntax::Lines, text));
    }
    let files =
        made.into_iter().map(|file| finish(file, &baseline, options.spec)).collect::<Result<_, RenderError>>()?;
    excuse::excuse(files, &baseline)
}

/// The files that flags name.
fn companions(baseline: &Baseline) -> Result<Vec<Made>, Error> {
    let context = engine::context("plan", baseline);
    let files = baseline.files.iter().map(|file| {
        let text = engine::render(file.template, context.clone())?;
        let owner = if file.key { Owner::Key } else { Owner::Tool };
        Ok(Made { owner, ..Made::new(format!("hardening/{}", file.name), Syntax::Yaml, text) })
    });
    files.collect()
}

/// Takes comments out where they are not wanted, reads the file again, and gives it its place.
fn finish(file: Made, baseline: &Baseline, spec: &str) -> Result<PlannedFile, RenderError> {
    let path = format!("control-plane/{}/{}", baseline.name, file.name);
    let stripped = match file.syntax {
        Syntax::Markdown => file.text,
        _ if baseline.comments => file.text,
        Syntax::Lines => file.text.split_inclusive('\n').filter(|line| !line.starts_with('#')).collect(),
        Syntax::Yaml | Syntax::Manifest => render::comments::strip(&file.text),
    };
    let checked = match file.syntax {
        Syntax::Yaml => render::verify::documents(&stripped),
        Syntax::Manifest => render::verify::manifests(&stripped, baseline.version()),
        Syntax::Lines | Syntax::Markdown => Ok(()),
    };
    checked.map_err(|reason| RenderError::Invalid { what: path.clone(), reason })?;
    let text = match file.syntax {
        Syntax::Markdown => stripped,
        _ => format!("{}{stripped}", render::header(spec)),
    };
    Ok(PlannedFile { path: Utf8PathBuf::from(path), text, owner: file.owner })
}
