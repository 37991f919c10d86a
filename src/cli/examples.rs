//! What the help of each command ends with: examples, which a test parses.

/// Commands by the command that they are examples of, with what each does.
pub const EXAMPLES: &[(&str, &[(&str, &str)])] = &[
    (
        "",
        &[
            ("tightship check", "check the manifests of this folder"),
            ("tightship new shop", "ask a few questions, and write an app into the folder shop"),
            ("tightship lab start", "start the first lab"),
        ],
    ),
    (
        "new",
        &[
            ("tightship new shop", "ask seven questions"),
            ("tightship new shop --image busybox:1.37 --port 8080 --yes", "ask nothing"),
            ("tightship new shop --gitops flux --ci github", "what deploys it from a repository, too"),
            ("tightship new apiserver --kubernetes 1.36 --target kubeadm --yes", "a control plane"),
        ],
    ),
    (
        "add",
        &[
            ("tightship add app db --image postgres:18 --from web", "one more app, which web may call"),
            ("tightship add job clean --image ghcr.io/acme/clean:1.2.3", "one that runs to its end"),
            ("tightship add environment prod", "to every app"),
        ],
    ),
    (
        "render",
        &[
            ("tightship render --diff", "show what would change"),
            ("tightship render", "write the manifests"),
            ("tightship render --stdout --env prod", "print them, for kubectl apply -f -"),
        ],
    ),
    (
        "audit-trail",
        &[
            ("tightship audit-trail --open", "what holds today, or should not any more"),
            ("tightship audit-trail --anonymous --format markdown", "a table for a page, without names"),
        ],
    ),
    (
        "check",
        &[
            ("tightship check", "check this folder"),
            ("tightship check deploy --fix=unsafe --diff", "show what can be repaired"),
            ("tightship check --format html --output report.html", "a report to look at"),
            ("tightship check --baseline known.json --update-baseline", "begin in an old repository"),
            ("tightship check --live --namespace shop", "check a namespace of the cluster"),
            ("tightship check --benchmark cis-1.12 --node-root /", "a control plane node, item by item"),
        ],
    ),
    (
        "graph",
        &[
            ("tightship graph network --output network.svg", "who reaches whom, in this folder"),
            ("tightship graph rbac deploy --format mermaid", "who may do what, for a Markdown page"),
        ],
    ),
    (
        "rules",
        &[
            ("tightship rules --category security --severity critical", "what matters most"),
            ("tightship rules --format json", "for programs"),
        ],
    ),
    (
        "explain",
        &[
            ("tightship explain privileged", "a rule"),
            ("tightship explain Deployment.spec.replicas", "a field"),
            ("tightship explain --anonymous-auth", "a flag of the control plane"),
            ("tightship explain App.network.from", "a key of the spec"),
        ],
    ),
    (
        "apiserver explain",
        &[
            ("tightship apiserver explain NodeRestriction", "an admission plugin"),
            ("tightship apiserver explain authorization.mode", "a field of the kubelet"),
            ("tightship apiserver explain --slides", "what slides of 2019 said, and what holds today"),
        ],
    ),
    (
        "apiserver adopt",
        &[
            ("tightship apiserver adopt --node-root /", "a spec and a plan for the control plane of this machine"),
            ("tightship apiserver adopt --live --out prod", "the same through kubectl"),
        ],
    ),
    (
        "apiserver stage",
        &[
            ("tightship apiserver stage", "list the stages"),
            ("tightship apiserver stage 2", "write the files of one, and how to go back"),
        ],
    ),
    ("apiserver verify-stage", &[("tightship apiserver verify-stage 2", "is it complete on all API servers?")]),
    ("apiserver flags", &[("tightship apiserver flags --component kubelet", "what matters of the kubelet")]),
    (
        "cluster up",
        &[
            ("tightship cluster up --hardened", "a hardened cluster on this machine"),
            ("tightship cluster up --name plain --nodes 3", "one as kind makes it"),
        ],
    ),
    ("cluster status", &[("tightship cluster status", "flags and open ports, against the baseline")]),
    ("cluster down", &[("tightship cluster down", "delete the cluster and its folder")]),
    #[cfg(feature = "cluster")]
    (
        "lab",
        &[
            ("tightship lab doctor", "can this machine run labs?"),
            ("tightship lab start the-hack", "start a lab"),
            ("tightship lab verify", "try the attack again"),
            ("tightship lab down", "delete what was made"),
        ],
    ),
    #[cfg(feature = "cluster")]
    (
        "lab start",
        &[
            ("tightship lab start", "the first lab that is not passed"),
            ("tightship lab start 04 --context kind-mine", "on a cluster of your own"),
        ],
    ),
    #[cfg(feature = "cluster")]
    (
        "lab lint",
        &[
            ("tightship lab lint --course .", "the files of a course"),
            ("tightship lab lint 01 --live --mutate", "prove a lab on a cluster"),
        ],
    ),
    #[cfg(feature = "cluster")]
    ("lab new", &[("tightship lab new open-door --course course", "write a lab to begin with")]),
    (
        "policy export",
        &[
            ("tightship policy export image-digest", "one rule"),
            ("tightship policy export --level restricted", "all controls of a level"),
            (
                "tightship policy export --level baseline --static",
                "for a folder of the API server: nobody deletes them",
            ),
        ],
    ),
    ("policy verify-static", &[("tightship policy verify-static policies", "would the API server start with them?")]),
    ("schema", &[("tightship schema --out tightship.schema.json", "the schema for editors")]),
    ("completions", &[("tightship completions bash", "what bash reads: source <(tightship completions bash)")]),
    ("man", &[("tightship man --out man", "a page for each command")]),
];

/// The examples of a command, as its help shows them.
pub(super) fn of(path: &str) -> Option<String> {
    let (_, examples) = EXAMPLES.iter().find(|(of, _)| *of == path)?;
    // a program without labs shows none
    let has = |command: &str| cfg!(feature = "cluster") || !command.starts_with("tightship lab");
    let lines =
        examples.iter().filter(|(command, _)| has(command)).map(|(command, what)| format!("  {command}\n      {what}"));
    Some(format!("Examples:\n{}", lines.collect::<Vec<_>>().join("\n")))
}
