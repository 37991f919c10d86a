//! What several files say together: `config.yaml.d` of K3s and RKE2, and the folder of a kubelet's `--config-dir`.

use std::collections::BTreeMap;

use crate::apiserver::catalogue::Component;
use crate::apiserver::files::{Form, List, ProgramView};

use super::near::is_near;

/// The folder and the name of a file.
fn cut(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Joins the files of each server of K3s and RKE2, after `readConfigFile` of `pkg/configfilearg/parser.go`: first
/// `config.yaml`, then those of `config.yaml.d` in the order of their names. A later value takes the place of an earlier one,
/// lists too; `key+` comes behind it.
pub(super) fn servers(programs: &mut Vec<ProgramView>) {
    let is_ours = |view: &ProgramView| matches!(view.form, Form::K3s | Form::Rke2);
    let (ours, rest): (Vec<_>, Vec<_>) = std::mem::take(programs).into_iter().partition(is_ours);
    *programs = rest;
    let mut servers: BTreeMap<(String, Component), Vec<ProgramView>> = BTreeMap::new();
    for view in ours {
        let (folder, name) = cut(&view.name);
        // a drop-in belongs to the file beside its folder
        let key = folder.strip_suffix(".d").filter(|_| !name.is_empty()).unwrap_or(&view.name);
        servers.entry((key.to_owned(), view.program)).or_default().push(view);
    }
    for ((base, _), mut views) in servers {
        views.sort_by(|a, b| (*a.name != *base, &a.name).cmp(&(*b.name != *base, &b.name)));
        let joined = views.into_iter().reduce(|mut before, view| {
            over(&mut before, view);
            before
        });
        programs.extend(joined);
    }
}

/// Lays what a later file says over what the earlier ones do.
fn over(before: &mut ProgramView, view: ProgramView) {
    let is_argument = |path: &str| path.contains("-arg[") || path.contains("-arg+[");
    if view.list == List::Replaces {
        before.settings.retain(|setting| !is_argument(&setting.path));
    }
    if view.list != List::Absent {
        // what is added goes where the list was said last
        before.moves_to(&view);
        before.list = List::Replaces;
    }
    before.settings.retain(|old| is_argument(&old.path) || view.settings.iter().all(|new| new.path != old.path));
    before.settings.extend(view.settings);
    before.settings.sort_by_key(|setting| is_argument(&setting.path));
    before.version = before.version.or(view.version);
    if let (Some(mounts), Some(more)) = (&mut before.mounts, view.mounts) {
        mounts.extend(more.into_iter().filter(|mount| !mounts.contains(mount)).collect::<Vec<_>>());
    }
}

/// Joins the configuration of a kubelet with the files of its `--config-dir`, after `mergeKubeletConfigurations` of
/// `cmd/kubelet/app/server.go`: those that end in `.conf`, in the order of their names, each over what was before. A drop-in
/// whose configuration is not in the input says a part only.
pub(super) fn kubelets(programs: &mut Vec<ProgramView>) {
    let folders: Vec<(String, String, String)> = programs
        .iter()
        .filter(|view| view.program == Component::Kubelet && view.form != Form::Config)
        .filter_map(|view| {
            let value = |flag: &str| view.get(flag).map(|setting| setting.value.trim_end_matches('/').to_owned());
            let base = |path: String| cut(&path).1.to_owned();
            Some((view.name.to_string(), base(value("config")?), base(value("config-dir")?)))
        })
        .collect();
    let is_file = |view: &ProgramView| view.program == Component::Kubelet && view.form == Form::Config;
    let is_drop_in = |view: &ProgramView| {
        let (folder, name) = cut(&view.name);
        let folder = cut(folder).1;
        name.strip_suffix(".conf").is_some()
            && (folder.strip_suffix(".d").is_some() || folders.iter().any(|(_, _, known)| known == folder))
    };
    let (mut drop_ins, mut rest): (Vec<_>, Vec<_>) =
        std::mem::take(programs).into_iter().partition(|view| is_file(view) && is_drop_in(view));
    drop_ins.sort_by(|a, b| a.name.cmp(&b.name));
    for mut drop_in in drop_ins {
        let own_folder = cut(cut(&drop_in.name).0).1.to_owned();
        let units: Vec<_> = folders.iter().filter(|(_, _, folder)| *folder == own_folder).collect();
        let base = rest.iter_mut().find(|view| {
            let name = cut(&view.name).1;
            is_file(view) && units.iter().any(|(unit, config, _)| config == name && is_near(unit, &view.name))
        });
        if let Some(base) = base {
            base.settings.append(&mut drop_in.settings);
        } else {
            drop_in.partial = true;
            rest.push(drop_in);
        }
    }
    *programs = rest;
}
