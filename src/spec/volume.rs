//! Volumes of what exists already: `ConfigMaps`, Secrets, secret stores, images, folders of servers.

use super::leaves::{AnyKey, HeaderName, HostFolder, NfsShare, PinnedImage, TokenAudience};
use super::values::{Mode, MountPath, Number, ObjectName, SecretKey, ShortName, known};
use crate::decode::{Located, Map, one_of, record, string_enum};

record! {
    /// The keys of an object that are files.
    Keys "keys" {
        /// Only these keys.
        keys "keys": Vec<SecretKey> = Vec::new() => "all",
        /// The permissions of the files, octal in quotes.
        mode "mode": Mode = known("0440"),
        /// Whether the pod starts without it.
        optional "optional": bool = false,
    }
}

record! {
    /// What a driver gets.
    Driver "driver" {
        /// What the driver asks for, such as `secretProviderClass`.
        attributes "attributes": Map<AnyKey, String> = Map::new(),
        /// The Secret by which the node asks the driver.
        node_secret "nodeSecret": Option<ObjectName> = None,
        /// Whether the container may write to it.
        writable "writable": bool = false,
    }
}

record! {
    /// Whether a container may write.
    Write "access" {
        /// Whether the container may write to it.
        writable "writable": bool = false,
    }
}

record! {
    /// Some keys of an object.
    SomeKeys "keys" {
        /// Only these keys.
        keys "keys": Vec<SecretKey> = Vec::new() => "all",
        /// Whether the pod starts without it.
        optional "optional": bool = false,
    }
}

record! {
    /// A token of the app's account for somebody else than the Kubernetes API. It is renewed before it ends.
    Token "token" {
        /// Whom it is for.
        audience "audience": TokenAudience,
        /// How long it holds, in seconds.
        seconds "seconds": Number<600, 86_400> = Number(3600),
        /// The file.
        file "file": SecretKey = known("token"),
    }
}

string_enum! {
    /// What a file can say about the pod.
    FileField {
        /// Its name.
        "name" Name,
        /// Its namespace.
        "namespace" Namespace,
        /// Its unique id.
        "uid" Uid,
        /// Its labels, a line each.
        "labels" Labels,
        /// Its annotations, a line each.
        "annotations" Annotations,
    }
}

impl FileField {
    /// The path of the field.
    pub fn path(self) -> String {
        format!("metadata.{}", self.as_str())
    }
}

one_of! {
    /// A part of a projected volume.
    Projection "source" {
        /// A ConfigMap that exists already.
        "configMap" ConfigMap(ObjectName) beside SomeKeys,
        /// A Secret that exists already.
        "secret" Secret(ObjectName) beside SomeKeys,
        /// A token for somebody else than the Kubernetes API.
        "token" Token(Token),
        /// Files with what the pod knows about itself, by the name of the file.
        "pod" Pod(Map<HeaderName, FileField>),
    }
}

record! {
    /// The permissions of files.
    Files "files" {
        /// The permissions of the files, octal in quotes.
        mode "mode": Mode = known("0440"),
    }
}

one_of! {
    /// What is mounted.
    Content "volume" {
        /// A ConfigMap that exists already.
        "configMap" ConfigMap(ObjectName) beside Keys,
        /// A Secret that exists already.
        "secret" Secret(ObjectName) beside Keys,
        /// A CSI driver, as of a secret store.
        "csi" Csi(ObjectName) beside Driver,
        /// Several of these in one folder: ConfigMaps, Secrets, tokens, fields of the pod.
        "projected" Projected(Located<Vec<Projection>>) beside Files,
        /// A folder of an NFS server, `server:/folder`; refused at level restricted.
        "nfs" Nfs(Located<NfsShare>) beside Write,
        /// A folder of the node; level privileged only, and by an exception.
        "hostPath" HostPath(Located<HostFolder>) beside Write,
        /// The files of an image, by digest; from Kubernetes 1.35 on.
        "image" Image(Located<PinnedImage>),
    }
}

record! {
    /// A volume of something that exists already. Nothing writes to it unless it says so.
    Volume "volume" {
        /// Where it is mounted.
        path "path": Located<MountPath>,
        /// What the pod calls it.
        name "name": Option<ShortName> = None => "after what it holds",
    }
    /// What is mounted.
    one of content: Content
}

impl Volume {
    /// Whether the container may write to it.
    pub fn is_writable(&self) -> bool {
        match &self.content {
            Content::Csi(_, driver) => driver.writable,
            Content::Nfs(_, access) | Content::HostPath(_, access) => access.writable,
            _ => false,
        }
    }
}
