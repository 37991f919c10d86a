//! No manifest takes long for its size. Each test checks an input and one of four times the size, and compares the processor
//! time that they took: with pairs of anything it would be sixteen times as much. `just growth` prints the numbers.
#![allow(clippy::print_stderr, reason = "`just growth` shows it")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Stdio;

use crate::support::Folder;

/// What four times the input may cost: four, and more than that for caches, allocators and other programs on the machine.
const MOST: f64 = 8.0;
/// What the program needs for itself, and clocks do not see.
const START: f64 = 0.03;

/// What a run took.
#[derive(Clone, Copy, Debug)]
struct Cost {
    seconds: f64,
    /// The most memory at any time.
    bytes: u64,
}

/// Runs the check over a folder.
fn check(folder: &Folder, args: &[&str]) -> Cost {
    let mut command = folder.command(&[&["check", "--no-config", "--exit-zero", "--format", "concise"], args].concat());
    // as many threads on each machine: each needs memory of its own
    command.env("RAYON_NUM_THREADS", "2");
    spent(command)
}

/// What a command takes.
fn spent(mut command: std::process::Command) -> Cost {
    // a full pipe would keep it waiting
    let mut said = tempfile::tempfile().unwrap();
    let mut child = command.stdout(Stdio::null()).stderr(said.try_clone().unwrap()).spawn().unwrap();
    let (stat, status) = (format!("/proc/{}/stat", child.id()), format!("/proc/{}/status", child.id()));
    let mut bytes = 0;
    // until it has ended, and is still there to be asked
    let ticks: f64 = loop {
        let text = std::fs::read_to_string(&stat).unwrap();
        // behind the name, which may hold anything
        let fields: Vec<&str> = text.rsplit_once(')').unwrap().1.split_whitespace().collect();
        if fields[0] == "Z" {
            break fields[11..13].iter().map(|ticks| ticks.parse::<f64>().unwrap()).sum();
        }
        let status = std::fs::read_to_string(&status).unwrap_or_default();
        let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        bytes = most.map_or(bytes, |most| most.trim().parse::<u64>().unwrap() * 1024);
        std::thread::sleep(std::time::Duration::from_millis(2));
    };
    let status = child.wait().unwrap();
    // 2 where a document is no YAML
    if !matches!(status.code(), Some(0 | 2)) {
        let mut text = String::new();
        std::io::Seek::rewind(&mut said).unwrap();
        std::io::Read::read_to_string(&mut said, &mut text).unwrap();
        panic!("{text}");
    }
    Cost { seconds: ticks / 100.0, bytes }
}

/// The least that an input costs of several runs.
fn cost(input: &str, args: &[&str]) -> f64 {
    let folder = Folder::new();
    folder.write("all.yaml", input);
    (0..2).map(|_| check(&folder, args).seconds).fold(f64::INFINITY, f64::min)
}

/// Compares an input with one of four times the size.
#[track_caller]
fn grows(input: impl Fn(usize) -> String, size: usize) {
    let all = ["--select", "all"];
    compare(size, MOST, |size| cost(&input(size), &all));
}

/// Compares what a size costs with what four times the size does.
#[track_caller]
fn compare(size: usize, most: f64, cost: impl Fn(usize) -> f64) {
    let (once, four) = (cost(size), cost(4 * size));
    let ratio = four / (once + START);
    let place = std::panic::Location::caller();
    let name = std::thread::current().name().unwrap_or_default().replace("growth::", "");
    eprintln!(
        "| {name} (line {}) | {size} | {once:.2} s | {} | {four:.2} s | {:.1} |",
        place.line(),
        4 * size,
        four / once
    );
    assert!(ratio < most, "{size}: {once:.2} s, {}: {four:.2} s, which is {ratio:.1} times as much", 4 * size);
}

/// One text of each number.
fn each(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect()
}

fn pod(at: usize) -> String {
    format!(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p{at}, namespace: a, labels: {{app: a{at}}}}}\n\
         spec:\n  containers: [{{name: app, image: 'ghcr.io/acme/app:1.2.3'}}]\n"
    )
}

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec:\n";
const DATA: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\ndata:\n";

#[test]
fn comments_that_suppress() {
    grows(
        |count| {
            format!("{DATA}{}", each(count, |at| format!("  # tightship: allow[image-digest] because\n  k{at}: v\n")))
        },
        3000,
    );
    grows(|count| format!("{DATA}{}  k: v\n", "  # tightship: allow[image-digest] because\n".repeat(count)), 3000);
}

