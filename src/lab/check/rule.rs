//! What `tightship check` finds: the same engine over the objects of the cluster, or over files.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{folder, live_objects, objects};
use crate::check::{self, Input, Options, Selection, Text, discover, live_inputs};
use crate::decode::Located;
use crate::diagnostic::Diagnostic;
use crate::k8s::version::Version;
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::Rules;
use crate::lab::verdict::CheckResult;
use crate::rules::{Rule, RuleKind, Settings};
use crate::spec::validate;

/// How long kustomize or Helm may take, where the learner's folder is made for them.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The most findings that are shown.
const SHOWN: usize = 2;

/// Looks once; where what was found at the start may stay, `before` is that.
pub(super) fn evaluate(spec: &Rules, before: Option<&Value>, context: &CheckContext<'_>) -> CheckResult {
    look(spec, before, context).unwrap_or_else(|result| result)
}

/// What is found now, to be compared with later.
pub(super) fn snapshot(spec: &Rules, context: &CheckContext<'_>) -> Result<Value, CheckResult> {
    let (found, _) = findings(spec, context)?;
    let ways: Vec<Way> = found.iter().map(Way::of).collect();
    serde_json::to_value(ways).map_err(|error| CheckResult::error(error.to_string()))
}

fn look(spec: &Rules, before: Option<&Value>, context: &CheckContext<'_>) -> Result<CheckResult, CheckResult> {
    let mut known = match (spec.new_only, before) {
        (false, _) => Vec::new(),
        (true, Some(before)) => known(before)?,
        (true, None) => return Err(CheckResult::error("its state at the start was not recorded")),
    };
    let (mut found, versions) = findings(spec, context)?;
    found.retain(|finding| !is_known(finding, &mut known, &versions));
    if found.is_empty() {
        return Ok(CheckResult::pass(if spec.new_only { "no new findings" } else { "no findings" }));
    }
    let told: Vec<String> = found.iter().take(SHOWN).map(tell).collect();
    let more = match found.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let new = if spec.new_only { "new since the start: " } else { "" };
    Ok(CheckResult::fail(format!("{new}{}{more}", told.join("; "))))
}

fn tell(finding: &Diagnostic) -> String {
    let container = finding.container.as_ref().map(|name| format!(", container {name}")).unwrap_or_default();
    let object = finding.object();
    let name = if object.name.is_empty() { String::new() } else { format!(" {}", object.name) };
    format!("{}{name}{container}: {} ({})", object.kind, finding.message, finding.id)
}

/// Each `ReplicaSet` of a Deployment, and that Deployment, as findings call them.
type Versions = Vec<(String, String)>;

/// In which way a rule is broken: what tells a finding from others. Its words do not, as a right answer may change the name
/// or the value that they tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Way {
    rule: String,
    object: String,
    /// Empty where it is about the pod, or not about pods.
    container: String,
}

impl Way {
    fn of(finding: &Diagnostic) -> Self {
        Self {
            rule: finding.id.to_string(),
            object: finding.object().to_string(),
            container: finding.container.as_deref().unwrap_or_default().to_owned(),
        }
    }

    /// Whether one is about the pod and the other one about a container of it: a right answer may move the field.
    fn is_moved(&self, from: &Self) -> bool {
        let is_of_pod = self.container.is_empty() != from.container.is_empty();
        is_of_pod && self.rule == from.rule && self.object == from.object
    }
}

/// The ways that were found at the start.
fn known(before: &Value) -> Result<Vec<Way>, CheckResult> {
    let old = "its state at the start was recorded by another release of tightship: `tightship lab reset` begins anew";
    serde_json::from_value(before.clone()).map_err(|_| CheckResult::error(old))
}

/// Whether a finding was there at the start. Each that was there stands for one now: a second container, rule of a role or
/// volume of the same kind is a new one.
fn is_known(finding: &Diagnostic, known: &mut Vec<Way>, versions: &[(String, String)]) -> bool {
    let mut way = Way::of(finding);
    // pods that run on because the new ones do not start were there
    if let Some((_, of)) = versions.iter().find(|(set, _)| *set == way.object) {
        way.object.clone_from(of);
        return known.contains(&way);
    }
    match known.iter().position(|known| *known == way) {
        Some(place) => {
            known.swap_remove(place);
            true
        }
        None => known.iter().any(|known| way.is_moved(known)),
    }
}

