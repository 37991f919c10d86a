//! The real kube-apiserver of each release starts with what is rendered for it, together with etcd, and says that it is ready.
//!
//! `TIGHTSHIP_APISERVER_DIR` names a folder with `v1.36.2/kube-apiserver` and the like, and `bin/etcd`; without it, and for
//! releases that are not in it, the tests are listed as ignored. Certificates are made by openssl.
#![allow(clippy::pedantic, clippy::string_slice, reason = "a test reads best when it is short")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::print_stderr, missing_docs, unreachable_pub)]

mod certificates;
mod machine;
mod policies;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use tightship::internals::k8s::Version;

use machine::Machine;

/// What is set besides release and target: by each profile, and as much as fits together.
const SPECS: &[(&str, &str)] = &[
    ("cis", "profile: cis"),
    ("stig", "profile: stig"),
    ("lab", "profile: lab"),
    (
        "everything",
        r#"tls: tls13
authorization: file
audit: {level: strict, maxAge: 90}
anonymous: {joinByToken: true}
oidc: [{url: "https://idp.example.com", audiences: [kubernetes]}]
podSecurity: {enforce: restricted, exempt: [storage]}
rateLimits: {server: {qps: 500, burst: 1000}}
network: {services: 10.32.0.0/16, pods: 10.33.0.0/16}"#,
    ),
    (
        "site",
        r#"network: {services: "10.32.0.0/16,fd00:32::/112"}
serviceAccounts: {issuers: ["https://new.example.com", "https://old.example.com"], jwksUri: "https://new.example.com/keys"}
admission: {enable: [PodNodeSelector]}
extraArgs: {apiServer: {goaway-chance: 0.001, max-requests-inflight: 800, runtime-config: [api/beta=false, batch/v1=true], v: 2}}"#,
    ),
];

/// Policies that the server reads from a folder, and who may change the rest; from 1.37 on.
const STATIC: &str = "staticPolicies: {level: baseline, mayChange: [admission-admin, \"group:release\"]}";

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // each of them needs a processor and half a gigabyte
    arguments.test_threads.get_or_insert(1);
    let folder = std::env::var_os("TIGHTSHIP_APISERVER_DIR").map(PathBuf::from);
    let mut left_out = Vec::new();
    let mut trials = Vec::new();
    for version in Version::all() {
        let program = folder.as_deref().and_then(|folder| find(folder, version));
        if program.is_none() {
            left_out.push(version.to_string());
        }
        for (name, spec) in SPECS {
            let (program, folder) = (program.clone(), folder.clone());
            let ignored = program.is_none();
            let test = move || match (&folder, &program) {
                (Some(folder), Some(program)) => starts(folder, program, version, spec),
                _ => Err(format!("there is no kube-apiserver {version}: set TIGHTSHIP_APISERVER_DIR").into()),
            };
            trials.push(Trial::test(format!("starts::{version}_{name}"), test).with_ignored_flag(ignored));
        }
    }
    let program = folder.as_deref().and_then(|folder| find(folder, Version::NEWEST));
    let ignored = program.is_none();
    let test = move || match (&folder, &program) {
        (Some(folder), Some(program)) => policies::hold(folder, program, STATIC),
        _ => Err("there is no kube-apiserver of the newest release: set TIGHTSHIP_APISERVER_DIR".into()),
    };
    trials.push(Trial::test("starts::policies_that_nobody_deletes", test).with_ignored_flag(ignored));
    if !left_out.is_empty() && !arguments.list {
        let releases = left_out.join(", ");
        eprintln!("no kube-apiserver {releases} in TIGHTSHIP_APISERVER_DIR: `just test-apiserver` brings them in");
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The kube-apiserver of a release; of several, the newest by name.
fn find(folder: &Path, version: Version) -> Option<PathBuf> {
    let names = folder.read_dir().ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut found: Vec<PathBuf> = names
        .filter(|name| name.starts_with('v') && Version::parse(name) == Some(version))
        .map(|name| folder.join(name).join("kube-apiserver"))
        .filter(|program| program.is_file())
        .collect();
    found.sort();
    found.pop()
}

fn starts(folder: &Path, program: &Path, version: Version, spec: &str) -> Result<(), Failed> {
    let machine = Machine::new(version, spec)?;
    let _etcd = machine.etcd(&folder.join("bin/etcd"))?;
    let mut server = machine.api_server(program)?;
    server.wait_until_ready()?;
    let (status, _) = machine.get("/version")?;
    if status != 401 {
        return Err(format!("/version answers {status} to nobody").into());
    }
    let said = server.said();
    if let Some(line) = said.lines().find(|line| line.starts_with("Flag --")) {
        return Err(line.to_owned().into());
    }
    machine.check_audit_log()
}
