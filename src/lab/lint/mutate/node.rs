//! Wrong answers on the control-plane node: files as they were, and files that say more than they should.

use serde_json::{Value, json};

use super::admission;
use super::json::{differences, items, text, with, with_at, with_member, without_at};
use super::scene::Scene;
use super::wrong::{Edit, Wrong};
use crate::decode::Map;
use crate::lab::course::step::NodeEdit;
use crate::lab::course::values::{Anything, Presence, Target};
use crate::lab::course::{Action, CheckKind, Lab};
use crate::lab::node::{Component, edit};
use crate::yaml;

/// A file as a value; none if it is not one document of YAML.
fn read(text: &str) -> Option<Value> {
    yaml::parse(text).documents.first().and_then(yaml::Document::root)?.to_json().ok()
}

fn written(path: &str, text: String) -> Edit {
    Edit::Node { path: path.to_owned(), text: Some(text), mode: None }
}

/// The flags of a static pod's command.
fn flags(manifest: &Value) -> Vec<(String, String)> {
    let words = items(manifest, "/spec/containers/0/command").iter().filter_map(Value::as_str);
    words
        .filter_map(|word| word.strip_prefix("--")?.split_once('='))
        .map(|(k, v)| (format!("--{k}"), v.to_owned()))
        .collect()
}

/// The same file with another value of a flag, or without it.
fn with_flag(path: &str, text: &str, flag: &str, value: Value) -> Option<String> {
    let wanted = NodeEdit {
        file: path.to_owned().into(),
        flags: Map::from_iter([(flag.to_owned(), Anything(value))]),
        ..NodeEdit::default()
    };
    edit::apply(text, &wanted).ok()
}

/// One flag or setting as it was.
pub(super) fn undone(scene: &Scene<'_>) -> Vec<Wrong> {
    let (before, after) = &scene.node;
    let mut found = Vec::new();
    for (path, new) in after {
        let Some(old) = before.get(path).filter(|old| *old != new) else { continue };
        let (Some(was), Some(is)) = (read(old), read(new)) else { continue };
        if Component::of_manifest(path).is_some() {
            let (was, is) = (flags(&was), flags(&is));
            let old_value = |flag: &str| was.iter().find(|(name, _)| name == flag).map(|(_, value)| json!(value));
            for (flag, value) in &is {
                let old = old_value(flag);
                if old == Some(json!(value)) {
                    continue;
                }
                let text = with_flag(path, new, flag, old.unwrap_or_default());
                found.extend(
                    text.map(|text| Wrong::new(format!("{path}: {flag} as at the start"), [written(path, text)])),
                );
            }
            for (flag, value) in was.iter().filter(|(flag, _)| !is.iter().any(|(name, _)| name == flag)) {
                let text = with_flag(path, new, flag, json!(value));
                found.extend(
                    text.map(|text| Wrong::new(format!("{path}: {flag} is still there"), [written(path, text)])),
                );
            }
        } else {
            for hunk in differences(&was, &is) {
                let text = hunk.undone(&is).to_string();
                found.push(Wrong::new(format!("{path}: {} as at the start", hunk.shown), [written(path, text)]));
            }
        }
    }
    found
}

/// Policies of files, each weaker in one way, and each file missing.
fn policies(path: &str, written_now: &str) -> Vec<Wrong> {
    let stream = yaml::parse(written_now);
    let roots = stream.documents.iter().filter_map(yaml::Document::root);
    let all: Vec<Value> = roots.filter_map(|root| root.to_json().ok()).collect();
    let mut found = Vec::new();
    for (at, object) in all.iter().enumerate() {
        for (what, weaker) in admission::weaker_static(object) {
            let texts = all.iter().enumerate().map(|(n, other)| if n == at { &weaker } else { other }.to_string());
            let text = texts.collect::<Vec<_>>().join("\n---\n");
            found.push(Wrong::new(format!("{path}: {what}"), [written(path, text)]));
        }
    }
    if !found.is_empty() {
        let gone = Edit::Node { path: path.to_owned(), text: None, mode: None };
        found.push(Wrong::new(format!("{path} is not there"), [gone]));
    }
    found
}

/// Files of the solution that say more, or less, than they should.
pub(super) fn weaker_file(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut found: Vec<Wrong> = scene.node.1.iter().flat_map(|(path, now)| policies(path, now)).collect();
    for (path, written_now) in &scene.node.1 {
        let Some(file) = read(written_now) else { continue };
        let ways = match text(&file, "/kind") {
            "Policy" => audit(scene, &file),
            "EncryptionConfiguration" => encryption(&file),
            "AuthenticationConfiguration" => anonymous(scene, &file),
            _ => Vec::new(),
        };
        let wrong =
            |(what, file): (String, Value)| Wrong::new(format!("{path}: {what}"), [written(path, file.to_string())]);
        found.extend(ways.into_iter().map(wrong));
    }
    found
}

