//! What `tightship check` finds: the same engine over the objects of the cluster, or over files.

use std::time::Duration;

use serde_json::Value;

use super::{living, objects};
use crate::check::{self, Input, Options, Selection, Text, discover, live_inputs};
use crate::lab::course::probe::Rules;
use crate::lab::scene::Scene;
use crate::lab::verdict::Judged;
use crate::rules::{Check, Finding, Rule};
use crate::spec::validate;

/// How long kustomize or Helm may take, where the learner's folder is made for them.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The most findings that are shown.
const SHOWN: usize = 2;

/// Looks once; where what was found at the start may stay, `before` is that.
pub(super) fn judge(spec: &Rules, before: Option<&Value>, scene: &Scene<'_>) -> Judged {
    look(spec, before, scene).unwrap_or_else(|judged| judged)
}

/// What is found now, to be compared with later.
pub(super) fn snapshot(spec: &Rules, scene: &Scene<'_>) -> Result<Value, Judged> {
    Ok(findings(spec, scene)?.iter().map(key).collect::<Vec<_>>().into())
}

fn look(spec: &Rules, before: Option<&Value>, scene: &Scene<'_>) -> Result<Judged, Judged> {
    let known = match (spec.new_only, before.and_then(Value::as_array)) {
        (false, _) => &[],
        (true, Some(known)) => known.as_slice(),
        (true, None) => return Err(Judged::error("nothing was written down of it at the start")),
    };
    let mut found = findings(spec, scene)?;
    found.retain(|finding| !known.contains(&key(finding).into()));
    if found.is_empty() {
        return Ok(Judged::pass(if spec.new_only { "no new findings" } else { "no findings" }));
    }
    let told: Vec<String> = found.iter().take(SHOWN).map(tell).collect();
    let more = match found.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let new = if spec.new_only { "new since the start: " } else { "" };
    Ok(Judged::fail(format!("{new}{}{more}", told.join("; "))))
}

fn tell(finding: &Finding) -> String {
    let container = finding.container.as_ref().map(|name| format!(", container {name}")).unwrap_or_default();
    let object = &finding.object;
    let name = if object.name.is_empty() { String::new() } else { format!(" {}", object.name) };
    format!("{}{name}{container}: {} ({})", object.kind, finding.message, finding.rule.id)
}

/// What tells a finding from others of the same run: the rule and the object. Within an object a right answer may move what
/// was found before, from a container to the pod for example.
fn key(finding: &Finding) -> String {
    format!("{} {}", finding.rule.id, finding.object)
}

fn findings(spec: &Rules, scene: &Scene<'_>) -> Result<Vec<Finding>, Judged> {
    let selection = selection(spec)?;
    let rules: Vec<&'static Rule> = selection.rules().collect();
    let inputs = inputs(spec, scene)?;
    let options = Options {
        selection,
        today: validate::today(),
        // that somebody lets it pass does not make it right
        strict: rules.clone(),
        ..Options::default()
    };
    let outcome = check::run(&inputs, &options);
    if let Some(broken) = outcome.broken.first() {
        let file = outcome.files.get(broken.file.0 as usize).map_or("a file", |file| file.name.as_str());
        return Err(Judged::nothing(format!("{file} cannot be read: {}", broken.message)));
    }
    let is_about_pods = |rule: &&Rule| matches!(rule.check, Check::Pod(_) | Check::PodSecurity(_));
    if outcome.counts.objects + outcome.counts.others == 0 {
        return Err(Judged::nothing("there is no object to look at"));
    }
    if !spec.all && rules.iter().any(is_about_pods) && outcome.counts.pods == 0 {
        return Err(Judged::nothing("there is no workload to look at"));
    }
    let mut findings = outcome.findings;
    findings.retain(|finding| is_of_kind(spec, &finding.object.kind));
    Ok(findings)
}

fn is_of_kind(spec: &Rules, kind: &str) -> bool {
    spec.kinds.is_empty() || spec.kinds.iter().any(|wanted| wanted == kind)
}

fn selection(spec: &Rules) -> Result<Selection, Judged> {
    match (spec.all, spec.ids.is_empty()) {
        (true, true) => Ok(Selection::default()),
        (false, false) => {
            let ids: Vec<String> = spec.ids.iter().filter_map(|id| Some(id.0?.id.to_owned())).collect();
            Selection::from_words(&ids, &[]).map_err(|error| Judged::error(error.to_string()))
        }
        _ => Err(Judged::error("expected either the ids of rules, or `all`")),
    }
}

