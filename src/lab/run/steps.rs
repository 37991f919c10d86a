//! Steps: what a lab does to a cluster and to the learner's folder.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{RenderedLab, RunError, kubectl, node};
use crate::client::Api;
use crate::decode::Located;
use crate::diagnostic::text;
use crate::lab::course::step::ObjectRef;
use crate::lab::course::{Action, Faults, Lab, Step, objects};
use crate::lab::{answers, within};
use crate::yaml::Source;

/// Whose steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    /// Those that begin the lab.
    Start,
    /// Those of a solution, by its place.
    Solution(usize),
    /// Those of a trap, by its place.
    Trap(usize),
}

impl List {
    fn of(self, lab: &Lab) -> &[Step] {
        match self {
            Self::Start => Some(&lab.start.steps),
            Self::Solution(number) => lab.solutions.get(number).map(|solution| &solution.steps),
            Self::Trap(number) => lab.traps.get(number).map(|trap| &trap.steps),
        }
        .map(Vec::as_slice)
        .unwrap_or_default()
    }

    fn dir(self, lab: &Lab) -> &str {
        match self {
            Self::Start => Some("start"),
            Self::Solution(number) => lab.solutions.get(number).map(|solution| solution.dir.value.as_str()),
            Self::Trap(number) => lab.traps.get(number).map(|trap| trap.dir.value.as_str()),
        }
        .unwrap_or_default()
    }
}

impl RenderedLab<'_> {
    /// Does what begins the lab.
    pub fn apply_start(&mut self, api: &dyn Api, tell: &mut dyn FnMut(&str)) -> Result<(), RunError> {
        if self.lab.start.steps.is_empty() && self.paths("start").is_empty() {
            return Ok(());
        }
        take(self, api, List::Start, |_| true, tell)
    }

    /// Does a solution, or all of it but the part of one task.
    pub fn apply_solution(
        &mut self,
        api: &dyn Api,
        number: usize,
        without: Option<&str>,
        tell: &mut dyn FnMut(&str),
    ) -> Result<(), RunError> {
        let is_left_out = |step: &Step| step.task.as_ref().is_some_and(|task| without == Some(&*task.value));
        take(self, api, List::Solution(number), |step| !is_left_out(step), tell)
    }

    /// Walks into a trap.
    pub fn apply_trap(&mut self, api: &dyn Api, number: usize, tell: &mut dyn FnMut(&str)) -> Result<(), RunError> {
        take(self, api, List::Trap(number), |_| true, tell)
    }
}

/// Does the steps of a folder of the lab in their order; without any, everything in the folder is applied. What a step
/// saves is known to those after it, which is why they are looked up one at a time.
fn take(
    stage: &mut RenderedLab<'_>,
    api: &dyn Api,
    list: List,
    is_wanted: impl Fn(&Step) -> bool,
    tell: &mut dyn FnMut(&str),
) -> Result<(), RunError> {
    if list.of(&stage.lab).is_empty() {
        let dir = list.dir(&stage.lab).to_owned();
        return apply(stage, &dir);
    }
    let mut at = 0;
    let mut touched = node::Touched::new();
    while let Some(step) = list.of(&stage.lab).get(at).cloned() {
        let written = list.of(stage.written()).get(at).map(|step| step.action.clone());
        at += 1;
        if !is_wanted(&step) {
            continue;
        }
        if step.action.on_node().is_some() {
            node::step(stage, api, &step.action, &mut touched, tell)?;
        } else {
            node::settle(stage, api, &mut touched, tell)?;
            one(stage, &step.action, written.as_ref())?;
        }
    }
    node::settle(stage, api, &mut touched, tell)
}

/// Does a step; `written` is the same as the author wrote it.
fn one(stage: &mut RenderedLab<'_>, action: &Action, written: Option<&Action>) -> Result<(), RunError> {
    match action {
        Action::Apply(path) => apply(stage, path),
        Action::Replace(path) => {
            let text = list(&manifests(stage, path)?);
            let args = ["replace", "--force", "--grace-period=1", "--cascade=foreground", "-f", "-"];
            call(stage, &args, &text).map(drop)
        }
        Action::Patch(path) => patch(stage, path),
        Action::Delete(object) => delete(stage, object),
        Action::Kubectl(argv, saved) => {
            let words = |argv: &[Located<String>]| argv.iter().map(|word| word.value.clone()).collect::<Vec<_>>();
            let written = match written {
                Some(Action::Kubectl(argv, _)) => words(argv),
                _ => words(argv),
            };
            let said = ask(stage, &written, &words(argv))?;
            if let Some(name) = &saved.save {
                stage.names.saved.insert(name.to_string(), one_line(&said)?.to_owned());
                stage.refill()?;
            }
            Ok(())
        }
        Action::Put(put) => stage.write(&put.file, &stage.text(&put.from)?),
        Action::Answers(given) => {
            let given: BTreeMap<&str, &str> = given.iter().map(|(id, answer)| (&**id, answer.as_str())).collect();
            stage.make_folder()?;
            answers::give(&stage.lab, &stage.folder, &given).map_err(RunError::Course)
        }
        // those on the node are done together
        Action::NodePut(_) | Action::NodeEdit(_) | Action::NodeDelete(_) | Action::NodeRestart(_) => Ok(()),
    }
}

