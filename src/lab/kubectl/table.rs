//! What steps may ask of kubectl: verbs, the flags of each, and what each flag takes.
//!
//! What is not here is refused: kubectl runs a plugin for a verb that it does not know, and its flags choose another cluster,
//! another user, or files of this machine.

/// What a flag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing, or a value behind `=`.
    Nothing,
    /// A word.
    Word,
    /// A file of the learner's folder.
    File,
    /// The same, perhaps behind a key and `=`.
    KeyAndFile,
    /// The form of the output.
    Output,
}

/// A flag, its letter, and what it takes.
#[derive(Debug)]
pub struct Flag {
    pub name: &'static str,
    pub letter: Option<char>,
    pub takes: Takes,
}

const fn switch(name: &'static str) -> Flag {
    Flag { name, letter: None, takes: Takes::Nothing }
}

const fn word(name: &'static str) -> Flag {
    Flag { name, letter: None, takes: Takes::Word }
}

const fn file(name: &'static str) -> Flag {
    Flag { name, letter: None, takes: Takes::File }
}

/// The one flag that may also stand in front of the verb.
pub static NAMESPACE: Flag = Flag { name: "namespace", letter: Some('n'), takes: Takes::Word };

/// The flags, each of which means the same wherever a verb has it.
static FLAGS: &[Flag] = &[
    Flag { name: "all-namespaces", letter: Some('A'), takes: Takes::Nothing },
    Flag { name: "container", letter: Some('c'), takes: Takes::Word },
    Flag { name: "env", letter: Some('e'), takes: Takes::Word },
    Flag { name: "filename", letter: Some('f'), takes: Takes::File },
    Flag { name: "from-file", letter: None, takes: Takes::KeyAndFile },
    Flag { name: "label-columns", letter: Some('L'), takes: Takes::Word },
    Flag { name: "output", letter: Some('o'), takes: Takes::Output },
    Flag { name: "patch", letter: Some('p'), takes: Takes::Word },
    Flag { name: "previous", letter: Some('p'), takes: Takes::Nothing },
    Flag { name: "quiet", letter: Some('q'), takes: Takes::Nothing },
    Flag { name: "selector", letter: Some('l'), takes: Takes::Word },
    file("cert"),
    file("key"),
    switch("all"),
    switch("all-containers"),
    switch("cascade"),
    switch("dry-run"),
    switch("force"),
    switch("force-conflicts"),
    switch("ignore-not-found"),
    switch("list"),
    switch("minify"),
    switch("no-headers"),
    switch("now"),
    switch("overwrite"),
    switch("prefix"),
    switch("raw"),
    switch("server-side"),
    switch("show-events"),
    switch("show-labels"),
    switch("show-managed-fields"),
    switch("timestamps"),
    switch("validate"),
    switch("wait"),
    word("aggregation-rule"),
    word("audience"),
    word("bound-object-kind"),
    word("bound-object-name"),
    word("bound-object-uid"),
    word("clusterrole"),
    word("current-replicas"),
    word("duration"),
    word("field-manager"),
    word("field-selector"),
    word("for"),
    word("from-literal"),
    word("grace-period"),
    word("group"),
    word("hard"),
    word("limits"),
    word("limit-bytes"),
    word("non-resource-url"),
    word("replicas"),
    word("requests"),
    word("resource"),
    word("resource-name"),
    word("revision"),
    word("role"),
    word("serviceaccount"),
    word("since"),
    word("sort-by"),
    word("subresource"),
    word("tail"),
    word("timeout"),
    word("to-revision"),
    word("type"),
    word("types"),
    word("user"),
    word("verb"),
];

/// A verb, and why steps need it.
#[derive(Debug)]
pub struct Verb {
    /// One word, or two where the first has several below it.
    pub words: &'static [&'static str],
    /// Its flags besides `--namespace`.
    flags: &'static [&'static str],
    /// What steps do with it.
    pub why: &'static str,
}

