//! The account that deploys an app, on a real cluster: the app becomes ready, changes and removals work, and everything else
//! is refused and changes nothing. The same attempts with what others give their reconcilers are beside it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use libtest_mimic::Failed;

use crate::Test;
use crate::kubectl::{Live, Output, ensure};
use crate::spec::Room;

pub const TESTS: &[Test] = &[
    ("gitops::the_account_deploys_its_app_and_nothing_else", deploys),
    ("gitops::the_api_server_takes_what_reconcilers_are_given", taken),
];

const OUTPUT: &str =
    "output: {layout: LAYOUT, repository: {url: \"https://git.example.com/team/shop\", path: deploy}}\n";

/// An attempt: what it is, and the command with its input. Each would be harm, so those who may do it try it dry.
struct Attempt {
    what: &'static str,
    args: Vec<String>,
    input: String,
    /// Whether the command can be tried without effect.
    dry: bool,
}

fn attempts(room: &Room<'_>, web: &str) -> Vec<Attempt> {
    let name = &room.name;
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let apply = |what, input: String| Attempt {
        what,
        args: words("apply --server-side --force-conflicts --field-manager=attempt -f -"),
        input,
        dry: true,
    };
    let command = |what, line: String, dry| Attempt { what, args: words(&line), input: String::new(), dry };
    let binding = |kind: &str, namespace: &str| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: {name}-own{namespace}}}\n\
             roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}}\n\
             subjects: [{{kind: ServiceAccount, name: {web}-deployer, namespace: {name}}}]\n"
        )
    };
    let pod = |keys: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {web}, namespace: {name}}}\nspec:\n  template:\n    spec: {{{keys}}}\n"
        )
    };
    vec![
        apply("a ClusterRoleBinding to cluster-admin", binding("ClusterRoleBinding", "")),
        apply("a RoleBinding to cluster-admin", binding("RoleBinding", &format!(", namespace: {name}"))),
        apply(
            "a changed quota",
            format!(
                "apiVersion: v1\nkind: ResourceQuota\nmetadata: {{name: {name}-quota, namespace: {name}}}\nspec: {{hard: {{pods: \"1000\"}}}}\n"
            ),
        ),
        apply(
            "an object of another namespace",
            format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: default}}\n"),
        ),
        command(
            "the policy default-deny-all deleted",
            format!("delete networkpolicy default-deny-all -n {name}"),
            true,
        ),
        command(
            "the namespace's labels changed",
            format!("label namespace {name} pod-security.kubernetes.io/enforce=privileged --overwrite"),
            true,
        ),
        apply("a pod that runs as another account", pod("serviceAccountName: default")),
        apply(
            "a pod with a Secret that the app does not name",
            pod(&format!("volumes: [{{name: stolen, secret: {{secretName: {name}}}}}]")),
        ),
        command("a Secret read", format!("get secret {name} -n {name}"), false),
        command("a token of an account", format!("create token {web} -n {name}"), false),
        command("a command in a pod", format!("exec deployment/{web} -n {name} -- true"), false),
    ]
}

/// Everything in the namespace with its version, and what of the cluster is at stake.
fn state(live: &Live, room: &Room<'_>) -> Result<String, Failed> {
    let kinds = "resourcequotas,limitranges,networkpolicies,roles,rolebindings,serviceaccounts,secrets,configmaps";
    let columns =
        "custom-columns=K:.kind,N:.metadata.name,U:.metadata.uid,V:.metadata.generation,S:.spec,R:.rules,D:.data";
    let mut text = live.ok(&["-n", &room.name, "get", kinds, "-o", columns])?;
    text += &live.ok(&["get", "clusterrolebindings", "-o", "name"])?;
    text += &live.ok(&["-n", "default", "get", "configmaps", "-o", "name"])?;
    text += &live.ok(&["get", "namespace", &room.name, "-o", "jsonpath={.metadata.labels}"])?;
    Ok(text)
}

/// Tries something as an account; dry if it may well work.
fn attempt(live: &Live, account: &str, attempt: &Attempt, dry: bool) -> Output {
    let account = format!("--as=system:serviceaccount:{account}");
    let mut args: Vec<&str> = attempt.args.iter().map(String::as_str).collect();
    args.insert(1, &account);
    if dry && attempt.dry {
        args.insert(1, "--dry-run=server");
    }
    live.with_input(&args, &attempt.input)
}

