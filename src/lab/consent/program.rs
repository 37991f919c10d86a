//! What a course does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::applied::{self, UNREADABLE, Writers};
use crate::decode::Located;
use crate::lab::course::check_kind::{Audit, CertFrom, Http, Run, TokenFrom, Who};
use crate::lab::course::{Action, CheckKind, Course, Entry, Step};
use crate::lab::hex::hex;
use crate::lab::{answers, kubectl};
use crate::process::Program;
use crate::yaml::{self, Source};

/// The texts of a lab that only people read.
const PAGES: [&str; 2] = ["README.md", "debrief.md"];

/// Everything that a course does.
#[derive(Debug)]
pub struct CourseProgram {
    pub labs: Vec<LabProgram>,
    /// What tells it from any other program: all that runs, in its order, but no text for people.
    pub hash: String,
}

/// Everything that a lab does.
#[derive(Debug)]
pub struct LabProgram {
    /// The name of its folder.
    pub folder: String,
    /// What weighs most comes first; each once.
    pub deeds: Vec<Deed>,
}

/// One thing that a lab does.
#[derive(Debug)]
pub struct Deed {
    /// What kind of thing, in a word or two.
    pub kind: &'static str,
    /// What it is; placeholders are as the author wrote them. It may hold any character.
    pub text: String,
    /// What tells it from others: the text, and the files that belong to it.
    pub hash: String,
}

/// The kinds of deeds, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Privileged,
    Node,
    Kubectl,
    Pod,
    Writes,
    Reads,
    Asks,
    Applies,
    Deletes,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Node => "node",
            Self::Kubectl => "runs",
            Self::Pod => "in pods",
            Self::Writes => "writes",
            Self::Reads => "reads",
            Self::Asks => "asks",
            Self::Applies => "applies",
            Self::Deletes => "deletes",
        }
    }
}

impl CourseProgram {
    /// What a course does.
    pub fn of(course: &Course) -> Self {
        let mut all = Sha256::new();
        for entry in &course.labs {
            for part in parts(entry) {
                // the length keeps two parts from being taken for others
                all.update((part.len() as u64).to_le_bytes());
                all.update(part);
            }
        }
        Self { labs: course.labs.iter().map(lab).collect(), hash: hex(&all.finalize()) }
    }
}

/// All of a lab that runs: what its `lab.yaml` says but for the texts, and its files.
fn parts(entry: &Entry) -> Vec<String> {
    let essence = essence(entry);
    // a step may apply or put a page, too
    let is_page =
        |path: &str| (PAGES.contains(&path) || path == crate::lab::course::source::LAB) && !essence.contains(path);
    let mut parts = vec![entry.folder.clone(), essence.clone()];
    for (path, source) in &entry.files {
        if !is_page(path) {
            parts.extend([path.clone(), source.text().to_owned()]);
        }
    }
    parts
}

/// A `lab.yaml` without what only people read. Whatever is added to the format counts, unless it is named here.
fn essence(entry: &Entry) -> String {
    let text = entry.source.text();
    let stream = yaml::parse(text);
    let root = stream.documents.iter().find_map(yaml::Document::root);
    let Some(Ok(mut root)) = root.map(yaml::Node::to_json) else { return text.to_owned() };
    forget(&mut root, &["title", "story", "level", "minutes", "cks", "cis", "rules", "seconds"]);
    for task in members(&mut root, "tasks") {
        forget(task, &["text", "hints"]);
        members(task, "checks").for_each(|check| forget(check, &["text", "why", "points"]));
    }
    members(&mut root, "keep").for_each(|check| forget(check, &["text", "why", "points"]));
    members(&mut root, "solutions").for_each(|solution| forget(solution, &["text"]));
    members(&mut root, "traps").for_each(|trap| forget(trap, &["text", "lesson"]));
    root.to_string()
}

fn forget(value: &mut Value, keys: &[&str]) {
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|key, _| !keys.contains(&key.as_str()));
    }
}

fn members<'v>(value: &'v mut Value, key: &str) -> impl Iterator<Item = &'v mut Value> {
    value.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten()
}

fn lab(entry: &Entry) -> LabProgram {
    let mut deeds = Deeds::new(entry);
    deeds.start();
    for solution in &entry.lab.solutions {
        deeds.steps(&solution.steps, &solution.dir);
    }
    for trap in &entry.lab.traps {
        deeds.steps(&trap.steps, &trap.dir);
    }
    for check in entry.lab.checks() {
        deeds.check(&check.probe);
    }
    let deed = |((kind, text), contents): ((Kind, String), BTreeSet<String>)| {
        let all = [entry.folder.as_str(), kind.word(), &text].into_iter().chain(contents.iter().map(String::as_str));
        Deed { kind: kind.word(), hash: digest(&all.collect::<Vec<_>>().join("\0")), text }
    };
    LabProgram { folder: entry.folder.clone(), deeds: deeds.found.into_iter().map(deed).collect() }
}

