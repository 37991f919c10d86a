//! Kubeconfigs that came with a folder, or that a lab's folder has, and the user's own.

use std::os::unix::fs::symlink;

use serde_json::json;

use crate::loopback::Loopback;
use crate::machine::{Machine, NAME};
use crate::support::Ran;

/// Whatever a learner may type in a clone.
const COMMANDS: [&[&str]; 14] = [
    &["lab"],
    &["lab", "list"],
    &["lab", "status"],
    &["lab", "start"],
    &["lab", "start", "the-hack"],
    &["lab", "verify"],
    &["lab", "hint"],
    &["lab", "watch"],
    &["lab", "reset"],
    &["lab", "solution"],
    &["lab", "solution", "--apply"],
    &["lab", "debrief"],
    &["lab", "doctor"],
    &["lab", "down"],
];

/// A kubeconfig with this user, and with this beside the server of its cluster.
fn kubeconfig(server: &str, user: &str, cluster: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: x\n\
         clusters:\n- name: x\n  cluster:\n    server: {server}\n{cluster}\
         contexts:\n- name: x\n  context: {{cluster: x, user: x}}\n\
         users:\n- name: x\n  user:\n    {user}\n"
    )
}

/// The key that is refused, the user, and what is beside the server of the cluster.
fn forbidden(machine: &Machine, server: &Loopback) -> Vec<(&'static str, String, String)> {
    let program = machine.canary.program("login").display().to_string();
    machine.write("secret", "hunter2");
    let secret = machine.clone().join("secret").display().to_string();
    symlink("/etc/hostname", machine.clone().join("link")).unwrap();
    let exec =
        format!("exec: {{apiVersion: client.authentication.k8s.io/v1, command: {program}, interactiveMode: Never}}");
    let gcp =
        format!("auth-provider: {{name: gcp, config: {{cmd-path: {program}, cmd-args: a, token-key: '{{.t}}'}}}}");
    let oidc = format!(
        "auth-provider: {{name: oidc, config: {{idp-issuer-url: '{}', refresh-token: a, client-id: b, id-token: c}}}}",
        server.url("issuer")
    );
    let user = |key, text: &str| (key, text.to_owned(), String::new());
    let of_cluster = |key, text: &str| (key, "token: t".to_owned(), format!("    {text}\n"));
    vec![
        user("exec", &exec),
        user("exec", &format!("token: t\n    {exec}")),
        user("exec", &format!("<<: {{{exec}}}")),
        user("auth-provider", &gcp),
        user("auth-provider", &oidc),
        user("tokenFile", &format!("tokenFile: {secret}")),
        user("tokenFile", "tokenFile: ../../../../../secret"),
        user("tokenFile", "tokenFile: ../../../../link"),
        user("client-certificate", &format!("client-certificate: {secret}\n    client-key: {secret}")),
        user("client-key", &format!("client-certificate-data: YQ==\n    client-key: {secret}")),
        user("as", "token: t\n    as: system:admin"),
        of_cluster("certificate-authority", "certificate-authority: ../../../../../../etc/hostname"),
        of_cluster("certificate-authority", &format!("certificate-authority: {secret}")),
        of_cluster("proxy-url", &format!("proxy-url: {}", server.url(""))),
        of_cluster("proxy-url", &format!("proxy-url: socks5://127.0.0.1:{}", server.port())),
    ]
}

/// A clone whose state names this kubeconfig in every way that it can.
fn clone(machine: &Machine, text: &str, named: &str, made: bool, context: Option<&str>) {
    for name in ["evil", "adopted", "kubeconfig", &format!("clusters/{NAME}/kubeconfig")] {
        machine.write(&format!(".tightship/lab/{name}"), text);
    }
    let record = json!({"format": 1, "name": NAME, "kubernetes": "1.34.4", "image": "evil/node:1", "hardened": false, "nodes": 1});
    machine.write(&format!(".tightship/lab/clusters/{NAME}/cluster.json"), record.to_string());
    machine.state(
        "the-hack",
        "shared",
        &json!({"name": NAME, "kubeconfig": named, "context": context, "uid": "u", "made": made,
            "node": "victim", "server": "https://127.0.0.1:1", "version": "v1.34.4"}),
    );
}

/// Nothing ran, nothing was asked for, and nothing was shown.
#[track_caller]
fn nothing_happened(machine: &Machine, server: &Loopback, ran: &Ran, what: &str) {
    // `lab doctor` asks each program for its version
    assert_eq!(machine.canary.ran().replace("kubectl version --client\n", ""), "", "{what}");
    assert_eq!(server.requests(), [""; 0], "{what}");
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert!(!said.contains("hunter2") && !said.contains("panicked"), "{what}: {said}");
    assert!(!machine.log().contains("victim") && !machine.log().contains("evil/node"), "{what}: {}", machine.log());
}

