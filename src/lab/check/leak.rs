//! A secret value that lies open.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::objects::{self, call, text};
use super::pods;
use super::spots::{self, Spot, Which};
use super::text::{cause, short};
use crate::cluster::client::{Ended, ExecReply, Request, url};
use crate::lab::course::probe::Leak;
use crate::lab::course::values::Place;
use crate::lab::scene::Scene;
use crate::lab::verdict::Judged;

/// Looks once.
pub(super) fn judge(spec: &Leak, scene: &Scene<'_>) -> Judged {
    attempt(spec, scene).unwrap_or_else(|judged| judged)
}

fn attempt(spec: &Leak, scene: &Scene<'_>) -> Result<Judged, Judged> {
    let marker = scene.names.random.get(&*spec.marker.value.0).filter(|marker| !marker.is_empty());
    let marker = Marker::of(marker.ok_or_else(|| Judged::error(format!("the run has no word `{}`", &**spec.marker)))?);
    if spec.absent_from.is_empty() && spec.present_in.is_none() {
        return Err(Judged::error("the check says nowhere where the word must or must not be"));
    }
    let spots = spots::of(scene, &spec.ns, &spec.workload, Which::Each)?;
    for place in &spec.absent_from {
        let found = match place {
            Place::Env => first(&spots, |spot| in_environment(scene, spot, &marker))?,
            Place::Logs => first(&spots, |spot| in_logs(scene, spot, &marker))?,
            Place::Spec => in_spec(spec, scene, &marker)?,
            Place::ConfigMaps => in_config_maps(spec, scene, &marker)?,
        };
        if let Some(found) = found {
            return Ok(Judged::fail(found));
        }
    }
    match &spec.present_in {
        Some(path) => present(&spots, path, scene, &marker),
        None => Ok(Judged::pass("it is not there")),
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

fn first(spots: &[Spot], look: impl Fn(&Spot) -> Result<Option<String>, Judged>) -> Result<Option<String>, Judged> {
    for spot in spots {
        if let Some(found) = look(spot)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The environment of the first process; where that is another user's, that of a process of ours.
fn in_environment(scene: &Scene<'_>, spot: &Spot, marker: &Marker) -> Result<Option<String>, Judged> {
    let mut trouble = String::new();
    for argv in [["cat", "/proc/1/environ"].as_slice(), &["env"]] {
        match spots::run_plain(scene, spot, argv)? {
            ExecReply::Ended(Ended { exit: 0, stdout, .. }) if !stdout.is_empty() => {
                let mut variables = stdout.split(['\0', '\n']);
                let found = variables.find(|variable| marker.is_in(variable));
                let name = found.and_then(|variable| variable.split('=').next());
                return Ok(name.map(|name| format!("the variable {name} of {spot} has it")));
            }
            ExecReply::Ended(ended) => trouble = ended.stderr,
            ExecReply::Refused { message, .. } => trouble = message,
            ExecReply::TimedOut => "it does not end".clone_into(&mut trouble),
        }
    }
    Err(Judged::nothing(format!("the environment of {spot} cannot be seen: {}", cause(&trouble))))
}

fn in_logs(scene: &Scene<'_>, spot: &Spot, marker: &Marker) -> Result<Option<String>, Judged> {
    let path = format!("/api/v1/namespaces/{}/pods/{}/log", spot.namespace, url::segment(&spot.pod));
    let response = scene.api.request(&Request::get(url::query(&path, &[("container", &spot.container)])))?;
    if !response.is_success() {
        return Err(Judged::nothing(format!("{spot} has no log: {}", short(&response.message()))));
    }
    Ok(marker.is_in(&response.body).then(|| format!("the log of {spot} has it")))
}

fn in_spec(spec: &Leak, scene: &Scene<'_>, marker: &Marker) -> Result<Option<String>, Judged> {
    let object = pods::object(scene, &spec.ns, &pods::workload(&spec.workload)?)?;
    let text = object.get("spec").map(ToString::to_string).unwrap_or_default();
    Ok(marker.is_in(&text).then(|| format!("the spec of {} has it", call(&object))))
}

fn in_config_maps(spec: &Leak, scene: &Scene<'_>, marker: &Marker) -> Result<Option<String>, Judged> {
    let namespace = objects::namespace(scene, &spec.ns)?;
    let kind = objects::kind(scene, None, "ConfigMap")?;
    let maps = objects::list(scene, &kind, Some(namespace), None)?;
    let found = maps.iter().find(|map| marker.is_in(&map.to_string()));
    Ok(found.map(|map| format!("the ConfigMap {} has it", text(map, "/metadata/name"))))
}

/// That it is where it belongs: in one container of every pod, else its absence elsewhere is no wonder.
fn present(spots: &[Spot], path: &str, scene: &Scene<'_>, marker: &Marker) -> Result<Judged, Judged> {
    let mut pods: Vec<&str> = spots.iter().map(|spot| spot.pod.as_str()).collect();
    pods.dedup();
    for pod in pods {
        let mut trouble = String::new();
        let mut is_there = false;
        for spot in spots.iter().filter(|spot| spot.pod == pod) {
            match spots::run_plain(scene, spot, &["cat", path])? {
                ExecReply::Ended(Ended { exit: 0, stdout, .. }) if stdout.contains(&marker.plain) => is_there = true,
                ExecReply::Ended(Ended { exit: 0, .. }) => trouble = format!("{path} has something else"),
                ExecReply::Ended(ended) => trouble = ended.stderr,
                ExecReply::Refused { message, .. } => trouble = message,
                ExecReply::TimedOut => "`cat` does not end".clone_into(&mut trouble),
            }
        }
        if !is_there {
            return Err(Judged::nothing(format!("pod {pod} does not have it where it belongs: {}", cause(&trouble))));
        }
    }
    Ok(Judged::pass(format!("it is in {path}, and nowhere else")))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use serde_json::{Value, json};

    use super::{Marker, STANDARD};
    use crate::cluster::client::{ExecReply, Response};
    use crate::lab::check::page::{ended, page, pod, refused};
    use crate::lab::check::recorded::{Recorded, SHOP, Stage};
    use crate::lab::verdict::{Judged, Verdict};

    /// The word of the run.
    const WORD: &str = "k4x9w2m7q1zz";
    const FILE: &[&str] = &["cat", "/secret/password"];
    const ENVIRON: &[&str] = &["cat", "/proc/1/environ"];

    fn check(rest: &str) -> String {
        format!("leak: {{marker: marker, ns: shop, workload: deployment/page, {rest}}}")
    }

    fn judge(api: &Recorded, rest: &str) -> Judged {
        Stage::new().judge(api, &check(rest))
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
        assert_eq!(judge(&api, rest), Judged::pass("it is in /secret/password, and nowhere else"));
    }

    #[test]
    fn each_place_where_it_may_lie() {
        let env = one().runs(ENVIRON, prints(&format!("PATH=/bin\0PASSWORD={WORD}\0")));
        let observed = "the variable PASSWORD of container page of pod page-a has it";
        assert_eq!(judge(&env, "absent_from: [env]"), Judged::fail(observed));
        let logs = log(one(), 200, &format!("password is {WORD}"));
        assert_eq!(judge(&logs, "absent_from: [logs]"), Judged::fail("the log of container page of pod page-a has it"));
        let plain = maps(one(), &json!({"a": format!("password={WORD}")}));
        assert_eq!(judge(&plain, "absent_from: [config_maps]"), Judged::fail("the ConfigMap config has it"));
        let encoded = maps(one(), &json!({"a": "azR4OXcybTdxMXp6"}));
        assert_eq!(judge(&encoded, "absent_from: [config_maps]").verdict, Verdict::Fail);
        let mut stage = Stage::new();
        stage.names.random["marker"] = "MODE".to_owned();
        let spec = stage.judge(&one(), &check("absent_from: [spec]"));
        assert_eq!(spec, Judged::fail("the spec of Deployment page has it"));
    }

    #[test]
    fn an_environment_that_cannot_be_seen_is_not_clean() {
        let denied = || one().runs(ENVIRON, ExecReply::Ended(ended(1, "", "cat: Permission denied")));
        let own = denied().runs(&["env"], prints(&format!("PASSWORD={WORD}\n")));
        assert_eq!(judge(&own, "absent_from: [env]").verdict, Verdict::Fail);
        let own = denied().runs(&["env"], prints("PATH=/bin\n"));
        assert_eq!(judge(&own, "absent_from: [env]"), Judged::pass("it is not there"));
        let blind = denied().runs(&["env"], refused(500, "no such program"));
        let observed = "the environment of container page of pod page-a cannot be seen: no such program";
        assert_eq!(judge(&blind, "absent_from: [env]"), Judged::nothing(observed));
        let silent = log(one(), 400, "container is waiting to start");
        let observed = "container page of pod page-a has no log: container is waiting to start";
        assert_eq!(judge(&silent, "absent_from: [logs]"), Judged::nothing(observed));
    }

    #[test]
    fn nothing_that_runs_or_answers_proves_nothing() {
        for rest in ["absent_from: [env]", "absent_from: [spec]", "present_in: /secret/password"] {
            assert_eq!(judge(&page(&[]), rest), Judged::nothing("Deployment page has no pod"));
            assert_eq!(judge(&Recorded::down(), rest).verdict, Verdict::Error);
        }
        let other = one().runs(FILE, prints("hello"));
        let observed = "pod page-a does not have it where it belongs: /secret/password has something else";
        assert_eq!(judge(&other, "present_in: /secret/password"), Judged::nothing(observed));
        let observed = "the check says nowhere where the word must or must not be";
        assert_eq!(judge(&one(), "absent_from: []"), Judged::error(observed));
        let unknown =
            Stage::new().judge(&one(), &check("absent_from: [env]").replace("marker: marker", "marker: word"));
        assert_eq!(unknown, Judged::error("the run has no word `word`"));
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
