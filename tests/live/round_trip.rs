//! What kubectl reads from the output is what the spec says, for every text that YAML could take for something else.

use libtest_mimic::Failed;
use serde_json::Value;

use crate::Test;
use crate::kubectl::{Live, ensure};
use crate::spec::Room;

pub const TESTS: &[Test] = &[("round_trip::every_scalar", every_scalar)];

/// The texts of the table of scalars, each of which is a string here.
fn texts() -> Vec<String> {
    let rows = include_str!("../data/kubectl-scalars.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| serde_json::from_str(row.split('\t').next().expect("a column")).expect("a JSON string")).collect()
}

fn every_scalar(live: &Live) -> Result<(), Failed> {
    let texts = texts();
    ensure(texts.len() > 100, || "the table is gone".to_owned())?;
    let room = Room::new(live, "texts", "")?;
    let quoted = |text: &str| serde_json::to_string(text).expect("a string");
    let env: Vec<String> = texts.iter().enumerate().map(|(at, text)| format!("  V{at}: {}", quoted(text))).collect();
    let args: Vec<String> = texts.iter().map(|text| format!("  - {}", quoted(text))).collect();
    let files: Vec<String> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| format!("  - {{path: /f/{at}.txt, content: {}}}", quoted(text)))
        .collect();
    let keys =
        format!("workload: job\nenv:\n{}\nargs:\n{}\nfiles:\n{}", env.join("\n"), args.join("\n"), files.join("\n"));
    let mut specs = vec![room.app("texts", &keys)];
    // labels are narrower: those that can be one
    let is_label = |text: &str| tightship::internals::k8s::NameRule::LabelValue.check(text).is_ok() && !text.is_empty();
    let labels: Vec<&String> = texts.iter().filter(|text| is_label(text)).collect();
    specs.extend(
        labels
            .iter()
            .enumerate()
            .map(|(at, label)| room.app(&format!("label-{at}"), &format!("workload: job\nowner: {}", quoted(label)))),
    );

    let out = room.render("texts", &specs.join("---\n"), &["--layout", "plain"])?;
    let read =
        live.ok(&["create", "--dry-run=client", "-o", "json", "-R", "-f", out.join("apps").to_str().expect("UTF-8")])?;
    let objects = objects(&read)?;
    let find = |kind: &str, name: &str| {
        objects
            .iter()
            .find(|it| it["kind"] == kind && it["metadata"]["name"].as_str().is_some_and(|it| it.starts_with(name)))
    };

    let container = &find("Job", "texts").ok_or("no Job")?["spec"]["template"]["spec"]["containers"][0];
    for (at, text) in texts.iter().enumerate() {
        // kubectl leaves an empty value out
        let value = container["env"][at].get("value").cloned().unwrap_or_else(|| "".into());
        ensure(value == **text, || format!("env: {text:?} became {value}"))?;
        ensure(container["args"][at] == **text, || format!("args: {text:?} became {}", container["args"][at]))?;
    }
    ensure(container["env"].as_array().map(Vec::len) == Some(texts.len()), || {
        "there are further variables".to_owned()
    })?;
    let data = &find("ConfigMap", "texts").ok_or("no ConfigMap")?["data"];
    for (at, text) in texts.iter().enumerate() {
        ensure(data[format!("{at}.txt")] == **text, || format!("data: {text:?} became {}", data[format!("{at}.txt")]))?;
    }
    for (at, label) in labels.iter().enumerate() {
        let job = find("Job", &format!("label-{at}")).ok_or("no Job")?;
        let jobs: Vec<&Value> = objects
            .iter()
            .filter(|it| it["kind"] == "Job" && it["metadata"]["name"] == format!("label-{at}"))
            .collect();
        let value = &jobs.first().unwrap_or(&job)["metadata"]["labels"]["tightship/owner"];
        ensure(*value == ***label, || format!("label: {label:?} became {value}"))?;
    }
    Ok(())
}

/// The objects of kubectl's output: a List, or several documents one after the other.
fn objects(text: &str) -> Result<Vec<Value>, Failed> {
    let mut objects = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let value = value?;
        match value["items"].as_array() {
            Some(items) => objects.extend(items.clone()),
            None => objects.push(value),
        }
    }
    Ok(objects)
}