impl Verb {
    /// Whether it shows the kubeconfig.
    pub fn is_view(&self) -> bool {
        self.words == ["config", "view"]
    }

    /// Its flags.
    pub fn flags(&self) -> impl Iterator<Item = &'static Flag> {
        let named = |flag: &&Flag| self.flags.contains(&flag.name);
        FLAGS.iter().filter(named).chain([&NAMESPACE])
    }
}

/// The values that steps may take out of the kubeconfig of the lab.
pub const VIEWS: &[&str] = &[
    "jsonpath={.clusters[0].cluster.server}",
    "jsonpath={.clusters[0].cluster.certificate-authority-data}",
    CERTIFICATE,
    KEY,
];
/// Those that let whoever has them in: one who agrees to a course is told.
pub const CREDENTIALS: &[&str] = &[CERTIFICATE, KEY];
const CERTIFICATE: &str = "jsonpath={.users[0].user.client-certificate-data}";
const KEY: &str = "jsonpath={.users[0].user.client-key-data}";

const SHOWN: &[&str] = &[
    "all-namespaces",
    "field-selector",
    "ignore-not-found",
    "label-columns",
    "no-headers",
    "output",
    "selector",
    "show-labels",
    "show-managed-fields",
    "sort-by",
    "subresource",
];
const CHANGED: &[&str] =
    &["all", "all-namespaces", "dry-run", "field-manager", "field-selector", "list", "output", "overwrite", "selector"];
const SET: &[&str] =
    &["all", "container", "dry-run", "env", "field-manager", "limits", "output", "overwrite", "requests", "selector"];
const MADE: &[&str] = &["dry-run", "field-manager", "output", "validate"];
const ROLE: &[&str] = &["dry-run", "field-manager", "output", "resource", "resource-name", "verb", "validate"];
const CLUSTER_ROLE: &[&str] = &[
    "aggregation-rule",
    "dry-run",
    "field-manager",
    "non-resource-url",
    "output",
    "resource",
    "resource-name",
    "validate",
    "verb",
];
/// `--user` is the user that is bound here, not the one that asks.
const BINDING: &[&str] =
    &["clusterrole", "dry-run", "field-manager", "group", "output", "role", "serviceaccount", "user", "validate"];
const ROLLOUT: &[&str] = &["dry-run", "field-manager", "output", "revision", "selector", "timeout", "to-revision"];

