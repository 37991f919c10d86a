//! What `tightship check` makes of a kustomization with the real kubectl, and of the objects of a cluster.

use libtest_mimic::Failed;

use crate::Test;
use crate::kubectl::{Live, ensure, eventually};
use crate::support::{Folder, Ran, program};

pub const TESTS: &[Test] =
    &[("inputs::kubectl_builds_kustomizations", kustomization), ("inputs::a_namespace_of_the_cluster", namespace)];

fn kustomization(_: &Live) -> Result<(), Failed> {
    let folder = Folder::new();
    folder.write("base/kustomization.yaml", "resources: [deployment.yaml]\n");
    folder.write(
        "base/deployment.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  \
         template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: web, image: 'busybox:1.37'}]}\n",
    );
    folder.write("prod/kustomization.yaml", "namePrefix: prod-\nresources: [../base]\npatches: [{path: patch.yaml}]\n");
    let patch =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {hostNetwork: true}}}\n";
    folder.write("prod/patch.yaml", patch);
    let mut command = program();
    command.current_dir(folder.path("")).args(["check", "--no-config", "--format", "concise"]);
    let ran = Ran::of(command.args(["--select", "host-namespaces,missing-field", "."]).output()?);
    ensure(ran.code == 1 && ran.stdout.lines().count() == 1, || format!("{ran:?}"))?;
    ensure(ran.stdout.starts_with("prod (kustomize build):"), || ran.stdout.clone())
}

fn namespace(live: &Live) -> Result<(), Failed> {
    let name = live.unique("inputs");
    live.apply(&format!(
        "apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {{pod-security.kubernetes.io/enforce: \
         privileged}}}}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: {name}}}\nspec:\n  \
         selector: {{matchLabels: {{app: web}}}}\n  template:\n    metadata: {{labels: {{app: web}}}}\n    spec: {{hostPID: \
         true, containers: [{{name: web, image: 'busybox:1.37', command: [sleep, '60']}}]}}\n"
    ))?;
    eventually("a pod of the Deployment", || {
        Ok(!live.ok(&["-n", &name, "get", "pods", "--selector=app=web", "--output=name"])?.is_empty())
    })?;
    let kubeconfig = live.kubeconfig().to_str().expect("UTF-8");
    let check = |flags: &[&str]| {
        let mut command = program();
        command.args(["check", "--no-config", "--format", "concise", "--live", "--kubeconfig", kubeconfig]).args(flags);
        command.output().map(Ran::of)
    };
    let one = check(&["--namespace", &name, "--level", "restricted", "--select", "host-namespaces"])?;
    // the Deployment speaks for its ReplicaSet and its pods
    let expected = format!("{name}/Deployment/web:");
    ensure(one.code == 1 && one.stdout.lines().count() == 1 && one.stdout.starts_with(&expected), || {
        format!("{one:?}")
    })?;
    // but not for a pod that only says whose it is
    let uid = live.ok(&["-n", &name, "get", "deployment", "web", "--output=jsonpath={.metadata.uid}"])?;
    live.apply(&format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: hidden\n  namespace: {name}\n  ownerReferences: [{{apiVersion: apps/v1, \
         kind: Deployment, name: web, uid: {}, controller: true}}]\nspec: {{hostPID: true, containers: [{{name: other, image: \
         'busybox:1.37', command: [sleep, '60']}}]}}\n",
        uid.trim()
    ))?;
    let hidden = check(&["--namespace", &name, "--level", "restricted", "--select", "host-namespaces"])?;
    let expected = format!("{name}/Pod/hidden:");
    let is_found = hidden.stdout.lines().any(|line| line.starts_with(&expected));
    ensure(is_found && hidden.stdout.lines().count() == 2, || format!("{hidden:?}"))?;
    // what the API server gives out is what it takes
    let rules = "unknown-field,misplaced-field,field-not-in-release,wrong-type,invalid-value,missing-field,invalid-name,\
                 invalid-quantity,unknown-kind,removed-api-version,unreadable-value,duplicate-key";
    let all = check(&["-A", "--select", rules])?;
    ensure(all.code == 0 && all.stdout.is_empty(), || format!("{all:?}"))?;
    live.ok(&["delete", "namespace", &name, "--wait=false"]).map(drop)
}