#[test]
fn a_comment_in_each_document() {
    grows(|count| each(count, |at| format!("# tightship: allow[run-as-non-root] because\n{}", pod(at))), 500);
    let member = |at| format!("    # tightship: allow[run-as-non-root] because\n    - {{name: c{at}, image: a}}\n");
    grows(|count| format!("{POD}  containers:\n{}", each(count, member)), 500);
}

#[test]
fn equal_keys() {
    grows(|count| format!("{DATA}{}", "  k: v\n".repeat(count)), 5000);
    grows(
        |count| format!("{POD}  containers: [{{name: a, image: b}}]\n{}", "  hostNetwork: true\n".repeat(count)),
        5000,
    );
    let item = |at| format!("- {{apiVersion: v1, kind: Pod, metadata: {{name: p{at}, name: p{at}}}}}\n");
    grows(|count| format!("apiVersion: v1\nkind: List\nitems:\n{}", each(count, item)), 500);
}

#[test]
fn policies_with_expressions_and_pods() {
    let policy = |at: usize, selector: &str| {
        format!(
            "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: n{at}, namespace: a}}\n\
             spec:\n  podSelector: {{{}}}\n",
            selector.replace('N', &at.to_string())
        )
    };
    for selector in [
        "matchExpressions: [{key: app, operator: In, values: [aN]}]",
        "matchExpressions: [{key: app, operator: NotIn, values: [aN]}]",
        "matchExpressions: [{key: app, operator: DoesNotExist}, {key: kN, operator: DoesNotExist}]",
        "matchExpressions: [{key: app, operator: Exists}, {key: kN, operator: Exists}]",
    ] {
        grows(|count| format!("{}{}", each(count, pod), each(count, |at| policy(at, selector))), 500);
    }
}

#[test]
fn mounts_and_volumes() {
    for volume in ["emptyDir: {}", "hostPath: {path: /var/lib/x}", "hostPath: {path: /run/docker.sock}"] {
        grows(
            |count| {
                let mounts = each(count, |at| format!("        - {{name: v{at}, mountPath: /m{at}}}\n"));
                let volumes = each(count, |at| format!("    - {{name: v{at}, {volume}}}\n"));
                format!(
                    "{POD}  containers:\n    - name: a\n      image: b\n      volumeMounts:\n{mounts}  volumes:\n{volumes}"
                )
            },
            1000,
        );
    }
}

#[test]
fn merge_lists() {
    grows(|count| format!("x: &x {{a: 1}}\n{POD}  <<: [{}]\n", vec!["*x"; count].join(", ")), 4000);
    grows(|count| format!("x: &x {{a: 1}}\n{POD}{}", "  <<: *x\n".repeat(count)), 4000);
    let member = |at: usize| format!("- &x{at} {{k{at}: 1}}\n");
    let names = |count: usize| (0..count).map(|at| format!("*x{at}")).collect::<Vec<_>>().join(", ");
    grows(
        |count| format!("{POD}  x:\n{}  <<: [{}]\n", each(count, |at| format!("  {}", member(at))), names(count)),
        2000,
    );
}

#[test]
fn documents() {
    grows(|count| each(count, pod), 1000);
    grows(|count| "a: [\n---\n".repeat(count), 2000);
}

#[test]
fn members_of_one_pod() {
    grows(
        |count| format!("{POD}  containers:\n{}", each(count, |at| format!("    - {{name: c{at}, image: b}}\n"))),
        1000,
    );
    grows(|count| format!("{POD}  containers: [{}]\n", each(count, |at| format!("{{name: ä{at}, image: b}}, "))), 1000);
    let port = "        - {containerPort: 22, hostPort: 80, name: x}\n";
    let ports = |count| port.repeat(count);
    grows(|count| format!("{POD}  containers:\n    - name: a\n      image: b\n      ports:\n{}", ports(count)), 2000);
    let env = |at| format!("        - {{name: PASSWORD, value: hunter{at}x}}\n");
    grows(|count| format!("{POD}  containers:\n    - name: a\n      image: b\n      env:\n{}", each(count, env)), 2000);
}

