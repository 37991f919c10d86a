//! What is rendered: for every kind, level and release, hardened as promised, and the same text that went in.

use std::collections::{BTreeMap, BTreeSet};

use crate::readings::readings;
use crate::support::{self, Folder, MINIMAL, app, data, merge};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Value, json};
use tightship::internals::generate::{self, Options};
use tightship::internals::k8s::Version;
use tightship::internals::k8s::{FieldType, Lookup, TypeId, table};
use tightship::internals::render::Plan;
use tightship::internals::spec;
use tightship::internals::spec::Layout;
use tightship::internals::spec::Rule;
use tightship::internals::template;
use tightship::internals::yaml::Source;

const KINDS: [&str; 5] = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"];

const OPTIONS: Options<'static> = Options { spec: "tightship.yaml", layout: None, comments: None, environment: None };

/// What the library makes of a spec that it must accept.
fn plan(text: &str, options: Options<'_>) -> Plan {
    let source = Source::new("tightship.yaml", text);
    let outcome = spec::load(&source, "2026-01-01".parse().unwrap());
    let specs = outcome.specs.unwrap_or_else(|| panic!("{text}\n{:?}", outcome.problems));
    generate::plan(&specs, options).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn stream(text: &str, comments: Option<bool>) -> String {
    plan(text, Options { comments, ..OPTIONS }).stream
}

/// The spec that uses all that there is.
fn everything() -> String {
    std::fs::read_to_string(&data("good/everything")[0].1).unwrap()
}

/// The objects of a stream as our own reader and as the YAML organisation's read them; both must agree.
fn objects(stream: &str) -> Vec<Value> {
    let (ours, theirs) = readings(stream);
    let theirs: Vec<Value> = theirs.into_iter().filter(|value| !value.is_null()).collect();
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
    spec += "labels: {tier: backend}\nannotations: {a.example/b: \"c: d\"}\npods: {labels: {a.example/x: yes-1}, annotations: {a.example/z: w}}\n\
             nodeSelector: {kubernetes.io/arch: arm64}\ntolerations: [{key: a.example/t, effect: NoExecute, seconds: 5}]\n\
             priorityClass: important\nruntimeClass: gvisor\nlifecycle: {postStart: [a], preStop: [b]}\ntopology: {near: [db], apart: [web]}\n\
             envFrom: [{configMap: c, prefix: C_}]\nvolumes: [{path: /v/a, configMap: a, mode: \"0444\"}, {path: /v/b, csi: d.example.com, attributes: {a: b}}, \
             {path: /v/c, projected: [{token: {audience: vault}}, {pod: {name: name}}]}, {path: /v/d, secret: s, optional: true}]\n";
    spec += "owner: team\ncommand: [a]\nargs: [b]\nenv: {A: b, POD: {pod: name}, M: {resource: limits.memory}, K: {configMap: c, key: k}}\npullSecrets: [regcred]\n\
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
        spec += "replicas: {min: 2, max: 4, memory: 70, metrics: [{external: q, labels: {a: b}, average: \"3\"}], behavior: {down: {wait: 9, pods: 1}}}\n\
                 service: {labels: {a.example/s: t}, annotations: {a.example/u: v}}\n";
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
    for field in table().fields_of(id, release) {
        match fields.get(field.name) {
            None if field.required => found.push(format!("{path} lacks {}", field.name)),
            Some(Value::Array(items)) if field.map_keys().next().is_some() => {
                let names: Vec<Vec<&Value>> =
                    items.iter().map(|item| field.map_keys().filter_map(|key| item.get(key)).collect()).collect();
                let twice = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name));
                found.extend(twice.map(|(_, name)| format!("{path}.{} has {name:?} twice", field.name)));
            }
            _ => {}
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
    let objects = objects(&stream(&everything(), None));
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
    let text = everything();
    let (here, there) = (Folder::with(&text), Folder::with(&text));
    here.render(&[]).exits(0);
    let elsewhere =
        [("TZ", "Asia/Tokyo"), ("LANG", "tr_TR.UTF-8"), ("HOME", "/"), ("HOSTNAME", "x"), ("RAYON_NUM_THREADS", "1")];
    let output = there.command(&["render"]).envs(elsewhere).env("SOURCE_DATE_EPOCH", "1780000000").output().unwrap();
    crate::support::Ran::of(output).exits(0);
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

#[test]
fn a_sidecar_has_what_its_keys_promise() {
    let side = "{name: side, image: a/b:1, ports: [{name: stats, port: 9901, service: 9901}, {name: admin, port: 9902}], \
                writable: [{path: /cache}, {path: /own}]}";
    let objects = objects(&stream(&app(&format!("writable: [{{path: /cache}}]\nsidecars: [{side}]")), None));
    let ports: Vec<&Value> =
        find(&objects, "Service")["spec"]["ports"].as_array().unwrap().iter().map(|port| &port["name"]).collect();
    assert_eq!(ports, ["http", "stats"], "a sidecar's port is in the Service if it says so");
    let pod = pod(workload(&objects));
    let volume = |container: &Value, path: &str| {
        let mounts = container["volumeMounts"].as_array().unwrap();
        mounts.iter().find(|mount| mount["mountPath"] == path).map(|mount| mount["name"].clone())
    };
    let (main, side) = (&pod["containers"][0], &pod["initContainers"][0]);
    assert_eq!(volume(side, "/cache"), volume(main, "/cache"), "the app's folders are seen by path");
    assert!(volume(side, "/own").is_some() && volume(main, "/own").is_none());
}

#[test]
fn each_container_has_a_tmp_of_its_own_unless_it_shares_all() {
    let tmp = |keys: &str| {
        let objects = objects(&stream(&app(&format!("sidecars: [{{name: side, image: a/b:1, {keys}}}]")), None));
        let pod = pod(workload(&objects)).clone();
        let of = |list: &str| pod[list][0]["volumeMounts"][0].clone();
        assert_eq!(
            (&of("containers")["mountPath"], &of("initContainers")["mountPath"]),
            (&json!("/tmp"), &json!("/tmp"))
        );
        (of("containers")["name"].clone(), of("initContainers")["name"].clone())
    };
    let (app, side) = tmp("writable: [{path: /tmp}]");
    assert_ne!(app, side);
    let (app, side) = tmp("sharesMounts: true");
    assert_eq!(app, side);
}

#[test]
fn the_token_is_the_apps_alone_whatever_volumes_are_called() {
    let spec = app("workload: statefulset\nstorage: [{name: api-token, path: /data, size: 1Gi}]\n\
                    api: [{resource: configmaps, verbs: [get]}]\n\
                    sidecars: [{name: side, image: a/b:1, sharesMounts: true}]");
    let spec = spec.replace("{kubernetes: \"1.36\"}", "{kubernetes: \"1.36\", apiServer: {cidrs: [10.0.0.1/32]}}");
    let pod = pod(workload(&objects(&stream(&spec, None)))).clone();
    let paths = |list: &str| -> Vec<Value> {
        let mounts = pod[list][0]["volumeMounts"].as_array().unwrap();
        mounts.iter().map(|mount| mount["mountPath"].clone()).collect()
    };
    let token = "/var/run/secrets/kubernetes.io/serviceaccount";
    assert_eq!(paths("containers"), ["/data", "/tmp", token]);
    assert_eq!(paths("initContainers"), ["/data", "/tmp"]);
}

/// The ports that the policies let somebody in to, by the label or namespace that names the caller.
fn open_to(objects: &[Value], caller: &str) -> Vec<String> {
    let policies = objects.iter().filter(|it| it["kind"] == "NetworkPolicy");
    let rules = policies.filter_map(|it| it["spec"]["ingress"].as_array()).flatten();
    let meant = rules.filter(|rule| rule["from"].to_string().contains(&format!("\"{caller}\"")));
    let ports = meant.flat_map(|rule| rule["ports"].as_array().unwrap());
    ports.map(|port| format!("{} {}", port["protocol"].as_str().unwrap(), port["port"])).collect()
}

#[test]
fn a_sidecar_can_answer_for_the_app() {
    let spec = std::fs::read_to_string(&data("good/sidecar-ports")[0].1).unwrap();
    let names = |service: &Value| -> Vec<String> {
        let ports = service["spec"]["ports"].as_array().unwrap();
        ports.iter().map(|it| format!("{} {}", it["name"].as_str().unwrap(), it["port"])).collect()
    };
    for kind in ["deployment", "statefulset", "daemonset"] {
        let objects = objects(&stream(&format!("{spec}workload: {kind}\n"), None));
        let services: Vec<&Value> = objects.iter().filter(|it| it["kind"] == "Service").collect();
        assert_eq!(names(services[0]), ["tls 443", "dns 53", "dns-tcp 53", "stats 9901"]);
        if kind == "statefulset" {
            assert_eq!(names(services[1]), ["tls 8443", "dns 5353", "dns-tcp 5353", "stats 9901"]);
        }
        assert_eq!(open_to(&objects, "web"), ["TCP 8443", "UDP 5353", "TCP 5353", "TCP 9901"]);
        assert_eq!(open_to(&objects, "resolver"), ["UDP 5353", "TCP 5353"], "a number means both protocols");
        assert_eq!(open_to(&objects, "edge"), ["TCP 8443"]);
        assert_eq!(open_to(&objects, "monitoring"), ["TCP 9901"]);
        assert_eq!(open_to(&objects, "infra"), ["TCP 8443"]);
        assert_eq!(find(&objects, "HTTPRoute")["spec"]["rules"][0]["backendRefs"][0]["port"], 443);
        let template = &workload(&objects)["spec"]["template"];
        assert_eq!(template["metadata"]["annotations"]["prometheus.io/port"], "9901");
        // the app stays while requests still come through the sidecar
        assert_eq!(pod(workload(&objects))["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"], 5);
    }
}

#[test]
fn ports_inside_the_pod_make_no_service() {
    let inside = "sidecars: [{name: side, image: a/b:1, ports: [{name: http, port: 9000}, {name: x, port: 80, service: 0}]}]\n\
                  health: {none: \"no port\"}";
    for (kind, services) in [("deployment", 0), ("statefulset", 1), ("job", 0)] {
        let health = if kind == "job" { inside.lines().next().unwrap() } else { inside };
        let spec = MINIMAL.replace("ports: [{name: http, port: 8080}]\n", &format!("{health}\nworkload: {kind}\n"));
        let objects = objects(&stream(&spec, None));
        let found: Vec<&Value> = objects.iter().filter(|it| it["kind"] == "Service").collect();
        assert_eq!(found.len(), services, "{kind}");
        assert!(found.iter().all(|service| service["spec"].get("ports").is_none()));
    }
    // the names of Services collide only where there are Services
    let spec = |name: &str, ports: &str| {
        MINIMAL.replace("name: shop", &format!("name: {name}\nspace: shop")).replace("port: 8080", ports)
    };
    let quiet = spec("db-headless", "port: 8080, service: 0");
    let two = format!("{}workload: statefulset\n---\n{quiet}", spec("db", "port: 5432"));
    assert_eq!(objects(&stream(&two, None)).iter().filter(|it| it["kind"] == "Service").count(), 2);
}

/// For each template a text that it makes. But for the few that only arrange what others make, no other template has it.
const TEMPLATES: [(&str, &str); 43] = [
    ("app/annotations.yaml.j2", "  annotations:"),
    ("app/autoscaler.yaml.j2", "kind: HorizontalPodAutoscaler"),
    ("app/config-map.yaml.j2", "kind: ConfigMap"),
    ("app/container.yaml.j2", "allowPrivilegeEscalation: false # set-uid"),
    ("app/cron-job.yaml.j2", "kind: CronJob"),
    ("app/daemon-set.yaml.j2", "kind: DaemonSet"),
    ("app/deployment.yaml.j2", "kind: Deployment"),
    ("app/disruption-budget.yaml.j2", "kind: PodDisruptionBudget"),
    ("app/external-secrets.yaml.j2", "kind: ExternalSecret"),
    ("app/http-route.yaml.j2", "kind: HTTPRoute"),
    ("app/ingress.yaml.j2", "kind: Ingress"),
    ("app/job-spec.yaml.j2", "podReplacementPolicy: Failed"),
    ("app/job.yaml.j2", "kind: Job"),
    ("app/labels.yaml.j2", "  labels:"),
    ("app/network-policy.yaml.j2", "# Policies add up: this one closes everything"),
    ("app/pod.yaml.j2", "enableServiceLinks: false"),
    ("app/probe.yaml.j2", "timeoutSeconds: "),
    ("app/role.yaml.j2", "kind: RoleBinding"),
    ("app/selector.yaml.j2", "matchLabels: # cannot be changed later"),
    ("app/service-account.yaml.j2", "imagePullSecrets:"),
    ("app/service.yaml.j2", "clusterIP: None"),
    ("app/stateful-set.yaml.j2", "kind: StatefulSet"),
    ("app/storage.yaml.j2", "storageClassName: slow"),
    ("app/volume.yaml.j2", "sizeLimit: "),
    ("app/keys.yaml.j2", "in octal: for the group of the container only"),
    ("app/monitor.yaml.j2", "kind: ServiceMonitor"),
    ("dns-rule.yaml.j2", "# NodeLocal DNSCache"),
    ("layout/kustomization.yaml.j2", "kind: Kustomization"),
    ("layout/patches.yaml.j2", "# This file is yours"),
    ("peer.yaml.j2", "except: # "),
    ("space/guard.yaml.j2", "# What belongs to the platform stays"),
    ("space/labels.yaml.j2", "tightship/owner: platform"),
    ("space/namespace.yaml.j2", "kind: Namespace"),
    ("space/network-policy.yaml.j2", "name: allow-within"),
    ("space/quota.yaml.j2", "kind: LimitRange"),
    ("space/registries.yaml.j2", "kind: ValidatingAdmissionPolicyBinding"),
    ("space/role-admin.yaml.j2", "# As edit; also debugs pods"),
    ("space/role-edit.yaml.j2", "# Deploys apps."),
    ("space/role-view.yaml.j2", "# Looks at everything but Secrets."),
    ("space/roles.yaml.j2", "kind: Group"),
    ("space/rules-read.yaml.j2", "events, limitranges"),
    ("space/rules-write.yaml.j2", "deployments/scale"),
    ("space/service-account.yaml.j2", "# Every namespace has this account."),
];

#[test]
fn every_template_is_reached() {
    // those of the wizard, of control planes, of reconcilers, of pipelines and of policies are their own tests' business
    let others = |name: &&str| {
        !["spec/", "apiserver/", "cluster/", "gitops/", "pipeline/", "policy/"]
            .iter()
            .any(|room| name.starts_with(room))
    };
    let names: BTreeSet<&str> = template::names().into_iter().filter(others).collect();
    let kinds = ["deployment", "statefulset", "daemonset", "job", "cronjob"];
    let mut specs: Vec<String> =
        kinds.iter().map(|kind| spec_of(kind, "restricted", "1.36", "generic", true)).collect();
    specs.push(everything());
    specs.push(space_of("restricted", "1.36", "generic") + "owner: platform\n");
    specs.push(app("metrics: {port: http, by: serviceMonitor}"));
    specs.push(app("secrets: [{name: db, path: /run/db, from: {store: vault, key: shop/db}}]"));
    specs.push(app("replicas: 1\nstorage: [{name: data, path: /data, size: 1Gi, class: slow}]"));
    specs.push(app("secrets: [{name: db, path: /run/db}]\noutput: {store: vault}"));
    let texts: Vec<String> = specs.iter().flat_map(|spec| plan(spec, OPTIONS).files).map(|file| file.text).collect();
    assert_eq!(TEMPLATES.map(|(name, _)| name).into_iter().collect::<BTreeSet<_>>(), names);
    for (name, made) in TEMPLATES {
        assert!(texts.iter().any(|text| text.lines().any(|line| line.contains(made))), "nothing is made by {name}");
    }
}

#[test]
fn the_layouts_hold_the_same_objects_and_name_every_file() {
    let spec = everything() + &space_of("baseline", "1.37", "generic").replace("name: shop", "name: webshop");
    let spec = spec.replace("registries: [ghcr.io/acme, a.example]\n", "");
    let key = |object: &Value| format!("{} {} {}", object["apiVersion"], object["kind"], object["metadata"]["name"]);
    let by_key = |objects: Vec<Value>| objects.into_iter().map(|it| (key(&it), it)).collect::<BTreeMap<_, _>>();
    let streamed = by_key(objects(&stream(&spec, None)));

    let plain = plan(&spec, Options { layout: Some(Layout::Plain), ..OPTIONS });
    let text: String = plain.files.iter().map(|file| format!("---\n{}", file.text)).collect();
    assert_eq!(by_key(objects(&text)), streamed);

    let kustomize = plan(&spec, Options { layout: Some(Layout::Kustomize), ..OPTIONS });
    let files: BTreeMap<&str, &str> =
        kustomize.files.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect();
    let (mut named, mut base) = (BTreeSet::new(), Vec::new());
    for (path, text) in &files {
        let found = objects(text);
        assert!(!found.is_empty(), "{path} is empty");
        let Some(folder) = path.strip_suffix("kustomization.yaml") else {
            assert!(text.starts_with("# Made by tightship from tightship.yaml"), "{path}");
            base.extend(found.into_iter().filter(|_| !path.contains("/overlays/")));
            continue;
        };
        for list in ["resources", "components"] {
            for entry in found[0][list].as_array().into_iter().flatten() {
                named.insert(resolve(folder, entry.as_str().unwrap()));
            }
        }
        for patch in found[0]["patches"].as_array().into_iter().flatten() {
            named.insert(resolve(folder, patch["path"].as_str().unwrap()));
        }
    }
    assert_eq!(by_key(base), streamed);
    let is_overlay = |path: &str| path.contains("/overlays/") && path.ends_with("kustomization.yaml");
    let wanted: BTreeSet<String> = files
        .keys()
        .filter(|path| !is_overlay(path) && **path != "kustomization.yaml")
        .map(|path| path.trim_end_matches("/kustomization.yaml").to_owned())
        .collect();
    assert_eq!(named, wanted, "each file is named by a kustomization, and each name is a file");
}

/// A path from a folder, which may go upwards.
fn resolve(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

/// The objects that an overlay gives: those of the base and its own, with its patches put over them.
fn overlaid(plan: &Plan, environment: &str) -> BTreeMap<String, Value> {
    let key = |object: &Value| format!("{} {}", object["kind"], object["metadata"]["name"]);
    let texts = |part: &str| -> Vec<Value> {
        let files = plan.files.iter().filter(|file| file.path.as_str().contains(part));
        let files = files.filter(|file| !file.path.as_str().ends_with("kustomization.yaml"));
        files.flat_map(|file| objects(&file.text)).collect()
    };
    let base = texts("/base/");
    let mut result: BTreeMap<String, Value> = base.into_iter().map(|object| (key(&object), object)).collect();
    for object in texts(&format!("/overlays/{environment}/")) {
        match result.get_mut(&key(&object)) {
            Some(_) if object["$patch"] == "delete" => drop(result.remove(&key(&object))),
            Some(old) => {
                let id = merge::type_of(old);
                merge::apply(old.as_object_mut().unwrap(), object.as_object().unwrap(), Some(id));
            }
            None => drop(result.insert(key(&object), object)),
        }
    }
    result
}

fn without_order(objects: &mut BTreeMap<String, Value>) {
    for object in objects.values_mut() {
        let id = merge::type_of(object);
        merge::sort_named_lists(object.as_object_mut().unwrap(), Some(id));
    }
}

#[test]
fn an_overlay_gives_what_the_environment_asks_for() {
    let gateway = "{host: a.example.com, gateway: infra/public}";
    let ingress = "{host: a.example.com, via: ingress, class: nginx, namespace: ingress, tls: cert}";
    let apps = [
        everything(),
        app("replicas: 1\nenvironments: {prod: {replicas: {min: 2, max: 5}, env: {A: b}}, dev: {replicas: 0}}"),
        app(
            "replicas: {min: 2, max: 5}\nenvironments: {prod: {replicas: {min: 3, max: 9, cpu: 50}}, dev: {replicas: 1}}",
        ),
        app(&format!("route: {gateway}\nenvironments: {{prod: {{route: {ingress}}}, dev: {{size: xs}}}}")),
        app(&format!("environments: {{prod: {{route: {gateway}}}, dev: {{image: \"ghcr.io/acme/shop:1.2.4\"}}}}")),
        app(
            "env: {A: a, B: \"$(A)\"}\nenvironments: {prod: {env: {B: \"a\\nb\\n\", C: \"no\"}}, dev: {env: {A: \"\"}}}",
        ),
        app(
            "replicas: 1\nstorage: [{name: d, path: /d, size: 1Gi}]\nenvironments: {prod: {storage: {d: {size: 9Gi}}}, dev: {}}",
        ),
        app("sidecars: [{name: side, image: a/b:1, env: {A: b}}]\nsize: {cpu: 100m, memory: 64Mi}\n\
             environments: {prod: {size: {cpu: 100m, memory: 64Mi, cpuLimit: none}}, dev: {}}\n\
             exceptions: [{rule: no-cpu-limit, reason: r, ticket: t, expires: 2030-01-01}]"),
        app("files: [{path: /etc/a, content: b}]\nvolumes: [{path: /v, configMap: c}]\ntopology: {nodes: any}\n\
             environments:\n  prod:\n    ports: [{name: web, port: 9090}]\n    volumes: [{path: /w, configMap: d}]\n    \
             topology: {nodes: strict, zones: strict}\n    files: [{path: /etc/a, content: other}]\n    args: [x]\n    labels: {tier: a}\n    \
             tolerations: [{key: a}]\n    annotations: {a.example/b: c}\n    writable: [{path: /x}]\n    metrics: {port: web}\n  \
             dev: {sidecars: [{name: s, image: a/b:1}], nodeSelector: {a: b}, lifecycle: {drain: 0}, pullSecrets: [r], workload: {kind: deployment, grace: 9}}"),
        spec_of("cronjob", "restricted", "1.36", "generic", true)
            + "environments: {prod: {size: l, env: {A: c}}, dev: {}}\n",
    ];
    for spec in apps {
        let files = plan(&spec, Options { layout: Some(Layout::Kustomize), ..OPTIONS });
        for environment in ["prod", "dev"] {
            let asked = plan(&spec, Options { environment: Some(environment), ..OPTIONS }).stream;
            let key = |object: &Value| format!("{} {}", object["kind"], object["metadata"]["name"]);
            let mut asked: BTreeMap<_, _> = objects(&asked).into_iter().map(|it| (key(&it), it)).collect();
            let mut given = overlaid(&files, environment);
            without_order(&mut asked);
            without_order(&mut given);
            assert_eq!(asked.keys().collect::<Vec<_>>(), given.keys().collect::<Vec<_>>(), "{environment}\n{spec}");
            for (name, object) in asked {
                assert_eq!(given[&name], object, "{name} in {environment}\n{spec}");
            }
        }
    }
}

/// An exception, what in the app needs it, and where one sees that it works.
struct Weak {
    rule: &'static str,
    lines: &'static str,
    kind: &'static str,
    at: &'static str,
    value: Value,
}

fn weak(rule: &'static str, lines: &'static str, kind: &'static str, at: &'static str, value: Value) -> Weak {
    Weak { rule, lines, kind, at, value }
}

#[test]
fn each_exception_works_alone_and_is_seen_on_one_object() {
    let container = "/spec/template/spec/containers/0";
    let at = |rest: &str| -> &'static str { Box::leak(format!("{container}{rest}").into_boxed_str()) };
    let low = "runAs: {user: 1000}";
    let secret = "secrets: [{name: db, keys: [user], env: DB_USER}]";
    let root = "runAs: {user: 0}\nlevel: baseline";
    let ingress = "route: {host: a.example.com, via: ingress, class: nginx, namespace: ingress}";
    let folder = |path: &str| -> &'static str {
        Box::leak(format!("level: privileged\nvolumes: [{{path: /mnt, hostPath: {path}}}]").into_boxed_str())
    };
    let taint = "tolerations: [{key: node-role.kubernetes.io/control-plane}]";
    let cpu = "size: {cpu: 100m, memory: 64Mi, cpuLimit: none}";
    let all = [
        weak("writable-root-filesystem", "", "Deployment", at("/securityContext/readOnlyRootFilesystem"), json!(false)),
        weak("host-user-namespace", "", "Deployment", "/spec/template/spec/hostUsers", Value::Null),
        weak("secret-in-env", secret, "Deployment", at("/env/0/valueFrom/secretKeyRef/name"), json!("db")),
        weak("no-cpu-limit", cpu, "Deployment", at("/resources/limits/cpu"), Value::Null),
        weak("low-user-id", low, "Deployment", at("/securityContext/runAsUser"), json!(1000)),
        weak("run-as-root", root, "Deployment", at("/securityContext/runAsNonRoot"), Value::Null),
        weak(
            "added-capability",
            "capabilities: [NET_BIND_SERVICE]",
            "Deployment",
            at("/securityContext/capabilities/add"),
            json!(["NET_BIND_SERVICE"]),
        ),
        weak("mutable-image-tag", "image: a/b:latest", "Deployment", at("/image"), json!("a/b:latest")),
        weak("api-secrets", "api: [{resource: secrets, verbs: [list]}]", "Role", "/rules/0/verbs", json!(["list"])),
        weak("api-escalation", "api: [{resource: pods, verbs: [create]}]", "Role", "/rules/0/verbs", json!(["create"])),
        weak("route-without-tls", ingress, "Ingress", "/spec/tls", Value::Null),
        weak(
            "control-plane-toleration",
            taint,
            "Deployment",
            "/spec/template/spec/tolerations/0/operator",
            json!("Exists"),
        ),
        weak(
            "host-path-volumes",
            folder("/opt/data"),
            "Deployment",
            "/spec/template/spec/volumes/1/hostPath/path",
            json!("/opt/data"),
        ),
        weak(
            "sensitive-host-path",
            folder("/var/log"),
            "Deployment",
            "/spec/template/spec/volumes/1/hostPath/path",
            json!("/var/log"),
        ),
        weak(
            "writable-host-path",
            folder("/opt/data, writable: true"),
            "Deployment",
            at("/volumeMounts/1/readOnly"),
            Value::Null,
        ),
        weak(
            "host-namespaces",
            "level: privileged\nhost: {network: true}",
            "Deployment",
            "/spec/template/spec/hostNetwork",
            json!(true),
        ),
    ];
    assert_eq!(all.iter().map(|it| it.rule).collect::<Vec<_>>(), Rule::WORDS);
    for Weak { rule, lines, kind, at, value } in all {
        // a line of the exception's own stands for the minimal app's
        let key = |line: &str| line.split(':').next().unwrap().to_owned();
        let own: Vec<String> = lines.lines().map(key).collect();
        let rest: Vec<&str> = MINIMAL.lines().filter(|line| !own.contains(&key(line))).collect();
        let spec = format!(
            "{}\n{lines}\nexceptions: [{{rule: {rule}, reason: the reason, ticket: T-1, expires: 2026-06-30}}]\n",
            rest.join("\n")
                .replace("{kubernetes: \"1.36\"}", "{kubernetes: \"1.36\", apiServer: {cidrs: [10.0.0.1/32]}}")
        );
        let objects = objects(&stream(&spec, None));
        assert_eq!(find(&objects, kind).pointer(at).unwrap_or(&Value::Null), &value, "{rule}");
        let noted = |object: &&Value| object.to_string().contains(&format!("tightship/allow.{rule}"));
        let kinds: Vec<&Value> = objects.iter().filter(noted).map(|object| &object["kind"]).collect();
        assert_eq!(kinds, [kind], "{rule}");
        let note = &find(&objects, kind)["metadata"]["annotations"][&format!("tightship/allow.{rule}")];
        assert_eq!(note, "the reason (T-1, until 2026-06-30)", "{rule}");
    }
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
    #![proptest_config(support::random(400))]

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
        let plan = generate::plan(&specs, options).unwrap();
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

/// A hostile text as a part of a path.
fn hostile_name() -> impl Strategy<Value = String> {
    hostile().prop_map(|text| text.chars().filter(|c| !c.is_control() && !"/:".contains(*c)).take(40).collect())
}

proptest! {
    #![proptest_config(support::random(60))]

    #[test]
    fn no_text_breaks_an_overlay_a_path_or_a_comment(
        texts in prop::collection::vec(hostile(), 4),
        name in hostile_name(),
        label in "[A-Za-z0-9]([-A-Za-z0-9_.]{0,20}[A-Za-z0-9])?",
        group in hostile_name(),
    ) {
        let (file, folder) = (format!("/cfg/f{name}f"), format!("/var/{name}x"));
        let spec = json!({
            "apiVersion": "tightship/v1", "kind": "App", "name": "shop", "image": "ghcr.io/acme/shop:1", "level": "restricted",
            "target": {"kubernetes": "1.36"}, "ports": [{"name": "http", "port": 8080}], "owner": label,
            "env": {"A": "a", "B": texts[0]}, "files": [{"path": file, "content": texts[1]}], "writable": [{"path": folder}],
            "health": {"live": {"exec": [texts[2], texts[3]]}},
            "environments": {"prod": {"env": {"A": texts[2], "C": texts[3]}}},
        });
        let space = json!({
            "apiVersion": "tightship/v1", "kind": "Space", "name": "shop", "level": "restricted",
            "target": {"kubernetes": "1.36"}, "teams": [{"group": format!("g{group}")}], "owner": label,
        });
        let source = Source::new("x", printable(&format!("{spec}\n---\n{space}\n")));
        let outcome = spec::load(&source, "2026-01-01".parse().unwrap());
        let Some(specs) = outcome.specs else {
            let refused = texts.iter().any(|text| text.contains('\0')) || !outcome.hidden.is_empty();
            prop_assert!(refused, "{:?}", outcome.problems);
            return Ok(());
        };
        // the name of the spec stands in a comment at the top of each file
        let files = generate::plan(&specs, Options { spec: &texts[0], ..OPTIONS }).unwrap();
        let bare = generate::plan(&specs, Options { spec: "x", comments: Some(false), ..OPTIONS }).unwrap();
        let asked = generate::plan(&specs, Options { environment: Some("prod"), ..OPTIONS }).unwrap();
        for (file, bare) in files.files.iter().zip(&bare.files) {
            prop_assert_eq!(objects(&file.text), objects(&bare.text), "{}", file.path);
        }
        let given = overlaid(&files, "prod");
        let deployment = &given["\"Deployment\" \"shop\""];
        let container = &pod(deployment)["containers"][0];
        let expected = json!([
            {"name": "A", "value": texts[2]}, {"name": "B", "value": texts[0]}, {"name": "C", "value": texts[3]},
        ]);
        prop_assert_eq!(&container["env"], &expected);
        prop_assert_eq!(&container["livenessProbe"]["exec"]["command"], &json!([texts[2], texts[3]]));
        let paths: BTreeSet<&str> =
            container["volumeMounts"].as_array().unwrap().iter().map(|it| it["mountPath"].as_str().unwrap()).collect();
        prop_assert_eq!(paths, BTreeSet::from([file.as_str(), folder.as_str(), "/tmp"]));
        prop_assert_eq!(&deployment["metadata"]["labels"]["tightship/owner"], &json!(label));
        let asked = objects(&asked.stream);
        let data = find(&asked, "ConfigMap")["data"].as_object().unwrap().values().cloned().collect::<Vec<_>>();
        prop_assert_eq!(data, vec![json!(texts[1])]);
        let team = asked.iter().find(|it| it["kind"] == "RoleBinding").unwrap();
        prop_assert_eq!(&team["subjects"][0]["name"], &json!(format!("g{group}")));
    }
}

#[test]
fn most_hostile_texts_are_accepted() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut accepted = 0;
    for _ in 0..200 {
        let text = hostile().new_tree(&mut runner).unwrap().current();
        let spec = MINIMAL.to_owned() + &printable(&format!("env: {}\n", json!({ "A": text })));
        let outcome = spec::load(&Source::new("x", spec), "2026-01-01".parse().unwrap());
        accepted += usize::from(outcome.specs.is_some());
    }
    assert!(accepted > 150, "{accepted} of 200");
}

#[test]
fn most_hostile_texts_are_rendered() {
    let texts = ["no", "a: b", "{{ x }}", "- a", "\u{1f600}", "a\nb", "---", "'"];
    for text in texts {
        let more = format!("env: {{A: {}}}", serde_json::to_string(text).unwrap());
        assert_eq!(pod(workload(&objects(&stream(&app(&more), None))))["containers"][0]["env"][0]["value"], text);
    }
    assert!(spec::today() > "2026-01-01".parse().unwrap());
}
