//! What `tightship check` makes of folders, kustomizations, charts and clusters. The programs that it runs are scripts here,
//! which write down how they were called.

use std::os::unix::fs::PermissionsExt;

use crate::support::{Folder, Ran, program};

/// A pod that breaks one rule.
const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec:\n  containers: [{name: app, image: a, securityContext: {privileged: true}}]\n";
const PATCH: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec: {speck: 1}\n";

/// Puts a script on the PATH of the folder, which notes its arguments and then does this.
fn tool(folder: &Folder, name: &str, script: &str) {
    let path = format!("bin/{name}");
    let log = folder.path("calls");
    // the check gives it an empty PATH
    let bin = folder.path("bin");
    let note = format!("PATH='{}'\necho \"{name} $*\" >> '{}'", bin.display(), log.display());
    folder.write(&path, format!("#!/bin/sh\n{note}\n{script}\n"));
    let mut permissions = std::fs::metadata(folder.path(&path)).unwrap().permissions();
    permissions.set_mode(0o755);
    std::fs::set_permissions(folder.path(&path), permissions).unwrap();
}

/// Runs the check in `work` with nothing on the PATH but the scripts, `cat`, `sleep` and the like.
fn check(folder: &Folder, args: &[&str]) -> Ran {
    let work = folder.path("work");
    std::fs::create_dir_all(&work).unwrap();
    std::fs::create_dir_all(folder.path("bin")).unwrap();
    for name in ["cat", "sleep", "echo"] {
        let link = folder.path(&format!("bin/{name}"));
        if !link.exists() {
            std::os::unix::fs::symlink(format!("/bin/{name}"), link).unwrap();
        }
    }
    let mut command = program();
    command.current_dir(work).env("PATH", folder.path("bin"));
    let config: &[&str] = if args.contains(&"--config") { &[] } else { &["--no-config"] };
    command.args(["check", "--format", "concise", "--select", "privileged,unknown-field"]).args(config).args(args);
    Ran::of(command.output().unwrap())
}

/// The files that findings are in.
fn places(ran: &Ran) -> Vec<&str> {
    ran.stdout.lines().map(|line| line.split(':').next().unwrap()).collect()
}

/// How the scripts were called; paths from the folder of the check on.
fn calls(folder: &Folder) -> Vec<String> {
    let text = std::fs::read_to_string(folder.path("calls")).unwrap_or_default();
    let work = folder.path("work").canonicalize().unwrap();
    text.lines().map(|line| line.replace(&format!("{}/", work.display()), "")).collect()
}

#[test]
fn files_come_in_the_order_of_their_names() {
    let folder = Folder::new();
    for name in ["b.yaml", "a/z.yml", "a/b/c.json", "a.yaml", "c.txt", ".hidden.yaml", "out/d.yaml"] {
        folder.write(&format!("work/{name}"), POD);
    }
    folder.write("work/.gitignore", "out/\n");
    folder.repository();
    let expected = [".hidden.yaml", "a.yaml", "a/b/c.json", "a/z.yml", "b.yaml"];
    for _ in 0..5 {
        assert_eq!(places(&check(&folder, &[])), expected);
    }
    // what is named is checked, whatever its ending
    assert_eq!(places(&check(&folder, &["c.txt", "a", "a/z.yml"])), ["a/b/c.json", "a/z.yml", "c.txt"]);
    check(&folder, &["nothing.yaml"]).exits(2).says(&["nothing.yaml"]);
}

#[test]
fn what_is_no_kubernetes_object_is_counted() {
    let folder = Folder::new();
    folder.write("work/compose.yaml", "services: {web: {image: web, privileged: true}}\n");
    folder.write("work/values.yaml", "speck: 1\n");
    check(&folder, &[]).exits(3);
}

fn kustomization(folder: &Folder) {
    folder.write(
        "work/base/kustomization.yaml",
        "resources: [pod.yaml]\nconfigMapGenerator: [{name: a, files: [a=conf.yaml]}]\n",
    );
    folder.write("work/base/pod.yaml", POD);
    folder.write("work/base/conf.yaml", POD);
    folder.write("work/base/other.yaml", POD);
    let overlay = "resources:\n  - ../base\npatches:\n  - path: patch.yaml\ncomponents: [../component]\n";
    folder.write("work/prod/kustomization.yaml", overlay);
    folder.write("work/prod/patch.yaml", PATCH);
    folder.write("work/component/kustomization.yml", "kind: Component\nresources: [more.yaml]\n");
    folder.write("work/component/more.yaml", POD.replace("{name: app}", "{name: more}"));
}

