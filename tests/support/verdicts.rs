//! Verdicts of the API server beside those of the program: which of its rules say that an object is refused, and which field
//! each means.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The rules that say of an object that the API server refuses it.
pub(crate) const REFUSALS: [&str; 19] = [
    "unknown-field",
    "misplaced-field",
    "field-not-in-release",
    "wrong-type",
    "invalid-value",
    "missing-field",
    "invalid-name",
    "invalid-quantity",
    "duplicate-key",
    "duplicate-item",
    "unreadable-value",
    "unknown-kind",
    "removed-api-version",
    "conflicting-fields",
    "selector-mismatch",
    "unknown-reference",
    "duplicate-name",
    "unknown-volume",
    "request-above-limit",
];

/// The ends of fields that upstream calls by another name, or whose place in a list it leaves out, and the ends of ours.
const SLIPS: [(&str, &str); 45] = [
    ("overhead.limits", "overhead.podFixed"),
    ("overhead.limits", "overhead.podFixed.cpu"),
    ("overhead.limits", "overhead.podFixed.foo"),
    ("tolerations.tolerations.operator", "scheduling.tolerations.operator"),
    ("tolerations.tolerations.effect", "scheduling.tolerations.effect"),
    ("volumeMounts.subPath", "volumeMounts.subPath"),
    ("volumeMounts.subPathExpr", "volumeMounts.subPathExpr"),
    ("volumeMounts.mountPropagation", "volumeMounts.mountPropagation"),
    ("volumeMounts.recursiveReadOnly", "volumeMounts.recursiveReadOnly"),
    ("resizePolicy", "resizePolicy.restartPolicy"),
    ("LoadBalancerSourceRanges", "loadBalancerSourceRanges"),
    ("HostPID", "hostPID"),
    ("HostIPC", "hostIPC"),
    ("securityContext.shareProcessNamespace", "shareProcessNamespace"),
    ("downwarAPI", "downwardAPI"),
    ("downwardAPI.path", "downwardAPI.items.path"),
    ("downwardAPI.fieldRef.fieldPath", "downwardAPI.items.fieldRef.fieldPath"),
    ("downwardAPI.resourceFieldRef.containerName", "downwardAPI.items.resourceFieldRef.containerName"),
    ("data", "stringData"),
    ("annotations.kubernetes.io/ingress.class", "metadata.annotations"),
    ("metadata.annotations.seccomp.security.alpha.kubernetes.io/pod", "metadata.annotations"),
    ("metadata.annotations", "metadata"),
    ("projected.path", "serviceAccountToken.path"),
    ("clusterIPs", "clusterIP"),
    ("template.labels", "template.metadata.labels"),
    ("template.annotations", "template.metadata.annotations"),
    ("tolerations.operator", "tolerations.value"),
    ("topologySpreadConstraints.{topologyKey, whenUnsatisfiable}", "topologySpreadConstraints.topologyKey"),
    (
        "requiredDuringSchedulingIgnoredDuringExecution.namespace",
        "requiredDuringSchedulingIgnoredDuringExecution.namespaces",
    ),
    ("podAffinityTerm.namespace", "podAffinityTerm.namespaces"),
    ("spec.resources.requests", "spec.containers.resources.limits.cpu"),
    ("spec.resources", "spec.resources"),
    ("spec.resources", "spec.resources.requests.storage"),
    ("dataSource", "dataSourceRef"),
    ("dataSource.apiGroup", "dataSourceRef.apiGroup"),
    ("matchExpressions.values", "matchExpressions.values"),
    ("matchExpressions.operator", "matchExpressions.operator"),
    ("spec.limits.limits", "spec.limits.max"),
    ("spec.limits.defaultRequest", "spec.limits.default.memory"),
    ("clientConfig.service.name", "clientConfig.service.namespace"),
    ("conversion.webhookClientConfig", "conversion.webhook"),
    ("conversion.webhookClientConfig", "conversion.webhook.clientConfig"),
    ("conversion.webhookClientConfig", "conversion.webhook.clientConfig.service"),
    ("spec.validation.openAPIV3Schema.type", "spec.versions.schema.openAPIV3Schema.type"),
    ("spec.additionalPrinterColumns.type", "spec.versions.additionalPrinterColumns.type"),
];

/// What upstream calls fields that changed, where that is no field of the object, and what they are.
const CHANGED: [(&str, &str); 8] = [
    ("spec.persistentvolumesource", "spec"),
    ("volumeMode", "spec.volumeMode"),
    ("nodeAffinity", "spec.nodeAffinity"),
    ("status.storedVersions[0]", "spec.versions"),
    ("spec.attachedRequired", "spec.attachRequired"),
    ("spec.clusterIPs[0]", "spec.clusterIP"),
    ("spec.clusterIPs[0]", "spec.ipFamilies"),
    ("data", "stringData"),
];

