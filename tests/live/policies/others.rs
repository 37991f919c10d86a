//! Cases for the rules beyond the Pod Security Standards, and what these say of them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tightship::internals::check::{self, Input, Selection, Text};
use tightship::internals::k8s::Version;
use tightship::internals::policy::Subject;
use tightship::internals::rules::Settings;

use super::{Sent, settings};
use crate::support::pod_security_cases::{Case, base};

/// Whether each object breaks each of the rules. What cannot be read as an image is of no registry and no version
/// to its policies, whereas of the rules one alone speaks of it.
pub(super) fn verdicts(sent: &[Sent]) -> BTreeMap<(usize, &'static str), bool> {
    let is_other = |subject: &Subject| matches!(subject, Subject::Rule(_)) && subject.control().is_none();
    let rules: Vec<&'static str> = Subject::all().filter(is_other).map(Subject::id).collect();
    let inputs: Vec<Input> = sent
        .iter()
        .enumerate()
        .map(|(at, it)| Input { name: at.to_string(), text: Text::Here(it.local.to_string().into()) })
        .collect();
    let selection =
        Selection::from_words(&rules.iter().map(|rule| (*rule).to_owned()).collect::<Vec<_>>(), &[]).expect("rules");
    let settings = Settings { as_admission: false, ..settings(Version::NEWEST) };
    let outcome = check::run(&inputs, &check::Options { settings, selection, ..check::Options::default() });
    let mut all: BTreeMap<(usize, &str), bool> =
        (0..sent.len()).flat_map(|at| rules.iter().map(move |rule| ((at, *rule), false))).collect();
    for finding in &outcome.findings {
        let at = outcome.files[finding.file().0 as usize].name.parse().expect("a number");
        let also: &[&str] = match finding.id {
            "malformed-image" => &["image-registry", "mutable-image-tag"],
            _ => &[],
        };
        for rule in also.iter().copied().chain([finding.id]) {
            all.insert((at, rule), true);
        }
    }
    all
}

/// Every case.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = images();
    let mut add = |name: &str, changes: &[(&str, Value)]| {
        let mut pod = base(name);
        for (key, value) in changes {
            pod["spec"][*key] = value.clone();
        }
        cases.push(Case { name: name.to_owned(), pod });
    };
    let container = |name: &str, read_only: Value| {
        let security = json!({"readOnlyRootFilesystem": read_only});
        json!({"name": name, "image": "ghcr.io/acme/app:1.2.3", "securityContext": security})
    };
    let (yes, no) = (json!(true), json!(false));
    for (name, init, main) in [
        ("all", &yes, &yes),
        ("none", &no, &no),
        ("init", &yes, &no),
        ("main", &no, &yes),
        ("unset", &Value::Null, &yes),
    ] {
        let lists = [
            ("initContainers", json!([container("init", init.clone())])),
            ("containers", json!([container("main", main.clone()), container("other", yes.clone())])),
        ];
        add(&format!("read-only.{name}"), &lists);
    }
    let bare = json!([{"name": "main", "image": "ghcr.io/acme/app:1.2.3"}]);
    for os in ["windows", "linux"] {
        let keys = [("initContainers", json!([])), ("securityContext", json!({})), ("containers", bare.clone())];
        add(&format!("bare.{os}"), &[&keys[..], &[("os", json!({"name": os}))]].concat());
    }
    let device = json!([{"name": "main", "image": "ghcr.io/acme/app:1.2.3",
        "volumeDevices": [{"name": "disk", "devicePath": "/dev/xvda"}]}]);
    let claim = json!([{"name": "disk", "persistentVolumeClaim": {"claimName": "disk"}}]);
    add("device", &[("containers", device), ("volumes", claim)]);
    for value in [true, false] {
        for field in ["shareProcessNamespace", "hostUsers", "hostNetwork", "hostPID", "hostIPC"] {
            add(&format!("{}.{value}", field.to_lowercase()), &[(field, json!(value))]);
        }
    }
    cases
}

