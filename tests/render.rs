//! What is rendered: for every kind, level and release, hardened as promised, and the same text that went in.
#![allow(clippy::pedantic, clippy::string_slice, reason = "a test reads best when it is short")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};
use support::{Folder, MINIMAL, app, data};
use tightship::kube::fields::{FieldType, Lookup, TypeId, table};
use tightship::kube::version::Version;
use tightship::render::{self, Options};
use tightship::spec::{self, validate};
use tightship::yaml::{self, Source};

const KINDS: [&str; 5] = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"];

/// The stream of a spec, rendered by the library.
fn stream(text: &str, comments: Option<bool>) -> String {
    let source = Source::new("tightship.yaml", text);
    let outcome = spec::load(&source, "2026-01-01".parse().unwrap());
    let specs = outcome.specs.unwrap_or_else(|| panic!("{text}\n{:?}", outcome.problems));
    let options = Options { spec: "tightship.yaml", layout: None, comments, environment: None };
    render::plan(&specs, options).unwrap_or_else(|error| panic!("{text}\n{error}")).stream
}

/// The objects of a stream as our own reader and as the YAML organisation's read them; both must agree.
fn objects(stream: &str) -> Vec<Value> {
    let read = yaml::parse(stream);
    assert!(read.errors.is_empty(), "{:?}\n{stream}", read.errors);
    let ours: Vec<Value> =
        read.documents.iter().filter_map(tightship::yaml::Document::root).map(|root| root.to_json().unwrap()).collect();
    let theirs: Vec<Value> = serde_yaml::Deserializer::from_str(stream)
        .map(|document| serde::Deserialize::deserialize(document).unwrap())
        .filter(|value: &Value| !value.is_null())
        .collect();
    assert_eq!(ours, theirs);
    ours
}

fn find<'v>(objects: &'v [Value], kind: &str) -> &'v Value {
    objects.iter().find(|object| object["kind"] == kind).unwrap_or_else(|| panic!("no {kind}"))
}

fn workload(objects: &[Value]) -> &Value {
    objects.iter().find(|object| KINDS.contains(&object["kind"].as_str().unwrap())).unwrap()
}

fn pod(workload: &Value) -> &Value {
    let template = match workload["kind"].as_str() {
        Some("CronJob") => &workload["spec"]["jobTemplate"]["spec"]["template"],
        _ => &workload["spec"]["template"],
    };
    &template["spec"]
}

/// A spec of one app, with little or with everything that its kind can have.
fn spec_of(workload: &str, level: &str, release: &str, platform: &str, full: bool) -> String {
    let batch = matches!(workload, "job" | "cronjob");
    let kind =
        if workload == "cronjob" { "{kind: cronjob, schedule: \"0 3 * * *\"}".to_owned() } else { workload.to_owned() };
    let mut spec = format!(
        "apiVersion: tightship/v1\nkind: App\nname: shop\nimage: ghcr.io/acme/shop:1.2.3\nlevel: {level}\nworkload: {kind}\n\
         target: {{kubernetes: \"{release}\", platform: {platform}, apiServer: {{cidrs: [10.0.0.1/32]}}}}\n"
    );
    if !batch {
        spec += "ports: [{name: http, port: 80}, {name: extra, port: 9000}]\n";
    }
    if !full {
        return spec;
    }
    spec += "owner: team\ncommand: [a]\nargs: [b]\nenv: {A: b}\npullSecrets: [regcred]\n\
             files: [{path: /etc/a/b, content: \"c\\nd\\n\", mode: \"0440\"}]\n\
             secrets: [{name: db, path: /run/secrets/db, keys: [a]}, {name: x, keys: [k], env: X}]\n\
             api: [{resource: configmaps, verbs: [get]}]\nsize: {cpu: 100m, memory: 64Mi, cpuLimit: none}\n\
             init: [{name: first, image: \"a.example/b:1\", sharesMounts: true}]\n\
             exceptions:\n- {rule: secret-in-env, reason: a, ticket: b, expires: 2030-01-01}\n\
             - {rule: no-cpu-limit, reason: a, ticket: b, expires: 2030-01-01}\n";
    spec += "sidecars: [{name: side, image: \"a.example/c:1\", writable: [{path: /side, memory: true}]}]\n";
    if workload != "daemonset" {
        let access = if workload == "deployment" { ", access: ReadWriteMany" } else { "" };
        spec += &format!("storage: [{{name: data, path: /data, size: 1Gi{access}}}]\n");
    }
    if matches!(workload, "deployment" | "statefulset") {
        spec += "replicas: {min: 2, max: 4}\n";
    }
    spec += "network:\n  to: [{app: db, port: 5432}, {internet: true, port: 443}, {cidr: 192.0.2.0/24, port: 1}]\n";
    if !batch {
        spec += "  from: [{app: web}, {app: a, space: b, port: extra}, {namespace: c}, {cidr: 192.0.2.0/24}]\n\
                 metrics: {port: extra}\nroute: {host: a.example.com, gateway: infra/public}\n\
                 health: {startup: {exec: [a]}, ready: {http: /}, live: {grpc: 9000}}\n";
    }
    spec
}

