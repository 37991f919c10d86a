//! Random specs: whatever keys come together, what is rendered is what the release takes, or the spec is refused at a place.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tightship::internals::generate::{self, Options};
use tightship::internals::spec;
use tightship::internals::yaml::Source;

use crate::support;

/// Lines of an app. One of each group is taken; the first of most is nothing.
const LINES: &[&[&str]] = &[
    &["\"1.33\"", "\"1.34\"", "\"1.35\"", "\"1.36\"", "\"1.37\""],
    &["restricted", "baseline", "privileged"],
    &[
        "deployment",
        "daemonset",
        "{kind: statefulset, start: parallel, partition: 1, headless: peers, retention: delete}",
        "statefulset",
        "{kind: job, completions: 3, parallel: 2, indexed: true, fresh: true}",
        "{kind: cronjob, schedule: \"0 3 * * *\", completions: 2}",
    ],
    &[
        "",
        "ports: [{name: http, port: 80}, {name: dns, port: 53, protocol: UDP}]",
        "ports: [{name: grpc, port: 9000, service: 0}]",
    ],
    &[
        "",
        "replicas: 3",
        "replicas: {min: 2, max: 5, memory: 70}",
        "replicas: {min: 1, max: 9, metrics: [{pods: a, average: \"3\"}], behavior: {up: {percent: 50}, down: {wait: 9}}}",
    ],
    &[
        "",
        "health: {none: no port}",
        "health: {startup: {within: 3m}}",
        "health: {startup: {exec: [a], within: 90s}, ready: {http: {path: /, scheme: HTTPS, headers: {A: b}}, success: 2}, live: {grpc: {port: 9000, service: a}}}",
    ],
    &["", "labels: {tier: a, a.example/b: \"1\"}", "pods: {labels: {a: b}, annotations: {c: \"d: e\"}}"],
    &["", "annotations: {a.example/b: \"{{ x }}\"}", "service: {labels: {a: b}, annotations: {c: d}}"],
    &[
        "",
        "nodeSelector: {kubernetes.io/arch: arm64}",
        "tolerations: [{key: a, effect: NoExecute, seconds: 3}, {key: b, value: \"\"}]",
    ],
    &["", "topology: {zones: strict, nodes: strict}", "topology: {nodes: any, near: [a, b], apart: [c]}"],
    &["", "priorityClass: important", "runtimeClass: gvisor", "priorityClass: system-node-critical"],
    &["", "lifecycle: {postStart: [a], preStop: [b]}", "lifecycle: {drain: 0}", "lifecycle: {drain: 44}"],
    &[
        "",
        "env: {A: b, POD: {pod: name}, M: {resource: limits.cpu, unit: 1m}, K: {configMap: a, key: b}}",
        "env: {I: {pod: index}}",
    ],
    &["", "envFrom: [{configMap: a, prefix: A_}, {configMap: b, optional: true}]"],
    &["", "writable: []", "writable: [{path: /a, memory: true}]"],
    &[
        "",
        "storage: [{name: data, path: /data, size: 1Gi}]",
        "storage: [{name: tmp, path: /tmp, size: 1Gi, access: ReadWriteMany}]",
    ],
    &["", "files: [{path: /etc/a/b, content: c, mode: \"0400\"}]", "secrets: [{name: a, path: /run/a, keys: [b]}]"],
    &[
        "",
        "volumes: [{path: /v/a, configMap: a}, {path: /v/b, secret: b, optional: true}, {path: /v/c, csi: d.example.com, writable: true}]",
        "volumes: [{path: /v, projected: [{token: {audience: x}}, {pod: {a: labels}}, {configMap: a, keys: [b]}, {secret: c}]}]",
        "volumes: [{path: /v, nfs: \"a.example.com:/b\", writable: true}]",
        "volumes: [{path: /v, image: \"a.example/b@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}]",
    ],
    &[
        "",
        "sidecars: [{name: s, image: a/b:1, runAs: {user: 20001}, files: [{path: /s, content: t}], secrets: [{name: x, path: /x}], volumes: [{path: /y, configMap: z}], env: {A: {pod: ip}}}]",
    ],
    &["", "init: [{name: i, image: a/b:1, sharesMounts: true, files: [{path: /i/j, content: k}]}]"],
    &[
        "",
        "metrics: {port: http}",
        "metrics: {port: http, by: serviceMonitor, interval: 30s, labels: {a: b}}",
        "metrics: {port: http, by: podMonitor}",
    ],
    &["", "route: {host: a.example.com, gateway: b/c, annotations: {a.example/d: e}}"],
    &["", "environments: {prod: {labels: {x: y}, args: [z], env: {A: {pod: uid}}, tolerations: [{key: q}]}}"],
];

fn text(choices: &[usize]) -> String {
    let mut picked = LINES.iter().zip(choices).map(|(lines, choice)| lines[choice % lines.len()]);
    let (release, level, workload) = (picked.next().unwrap(), picked.next().unwrap(), picked.next().unwrap());
    let rest: Vec<&str> = picked.filter(|line| !line.is_empty()).collect();
    format!(
        "apiVersion: tightship/v1\nkind: App\nname: shop\nimage: ghcr.io/acme/shop:1.2.3\nlevel: {level}\n\
         target: {{kubernetes: {release}}}\nworkload: {workload}\n{}\n",
        rest.join("\n")
    )
}

#[test]
fn any_keys_together_render_what_the_release_takes() {
    let taken = Cell::new(0);
    let config = support::random(600);
    let cases = config.cases;
    // each key is left out more often than not, so that few specs have keys that exclude each other
    let choice = prop_oneof![2 => Just(0_usize), 1 => any::<usize>()];
    let all = prop::collection::vec(choice, LINES.len());
    let outcome = TestRunner::new(config).run(&all, |choices| {
        let source = Source::new("tightship.yaml", text(&choices));
        let outcome = spec::load(&source, "2026-01-01".parse().unwrap());
        let Some(specs) = outcome.specs else {
            prop_assert!(!outcome.problems.is_empty());
            return Ok(());
        };
        taken.set(taken.get() + 1);
        let options = Options { spec: "tightship.yaml", layout: None, comments: None, environment: None };
        let plan = generate::plan(&specs, options);
        prop_assert!(plan.is_ok(), "{}\n{}", plan.err().unwrap(), source.text());
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!(taken.get() > cases / 10, "{} of {cases} are taken", taken.get());
}