fn inputs(spec: &Rules, scene: &Scene<'_>) -> Result<Vec<Input>, Judged> {
    let mut all = of_files(&spec.files, scene)?;
    all.append(&mut of_node(&spec.node_files, scene)?);
    if !spec.ns.is_empty() {
        let namespaces = spec.ns.iter().map(|alias| objects::namespace(scene, alias)).collect::<Result<Vec<_>, _>>()?;
        let objects = living::objects(&namespaces, scene)?;
        // that a namespace is there does not mean that anything is in it
        let is_wanted = |object: &Value| {
            let kind = objects::text(object, "/kind");
            if spec.kinds.is_empty() { kind != "Namespace" } else { is_of_kind(spec, kind) }
        };
        if !objects.iter().any(is_wanted) {
            let kinds = if spec.kinds.is_empty() { "object".to_owned() } else { spec.kinds.join(" or ") };
            return Err(Judged::nothing(format!("there is no {kinds} in {}", namespaces.join(" or "))));
        }
        all.append(&mut live_inputs(objects));
    }
    if spec.ns.is_empty() && spec.files.is_empty() && spec.node_files.is_empty() {
        return Err(Judged::error("expected namespaces or files whose objects the rules look at"));
    }
    Ok(all)
}

/// Files and folders of the learner.
fn of_files(files: &[String], scene: &Scene<'_>) -> Result<Vec<Input>, Judged> {
    let missing = files.iter().find(|file| !scene.folder.join(file).exists());
    if let Some(file) = missing {
        return Err(Judged::nothing(format!("there is no {file} in your folder")));
    }
    let request = check::Request {
        paths: files.iter().map(|file| scene.folder.join(file)).collect(),
        live: None,
        values: Vec::new(),
        set: Vec::new(),
        kubernetes: None,
        timeout: TIMEOUT,
    };
    let found = discover(&request).map_err(|error| Judged::nothing(error.to_string()))?;
    let own = |name: String| name.strip_prefix(&format!("{}/", scene.folder)).map(str::to_owned).unwrap_or(name);
    Ok(found.inputs.into_iter().map(|input| Input { name: own(input.name), ..input }).collect())
}