#[test]
fn what_stands_between_fields() {
    let service = |count| {
        let port = |at| format!("    - {{name: p{at}, port: 1, nodePort: {at}}}\n");
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec:\n  type: NodePort\n  ports:\n{}",
            each(count, port)
        )
    };
    let deployment = |count| {
        let label = |at| format!("l{at}: x, ");
        let labels = each(count, label);
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec:\n  selector: {{matchLabels: {{{labels}}}}}\n  \
             template:\n    metadata: {{labels: {{{labels}}}}}\n    spec: {{containers: [{{name: a, image: b}}]}}\n"
        )
    };
    let devices = |count| {
        let device = |at| format!("        - {{name: v{at}, devicePath: /dev/x{at}}}\n");
        let volume = |at| format!("    - {{name: v{at}, persistentVolumeClaim: {{claimName: a}}}}\n");
        let (devices, volumes) = (each(count, device), each(count, volume));
        format!(
            "{POD}  containers:\n    - name: a\n      image: b\n      volumeDevices:\n{devices}  volumes:\n{volumes}"
        )
    };
    let profiles = |count| {
        let key = "container.apparmor.security.beta.kubernetes.io";
        let annotations = each(count, |at| format!("    {key}/c{at}: runtime/default\n"));
        let profile = "securityContext: {appArmorProfile: {type: RuntimeDefault}}";
        let containers = each(count, |at| format!("    - {{name: c{at}, image: b, {profile}}}\n"));
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n{annotations}spec:\n  containers:\n{containers}"
        )
    };
    let map = |count| {
        let (data, binary) = (each(count, |at| format!("  k{at}: v\n")), each(count, |at| format!("  b{at}: aa==\n")));
        format!("{DATA}{data}binaryData:\n{binary}")
    };
    let amounts = |count| {
        let amounts = each(count, |at| format!("a.b/r{at}: 1, "));
        let resources = format!("{{limits: {{{amounts}}}, requests: {{{amounts}}}}}");
        format!("{POD}  containers: [{{name: a, image: b, resources: {resources}}}]\n")
    };
    let hook = |count| {
        let resources = each(count, |at| format!("r{at}/s{at}, "));
        format!(
            "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {{name: a}}\nwebhooks:\n\
             - {{name: a.b.c, sideEffects: None, admissionReviewVersions: [v1], clientConfig: {{url: 'https://a.b'}}, rules: [\
             {{operations: [CREATE], apiGroups: [a], apiVersions: [v1], resources: [{resources}]}}]}}\n"
        )
    };
    // a list that is wrong as often as it has members
    let versions = |count| {
        let schema = "schema: {openAPIV3Schema: {type: object}}";
        let version = format!("    - {{name: v1, served: true, storage: false, {schema}}}\n");
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: as.b.c}}\nspec:\n  group: b.c\n  \
             scope: Namespaced\n  names: {{plural: as, singular: a, kind: A}}\n  versions:\n{}",
            version.repeat(count)
        )
    };
    let codes = |count| {
        let codes = each(count, |at| format!("{}, ", count - at));
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: a}}\nspec:\n  \
             template: {{spec: {{restartPolicy: Never, containers: [{{name: a, image: b}}]}}}}\n  podFailurePolicy:\n    rules:\n      \
             - {{action: Ignore, onExitCodes: {{operator: In, values: [{codes}]}}}}\n"
        )
    };
    let inputs: [&dyn Fn(usize) -> String; 9] =
        [&service, &deployment, &devices, &profiles, &map, &amounts, &hook, &versions, &codes];
    for input in inputs {
        grows(input, 1500);
    }
}

/// A repository with links to folders of it, beside a long `.gitignore`.
fn linked(count: usize) -> f64 {
    let folder = Folder::new();
    folder.repository();
    folder.write(".gitignore", each(count * 4, |at| format!("*x{at}y*z?\n")));
    std::fs::create_dir_all(folder.path("links")).unwrap();
    for at in 0..count {
        folder.write(&format!("to/{at}/in/a.yaml"), pod(at));
        std::os::unix::fs::symlink(format!("../to/{at}/in"), folder.path(&format!("links/{at}"))).unwrap();
    }
    (0..2).map(|_| check(&folder, &["--select", "privileged"]).seconds).fold(f64::INFINITY, f64::min)
}

#[test]
fn links_beside_what_git_ignores() {
    compare(75, 5.0, linked);
}

/// An app and what belongs to it, in files of a hundred or all in one.
fn memory(files: usize, pods: usize) -> u64 {
    let folder = Folder::new();
    let mut texts: BTreeMap<usize, String> = BTreeMap::new();
    for at in 0..pods {
        write!(texts.entry(at * files / pods).or_default(), "{}", pod(at)).unwrap();
    }
    for (file, text) in texts {
        folder.write(&format!("{file}.yaml"), text);
    }
    check(&folder, &["--select", "privileged,pod-without-network-policy"]).bytes
}

#[test]
fn many_pods_need_little_memory() {
    const PODS: usize = 100_000;
    for files in [1, PODS / 100] {
        let bytes = memory(files, PODS);
        eprintln!("| {PODS} pods in {files} files | {} MiB |", bytes >> 20);
        assert!(bytes > 0 && bytes < 400 * 1024 * 1024, "{PODS} pods in {files} files need {} MiB", bytes >> 20);
    }
}