/// Pods with images of every form, in each list of containers.
fn images() -> Vec<Case> {
    let digest = format!("sha256:{}", "0123456789abcdef".repeat(4));
    let long = |length: usize| format!("ghcr.io/acme/{}", "a".repeat(length));
    let mut images: Vec<String> = [
        "busybox",
        "busybox:1.37",
        "busybox:latest",
        "library/busybox:1",
        "docker.io/busybox:1",
        "docker.io/library/busybox:1",
        "index.docker.io/busybox:1",
        "index.docker.io/library/busybox:1",
        "index.docker.io/acme/app:1",
        "acme/app:1",
        "acme/app/more:1",
        "acme/apple:1",
        "docker.io/acme/app",
        "ghcr.io/acme/app",
        "ghcr.io/acme/app:latest",
        "ghcr.io/acme/app:Latest",
        "ghcr.io/acme/app:latest-1",
        "ghcr.io/acme/team/app:1",
        "ghcr.io/acme:1",
        "ghcr.io/acme-labs/app:1",
        "ghcr.io/acmeapp:1",
        "ghcr.io/other/ghcr.io/acme/app:1",
        "GHCR.io/acme/app:1",
        "ghcr.io:443/acme/app:1",
        "ghcr.io.example.com/acme/app:1",
        "example.com/ghcr.io/acme/app:1",
        "quay.io/x:1",
        "quay.io/a/b/c/d:V1",
        "quay.iox/a:1",
        "registry.example.com:5000/shop/api:1",
        "registry.example.com:5000/shop/api",
        "registry.example.com:5000/shop/api:latest",
        "registry.example.com:5000/shop:1",
        "registry.example.com:5001/shop/api:1",
        "registry.example.com/shop/api:1",
        "localhost/app:1",
        "localhost:5000/app:1",
        "localhost:5000",
        "localhost",
        "Shop/api:1",
        "shop/Api:1",
        "ghcr.io/acme/App:1",
        "ghcr.io/acme/App",
        "BUSYBOX",
        "https://ghcr.io/acme/app:1",
        "ghcr.io/acme/app:1:2",
        "ghcr.io/acme//app:1",
        "ghcr.io/acme/../evil/app:1",
        "ghcr.io/acme/app:",
        "ghcr.io/acme/app@",
        "ghcr.io/acme/app:1@sha256:abc",
        "ghcr.io/acme/app@latest",
        "ghcr.io/acme/a..b:1",
        "ghcr.io/acme/a__b--c.d:1",
        "a_b.c/app:1",
        "[::1]:5000/app:1",
        "[::1]/app",
        "ghcr.io/acme/$APP:1",
        "ghcr.io/acme/app:1 2",
        "ghcr.io/acme/app:1\nx",
        "ghcr.io/acme/'); true || ('",
        "ghcr.io/acme/ä:1",
        "/app",
        "@",
        ":1",
        "",
    ]
    .map(str::to_owned)
    .into();
    for name in ["busybox", "acme/app:1", "ghcr.io/acme/app", "ghcr.io/acme/app:latest", "quay.io:443/app", "Shop/api"]
    {
        images.push(format!("{name}@{digest}"));
        images.push(format!("{name}@{}", digest.to_uppercase()));
    }
    images.extend([digest.clone(), digest.trim_start_matches("sha256:").to_owned()]);
    images.extend([long(250), long(251), format!("ghcr.io/acme/app:{}", "1".repeat(129))]);
    let mut cases = Vec::new();
    for (at, image) in images.iter().enumerate() {
        for who in ["initContainers", "containers", "ephemeralContainers"] {
            let name = format!("image.{at}.{}", who.to_lowercase());
            let mut pod = base(&name);
            if who == "ephemeralContainers" {
                pod["spec"][who] = json!([{"name": "debug", "image": image}]);
            } else {
                pod["spec"][who][1]["image"] = json!(image);
            }
            cases.push(Case { name, pod });
        }
    }
    cases
}