#[test]
fn a_kustomization_is_what_kustomize_makes_of_it() {
    let folder = Folder::new();
    kustomization(&folder);
    let more = folder.read("work/component/more.yaml");
    folder.write("rendered.yaml", format!("# rendered\n{POD}---\n{more}"));
    tool(&folder, "kustomize", &format!("cat '{}'", folder.path("rendered.yaml").display()));
    let ran = check(&folder, &[]).exits(1);
    // a file that is only data may be applied by other means
    let built = "prod (kustomize build)";
    assert_eq!(places(&ran), ["base/conf.yaml", "base/other.yaml", built, built]);
    assert!(ran.stdout.contains("prod (kustomize build):6:"), "{}", ran.stdout);
    assert_eq!(calls(&folder), ["kustomize build prod"]);
    // a base alone, when it is asked for
    let built = "base (kustomize build)";
    assert_eq!(places(&check(&folder, &["base"])), [built, built, "base/conf.yaml", "base/other.yaml"]);
    // there is no file to fix
    let ran = check(&folder, &["--fix=unsafe", "prod"]).exits(1);
    assert!(ran.stderr.starts_with("2 findings in what was rendered: fix what it"), "{}", ran.stderr);
    assert!(folder.read("work/base/pod.yaml").contains("privileged: true"));
}

#[test]
fn kubectl_serves_where_kustomize_is_absent() {
    let folder = Folder::new();
    kustomization(&folder);
    tool(&folder, "kubectl", "echo 'kind: x'");
    let ran = check(&folder, &["prod"]).exits(3);
    assert_eq!((calls(&folder), &*ran.stdout), (vec!["kubectl kustomize prod".to_owned()], ""));
}

#[test]
fn without_kustomize_the_files_are_checked_as_they_are() {
    let folder = Folder::new();
    kustomization(&folder);
    let ran = check(&folder, &[]).exits(1).says(&["neither kustomize nor kubectl is on the PATH"]);
    let ran = ran.says(&["left out: 1 patch that nothing here applies"]);
    let expected = ["base/conf.yaml", "base/other.yaml", "base/pod.yaml", "component/more.yaml"];
    assert_eq!(places(&ran), expected);
}

#[test]
fn what_kustomize_complains_of_is_shown_with_the_command() {
    let folder = Folder::new();
    kustomization(&folder);
    tool(&folder, "kustomize", "echo 'accumulating resources: no such file' >&2; exit 1");
    let ran =
        check(&folder, &[]).exits(2).says(&["`kustomize build prod` failed: accumulating resources: no such file"]);
    // the rest is checked all the same
    assert_eq!(places(&ran), ["base/conf.yaml", "base/other.yaml", "prod (kustomize build)"]);
}

#[test]
fn a_folder_is_no_flag_and_may_be_excluded() {
    let folder = Folder::new();
    folder.write("work/-o/kustomization.yaml", "resources: []\n");
    folder.write("work/skipped/kustomization.yaml", "resources: []\n");
    folder.write("work/.tightship.yaml", "apiVersion: tightship/v1\nkind: Check\nexclude: ['skipped/**']\n");
    folder.write("rendered.yaml", POD);
    tool(&folder, "kustomize", &format!("cat '{}'", folder.path("rendered.yaml").display()));
    let ran = check(&folder, &["--config", ".tightship.yaml", "./"]).exits(1);
    assert_eq!(places(&ran), ["-o (kustomize build)"]);
    assert!(calls(&folder).contains(&"kustomize build -o".to_owned()), "{:?}", calls(&folder));
}

#[test]
fn nothing_is_fetched() {
    let folder = Folder::new();
    folder.write("work/kustomization.yaml", "resources: ['https://example.com/app.yaml']\n");
    tool(&folder, "kustomize", "echo fetched");
    check(&folder, &[])
        .exits(2)
        .says(&["kustomization.yaml:1:13: error: kustomize would fetch `https://example.com/app.yaml`"]);
    assert_eq!(calls(&folder), [""; 0]);
}

