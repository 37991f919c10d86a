//! A good lab, and everything that can be made wrong with it.

use camino::Utf8Path;

use super::check;
use crate::lab::course::{Course, source};
use crate::yaml::Source;

/// What the linter says of the good lab after changes: each a file, a text in it, and what stands there instead. A file
/// that is changed from nothing is a new one.
fn said(changes: &[(&str, &str, &str)]) -> Vec<String> {
    let course = Utf8Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/labs"));
    let mut folders = source::open(course).expect("the labs of the tests");
    let folder = folders.first_mut().expect("a lab");
    for (file, from, to) in changes {
        let old = folder.files.get(*file).map(|source| source.text().to_owned()).unwrap_or_default();
        assert!(old.contains(from), "{file} does not hold {from}");
        let new = if from.is_empty() { (*to).to_owned() } else { old.replacen(from, to, 1) };
        folder.files.insert((*file).to_owned(), Source::new(*file, new));
    }
    let (course, faults) = Course::read(folders);
    let faults = course.labs.iter().map(check).fold(faults, |mut all, faults| {
        all.append(faults);
        all
    });
    faults.each().map(|fault| fault.replace(course_root(), "")).collect()
}

fn course_root() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/labs/01-good/")
}

#[track_caller]
fn assert_says(changes: &[(&str, &str, &str)], expected: &str) {
    let said = said(changes);
    assert!(said.iter().any(|line| line.starts_with(expected)), "{expected}\nis not in\n{}", said.join("\n"));
}

/// Holds what is said of each change of a file against the beginning of what is expected.
#[track_caller]
fn assert_all(file: &str, changes: &[(&str, &str, &str)]) {
    for (from, to, expected) in changes {
        assert_says(&[(file, from, to)], expected);
    }
}

#[test]
fn a_good_lab_has_no_fault() {
    assert_eq!(said(&[]), Vec::<String>::new());
}

#[test]
fn every_lab_of_ours_is_good() {
    let course = Course::embedded().unwrap_or_else(|faults| panic!("{}", faults.show()));
    for lab in &course.labs {
        let faults = check(lab);
        assert!(faults.is_empty(), "{}", faults.show());
    }
}

/// A change of the `lab.yaml`, and the beginning of what is said of it.
const LAB: &[(&str, &str, &str)] = &[
    // names
    ("id: network\n", "id: rights\n", "lab.yaml:39:9: a second task `rights` (the second time)"),
    ("id: closed", "id: open", "lab.yaml:59:9: a second check `open` (the second time)"),
    ("shop: {labels", "my-shop: {labels", "lab.yaml:2:5: `my-shop` cannot stand in a placeholder"),
    ("random: [marker]", "random: [marker, marker]", "lab.yaml:11:18: a second random word `marker`"),
    (
        "after: no-secrets",
        "after: no-secret",
        "lab.yaml:33:16: there is no check `no-secret` (did you mean `no-secrets`?)",
    ),
    ("why: \"It can: {observed}\"", "why: a\n        after: refused", "lab.yaml:29:16: `no-secrets` waits for itself"),
    ("without: network", "without: netwrk", "lab.yaml:116:14: there is no task `netwrk` (did you mean `network`?)"),
    ("task: rights}", "task: right}", "lab.yaml:99:66: there is no task `right` (did you mean `rights`?)"),
    (
        "fails: [closed, not-root]",
        "fails: [close, not-root]",
        "lab.yaml:115:13: there is no check `close` (did you mean",
    ),
    (
        "fails: [no-secrets, refused]",
        "fails: [no-secrets]",
        "lab.yaml:111:13: where `no-secrets` fails, `refused` is blocked",
    ),
    ("fails: [closed, not-root]", "fails: [open]", "lab.yaml:116:14: without `network` no check of this task fails"),
    ("fails: [closed, not-root]", "fails: []", "lab.yaml:113:5: this trap fails no check, so it is a solution"),
    // tasks
    ("hints: [\"Who may call?\", Deny it.]", "hints: [Deny it.]", "lab.yaml:39:9: this task has fewer than two hints"),
    ("hints: [\"Who may call?\", Deny it.]", "hints: [Deny it., Deny it.]", "lab.yaml:41:12: two hints say the same"),
    ("fails: [closed, not-root]", "fails: [closed]", "lab.yaml:47:13: nothing ever fails `not-root`"),
    ("    without: network\n", "", "lab.yaml:39:9: nothing shows that `network` matters"),
    // texts
    ("text: the page runs", "text: \" \"", "lab.yaml:68:11: `text` is empty"),
    (
        "title: A lab",
        "title: A lab with a title that is much too long to stand in a list, and",
        "lab.yaml:3:8: `title` has",
    ),
    ("{{ ns.shop }}", "{{ ns.shpo }}", "lab.yaml:18:26: there is no placeholder `ns.shpo` (did you mean `ns.shop`?)"),
    ("saved.uid", "saved.uuid", "lab.yaml:78:61: there is no placeholder `saved.uuid` (did you mean `saved.uid`?)"),
    ("5.1.3", "five", "lab.yaml:8:7: `five` is not an item of the CIS benchmark"),
    (
        "text: It only warns.",
        "text: |\n      aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "lab.yaml:109:11: a line has 85 characters",
    ),
];

