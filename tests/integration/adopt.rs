//! `tightship apiserver adopt`: control planes as others set them up. Nothing that runs is lost on the way to the spec.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use tightship::internals::generate::{Baseline, Program};
use tightship::internals::spec;
use tightship::internals::yaml::Source;

use crate::readings::readings;
use crate::support::Folder;
use serde_json::Value;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/adopt");

/// The cases, with what is said beside the files.
const CASES: [(&str, &[&str]); 8] = [
    ("hard-way", &["--kubernetes", "1.34.4"]),
    ("k3s", &["--kubernetes", "1.34.4"]),
    ("kind", &[]),
    ("kops", &[]),
    ("kubeadm-1.33", &[]),
    ("kubeadm-1.37", &[]),
    ("kubespray", &[]),
    ("rke2", &["--kubernetes", "1.34.4"]),
];

/// A flag of a program: the program, the name, its values.
type Flags = BTreeMap<(String, String), Vec<String>>;

fn add(flags: &mut Flags, program: &str, argument: &str) {
    let argument = argument.trim_start_matches('-');
    let (name, value) = argument.split_once('=').unwrap_or((argument, "true"));
    flags.entry((program.to_owned(), name.to_owned())).or_default().push(value.to_owned());
}

/// What the files of a case start programs with, as this test reads them.
fn started(folder: &Path, flags: &mut Flags) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            started(&entry, flags);
            continue;
        }
        let text = fs::read_to_string(&entry).unwrap();
        if entry.extension().is_some_and(|it| it == "service") {
            let line = text.split_once("ExecStart=").unwrap().1.replace("\\\n", " ");
            let mut words = line.lines().next().unwrap().split_whitespace();
            let program = words.next().unwrap().rsplit('/').next().unwrap().to_owned();
            words.for_each(|word| add(flags, &program, word));
            continue;
        }
        for document in readings(&text).0 {
            if document["kind"] == "Pod" {
                let container = &document["spec"]["containers"][0];
                let words = ["command", "args"].into_iter().filter_map(|key| container[key].as_array()).flatten();
                let words: Vec<&str> = words.map(|word| word.as_str().unwrap()).collect();
                let program = words[0].rsplit('/').next().unwrap();
                words[1..].iter().for_each(|word| add(flags, program, word));
            }
            for program in ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"] {
                let list = document[format!("{program}-arg")].as_array().cloned().unwrap_or_default();
                list.iter().for_each(|word| add(flags, program, word.as_str().unwrap()));
            }
        }
    }
}

/// The rows of the tables of a plan: program, flag, the other cells, and the section that it stands in.
fn rows(plan: &str) -> Vec<(String, String, Vec<String>, String)> {
    let mut section = String::new();
    let mut rows = Vec::new();
    for line in plan.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            section = title.to_owned();
        }
        if let Some(rest) = line.strip_prefix("* ").filter(|rest| rest.contains("`--")) {
            let program = rest.split(' ').next().unwrap();
            let flag = rest.split('`').nth(1).unwrap().trim_start_matches("--");
            rows.push((program.to_owned(), flag.to_owned(), vec![rest.to_owned()], section.clone()));
        }
        let cells: Vec<String> = line.split(" | ").map(|cell| cell.trim_matches(['|', ' ']).to_owned()).collect();
        if line.starts_with("| ") && cells.get(1).is_some_and(|flag| flag.starts_with("`--")) {
            let flag = cells[1].trim_matches('`').trim_start_matches("--").to_owned();
            rows.push((cells[0].clone(), flag, cells[2..].to_vec(), section.clone()));
        }
    }
    rows
}

fn adopted(case: &str, more: &[&str]) -> Folder {
    let folder = Folder::new();
    let data = format!("{DATA}/{case}");
    folder.run(&[&["apiserver", "adopt", &data], more].concat()).exits(0);
    folder
}

fn baseline(spec: &str) -> Baseline {
    let outcome = spec::load(&Source::new("tightship.yaml", spec), spec::today());
    let specs = outcome.specs.unwrap_or_else(|| panic!("{spec}\n{:?}", outcome.problems));
    Baseline::new(&specs.api_servers[0])
}

/// The items of values, as a program takes several mentions of a list.
fn items<'v>(values: impl IntoIterator<Item = &'v str>) -> BTreeSet<String> {
    values.into_iter().flat_map(|value| value.split(',')).map(|item| item.to_ascii_lowercase()).collect()
}

