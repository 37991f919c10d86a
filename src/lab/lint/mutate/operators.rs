//! The table of operators, and what they make of a lab.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::inventory::neutral;
use super::scene::Scene;
use super::wrong::Wrong;
use super::{admission, network, node, rights, route, undo, workload};

/// What the choice of a sample begins with: another one chooses others.
const SEED: &str = "1";

/// A way to make right answers wrong.
pub struct Operator {
    /// Its name in tables.
    pub name: &'static str,
    /// What it makes wrong.
    pub wrong: &'static str,
    /// The types of checks that it attacks, as a `lab.yaml` writes them; it is for labs that have one. None: for every lab.
    pub attacks: &'static [&'static str],
    /// The rules that it breaks; it is for labs that are about one. None: whatever a lab is about.
    pub rules: &'static [&'static str],
    /// Whether it adds something to whatever solution there is, so that one solution is enough.
    pub adds: bool,
    make: fn(&Scene<'_>) -> Vec<Wrong>,
}

/// All operators.
pub static OPERATORS: &[Operator] = &[
    Operator {
        name: "undo",
        wrong: "one change of the solution is not there",
        attacks: &[],
        rules: &[],
        adds: false,
        make: undo::one,
    },
    Operator {
        name: "undo-node",
        wrong: "one flag or setting of the control plane is as at the start",
        attacks: &["flag", "rule", "http", "audit", "etcd", "node_file"],
        rules: &[],
        adds: false,
        make: node::undone,
    },
    Operator {
        name: "second-binding",
        wrong: "somebody has a right that was taken from them, by another binding",
        attacks: &["can_i"],
        rules: &[],
        adds: true,
        make: rights::second_binding,
    },
    Operator {
        name: "unlisted-right",
        wrong: "somebody has a right that is not among those they need",
        attacks: &["can_i"],
        rules: &[],
        adds: true,
        make: rights::unlisted,
    },
    Operator {
        name: "wider-role",
        wrong: "a role gives more than the solution's",
        attacks: &["can_i"],
        rules: &[],
        adds: false,
        make: rights::wider_role,
    },
    Operator {
        name: "wider-binding",
        wrong: "a binding of the solution gives its role to others, too",
        attacks: &["can_i"],
        rules: &[],
        adds: false,
        make: rights::wider_binding,
    },
    Operator {
        name: "mounted-secret",
        wrong: "who may not read a Secret has it as a file",
        attacks: &["can_i"],
        rules: &["api-secrets"],
        adds: true,
        make: rights::mounted_secret,
    },
    Operator {
        name: "second-policy",
        wrong: "another network policy opens what one has closed",
        attacks: &["connect"],
        rules: &[],
        adds: false,
        make: network::second_policy,
    },
    Operator {
        name: "wider-selector",
        wrong: "a selector of a network policy lets more in, or guards less",
        attacks: &["connect"],
        rules: &[],
        adds: false,
        make: network::wider_selector,
    },
    Operator {
        name: "wider-route",
        wrong: "a route publishes more hosts or paths, or has no TLS",
        attacks: &["route"],
        rules: &[],
        adds: false,
        make: route::wider_route,
    },
    Operator {
        name: "second-route",
        wrong: "another route publishes what one has closed",
        attacks: &["route"],
        rules: &[],
        adds: true,
        make: route::second_route,
    },
    Operator {
        name: "rewritten-route",
        wrong: "a rule of a route leads elsewhere than its path says",
        attacks: &["route"],
        rules: &[],
        adds: false,
        make: route::rewritten_route,
    },
    Operator {
        name: "open-service",
        wrong: "a Service leads around the route",
        attacks: &["route"],
        rules: &[],
        adds: true,
        make: route::open_service,
    },
    Operator {
        name: "exempt-user",
        wrong: "a policy does not hold for some users",
        attacks: &["admission", "http", "exec"],
        rules: &[],
        adds: false,
        make: admission::exempt_user,
    },
    Operator {
        name: "protect-one",
        wrong: "a policy holds for some objects only",
        attacks: &["admission", "http", "exec"],
        rules: &[],
        adds: false,
        make: admission::protect_one,
    },
    Operator {
        name: "weaker-policy",
        wrong: "a policy leaves out an operation, a resource or an expression, or does not refuse",
        attacks: &["admission", "http", "exec"],
        rules: &[],
        adds: false,
        make: admission::weaker_policy,
    },
    Operator {
        name: "weaker-level",
        wrong: "the level of a namespace is too low, or of no version",
        attacks: &["admission"],
        rules: &[],
        adds: true,
        make: admission::weaker_level,
    },
    Operator {
        name: "weaker-quota",
        wrong: "a quota or a limit is too high, or counts few pods only",
        attacks: &["admission"],
        rules: &[],
        adds: true,
        make: admission::weaker_quota,
    },
    Operator {
        name: "second-container",
        wrong: "another container of the pod has the flaw",
        attacks: &["exec", "rule"],
        rules: &[],
        adds: true,
        make: workload::second_container,
    },
    Operator {
        name: "second-mount",
        wrong: "another folder can be written",
        attacks: &["exec"],
        rules: &["writable-root-filesystem"],
        adds: false,
        make: workload::second_mount,
    },
    Operator {
        name: "old-copy",
        wrong: "the workload of the start runs beside that of the solution",
        attacks: &["rule"],
        rules: &[],
        adds: true,
        make: workload::old_copy,
    },
    Operator {
        name: "hidden-pod",
        wrong: "a privileged pod runs in the namespace",
        attacks: &["rule"],
        rules: &[],
        adds: true,
        make: workload::hidden_pod,
    },
    Operator {
        name: "hidden-token",
        wrong: "a pod has a token where nobody looks",
        attacks: &["token"],
        rules: &["mounted-token"],
        adds: true,
        make: workload::hidden_token,
    },
    Operator {
        name: "eternal-token",
        wrong: "an account has a token that never expires",
        attacks: &["token"],
        rules: &[],
        adds: true,
        make: workload::eternal_token,
    },
    Operator {
        name: "open-word",
        wrong: "a secret word can be read at another place",
        attacks: &["leak"],
        rules: &[],
        adds: true,
        make: workload::open_word,
    },
    Operator {
        name: "weaker-file",
        wrong: "a file of the control plane says more or less than it should",
        attacks: &["audit", "etcd", "http", "rule"],
        rules: &[],
        adds: false,
        make: node::weaker_file,
    },
    Operator {
        name: "open-file",
        wrong: "others can read a file of the node",
        attacks: &["node_file"],
        rules: &[],
        adds: true,
        make: node::open_file,
    },
    Operator {
        name: "second-port",
        wrong: "a program listens on another port, without credentials",
        attacks: &["http"],
        rules: &["etcd-client-auth"],
        adds: true,
        make: node::second_port,
    },
    Operator {
        name: "stop",
        wrong: "what has to work does not run",
        attacks: &["healthy"],
        rules: &[],
        adds: true,
        make: workload::stopped,
    },
    Operator {
        name: "other-program",
        wrong: "what has to stay the same is another",
        attacks: &["unchanged"],
        rules: &[],
        adds: true,
        make: workload::other_program,
    },
    Operator {
        name: "lost-service",
        wrong: "a service leads nowhere",
        attacks: &["http", "connect"],
        rules: &[],
        adds: true,
        make: workload::lost_service,
    },
];

