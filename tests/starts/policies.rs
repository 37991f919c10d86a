//! Policies in a folder of the API server: they hold, nobody deletes them, and a broken file is found before it stops the server.

use std::path::Path;
use std::process::Command;

use libtest_mimic::Failed;
use tightship::internals::k8s::Version;

use crate::machine::Machine;

const PODS: &str = "/api/v1/namespaces/room/pods";
const POLICIES: &str = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";

fn pod(name: &str, privileged: bool) -> String {
    format!(
        r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{name}"}},"spec":{{"automountServiceAccountToken":false,"containers":[{{"name":"a","image":"registry.k8s.io/pause:3.10","securityContext":{{"privileged":{privileged}}}}}]}}}}"#
    )
}

fn policy(name: &str) -> String {
    format!(
        r#"{{"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicy","metadata":{{"name":"{name}"}},"spec":{{"matchConstraints":{{"resourceRules":[{{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["pods"]}}]}},"validations":[{{"expression":"true"}}]}}}}"#
    )
}

/// Fails unless the answer has the status and the words.
fn expect(what: &str, answer: &(u16, String), status: u16, words: &str) -> Result<(), Failed> {
    if answer.0 == status && answer.1.contains(words) {
        return Ok(());
    }
    Err(format!("{what}: expected {status} with `{words}`, got {}\n{}", answer.0, answer.1).into())
}

pub fn hold(folder: &Path, program: &Path, spec: &str) -> Result<(), Failed> {
    let machine = Machine::new(Version::NEWEST, spec)?;
    machine.move_paths("hardening/admission.yaml")?;
    let _etcd = machine.etcd(&folder.join("bin/etcd"))?;
    let mut server = machine.api_server(program)?;
    server.wait_until_ready()?;
    // the namespaces of the server are there a moment after it is ready
    machine.wait_for("/api/v1/namespaces/default")?;
    let allowed = machine.ask("PATCH", "/api/v1/namespaces/default", r#"{"metadata":{"labels":{"a":"b"}}}"#)?;
    expect("another label of a namespace", &allowed, 200, "\"a\"")?;
    // a namespace without levels of its own, so that only the policies refuse; no controller makes its account here
    let room = r#"{"metadata":{"name":"room","labels":{"pod-security.kubernetes.io/enforce":"privileged"}}}"#;
    expect("a namespace", &machine.ask("POST", "/api/v1/namespaces", room)?, 201, "room")?;
    let account =
        machine.ask("POST", "/api/v1/namespaces/room/serviceaccounts", r#"{"metadata":{"name":"default"}}"#)?;
    expect("an account", &account, 201, "default")?;
    expect("a pod like others", &machine.ask("POST", PODS, &pod("good", false))?, 201, "good")?;
    let label = r#"{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"privileged"}}}"#;
    let refused = machine.ask("PATCH", "/api/v1/namespaces/default", label)?;
    expect("the level of a namespace", &refused, 422, "namespace-levels")
        .or_else(|_| expect("the level of a namespace", &refused, 403, "namespace-levels"))?;
    let refused = machine.ask("POST", PODS, &pod("bad", true))?;
    expect("a privileged pod", &refused, 403, "tightship-privileged.static.k8s.io")?;
    // it is not there to be deleted, and no other takes its name
    let gone = machine.ask("DELETE", &format!("{POLICIES}/tightship-privileged.static.k8s.io"), "")?;
    if gone.0 == 200 {
        return Err(format!("the policy was deleted: {}", gone.1).into());
    }
    let taken = machine.ask("POST", POLICIES, &policy("other.static.k8s.io"))?;
    if taken.0 == 201 {
        return Err(format!("a name of the folder was given away: {}", taken.1).into());
    }
    let refused = machine.ask("POST", POLICIES, &policy("other"))?;
    expect("a policy by somebody who may not", &refused, 422, "admission-objects")
        .or_else(|_| expect("a policy by somebody who may not", &refused, 403, "admission-objects"))?;
    let still = machine.ask("POST", PODS, &pod("worse", true))?;
    expect("a privileged pod, again", &still, 403, "tightship-privileged.static.k8s.io")?;
    drop(server);
    broken(&machine, program)
}

/// A file that the server does not take: ours says so first, and the server does not start with it.
fn broken(machine: &Machine, program: &Path) -> Result<(), Failed> {
    let path = machine.home("hardening/policies/policies.yaml");
    let good = std::fs::read_to_string(&path)?;
    for (from, to) in [
        ("name: tightship-privileged.static.k8s.io", "name: tightship-privileged"),
        ("policyName: tightship-privileged.static.k8s.io", "policyName: gone.static.k8s.io"),
        ("failurePolicy: Fail", "failurePolcy: Fail"),
    ] {
        let text = good.replacen(from, to, 1);
        assert_ne!(text, good, "{from}");
        std::fs::write(&path, text)?;
        let mut verify = Command::new(env!("CARGO_BIN_EXE_tightship"));
        let output = verify.args(["policy", "verify-static"]).arg(machine.home("hardening/policies")).output()?;
        if output.status.code() != Some(1) {
            return Err(format!("`{to}` is not found: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        let mut server = machine.api_server(program)?;
        if server.wait_until_ready().is_ok() {
            return Err(format!("the server starts with `{to}`").into());
        }
    }
    std::fs::write(&path, good)?;
    let mut verify = Command::new(env!("CARGO_BIN_EXE_tightship"));
    let output = verify.args(["policy", "verify-static"]).arg(machine.home("hardening/policies")).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(())
}
