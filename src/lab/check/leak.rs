//! A secret value that lies open.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::objects::{self, call, items, text};
use super::targets::{self, ContainerRef, Which};
use super::text::{cause, short};
use super::{live_objects, pods};
use crate::client::{Ended, ExecReply, Request, url};
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::Leak;
use crate::lab::course::values::Place;
use crate::lab::verdict::CheckResult;

pub(super) fn evaluate(spec: &Leak, context: &CheckContext<'_>) -> CheckResult {
    attempt(spec, context).unwrap_or_else(|result| result)
}

fn attempt(spec: &Leak, context: &CheckContext<'_>) -> Result<CheckResult, CheckResult> {
    let marker = context.names.random.get(&*spec.marker.value.0).filter(|marker| !marker.is_empty());
    let marker =
        Marker::of(marker.ok_or_else(|| CheckResult::error(format!("the run has no word `{}`", &**spec.marker)))?);
    if spec.absent_from.is_empty() && spec.present_in.is_none() {
        return Err(CheckResult::error("the check says nowhere where the word must or must not be"));
    }
    let containers = targets::of(context, &spec.ns, &spec.workload, Which::Each)?;
    for place in &spec.absent_from {
        let found = match place {
            Place::Env => first(&containers, |container| in_environment(context, container, &marker))?,
            Place::Logs => first(&containers, |container| in_logs(context, container, &marker))?,
            Place::Files => first(&containers, |container| in_files(context, container, &marker))?,
            Place::Spec => in_spec(spec, context, &marker)?,
            Place::ConfigMaps => in_config_maps(spec, context, &marker)?,
            Place::Objects => in_objects(spec, context, &marker)?,
        };
        if let Some(found) = found {
            return Ok(CheckResult::fail(found));
        }
    }
    match &spec.present_in {
        Some(path) => present(&containers, path, context, &marker),
        None => Ok(CheckResult::pass("it is not there")),
    }
}

/// A word, as it is and as base64 has it.
struct Marker {
    plain: String,
    encoded: String,
}

impl Marker {
    fn of(word: &str) -> Self {
        // the end of the encoding depends on what follows
        let encoded = STANDARD.encode(word);
        let encoded = encoded.trim_end_matches('=');
        let whole = word.len() / 3 * 4;
        Self { plain: word.to_owned(), encoded: encoded.chars().take(whole).collect() }
    }

    fn is_in(&self, text: &str) -> bool {
        text.contains(&self.plain) || text.contains(&self.encoded)
    }
}