/// Whether a finding is about the field of a change that the API server names.
pub(crate) fn is_about_change(object: &Value, finding: &Value, field: &str) -> bool {
    let ours = CHANGED.iter().filter(|(theirs, _)| *theirs == field).map(|(_, ours)| *ours);
    std::iter::once(field).chain(ours).any(|field| is_about(object, finding, field))
}

/// The folder of the data.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/verdicts")
}

/// The steps of a path: `spec`, `containers`, `[0]`.
fn steps(path: &str) -> Vec<String> {
    let mut steps = vec![String::new()];
    for character in path.chars() {
        match character {
            '.' if !steps.last().unwrap().starts_with('[') => steps.push(String::new()),
            '[' => steps.push("[".to_owned()),
            ']' => {
                steps.last_mut().unwrap().push(']');
                steps.push(String::new());
            }
            _ => steps.last_mut().unwrap().push(character),
        }
    }
    steps.retain(|step| !step.is_empty());
    steps
}

/// A field as the API server names it, with the members of lists by name as the program has them.
pub(crate) fn by_name(object: &Value, field: &str) -> String {
    let mut path = String::new();
    let mut here = Some(object);
    for step in steps(field) {
        let inner = step.strip_prefix('[').and_then(|step| step.strip_suffix(']'));
        let index = inner.and_then(|inner| inner.parse::<usize>().ok()).filter(|_| here.is_some_and(Value::is_array));
        here = here.and_then(|here| match index {
            Some(index) => here.get(index),
            None => here.get(inner.unwrap_or(&step)),
        });
        let name = here.and_then(|member| member.get("name")).and_then(Value::as_str).filter(|name| !name.is_empty());
        match (index, inner) {
            (Some(_), _) => path.push_str(&name.map_or(step, |name| format!("[{name}]"))),
            (None, Some(key)) => push(&mut path, key),
            (None, None) => push(&mut path, &step),
        }
    }
    path
}

fn push(path: &mut String, key: &str) {
    let is_plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    match (is_plain, path.is_empty()) {
        (true, true) => path.push_str(key),
        (true, false) => path.push_str(&format!(".{key}")),
        (false, _) => path.push_str(&format!("[{key:?}]")),
    }
}

/// The fields that a finding of `--format json` may mean: its own, and that which its owner lacks.
pub(crate) fn fields(finding: &Value) -> Vec<String> {
    let own = finding["path"].as_str().unwrap_or_default().to_owned();
    let mut missing = own.clone();
    let lacks = finding["message"].as_str().and_then(|message| message.strip_suffix('`')?.rsplit_once(" lacks `"));
    match lacks {
        Some((_, name)) if name == "metadata.name" => missing = name.to_owned(),
        Some((_, name)) => push(&mut missing, name),
        None => {}
    }
    vec![own, missing]
}

/// Without the members of lists, to look a path up among the slips.
fn plain(path: &str) -> String {
    let steps: Vec<String> = steps(path).into_iter().filter(|step| !step.starts_with('[')).collect();
    steps.join(".")
}

/// Whether a finding is about the field that the API server names: that itself, a part of it, or ours of a slip of upstream's.
pub(crate) fn is_about(object: &Value, finding: &Value, field: &str) -> bool {
    let server = by_name(object, field);
    let ends =
        |path: &str, end: &str| path.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let is_missing = finding["rule"] == "missing-field";
    fields(finding).iter().any(|own| {
        // what is missing is empty for the server, which names what is missing in it
        let around = is_missing && server.strip_prefix(own).is_some_and(|rest| rest.starts_with(['.', '[']));
        let rest = own.strip_prefix(&server);
        let slips = || SLIPS.iter().any(|(theirs, ours)| ends(&plain(field), theirs) && ends(&plain(own), ours));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '['])) || around || slips()
    })
}

/// The findings of a file, of the rules that say so, for a release.
pub(crate) fn refusals(program: &mut std::process::Command, release: &str, file: &Path) -> Vec<Value> {
    let ran = program
        .args(["check", "--no-config", "--format", "json", "--kubernetes", release, "--select", &REFUSALS.join(",")])
        .arg(file)
        .output()
        .unwrap();
    let printed: Value = serde_json::from_slice(&ran.stdout)
        .unwrap_or_else(|error| panic!("{}: {error}\n{}", file.display(), String::from_utf8_lossy(&ran.stderr)));
    printed["findings"].as_array().unwrap().clone()
}