/// What is found of a lab: each deed, and the digests of the contents that belong to it. What a file holds is looked at once,
/// however many steps name it.
struct Deeds<'e> {
    entry: &'e Entry,
    writers: Writers<'e>,
    found: BTreeMap<(Kind, String), BTreeSet<String>>,
    digests: BTreeMap<&'e str, String>,
    /// The files whose objects were told, by what becomes of them and under which name.
    told: BTreeSet<(Kind, String)>,
}

impl<'e> Deeds<'e> {
    fn new(entry: &'e Entry) -> Self {
        let (found, digests, told) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { entry, writers: Writers::of(entry), found, digests, told }
    }

    fn add(&mut self, kind: Kind, text: impl Into<String>) {
        self.found.entry((kind, text.into())).or_default();
    }

    /// Adds something that a file of the lab belongs to.
    fn add_of(&mut self, kind: Kind, text: impl Into<String>, path: &str) {
        let digest =
            self.entry.files.get_key_value(path).map(|(path, source)| {
                self.digests.entry(path.as_str()).or_insert_with(|| digest(source.text())).clone()
            });
        self.found.entry((kind, text.into())).or_default().extend(digest);
    }

    fn start(&mut self) {
        let (entry, lab) = (self.entry, &self.entry.lab);
        if let Some(file) = &lab.start.cluster {
            let text = entry.files.get(&file.value).map(Source::text).unwrap_or_default();
            self.add_of(Kind::Node, format!("makes the cluster with {}: {}", file.value, one_line(text)), file);
        }
        for (path, _) in entry.manifests("start") {
            self.add_of(Kind::Writes, path.trim_start_matches("start/"), path);
        }
        self.add(Kind::Writes, "README.md");
        if answers::blank(lab).is_some() {
            self.add(Kind::Writes, answers::FILE);
        }
        self.steps(&lab.start.steps, "start");
    }

    /// The steps; without any, a folder is applied.
    fn steps(&mut self, steps: &'e [Step], dir: &str) {
        if steps.is_empty() {
            self.manifests(dir);
        }
        for step in steps {
            self.action(&step.action);
        }
    }

    fn action(&mut self, action: &'e Action) {
        match action {
            Action::Apply(path) | Action::Replace(path) | Action::Patch(path) => self.manifests(path),
            Action::Delete(object) => {
                let ns = object.ns.as_ref().map(|ns| format!(" in {}", ns.value)).unwrap_or_default();
                self.add(Kind::Deletes, format!("{} {}{ns}", object.kind.value, object.name));
            }
            Action::Kubectl(argv, _) => self.kubectl(argv),
            Action::Put(put) => {
                self.add_of(Kind::Writes, format!("{}, from {}", put.file.value, put.from.value), &put.from);
            }
            Action::Answers(_) => self.add(Kind::Writes, answers::FILE),
            Action::NodePut(put) => {
                self.add_of(Kind::Node, format!("writes {}, from {}", put.to.value, put.from.value), &put.from);
            }
            Action::NodeEdit(edit) => {
                self.add(Kind::Node, format!("changes {}: {}", edit.file.value, edit.changes().join(", ")));
            }
            Action::NodeDelete(path) => self.add(Kind::Node, format!("deletes {}", path.value)),
            Action::NodeRestart(component) => self.add(Kind::Node, format!("restarts {}", component.value)),
        }
    }

    /// What kubectl is asked, and the objects of the files that it is given. What cannot be read here does not run.
    fn kubectl(&mut self, argv: &[Located<String>]) {
        let words: Vec<&str> = argv.iter().map(|word| &*word.value).collect();
        let line = line("kubectl", words.iter().copied());
        let Ok(arguments) = kubectl::read(&words) else {
            self.add(Kind::Kubectl, line);
            return;
        };
        if arguments.takes_credentials {
            let what = "takes the credentials out of the kubeconfig: who has them is its user";
            self.add(Kind::Privileged, format!("{line}: {what}"));
        }
        self.add(Kind::Kubectl, line);
        let kind = if arguments.verb.words == ["delete"] { Kind::Deletes } else { Kind::Applies };
        for (_, file) in arguments.manifests {
            self.learners(kind, file);
        }
    }