/// Each `ReplicaSet` of a Deployment, and that Deployment, as findings call them.
fn versions(objects: &[Value]) -> Versions {
    let set = |set: &Value| {
        let owners = objects::items(set, "/metadata/ownerReferences").iter();
        let owner = owners.filter(|owner| objects::text(owner, "/kind") == "Deployment").find_map(|owner| {
            let is_meant = |object: &&Value| objects::text(object, "/metadata/uid") == objects::text(owner, "/uid");
            objects.iter().filter(|object| objects::text(object, "/kind") == "Deployment").find(is_meant)
        })?;
        let call = |object: &Value| {
            let [kind, namespace, name] =
                ["/kind", "/metadata/namespace", "/metadata/name"].map(|at| objects::text(object, at));
            format!("{kind} {namespace}/{name}")
        };
        Some((call(set), call(owner)))
    };
    objects.iter().filter(|object| objects::text(object, "/kind") == "ReplicaSet").filter_map(set).collect()
}

/// What is found, and the versions of Deployments.
fn findings(spec: &Rules, context: &CheckContext<'_>) -> Result<(Vec<Diagnostic>, Versions), CheckResult> {
    let selection = selection(spec)?;
    let rules: Vec<&'static Rule> = selection.rules().collect();
    let (inputs, versions) = inputs(spec, context)?;
    let kubernetes = if spec.ns.is_empty() { Version::default() } else { release(context)? };
    let options = Options {
        settings: Settings { kubernetes, ..Settings::default() },
        selection,
        today: validate::today(),
        // a suppression does not make it right
        no_suppress: rules.clone(),
        ..Options::default()
    };
    let outcome = check::run(&inputs, &options);
    if let Some(broken) = outcome.errors.first() {
        let file = outcome.files.get(broken.file().0 as usize).map_or("a file", |file| file.name.as_str());
        return Err(CheckResult::nothing(format!("{file} cannot be read: {}", broken.message)));
    }
    let is_about_pods = |rule: &&Rule| matches!(rule.check, RuleKind::Pod(_) | RuleKind::PodSecurity(_));
    if outcome.counts.objects + outcome.counts.skipped == 0 {
        return Err(CheckResult::nothing("there is no object to look at"));
    }
    if !spec.all && rules.iter().any(is_about_pods) && outcome.counts.pods == 0 {
        return Err(CheckResult::nothing("there is no workload to look at"));
    }
    let is_wanted = |finding: &Diagnostic| is_of_kind(spec, &finding.object().kind);
    Ok((outcome.findings.into_iter().filter(is_wanted).collect(), versions))
}

/// The release of the cluster.
fn release(context: &CheckContext<'_>) -> Result<Version, CheckResult> {
    let found = objects::get(context, "/version")?.unwrap_or_default();
    let minor = objects::text(&found, "/minor").trim_end_matches('+').to_owned();
    Ok(Version::parse(&format!("1.{minor}")).unwrap_or_default())
}

fn is_of_kind(spec: &Rules, kind: &str) -> bool {
    spec.kinds.is_empty() || spec.kinds.iter().any(|wanted| wanted == kind)
}

fn selection(spec: &Rules) -> Result<Selection, CheckResult> {
    match (spec.all, spec.ids.is_empty()) {
        (true, true) => Ok(Selection::default()),
        (false, false) => {
            let ids: Vec<String> = spec.ids.iter().filter_map(|id| Some(id.0?.id.to_owned())).collect();
            Selection::from_words(&ids, &[]).map_err(|error| CheckResult::error(error.to_string()))
        }
        _ => Err(CheckResult::error("expected either the ids of rules, or `all`")),
    }
}

fn inputs(spec: &Rules, context: &CheckContext<'_>) -> Result<(Vec<Input>, Versions), CheckResult> {
    let mut all = of_files(&spec.files, context)?;
    let mut versions = Vec::new();
    all.append(&mut of_node(&spec.node_files, context)?);
    if !spec.ns.is_empty() {
        let namespaces =
            spec.ns.iter().map(|alias| objects::namespace(context, alias)).collect::<Result<Vec<_>, _>>()?;
        let objects = live_objects::objects(&namespaces, context)?;
        // that a namespace is there does not mean that anything is in it
        let is_wanted = |object: &Value| {
            let kind = objects::text(object, "/kind");
            if spec.kinds.is_empty() { kind != "Namespace" } else { is_of_kind(spec, kind) }
        };
        if !objects.iter().any(is_wanted) {
            let kinds = if spec.kinds.is_empty() { "object".to_owned() } else { spec.kinds.join(" or ") };
            return Err(CheckResult::nothing(format!("there is no {kinds} in {}", namespaces.join(" or "))));
        }
        versions = self::versions(&objects);
        all.append(&mut live_inputs(objects));
    }
    if spec.ns.is_empty() && spec.files.is_empty() && spec.node_files.is_empty() {
        return Err(CheckResult::error("expected namespaces or files whose objects the rules look at"));
    }
    Ok((all, versions))
}