/// Audit policies that leave somebody or something out, or tell what is in Secrets.
fn audit(scene: &Scene<'_>, policy: &Value) -> Vec<(String, Value)> {
    if !scene.is_about(&["audit-secret-bodies"]) {
        return Vec::new();
    }
    let first = |rule: Value| {
        let rules: Vec<Value> = std::iter::once(rule).chain(items(policy, "/rules").iter().cloned()).collect();
        with(policy, &["rules"], json!(rules))
    };
    let mut found = vec![
        (
            "service accounts are left out".to_owned(),
            first(json!({"level": "None", "userGroups": ["system:serviceaccounts"]})),
        ),
        (
            "commands in pods are left out".to_owned(),
            first(json!({"level": "None", "resources": [{"group": "", "resources": ["pods/exec"]}]})),
        ),
        (
            "Secrets are told with their content".to_owned(),
            first(json!({"level": "RequestResponse", "resources": [{"group": "", "resources": ["secrets"]}]})),
        ),
    ];
    let secrets = json!([{"group": "", "resources": ["secrets"]}]);
    let lists = json!({"level": "None", "verbs": ["list"], "resources": secrets});
    found.push(("lists of Secrets are left out".to_owned(), first(lists)));
    let elsewhere = json!({"level": "None", "namespaces": ["kube-system"], "resources": secrets});
    found.push(("Secrets of another namespace are left out".to_owned(), first(elsewhere)));
    // whoever reads, those that no check names, too
    let accounts = scene.after.values().filter(|object| text(object, "/kind") == "ServiceAccount");
    for account in accounts {
        let (namespace, name) = (text(account, "/metadata/namespace"), text(account, "/metadata/name"));
        let user = format!("system:serviceaccount:{namespace}:{name}");
        found.push((format!("the account {name} is left out"), first(json!({"level": "None", "users": [user]}))));
    }
    // what is not to be told
    for probe in scene.probes() {
        let CheckKind::Audit(spec) = probe else { continue };
        let path = spec.provoke.as_ref().filter(|provoke| provoke.exec.is_none()).map(|provoke| &provoke.path);
        if let (Some(path), Presence::Absent) = (path.filter(|path| !path.starts_with("/api")), spec.expect) {
            found.push((format!("{path} is told"), first(json!({"level": "Metadata", "nonResourceURLs": [path]}))));
        }
    }
    found
}

fn encryption(config: &Value) -> Vec<(String, Value)> {
    let providers = items(config, "/resources/0/providers");
    let identity: Vec<Value> = std::iter::once(json!({"identity": {}})).chain(providers.iter().cloned()).collect();
    let ways = [
        ("`identity` is first", with_at(config, "/resources/0/providers", json!(identity))),
        ("other kinds than Secrets", with_at(config, "/resources/0/resources", json!(["configmaps"]))),
    ];
    ways.into_iter().filter_map(|(what, file)| Some((what.to_owned(), file?))).collect()
}

fn anonymous(scene: &Scene<'_>, config: &Value) -> Vec<(String, Value)> {
    let mut paths = vec!["/metrics".to_owned()];
    for probe in scene.probes() {
        let CheckKind::Http(spec) = probe else { continue };
        if spec.target == Target::ApiServer && spec.auth.is_none() && spec.status.iter().any(|status| status.0 == 401) {
            paths.push(spec.path.clone());
        }
    }
    let open = paths.into_iter().filter_map(|path| {
        let file = with_member(config, "/anonymous/conditions", json!({"path": path}))?;
        Some((format!("strangers may ask for {path}, too"), file))
    });
    let all =
        without_at(config, "/anonymous/conditions").map(|file| ("strangers may ask for everything".to_owned(), file));
    open.chain(all).collect()
}

/// Files that others may read.
pub(super) fn open_file(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    for probe in scene.probes() {
        let CheckKind::NodeFile(spec) = probe else { continue };
        if spec.mode_max.is_none() {
            continue;
        }
        for path in scene.node.1.keys().filter(|path| **path == spec.path) {
            let edit = Edit::Node { path: path.clone(), text: scene.node.1.get(path).cloned(), mode: Some("0644") };
            found.push(Wrong::new(format!("{path}: mode 0644"), [edit]));
        }
    }
    found
}

/// A second port of etcd, that asks for no certificate.
pub(super) fn second_port(scene: &Scene<'_>) -> Vec<Wrong> {
    let etcd = scene.node.1.iter().filter(|(path, _)| Component::of_manifest(path) == Some(Component::Etcd));
    etcd.filter_map(|(path, file)| {
        let urls = flags(&read(file)?).into_iter().find(|(flag, _)| flag == "--listen-client-urls")?.1;
        let more = json!(format!("{urls},http://0.0.0.0:2378"));
        let text = with_flag(path, file, "--listen-client-urls", more)?;
        Some(Wrong::new("etcd listens on 2378, too, without TLS".to_owned(), [written(path, text)]))
    })
    .collect()
}

/// The paths on the node that steps of a lab change.
pub(super) fn paths(lab: &Lab) -> Vec<String> {
    let steps = lab.solutions.iter().flat_map(|solution| &solution.steps).chain(&lab.start.steps);
    let mut found: Vec<String> = steps
        .filter_map(|step| match &step.action {
            Action::NodePut(put) => Some(put.to.value.clone()),
            Action::NodeEdit(edit) => Some(edit.file.value.clone()),
            Action::NodeDelete(path) => Some(path.value.clone()),
            _ => None,
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{encryption, flags, read, with_flag};

    const ETCD: &str = "spec:\n  containers:\n    - command:\n        - etcd\n        - --a=1\n        - --b=2\n";

    #[test]
    fn flags_are_read_and_changed() {
        let all = flags(&read(ETCD).unwrap());
        assert_eq!(all, [("--a".to_owned(), "1".to_owned()), ("--b".to_owned(), "2".to_owned())]);
        let changed = with_flag("x", ETCD, "--a", json!(null)).unwrap();
        assert_eq!(flags(&read(&changed).unwrap()), [("--b".to_owned(), "2".to_owned())]);
    }

    #[test]
    fn the_first_provider_of_an_encryption_counts() {
        let config = json!({"resources": [{"resources": ["secrets"], "providers": [{"secretbox": {}}]}]});
        let ways = encryption(&config);
        assert_eq!(ways[0].1.pointer("/resources/0/providers/0"), Some(&json!({"identity": {}})));
        assert_eq!(ways[1].1.pointer("/resources/0/resources"), Some(&json!(["configmaps"])));
    }
}