#[test]
fn a_lab_is_one_whole() {
    assert_all("lab.yaml", LAB);
}

/// A change of a check, and the beginning of what is said of it.
const CHECKS: &[(&str, &str, &str)] = &[
    ("ns: shop, subject", "ns: shp, subject", "there is no namespace `shp` (did you mean `shop`?)"),
    (
        "deployment/page, argv",
        "deployment/pge, argv",
        "nothing makes the Deployment `pge` in `shop` (did you mean `page`?)",
    ),
    (
        "deployment/page, argv",
        "statefulset/page, argv",
        "nothing makes the StatefulSet `page` in `shop` (neither `start/` nor a solution has it)",
    ),
    (
        "deployment/page, argv",
        "deployment/page, container: web, argv",
        "`deployment/page` has no container `web` (it has page)",
    ),
    ("shop/bot}", "shp/bot}", "there is no namespace `shp`"),
    ("shop/bot}", "bot}", "expected a service account as `alias/name`"),
    ("shop/bot}", "shop/bot, user: jane}", "`service_account` and `user` exclude each other"),
    ("deny: [get secrets,", "deny: [get secret,", "unknown resource `secret`: did you mean `secrets`?"),
    ("deny: [get secrets,", "deny: [get *,", "the API server denies `*` to whoever lacks any right"),
    ("deny: [get secrets,", "allow: [get secrets], deny: [get secrets,", "`get secrets` is both allowed and denied"),
    (
        "checks/bad.yaml,",
        "checks/bda.yaml,",
        "this lab has no file `checks/bda.yaml` (did you mean `checks/bad.yaml`?)",
    ),
    ("expect: deny,", "expect: allow,", "`by` means nothing where the object is to be allowed"),
    ("violates .*", "violates (", "this is not a regular expression (unclosed group)"),
    ("sha256: ", "sha256: 0", "this is not a SHA-256 (expected 64 digits of lower case hexadecimal, found 65)"),
    ("expect: blocked, control: open", "expect: blocked", "`control` is missing"),
    ("control: open", "control: opne", "there is no check `opne` (did you mean `open`?)"),
    ("control: open", "control: answers", "`answers` is not a check of the type `connect`"),
    ("service: page}, port: 8080, expect: open", "service: api}, port: 8080, expect: open", "`open` goes to another"),
    (
        "service: page}, port: 8080, expect: open",
        "workload: job/a}, port: 1, expect: blocked",
        "`open` does not expect",
    ),
    ("port: 8080, expect: blocked", "port: 80, expect: blocked", "`open` goes to another place or port"),
    ("port: 8080, expect: open", "expect: open", "`port` is missing"),
    (
        "{ns: shop, service: page}, port: 8080, expect: b",
        "{ns: shop}, port: 8080, expect: b",
        "the destination is missing (expected one of service, workload, ip, host, new_namespace, outside)",
    ),
    ("{ns: ops, labels: {app: other}}", "{labels: {app: other}}", "`ns` is missing"),
    ("{ns: ops, labels:", "{ns: ops, new_namespace: true, labels:", "`new_namespace` means nothing beside `ns`"),
    (
        "{ns: shop, service: page}, port: 8080, expect: b",
        "{outside: true}, port: 8080, expect: b",
        "`port` means nothing of a",
    ),
    ("deny: [get secrets,", "may: [get pods], deny: [get secrets,", "`may` means nothing without `only`"),
    ("deny: [get secrets,", "only: true, may: [get pds], deny: [get secrets,", "unknown resource `pds`"),
    (
        "deny: [get secrets,",
        "except_in: [ops], deny: [get secrets,",
        "`except_in` means nothing without `only` or `only_here`",
    ),
    ("deny: [get secrets,", "only: true, except_in: [op], deny: [get secrets,", "there is no namespace `op`"),
    (
        "by: pod-security, message",
        "workload: deployment/page, by: pod-security, message",
        "`workload` belongs to `op: debug` or",
    ),
    ("[network_policy, own_cluster]", "[node]", "`expect: blocked` needs `needs: [network_policy]` or"),
    ("workload: deployment/page, argv", "workload: page, argv", "`page` is not a workload"),
    (
        "workload: deployment/page, argv",
        "workload: deploy/page, argv",
        "unknown kind of workload `deploy`: did you mean",
    ),
    ("not_stdout: \"^0$\"", "control: [\"true\"]", "nothing is expected of the program"),
    ("not_stdout: \"^0$\"", "control: [], exit: nonzero", "`control` is empty"),
    ("not_stdout: \"^0$\"", "exit: 0, expect: denied", "`exit` means nothing of what may not run"),
    ("{kubeconfig: bot.kubeconfig}, cel", "{ns: shop}, cel", "the place of the token is missing"),
    ("{kubeconfig: bot.kubeconfig}, cel", "{kubeconfig: ../k}, cel", "`../k` leads out of the folder"),
    ("{kubeconfig: bot.kubeconfig}, cel", "{file: /etc/passwd}, cel", "`/etc/passwd` leads out of the folder"),
    ("cert: {kubeconfig: bot.kubeconfig", "cert: {file: a/../../k", "`a/../../k` leads out of the folder"),
    ("{service_account: shop/bot}, deny", "{kubeconfig: ~/../k}, deny", "`~/../k` leads out of the folder"),
    ("{service_account: shop/bot}, deny", "{token: /k}, deny", "`/k` leads out of the folder"),
    ("new_only: true, ns: [shop]}", "files: [../x]}", "`../x` leads out of the folder"),
    ("claims.exp -", "claims.exp - )", "`claims.exp - ) claims.iat <= 3600` is not CEL"),
    ("cel: cert.seconds <= 3600", "issued_by_csr: false", "`cel` or `issued_by_csr` is missing"),
    ("service: page, port: 8080, body", "port: 8080, body", "`service` is missing"),
    ("body: \"{{ random.marker }}\"", "not_body: a", "`not_body` alone passes for an answer that is an error"),
    ("healthy: {ns: shop,", "healthy: {", "`ns` is missing (this workload needs `ns:`)"),
    ("kind: Deployment,", "kind: Deploymnet,", "unknown kind `Deploymnet`"),
    ("{kind: Namespace,", "{ns: shop, kind: Namespace,", "a Namespace is in no namespace"),
    ("{kind: Namespace,", "{kind: ConfigMap,", "`ns` is missing: a ConfigMap is in a namespace"),
    ("{kind: Namespace,", "{exists: false, kind: Namespace,", "`cel` means nothing of what does not exist"),
    ("cel: [\"object.spec.replicas\"]", "cel: []", "`cel` is empty: nothing is compared"),
    ("marker: marker,", "marker: makrer,", "there is no random word `makrer` (did you mean `marker`?)"),
    (", absent_from: [env]", "", "`absent_from` or `present_in` is missing"),
    ("rule: {all: true, new_only: true, ns: [shop]}", "rule: {all: true}", "where it is looked for is missing"),
    ("absent: true}", "absent: true, cel: \"true\"}", "what is expected of the flag is there several times"),
    ("mode_max: \"0600\"", "mode_max: rw", "`rw` is not a mode"),
    ("log: /var", "log: var", "`var/log/audit.log` is not a path on the node"),
    (", not_contains: secret", "", "`prefix` or `not_contains` is missing"),
    ("paths: [/]", "paths: []", "`paths` is empty: nothing is asked for"),
    ("paths: [/]", "paths: [/a/../b]", "expected a path as an edge compares it"),
    ("paths: [/]", "paths: [\"/{{ random.marker }}\", \"/a?b\"]", "expected a path as an edge compares it"),
    ("paths: [/]", "paths: [a]", "expected a path as an edge compares it"),
    ("expect: served", "expect: closed", "`trust` means nothing of what nobody answers"),
    ("expect: served", "scheme: http, expect: served", "`trust` means nothing without TLS"),
    (
        "expect: served, trust: Y2E=, cel:",
        "expect: closed, body: word} # ",
        "of what nobody answers, `body` needs `named`",
    ),
    ("expect: served", "named: true, expect: served", "`named` means nothing of what is answered"),
    (", trust: Y2E=", "", "`trust` is missing: without an authority"),
    ("cel: cert.seconds <= 3600}\nsol", "cel: cert.seconds <=}\nsol", "`cert.seconds <=` is not CEL"),
    ("expect: served, trust", "expect: served, body: \"(\", trust", "this is not a regular expression"),
];