/// A pod that breaks most rules.
fn bad_pod(at: usize, name: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p{at}, namespace: a, labels: {{app: a{at}}}}}\nspec:\n  hostNetwork: true\n\
         \x20 containers: [{{name: {name}, image: 'ghcr.io/acme/app:latest', securityContext: {{privileged: true}}}}]\n"
    )
}

#[test]
fn many_findings_need_little_memory() {
    // 100,000 such pods with a half more findings need less than 400 MiB
    const SAME: u64 = 3000;
    // what is said of each is another text
    const OTHER: u64 = 4700;
    const FEW: usize = 2000;
    let bytes = |pods: usize, name: &dyn Fn(usize) -> String| {
        let folder = Folder::new();
        folder.write("all.yaml", each(pods, |at| bad_pod(at, &name(at))));
        check(&folder, &[]).bytes
    };
    let names: [(&dyn Fn(usize) -> String, u64); 2] =
        [(&|_| "app".to_owned(), SAME), (&|at| format!("app{at}"), OTHER)];
    for (name, most) in names {
        let (few, many) = (bytes(FEW, name), bytes(3 * FEW, name));
        let each = many.saturating_sub(few) / (2 * FEW) as u64;
        eprintln!("| a pod with {} | {each} bytes |", name(1));
        assert!(few > 0 && each < most, "a pod with ten findings needs {each} bytes");
    }
}

/// What it costs to tell what a course with these steps does.
#[cfg(feature = "cluster")]
fn consent(steps: &str, manifest: &str) -> f64 {
    const LAB: &str = "format: 1\nid: a\ntitle: A\nlevel: intro\nminutes: 1\nstory: s\nrules: []\nnamespaces: {shop: {}}\n\
                       tasks: []\nkeep: []\nsolutions: []\ntraps: []\nstart:\n  steps:\n";
    let folder = Folder::new();
    folder.write("course/01-a/lab.yaml", format!("{LAB}{steps}"));
    folder.write("course/01-a/start/all.yaml", manifest);
    let run = || {
        let mut command = folder.command(&["lab", "--course", "course", "start"]);
        command.env("HOME", folder.path("home")).env("XDG_STATE_HOME", folder.path("state"));
        spent(command).seconds
    };
    (0..2).map(|_| run()).fold(f64::INFINITY, f64::min)
}

#[test]
#[cfg(feature = "cluster")]
fn steps_of_a_course() {
    let map = |at: usize| format!("---\n{{kind: ConfigMap, apiVersion: v1, metadata: {{name: m{at}}}}}\n");
    let steps: [fn(usize) -> String; 4] = [
        |_| "    - apply: start\n".to_owned(),
        |at| format!("    - put: {{file: k{at}, from: start/all.yaml}}\n"),
        |at| format!("    - kubectl: [apply, -f, k{at}]\n"),
        |at| format!("    - put: {{file: k{at}, from: start/all.yaml}}\n    - kubectl: [delete, -f, all.yaml]\n"),
    ];
    for step in steps {
        // as many objects as steps: who reads a file for each step that names it takes sixteen times as long
        compare(300, MOST, |size| consent(&each(size, step), &each(size, map)));
    }
}

#[test]
#[cfg(feature = "cluster")]
fn placeholders_of_a_course() {
    for text in ["{% raw %}", "{% raw %}{% endraw %}", "{{ run }}", "{", "{%", "{% raw %}{% ", "{{ not not ", "{#"] {
        let map = |count: usize| format!("# {}\n{DATA}  k: v\n", text.repeat(count));
        compare(2500, MOST, |size| consent("    - apply: start\n", &map(size)));
    }
}

#[test]
fn unknown_words_in_suppressions() {
    grows(|count| format!("# tightship: allow[{}] x\n{POD}  a: b\n", each(count, |at| format!("w{at},"))), 3000);
    // what each costs: not a comparison with every rule
    let words = each(3000, |at| format!("privilegd{at},"));
    let lines = each(3000, |at| format!("  # tightship: allow[privilegd{at}] x\n  k{at}: v\n"));
    let base = cost(&format!("{DATA}{}", each(3000, |at| format!("  # x\n  k{at}: v\n"))), &[]);
    for text in [format!("# tightship: allow[{words}] x\n{POD}  a: b\n"), format!("{DATA}{lines}")] {
        let ratio = cost(&text, &[]) / base;
        assert!(ratio < 12.0, "3,000 words cost {ratio:.1} times what 3,000 comments do");
    }
}
