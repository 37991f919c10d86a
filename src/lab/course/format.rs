//! What a `lab.yaml` says as a whole.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::check_kind::{
    Admission, Answer, Audit, CanI, Cert, CheckKind, Connect, Etcd, Flag, Group, Healthy, Http, Leak, NodeFile,
    Resource, Rules, Run, Token, Unchanged,
};
use super::cks::Cks;
use super::step::Step;
use super::values::{AtStart, Format, Id, Level, Need, Number};
use crate::check::config::RuleName;
use crate::decode::{self, Decode, Decoder, Located, Map, record};
use crate::diagnostic::Diagnostic;
use crate::spec::values::Release;
use crate::yaml::Node;

record! {
    /// A namespace of a lab.
    Space "namespace" {
        /// Its labels.
        labels "labels": Map<String, String> = Map::default(),
    }
}

record! {
    /// How a lab begins.
    Start "start" {
        /// A file of the lab with what its own cluster has that others have not.
        cluster "cluster": Option<Located<String>> = None,
        /// What is done. Default: everything in `start/` is applied.
        steps "steps": Vec<Step> = Vec::new(),
    }
}

record! {
    /// Something that the learner has to do.
    Task "task" {
        /// Its name.
        id "id": Located<Id>,
        /// What it is, in a line or two.
        text "text": String,
        /// Hints, each says more than the one before; the last is nearly the solution.
        hints "hints": Located<Vec<String>>,
        /// What is right when it is done.
        checks "checks": Vec<LabCheck>,
    }
}

record! {
    /// A right way to do it.
    Solution "solution" {
        /// Its folder.
        dir "dir": Located<String>,
        /// What is particular of this way.
        text "text": String = String::new(),
        /// What is done. Default: everything in the folder is applied.
        steps "steps": Vec<Step> = Vec::new(),
    }
}

record! {
    /// A tempting wrong way.
    Trap "trap" {
        /// Its folder.
        dir "dir": Located<String>,
        /// What its author thought.
        text "text": String = String::new(),
        /// What it teaches.
        lesson "lesson": String,
        /// The checks that fail, and no others.
        fails "fails": Vec<Located<Id>>,
        /// The task that it leaves out of a solution.
        without "without": Option<Located<Id>> = None,
        /// What is done. Default: everything in the folder is applied.
        steps "steps": Vec<Step> = Vec::new(),
    }
}

record! {
    /// A lab: an exercise on a live cluster.
    Lab "lab" {
        /// The version of the format: 1.
        format "format": Format,
        /// Its name: that of its folder, without the number.
        id "id": Located<Id>,
        /// Its title.
        title "title": String,
        /// How much it asks for.
        level "level": Level,
        /// How many minutes a learner needs.
        minutes "minutes": Number,
        /// What it is about, in a line.
        story "story": String,
        /// The topics of the CKS outline that it covers.
        cks "cks": Vec<Cks> = Vec::new(),
        /// The items of the CIS benchmark 1.12 that it covers.
        cis "cis": Vec<String> = Vec::new(),
        /// The rules that its flaw breaks.
        rules "rules": Vec<Located<RuleName>>,
        /// The oldest release that it works on. Default: the oldest that tightship knows.
        kubernetes "kubernetes": Option<Release> = None,
        /// What it needs of a cluster.
        needs "needs": Vec<Need> = Vec::new(),
        /// Names of random words, new in each run.
        random "random": Vec<Located<Id>> = Vec::new(),
        /// Its namespaces by alias; the first is the learner's.
        namespaces "namespaces": Map<Id, Space> = Map::default(),
        /// How it begins.
        start "start": Start = Start::default(),
        /// What the learner has to do.
        tasks "tasks": Vec<Task>,
        /// What must hold before and after: what works keeps working.
        keep "keep": Vec<LabCheck>,
        /// Right ways to do it.
        solutions "solutions": Vec<Located<Solution>>,
        /// Tempting wrong ways.
        traps "traps": Vec<Located<Trap>>,
        /// The most seconds that a verification may take right after a solution.
        seconds "seconds": Number = Number(30),
    }
}