#[test]
fn no_flag_is_lost() {
    for (case, more) in CASES {
        let folder = adopted(case, more);
        let plan = folder.read("PLAN.md");
        let rows = rows(&plan);
        let mut flags = Flags::new();
        started(Path::new(&format!("{DATA}/{case}")), &mut flags);
        assert!(flags.len() > 3, "{case}");
        let spec = folder.read("tightship.yaml");
        let baseline = baseline(&spec);
        let mut count = [0; 4];
        for ((program, name), values) in &flags {
            let place = format!("{case}: {program} --{name}={values:?}");
            let found: Vec<_> = rows
                .iter()
                .filter(|(of, flag, _, section)| of == program && flag == name && section != "What is new")
                .collect();
            let [(_, _, cells, section)] = found.as_slice() else {
                panic!("{place} is {} times in\n{plan}", found.len())
            };
            let of = Program::ALL.into_iter().find(|it| it.as_str() == program).unwrap();
            let ours: Vec<&str> =
                baseline.all_of(of).filter(|flag| flag.name == *name).map(|flag| flag.value.as_str()).collect();
            match section.as_str() {
                "What stays" => {
                    count[0] += 1;
                    let by_others =
                        ["kubeadm", "the configuration of the", "etcd's own"].iter().any(|it| cells[1].starts_with(it));
                    let same = items(ours.iter().copied()) == items(values.iter().map(String::as_str));
                    assert!(by_others || same, "{place}: the spec says {ours:?}");
                }
                "What changes" => {
                    count[1] += 1;
                    assert_eq!(cells[1].trim_matches('`'), ours.join(" "), "{place}");
                    assert!(!ours.is_empty(), "{place}");
                }
                "What goes" => {
                    count[2] += 1;
                    assert!(ours.is_empty(), "{place}: the spec says {ours:?}");
                    assert!(cells[1].len() > 10, "{place}: no reason");
                }
                _ => count[3] += 1,
            }
        }
        assert_eq!(count.iter().sum::<usize>(), flags.len(), "{case}: {count:?}");
        assert!(count[0] > count[1] + count[2] + count[3], "{case}: {count:?}");
        folder.render(&[]).exits(0);
    }
}

#[test]
fn the_wiring_of_a_cluster_is_in_its_spec() {
    let spec =
        |case: &str, more: &[&str]| -> Value { readings(&adopted(case, more).read("tightship.yaml")).0.remove(0) };
    let kubeadm = spec("kubeadm-1.37", &[]);
    assert_eq!(kubeadm["target"]["platform"], "kubeadm");
    assert_eq!(kubeadm["target"]["kubernetes"], "1.37.2");
    assert_eq!(kubeadm["name"], "kubernetes");
    assert_eq!(kubeadm["network"]["endpoint"], "k8s.example.com:6443");
    assert_eq!(kubeadm["certificates"]["names"], serde_json::json!(["k8s.example.com", "203.0.113.7"]));
    assert_eq!(kubeadm["network"]["pods"], "10.244.0.0/16");
    assert_eq!(kubeadm["anonymous"]["joinByToken"], true, "nodes joined with a token");
    assert!(kubeadm.get("extraArgs").is_none(), "{kubeadm}");
    let kubespray = spec("kubespray", &[]);
    assert_eq!(kubespray["certificates"]["folder"], "/etc/kubernetes/ssl");
    assert_eq!(kubespray["etcd"]["endpoints"].as_array().unwrap().len(), 3);
    assert_eq!(kubespray["etcd"]["ca"], "/etc/ssl/etcd/ssl/ca.pem");
    assert_eq!(kubespray["encryption"]["provider"], "file", "its keys are in a file that is there");
    assert_eq!(kubespray["admission"]["enable"], serde_json::json!(["PodNodeSelector"]));
    assert_eq!(kubespray["extraArgs"]["apiServer"]["event-ttl"], "1h0m0s");
    let kops = spec("kops", &[]);
    assert_eq!(kops["target"]["platform"], "static-pod");
    assert_eq!(kops["serviceAccounts"]["issuers"][0], "https://api.internal.prod.example.com");
    assert_eq!(kops["cloudProvider"], "external");
    assert_eq!(kops["extraArgs"]["apiServer"]["secure-port"], "443");
    assert_eq!(
        kops["leaveOut"]["controllerManager"],
        serde_json::json!(["client-ca-file", "requestheader-client-ca-file"])
    );
    let hard = spec("hard-way", &["--kubernetes", "1.34.4"]);
    assert_eq!(hard["target"]["platform"], "systemd");
    let without = hard["leaveOut"]["apiServer"].to_string();
    assert!(without.contains("proxy-client-cert-file"), "a file that is not there would stop the server: {without}");
    assert_eq!(hard["network"]["services"], "10.32.0.0/24");
}