/// The verbs.
pub static VERBS: &[Verb] = &[
    Verb { words: &["annotate"], flags: CHANGED, why: "write an object anew, mark it" },
    Verb { words: &["api-resources"], flags: &["no-headers", "output"], why: "see what the API server has" },
    Verb {
        words: &["apply"],
        flags: &["dry-run", "field-manager", "filename", "force-conflicts", "output", "server-side", "validate"],
        why: "apply a file of the learner",
    },
    Verb {
        words: &["auth", "can-i"],
        flags: &["all-namespaces", "list", "no-headers", "quiet", "subresource"],
        why: "ask for rights",
    },
    Verb { words: &["auth", "whoami"], flags: &["output"], why: "ask who one is" },
    Verb { words: &["certificate", "approve"], flags: &["force", "output"], why: "give a certificate" },
    Verb { words: &["certificate", "deny"], flags: &["force", "output"], why: "refuse a certificate" },
    Verb { words: &["config", "view"], flags: &["minify", "output", "raw"], why: "take one of the values below" },
    Verb { words: &["create", "clusterrole"], flags: CLUSTER_ROLE, why: "make one" },
    Verb { words: &["create", "clusterrolebinding"], flags: BINDING, why: "make one" },
    Verb {
        words: &["create", "configmap"],
        flags: &["dry-run", "field-manager", "from-file", "from-literal", "output", "validate"],
        why: "make one of what was saved",
    },
    Verb { words: &["create", "namespace"], flags: MADE, why: "make one" },
    Verb {
        words: &["create", "quota"],
        flags: &["dry-run", "field-manager", "hard", "output", "validate"],
        why: "make one",
    },
    Verb { words: &["create", "role"], flags: ROLE, why: "make one" },
    Verb { words: &["create", "rolebinding"], flags: BINDING, why: "make one" },
    Verb {
        words: &["create", "secret", "generic"],
        flags: &["dry-run", "field-manager", "from-file", "from-literal", "output", "type", "validate"],
        why: "make one of what was saved",
    },
    Verb {
        words: &["create", "secret", "tls"],
        flags: &["cert", "dry-run", "field-manager", "key", "output", "validate"],
        why: "make one of the learner's files",
    },
    Verb { words: &["create", "serviceaccount"], flags: MADE, why: "make one" },
    Verb {
        words: &["create", "token"],
        flags: &["audience", "bound-object-kind", "bound-object-name", "bound-object-uid", "duration", "output"],
        why: "ask for a token",
    },
    Verb {
        words: &["delete"],
        flags: &[
            "all",
            "all-namespaces",
            "cascade",
            "dry-run",
            "field-selector",
            "filename",
            "force",
            "grace-period",
            "ignore-not-found",
            "now",
            "output",
            "selector",
            "timeout",
            "wait",
        ],
        why: "delete what is wrong, or what has ended",
    },
    Verb { words: &["describe"], flags: &["all-namespaces", "selector", "show-events"], why: "see an object" },
    Verb { words: &["events"], flags: &["all-namespaces", "for", "no-headers", "output", "types"], why: "see events" },
    // what stands behind `--` belongs to the container
    Verb { words: &["exec"], flags: &["container", "quiet"], why: "run a program in a container" },
    Verb { words: &["get"], flags: SHOWN, why: "see objects, save a part of one" },
    Verb { words: &["label"], flags: CHANGED, why: "label an object" },
    Verb {
        words: &["logs"],
        flags: &[
            "all-containers",
            "container",
            "limit-bytes",
            "prefix",
            "previous",
            "selector",
            "since",
            "tail",
            "timestamps",
        ],
        why: "save what a pod printed",
    },
    Verb {
        words: &["patch"],
        flags: &["dry-run", "field-manager", "output", "patch", "subresource", "type"],
        why: "change a part of an object",
    },
    Verb { words: &["rollout", "history"], flags: ROLLOUT, why: "see the revisions of a workload" },
    Verb { words: &["rollout", "pause"], flags: ROLLOUT, why: "pause a rollout" },
    Verb { words: &["rollout", "restart"], flags: ROLLOUT, why: "get new pods" },
    Verb { words: &["rollout", "resume"], flags: ROLLOUT, why: "go on with a rollout" },
    Verb { words: &["rollout", "status"], flags: ROLLOUT, why: "wait for a rollout" },
    Verb { words: &["rollout", "undo"], flags: ROLLOUT, why: "go back" },
    Verb {
        words: &["scale"],
        flags: &["all", "current-replicas", "dry-run", "output", "replicas", "selector", "timeout"],
        why: "change the number of pods",
    },
    Verb { words: &["set", "env"], flags: SET, why: "change a workload" },
    Verb { words: &["set", "image"], flags: SET, why: "change a workload" },
    Verb { words: &["set", "resources"], flags: SET, why: "change a workload" },
    Verb { words: &["set", "serviceaccount"], flags: SET, why: "change a workload" },
    Verb { words: &["version"], flags: &["output"], why: "see the version of the API server" },
    Verb {
        words: &["wait"],
        flags: &["all", "all-namespaces", "field-selector", "for", "output", "selector", "timeout"],
        why: "wait for an object",
    },
];

