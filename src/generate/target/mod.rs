//! The forms that a control plane takes: one file each. A target arranges the baseline; it decides nothing of it.

mod exceptions;
mod flags;
mod form;
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

use super::baseline::Baseline;
use super::error::RenderError;
use super::layout::header;
use super::options::Options;
use crate::k8s::verify;
use crate::render::comments;
use crate::render::plan::{Owner, PlannedFile};
use crate::spec::ApiServer;
use crate::spec::api_server::Form;
use crate::template;
use form::{Argument, RenderedFile, Syntax, Target, added};

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

/// The files of a control plane.
pub(super) fn files(server: &ApiServer, options: Options<'_>) -> Result<Vec<PlannedFile>, RenderError> {
    let mut baseline = Baseline::new(server);
    baseline.comments = options.comments.unwrap_or(baseline.comments);
    let target = of(server.form());
    let mut made = companions(&baseline)?;
    made.extend(target.files(&baseline)?);
    let readme = readme::text(&baseline, server.form(), target, &made, options.spec);
    made.push(RenderedFile::new("README.md", Syntax::Markdown, readme));
    let keys: Vec<String> =
        made.iter().filter(|file| file.owner == Owner::Key).map(|file| format!("/{}\n", file.name)).collect();
    if !keys.is_empty() {
        let text = format!("# a key belongs in no repository\n{}", keys.concat());
        made.push(RenderedFile::new(".gitignore", Syntax::Lines, text));
    }
    let files =
        made.into_iter().map(|file| finish(file, &baseline, options.spec)).collect::<Result<_, RenderError>>()?;
    exceptions::apply(files, &baseline)
}

/// The files that flags name.
fn companions(baseline: &Baseline) -> Result<Vec<RenderedFile>, Error> {
    let context = template::context("plan", baseline);
    let files = baseline.files.iter().map(|file| {
        let text = template::render(file.template, context.clone())?;
        let owner = if file.key { Owner::Key } else { Owner::Tool };
        Ok(RenderedFile { owner, ..RenderedFile::new(format!("hardening/{}", file.name), Syntax::Yaml, text) })
    });
    files.collect()
}

/// Takes comments out where they are not wanted, reads the file again, and gives it its place.
fn finish(file: RenderedFile, baseline: &Baseline, spec: &str) -> Result<PlannedFile, RenderError> {
    let path = format!("control-plane/{}/{}", baseline.name, file.name);
    let stripped = match file.syntax {
        Syntax::Markdown => file.text,
        _ if baseline.comments => file.text,
        Syntax::Lines => file.text.split_inclusive('\n').filter(|line| !line.starts_with('#')).collect(),
        Syntax::Yaml | Syntax::Manifest => comments::strip(&file.text),
    };
    let checked = match file.syntax {
        Syntax::Yaml => verify::documents(&stripped),
        Syntax::Manifest => verify::manifests(&stripped, baseline.version()),
        Syntax::Lines | Syntax::Markdown => Ok(()),
    };
    checked.map_err(|reason| RenderError::Invalid { what: path.clone(), reason })?;
    let text = match file.syntax {
        Syntax::Markdown => stripped,
        _ => format!("{}{stripped}", header(spec)),
    };
    Ok(PlannedFile { path: Utf8PathBuf::from(path), text, owner: file.owner })
}