#[test]
fn nothing_is_overwritten_and_nothing_made_of_nothing() {
    let folder = Folder::with("mine");
    let data = format!("{DATA}/kubeadm-1.33");
    folder.run(&["apiserver", "adopt", &data]).exits(2).says(&["tightship.yaml is there already", "--force"]);
    assert_eq!(folder.read("tightship.yaml"), "mine");
    assert!(!folder.path("PLAN.md").exists());
    folder.run(&["apiserver", "adopt", &data, "--force"]).exits(0);
    assert!(folder.read("tightship.yaml").contains("kind: ApiServer"));
    let empty = Folder::new();
    empty.write("a/deployment.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
    empty.run(&["apiserver", "adopt", "a"]).exits(2).says(&["no kube-apiserver is started by these files"]);
    let units = format!("{DATA}/hard-way");
    empty.run(&["apiserver", "adopt", &units]).exits(2).says(&["no file says the release", "--kubernetes"]);
    assert!(!empty.path("tightship.yaml").exists());
}

#[test]
fn stages_bring_one_thing_after_the_other() {
    let folder = Folder::with(
        "apiVersion: tightship/v1\nkind: ApiServer\nname: prod\ntarget: {kubernetes: \"1.34.4\", platform: kubeadm}\nencryption: {plaintext: refused}\n",
    );
    let listed = folder.run(&["apiserver", "stage"]).exits(0).stdout;
    let names: Vec<&str> = listed.lines().skip(1).map(|line| line.split_whitespace().nth(1).unwrap()).collect();
    let all = [
        "audit",
        "read-keys",
        "encrypt",
        "rewrite",
        "drop-plaintext",
        "request-certificates",
        "verify-kubelets",
        "access",
        "admission",
    ];
    assert_eq!(names, all);
    let mut key = String::new();
    let mut last = String::new();
    for (at, name) in all.iter().enumerate() {
        let number = (at + 1).to_string();
        folder.run(&["apiserver", "stage", &number]).exits(0);
        let config = folder.read("control-plane/prod/kubeadm.yaml");
        let reached = |stage: &str| all.iter().position(|it| *it == stage).unwrap() <= at;
        let has = |flag: &str| config.contains(&format!("name: {flag}\n"));
        assert_eq!(has("encryption-provider-config"), reached("read-keys"), "{name}");
        assert_eq!(has("kubelet-certificate-authority"), reached("verify-kubelets"), "{name}");
        assert_eq!(has("authentication-config"), reached("access"), "{name}");
        assert_eq!(config.contains("serverTLSBootstrap"), reached("request-certificates"), "{name}");
        assert_eq!(config.contains("DenyServiceExternalIPs,EventRateLimit"), reached("admission"), "{name}");
        assert!(has("audit-policy-file") && has("authorization-mode"), "{name}: from the first on");
        let readme = folder.read("control-plane/prod/README.md");
        assert!(readme.contains(&format!("stage {number} of 9, {name}")), "{readme}");
        assert!(readme.contains("## Go back") && readme.contains(&format!("verify-stage {number}")), "{readme}");
        if reached("read-keys") {
            let file = readings(&folder.read("control-plane/prod/hardening/encryption.yaml")).0.remove(0);
            let providers = file["resources"][0]["providers"].as_array().unwrap().clone();
            let order: Vec<&str> =
                providers.iter().map(|it| it.as_object().unwrap().keys().next().unwrap().as_str()).collect();
            let wanted: &[&str] = match *name {
                "read-keys" => &["identity", "secretbox"],
                "encrypt" | "rewrite" => &["secretbox", "identity"],
                _ => &["secretbox"],
            };
            assert_eq!(order, wanted, "{name}");
            let secret =
                providers.iter().find_map(|it| it["secretbox"]["keys"][0]["secret"].as_str()).unwrap().to_owned();
            assert!(key.is_empty() || key == secret, "{name}: another key would lose every Secret");
            key = secret;
        }
        last = config;
    }
    // back behind encryption, and the key stays for what is still encrypted
    folder.run(&["apiserver", "stage", "2"]).exits(0);
    assert!(folder.read("control-plane/prod/hardening/encryption.yaml").contains(&key));
    folder.run(&["apiserver", "stage", "9"]).exits(0);
    assert_eq!(folder.read("control-plane/prod/kubeadm.yaml"), last);
    // the end of the way is what the spec renders to
    folder.render(&[]).exits(0);
    assert_eq!(folder.read("control-plane/prod/kubeadm.yaml"), last);
    assert!(folder.read("control-plane/prod/hardening/encryption.yaml").contains(&key));
    folder.run(&["apiserver", "stage", "10"]).exits(2).says(&["prod has no stage 10: its stages are 1 to 9"]);
    folder.run(&["apiserver", "stage", "0"]).exits(2).says(&["prod has no stage 0"]);
}

#[test]
fn what_is_not_of_the_control_plane_stays_at_every_stage() {
    let spec = format!(
        "{}---\napiVersion: tightship/v1\nkind: ApiServer\nname: prod\ntarget: {{kubernetes: \"1.34.4\", platform: kubeadm}}\n",
        crate::support::MINIMAL
    );
    let folder = Folder::rendered(&spec);
    let apps = |folder: &Folder| -> Vec<String> {
        folder.names().into_iter().filter(|name| name.starts_with("apps/")).collect()
    };
    let before = apps(&folder);
    assert!(!before.is_empty());
    folder.run(&["apiserver", "stage", "1"]).exits(0);
    assert_eq!(apps(&folder), before);
}