#[test]
fn a_check_can_be_judged() {
    for (from, to, expected) in CHECKS {
        let lines = said(&[("lab.yaml", from, to)]);
        let is_said = |line: &String| {
            let (file, message) = line.split_once(": ").expect("a place");
            file.starts_with("lab.yaml:") && message.starts_with(expected)
        };
        assert!(lines.iter().any(is_said), "{expected}\nis not in\n{}", lines.join("\n"));
    }
}

#[test]
fn a_group_has_members() {
    let from = "any:\n          - token: {from: {kubeconfig: bot.kubeconfig}, cel: \"claims.exp - claims.iat <= 3600\"}\n          \
                - cert: {kubeconfig: bot.kubeconfig, cel: cert.seconds <= 3600}\n";
    assert_says(&[("lab.yaml", from, "any: []\n")], "lab.yaml:52:13: this group is empty");
}

#[test]
fn steps_can_be_done() {
    assert_all(
        "lab.yaml",
        &[
            (
                "- apply: start",
                "- apply: strat",
                "lab.yaml:17:14: this lab has no file or folder of manifests `strat` (did",
            ),
            (
                "- apply: start",
                "- {apply: start, replace: start}",
                "lab.yaml:17:22: `apply` and `replace` exclude each other",
            ),
            ("- apply: start", "- {task: rights}", "lab.yaml:17:8: the action is missing (expected one of apply,"),
            ("save: uid", "save: u-id", "lab.yaml:18:16: `u-id` cannot stand in a placeholder"),
            ("kubectl: [get,", "kubectl: [kubectl, get,", "lab.yaml:18:17: `kubectl` stands here already"),
            ("kubectl: [get,", "kubectl: [--context=a, get,", "lab.yaml:18:17: `--context` is not for steps"),
            ("kubectl: [get, ns,", "kubectl: [get, ns, --user=x,", "lab.yaml:18:26: `--user` is not for steps"),
            (
                "kubectl: [get, ns,",
                "kubectl: [config, set-credentials,",
                "lab.yaml:18:25: steps may not use `kubectl config",
            ),
            ("kubectl: [get, ns,", "kubectl: [] # ", "lab.yaml:18:16: `kubectl` needs a verb"),
            ("jsonpath={", "jsonpath-file={", "lab.yaml:18:47: `jsonpath-file={.metadata.uid}` is not for steps"),
            ("file: bot.kubeconfig", "file: ../b", "lab.yaml:20:19: `../b` leads out of the folder"),
            ("file: bot.kubeconfig", "file: /b", "lab.yaml:20:19: `/b` leads out of the folder"),
            ("file: bot.kubeconfig", "file: .git/config", "lab.yaml:20:19: `.git/config` is hidden"),
            (
                "- node_restart: kube-apiserver",
                "- node_delete: /etc/kubernetes/../passwd",
                "lab.yaml:119:22: /etc/kubernetes/../passwd on the node is not put back",
            ),
            (
                "- node_restart: kube-apiserver",
                "- node_put: {from: files/bot.yaml, to: /root/x}",
                "lab.yaml:119:46: /root/x on the node is not put back",
            ),
            (
                "- node_restart: kube-apiserver",
                "- node_edit: {file: /root/x}",
                "lab.yaml:119:27: /root/x on the node is not put back",
            ),
            (
                "{kind: RoleBinding, name: bot",
                "{kind: --server=x, name: bot",
                "lab.yaml:99:18: `--server=x` is not a kind",
            ),
            ("files/bot.yaml", "files/bto.yaml", "lab.yaml:20:41: this lab has no file `files/bto.yaml` (did you mean"),
            (
                "{answers: {uid: \"Zero \"}, task: rights}",
                "{answers: {uid: one}}",
                "lab.yaml:100:19: the answer to `uid` is not",
            ),
            ("      - answers: {uid: zero}\n", "", "lab.yaml:102:10: this solution does not answer `uid`"),
            (
                "answers: {uid: zero}",
                "answers: {udi: zero}",
                "lab.yaml:106:18: there is no question `udi` (did you mean `uid`?)",
            ),
            (
                "{kind: RoleBinding, name: bot, ns: shop}",
                "{kind: RoleBinding, name: bot}",
                "lab.yaml:99:25: `ns` is missing",
            ),
            ("dir: solution-two", "dir: second", "lab.yaml:102:10: `second` is not a name for this folder"),
            ("[network_policy, own_cluster]", "[network_policy, node]", "lab.yaml:119:23: a change of the node needs"),
        ],
    );
}