fn delete(stage: &RenderedLab<'_>, object: &ObjectRef) -> Result<(), RunError> {
    let namespace = match &object.ns {
        Some(alias) => Some(format!("--namespace={}", stage.namespace(alias)?)),
        None => None,
    };
    let kind = match object.api_version.as_deref().and_then(|version| version.split_once('/')) {
        Some((group, version)) => format!("{}.{version}.{group}", object.kind.value),
        None => object.kind.value.clone(),
    };
    let flags = ["delete", "--wait=false"].into_iter().chain(namespace.as_deref());
    let args: Vec<&str> = flags.chain(kubectl::operands(&[&kind, &object.name])?).collect();
    call(stage, &args, "").map(drop)
}

/// Asks kubectl what a step says. Objects of files are read here, as they were when it was told what the course does.
fn ask(stage: &RenderedLab<'_>, written: &[String], argv: &[String]) -> Result<String, RunError> {
    let written: Vec<&str> = written.iter().map(String::as_str).collect();
    let mut words: Vec<&str> = argv.iter().map(String::as_str).collect();
    let arguments = kubectl::allowed(&written, &words, &stage.folder)?;
    if arguments.manifests.is_empty() {
        return call(stage, &words, "");
    }
    let mut all = Vec::new();
    for (_, file) in &arguments.manifests {
        let unreadable = |error: within::ReadError| RunError::Course(format!("{file}: {error}"));
        let text = within::read(&stage.folder, file).map_err(unreadable)?;
        let source = Source::new(stage.folder.join(file).as_str(), text);
        all.extend(objects::read(&source).map_err(course)?);
    }
    for (number, (range, _)) in arguments.manifests.iter().enumerate().rev() {
        words.splice(range.clone(), (number == 0).then_some("--filename=-"));
    }
    call(stage, &words, &list(&all))
}

/// What a step may save: one line, so that it is a value wherever it is put.
fn one_line(said: &str) -> Result<&str, RunError> {
    let said = said.trim();
    if text::line(said) == said {
        return Ok(said);
    }
    let begin = text::line(said.lines().next().unwrap_or_default()).into_owned();
    let reason = "what is saved is one line without control characters";
    Err(RunError::Course(format!("{reason}, and kubectl printed {} lines: `{begin}`...", said.lines().count())))
}

#[expect(clippy::needless_pass_by_value, reason = "errors are given so")]
fn course(faults: Faults) -> RunError {
    RunError::Course(faults.to_string())
}

fn call(stage: &RenderedLab<'_>, args: &[&str], input: &str) -> Result<String, RunError> {
    kubectl::run(&stage.names.kubeconfig, &stage.folder, args, input)
}

fn apply(stage: &RenderedLab<'_>, path: &str) -> Result<(), RunError> {
    let text = list(&manifests(stage, path)?);
    call(stage, &["apply", "--validate=strict", "-f", "-"], &text).map(drop)
}

/// Applies parts of objects, each to the object that it names.
fn patch(stage: &RenderedLab<'_>, path: &str) -> Result<(), RunError> {
    for part in manifests(stage, path)? {
        let text = |pointer: &str| part.pointer(pointer).and_then(Value::as_str);
        let named = text("/kind").zip(text("/metadata/name"));
        let (kind, object) =
            named.ok_or_else(|| RunError::Course(format!("{path}: a part of an object has its kind and its name")))?;
        let change = format!("--patch={part}");
        let namespace = text("/metadata/namespace").map(|namespace| format!("--namespace={namespace}"));
        let flags = ["patch", "--type=strategic", &change].into_iter().chain(namespace.as_deref());
        let args: Vec<&str> = flags.chain(kubectl::operands(&[kind, object])?).collect();
        call(stage, &args, "")?;
    }
    Ok(())
}

/// The objects of a file or folder, with the names of the run.
fn manifests(stage: &RenderedLab<'_>, path: &str) -> Result<Vec<Value>, RunError> {
    let files = stage.manifests(path);
    if files.is_empty() {
        return Err(RunError::Course(format!("{path} has no manifests")));
    }
    let mut all = Vec::new();
    for source in files {
        all.extend(objects::filled(source, &stage.names).map_err(course)?);
    }
    Ok(all)
}

/// Objects as kubectl takes them. They are JSON, which it reads as it is: it takes other texts apart at lines that begin with
/// `---`, whatever they stand in.
fn list(objects: &[Value]) -> String {
    json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string()
}