impl Lab {
    /// Every check, those of the tasks first.
    pub fn checks(&self) -> impl Iterator<Item = &LabCheck> {
        self.tasks.iter().flat_map(|task| &task.checks).chain(&self.keep)
    }

    /// The check of that name.
    pub fn check(&self, id: &str) -> Option<&LabCheck> {
        self.checks().find(|check| &**check.id == id)
    }
}

record! {
    /// A check: its name, why it matters, and exactly one type.
    CheckFile "check" {
        /// Its name.
        id "id": Option<Located<Id>> = None,
        /// What is right when it passes.
        text "text": Option<String> = None,
        /// What is wrong when it fails, and where to look; `{observed}` stands for what was seen.
        why "why": Option<String> = None,
        /// What it says at the start. Default: fail in a task, pass in `keep`.
        at_start "at_start": Option<AtStart> = None,
        /// The check without which this one has no meaning.
        after "after": Option<Located<Id>> = None,
        /// For how many seconds after a change a failure may turn into a pass.
        eventually "eventually": Number = Number(5),
        /// For how many seconds after a change a pass must hold.
        holds "holds": Option<Number> = None,
        /// How much it counts.
        points "points": Number = Number(1),
        /// At least one of these.
        any "any": Option<Vec<Member>> = None,
        /// All of these.
        all "all": Option<Vec<Member>> = None,
        /// None of these.
        none "none": Option<Vec<Member>> = None,
        /// Objects of the cluster.
        resource "resource": Option<Resource> = None,
        /// What somebody may do.
        can_i "can_i": Option<CanI> = None,
        /// What the API server says of an object.
        admission "admission": Option<Admission> = None,
        /// A program in a container.
        exec "exec": Option<Run> = None,
        /// Whether somebody can be reached.
        connect "connect": Option<Connect> = None,
        /// A request, and its answer.
        http "http": Option<Http> = None,
        /// What `tightship check` finds.
        rule "rule": Option<Rules> = None,
        /// A workload or component that works.
        healthy "healthy": Option<Healthy> = None,
        /// A service account's token.
        token "token": Option<Token> = None,
        /// A client certificate.
        cert "cert": Option<Cert> = None,
        /// A secret value that must not lie open.
        leak "leak": Option<Leak> = None,
        /// What must be as it was at the start.
        unchanged "unchanged": Option<Unchanged> = None,
        /// A question to the learner.
        answer "answer": Option<Answer> = None,
        /// A flag of a component's running process.
        flag "flag": Option<Flag> = None,
        /// A file on the control-plane node.
        node_file "node_file": Option<NodeFile> = None,
        /// Fresh evidence in the audit log.
        audit "audit": Option<Audit> = None,
        /// What etcd stores.
        etcd "etcd": Option<Etcd> = None,
    }
}

/// The keys of a check that are types.
const TYPES: &[&str] = &[
    "any",
    "all",
    "none",
    "resource",
    "can_i",
    "admission",
    "exec",
    "connect",
    "http",
    "rule",
    "healthy",
    "token",
    "cert",
    "leak",
    "unchanged",
    "answer",
    "flag",
    "node_file",
    "audit",
    "etcd",
];

/// A check within a group, which has a type and nothing else.
#[derive(Debug, Clone)]
pub struct Member(pub CheckKind);

/// A check.
#[derive(Debug, Clone)]
pub struct LabCheck {
    /// Its name.
    pub id: Located<Id>,
    /// What is right when it passes.
    pub text: String,
    /// What is wrong when it fails, and where to look; `{observed}` stands for what was seen.
    pub why: String,
    /// What it says at the start, where that is not what its place says.
    pub at_start: Option<AtStart>,
    /// The check without which this one has no meaning.
    pub after: Option<Located<Id>>,
    /// For how many seconds after a change a failure may turn into a pass.
    pub eventually: u32,
    /// For how many seconds after a change a pass must hold, if it says so.
    pub holds: Option<u32>,
    /// How much it counts.
    pub points: u32,
    /// What it looks at.
    pub probe: CheckKind,
}

