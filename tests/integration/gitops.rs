//! What deploys from a repository: the account's rights follow from the objects that are rendered, and reach no further.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use crate::readings::readings;
use crate::support::{Folder, MINIMAL, app};
use serde_json::{Value, json};

const REPOSITORY: &str = "output: {layout: LAYOUT, repository: {url: \"https://git.example.com/team/shop\"}}\n";
const SPACE: &str = "---\napiVersion: tightship/v1\nkind: Space\nname: shop\nlevel: restricted\n\
                     target: {kubernetes: \"1.36\"}\noutput: {layout: LAYOUT}\n";

/// An app with its space in a layout, rendered by the program.
fn rendered(layout: &str, more: &str) -> Folder {
    let folder = Folder::new();
    write(&folder, layout, more);
    let ran = folder.run(&["render"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    folder
}

fn write(folder: &Folder, layout: &str, more: &str) {
    folder.write("tightship.yaml", format!("{}{REPOSITORY}{SPACE}", app(more)).replace("LAYOUT", layout));
}

fn objects(folder: &Folder, path: &str) -> Vec<Value> {
    readings(&folder.read(path)).0
}

/// The objects of the app as its repository has them.
fn deployed(folder: &Folder) -> Vec<Value> {
    let base = folder.path("apps/shop/base");
    let names = fs::read_dir(base).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let manifests = names.filter(|name| name != "kustomization.yaml");
    manifests.flat_map(|name| objects(folder, &format!("apps/shop/base/{name}"))).collect()
}

/// Whether the rules of a Role allow a verb on a resource, as the API server reads them.
fn allows(role: &Value, verb: &str, group: &str, resource: &str, name: Option<&str>) -> bool {
    let has = |rule: &Value, key: &str, word: &str| rule[key].as_array().unwrap().contains(&json!(word));
    role["rules"].as_array().unwrap().iter().any(|rule| {
        let named = rule["resourceNames"].as_array();
        let name_fits = named.is_none_or(|names| name.is_some_and(|name| names.contains(&json!(name))));
        has(rule, "verbs", verb) && has(rule, "apiGroups", group) && has(rule, "resources", resource) && name_fits
    })
}

/// The group and plural of an object of an app.
fn resource(object: &Value) -> (&str, &'static str) {
    let group = object["apiVersion"].as_str().unwrap().rsplit_once('/').map_or("", |(group, _)| group);
    let plural = match object["kind"].as_str().unwrap() {
        "ServiceAccount" => "serviceaccounts",
        "NetworkPolicy" => "networkpolicies",
        "ConfigMap" => "configmaps",
        "PersistentVolumeClaim" => "persistentvolumeclaims",
        "Deployment" => "deployments",
        "Service" => "services",
        "HorizontalPodAutoscaler" => "horizontalpodautoscalers",
        "PodDisruptionBudget" => "poddisruptionbudgets",
        "HTTPRoute" => "httproutes",
        other => panic!("no plural of {other}"),
    };
    (group, plural)
}

const FULL: &str = "replicas: {min: 2, max: 5}\n\
    files: [{path: /etc/shop.conf, content: \"a=${b}\"}]\n\
    storage: [{name: data, path: /data, size: 1Gi, access: ReadWriteMany}]\n\
    route: {host: shop.example.com, gateway: infra/public}\n\
    secrets: [{name: shop-db, path: /run/db}]\n\
    api: [{resource: configmaps, verbs: [get]}]\n\
    environments: {prod: {replicas: 3}, dev: {size: xs}}";

/// The app that uses the Kubernetes API needs to know where that is.
fn rendered_full(layout: &str) -> Folder {
    let folder = Folder::new();
    let spec = format!("{}{REPOSITORY}{SPACE}", app(FULL)).replace("LAYOUT", layout);
    let spec = spec.replacen(
        "target: {kubernetes: \"1.36\"}",
        "target: {kubernetes: \"1.36\", apiServer: {cidrs: [10.0.0.1/32]}}",
        1,
    );
    folder.write("tightship.yaml", &spec);
    let ran = folder.run(&["render"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    folder
}

#[test]
fn the_deployer_may_write_each_object_of_its_app_and_no_other() {
    for layout in ["flux", "argocd"] {
        let folder = rendered_full(layout);
        let account = objects(&folder, "platform/shop/deployers/app-shop.yaml");
        let role = account.iter().find(|it| it["kind"] == "Role" && it["metadata"]["name"] == "shop-deployer").unwrap();
        let app = deployed(&folder);
        assert!(app.len() > 8, "{app:?}");
        for object in &app {
            let (group, plural) = resource(object);
            let name = object["metadata"]["name"].as_str().unwrap();
            // the API server asks for `create` without a name, and health is watched as a whole
            for verb in ["create", "list", "watch"] {
                assert!(allows(role, verb, group, plural, None), "{layout}: {verb} {plural}");
            }
            for verb in ["get", "patch", "update"] {
                assert!(allows(role, verb, group, plural, Some(name)), "{layout}: {verb} {plural}/{name}");
            }
            let may_delete = allows(role, "delete", group, plural, Some(name));
            assert_eq!(may_delete, (layout, plural) != ("flux", "persistentvolumeclaims"), "{layout}: {plural}");
            let by_content = plural == "configmaps";
            for verb in ["get", "patch", "update", "delete"] {
                assert_eq!(allows(role, verb, group, plural, Some("other")), by_content, "{layout}: {verb} {plural}");
            }
            assert!(!allows(role, "deletecollection", group, plural, Some(name)));
        }
        for (verb, group, plural, name) in [
            ("delete", "networking.k8s.io", "networkpolicies", "default-deny-all"),
            ("patch", "networking.k8s.io", "networkpolicies", "allow-dns"),
            ("patch", "", "serviceaccounts", "default"),
            ("patch", "", "resourcequotas", "shop-quota"),
            ("get", "", "secrets", "shop"),
            ("list", "", "secrets", ""),
            ("create", "", "secrets", ""),
            ("create", "", "pods", ""),
            ("create", "", "pods/exec", ""),
            ("create", "", "serviceaccounts/token", "shop"),
            ("create", "rbac.authorization.k8s.io", "roles", ""),
            ("patch", "rbac.authorization.k8s.io", "roles", "shop"),
            ("create", "rbac.authorization.k8s.io", "rolebindings", ""),
        ] {
            assert!(!allows(role, verb, group, plural, Some(name)), "{layout}: {verb} {plural}/{name}");
        }
        assert!(allows(role, "list", "apps", "replicasets", None) && allows(role, "watch", "", "pods", None));
        // its pods are held to the app's own account: whoever makes pods has the rights of each that they can run as
        let policy = account.iter().find(|it| it["kind"] == "ValidatingAdmissionPolicy").unwrap();
        let text = policy.to_string();
        for words in ["system:serviceaccount:shop:shop-deployer", "serviceAccountName == 'shop'", "['shop-db']"] {
            assert!(text.contains(words), "{layout}: no {words} in {text}");
        }
        // what the app itself may do is the platform's to give
        assert!(account.iter().any(|it| it["kind"] == "Role" && it["metadata"]["name"] == "shop"));
        assert!(account.iter().any(|it| it["kind"] == "RoleBinding" && it["metadata"]["name"] == "shop"));
        assert!(app.iter().all(|it| !it["kind"].as_str().unwrap().contains("Role")));
        let check = folder.run(&["check", "--no-build", "platform/shop", "apps/shop/base"]);
        assert_eq!(check.code, 0, "{}{}", check.stdout, check.stderr);
    }
}

#[test]
fn flux_deploys_each_environment_as_the_account() {
    let folder = rendered_full("flux");
    for environment in ["prod", "dev"] {
        let cluster = format!("flux/clusters/{environment}");
        let source = &objects(&folder, &format!("{cluster}/source-shop.shop.yaml"))[0];
        assert_eq!((&source["kind"], &source["metadata"]["namespace"]), (&json!("GitRepository"), &json!("shop")));
        let deployment = &objects(&folder, &format!("{cluster}/app-shop.yaml"))[0];
        let spec = &deployment["spec"];
        assert_eq!(spec["serviceAccountName"], "shop-deployer");
        assert_eq!(spec["path"], format!("./apps/shop/overlays/{environment}"));
        assert_eq!((&spec["prune"], &spec["wait"], &spec["timeout"]), (&json!(true), &json!(true), &json!("300s")));
        assert_eq!(spec["sourceRef"], json!({"kind": "GitRepository", "name": "shop"}));
        assert!(spec.get("targetNamespace").is_none() && spec.get("postBuild").is_none());
        // volumes stay, and `${b}` in the file stays what it is
        let marks = spec["patches"].to_string();
        assert!(marks.contains("kustomize.toolkit.fluxcd.io/prune: disabled"), "{marks}");
        assert!(marks.contains("kustomize.toolkit.fluxcd.io/substitute: disabled"), "{marks}");
        let list = &objects(&folder, &format!("{cluster}/kustomization.yaml"))[0]["resources"];
        assert_eq!(*list, json!(["../../../platform", "source-shop.shop.yaml", "app-shop.yaml"]));
    }
    let platform = &objects(&folder, "platform/kustomization.yaml")[0]["resources"];
    assert_eq!(*platform, json!(["shop", "shop/deployers"]));
    let lockdown = folder.read("flux/lockdown/kustomization.yaml");
    assert!(
        lockdown.contains("--no-cross-namespace-refs=true") && lockdown.contains("--default-service-account=default")
    );
}

#[test]
fn argocd_allows_the_kinds_of_the_app_and_no_other() {
    let folder = rendered_full("argocd");
    let app = deployed(&folder);
    let made = objects(&folder, "argocd/clusters/prod/app-shop.yaml");
    let project = &made[0]["spec"];
    let allowed: BTreeSet<String> = project["namespaceResourceWhitelist"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| format!("{}/{}", kind["group"].as_str().unwrap(), kind["kind"].as_str().unwrap()))
        .collect();
    let kinds: BTreeSet<String> =
        app.iter().map(|object| format!("{}/{}", resource(object).0, object["kind"].as_str().unwrap())).collect();
    assert_eq!(allowed, kinds);
    assert_eq!(project["clusterResourceWhitelist"], json!([]));
    assert_eq!(project["destinations"], json!([{"server": "https://kubernetes.default.svc", "namespace": "shop"}]));
    assert_eq!(project["destinationServiceAccounts"][0]["defaultServiceAccount"], "shop-deployer");
    assert_eq!(project["sourceRepos"], json!(["https://git.example.com/team/shop"]));
    let application = &made[1]["spec"];
    assert_eq!(
        (&application["project"], &application["source"]["path"]),
        (&json!("shop"), &json!("apps/shop/overlays/prod"))
    );
    let marks = application["source"]["kustomize"]["patches"].to_string();
    assert!(marks.contains("Prune=confirm,Delete=confirm"), "{marks}");
    let settings = folder.read("argocd/settings/kustomization.yaml");
    assert!(settings.contains("application.sync.impersonation.enabled: \"true\""));
}

#[test]
fn a_job_is_made_anew_when_it_changes() {
    let spec = MINIMAL.replace("ports: [{name: http, port: 8080}]", "workload: job");
    for (layout, mark) in
        [("flux", "kustomize.toolkit.fluxcd.io/force: enabled"), ("argocd", "Force=true,Replace=true")]
    {
        let folder = Folder::new();
        folder.write("tightship.yaml", format!("{spec}{REPOSITORY}{SPACE}").replace("LAYOUT", layout));
        assert_eq!(folder.run(&["render"]).code, 0);
        let file = folder.read(&format!("{layout}/clusters/main/app-shop.yaml"));
        assert!(file.contains(mark), "{file}");
        let account = folder.read("platform/shop/deployers/app-shop.yaml");
        assert!(
            account.contains("resources: [jobs]\n    verbs: [get, list, watch, create, update, patch, delete]"),
            "{account}"
        );
    }
}

#[test]
fn what_belongs_to_the_platform_is_refused() {
    // without its space, which another repository has, nobody else would notice
    for (name, what) in [
        ("default", "NetworkPolicy default-deny-all, which belongs to the platform"),
        ("allow", "NetworkPolicy allow-dns, which belongs to the platform"),
    ] {
        let folder = Folder::new();
        let spec = MINIMAL.replace("name: shop", &format!("name: {name}\nspace: shop"));
        folder.write("tightship.yaml", format!("{spec}{REPOSITORY}").replace("LAYOUT", "flux"));
        let ran = folder.run(&["render"]);
        assert!(ran.code == 2 && ran.stderr.contains(what), "{what}: {}", ran.stderr);
        assert!(!folder.path("platform").exists());
    }
}

#[test]
fn an_account_is_of_one_app_only() {
    let folder = Folder::new();
    let other = MINIMAL.replace("name: shop", "name: shop-deployer\nspace: shop");
    folder.write("tightship.yaml", format!("{MINIMAL}{REPOSITORY}---\n{other}").replace("LAYOUT", "flux"));
    let ran = folder.run(&["render"]);
    assert!(ran.code == 2 && ran.stderr.contains("which is the account of another app"), "{}", ran.stderr);
}

#[test]
fn without_an_address_the_missing_lines_are_named() {
    let folder = Folder::new();
    folder.write("tightship.yaml", app("output: {layout: flux}"));
    let ran = folder.run(&["render"]);
    assert_eq!(ran.code, 2);
    for words in
        ["tightship.yaml:8:18", "the layout flux needs the address of the repository", "url: https://git.example.com"]
    {
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
    folder.write("tightship.yaml", MINIMAL);
    let ran = folder.run(&["render", "--layout", "argocd"]);
    assert!(ran.code == 2 && ran.stderr.contains("add `output: {repository:"), "{}", ran.stderr);
    folder.write("tightship.yaml", app("output: {layout: flux, repository: {url: \"https://me@git.example.com/a\"}}"));
    let ran = folder.run(&["render"]);
    assert!(ran.code == 2 && ran.stderr.contains("has a user or a password"), "{}", ran.stderr);
}

#[test]
fn render_says_when_the_platform_is_to_be_applied_first() {
    let folder = rendered("flux", "replicas: 1");
    let said = |more: &str| {
        write(&folder, "flux", more);
        let ran = folder.run(&["render"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        (ran.stderr.contains("gets more rights"), ran.stderr.contains("loses rights"))
    };
    assert_eq!(said("replicas: 1\nenv: {A: b}"), (false, false), "an edited object needs no other right");
    assert_eq!(said("replicas: 1\nfiles: [{path: /etc/a, content: a}]"), (true, false), "a new kind needs one");
    assert_eq!(
        said("replicas: 1\nfiles: [{path: /etc/a, content: b}]"),
        (false, false),
        "a name of a new content none"
    );
    assert_eq!(said("replicas: 1"), (false, true));
}

#[test]
fn new_writes_it_and_says_what_to_do() {
    let folder = Folder::new();
    let args = ["new", "web", "--yes", "--image", "busybox:1.37", "--port", "8080", "--gitops", "flux"];
    let ran = folder.run(&args);
    assert!(ran.code == 2 && ran.stderr.contains("--repository"), "{}", ran.stderr);
    let ran = folder.run(&[&args[..], &["--repository", "https://git.example.com/team/web"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for command in [
        "kubectl apply --server-side -k web/platform\n",
        "kubectl apply --server-side --as=system:serviceaccount:web:web-deployer -k web/apps/web\n",
        "kubectl apply --server-side -k web/flux/clusters/main",
    ] {
        assert!(ran.stderr.contains(command), "{}", ran.stderr);
    }
    assert_eq!(folder.run(&["render", "--check", "--file", "web/tightship.yaml"]).code, 0);
    for (flag, value) in [("--gitops", "fluxx"), ("--layout", "plain")] {
        let mut again: Vec<&str> = args.to_vec();
        again[1] = "other";
        let ran = folder.run(&[&again[..], &["--repository", "https://git.example.com/x", flag, value]].concat());
        assert_eq!(ran.code, 2, "{}", ran.stderr);
    }
}

/// A program that somebody may have, by its variable or its name.
#[expect(clippy::print_stderr, reason = "who runs the tests is told what was left out")]
fn program(variable: &str, name: &str) -> Option<String> {
    let program = std::env::var(variable).unwrap_or_else(|_| name.to_owned());
    let works = Command::new(&program).arg("version").output().is_ok_and(|output| output.status.success());
    if !works {
        eprintln!("gitops: left out what needs {name} ({variable} names another)");
    }
    works.then_some(program)
}

/// The objects of a stream by what they are; two of one name are none.
fn by_key(objects: Vec<Value>) -> BTreeMap<String, Value> {
    let key = |object: &Value| format!("{} {}", object["kind"], object["metadata"]["name"]);
    objects.into_iter().filter(|object| !object.is_null()).map(|object| (key(&object), object)).collect()
}

/// Specs that use what charts have holes for, and texts that Helm would take for its own.
fn charts() -> Vec<String> {
    let digest = "a".repeat(64);
    let mut specs = vec![
        app(FULL).replace("api: [{resource: configmaps, verbs: [get]}]", "env: {B: \"{{ .Values.x }}\", A: \"$(B)\"}"),
        app(
            "env: {A: \"1\"}\nenvironments: {prod: {env: {B: \"{{\", A: \"yes\"}, image: \"ghcr.io/acme/shop:2\"}, dev: {}}",
        ),
        app("environments: {prod: {route: {host: a.example.com, gateway: infra/public}, env: {A: \"é \\\"\\n\"}}}"),
        app(
            "secrets: [{name: s, env: TOKEN, keys: [t]}]\nenv: {C: d}\nexceptions: [{rule: secret-in-env, reason: \"{{r}}\", ticket: t, expires: 2030-01-01}]",
        ),
        app(
            "secrets: [{name: s, env: TOKEN, keys: [t]}]\nexceptions: [{rule: secret-in-env, reason: r, ticket: t, expires: 2030-01-01}]",
        ),
        app(
            "workload: statefulset\nstorage: [{name: data, path: /data, size: 1Gi}]\nenvironments: {prod: {storage: {data: {size: 9Gi}}, size: {cpu: \"2000m\", memory: 2048Mi}}}",
        ),
        app(
            "route: {host: shop.example.com, via: ingress, class: nginx, namespace: edge, tls: shop-tls}\nfiles: [{path: /etc/x, content: \"{{ if }}\\n}}\\n\"}]",
        ),
        MINIMAL.replace("shop:1.2.3", &format!("shop:1.2.3@sha256:{digest}")),
        MINIMAL.replace("ports: [{name: http, port: 8080}]", "workload: job\nargs: [\"{{`x`}}\", \"{{- /* */ -}}\"]"),
        MINIMAL.replace("ports: [{name: http, port: 8080}]", "workload: {kind: cronjob, schedule: \"0 3 * * *\"}"),
    ];
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for entry in fs::read_dir(examples).into_iter().flatten() {
        if let Ok(text) = fs::read_to_string(entry.unwrap().path().join("tightship.yaml")) {
            specs.push(text);
        }
    }
    specs
}

#[test]
fn helm_makes_of_a_chart_what_is_rendered() {
    let programs: Vec<String> = [("TIGHTSHIP_HELM", "helm"), ("TIGHTSHIP_HELM3", "helm3")]
        .into_iter()
        .filter_map(|(v, name)| program(v, name))
        .collect();
    let (mut charts_seen, mut compared) = (0, 0);
    for spec in charts() {
        let folder = Folder::new();
        folder.write("tightship.yaml", &spec);
        let ran = folder.run(&["render", "--layout", "helm"]);
        assert_eq!(ran.code, 0, "{spec}\n{}", ran.stderr);
        assert_eq!(folder.run(&["render", "--layout", "helm", "--check"]).code, 0, "{spec}");
        let titles: Vec<String> = fs::read_dir(folder.path("charts"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let mut environments: BTreeSet<String> = BTreeSet::from([String::new()]);
        for title in &titles {
            charts_seen += 1;
            for entry in fs::read_dir(folder.path(&format!("charts/{title}"))).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                environments.extend(
                    name.strip_prefix("values-").and_then(|name| name.strip_suffix(".yaml")).map(str::to_owned),
                );
            }
        }
        for helm in &programs {
            for title in &titles {
                let lint = Command::new(helm)
                    .args(["lint", "--strict", "--quiet"])
                    .arg(folder.path(&format!("charts/{title}")))
                    .output()
                    .unwrap();
                assert!(
                    lint.status.success(),
                    "{helm} lint: {}{}",
                    String::from_utf8_lossy(&lint.stdout),
                    String::from_utf8_lossy(&lint.stderr)
                );
            }
            for environment in &environments {
                let mut args = vec!["render", "--stdout"];
                if !environment.is_empty() {
                    args.extend(["--env", environment]);
                }
                let wanted = folder.run(&args);
                assert_eq!(wanted.code, 0, "{}", wanted.stderr);
                let of_spaces = ["Namespace", "ResourceQuota", "LimitRange"];
                let mut wanted = by_key(readings(&wanted.stdout).0);
                let platform = folder.path("platform");
                if platform.exists() {
                    // what the platform's files hold is in no chart
                    let list = folder.run(&["render", "--layout", "plain", "--out", "plain"]);
                    assert_eq!(list.code, 0, "{}", list.stderr);
                    let mut names = Vec::new();
                    files_of(&folder.path("plain/platform"), &mut names);
                    for name in names {
                        let text = fs::read_to_string(name).unwrap();
                        for key in by_key(readings(&text).0).keys() {
                            wanted.remove(key);
                        }
                    }
                }
                assert!(wanted.keys().all(|key| !of_spaces.iter().any(|kind| key.contains(&format!("\"{kind}\"")))));
                let mut made = BTreeMap::new();
                for title in &titles {
                    let chart = folder.path(&format!("charts/{title}"));
                    let mut command = Command::new(helm);
                    command.arg("template").arg(title).arg(&chart).args(["--kube-version", "1.37.0"]);
                    let own = chart.join(format!("values-{environment}.yaml"));
                    if own.exists() {
                        command.arg("--values").arg(own);
                    }
                    let output = command.output().unwrap();
                    assert!(output.status.success(), "{spec}\n{}", String::from_utf8_lossy(&output.stderr));
                    made.extend(by_key(readings(&String::from_utf8(output.stdout).unwrap()).0));
                }
                assert_eq!(made.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>(), "{environment}\n{spec}");
                for (key, object) in &wanted {
                    assert_eq!(made[key], *object, "{helm} {key} in `{environment}`\n{spec}");
                }
                compared += wanted.len();
            }
        }
    }
    assert!(charts_seen >= 10);
    eprintln!("gitops: {charts_seen} charts, {compared} objects compared by {}", programs.join(", "));
}

fn files_of(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() { files_of(&entry.path(), found) } else { found.push(entry.path()) }
    }
}

#[test]
fn a_chart_takes_its_own_values_and_no_others() {
    let folder = Folder::new();
    folder.write("tightship.yaml", app(FULL).replace("api: [{resource: configmaps, verbs: [get]}]\n", ""));
    assert_eq!(folder.run(&["render", "--layout", "helm"]).code, 0);
    let schema: Value = serde_json::from_str(&folder.read("charts/shop/values.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for file in ["values.yaml", "values-prod.yaml", "values-dev.yaml"] {
        let values = &readings(&folder.read(&format!("charts/shop/{file}"))).0[0];
        assert!(validator.is_valid(values), "{file}: {:?}", validator.validate(values).err());
    }
    for good in [json!({"global": {"a": 1}, "enabled": true}), json!({"replicas": 3, "env": {"A": "b"}})] {
        assert!(validator.is_valid(&good), "{good}");
    }
    for bad in [
        json!({"securityContext": {}}),
        json!({"replica": 1}),
        json!({"replicas": "3"}),
        json!({"image": "busybox"}),
        json!({"image": {"repository": "a b"}}),
        json!({"env": {"A": 1}}),
        json!({"environment": "pord"}),
        json!({"resources": {"requests": {"cpus": "1"}}}),
    ] {
        assert!(!validator.is_valid(&bad), "{bad}");
    }
    // nothing of a chart says that the pods could be less hardened
    assert!(!folder.read("charts/shop/values.yaml").contains("securityContext"));
    let template = folder.read("charts/shop/templates/deployment.yaml");
    assert!(
        template.contains("allowPrivilegeEscalation: false") && template.contains("{{ int .Values.replicas }}"),
        "{template}"
    );
}

/// The pipelines that are written, by their file.
fn pipelines() -> Vec<(Folder, &'static str)> {
    let made = |system: &str, file: &'static str| {
        let folder = Folder::new();
        let ran = folder.run(&["new", "web", "--yes", "--image", "busybox:1.37", "--port", "8080", "--ci", system]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        (folder, file)
    };
    vec![made("github", "web/.github/workflows/tightship.yaml"), made("gitlab", "web/.gitlab-ci.yml")]
}

#[test]
fn pipelines_are_written_once_and_name_flags_that_there_are() {
    use clap::CommandFactory as _;
    for (folder, file) in pipelines() {
        let text = folder.read(file);
        assert_eq!(readings(&text).0.len(), 1);
        assert!(!text.contains("@v") && !text.contains("{{ ci"), "{text}");
        // each command is one that the program takes
        for line in text.lines().filter(|line| line.contains("tightship ") && !line.trim_start().starts_with('#')) {
            let Some((_, command)) = line.split_once("tightship ") else { continue };
            let Some((subcommand, rest)) = command.split_once(' ') else { continue };
            let cli = tightship::Cli::command();
            let Some(known) = cli.find_subcommand(subcommand) else { continue };
            for flag in rest.split_whitespace().filter_map(|word| word.strip_prefix("--")) {
                let flag = flag.split('=').next().unwrap();
                assert!(known.get_arguments().any(|argument| argument.get_long() == Some(flag)), "{file}: {line}");
            }
        }
        folder.write(file, "mine: true\n");
        assert_eq!(folder.run(&["render", "--check", "--file", "web/tightship.yaml"]).code, 0);
        assert_eq!(folder.run(&["render", "--file", "web/tightship.yaml"]).code, 0);
        assert_eq!(folder.read(file), "mine: true\n");
    }
}

#[test]
fn other_programs_find_nothing_in_the_pipelines() {
    let (folder, file) = pipelines().remove(0);
    let workflow = folder.path(file);
    let mut tried = 0;
    let programs = [
        ("TIGHTSHIP_ZIZMOR", "zizmor", &["--offline", "--persona=auditor", "--no-config"][..]),
        ("TIGHTSHIP_ACTIONLINT", "actionlint", &["-no-color"]),
    ];
    for (variable, name, arguments) in programs {
        let program = std::env::var(variable).unwrap_or_else(|_| name.to_owned());
        match Command::new(&program).args(arguments).arg(&workflow).output() {
            Ok(output) => {
                let text =
                    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{name}: {text}");
                tried += 1;
            }
            Err(_) => eprintln!("gitops: left out what needs {name} ({variable} names another)"),
        }
    }
    eprintln!("gitops: {tried} programs looked at the workflow");
}

#[cfg(feature = "cluster")]
#[test]
fn renovate_finds_the_images_that_the_spec_has() {
    let (folder, _) = pipelines().remove(0);
    let preset: Value = serde_json::from_str(&folder.read("web/renovate.json")).unwrap();
    let expression = preset["customManagers"][0]["matchStrings"][0].as_str().unwrap();
    let expression = regex::Regex::new(expression).unwrap();
    let digest = format!("sha256:{}", "0123456789abcdef".repeat(4));
    let images = [
        "busybox:1.37",
        "ghcr.io/acme/shop:1.2.3",
        "localhost:5000/x/y_z:1",
        &format!("registry.example.com:5000/a/b:v1.0-rc.1@{digest}"),
        &format!("ghcr.io/acme/shop@{digest}"),
    ];
    for image in images {
        for written in [image.to_owned(), format!("\"{image}\""), format!("'{image}'")] {
            let side = "sidecars: [{name: side, image: quay.io/a/b:2}]\nenvironments: {prod: {image: \"ghcr.io/acme/other:3\"}}";
            let spec = MINIMAL.replace("ghcr.io/acme/shop:1.2.3", &written) + side;
            let own = Folder::new();
            own.write("tightship.yaml", &spec);
            let rendered = own.run(&["render", "--stdout", "--env", "prod"]);
            assert_eq!(rendered.code, 0, "{}", rendered.stderr);
            let base = own.run(&["render", "--stdout"]).stdout;
            let found: Vec<String> = expression
                .captures_iter(&spec)
                .map(|found| {
                    let part = |name: &str, mark: &str| {
                        found.name(name).map(|part| format!("{mark}{}", part.as_str())).unwrap_or_default()
                    };
                    part("depName", "") + &part("currentValue", ":") + &part("currentDigest", "@")
                })
                .collect();
            assert_eq!(found, [image, "quay.io/a/b:2", "ghcr.io/acme/other:3"], "{spec}");
            // what it finds is what the spec is read as
            let used: BTreeSet<String> = readings(&(base + &rendered.stdout)).0.iter().flat_map(images_of).collect();
            assert_eq!(used, found.into_iter().collect());
        }
    }
}

#[cfg(feature = "cluster")]
fn images_of(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(images_of).collect(),
        Value::Object(fields) => {
            let own = fields.get("image").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(fields.values().flat_map(images_of)).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn secrets_are_fetched_by_what_the_platform_applies() {
    let folder = Folder::new();
    let output = REPOSITORY.replace("LAYOUT,", "LAYOUT, store: vault,");
    let secrets = "secrets: [{name: db, path: /run/db}]";
    folder.write("tightship.yaml", format!("{}{output}{SPACE}", app(secrets)).replace("LAYOUT", "flux"));
    assert_eq!(folder.run(&["render"]).code, 0);
    let account = objects(&folder, "platform/shop/deployers/app-shop.yaml");
    let fetched = account.iter().find(|it| it["kind"] == "ExternalSecret").unwrap();
    assert_eq!(fetched["apiVersion"], "external-secrets.io/v1");
    assert_eq!(fetched["spec"]["secretStoreRef"], json!({"kind": "SecretStore", "name": "vault"}));
    assert_eq!(fetched["spec"]["dataFrom"], json!([{"extract": {"key": "shop/db"}}]));
    // whoever may write one reads what the store has
    assert!(deployed(&folder).iter().all(|object| object["kind"] != "ExternalSecret"));
    let role = account.iter().find(|it| it["kind"] == "Role").unwrap();
    assert!(!allows(role, "create", "external-secrets.io", "externalsecrets", None));
    folder.write("tightship.yaml", SPACE.replace("output: {layout: LAYOUT}", "output: {store: vault}"));
    let ran = folder.run(&["render"]);
    assert!(ran.code == 2 && ran.stderr.contains("a space has no `store`"), "{}", ran.stderr);
}