fn space_of(level: &str, release: &str, platform: &str) -> String {
    format!(
        "---\napiVersion: tightship/v1\nkind: Space\nname: shop\nlevel: {level}\ntarget: {{kubernetes: \"{release}\", platform: {platform}}}\n\
         teams: [{{group: a, role: view}}, {{group: b}}, {{group: c, role: admin}}]\nregistries: [ghcr.io/acme, a.example]\n\
         network: {{allowWithin: true}}\n"
    )
}

/// Holds an object against the fields of a release, by the table and not by what the renderer itself checks.
fn unknown(value: &Value, ty: &FieldType, release: Version, path: &str, found: &mut Vec<String>) {
    match (value, ty) {
        (Value::Object(fields), FieldType::Type(id)) => unknown_fields(fields, *id, release, path, found),
        (Value::Array(items), FieldType::List(inner)) => {
            items.iter().for_each(|item| unknown(item, inner, release, path, found));
        }
        (Value::Object(fields), FieldType::Map(inner)) => {
            fields.values().for_each(|item| unknown(item, inner, release, path, found));
        }
        (Value::Object(_), FieldType::Object | FieldType::Any)
        | (Value::Number(_), FieldType::Integer | FieldType::IntOrString) => {}
        (Value::String(_), FieldType::String | FieldType::Quantity | FieldType::IntOrString)
        | (Value::Bool(_), FieldType::Boolean) => {}
        _ => found.push(format!("{path}: {value} is no {ty:?}")),
    }
}

fn unknown_fields(
    fields: &serde_json::Map<String, Value>,
    id: TypeId,
    release: Version,
    path: &str,
    found: &mut Vec<String>,
) {
    for (name, value) in fields {
        let path = format!("{path}.{name}");
        match table().field(id, name, release) {
            Lookup::Found(field) => {
                if let Some(word) = value.as_str().filter(|word| !field.allows(word)) {
                    found.push(format!("{path}: `{word}` is none of its words"));
                }
                unknown(value, &field.ty, release, &path, found);
            }
            _ => found.push(path),
        }
    }
}

#[test]
fn every_kind_level_and_release_renders_what_that_release_knows() {
    let mut kinds = BTreeSet::new();
    let mut rendered = 0;
    for release in Version::all() {
        for level in ["restricted", "baseline"] {
            for platform in ["generic", "kind", "openshift"] {
                for name in ["deployment", "statefulset", "daemonset", "job", "cronjob"] {
                    for (full, comments) in [(false, true), (true, true), (true, false)] {
                        let spec = spec_of(name, level, &release.to_string(), platform, full)
                            + &space_of(level, &release.to_string(), platform);
                        let text = stream(&spec, Some(comments));
                        assert!(comments || !text.contains(" #"), "{text}");
                        for object in objects(&text) {
                            let (version, kind) =
                                (object["apiVersion"].as_str().unwrap(), object["kind"].as_str().unwrap());
                            let info = table().kind(version, kind).unwrap_or_else(|| panic!("{version} {kind}"));
                            assert!(info.in_release(release));
                            let mut found = Vec::new();
                            unknown_fields(object.as_object().unwrap(), info.ty, release, kind, &mut found);
                            assert!(found.is_empty(), "{release}: {found:?}");
                            kinds.insert(kind.to_owned());
                            rendered += 1;
                        }
                    }
                }
            }
        }
    }
    let expected = [
        "ConfigMap",
        "CronJob",
        "DaemonSet",
        "Deployment",
        "HTTPRoute",
        "HorizontalPodAutoscaler",
        "Job",
        "LimitRange",
        "Namespace",
        "NetworkPolicy",
        "PersistentVolumeClaim",
        "PodDisruptionBudget",
        "ResourceQuota",
        "Role",
        "RoleBinding",
        "Service",
        "ServiceAccount",
        "StatefulSet",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    ];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    assert!(rendered > 5000, "{rendered}");
}