/// Files and folders of the learner.
fn of_files(files: &[Located<String>], context: &CheckContext<'_>) -> Result<Vec<Input>, CheckResult> {
    let paths = files.iter().map(|file| folder::path(file, context)).collect::<Result<Vec<_>, _>>()?;
    if let Some((file, _)) = files.iter().zip(&paths).find(|(_, path)| !path.exists()) {
        return Err(CheckResult::nothing(format!("there is no {} in your folder", file.value)));
    }
    let request = check::Request {
        paths,
        everything: false,
        live: None,
        values: Vec::new(),
        set: Vec::new(),
        kubernetes: None,
        build: true,
        allow_remote: false,
        timeout: TIMEOUT,
    };
    let found = discover(&request).map_err(|error| CheckResult::nothing(error.to_string()))?;
    let own = |name: String| name.strip_prefix(&format!("{}/", context.folder)).map(str::to_owned).unwrap_or(name);
    Ok(found.inputs.into_iter().map(|input| Input { name: own(input.name), ..input }).collect())
}

/// Files of the control-plane node.
fn of_node(files: &[String], context: &CheckContext<'_>) -> Result<Vec<Input>, CheckResult> {
    let read = |file: &String| {
        let ended = context.api.node(&["cat", file], &[])?;
        if ended.exit != 0 {
            return Err(CheckResult::nothing(format!("{file} on the node cannot be read: {}", ended.stderr.trim())));
        }
        Ok(Input { name: file.clone(), text: Text::Made { of: None, text: ended.stdout.into() } })
    };
    files.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::client::{Ended, Method, Response};
    use crate::lab::check::recorded::{Fixture, Recorded, SHOP, probe, yaml};
    use crate::lab::check::snapshot;
    use crate::lab::verdict::{CheckResult, Verdict};

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
        let fixture = Fixture::new();
        assert_eq!(fixture.evaluate(&api(&[pod("a", false)]), CHECK), CheckResult::pass("no findings"));
        let result = fixture.evaluate(&api(&[pod("a", false), pod("b", true)]), CHECK);
        assert_eq!(result.verdict, Verdict::Fail);
        assert!(result.observed.starts_with("Pod b, container a: "), "{}", result.observed);
        assert!(result.observed.ends_with("(writable-root-filesystem)"), "{}", result.observed);
        let many: Vec<Value> = ["a", "b", "c", "d"].map(|name| pod(name, true)).into();
        assert!(fixture.evaluate(&api(&many), CHECK).observed.ends_with("; and 2 more"));
    }

    #[test]
    fn the_node_of_a_pod_is_the_schedulers_choice() {
        let mut placed = pod("a", false);
        placed["spec"]["nodeName"] = json!("node-1");
        let result = Fixture::new().evaluate(&api(&[placed]), "rule: {ids: [fixed-node], ns: [shop]}");
        assert_eq!(result, CheckResult::pass("no findings"));
    }

    #[test]
    fn nothing_to_look_at_is_wrong() {
        let fixture = Fixture::new();
        let empty = CheckResult::nothing(format!("there is no object in {SHOP}"));
        assert_eq!(fixture.evaluate(&api(&[]), CHECK), empty);
        assert_eq!(fixture.evaluate(&api(&[]), "rule: {all: true, ns: [shop]}"), empty);
        let config = json!({"items": [{"metadata": {"name": "c", "namespace": SHOP}}]});
        let path = format!("/api/v1/namespaces/{SHOP}/configmaps");
        let no_pods = Recorded::new().get(&path, config);
        let no_pods = {
            let rest = api(&[]);
            no_pods.when(move |request| crate::client::Api::request(&rest, request).ok())
        };
        assert_eq!(fixture.evaluate(&no_pods, CHECK), CheckResult::nothing("there is no workload to look at"));
        let kinds = fixture.evaluate(
            &api(&[pod("a", false)]),
            "rule: {ids: [writable-root-filesystem], ns: [shop], kinds: [Deployment]}",
        );
        assert_eq!(kinds, CheckResult::nothing(format!("there is no Deployment in {SHOP}")));
        let rest = api(&[]);
        let gone = Recorded::new()
            .absent(&format!("/api/v1/namespaces/{SHOP}"))
            .when(move |request| crate::client::Api::request(&rest, request).ok());
        assert_eq!(fixture.evaluate(&gone, CHECK), CheckResult::nothing(format!("there is no namespace {SHOP}")));
    }

    #[test]
    fn a_suppression_does_not_make_it_right() {
        let mut pod = pod("a", true);
        pod["metadata"]["annotations"] = json!({"tightship/allow.writable-root-filesystem": "because"});
        assert_eq!(Fixture::new().evaluate(&api(&[pod]), CHECK).verdict, Verdict::Fail);
    }

    #[test]
    fn what_was_found_at_the_start_may_stay_but_nothing_may_come() {
        let check = "rule: {ids: [writable-root-filesystem], ns: [shop], new_only: true}";
        let mut fixture = Fixture::new();
        let start = fixture.with(&api(&[pod("a", true)]), |context| snapshot(&probe(check), context));
        fixture.snapshots.insert("it".to_owned(), start.expect("a snapshot").expect("something"));
        assert_eq!(fixture.evaluate(&api(&[pod("a", true)]), check), CheckResult::pass("no new findings"));
        assert_eq!(fixture.evaluate(&api(&[pod("a", false)]), check).verdict, Verdict::Pass);
        let worse = fixture.evaluate(&api(&[pod("a", true), pod("b", true)]), check);
        assert!(worse.observed.starts_with("new since the start: Pod b"), "{}", worse.observed);
        assert_eq!(Fixture::new().evaluate(&api(&[pod("a", true)]), check).verdict, Verdict::Error);
        let plain = fixture.with(&Recorded::new(), |context| snapshot(&probe(CHECK), context));
        assert_eq!(plain, Ok(None));
    }

    /// A Deployment with these containers, each writable or not, and the `ReplicaSet` of before.
    fn rollout(now: &[(&str, bool)], before: &[(&str, bool)]) -> Recorded {
        let spec = |containers: &[(&str, bool)]| {
            let all: Vec<Value> = containers
                .iter()
                .map(|(name, writable)| pod(name, *writable)["spec"]["containers"][0].clone())
                .collect();
            let all: Vec<Value> = all
                .into_iter()
                .zip(containers)
                .map(|(mut container, (name, _))| {
                    container["name"] = json!(name);
                    container
                })
                .collect();
            json!({"replicas": 1, "template": {"spec": {"containers": all}}})
        };
        let of = |name: &str, spec: &Value| json!({"metadata": {"name": name, "namespace": SHOP, "uid": name}, "spec": spec});
        let mut set = of("web-1", &spec(before));
        set["metadata"]["ownerReferences"] =
            json!([{"kind": "Deployment", "name": "web", "uid": "web", "controller": true}]);
        let path = |plural: &str| format!("/apis/apps/v1/namespaces/{SHOP}/{plural}");
        let rest = api(&[]);
        Recorded::new()
            .list(&path("deployments"), &[of("web", &spec(now))])
            .list(&path("replicasets"), &[set])
            .when(move |request| crate::client::Api::request(&rest, request).ok())
    }

    #[test]
    fn a_new_way_of_what_was_found_is_new() {
        let check = "rule: {ids: [writable-root-filesystem], ns: [shop], new_only: true}";
        let start: &[(&str, bool)] = &[("a", true), ("b", false)];
        let mut fixture = Fixture::new();
        let snapshot = fixture.with(&rollout(start, start), |context| snapshot(&probe(check), context));
        fixture.snapshots.insert("it".to_owned(), snapshot.expect("a snapshot").expect("something"));
        let with = |now: &[(&str, bool)], before| fixture.evaluate(&rollout(now, before), check);
        assert_eq!(with(start, start).verdict, Verdict::Pass);
        let second = with(&[("a", true), ("b", true)], start);
        assert!(
            second.observed.starts_with("new since the start: Deployment web, container b: "),
            "{}",
            second.observed
        );
        // instead of the first is new, too
        assert_eq!(with(&[("a", false), ("b", true)], start).verdict, Verdict::Fail);
        // what runs on because the new pods do not start was there, and what came in between was not
        assert_eq!(with(&[("a", false), ("b", false)], start).verdict, Verdict::Pass);
        let between = with(&[("a", false), ("b", false)], &[("a", true), ("b", true)]);
        assert!(
            between.observed.starts_with("new since the start: ReplicaSet web-1, container b: "),
            "{}",
            between.observed
        );
    }

    #[test]
    fn what_another_release_has_recorded_is_an_error() {
        let check = "rule: {ids: [writable-root-filesystem], ns: [shop], new_only: true}";
        let mut fixture = Fixture::new();
        fixture.snapshots.insert("it".to_owned(), json!(["writable-root-filesystem Pod a"]));
        let result = fixture.evaluate(&api(&[pod("a", true)]), check);
        assert_eq!(result.verdict, Verdict::Error);
        assert!(result.observed.contains("`tightship lab reset`"), "{}", result.observed);
    }

    #[test]
    fn what_a_controller_makes_is_its_controllers_but_an_owner_alone_hides_nothing() {
        let set = json!({"metadata": {"name": "web", "namespace": SHOP, "uid": "w"},
            "spec": {"replicas": 1, "template": {"spec": pod("a", false)["spec"]}}});
        let api = |is_writable| {
            let mut made = pod("web-x", is_writable);
            made["metadata"]["ownerReferences"] =
                json!([{"kind": "ReplicaSet", "name": "web", "uid": "w", "controller": true}]);
            let path = format!("/apis/apps/v1/namespaces/{SHOP}/replicasets");
            let rest = api(&[made]);
            Recorded::new()
                .list(&path, std::slice::from_ref(&set))
                .when(move |request| crate::client::Api::request(&rest, request).ok())
        };
        let fixture = Fixture::new();
        assert_eq!(fixture.evaluate(&api(false), CHECK).verdict, Verdict::Pass);
        let hidden = fixture.evaluate(&api(true), CHECK);
        assert!(hidden.observed.starts_with("Pod web-x, container a: "), "{}", hidden.observed);
    }

    #[test]
    fn files_of_the_learner_and_of_the_node() {
        let fixture = Fixture::new();
        let check = "rule: {ids: [writable-root-filesystem], files: [pod.yaml]}";
        assert_eq!(
            fixture.evaluate(&Recorded::new(), check),
            CheckResult::nothing("there is no pod.yaml in your folder")
        );
        let mut object = pod("a", true);
        object["apiVersion"] = json!("v1");
        object["kind"] = json!("Pod");
        fixture.put("pod.yaml", &object.to_string());
        assert_eq!(fixture.evaluate(&Recorded::new(), check).verdict, Verdict::Fail);
        fixture.put(
            "pod.yaml",
            &object.to_string().replace("\"readOnlyRootFilesystem\":false", "\"readOnlyRootFilesystem\":true"),
        );
        assert_eq!(fixture.evaluate(&Recorded::new(), check).verdict, Verdict::Pass);
        fixture.put("pod.yaml", "");
        assert_eq!(fixture.evaluate(&Recorded::new(), check), CheckResult::nothing("there is no object to look at"));
        fixture.put("pod.yaml", "a: [");
        assert!(fixture.evaluate(&Recorded::new(), check).observed.starts_with("pod.yaml cannot be read: "));
        let on_node = "rule: {ids: [writable-root-filesystem], node_files: [/etc/a.yaml]}";
        let text = object.to_string();
        let node = Recorded::new().when_node(move |argv| {
            (argv == &["cat", "/etc/a.yaml"]).then(|| Ended { exit: 0, stdout: text.clone(), stderr: String::new() })
        });
        assert_eq!(fixture.evaluate(&node, on_node).verdict, Verdict::Fail);
        let empty = Recorded::new().when_node(|_| Some(Ended { exit: 1, ..Ended::default() }));
        assert!(fixture.evaluate(&empty, on_node).nothing);
    }

    #[test]
    fn what_cannot_be_asked_is_an_error() {
        let fixture = Fixture::new();
        assert_eq!(fixture.evaluate(&Recorded::down(), CHECK).verdict, Verdict::Error);
        assert_eq!(fixture.evaluate(&Recorded::new(), "rule: {ns: [shop]}").verdict, Verdict::Error);
        assert_eq!(fixture.evaluate(&Recorded::new(), "rule: {all: true}").verdict, Verdict::Error);
    }
}
