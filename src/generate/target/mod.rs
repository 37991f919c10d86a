//! The forms that a control plane takes: one file each. A target arranges the baseline; it decides nothing of it.

mod cluster_api;
mod exceptions;
mod flags;
mod form;
mod k3s;
mod kind;
mod kubeadm;
mod policies;
mod rancher;
mod readme;
mod rke2;
mod static_pod;
mod systemd;
mod talos;

use camino::Utf8PathBuf;

use super::baseline::Baseline;
use super::error::RenderError;
use super::layout::header;
use super::options::Options;
use super::stage;
use crate::k8s::verify;
use crate::render::comments;
use crate::render::plan::{Owner, PlannedFile};
use crate::spec::ApiServer;
use crate::spec::api_server::Form;
use form::{Argument, KUBELET, Programs, RenderedFile, Syntax, Target, companions};

fn of(form: Form) -> &'static dyn Target {
    match form {
        Form::Kubeadm => &kubeadm::Kubeadm,
        Form::Kind => &kind::Kind,
        Form::StaticPod => &static_pod::StaticPod,
        Form::K3s => &k3s::K3s,
        Form::Rke2 => &rke2::Rke2,
        Form::Talos => &talos::Talos,
        Form::Systemd => &systemd::Systemd,
        Form::ClusterApi => &cluster_api::ClusterApi,
        Form::Flags => &flags::Flags,
    }
}

/// The files of a control plane.
pub(super) fn files(server: &ApiServer, options: Options<'_>) -> Result<Vec<PlannedFile>, RenderError> {
    let mut baseline = Baseline::new(server);
    baseline.comments = options.comments.unwrap_or(baseline.comments);
    let target = of(server.form());
    let mut made = made(&baseline, target)?;
    made.extend(policies::file(server)?);
    let readme = readme::text(&baseline, server.form(), target, &made, options.spec);
    let files = planned(made, readme, &baseline, options)?;
    exceptions::apply(files, &baseline)
}

/// The files of a control plane at a stage on the way to its baseline. They are weaker than the spec says, as the way is not
/// at its end.
pub(super) fn staged(server: &ApiServer, options: Options<'_>, number: usize) -> Result<Vec<PlannedFile>, RenderError> {
    let whole = Baseline::new(server);
    let stages = stage::all(&whole);
    let found = number.checked_sub(1).and_then(|at| stages.get(at)).filter(|_| server.form() != Form::Kind);
    let Some(found) = found else {
        let (name, most) = (whole.name.clone(), if server.form() == Form::Kind { 0 } else { stages.len() });
        return Err(RenderError::Stage { name, number, most });
    };
    let mut baseline = stage::at(&whole, *found);
    baseline.comments = options.comments.unwrap_or(baseline.comments);
    let target = of(server.form());
    let mut made = made(&baseline, target)?;
    made.extend(policies::file(server)?.filter(|_| baseline.admission.policies.is_some()));
    // the place of `identity` in the file of encryption is what a stage is about
    for file in made.iter_mut().filter(|file| file.owner == Owner::Key) {
        file.owner = Owner::StagedKey;
    }
    let way = stage::Way {
        apply: &target.apply(&baseline),
        back: &target.roll_back(&baseline),
        replaces_machines: server.form() == Form::ClusterApi,
    };
    let page = stage::page(&whole, *found, &way);
    planned(made, page, &baseline, options)
}

/// The files of the target, and those that flags name.
fn made(baseline: &Baseline, target: &dyn Target) -> Result<Vec<RenderedFile>, RenderError> {
    let mut made = companions(baseline)?;
    made.extend(target.files(baseline)?);
    Ok(made)
}

/// With the page for people, and what keeps keys out of repositories.
fn planned(
    mut made: Vec<RenderedFile>,
    readme: String,
    baseline: &Baseline,
    options: Options<'_>,
) -> Result<Vec<PlannedFile>, RenderError> {
    made.push(RenderedFile::new("README.md", Syntax::Markdown, readme));
    let is_key = |file: &&RenderedFile| matches!(file.owner, Owner::Key | Owner::StagedKey);
    let keys: Vec<String> = made.iter().filter(is_key).map(|file| format!("/{}\n", file.name)).collect();
    if !keys.is_empty() {
        let text = format!("# a key belongs in no repository\n{}", keys.concat());
        made.push(RenderedFile::new(".gitignore", Syntax::Lines, text));
    }
    made.into_iter().map(|file| finish(file, baseline, options.spec)).collect()
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