impl LabCheck {
    /// Whether it passes at the start: what belongs to a task fails then, unless it says otherwise.
    pub fn passes_at_start(&self, of_task: bool) -> bool {
        self.at_start.map_or(!of_task, |said| said == AtStart::Pass)
    }
}

impl Default for LabCheck {
    fn default() -> Self {
        Self {
            id: Located::default(),
            text: String::new(),
            why: String::new(),
            at_start: None,
            after: None,
            eventually: 0,
            holds: None,
            points: 0,
            probe: CheckKind::Group(Group::All, Vec::new()),
        }
    }
}

/// The one type of a check; reports if it has none or several.
fn probe(file: CheckFile, node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<CheckKind> {
    let group =
        |group, members: Vec<Member>| CheckKind::Group(group, members.into_iter().map(|member| member.0).collect());
    let found = [
        file.any.map(|members| group(Group::Any, members)),
        file.all.map(|members| group(Group::All, members)),
        file.none.map(|members| group(Group::None, members)),
        file.resource.map(CheckKind::Resource),
        file.can_i.map(CheckKind::CanI),
        file.admission.map(CheckKind::Admission),
        file.exec.map(CheckKind::Exec),
        file.connect.map(CheckKind::Connect),
        file.http.map(CheckKind::Http),
        file.rule.map(CheckKind::Rule),
        file.healthy.map(CheckKind::Healthy),
        file.token.map(CheckKind::Token),
        file.cert.map(CheckKind::Cert),
        file.leak.map(CheckKind::Leak),
        file.unchanged.map(CheckKind::Unchanged),
        file.answer.map(CheckKind::Answer),
        file.flag.map(CheckKind::Flag),
        file.node_file.map(CheckKind::NodeFile),
        file.audit.map(CheckKind::Audit),
        file.etcd.map(CheckKind::Etcd),
    ];
    let mut found = found.into_iter().flatten();
    match (found.next(), found.next()) {
        (Some(probe), None) => Some(probe),
        (first, _) => {
            let place = decoder.place(node.entries().next().map_or(node.span(), |(key, _)| key.span()));
            let message =
                if first.is_some() { "a check has one type, and this one several" } else { "this check has no type" };
            decoder.report(Diagnostic::error(place, message).label(format!("expected one of {}", TYPES.join(", "))));
            None
        }
    }
}

impl Decode for Member {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        if let Some((key, _)) = node.entries().find(|(key, _)| !key.text().is_some_and(|key| TYPES.contains(&key))) {
            decode::unknown_key(key, TYPES, decoder);
            return None;
        }
        probe(CheckFile::decode(node, decoder)?, node, decoder).map(Self)
    }
}

impl JsonSchema for Member {
    fn schema_name() -> Cow<'static, str> {
        CheckFile::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        CheckFile::json_schema(generator)
    }
}

impl Decode for LabCheck {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut file = CheckFile::decode(node, decoder)?;
        let missing: Vec<&str> =
            [("id", file.id.is_none()), ("text", file.text.is_none()), ("why", file.why.is_none())]
                .into_iter()
                .filter_map(|(key, missing)| missing.then_some(key))
                .collect();
        decode::missing_keys(node, "check", &missing, decoder);
        Some(Self {
            id: file.id.take().unwrap_or_default(),
            text: file.text.take().unwrap_or_default(),
            why: file.why.take().unwrap_or_default(),
            at_start: file.at_start,
            after: file.after.take(),
            eventually: file.eventually.0,
            holds: file.holds.map(|seconds| seconds.0),
            points: file.points.0,
            probe: probe(file, node, decoder)?,
        })
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }
}

impl JsonSchema for LabCheck {
    fn schema_name() -> Cow<'static, str> {
        CheckFile::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        CheckFile::json_schema(generator)
    }
}