/// Verbs that are left out for a reason of their own.
pub static REFUSED: &[(&str, &str)] = &[
    ("attach", "it waits for somebody at a terminal"),
    ("cluster-info", "it writes files"),
    ("config", "it changes kubeconfigs; only `config view` may be used"),
    ("cp", "it writes files of this machine"),
    ("debug", "it makes pods that nobody sees in advance: apply a manifest"),
    ("diff", "it runs a program of this machine"),
    ("edit", "it runs an editor"),
    ("kustomize", "it fetches what a kustomization names"),
    ("plugin", "it runs programs of this machine"),
    ("port-forward", "it opens a port of this machine"),
    ("proxy", "it opens a port of this machine"),
    ("run", "it makes pods that nobody sees in advance: apply a manifest"),
];

const CLUSTER: &str = "the cluster and the user are the learner's";
const WHO: &str = "who asks is for checks to say, with `subject`, `as` or `auth`";
const DEBUG: &str = "it is for debugging kubectl";

/// Flags that are left out for a reason of their own.
pub static REFUSED_FLAGS: &[(&str, &str)] = &[
    ("as", WHO),
    ("as-group", WHO),
    ("as-uid", WHO),
    ("as-user-extra", WHO),
    ("cache-dir", "it writes files of this machine"),
    ("certificate-authority", CLUSTER),
    ("client-certificate", CLUSTER),
    ("client-key", CLUSTER),
    ("cluster", CLUSTER),
    ("context", CLUSTER),
    ("follow", "it does not end"),
    ("insecure-skip-tls-verify", CLUSTER),
    ("kubeconfig", CLUSTER),
    ("kuberc", "it names aliases of kubectl"),
    ("kustomize", "it fetches what a kustomization names"),
    ("password", CLUSTER),
    ("profile", DEBUG),
    ("profile-output", DEBUG),
    ("recursive", "name the files"),
    ("s", CLUSTER),
    ("server", CLUSTER),
    ("template", "write it behind `--output`, as `go-template=...`"),
    ("tls-server-name", CLUSTER),
    ("token", CLUSTER),
    ("user", CLUSTER),
    ("username", CLUSTER),
    ("v", DEBUG),
    ("watch", "it does not end: `wait` and `rollout status` do"),
];

#[cfg(test)]
mod tests {
    use super::{FLAGS, NAMESPACE, VERBS};

    const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/labs/README.md");

    #[test]
    fn authors_are_told_all_of_it() {
        let mut table = "\n| verb | flags besides `--namespace` | to |\n|---|---|---|\n".to_owned();
        for verb in VERBS {
            let mut flags: Vec<String> = verb
                .flags()
                .filter(|flag| flag.name != NAMESPACE.name)
                .map(|flag| format!("`--{}`", flag.name))
                .collect();
            flags.sort();
            let row = [format!("`{}`", verb.words.join(" ")), flags.join(" "), verb.why.to_owned()];
            table.extend(["| ", &row.join(" | "), " |\n"]);
        }
        let text = std::fs::read_to_string(README).unwrap();
        let (before, rest) = text.split_once("<!-- verbs: written by README_UPDATE=1 -->\n").unwrap();
        let (_, after) = rest.split_once("\n<!-- end -->").unwrap();
        let new = format!("{before}<!-- verbs: written by README_UPDATE=1 -->\n{table}\n<!-- end -->{after}");
        if new != text && std::env::var_os("README_UPDATE").is_some() {
            std::fs::write(README, new).unwrap();
        } else {
            assert!(new == text, "labs/README.md is out of date: README_UPDATE=1 cargo test --lib kubectl:: writes it");
        }
    }

    #[test]
    fn every_flag_is_known_and_used() {
        for verb in VERBS {
            for name in verb.flags {
                assert!(FLAGS.iter().any(|flag| flag.name == *name), "{:?} has --{name}", verb.words);
            }
            let letters: Vec<char> = verb.flags().filter_map(|flag| flag.letter).collect();
            let is_twice = |letter: &char| letters.iter().filter(|other| *other == letter).count() > 1;
            assert!(!letters.iter().any(is_twice), "{:?}: {letters:?}", verb.words);
        }
        for flag in FLAGS {
            assert!(VERBS.iter().any(|verb| verb.flags.contains(&flag.name)), "--{}", flag.name);
        }
    }
}
