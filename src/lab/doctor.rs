//! What a cluster really does.

use std::thread;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use serde_json::json;

use super::check;
use super::check_context::{CheckContext, Names, Snapshots};
use super::course::CheckKind;
use super::course::check_kind::{Connect, From, To, Within};
use super::course::values::{Id, Number, Protocol, Reached};
use super::probe_pods::ProbePods;
use super::run;
use super::verdict::Verdict;
use crate::client::{Api, apply};
use crate::decode::Located;

/// How long a policy may take to hold.
const PATIENCE: Duration = Duration::from_secs(10);
/// The name of the namespace, the pod and the service that are made for it.
const NAME: &str = "doctor";

/// Whether network policies hold: something that answers must be silent behind one that allows nothing.
pub fn enforces_policies(api: &dyn Api) -> Result<bool, String> {
    let mut names = Names { image: super::IMAGE.to_owned(), ..Names::default() };
    names.run = word()?;
    let namespace = format!("ts-{NAME}-{}", names.run);
    names.ns.insert(NAME.to_owned(), namespace.clone());
    let found = try_it(api, &names, &namespace);
    // what is left would be in the way of nothing
    let _ = run::end(api, &names);
    found
}

fn word() -> Result<String, String> {
    let number = getrandom::u32().map_err(|error| error.to_string())?;
    Ok(format!("{number:08x}"))
}

fn try_it(api: &dyn Api, names: &Names, namespace: &str) -> Result<bool, String> {
    let make =
        |object: serde_json::Value| apply::apply(api, &object, Some(namespace)).map_err(|error| error.to_string());
    make(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}))?;
    let begun = Instant::now();
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": NAME, "labels": {"app": NAME}},
        "spec": {
            "terminationGracePeriodSeconds": 0,
            "containers": [{
                "name": NAME, "image": super::IMAGE, "imagePullPolicy": "IfNotPresent",
                "command": ["httpd", "-f", "-p", "8080", "-h", "/tmp"],
            }],
        },
    });
    // the service account of a new namespace comes a moment later
    while let Err(error) = make(pod.clone()) {
        if begun.elapsed() > PATIENCE {
            return Err(error);
        }
        thread::sleep(Duration::from_millis(100));
    }
    make(json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": NAME},
        "spec": {"selector": {"app": NAME}, "ports": [{"port": 8080}]},
    }))?;
    let open = dial();
    wait_for(api, names, &open)?;
    make(json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": NAME},
        "spec": {"podSelector": {"matchLabels": {"app": NAME}}, "policyTypes": ["Ingress"]},
    }))?;
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if look(api, names, &open).0 == Verdict::Fail {
            return Ok(true);
        }
        thread::sleep(Duration::from_millis(300));
    }
    Ok(false)
}

fn dial() -> CheckKind {
    let alias = || Located::from(Id(NAME.to_owned()));
    let from = From { ns: Some(alias()), ..From::default() };
    let to = To::Service(NAME.to_owned(), Within { ns: alias() });
    CheckKind::Connect(Connect {
        from: from.into(),
        to: Some(to),
        port: Some(Number(8080)),
        proto: Protocol::Tcp,
        expect: Reached::Open,
        control: None,
    })
}

fn look(api: &dyn Api, names: &Names, probe: &CheckKind) -> (Verdict, String) {
    let probes = ProbePods::new(api, &names.image);
    let snapshots = Snapshots::new();
    let file = |path: &str| Err(format!("{path} is not there"));
    let check = |_: &str| None;
    let context = CheckContext {
        api,
        names,
        folder: Utf8PathBuf::new(),
        file: &file,
        snapshots: &snapshots,
        probes: &probes,
        check: &check,
    };
    let result = check::evaluate(NAME, probe, &context);
    (result.verdict, result.observed)
}

fn wait_for(api: &dyn Api, names: &Names, probe: &CheckKind) -> Result<(), String> {
    let until = Instant::now() + PATIENCE;
    loop {
        match look(api, names, probe) {
            (Verdict::Pass, _) => return Ok(()),
            (_, seen) if Instant::now() >= until => return Err(seen),
            _ => thread::sleep(Duration::from_millis(200)),
        }
    }
}