fn chart(folder: &Folder) {
    folder.write("work/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n");
    folder.write("work/web/values.yaml", "kind: x\n");
    folder.write("work/web/templates/pod.yaml", "{{- if .Values.x }}\nkind: {{ .Values.kind }}\n");
    folder.write("work/web/charts/db/Chart.yaml", "name: db\nversion: 1.0.0\n");
    folder.write("work/web/charts/db/templates/a.yaml", "{{ x }}: [\n");
    folder.write("work/web/crds/crd.yaml", POD);
    folder.write("work/lib/Chart.yaml", "name: lib\nversion: 1.0.0\ntype: library\n");
    folder.write("work/prod values.yaml", "a: 1\n");
}

#[test]
fn a_chart_is_what_helm_makes_of_it() {
    let folder = Folder::new();
    chart(&folder);
    folder.write("rendered.yaml", POD);
    tool(&folder, "helm", &format!("cat '{}'", folder.path("rendered.yaml").display()));
    let args = ["--values", "prod values.yaml", "--set", "a=b;c", "--values=x.yaml", "--kubernetes", "1.36", "."];
    let ran = check(&folder, &args).exits(1);
    assert_eq!(places(&ran), ["web (helm template)", "web/crds/crd.yaml"]);
    let line = "helm template web --values prod values.yaml --values x.yaml --set a=b;c --kube-version 1.36.0";
    assert_eq!(calls(&folder), [line]);
}

#[test]
fn without_helm_templates_are_left_out() {
    let folder = Folder::new();
    chart(&folder);
    let ran = check(&folder, &["."]).exits(1).says(&["helm, which renders them, is not on the PATH"]);
    let ran = ran.says(&["left out: 2 templates that are not rendered"]);
    assert_eq!(places(&ran), ["web/crds/crd.yaml"]);
    check(&folder, &["web"]).exits(2).says(&["web (helm template)", "helm, which renders charts, is not on the PATH"]);
}

#[test]
fn what_helm_complains_of_is_shown_with_the_command() {
    let folder = Folder::new();
    chart(&folder);
    tool(&folder, "helm", "echo 'Error: values do not meet the schema' >&2; exit 1");
    check(&folder, &["web", "--set", "a b"])
        .exits(2)
        .says(&["`helm template web --set 'a b'` failed: Error: values do not meet the schema"]);
}

#[test]
fn values_without_a_chart_are_a_mistake() {
    let folder = Folder::new();
    folder.write("work/pod.yaml", POD);
    check(&folder, &["--set", "a=b"]).exits(2).says(&["--values and --set are for Helm charts, and there is none"]);
}

#[test]
fn a_program_that_hangs_is_stopped() {
    let folder = Folder::new();
    chart(&folder);
    tool(&folder, "helm", "exec sleep 600");
    let start = std::time::Instant::now();
    check(&folder, &["web", "--tool-timeout", "1"])
        .exits(2)
        .says(&["`helm template web` took longer than 1 seconds (--tool-timeout)"]);
    assert!(start.elapsed().as_secs() < 120);
}