#[test]
fn a_clone_that_names_a_kubeconfig_runs_nothing() {
    for (number, (made, context)) in [(false, None), (true, None), (false, Some("x"))].into_iter().enumerate() {
        let (machine, server) = (Machine::new(), Loopback::start());
        machine.write("below/README.md", "");
        let forbidden = forbidden(&machine, &server);
        // all that can be named, in the first clone
        let forbidden = if number == 0 { &forbidden[..] } else { &forbidden[..1] };
        for (key, user, cluster) in forbidden {
            let text = kubeconfig(&server.url("").replace("http:", "https:"), user, cluster);
            let absolute = format!("{}/.tightship/lab/evil", machine.clone().display());
            for (named, from) in [(".tightship/lab/evil", "."), (&absolute, "below")].into_iter().skip(number.min(1)) {
                let commands = if *key == "exec" && user.starts_with("exec") { &COMMANDS[..] } else { &COMMANDS[2..3] };
                for command in commands {
                    clone(&machine, &text, named, made, context);
                    let output = machine.command(command).current_dir(machine.clone().join(from)).output().unwrap();
                    let ran = Ran::of(output);
                    let what = format!("{command:?} from {from} with {user} {cluster}");
                    nothing_happened(&machine, &server, &ran, &what);
                    assert!(!ran.stdout.contains("export KUBECONFIG"), "{}", ran.stdout);
                }
            }
        }
    }
}

/// The cluster is really one that was made here, and its kubeconfig was exchanged.
#[test]
fn the_kubeconfig_of_an_own_cluster_is_read_and_not_done() {
    let (machine, server) = (Machine::new(), Loopback::start());
    for (key, user, cluster) in forbidden(&machine, &server) {
        machine.runs_own(server.port());
        clone(&machine, &kubeconfig("https://127.0.0.1:1", &user, &cluster), "kubeconfig", true, None);
        let place = format!("clusters/{NAME}/kubeconfig:");
        let refused = format!("`{key}` ");
        for command in [["lab", "status"], ["lab", "verify"], ["lab", "start"], ["lab", "reset"]] {
            let ran = machine.run(&command);
            nothing_happened(&machine, &server, &ran, &format!("{command:?} with {user} {cluster}"));
            ran.says(&[&place, &refused, "which a kubeconfig that came with a folder may not"]);
        }
    }
}

/// Where the API server is, the node says; the kubeconfig may say what it wants.
#[test]
fn a_request_goes_to_the_node_and_nowhere_else() {
    let (machine, node, elsewhere) = (Machine::new(), Loopback::start(), Loopback::start());
    clone(&machine, &kubeconfig(&elsewhere.url(""), "token: t", ""), "kubeconfig", true, None);
    machine.runs_own(node.port());
    machine.run(&["lab", "status"]).exits(0).says(&["does not answer"]);
    assert!(!node.requests().is_empty() && elsewhere.requests().is_empty(), "{:?}", elsewhere.requests());
    assert_eq!(machine.canary.ran(), "");
}

/// A context of the user is used where the user has named it, and not because a clone says so.
#[test]
fn a_clone_does_not_use_a_context_of_the_user() {
    let (machine, server) = (Machine::new(), Loopback::start());
    let program = machine.canary.program("login");
    let exec = format!("exec: {{apiVersion: client.authentication.k8s.io/v1, command: {}}}", program.display());
    let own = kubeconfig(&server.url(""), &exec, "");
    machine.folder.write("home/.kube/config", &own);
    for command in COMMANDS {
        clone(&machine, &own, "/nowhere", false, Some("x"));
        let output = machine.command(command).env("KUBECONFIG", machine.folder.path("home/.kube/config")).output();
        nothing_happened(&machine, &server, &Ran::of(output.unwrap()), &format!("{command:?}"));
    }
    clone(&machine, &own, "/nowhere", false, Some("x"));
    machine.run(&["lab", "verify"]).exits(3).says(&["context \"x\"", "nobody has named", "--context"]);
}

#[test]
fn a_context_that_the_user_names_may_log_in_by_a_program() {
    let (machine, server) = (Machine::new(), Loopback::start());
    machine.write("README.md", "");
    let program = machine.canary.program("login");
    let bin = program.parent().unwrap();
    for (at, command) in [("home/.kube/config", program.to_str().unwrap()), ("kube/config", "./login")] {
        let exec = format!("exec: {{apiVersion: client.authentication.k8s.io/v1, command: {command}, args: ['{at}']}}");
        let text = kubeconfig(&server.url(""), &exec, "");
        let path = if command.starts_with('.') { bin.join("config") } else { machine.folder.path(at) };
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        let mut start = machine.command(&["lab", "start", "the-hack", "--context", "x"]);
        if command.starts_with('.') {
            start.env("KUBECONFIG", path);
        }
        let ran = Ran::of(start.output().unwrap()).exits(3);
        assert!(machine.canary.ran().contains(&format!("login {at}\n")), "{}{}", machine.canary.ran(), ran.stderr);
    }
}

#[test]
fn a_kubeconfig_that_the_user_names_for_the_check_may_log_in_by_a_program() {
    let (machine, server) = (Machine::new(), Loopback::start());
    machine.write("README.md", "");
    let program = machine.canary.program("login");
    let exec = format!(
        "exec: {{apiVersion: client.authentication.k8s.io/v1, command: {}, interactiveMode: Never}}",
        program.display()
    );
    machine.folder.write("own", kubeconfig(&server.url("").replace("http:", "https:"), &exec, ""));
    let own = machine.folder.path("own").display().to_string();
    let args = ["check", "--live", "--kubeconfig", &own];
    machine.run(&args).exits(2);
    assert!(machine.canary.ran().contains(&format!("kubectl version --output=json --kubeconfig {own}")));
    // and with a kubectl that is one, if there is one
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .map(|folder| folder.join("kubectl"))
        .find(|path| path.is_file());
    let Some(kubectl) = found else {
        eprintln!("left out: there is no kubectl on the PATH");
        return;
    };
    machine.command(&args).env("PATH", kubectl.parent().unwrap()).output().unwrap();
    assert!(machine.canary.ran().contains("login \n"), "{}", machine.canary.ran());
}