fn first(
    containers: &[ContainerRef],
    look: impl Fn(&ContainerRef) -> Result<Option<String>, CheckResult>,
) -> Result<Option<String>, CheckResult> {
    for container in containers {
        if let Some(found) = look(container)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The environment of the first process; where that is another user's, that of a process of ours.
fn in_environment(
    context: &CheckContext<'_>,
    container: &ContainerRef,
    marker: &Marker,
) -> Result<Option<String>, CheckResult> {
    let mut trouble = String::new();
    for argv in [["cat", "/proc/1/environ"].as_slice(), &["env"]] {
        match targets::run_plain(context, container, argv)? {
            ExecReply::Ended(Ended { exit: 0, stdout, .. }) if !stdout.is_empty() => {
                let mut variables = stdout.split(['\0', '\n']);
                let found = variables.find(|variable| marker.is_in(variable));
                let name = found.and_then(|variable| variable.split('=').next());
                return Ok(name.map(|name| format!("the variable {name} of {container} has it")));
            }
            ExecReply::Ended(ended) => trouble = ended.stderr,
            ExecReply::Refused { message, .. } => trouble = message,
            ExecReply::TimedOut => "it does not end".clone_into(&mut trouble),
        }
    }
    Err(CheckResult::nothing(format!("the environment of {container} cannot be seen: {}", cause(&trouble))))
}

fn in_logs(
    context: &CheckContext<'_>,
    container: &ContainerRef,
    marker: &Marker,
) -> Result<Option<String>, CheckResult> {
    let path = format!("/api/v1/namespaces/{}/pods/{}/log", container.namespace, url::segment(&container.pod));
    let response = context.api.request(&Request::get(url::query(&path, &[("container", &container.container)])))?;
    if !response.is_success() {
        return Err(CheckResult::nothing(format!("{container} has no log: {}", short(&response.message()))));
    }
    Ok(marker.is_in(&response.body).then(|| format!("the log of {container} has it")))
}

/// In the volumes of a container, wherever they are mounted.
fn in_files(
    context: &CheckContext<'_>,
    container: &ContainerRef,
    marker: &Marker,
) -> Result<Option<String>, CheckResult> {
    let cannot = |how: &str| CheckResult::nothing(format!("the volumes of {container} cannot be seen: {}", cause(how)));
    let mounts = match targets::run_plain(context, container, &["cat", "/proc/self/mounts"])? {
        ExecReply::Ended(Ended { exit: 0, stdout, .. }) if !stdout.is_empty() => mounts(&stdout),
        ExecReply::Ended(ended) => return Err(cannot(&ended.stderr)),
        ExecReply::Refused { message, .. } => return Err(cannot(&message)),
        ExecReply::TimedOut => return Err(cannot("`cat` does not end")),
    };
    if mounts.is_empty() {
        return Ok(None);
    }
    let mut argv = vec!["grep", "-rlF", "-e", marker.plain.as_str(), "-e", marker.encoded.as_str(), "--"];
    argv.extend(mounts.iter().map(String::as_str));
    match targets::run_plain(context, container, &argv)? {
        // what it cannot read, neither can who got in there
        ExecReply::Ended(ended) if ended.exit < 126 => {
            // the kubelet's folder of the day says nothing to people
            let plain =
                |path: &str| path.split('/').filter(|part| !part.starts_with("..")).collect::<Vec<_>>().join("/");
            let found = ended.stdout.lines().next().map(plain);
            Ok(found.map(|file| format!("the file {file} of {container} has it")))
        }
        ExecReply::Ended(ended) => Err(cannot(&ended.stderr)),
        ExecReply::Refused { message, .. } => Err(cannot(&message)),
        ExecReply::TimedOut => Err(cannot("`grep` does not end")),
    }
}

/// The folders that are mounted, without those of the kernel and of the runtime.
fn mounts(table: &str) -> Vec<String> {
    let folders = table.lines().filter_map(|line| line.split(' ').nth(1)).map(|path| path.replace("\\040", " "));
    let is_volume = |path: &String| {
        let kernels = ["/proc", "/sys", "/dev"]
            .iter()
            .any(|root| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
        path != "/" && !kernels
    };
    folders.filter(is_volume).collect()
}

fn in_spec(spec: &Leak, context: &CheckContext<'_>, marker: &Marker) -> Result<Option<String>, CheckResult> {
    let object = pods::object(context, &spec.ns, &pods::workload(&spec.workload)?)?;
    let text = object.get("spec").map(ToString::to_string).unwrap_or_default();
    Ok(marker.is_in(&text).then(|| format!("the spec of {} has it", call(&object))))
}

fn in_config_maps(spec: &Leak, context: &CheckContext<'_>, marker: &Marker) -> Result<Option<String>, CheckResult> {
    let namespace = objects::namespace(context, &spec.ns)?;
    let kind = objects::kind(context, None, "ConfigMap")?;
    let maps = objects::list(context, &kind, Some(namespace), None)?;
    let found = maps.iter().find(|map| marker.is_in(&map.to_string()));
    Ok(found.map(|map| format!("the ConfigMap {} has it", text(map, "/metadata/name"))))
}

fn in_objects(spec: &Leak, context: &CheckContext<'_>, marker: &Marker) -> Result<Option<String>, CheckResult> {
    let namespace = objects::namespace(context, &spec.ns)?;
    let all = live_objects::of_namespace(namespace, context)?;
    let mut found: Vec<_> = all.iter().filter(|object| marker.is_in(&object.to_string())).collect();
    // what a controller has made says only what its owner says
    found.sort_by_key(|object| !items(object, "/metadata/ownerReferences").is_empty());
    Ok(found.first().map(|object| format!("{} has it", call(object))))
}

/// That it is where it belongs: in one container of every pod, else its absence elsewhere is no wonder.
fn present(
    containers: &[ContainerRef],
    path: &str,
    context: &CheckContext<'_>,
    marker: &Marker,
) -> Result<CheckResult, CheckResult> {
    let mut pods: Vec<&str> = containers.iter().map(|container| container.pod.as_str()).collect();
    pods.dedup();
    for pod in pods {
        let mut trouble = String::new();
        let mut is_there = false;
        for container in containers.iter().filter(|container| container.pod == pod) {
            match targets::run_plain(context, container, &["cat", path])? {
                ExecReply::Ended(Ended { exit: 0, stdout, .. }) if stdout.contains(&marker.plain) => is_there = true,
                ExecReply::Ended(Ended { exit: 0, .. }) => trouble = format!("{path} has something else"),
                ExecReply::Ended(ended) => trouble = ended.stderr,
                ExecReply::Refused { message, .. } => trouble = message,
                ExecReply::TimedOut => "`cat` does not end".clone_into(&mut trouble),
            }
        }
        if !is_there {
            return Err(CheckResult::nothing(format!(
                "pod {pod} does not have it where it belongs: {}",
                cause(&trouble)
            )));
        }
    }
    Ok(CheckResult::pass(format!("it is in {path}, and nowhere else")))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use serde_json::{Value, json};

    use super::{Marker, STANDARD};
    use crate::client::{ExecReply, Method, Response};
    use crate::lab::check::page::{ended, page, pod, refused};
    use crate::lab::check::recorded::{Fixture, Recorded, SHOP};
    use crate::lab::verdict::{CheckResult, Verdict};

    /// The word of the run.
    const WORD: &str = "k4x9w2m7q1zz";
    const FILE: &[&str] = &["cat", "/secret/password"];
    const ENVIRON: &[&str] = &["cat", "/proc/1/environ"];

    fn check(rest: &str) -> String {
        format!("leak: {{marker: marker, ns: shop, workload: deployment/page, {rest}}}")
    }

    fn evaluate(api: &Recorded, rest: &str) -> CheckResult {
        Fixture::new().evaluate(api, &check(rest))
    }

    fn one() -> Recorded {
        page(&[pod("page-a", &["page"])])
    }

    fn prints(stdout: &str) -> ExecReply {
        ExecReply::Ended(ended(0, stdout, ""))
    }

    fn log(api: Recorded, status: u16, body: &str) -> Recorded {
        let path = format!("/api/v1/namespaces/{SHOP}/pods/page-a/log?container=page");
        let response = Response { status, body: body.to_owned(), warnings: Vec::new() };
        api.when(move |request| (request.path == path).then(|| response.clone()))
    }

    fn maps(api: Recorded, data: &Value) -> Recorded {
        let map = json!({"metadata": {"name": "config"}, "data": data});
        api.list(&format!("/api/v1/namespaces/{SHOP}/configmaps"), &[map])
    }

    #[test]
    fn a_secret_that_is_only_where_it_belongs() {
        let api = log(one(), 200, "started").runs(ENVIRON, prints("PATH=/bin\0MODE=open\0"));
        let api = maps(api, &json!({"mode": "open"})).runs(FILE, prints(&format!("{WORD}\n")));
        let rest = "absent_from: [env, spec, config_maps, logs], present_in: /secret/password";
        assert_eq!(evaluate(&api, rest), CheckResult::pass("it is in /secret/password, and nowhere else"));
    }

    #[test]
    fn files_of_volumes_are_looked_through_wherever_they_are() {
        const TABLE: &str = "overlay / overlay ro 0 0\nproc /proc proc rw 0 0\ntmpfs /dev tmpfs rw 0 0\n\
                             shm /dev/shm tmpfs rw 0 0\ntmpfs /run/pay\\040ment tmpfs ro 0 0\n/dev/sda /www ext4 ro 0 0\n";
        let grep = ["grep", "-rlF", "-e", WORD, "-e", "azR4OXcybTdxMXp6", "--", "/run/pay ment", "/www"];
        let mounts: &[&str] = &["cat", "/proc/self/mounts"];
        let found = one().runs(mounts, prints(TABLE)).runs(&grep, prints("/run/pay ment/..2026/key\n"));
        assert_eq!(
            evaluate(&found, "absent_from: [files]"),
            CheckResult::fail("the file /run/pay ment/key of container page of pod page-a has it")
        );
        let clean = one().runs(mounts, prints(TABLE)).runs(&grep, ExecReply::Ended(ended(1, "", "")));
        assert_eq!(evaluate(&clean, "absent_from: [files]").verdict, Verdict::Pass);
        let without = one().runs(mounts, prints("overlay / overlay ro 0 0\n"));
        assert_eq!(evaluate(&without, "absent_from: [files]").verdict, Verdict::Pass);
        let blind = one().runs(mounts, prints(TABLE)).runs(&grep, refused(500, "no such program"));
        assert!(evaluate(&blind, "absent_from: [files]").nothing);
    }

    #[test]
    fn each_place_where_it_may_lie() {
        let env = one().runs(ENVIRON, prints(&format!("PATH=/bin\0PASSWORD={WORD}\0")));
        let observed = "the variable PASSWORD of container page of pod page-a has it";
        assert_eq!(evaluate(&env, "absent_from: [env]"), CheckResult::fail(observed));
        let logs = log(one(), 200, &format!("password is {WORD}"));
        assert_eq!(
            evaluate(&logs, "absent_from: [logs]"),
            CheckResult::fail("the log of container page of pod page-a has it")
        );
        let plain = maps(one(), &json!({"a": format!("password={WORD}")}));
        assert_eq!(evaluate(&plain, "absent_from: [config_maps]"), CheckResult::fail("the ConfigMap config has it"));
        let encoded = maps(one(), &json!({"a": "azR4OXcybTdxMXp6"}));
        assert_eq!(evaluate(&encoded, "absent_from: [config_maps]").verdict, Verdict::Fail);
        let mut fixture = Fixture::new();
        fixture.names.random["marker"] = "MODE".to_owned();
        let spec = fixture.evaluate(&one(), &check("absent_from: [spec]"));
        assert_eq!(spec, CheckResult::fail("the spec of Deployment page has it"));
    }

    #[test]
    fn a_note_at_an_object_is_a_copy() {
        let root = format!("/api/v1/namespaces/{SHOP}");
        let all = |what: &'static str, object: Value| {
            let path = format!("/{what}");
            one().get(&root, json!({"metadata": {"name": SHOP}})).when(move |request| {
                let items = if request.path.ends_with(&path) { json!([object]) } else { json!([]) };
                let body = json!({"items": items}).to_string();
                (request.method == Method::Get).then(|| Response { status: 200, body, warnings: Vec::new() })
            })
        };
        let noted = json!({"metadata": {"name": "web", "annotations": {"note": format!("it is {WORD}")}}});
        let look = |what: &'static str, object: &Value| evaluate(&all(what, object.clone()), "absent_from: [objects]");
        assert_eq!(look("services", &noted), CheckResult::fail("Service web has it"));
        assert_eq!(look("deployments", &noted), CheckResult::fail("Deployment web has it"));
        assert_eq!(look("secrets", &noted).verdict, Verdict::Pass);
        assert_eq!(look("services", &json!({"metadata": {"name": "web"}})).verdict, Verdict::Pass);
    }

    #[test]
    fn an_environment_that_cannot_be_seen_is_not_clean() {
        let denied = || one().runs(ENVIRON, ExecReply::Ended(ended(1, "", "cat: Permission denied")));
        let own = denied().runs(&["env"], prints(&format!("PASSWORD={WORD}\n")));
        assert_eq!(evaluate(&own, "absent_from: [env]").verdict, Verdict::Fail);
        let own = denied().runs(&["env"], prints("PATH=/bin\n"));
        assert_eq!(evaluate(&own, "absent_from: [env]"), CheckResult::pass("it is not there"));
        let blind = denied().runs(&["env"], refused(500, "no such program"));
        let observed = "the environment of container page of pod page-a cannot be seen: no such program";
        assert_eq!(evaluate(&blind, "absent_from: [env]"), CheckResult::nothing(observed));
        let silent = log(one(), 400, "container is waiting to start");
        let observed = "container page of pod page-a has no log: container is waiting to start";
        assert_eq!(evaluate(&silent, "absent_from: [logs]"), CheckResult::nothing(observed));
    }

    #[test]
    fn nothing_that_runs_or_answers_proves_nothing() {
        for rest in ["absent_from: [env]", "absent_from: [spec]", "present_in: /secret/password"] {
            assert_eq!(evaluate(&page(&[]), rest), CheckResult::nothing("Deployment page has no pod"));
            assert_eq!(evaluate(&Recorded::down(), rest).verdict, Verdict::Error);
        }
        let other = one().runs(FILE, prints("hello"));
        let observed = "pod page-a does not have it where it belongs: /secret/password has something else";
        assert_eq!(evaluate(&other, "present_in: /secret/password"), CheckResult::nothing(observed));
        let observed = "the check says nowhere where the word must or must not be";
        assert_eq!(evaluate(&one(), "absent_from: []"), CheckResult::error(observed));
        let unknown =
            Fixture::new().evaluate(&one(), &check("absent_from: [env]").replace("marker: marker", "marker: word"));
        assert_eq!(unknown, CheckResult::error("the run has no word `word`"));
    }

    #[test]
    fn what_base64_makes_of_the_word_is_the_word() {
        // in a longer text the end of it is another one
        for text in ["k4x9w2m7q1", "k4x9w2m7q1z", WORD] {
            let marker = Marker::of(text);
            assert!(STANDARD.encode(format!("{text}\n")).contains(&marker.encoded), "{text}");
            assert!(marker.encoded.len() >= 12, "{text}");
        }
    }
}