/// A cluster of a few objects.
fn cluster(folder: &Folder, minor: &str) {
    let owned = |kind: &str, name: &str, uid: &str, owner: &str| {
        let (version, spec) = match kind {
            "Pod" => ("v1", r#"{"speck":1}"#),
            _ => ("apps/v1", r#"{"template":{"spec":{"speck":1}}}"#),
        };
        format!(
            r#"{{"apiVersion":"{version}","kind":"{kind}","metadata":{{"name":"{name}","namespace":"shop","uid":"{uid}","managedFields":[{{}}],
            "annotations":{{"kubectl.kubernetes.io/last-applied-configuration":"x"}},"ownerReferences":[{owner}]}},
            "spec":{spec},"status":{{"phase":"x"}}}}"#,
        )
    };
    let by = |kind: &str, name: &str, uid: &str| {
        format!(r#"{{"uid":"{uid}","controller":true,"kind":"{kind}","name":"{name}","apiVersion":"apps/v1"}}"#)
    };
    let hidden = owned("Pod", "toolbox", "5", &by("ReplicaSet", "web-1", "2"));
    let pods = [
        owned("Pod", "web-1-x", "3", &by("ReplicaSet", "web-1", "2")),
        owned("Pod", "static", "4", &by("Node", "node", "node")),
        hidden.replace(r#""speck":1"#, r#""speck":1,"hostPID":true"#),
    ];
    let list = |items: &[String], goes_on: &str| {
        format!(r#"{{"kind":"List","metadata":{{"continue":"{goes_on}"}},"items":[{}]}}"#, items.join(","))
    };
    folder.write("deployments", list(&[owned("Deployment", "web", "1", "")], ""));
    folder.write("replicasets", list(&[owned("ReplicaSet", "web-1", "2", &by("Deployment", "web", "1"))], ""));
    folder.write("pods", list(&pods[..2], "2"));
    folder.write("pods-2", list(&pods[2..], ""));
    folder.write("namespaces", list(&[], ""));
    folder.write("version.json", format!(r#"{{"serverVersion":{{"major":"1","minor":"{minor}"}}}}"#));
    let here = folder.path("");
    let here = here.display();
    tool(
        folder,
        "kubectl",
        &format!(
            "case \"$*\" in\n  version*) cat '{here}/version.json' ;;\n  api-resources*) cat '{here}/resources' ;;\n  config*) ;;\n  \
             'get --raw '*/pods?*continue=2*) cat '{here}/pods-2' ;;\n  'get --raw '*[?]limit=500*) name=${{3%%[?]*}}; cat \
             '{here}'/\"${{name##*/}}\" ;;\n  'get --raw /api/v1/namespaces/'*) echo '{{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\
             \"metadata\":{{\"name\":\"shop\"}}}}' ;;\nesac"
        ),
    );
    folder.write(
        "resources",
        "namespaces ns v1 false Namespace\npods po v1 true Pod\nreplicasets rs apps/v1 true ReplicaSet\n\
         deployments deploy apps/v1 true Deployment\nsecrets v1 true Secret\n",
    );
}

#[test]
fn a_cluster_is_asked_through_kubectl() {
    let folder = Folder::new();
    cluster(&folder, "34+");
    let ran = check(&folder, &["--live", "-A", "--context", "kind-a", "--kubeconfig", "my config"]).exits(1);
    // the Deployment speaks for what it makes; what a node makes speaks for itself, and so does who only says whose they are
    let expected = ["shop/Deployment/web", "shop/Pod/static", "shop/Pod/toolbox"];
    assert_eq!(places(&ran), expected);
    assert!(ran.stderr.contains("3 objects in 3 files: 3 findings"), "{}", ran.stderr);
    // a kubectl without a proxy is asked for each page
    let (proxy, others): (Vec<String>, Vec<String>) =
        calls(&folder).into_iter().partition(|line| line.starts_with("kubectl proxy"));
    let [proxy] = &proxy[..] else { panic!("{proxy:?}") };
    assert!(proxy.contains(" --reject-methods=^(POST|PUT|PATCH|DELETE)$ --kubeconfig my config --context kind-a"));
    assert_eq!(
        others,
        [
            "kubectl version --output=json --kubeconfig my config --context kind-a",
            "kubectl api-resources --verbs=list --no-headers --kubeconfig my config --context kind-a",
            "kubectl get --raw /apis/apps/v1/deployments?limit=500 --kubeconfig my config --context kind-a",
            "kubectl get --raw /apis/apps/v1/replicasets?limit=500 --kubeconfig my config --context kind-a",
            "kubectl get --raw /api/v1/pods?limit=500 --kubeconfig my config --context kind-a",
            "kubectl get --raw /api/v1/pods?limit=500&continue=2 --kubeconfig my config --context kind-a",
            "kubectl get --raw /api/v1/namespaces?limit=500 --kubeconfig my config --context kind-a",
        ]
    );
}

#[test]
fn what_may_not_be_listed_is_told_and_the_rest_is_checked() {
    let folder = Folder::new();
    cluster(&folder, "36");
    std::fs::remove_file(folder.path("deployments")).unwrap();
    // the set speaks for itself where its Deployment is not known
    let ran = check(&folder, &["--live", "-A"]).exits(1).says(&["deployments?limit=500'` failed: cat: "]);
    assert_eq!(places(&ran), ["shop/Pod/static", "shop/Pod/toolbox", "shop/ReplicaSet/web-1"]);
    // but not a list that breaks off
    std::fs::remove_file(folder.path("pods-2")).unwrap();
    let ran = check(&folder, &["--live", "-A"]).exits(2).says(&["pods?limit=500&continue=2'` failed: cat: "]);
    assert_eq!(ran.stdout, "");
    for name in ["pods", "replicasets", "namespaces"] {
        std::fs::remove_file(folder.path(name)).unwrap();
    }
    check(&folder, &["--live", "-A"]).exits(2).says(&["deployments?limit=500'` failed: cat: "]);
}

#[test]
fn one_namespace_comes_with_its_labels() {
    let folder = Folder::new();
    cluster(&folder, "36");
    let ran = check(&folder, &["--live", "--namespace", "shop"]).exits(1).says(&["4 objects"]);
    assert_eq!(places(&ran).len(), 3);
    let get: Vec<String> = calls(&folder).into_iter().filter(|line| line.contains(" get ")).collect();
    let list = |path: &str| format!("kubectl get --raw /api{path}?limit=500");
    let expected = [
        "kubectl get --raw /api/v1/namespaces/shop".to_owned(),
        list("s/apps/v1/namespaces/shop/deployments"),
        list("s/apps/v1/namespaces/shop/replicasets"),
        list("/v1/namespaces/shop/pods"),
        list("/v1/namespaces/shop/pods") + "&continue=2",
    ];
    assert_eq!(get, expected);
    // the namespace of the context, which names none
    check(&folder, &["--live"]).exits(1);
    assert!(calls(&folder).contains(&"kubectl get --raw /api/v1/namespaces/default".to_owned()));
}

#[test]
fn the_cluster_decides_the_release() {
    let folder = Folder::new();
    folder.write("work/x", "");
    for (minor, flags, release) in [("33", &[][..], "1.33"), ("33", &["--kubernetes", "1.35"], "1.35")] {
        cluster(&folder, minor);
        let pods = folder.read("pods").replace("\"speck\":1", "\"hostnameOverride\":\"a\"");
        folder.write("pods", pods);
        let args = [&["--live", "-A", "--select", "field-not-in-release"], flags].concat();
        let ran = check(&folder, &args);
        assert_eq!(ran.stdout.contains("Kubernetes 1.33 has no field"), release == "1.33", "{}", ran.stdout);
    }
    cluster(&folder, "52");
    check(&folder, &["--live", "-A"]).says(&["the cluster is Kubernetes 1.52; it is checked as one of 1.37"]);
}

#[test]
fn what_kubectl_complains_of_is_shown_with_the_command() {
    let folder = Folder::new();
    check(&folder, &["--live"]).exits(2).says(&["kubectl, which asks the cluster, is not on the PATH"]);
    tool(&folder, "kubectl", "echo 'The connection to the server was refused' >&2; exit 1");
    check(&folder, &["--live"])
        .exits(2)
        .says(&["`kubectl version --output=json` failed: The connection to the server was refused"]);
    tool(&folder, "kubectl", "echo nonsense");
    check(&folder, &["--live"]).exits(2).says(&["`kubectl version --output=json` printed no JSON"]);
    check(&folder, &["--live", "x.yaml"]).exits(2).says(&["cannot be used with"]);
    check(&folder, &["-A"]).exits(2).says(&["--live"]);
}

#[test]
fn utf_16_with_a_mark_is_read_as_kubectl_reads_it() {
    let text =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: ä}\nspec: {hostPID: true, containers: [{name: a, image: a}]}\n";
    let folder = Folder::new();
    for (name, mark, bytes) in [("le.yaml", [0xff, 0xfe], false), ("be.yaml", [0xfe, 0xff], true)] {
        let units = text.encode_utf16().flat_map(|unit| if bytes { unit.to_be_bytes() } else { unit.to_le_bytes() });
        folder.write(name, mark.into_iter().chain(units).collect::<Vec<u8>>());
        let args = ["check", "--no-config", "--select=host-namespaces", "--format=concise", name];
        folder.run(&args).exits(1).says(&[&format!("{name}:4:8: ")]);
    }
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    folder.write("unmarked.yaml", units);
    folder.run(&["check", "--no-config", "unmarked.yaml"]).exits(2);
}