/// Files of the control-plane node.
fn of_node(files: &[String], scene: &Scene<'_>) -> Result<Vec<Input>, Judged> {
    let read = |file: &String| {
        let ended = scene.api.node(&["cat", file], &[])?;
        if ended.exit != 0 {
            return Err(Judged::nothing(format!("{file} on the node cannot be read: {}", ended.stderr.trim())));
        }
        Ok(Input { name: file.clone(), text: Text::Made { of: None, text: ended.stdout.into() } })
    };
    files.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::cluster::client::{Ended, Method, Response};
    use crate::lab::check::recorded::{Recorded, SHOP, Stage, probe, yaml};
    use crate::lab::check::snapshot;
    use crate::lab::verdict::{Judged, Verdict};

    fn pod(name: &str, is_writable: bool) -> Value {
        yaml(&format!(
            "{{metadata: {{name: {name}, namespace: {SHOP}, uid: {name}, managedFields: []}}, spec: {{containers: \
             [{{name: a, image: 'busybox:1.37', securityContext: {{readOnlyRootFilesystem: {}}}}}]}}}}",
            !is_writable
        ))
    }

    /// A namespace with these pods, and otherwise what is in each.
    fn api(pods: &[Value]) -> Recorded {
        let path = format!("/api/v1/namespaces/{SHOP}");
        let bare = json!([{"metadata": {"name": "default", "namespace": SHOP}}]);
        Recorded::new()
            .get(&path, json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SHOP}}))
            .list(&format!("{path}/pods"), pods)
            .get(&format!("{path}/serviceaccounts"), json!({"items": bare}))
            .when(|request| {
                let body = json!({"items": []}).to_string();
                (request.method == Method::Get).then(|| Response { status: 200, body, warnings: Vec::new() })
            })
    }

    const CHECK: &str = "rule: {ids: [writable-root-filesystem], ns: [shop]}";

    #[test]
    fn says_what_check_says() {
        let stage = Stage::new();
        assert_eq!(stage.judge(&api(&[pod("a", false)]), CHECK), Judged::pass("no findings"));
        let judged = stage.judge(&api(&[pod("a", false), pod("b", true)]), CHECK);
        assert_eq!(judged.verdict, Verdict::Fail);
        assert!(judged.observed.starts_with("Pod b, container a: "), "{}", judged.observed);
        assert!(judged.observed.ends_with("(writable-root-filesystem)"), "{}", judged.observed);
        let many: Vec<Value> = ["a", "b", "c", "d"].map(|name| pod(name, true)).into();
        assert!(stage.judge(&api(&many), CHECK).observed.ends_with("; and 2 more"));
    }

    #[test]
    fn nothing_to_look_at_is_wrong() {
        let stage = Stage::new();
        let empty = Judged::nothing(format!("there is no object in {SHOP}"));
        assert_eq!(stage.judge(&api(&[]), CHECK), empty);
        assert_eq!(stage.judge(&api(&[]), "rule: {all: true, ns: [shop]}"), empty);
        let config = json!({"items": [{"metadata": {"name": "c", "namespace": SHOP}}]});
        let path = format!("/api/v1/namespaces/{SHOP}/configmaps");
        let no_pods = Recorded::new().get(&path, config);
        let no_pods = {
            let rest = api(&[]);
            no_pods.when(move |request| crate::cluster::client::Api::request(&rest, request).ok())
        };
        assert_eq!(stage.judge(&no_pods, CHECK), Judged::nothing("there is no workload to look at"));
        let kinds = stage.judge(
            &api(&[pod("a", false)]),
            "rule: {ids: [writable-root-filesystem], ns: [shop], kinds: [Deployment]}",
        );
        assert_eq!(kinds, Judged::nothing(format!("there is no Deployment in {SHOP}")));
        let rest = api(&[]);
        let gone = Recorded::new()
            .absent(&format!("/api/v1/namespaces/{SHOP}"))
            .when(move |request| crate::cluster::client::Api::request(&rest, request).ok());
        assert_eq!(stage.judge(&gone, CHECK), Judged::nothing(format!("there is no namespace {SHOP}")));
    }

    #[test]
    fn a_suppression_does_not_make_it_right() {
        let mut pod = pod("a", true);
        pod["metadata"]["annotations"] = json!({"tightship/allow.writable-root-filesystem": "because"});
        assert_eq!(Stage::new().judge(&api(&[pod]), CHECK).verdict, Verdict::Fail);
    }

    #[test]
    fn what_was_found_at_the_start_may_stay_but_nothing_may_come() {
        let check = "rule: {ids: [writable-root-filesystem], ns: [shop], new_only: true}";
        let mut stage = Stage::new();
        let start = stage.with(&api(&[pod("a", true)]), |scene| snapshot("it", &probe(check), scene));
        stage.snapshots.insert("it".to_owned(), start.expect("a snapshot").expect("something"));
        assert_eq!(stage.judge(&api(&[pod("a", true)]), check), Judged::pass("no new findings"));
        assert_eq!(stage.judge(&api(&[pod("a", false)]), check).verdict, Verdict::Pass);
        let worse = stage.judge(&api(&[pod("a", true), pod("b", true)]), check);
        assert!(worse.observed.starts_with("new since the start: Pod b"), "{}", worse.observed);
        assert_eq!(Stage::new().judge(&api(&[pod("a", true)]), check).verdict, Verdict::Error);
        let plain = stage.with(&Recorded::new(), |scene| snapshot("it", &probe(CHECK), scene));
        assert_eq!(plain, Ok(None));
    }

    #[test]
    fn what_a_controller_makes_is_its_controllers() {
        let mut made = pod("a-x", true);
        made["metadata"]["ownerReferences"] = json!([{"uid": "a", "controller": true}]);
        assert_eq!(Stage::new().judge(&api(&[pod("a", false), made]), CHECK).verdict, Verdict::Pass);
    }

    #[test]
    fn files_of_the_learner_and_of_the_node() {
        let stage = Stage::new();
        let check = "rule: {ids: [writable-root-filesystem], files: [pod.yaml]}";
        assert_eq!(stage.judge(&Recorded::new(), check), Judged::nothing("there is no pod.yaml in your folder"));
        let mut object = pod("a", true);
        object["apiVersion"] = json!("v1");
        object["kind"] = json!("Pod");
        stage.put("pod.yaml", &object.to_string());
        assert_eq!(stage.judge(&Recorded::new(), check).verdict, Verdict::Fail);
        stage.put(
            "pod.yaml",
            &object.to_string().replace("\"readOnlyRootFilesystem\":false", "\"readOnlyRootFilesystem\":true"),
        );
        assert_eq!(stage.judge(&Recorded::new(), check).verdict, Verdict::Pass);
        stage.put("pod.yaml", "");
        assert_eq!(stage.judge(&Recorded::new(), check), Judged::nothing("there is no object to look at"));
        stage.put("pod.yaml", "a: [");
        assert!(stage.judge(&Recorded::new(), check).observed.starts_with("pod.yaml cannot be read: "));
        let on_node = "rule: {ids: [writable-root-filesystem], node_files: [/etc/a.yaml]}";
        let text = object.to_string();
        let node = Recorded::new().when_node(move |argv| {
            (argv == &["cat", "/etc/a.yaml"]).then(|| Ended { exit: 0, stdout: text.clone(), stderr: String::new() })
        });
        assert_eq!(stage.judge(&node, on_node).verdict, Verdict::Fail);
        let empty = Recorded::new().when_node(|_| Some(Ended { exit: 1, ..Ended::default() }));
        assert!(stage.judge(&empty, on_node).nothing);
    }

    #[test]
    fn what_cannot_be_asked_is_an_error() {
        let stage = Stage::new();
        assert_eq!(stage.judge(&Recorded::down(), CHECK).verdict, Verdict::Error);
        assert_eq!(stage.judge(&Recorded::new(), "rule: {ns: [shop]}").verdict, Verdict::Error);
        assert_eq!(stage.judge(&Recorded::new(), "rule: {all: true}").verdict, Verdict::Error);
    }
}
