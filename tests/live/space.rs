//! The guard rails of a space: what they let through, and what they refuse in the API server's words.

use libtest_mimic::Failed;

use crate::Test;
use crate::kubectl::{Live, ensure, eventually};
use crate::spec::Room;

pub const TESTS: &[Test] = &[
    ("space::pod_security_and_quota", pod_security_and_quota),
    ("space::teams", teams),
    ("space::registries", registries),
];

/// A pod that keeps to `restricted` and says no more than that.
fn pod(name: &str, image: &str, privileged: bool) -> String {
    let context = if privileged {
        "privileged: true"
    } else {
        "allowPrivilegeEscalation: false, runAsNonRoot: true, runAsUser: 10001, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}"
    };
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec:\n  containers:\n  - name: c\n    image: {image}\n    \
         command: [sleep, \"3600\"]\n    securityContext: {{{context}}}\n"
    )
}

fn create(room: &Room<'_>, manifest: &str) -> crate::kubectl::Output {
    room.live.with_input(&["-n", &room.name, "create", "-f", "-"], manifest)
}

fn pod_security_and_quota(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, "guard", "")?;
    let refused = create(&room, &pod("bad", "busybox:1.37", true));
    let words = format!("violates PodSecurity \"restricted:v{}\"", live.release());
    ensure(!refused.ok && refused.stderr.contains(&words), || format!("not refused: {}", refused.stderr))?;

    // the quota counts resources that this pod does not name: the LimitRange names them
    let bare = create(&room, &pod("bare", "busybox:1.37", false));
    ensure(bare.ok && bare.stderr.is_empty(), || format!("a bare pod is refused: {}", bare.stderr))?;
    let resources =
        live.ok(&["-n", &room.name, "get", "pod", "bare", "-o", "jsonpath={.spec.containers[0].resources}"])?;
    ensure(resources.contains("128Mi"), || format!("no defaults: {resources}"))?;
    let account = "jsonpath={.spec.serviceAccountName} {.spec.containers[0].volumeMounts}";
    let mounts = live.ok(&["-n", &room.name, "get", "pod", "bare", "-o", account])?;
    ensure(mounts.trim() == "default", || format!("the default account hands out a token: {mounts}"))?;

    for kind in ["NodePort", "LoadBalancer"] {
        let service = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: out}}\nspec: {{type: {kind}, ports: [{{port: 80}}], selector: {{a: b}}}}\n"
        );
        let mut seen = String::new();
        // the quota is enforced once its controller has counted what is there
        eventually("the quota refuses the Service", || {
            let refused = create(&room, &service);
            live.run(&["-n", &room.name, "delete", "service", "out", "--ignore-not-found"]);
            seen.clone_from(&refused.stderr);
            Ok(!refused.ok && seen.contains("exceeded quota"))
        })
        .map_err(|_| format!("{kind}: {seen}"))?;
    }
    Ok(())
}

fn teams(live: &Live) -> Result<(), Failed> {
    let teams = "teams: [{group: lookers, role: view}, {group: devs}, {group: leads, role: admin}]";
    let room = Room::new(live, "teams", teams)?;
    let everybody = ["lookers", "devs", "leads"];
    for (what, allowed) in [
        (&["get", "pods"][..], &everybody[..]),
        (&["create", "deployments.apps"], &["devs", "leads"]),
        (&["patch", "networkpolicies.networking.k8s.io"], &["devs", "leads"]),
        (&["create", "pods", "--subresource=exec"], &["leads"]),
        (&["create", "rolebindings.rbac.authorization.k8s.io"], &["devs", "leads"]),
        (&["get", "secrets"], &[]),
        (&["list", "secrets"], &[]),
        (&["escalate", "roles.rbac.authorization.k8s.io"], &[]),
        (&["impersonate", "serviceaccounts"], &[]),
        (&["delete", "resourcequotas"], &[]),
    ] {
        for group in everybody {
            let may = live.can_i(&room.name, &["--as=somebody", &format!("--as-group={group}")], what)?;
            ensure(may == allowed.contains(&group), || format!("{group} may {}: {may}", what.join(" ")))?;
        }
    }
    let result = guarded(&room);
    live.run(&[
        "delete",
        "validatingadmissionpolicy,validatingadmissionpolicybinding",
        &format!("tightship-guard-{}", room.name),
    ]);
    result
}

