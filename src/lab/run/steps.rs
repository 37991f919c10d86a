//! Steps: what a lab does to a cluster and to the learner's folder.

use std::collections::BTreeMap;

use super::{RenderedLab, RunError, kubectl, node};
use crate::client::Api;
use crate::lab::answers;
use crate::lab::course::step::ObjectRef;
use crate::lab::course::{Action, Lab, Step};

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
        at += 1;
        if !is_wanted(&step) {
            continue;
        }
        if step.action.on_node().is_some() {
            node::step(stage, api, &step.action, &mut touched, tell)?;
        } else {
            node::settle(stage, api, &mut touched, tell)?;
            one(stage, &step.action)?;
        }
    }
    node::settle(stage, api, &mut touched, tell)
}

fn one(stage: &mut RenderedLab<'_>, action: &Action) -> Result<(), RunError> {
    match action {
        Action::Apply(path) => apply(stage, path),
        Action::Replace(path) => {
            let text = manifests(stage, path)?;
            let args = ["replace", "--force", "--grace-period=1", "--cascade=foreground", "-f", "-"];
            call(stage, &args, &text).map(drop)
        }
        Action::Patch(path) => patch(stage, path),
        Action::Delete(object) => delete(stage, object),
        Action::Kubectl(argv, saved) => {
            let words: Vec<&str> = argv.iter().map(|word| word.as_str()).collect();
            kubectl::allowed(&words, &stage.folder)?;
            let said = call(stage, &words, "")?;
            if let Some(name) = &saved.save {
                stage.names.saved.insert(name.to_string(), said.trim().to_owned());
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

fn call(stage: &RenderedLab<'_>, args: &[&str], input: &str) -> Result<String, RunError> {
    kubectl::run(&stage.names.kubeconfig, &stage.folder, args, input)
}

fn apply(stage: &RenderedLab<'_>, path: &str) -> Result<(), RunError> {
    let text = manifests(stage, path)?;
    call(stage, &["apply", "--validate=strict", "-f", "-"], &text).map(drop)
}

/// Applies parts of objects, each to the object that it names.
fn patch(stage: &RenderedLab<'_>, path: &str) -> Result<(), RunError> {
    for (name, text) in files(stage, path)? {
        let stream = crate::yaml::parse(&text);
        for root in stream.documents.iter().filter_map(crate::yaml::Document::root).filter(|root| !root.is_null()) {
            let unreadable = || RunError::Course(format!("{name} is not part of an object"));
            let part = root.to_json().map_err(|_| unreadable())?;
            let text = |pointer: &str| part.pointer(pointer).and_then(serde_json::Value::as_str);
            let (kind, object) = text("/kind").zip(text("/metadata/name")).ok_or_else(unreadable)?;
            let change = format!("--patch={part}");
            let namespace = text("/metadata/namespace").map(|namespace| format!("--namespace={namespace}"));
            let flags = ["patch", "--type=strategic", &change].into_iter().chain(namespace.as_deref());
            let args: Vec<&str> = flags.chain(kubectl::operands(&[kind, object])?).collect();
            call(stage, &args, "")?;
        }
    }
    Ok(())
}

/// The manifests of a file or folder as one stream.
fn manifests(stage: &RenderedLab<'_>, path: &str) -> Result<String, RunError> {
    let mut stream = String::new();
    for (_, text) in files(stage, path)? {
        stream.push_str("---\n");
        stream.push_str(&text);
        if !text.ends_with('\n') {
            stream.push('\n');
        }
    }
    Ok(stream)
}

/// The YAML files at a path, with the names of the run.
fn files(stage: &RenderedLab<'_>, path: &str) -> Result<Vec<(String, String)>, RunError> {
    let yaml = stage.paths(path);
    if yaml.is_empty() {
        return Err(RunError::Course(format!("{path} has no manifests")));
    }
    yaml.into_iter().map(|path| Ok((path.to_owned(), stage.text(path)?))).collect()
}