#[test]
fn every_pod_is_hardened() {
    for name in ["deployment", "statefulset", "daemonset", "job", "cronjob"] {
        for full in [false, true] {
            let objects = objects(&stream(&spec_of(name, "restricted", "1.36", "generic", full), None));
            let pod = pod(workload(&objects));
            assert_eq!(pod["automountServiceAccountToken"], false);
            assert_eq!(pod["enableServiceLinks"], false);
            assert_eq!(pod["hostUsers"], false);
            assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
            assert_eq!(pod["securityContext"]["runAsUser"], 10001);
            assert_eq!(pod["securityContext"]["seccompProfile"], json!({"type": "RuntimeDefault"}));
            for absent in ["hostNetwork", "hostPID", "hostIPC"] {
                assert!(pod.get(absent).is_none());
            }
            let containers = ["containers", "initContainers"].iter().filter_map(|list| pod[*list].as_array()).flatten();
            let mut count = 0;
            for container in containers {
                count += 1;
                let context = &container["securityContext"];
                assert_eq!(context["allowPrivilegeEscalation"], false);
                assert_eq!(context["readOnlyRootFilesystem"], true);
                assert_eq!(context["runAsNonRoot"], true);
                assert_eq!(context["capabilities"], json!({"drop": ["ALL"]}));
                assert_eq!(context["seccompProfile"], json!({"type": "RuntimeDefault"}));
                for resource in ["memory", "ephemeral-storage"] {
                    assert!(container["resources"]["limits"][resource].is_string());
                    assert!(container["resources"]["requests"][resource].is_string());
                }
                for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
                    assert!(
                        container[probe]["httpGet"].get("host").is_none()
                            && container[probe]["tcpSocket"].get("host").is_none()
                    );
                }
            }
            assert_eq!(count, if full { 3 } else { 1 });
            for volume in pod["volumes"].as_array().unwrap() {
                assert!(volume.get("hostPath").is_none());
                assert!(volume["emptyDir"].is_null() || volume["emptyDir"]["sizeLimit"].is_string());
            }
            assert_eq!(find(&objects, "ServiceAccount")["automountServiceAccountToken"], false);
            let closed = objects.iter().find(|it| it["metadata"]["name"] == "shop-deny-all").unwrap();
            assert_eq!(closed["spec"]["policyTypes"], json!(["Ingress", "Egress"]));
            assert!(closed["spec"].get("ingress").is_none() && closed["spec"].get("egress").is_none());
        }
    }
}

#[test]
fn a_newer_release_gets_what_became_available() {
    for release in Version::all() {
        for platform in ["generic", "kind", "openshift"] {
            let objects =
                objects(&stream(&spec_of("deployment", "restricted", &release.to_string(), platform, false), None));
            let pod = pod(workload(&objects));
            let strict = release.minor() >= 36 && platform != "openshift";
            assert_eq!(pod["securityContext"]["supplementalGroupsPolicy"] == "Strict", strict, "{release} {platform}");
            let cached = release.minor() >= 35 || platform == "kind";
            let policy = if cached { "IfNotPresent" } else { "Always" };
            assert_eq!(pod["containers"][0]["imagePullPolicy"], policy, "{release} {platform}");
            // OpenShift assigns the ids, and its DNS is elsewhere
            assert_eq!(pod["securityContext"].get("runAsUser").is_none(), platform == "openshift");
            let dns = objects.iter().find(|it| it["metadata"]["name"] == "shop-dns").unwrap()["spec"]["egress"][0]
                .to_string();
            assert_eq!(dns.contains("5353"), platform == "openshift");
            assert_eq!(dns.contains("169.254.20.10/32"), platform != "openshift");
            assert!(dns.contains("UDP") && dns.contains("TCP"));
        }
    }
    let space = objects(&stream(&space_of("baseline", "1.35", "generic"), None));
    let labels = &find(&space, "Namespace")["metadata"]["labels"];
    assert_eq!(labels["pod-security.kubernetes.io/enforce"], "baseline");
    assert_eq!(labels["pod-security.kubernetes.io/enforce-version"], "v1.35");
    assert_eq!(labels["pod-security.kubernetes.io/warn"], "restricted");
}