/// What the platform owns stays as it is, and the team deploys an app with all that it needs.
fn guarded(room: &Room<'_>) -> Result<(), Failed> {
    let (live, member) = (room.live, ["--as=somebody", "--as-group=devs"]);
    let as_member = |args: &[&str]| live.run(&[&member[..], &["-n", &room.name], args].concat());
    let deny = ["delete", "networkpolicy", "default-deny-all"];
    let mut said = String::new();
    eventually("the guard is in force", || {
        said = as_member(&[&deny[..], &["--dry-run=server"]].concat()).stderr;
        Ok(said.contains("this belongs to the platform"))
    })
    .map_err(|_| said.clone())?;
    for refused in [
        &deny[..],
        &["delete", "networkpolicies", "--all"],
        &[
            "patch",
            "networkpolicy",
            "default-deny-all",
            "--type=merge",
            "-p",
            "{\"spec\":{\"podSelector\":{\"matchLabels\":{\"a\":\"b\"}}}}",
        ],
        &["patch", "role", "team-edit", "--type=merge", "-p", "{\"rules\":[]}"],
        &["delete", "rolebinding", "team-edit"],
        &["delete", "resourcequota", &format!("{}-quota", room.name)],
        &["label", "namespace", &room.name, "pod-security.kubernetes.io/enforce=privileged", "--overwrite"],
        &["create", "rolebinding", "more", "--role=team-admin", "--group=devs"],
    ] {
        let output = as_member(refused);
        let why =
            ["this belongs to the platform", "forbidden", "Forbidden"].iter().any(|word| output.stderr.contains(word));
        ensure(!output.ok && why, || {
            format!("{} is not refused: {}{}", refused.join(" "), output.stdout, output.stderr)
        })?;
    }
    live.ok(&["-n", &room.name, "get", "networkpolicy", "default-deny-all"])?;
    let app = room.app("mine", "workload: job\ncommand: [\"true\"]\napi: [{resource: configmaps, names: [a], verbs: [get]}]\nfiles: [{path: /a/b, content: c}]");
    let app = app.replace("platform: kind}", "platform: kind, apiServer: {cidrs: [192.0.2.1/32]}}");
    let out = room.render("mine", &app, &["--layout", "plain"])?;
    let applied = as_member(&["apply", "-R", "-f", out.join("apps").to_str().expect("UTF-8")]);
    ensure(applied.ok, || format!("the team cannot deploy: {}", applied.stderr))?;
    live.wait_for_job(&room.name, "mine")?;
    Ok(())
}

fn registries(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, "registry", "registries: [docker.io/library, localhost:5000]")?;
    let mut number = 0;
    let mut admitted = |image: &str| -> Result<bool, Failed> {
        number += 1;
        let output = create(&room, &pod(&format!("pod-{number}"), image, false));
        let refused = output.stderr.contains("images must come from docker.io/library/, localhost:5000/");
        ensure(output.ok || refused, || format!("{image}: {}", output.stderr))?;
        Ok(output.ok)
    };
    eventually("the policy is in force", || admitted("elsewhere.example/busybox:1.37").map(|admitted| !admitted))?;
    for image in ["busybox:1.37", "docker.io/library/busybox:1.37", "localhost:5000/x:1"] {
        ensure(admitted(image)?, || format!("{image} is refused"))?;
    }
    for image in
        ["acme/busybox:1", "docker.io/acme/busybox:1", "docker.io.evil.example/library/x:1", "localhost:5001/x:1"]
    {
        ensure(!admitted(image)?, || format!("{image} is admitted"))?;
    }
    live.ok(&[
        "delete",
        "validatingadmissionpolicy,validatingadmissionpolicybinding",
        &format!("tightship-registries-{}", room.name),
    ])?;
    Ok(())
}