/// The files of mutants.
pub(crate) fn mutants() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder().join("mutants")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// An object with what API servers answered to it.
pub(crate) struct Mutant {
    pub(crate) object: Value,
    /// The text of its document.
    pub(crate) text: String,
    /// Its first line and its last, from 1.
    pub(crate) first: usize,
    last: usize,
    /// By release, the first field that the API server names; `None` where it takes the object.
    pub(crate) answers: BTreeMap<String, Option<String>>,
}

impl Mutant {
    /// Those of a file. A comment `# 1.34: FIELD` or `# 1.34: taken` before an object is an answer.
    pub(crate) fn all(file: &Path) -> Vec<Self> {
        let text = std::fs::read_to_string(file).unwrap();
        let (mut all, mut line) = (Vec::new(), 1);
        for part in text.split_inclusive("---\n") {
            let lines = part.lines().count();
            let comments = part.lines().filter_map(|line| line.strip_prefix("# ")?.split_once(": "));
            let answer = |answer: &str| (answer != "taken").then(|| answer.to_owned());
            let answers = comments.map(|(release, field)| (release.to_owned(), answer(field))).collect();
            let text = part.trim_end_matches("---\n").to_owned();
            let object =
                serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}\n{text}", file.display()));
            all.push(Self { object, text, first: line, last: line + lines, answers });
            line += lines;
        }
        all
    }

    /// Whether a finding is about it.
    pub(crate) fn holds(&self, finding: &Value) -> bool {
        let line = finding["places"][0]["start"]["line"].as_u64().unwrap_or_default();
        (self.first..self.last).contains(&usize::try_from(line).unwrap())
    }
}

/// A change of an object with what API servers answered to it.
pub(crate) struct Update {
    pub(crate) old: Value,
    pub(crate) new: Value,
    /// A name for its files that no other has.
    pub(crate) file: String,
    /// By release, the first field that the API server names; `None` where it takes the change.
    pub(crate) answers: BTreeMap<String, Option<String>>,
}

/// Those of `updates/`: documents with an object as it was and as it is then, after the answers in comments.
pub(crate) fn updates() -> Vec<Update> {
    let entries = std::fs::read_dir(folder().join("updates")).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let of_file = |file: &PathBuf| {
        let kind = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let all = Mutant::all(file).into_iter().enumerate();
        let update = move |(at, mut pair): (usize, Mutant)| Update {
            old: pair.object["old"].take(),
            new: pair.object["new"].take(),
            file: format!("{kind}-{at}.json"),
            answers: pair.answers,
        };
        all.map(update).collect::<Vec<Update>>()
    };
    files.iter().flat_map(of_file).collect()
}

/// The places in a text that the API server would refuse for a release, by the number of their document.
pub(crate) fn refused_documents(name: &str, text: &str) -> std::collections::BTreeSet<usize> {
    let outcome = super::rule_data::Run::select("correctness", name, text).outcome();
    let is_refusal = |id: &str| REFUSALS.contains(&id);
    let places = outcome.findings.iter().filter(|finding| is_refusal(finding.id)).map(|finding| finding.span().start);
    let document = |at: u32| text[..at as usize].lines().filter(|line| line.starts_with("---")).count();
    places.map(document).collect()
}

/// Every text of the suite with something in it that a fix may change, by its name: the bad files, and of the mutants that the API
/// server takes one in eight.
pub(crate) fn bad_texts() -> Vec<(String, String)> {
    let name = |file: &Path| file.file_name().unwrap().to_str().unwrap().to_owned();
    let whole = bad_files().into_iter().map(|file| (name(&file), std::fs::read_to_string(&file).unwrap()));
    let taken = mutants().into_iter().flat_map(|file| {
        let is_taken = |mutant: &Mutant| mutant.answers.values().all(Option::is_none);
        let all: Vec<Mutant> = Mutant::all(&file).into_iter().filter(is_taken).collect();
        all.into_iter().step_by(8).map(move |mutant| (name(&file), mutant.text))
    });
    whole.chain(taken).collect()
}

fn bad_files() -> Vec<PathBuf> {
    let of_rules = super::rule_data::all().flat_map(|(_, folder)| super::rule_data::files(&folder, "bad"));
    let mut files: Vec<PathBuf> = of_rules.collect();
    for folder in ["tests/well_known", "tests/data/verdicts/cases"] {
        let entries = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
        files.extend(entries.map(|entry| entry.unwrap().path()));
    }
    files.retain(|file| file.extension().is_some_and(|end| end == "yaml" || end == "json"));
    files.sort();
    files
}