#[test]
fn files_are_what_they_have_to_be() {
    assert_all(
        "start/page.yaml",
        &[
            ("kind: Deployment\n", "", "start/page.yaml:1:1: `kind` is missing"),
            ("  name: page\n", "", "start/page.yaml:1:1: `metadata.name` is missing"),
            (
                "\"{{ ns.shop }}\"",
                "shop",
                "start/page.yaml:5:14: `shop` is not a namespace of the run (expected \"{{ ns.shop }}\"",
            ),
            ("\"{{ ns.ops }}\"", "ops", "start/page.yaml:18:50: `ops` is not a namespace of the run"),
            ("ns.ops", "ns.op", "start/page.yaml:18:54: there is no placeholder `ns.op` (did you mean `ns.ops`?)"),
            (
                "\"{{ image }}\"",
                "busybox:1.36",
                "start/page.yaml:11:18: labs have one image, and this is `busybox:1.36`",
            ),
            ("kind: Deployment", "kind: [", "start/page.yaml:4:7: this is not YAML"),
            (
                "apps/v1\nkind: Deployment",
                "v1\nkind: Namespace",
                "start/page.yaml:2:7: the start makes a namespace itself",
            ),
        ],
    );
    assert_says(
        &[
            ("lab.yaml", "[network_policy, own_cluster]", "[network_policy, node]"),
            ("start/page.yaml", "v1\nkind: RoleBinding", "v1\nkind: ClusterRole"),
        ],
        "start/page.yaml:15:18: `bot` is in no namespace, so other runs see it too (expected a name with `{{ run }}`)",
    );
    assert_says(&[("solution-two/b.yaml", "", "a: b")], "solution-two/b.yaml:1:1: no step and no check needs");
    assert_says(&[("checks/bad.yaml", "", "a: b\n---\na: c\n")], "checks/bad.yaml:1:1: a check is about one object");
}