    /// The objects of a file of the learner's folder, from wherever the lab makes it.
    fn learners(&mut self, kind: Kind, file: &str) {
        if !self.told.insert((kind, format!("of the learner: {file}"))) {
            return;
        }
        let (from, is_sure) = self.writers.writers(file);
        for path in from {
            let name = if path == file { path.to_owned() } else { format!("{file}, from {path}") };
            self.objects(kind, &name, path);
        }
        if !is_sure {
            self.add(kind, format!("{file}: {UNREADABLE}"));
            self.add(Kind::Privileged, format!("{file}: {UNREADABLE}"));
        }
    }

    /// The objects of a file or folder.
    fn manifests(&mut self, path: &str) {
        for (file, _) in self.entry.manifests(path) {
            self.objects(Kind::Applies, file, file);
        }
    }

    /// The objects of a file of the lab, which is known by a name.
    fn objects(&mut self, kind: Kind, name: &str, path: &str) {
        if !self.told.insert((kind, name.to_owned())) {
            return;
        }
        let Some(source) = self.entry.files.get(path) else { return };
        let (names, special) = applied::objects(&self.entry.lab, source);
        let names = if names.is_empty() { UNREADABLE.to_owned() } else { names.join(", ") };
        self.add_of(kind, format!("{name}: {names}"), path);
        for text in special {
            self.add_of(Kind::Privileged, format!("{name}: {text}"), path);
        }
    }

    fn check(&mut self, probe: &CheckKind) {
        match probe {
            CheckKind::Any(members) | CheckKind::All(members) | CheckKind::None(members) => {
                for member in members {
                    self.check(member);
                }
            }
            CheckKind::Exec(run) => self.run(run),
            CheckKind::Http(http) => self.http(http),
            CheckKind::Route(route) => {
                for path in &route.paths {
                    self.add(Kind::Asks, format!("GET {} of {}, by the class {}", path.value, route.host, route.class));
                }
                self.add(Kind::Reads, "the Secrets whose certificates routes name");
            }
            CheckKind::Audit(audit) => self.audit(audit),
            CheckKind::Token(token) => match &token.from {
                TokenFrom::Kubeconfig(file) | TokenFrom::File(file) => self.add(Kind::Reads, file.value.as_str()),
                TokenFrom::Workload(workload, place) => {
                    self.add(Kind::Reads, format!("{} in {}", place.path, workload.value));
                }
            },
            CheckKind::Cert(cert) => {
                let (CertFrom::Kubeconfig(file) | CertFrom::File(file)) = &cert.from;
                self.add(Kind::Reads, file.value.as_str());
            }
            CheckKind::Rule(rules) => {
                rules.files.iter().for_each(|file| self.add(Kind::Reads, file.value.as_str()));
                rules.node_files.iter().for_each(|file| self.add(Kind::Reads, format!("{file} on the node")));
            }
            CheckKind::NodeFile(file) => self.add(Kind::Reads, format!("{} on the node", file.path)),
            CheckKind::Etcd(_) => self.add(Kind::Reads, "etcd"),
            CheckKind::CanI(can) => self.who(&can.subject),
            CheckKind::Admission(admission) => admission.by_whom.iter().for_each(|who| self.who(who)),
            CheckKind::Resource(_)
            | CheckKind::Connect(_)
            | CheckKind::Healthy(_)
            | CheckKind::Leak(_)
            | CheckKind::Unchanged(_)
            | CheckKind::Answer(_)
            | CheckKind::Flag(_) => {}
        }
    }

    /// Files that say who asks.
    fn who(&mut self, who: &Who) {
        if let Who::Kubeconfig(file) | Who::Token(file) = who {
            self.add(Kind::Reads, file.value.as_str());
        }
    }

    fn run(&mut self, run: &Run) {
        for argv in [&run.argv, &run.control] {
            if let Some((program, args)) =
                argv.split_first().filter(|(program, args)| *program != "true" || !args.is_empty())
            {
                let command = line(program, args.iter().map(String::as_str));
                self.add(Kind::Pod, format!("{command} ({} of {})", run.workload.value, run.ns.value));
            }
        }
        run.by_whom.iter().for_each(|who| self.who(who));
    }

    fn http(&mut self, http: &Http) {
        let of = http.service.as_deref().map(|service| format!(" {service}")).unwrap_or_default();
        self.add(Kind::Asks, format!("{} {} of {}{of}", http.method, http.path, http.target.as_str()));
        http.auth.iter().for_each(|who| self.who(who));
    }

