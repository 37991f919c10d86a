//! From answers to the text of a spec: a file that a person goes on editing.

use serde::Serialize;

use super::answers::Answers;
use super::image;
use super::members::{Peer, app_peer, called_peer, members, secret};
use super::ports;
use crate::spec::api_server::{AuditLevel, PodSecurity};
use crate::spec::app::{Output, Target};
use crate::spec::container::DEFAULT_ID;
use crate::spec::storage::Writable;
use crate::spec::workload::{Replicas, WorkloadKind};
use crate::template;

#[derive(Debug, Serialize)]
struct Draft {
    app: bool,
    /// The space of the app.
    space: Option<String>,
    /// Whether the space is made, too.
    with_space: bool,
    name: String,
    level: String,
    kubernetes: String,
    platform: Option<String>,
    image: String,
    workload: String,
    schedule: Option<String>,
    time_zone: String,
    replicas: Option<i64>,
    port: Option<u16>,
    port_name: String,
    /// The port of the Service, unless it is what the spec takes anyway.
    service: Option<u16>,
    demo: bool,
    health: Health,
    size: String,
    user: Option<i64>,
    /// Unless it is what the spec takes anyway.
    writable: Option<Vec<String>>,
    storage: Option<(String, String)>,
    from: Vec<Peer>,
    to: Vec<Peer>,
    secrets: Vec<(String, String)>,
    host: Option<String>,
    gateway: String,
    environments: Vec<String>,
    team: Option<String>,
    quota: String,
    layout: Option<String>,
    repository: Option<String>,
}

#[derive(Debug, Default, Serialize)]
struct Health {
    http: Option<String>,
    https: Option<String>,
    exec: Option<Vec<String>>,
    none: Option<String>,
}

/// The text of a `tightship.yaml`.
pub fn spec_text(answers: &Answers) -> Result<String, minijinja::Error> {
    if answers.get("goal") == "apiserver" {
        return template::render("spec/api-server.yaml.j2", template::context("spec", server(answers)));
    }
    template::render("spec/tightship.yaml.j2", template::context("spec", draft(answers)))
}

/// The text of an app for a space that is there.
pub fn app_text(answers: &Answers, space: &str) -> Result<String, minijinja::Error> {
    let draft = Draft { space: Some(space.to_owned()), with_space: false, ..draft(answers) };
    template::render("spec/tightship.yaml.j2", template::context("spec", draft))
}

#[derive(Debug, Serialize)]
struct Server {
    name: String,
    kubernetes: String,
    target: String,
    profile: String,
    audit: Option<String>,
    kms: Option<String>,
    join_by_token: bool,
    issuer: Option<String>,
    audience: String,
    pod_security: Option<String>,
}

fn server(answers: &Answers) -> Server {
    let other = |key: &str, default: &str| answers.some(key).filter(|answer| *answer != default).map(str::to_owned);
    Server {
        name: answers.get("name").to_owned(),
        kubernetes: answers.get("kubernetes").trim_start_matches('v').to_owned(),
        target: answers.get("target").to_owned(),
        profile: answers.get("profile").to_owned(),
        audit: other("audit", AuditLevel::default().as_str()),
        kms: answers.some("kms").map(str::to_owned),
        join_by_token: answers.get("join-by-token") == "yes",
        issuer: answers.some("oidc-issuer").map(str::to_owned),
        audience: answers.get("oidc-audience").to_owned(),
        pod_security: other("pod-security", PodSecurity::default().enforce.as_str()),
    }
}

fn draft(answers: &Answers) -> Draft {
    let owned = |key: &str| answers.some(key).map(str::to_owned);
    let list = |key: &str| -> Vec<String> {
        answers.some(key).map(members).into_iter().flatten().map(str::to_owned).collect()
    };
    let long_running = matches!(
        WorkloadKind::from_word(answers.get("workload")),
        Some(WorkloadKind::Deployment | WorkloadKind::StatefulSet | WorkloadKind::DaemonSet)
    );
    let port: Option<u16> = answers.some("port").and_then(|port| port.parse().ok());
    let port_name = port.map(|port| ports::name(port, answers.get("health"))).unwrap_or_default();
    let writable = list("writable");
    Draft {
        service: port.and_then(|port| ports::service(port, &port_name)),
        port_name,
        app: answers.get("goal") != "space",
        // so that the app stays in its namespace when it gets another name
        space: Some(answers.get("name").to_owned()),
        with_space: true,
        name: answers.get("name").to_owned(),
        level: answers.get("level").to_owned(),
        kubernetes: answers.get("kubernetes").trim_start_matches('v').to_owned(),
        platform: owned("platform").filter(|platform| platform != Target::default().platform.as_str()),
        image: answers.get("image").to_owned(),
        workload: answers.get("workload").to_owned(),
        schedule: owned("schedule"),
        time_zone: answers.get("time-zone").to_owned(),
        replicas: answers
            .some("replicas")
            .and_then(|count| count.parse().ok())
            .filter(|count| Replicas::Fixed(*count) != Replicas::default()),
        port,
        demo: port.is_some() && image::is_busybox(answers.get("image")),
        health: health(answers.get("health"), long_running && port.is_none()),
        size: answers.get("size").to_owned(),
        user: answers.some("user").and_then(|user| user.parse().ok()).filter(|user| *user != DEFAULT_ID),
        writable: (writable != [Writable::tmp().path.as_str()]).then_some(writable),
        storage: owned("storage")
            .and_then(|text| text.split_once('=').map(|(path, size)| (path.to_owned(), size.to_owned()))),
        from: list("from").iter().filter_map(|member| app_peer(member).ok()).collect(),
        to: list("to").iter().filter_map(|member| called_peer(member).ok()).collect(),
        secrets: list("secrets").iter().filter_map(|member| secret(member).ok()).collect(),
        host: owned("host"),
        gateway: answers.get("gateway").to_owned(),
        environments: list("environments"),
        team: owned("team"),
        quota: answers.get("quota").to_owned(),
        layout: owned("layout").filter(|layout| layout != Output::default().layout.as_str()),
        repository: owned("repository"),
    }
}

fn health(answer: &str, nothing_to_ask: bool) -> Health {
    if nothing_to_ask {
        return Health { none: Some("it listens on no port".to_owned()), ..Health::default() };
    }
    match answer.split_once(':') {
        Some(("none", reason)) => Health { none: Some(reason.trim().to_owned()), ..Health::default() },
        Some(("https", path)) => Health { https: Some(path.to_owned()), ..Health::default() },
        Some(("exec", command)) => {
            Health { exec: Some(command.split_whitespace().map(str::to_owned).collect()), ..Health::default() }
        }
        // tcp is what an app without `health` gets
        _ => Health { http: Some(answer.to_owned()).filter(|path| path.starts_with('/')), ..Health::default() },
    }
}
