//! What is done to a cluster or to the learner's folder: at the start, by a solution, by a trap.

use super::values::{Anything, Id};
use crate::decode::{Located, Map, one_of, record};
use crate::yaml::Span;

record! {
    /// An object, by its name.
    ObjectRef "object" {
        /// The alias of its namespace; none if its kind has none.
        ns "ns": Option<Located<Id>> = None,
        /// Group and version, where the kind alone does not say it.
        api_version "api_version": Option<String> = None,
        /// The kind.
        kind "kind": Located<String>,
        /// The name.
        name "name": String,
    }
}

record! {
    /// A file for the learner's folder.
    Put "file" {
        /// Its name there.
        file "file": Located<String>,
        /// The file of the lab that it is made from.
        from "from": Located<String>,
    }
}

record! {
    /// A file for the control-plane node.
    NodePut "file" {
        /// The file of the lab.
        from "from": Located<String>,
        /// The path on the node.
        to "to": Located<String>,
        /// The mode, such as `"0600"`.
        mode "mode": String = "0600".to_owned(),
    }
}

record! {
    /// A change of a YAML file on the control-plane node.
    NodeEdit "edit" {
        /// The path on the node.
        file "file": Located<String>,
        /// Values by dotted path; null removes.
        set "set": Map<String, Anything> = Map::default(),
        /// Flags of the first container's command, such as `--audit-log-path`; null removes.
        flags "flags": Map<String, Anything> = Map::default(),
        /// Volumes of a static pod: paths on the node that its container sees at the same place, with `ro` or `rw`.
        mounts "mounts": Map<String, String> = Map::default(),
    }
}

impl NodeEdit {
    /// Each change, as a person writes it.
    pub fn changes(&self) -> Vec<String> {
        let set = self.flags.iter().chain(&self.set).map(|(key, value)| match &value.0 {
            serde_json::Value::Null => format!("without {key}"),
            serde_json::Value::String(text) => format!("{key}={text}"),
            value => format!("{key}={value}"),
        });
        set.chain(self.mounts.iter().map(|(path, mode)| format!("{path} mounted {mode}"))).collect()
    }
}

record! {
    /// What becomes of the output of kubectl.
    Saved "step" {
        /// The name under which later steps find what `kubectl` printed.
        save "save": Option<Id> = None,
    }
}

one_of! {
    /// What a step does.
    Action "action" {
        /// A file or folder of the lab, applied as the learner's kubectl does.
        "apply" Apply(Located<String>),
        /// The same after what is there was deleted, for what cannot be changed.
        "replace" Replace(Located<String>),
        /// A file of the lab with parts of objects, as a strategic merge patch.
        "patch" Patch(Located<String>),
        /// An object to delete.
        "delete" Delete(Located<ObjectRef>),
        /// Arguments of kubectl.
        "kubectl" Kubectl(Located<Vec<Located<String>>>) beside Saved,
        /// A file for the learner's folder.
        "put" Put(Located<Put>),
        /// Answers, by check.
        "answers" Answers(Located<Map<Id, String>>),
        /// A file for the node.
        "node_put" NodePut(Located<NodePut>),
        /// A change of a file on the node.
        "node_edit" NodeEdit(Located<NodeEdit>),
        /// A file on the node to delete.
        "node_delete" NodeDelete(Located<String>),
        /// A component to restart, and to wait for: `kubelet`, or a static pod such as `kube-apiserver`.
        "node_restart" NodeRestart(Located<String>),
    }
}

impl Action {
    /// The name under which later steps find what it printed.
    pub fn saves(&self) -> Option<&Id> {
        match self {
            Self::Kubectl(_, saved) => saved.save.as_ref(),
            _ => None,
        }
    }

    /// The file or folder of the lab that it takes.
    pub fn path(&self) -> Option<&Located<String>> {
        match self {
            Self::Apply(path) | Self::Replace(path) | Self::Patch(path) => Some(path),
            Self::Put(put) => Some(&put.from),
            Self::NodePut(put) => Some(&put.from),
            _ => None,
        }
    }

    /// Where it stands, if it changes the control-plane node.
    pub fn on_node(&self) -> Option<Span> {
        match self {
            Self::NodePut(Located { span, .. })
            | Self::NodeEdit(Located { span, .. })
            | Self::NodeDelete(Located { span, .. })
            | Self::NodeRestart(Located { span, .. }) => Some(*span),
            _ => None,
        }
    }
}

record! {
    /// One step: exactly one of its actions.
    Step "step" {
        /// The task that it solves, so that the linter can leave it out.
        task "task": Option<Located<Id>> = None,
    }
    /// What it does.
    one of action: Action
}
