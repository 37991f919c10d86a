//! Images of every form, and what the rules say of them.

use std::collections::BTreeMap;

use serde_json::json;
use tightship::check::{self, Input, Selection, Text};
use tightship::kube::version::Version;
use tightship::rules::Settings;

use super::{Sent, settings};
use crate::pod_security_cases::{Case, base};

/// Whether each object breaks each of the rules on images. What cannot be read as an image is of no registry and no version
/// to its policies, whereas of the rules one alone speaks of it.
pub(super) fn verdicts(sent: &[Sent]) -> BTreeMap<(usize, &'static str), bool> {
    const RULES: [&str; 4] = ["image-digest", "image-registry", "malformed-image", "mutable-image-tag"];
    let inputs: Vec<Input> = sent
        .iter()
        .enumerate()
        .map(|(at, it)| Input { name: at.to_string(), text: Text::Here(it.local.to_string().into()) })
        .collect();
    let selection = Selection::from_words(&RULES.map(str::to_owned), &[]).expect("rules");
    let settings = Settings { as_admission: false, ..settings(Version::NEWEST) };
    let outcome = check::run(&inputs, &check::Options { settings, selection, ..check::Options::default() });
    let mut all: BTreeMap<(usize, &str), bool> =
        (0..sent.len()).flat_map(|at| RULES.map(|rule| ((at, rule), false))).collect();
    for finding in &outcome.findings {
        let at = outcome.files[finding.places[0].file.0 as usize].name.parse().expect("a number");
        let also: &[&str] = match finding.rule.id {
            "malformed-image" => &["image-registry", "mutable-image-tag"],
            _ => &[],
        };
        for rule in also.iter().copied().chain([finding.rule.id]) {
            all.insert((at, RULES.into_iter().find(|it| *it == rule).expect("a rule")), true);
        }
    }
    all
}

/// Pods with images of every form, in each list of containers.
pub(super) fn cases() -> Vec<Case> {
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
