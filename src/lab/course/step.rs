//! What is done to a cluster or to the learner's folder: at the start, by a solution, by a trap.

use super::values::{Anything, Id};
use crate::decode::{Located, Map, record};

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
        file "file": String,
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
        to "to": String,
        /// The mode, such as `"0600"`.
        mode "mode": Option<String> = None,
    }
}

record! {
    /// A change of a YAML file on the control-plane node.
    NodeEdit "edit" {
        /// The path on the node.
        file "file": String,
        /// Values by dotted path; null removes.
        set "set": Map<String, Anything> = Map::default(),
        /// Flags of the first container's command, such as `--audit-log-path`; null removes.
        flags "flags": Map<String, Anything> = Map::default(),
        /// Volumes of a static pod: paths on the node that its container sees at the same place, with `ro` or `rw`.
        mounts "mounts": Map<String, String> = Map::default(),
    }
}

record! {
    /// One step: exactly one of its actions.
    Step "step" {
        /// The task that it solves, so that the linter can leave it out.
        task "task": Option<Located<Id>> = None,
        /// A file or folder of the lab, applied as the learner's kubectl does.
        apply "apply": Option<Located<String>> = None,
        /// The same after what is there was deleted, for what cannot be changed.
        replace "replace": Option<Located<String>> = None,
        /// A file of the lab with parts of objects, as a strategic merge patch.
        patch "patch": Option<Located<String>> = None,
        /// An object to delete.
        delete "delete": Option<Located<ObjectRef>> = None,
        /// Arguments of kubectl.
        kubectl "kubectl": Option<Located<Vec<String>>> = None,
        /// The name under which later steps find what `kubectl` printed.
        save "save": Option<Id> = None,
        /// A file for the learner's folder.
        put "put": Option<Located<Put>> = None,
        /// Answers, by check.
        answers "answers": Option<Located<Map<Id, String>>> = None,
        /// A file for the node.
        node_put "node_put": Option<Located<NodePut>> = None,
        /// A change of a file on the node.
        node_edit "node_edit": Option<Located<NodeEdit>> = None,
        /// A file on the node to delete.
        node_delete "node_delete": Option<Located<String>> = None,
        /// A component to restart, and to wait for: `kubelet`, or a static pod such as `kube-apiserver`.
        node_restart "node_restart": Option<Located<String>> = None,
    }
}
