//! What a pod mounts: scratch space, volumes, files and secrets.

use super::leaves::Time;
use super::values::{Disk, FilePath, Line, Mode, MountPath, ObjectName, SecretKey, ShortName, Variable, known};
use crate::decode::{Located, record, string_enum};

/// Where programs put what they need for a moment. Each container has one of its own: what other containers can reach is
/// no place for it.
const TMP: &str = "/tmp";

record! {
    /// A folder that the container may write to, empty at every start.
    Writable "folder" {
        /// Where it is mounted.
        path "path": Located<MountPath>,
        /// How much it may hold.
        size "size": Located<Disk> = known::<Disk>("64Mi").into(),
        /// Whether it is kept in memory, counting against the container's limit.
        memory "memory": bool = false,
    }
}

impl Writable {
    /// `/tmp`, which nearly every program wants.
    pub fn tmp() -> Self {
        Self { path: known::<MountPath>(TMP).into(), ..Self::default() }
    }

    /// Whether it is `/tmp`.
    pub fn is_tmp(&self) -> bool {
        self.path.as_str() == TMP
    }
}

string_enum! {
    /// Who may mount a volume at the same time.
    Access {
        /// One pod; needs a CSI driver.
        "ReadWriteOncePod" ReadWriteOncePod,
        /// All pods of one node.
        "ReadWriteOnce" ReadWriteOnce,
        /// Pods on any node, if the storage can.
        "ReadWriteMany" ReadWriteMany,
    }
}

record! {
    /// A volume that outlives the pod.
    Storage "storage" {
        /// Its name, part of the claim's.
        name "name": Located<ShortName>,
        /// Where it is mounted.
        path "path": Located<MountPath>,
        /// How large it is.
        size "size": Disk,
        /// The storage class.
        class "class": Option<ObjectName> = None => "the cluster's",
        /// Who may mount it at the same time.
        access "access": Option<Located<Access>> = None => "ReadWriteOncePod; ReadWriteOnce on kind",
    }
}

record! {
    /// A file with its content.
    File "file" {
        /// Where it is mounted.
        path "path": Located<FilePath>,
        /// What is in it.
        content "content": Located<String>,
        /// Its permissions, octal in quotes.
        mode "mode": Mode = known("0444"),
    }
}

string_enum! {
    /// Where a secret store is.
    StoreKind {
        /// In the namespace of the app.
        "SecretStore" SecretStore,
        /// For all namespaces.
        "ClusterSecretStore" ClusterSecretStore,
    }
}

record! {
    /// Where the External Secrets Operator finds the values of a Secret.
    FromStore "store" {
        /// The name of the store.
        store "store": ObjectName,
        /// What the store calls it.
        key "key": Line,
        /// `SecretStore` or `ClusterSecretStore`.
        kind "kind": StoreKind = StoreKind::SecretStore,
        /// How often it is asked again.
        refresh "refresh": Time = known("1h"),
    }
}

record! {
    /// A Secret that exists already, or that the External Secrets Operator makes.
    SecretRef "secret" {
        /// The name of the Secret.
        name "name": Located<ObjectName>,
        /// The folder where its keys are files.
        path "path": Option<Located<MountPath>> = None,
        /// Only these keys.
        keys "keys": Vec<SecretKey> = Vec::new() => "all",
        /// The store that its values come from; without it, the Secret is there already. Values never stand in a spec.
        from "from": Option<FromStore> = None,
        /// An environment variable with the value of the only key: needs an exception, since variables leak.
        env "env": Option<Located<Variable>> = None,
    }
}
