//! A secret value that lies open.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::objects::{self, call, text};
use super::pods;
use super::spots::{self, Spot, Which};
use super::text::short;
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
    Err(Judged::nothing(format!("the environment of {spot} cannot be seen: {}", short(&trouble))))
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
            return Err(Judged::nothing(format!("pod {pod} does not have it where it belongs: {}", short(&trouble))));
        }
    }
    Ok(Judged::pass(format!("it is in {path}, and nowhere else")))
}