    fn audit(&mut self, audit: &Audit) {
        self.add(Kind::Reads, format!("{} on the node", audit.log));
        let Some(provoke) = &audit.provoke else { return };
        match &provoke.exec {
            Some(workload) => self.add(Kind::Pod, format!("true ({})", workload.value)),
            None => self.add(Kind::Asks, format!("{} {} of apiserver", provoke.method, provoke.path)),
        }
        provoke.by_whom.iter().for_each(|who| self.who(who));
    }
}

/// A command as it is typed.
fn line<'w>(program: &str, args: impl IntoIterator<Item = &'w str>) -> String {
    Program::new(program).args(args).line()
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect::<Vec<_>>().join("; ")
}

fn digest(text: &str) -> String {
    hex(&Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::CourseProgram;
    use crate::lab::course::{Course, source};
    use crate::yaml::Source;

    /// The good lab of the tests after a change of a file.
    fn program(file: &str, from: &str, to: &str) -> CourseProgram {
        let mut folders = source::open(Utf8Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/labs"))).unwrap();
        let folder = folders.first_mut().unwrap();
        let old = folder.files.get(file).map(|source| source.text().to_owned()).unwrap_or_default();
        assert!(old.contains(from), "{file} does not hold {from}");
        folder.files.insert(file.to_owned(), Source::new(file, old.replacen(from, to, 1)));
        let (course, faults) = Course::read(folders);
        assert!(faults.is_empty(), "{faults}");
        CourseProgram::of(&course)
    }

    fn deeds(program: &CourseProgram) -> Vec<String> {
        program.labs.iter().flat_map(|lab| &lab.deeds).map(|deed| format!("{} {}", deed.kind, deed.text)).collect()
    }

    #[test]
    fn all_that_a_lab_does_is_told() {
        let told = deeds(&program("README.md", "", ""));
        for expected in [
            "runs kubectl get ns '{{ ns.shop }}' -o 'jsonpath={.metadata.uid}'",
            "writes bot.kubeconfig, from files/bot.yaml",
            "writes answers.yaml",
            "node restarts kube-apiserver",
            "in pods id -u (deployment/page of shop)",
            "reads bot.kubeconfig",
            "reads /etc/kubernetes/admin.conf on the node",
            "deletes RoleBinding bot in shop",
            "asks GET / of service page",
            "asks GET / of a.example, by the class edge",
            "reads the Secrets whose certificates routes name",
        ] {
            assert!(told.iter().any(|line| line == expected), "{expected}\nis not in\n{}", told.join("\n"));
        }
        assert!(told.iter().any(|line| line.starts_with("applies start/page.yaml: Deployment page, ")), "{told:?}");
    }

    #[test]
    fn what_runs_has_a_hash_and_texts_do_not_count() {
        let same = program("README.md", "", "").hash;
        for (file, from, to) in [
            ("README.md", "", "x"),
            ("debrief.md", "", "x"),
            ("lab.yaml", "title: A lab", "title: Another lab"),
            ("lab.yaml", "hints: [\"Who may call?", "hints: [\"Who else may call?"),
            ("lab.yaml", "text: the page runs", "text: it runs"),
            ("lab.yaml", "lesson: Half is nothing.", "lesson: Half is half."),
        ] {
            assert_eq!(program(file, from, to).hash, same, "{to}");
        }
        for (file, from, to) in [
            ("lab.yaml", "argv: [id, -u]", "argv: [id, -g]"),
            ("lab.yaml", "put: {file: bot.kubeconfig", "put: {file: bot2"),
            ("lab.yaml", "shop: {labels: {tier: front}}", "shop: {labels: {tier: back}}"),
            ("lab.yaml", "node_restart: kube-apiserver", "node_restart: kubelet"),
            ("files/bot.yaml", "", "# x\n"),
            ("start/page.yaml", "kind: Deployment", "kind: StatefulSet"),
            ("new.yaml", "", "x: y"),
        ] {
            assert_ne!(program(file, from, to).hash, same, "{to}");
        }
    }

    #[test]
    fn privileged_objects_are_told_with_what_they_may() {
        let told = deeds(&program("start/page.yaml", "containers:", "hostNetwork: true\n      containers:"));
        assert!(told.iter().any(|line| line == "privileged start/page.yaml: Deployment page: hostNetwork"), "{told:?}");
        let told =
            deeds(&program("start/page.yaml", "containers:", "nodeName: \"{{ saved.uid }}\"\n      containers:"));
        let expected = "privileged start/page.yaml: what kubectl has printed before is put into it";
        assert!(told.iter().any(|line| line == expected), "{told:?}");
    }
}