#[test]
fn pages_can_be_followed() {
    assert_all(
        "README.md",
        &[
            ("$ kubectl get", "$ kubeclt get", "README.md:6:3: `kubeclt` is not a program that a learner has"),
            ("$(kubectl create", "$(kc create", "README.md:9:3: `kc` is not a program that a learner has"),
            ("bot apply", "bto apply", "README.md:22:1: `bto` is not a program that a learner has"),
            ("$ thief get", "$ theif get", "README.md:15:7: `theif` is not a program that a learner has"),
            ("kind: Pod\n```\n", "", "README.md:28:1: this block does not end"),
            ("{{ ns.shop }}", "{{ shop }}", "README.md:3:13: there is no placeholder `shop`"),
            (
                "{{ ns.shop }}",
                "start/page.yaml",
                "README.md:3:10: the learner has no `start/page.yaml` (expected `page.yaml`, its name in",
            ),
            ("{{ ns.shop }}", "checks/bad.yaml", "README.md:3:10: the learner does not get `checks/bad.yaml`"),
            ("```sh", "```console", "README.md:18:1: nothing is typed in this block"),
            ("", "# Empty\n", "README.md:1:1: there is nothing to type here"),
        ],
    );
}

#[test]
fn every_lab_has_its_pages() {
    let mut folders = source::open(Utf8Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/labs"))).expect("labs");
    for folder in &mut folders {
        folder.files.remove("debrief.md");
    }
    let (course, _) = Course::read(folders);
    let said: Vec<String> = course.labs.iter().map(|lab| check(lab).to_string()).collect();
    assert!(said.concat().ends_with("/01-good/debrief.md:1:1: this lab has no `debrief.md`"), "{said:?}");
}