/// A wrong answer, and who made it.
pub(super) struct Mutant {
    pub(super) operator: &'static Operator,
    pub(super) wrong: Wrong,
}

/// Which wrong answers are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// The most of them; none for all.
    pub most: Option<usize>,
    /// Whether other solutions of the lab are tried too, so that what is added to any is tried only with the first.
    pub is_first: bool,
}

/// The wrong answers for a lab.
pub(super) fn mutants(scene: &Scene<'_>, choice: Choice) -> Vec<Mutant> {
    let types = scene.types();
    let suits = |operator: &&Operator| {
        (operator.attacks.is_empty() || operator.attacks.iter().any(|kind| types.contains(kind)))
            && (operator.rules.is_empty() || scene.is_about(operator.rules))
            && (choice.is_first || !operator.adds)
    };
    let called = |wrong: Wrong| Wrong { what: neutral(&wrong.what, scene.names), ..wrong };
    let made = OPERATORS.iter().filter(suits).flat_map(|operator| {
        (operator.make)(scene).into_iter().map(move |wrong| Mutant { operator, wrong: called(wrong) })
    });
    let mut all: Vec<Mutant> = made.collect();
    let mut seen = std::collections::HashSet::new();
    all.retain(|mutant| seen.insert(mutant.wrong.what.clone()));
    if let Some(most) = choice.most {
        // the same few in every run
        all.sort_by_cached_key(|mutant| {
            let name = format!("{SEED} {} {} {}", &**scene.lab.id, mutant.operator.name, mutant.wrong.what);
            Sha256::digest(name).to_vec()
        });
        all.truncate(most);
    }
    all
}