fn deploys(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, "gitops", "")?;
    let (name, folder) = (&room.name, "deployed");
    let spec = |keys: &str| room.web("web", &format!("{keys}\n{}", OUTPUT.replace("LAYOUT", "flux")));
    let out = room.render(folder, &spec("replicas: {min: 2, max: 3}"), &[])?;
    // what a reconciler does: apply as the account, and remove what is gone
    let deploy = |out: &Path| {
        let account = format!("--as=system:serviceaccount:{name}:web-deployer");
        live.ok(&["apply", "--server-side", &account, "-k", path(&out.join("apps/web")).as_str()])
    };
    let remove = |what: &str| {
        let account = format!("--as=system:serviceaccount:{name}:web-deployer");
        live.ok(&["-n", name, "delete", what, &account]).map(drop)
    };
    let early = deploy(&out);
    ensure(early.is_err_and(|error| format!("{error:?}").contains("orbidden")), || {
        "it deploys without its account".to_owned()
    })?;
    live.apply_server_side(&out.join("platform"))?;
    deploy(&out)?;
    live.wait_for_rollout(name, "deployment/web")?;
    let files =
        |live: &Live| live.ok(&["-n", name, "get", "configmaps", "-l", "app.kubernetes.io/name=web", "-o", "name"]);
    let before = files(live)?;

    // an update, with a file of another name, and less than before
    let out = room.render(folder, &spec("replicas: 1\nenv: {COLOUR: blue}").replace("hello from", "bye from"), &[])?;
    deploy(&out)?;
    live.wait_for_rollout(name, "deployment/web")?;
    for gone in [before.trim(), "horizontalpodautoscaler.autoscaling/web", "poddisruptionbudget.policy/web"] {
        remove(gone)?;
    }
    let page = live.exec(name, "deployment/web", "app", "wget -qO- http://127.0.0.1:8080/ && echo $COLOUR");
    ensure(page.stdout == "bye from web\nblue\n", || format!("{}{}", page.stdout, page.stderr))?;

    live.ok(&["-n", name, "create", "secret", "generic", name, "--from-literal=a=b"])?;
    others(live, &room)?;
    let table = compare(live, &room)?;
    live.run(&["delete", "clusterrolebinding", &format!("{name}-everything")]);
    if let Ok(file) = std::env::var("TIGHTSHIP_GITOPS_TABLE") {
        std::fs::write(file, &table)?;
    }
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/gitops.md"))?;
    let known = page.contains(&table);
    ensure(known, || format!("docs/gitops.md has another table; this is what happened:\n{table}"))
}

/// What others give: Flux' `create tenant` binds cluster-admin in the namespace, Argo CD's controller may do everything.
fn others(live: &Live, room: &Room<'_>) -> Result<(), Failed> {
    let name = &room.name;
    for account in ["tenant", "everything"] {
        live.ok(&["-n", name, "create", "serviceaccount", account])?;
    }
    live.ok(&[
        "-n",
        name,
        "create",
        "rolebinding",
        "tenant",
        "--clusterrole=cluster-admin",
        &format!("--serviceaccount={name}:tenant"),
    ])?;
    live.ok(&[
        "create",
        "clusterrolebinding",
        &format!("{name}-everything"),
        "--clusterrole=cluster-admin",
        &format!("--serviceaccount={name}:everything"),
    ])
    .map(drop)
}

/// Every attempt by each account, as a table. Ours is refused, for real, and nothing changes.
fn compare(live: &Live, room: &Room<'_>) -> Result<String, Failed> {
    let name = &room.name;
    let mut table = String::from(
        "| attempt | `APP-deployer` | bound to cluster-admin in the namespace | bound to everything |\n|---|---|---|---|\n",
    );
    let before = state(live, room)?;
    for one in attempts(room, "web") {
        let mut row = format!("| {} |", one.what);
        for (account, ours) in [("web-deployer", true), ("tenant", false), ("everything", false)] {
            let output = attempt(live, &format!("{name}:{account}"), &one, !ours);
            // by RBAC, or by a policy
            let refused = output.stderr.contains("orbidden") || output.stderr.contains("denied request");
            ensure(output.ok != refused, || format!("{} as {account}: {}", one.what, output.stderr))?;
            ensure(!ours || refused, || format!("{} is not refused: {}{}", one.what, output.stdout, output.stderr))?;
            // writing to a string cannot fail
            let _ = write!(row, " {} |", if refused { "refused" } else { "works" });
        }
        table += &row;
        table.push('\n');
    }
    let after = state(live, room)?;
    ensure(before == after, || format!("something changed:\n{before}\n{after}"))?;
    Ok(table)
}

/// The definitions of Flux, Argo CD and External Secrets, if somebody has got them: `just test-gitops` does.
fn definitions() -> Vec<PathBuf> {
    let folders = std::env::var("TIGHTSHIP_GITOPS_CRDS").unwrap_or_default();
    folders.split(':').filter(|folder| !folder.is_empty()).map(PathBuf::from).collect()
}

fn taken(live: &Live) -> Result<(), Failed> {
    let definitions = definitions();
    if definitions.is_empty() {
        eprintln!("gitops: left out what needs the definitions of Flux and Argo CD (TIGHTSHIP_GITOPS_CRDS)");
    }
    for folder in &definitions {
        live.ok(&["apply", "--server-side", "--force-conflicts", "-f", path(folder).as_str()])?;
    }
    if !definitions.is_empty() {
        live.ok(&["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"])?;
    }
    live.run(&["create", "namespace", "argocd"]);
    let room = Room::new(live, "taken", "")?;
    let keys = "storage: [{name: data, path: /data, size: 1Gi}]\nreplicas: 1\nenvironments: {prod: {size: s}, dev: {}}";
    for layout in ["flux", "argocd"] {
        let out =
            room.render(layout, &room.web("web", &format!("{keys}\n{}", OUTPUT.replace("LAYOUT", layout))), &[])?;
        let mut folders = vec!["platform".to_owned(), "apps/web/overlays/prod".to_owned()];
        if !definitions.is_empty() {
            folders.extend(["prod", "dev"].map(|name| format!("{layout}/clusters/{name}")));
        }
        for folder in folders {
            let out = path(&out.join(&folder));
            let dry =
                ["apply", "--server-side", "--dry-run=server", "--validate=strict", "--warnings-as-errors", "-k", &out];
            live.ok(&dry).map_err(|error| format!("{layout} {folder}: {error:?}"))?;
        }
    }
    live.run(&["delete", "namespace", "argocd", "--wait=false"]);
    Ok(())
}

fn path(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}