#[test]
fn budgets_replicas_and_ports_follow_the_spec() {
    let rendered = |more: &str| objects(&stream(&app(more), None));
    let has = |objects: &[Value], kind: &str| objects.iter().any(|object| object["kind"] == kind);
    assert!(has(&rendered(""), "PodDisruptionBudget"));
    assert!(!has(&rendered("replicas: 1"), "PodDisruptionBudget"));
    assert!(!has(&rendered("replicas: {min: 1, max: 3}"), "PodDisruptionBudget"));
    let scaled = rendered("replicas: {min: 2, max: 3}");
    assert!(has(&scaled, "PodDisruptionBudget") && has(&scaled, "HorizontalPodAutoscaler"));
    assert!(workload(&scaled)["spec"].get("replicas").is_none());
    let low = objects(&stream(&MINIMAL.replace("port: 8080", "port: 80"), None));
    let sysctls = json!([{"name": "net.ipv4.ip_unprivileged_port_start", "value": "80"}]);
    assert_eq!(pod(workload(&low))["securityContext"]["sysctls"], sysctls);
}

#[test]
fn levels_differ_in_the_network() {
    let egress = |level: &str| {
        let objects = objects(&stream(&spec_of("job", level, "1.36", "generic", false), None));
        let policy =
            objects.iter().find(|it| it["kind"] == "NetworkPolicy" && it["metadata"]["name"] == "shop").cloned();
        policy.map(|policy| policy["spec"]["egress"].to_string())
    };
    assert_eq!(egress("restricted"), None);
    let open = egress("baseline").unwrap();
    assert!(open.contains("0.0.0.0/0") && open.contains("169.254.169.254/32"), "{open}");
}

#[test]
fn each_exception_is_annotated_where_it_weakens() {
    let all = data("good-everything");
    let text = std::fs::read_to_string(&all[0].1).unwrap();
    let objects = objects(&stream(&text, None));
    let annotations = |kind: &str| find(&objects, kind)["metadata"]["annotations"].as_object().unwrap().clone();
    let workload = annotations("StatefulSet");
    for rule in [
        "writable-root-filesystem",
        "host-user-namespace",
        "secret-in-env",
        "no-cpu-limit",
        "low-user-id",
        "added-capability",
        "mutable-image-tag",
    ] {
        assert!(workload[&format!("tightship/allow.{rule}")].as_str().unwrap().contains("until 2026-06-30"));
    }
    assert_eq!(workload["tightship/gap-to-restricted"], "capabilities");
    assert!(
        annotations("Role").contains_key("tightship/allow.api-secrets")
            && annotations("Role").contains_key("tightship/allow.api-escalation")
    );
    assert!(annotations("Ingress").contains_key("tightship/allow.route-without-tls"));
    let pod = pod(find(&objects, "StatefulSet"));
    assert!(pod.get("hostUsers").is_none());
    assert_eq!(pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"], false);
    assert!(pod["containers"][0]["resources"]["limits"].get("cpu").is_none());
    assert_eq!(pod["containers"][0]["securityContext"]["capabilities"]["add"], json!(["NET_BIND_SERVICE", "CHOWN"]));
}

#[test]
fn the_same_spec_gives_the_same_bytes_everywhere() {
    let text = std::fs::read_to_string(&data("good-everything")[0].1).unwrap();
    let (here, there) = (Folder::with(&text), Folder::with(&text));
    here.render(&[]).exits(0);
    let elsewhere =
        [("TZ", "Asia/Tokyo"), ("LANG", "tr_TR.UTF-8"), ("HOME", "/"), ("HOSTNAME", "x"), ("RAYON_NUM_THREADS", "1")];
    let output = there.command(&["render"]).envs(elsewhere).env("SOURCE_DATE_EPOCH", "1780000000").output().unwrap();
    support::Ran::of(output).exits(0);
    assert!(here.files().len() > 15);
    assert_eq!(here.files(), there.files());
}

#[test]
fn small_outputs_look_as_reviewed() {
    let space = space_of("restricted", "1.34", "kind").replace("network: {allowWithin: true}\n", "");
    insta::assert_snapshot!("app_and_space", stream(&(MINIMAL.replace("1.36", "1.34") + &space), None));
    insta::assert_snapshot!(
        "cron_job_without_comments",
        stream(&spec_of("cronjob", "restricted", "1.37", "generic", true), Some(false))
    );
}

/// Texts that YAML, templates or shells could take for something else.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        ": ",
        " #",
        "\n",
        "\t",
        "\r",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "\"",
        "'",
        "\\",
        "{{ x }}",
        "{% x %}",
        "---",
        "...",
        " ",
        "no",
        "0644",
        "1e3",
        "<<",
        "*a",
        "&a",
        "!!int 1",
        "- ",
        "? ",
        "|",
        ">",
        "%",
        "@",
        "`",
        "[",
        "]",
        "{",
        "}",
        ",",
        "~",
        "null",
        "\u{1f600}",
        "$(A)",
        "${A}",
        "a",
        "\u{7f}",
        "\u{202e}",
        "1_000",
        "0x1F",
        ".inf",
        "=",
        "\n\n",
        "  a\n",
        "\u{0}",
    ]);
    prop_oneof![prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat()), any::<String>()]
}

