//! A base, an overlay for each environment, and a `patches` folder that is the user's.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use minijinja::Error;
use serde_json::Value as Json;

use super::super::patch;
use super::header;
use crate::render::plan::{Manifest, Owner, PlannedFile};
use crate::template;
use crate::yaml;

/// A file that tightship writes each time.
fn file(path: String, spec: &str, text: &str) -> PlannedFile {
    PlannedFile { path: Utf8PathBuf::from(path), text: format!("{}{text}", header(spec)), owner: Owner::Tool }
}

/// A kustomization of the given parts.
pub fn kustomization(
    path: &str,
    spec: &str,
    resources: &[String],
    components: &[String],
    patches: &[String],
) -> Result<PlannedFile, Error> {
    let lists = BTreeMap::from([("resources", resources), ("components", components), ("patches", patches)]);
    let text = template::render("layout/kustomization.yaml.j2", template::context("list", lists))?;
    Ok(file(format!("{path}kustomization.yaml"), spec, &text))
}

/// A folder with the manifests and the kustomization that lists them.
pub fn base(folder: &str, manifests: &[Manifest], spec: &str) -> Result<Vec<PlannedFile>, Error> {
    let mut files: Vec<PlannedFile> = manifests
        .iter()
        .map(|manifest| file(format!("{folder}/{}.yaml", manifest.name), spec, &manifest.text))
        .collect();
    let names: Vec<String> = manifests.iter().map(|manifest| format!("{}.yaml", manifest.name)).collect();
    files.push(kustomization(&format!("{folder}/"), spec, &names, &[], &[])?);
    Ok(files)
}

/// The folder of an app: base, patches, and the two together.
pub fn app(
    folder: &str,
    manifests: &[Manifest],
    spec: &str,
    workload: [(&'static str, &str); 4],
) -> Result<Vec<PlannedFile>, Error> {
    let mut files = base(&format!("{folder}/base"), manifests, spec)?;
    let target = BTreeMap::from(workload);
    let text = template::render("layout/patches.yaml.j2", template::context("target", target))?;
    let path = Utf8PathBuf::from(format!("{folder}/patches/kustomization.yaml"));
    files.push(PlannedFile { path, text, owner: Owner::User });
    files.push(kustomization(&format!("{folder}/"), spec, &["base".to_owned()], &["patches".to_owned()], &[])?);
    Ok(files)
}

/// The overlay of an environment: what is different from the base, and nothing else.
pub fn overlay(
    folder: &str,
    environment: &str,
    base: &[Manifest],
    changed: &[Manifest],
    spec: &str,
) -> Result<Vec<PlannedFile>, Error> {
    let folder = format!("{folder}/overlays/{environment}/");
    let (old, new) = (objects(base), objects(changed));
    let mut files = Vec::new();
    let mut resources = vec!["../../base".to_owned()];
    let mut patches = Vec::new();
    for (key, object) in &new {
        match old.get(key) {
            None => {
                let name = format!("{}.yaml", key.0.to_lowercase());
                files.push(file(format!("{folder}{name}"), spec, &yaml::emit::block(object)));
                resources.push(name);
            }
            Some(before) => {
                if let Some(patch) = patch::between(before, object) {
                    patches.push((key, patch));
                }
            }
        }
    }
    for (key, object) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
        patches.push((key, patch::removal(object)));
    }
    let mut names = Vec::new();
    for ((kind, name), patch) in patches {
        let path = format!("patch-{}-{name}.yaml", kind.to_lowercase());
        files.push(file(format!("{folder}{path}"), spec, &yaml::emit::block(&patch)));
        names.push(path);
    }
    files.push(kustomization(&folder, spec, &resources, &["../../patches".to_owned()], &names)?);
    Ok(files)
}

/// The objects of the manifests by kind and name.
fn objects(manifests: &[Manifest]) -> BTreeMap<(String, String), Json> {
    let mut objects = BTreeMap::new();
    for manifest in manifests {
        for document in &yaml::parse(&manifest.text).documents {
            let Some(Ok(object)) = document.root().map(yaml::Node::to_json) else { continue };
            let text = |pointer: &str| object.pointer(pointer).and_then(Json::as_str).unwrap_or_default().to_owned();
            objects.insert((text("/kind"), text("/metadata/name")), object);
        }
    }
    objects
}