/// JSON lets characters stand as they are that YAML wants escaped.
fn printable(json: &str) -> String {
    let escape = |c: char| matches!(c, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    json.chars().map(|c| if escape(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_changes_its_type_or_adds_a_key(texts in prop::collection::vec(hostile(), 6), comments in any::<bool>()) {
        let spec = json!({
            "apiVersion": "tightship/v1", "kind": "App", "name": "shop", "image": "ghcr.io/acme/shop:1", "level": "restricted",
            "target": {"kubernetes": "1.36"}, "workload": "job",
            "env": {"A": texts[0], "B": texts[1]}, "args": [texts[2], "x"], "command": [texts[3]],
            "files": [{"path": "/etc/a/f", "content": texts[4]}],
            "exceptions": [{"rule": "writable-root-filesystem", "reason": texts[5], "ticket": "t", "expires": "2030-01-01"}],
        });
        let source = Source::new("tightship.yaml", printable(&spec.to_string()));
        let outcome = spec::load(&source, "2026-01-01".parse().unwrap());
        // refused texts (secrets, control characters in a line, NUL) cannot be rendered; the others must survive
        let Some(specs) = outcome.specs else {
            let refused = texts.iter().any(|text| text.contains('\0')) || texts[5].trim().is_empty() || texts[5].chars().any(char::is_control)
                || texts[5].len() > 500 || !outcome.hidden.is_empty();
            prop_assert!(refused, "{:?}", outcome.problems);
            return Ok(());
        };
        let options = Options { spec: "tightship.yaml", layout: None, comments: Some(comments), environment: None };
        let plan = render::plan(&specs, options).unwrap();
        let objects = objects(&plan.stream);
        let container = &pod(find(&objects, "Job"))["containers"][0];
        prop_assert_eq!(&container["env"], &json!([{"name": "A", "value": texts[0]}, {"name": "B", "value": texts[1]}]));
        prop_assert_eq!(&container["args"], &json!([texts[2], "x"]));
        prop_assert_eq!(&container["command"], &json!([texts[3]]));
        prop_assert_eq!(&find(&objects, "ConfigMap")["data"], &json!({"f": texts[4]}));
        let reason = format!("{} (t, until 2030-01-01)", texts[5].trim());
        prop_assert_eq!(&find(&objects, "Job")["metadata"]["annotations"], &json!({"tightship/allow.writable-root-filesystem": reason}));
    }
}

#[test]
fn most_hostile_texts_are_rendered() {
    let texts = ["no", "a: b", "{{ x }}", "- a", "\u{1f600}", "a\nb", "---", "'"];
    for text in texts {
        let more = format!("env: {{A: {}}}", serde_json::to_string(text).unwrap());
        assert_eq!(pod(workload(&objects(&stream(&app(&more), None))))["containers"][0]["env"][0]["value"], text);
    }
    assert!(validate::today() > "2026-01-01".parse().unwrap());
}
