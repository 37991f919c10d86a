//! Exceptions: the only way to weaken what is written, each with its reason and an end.

use super::level::Level;
use super::values::{Day, Line};
use crate::decode::{Located, record, string_enum};

string_enum! {
    /// The rules that an app can be excepted from. The ids are those of the rule table.
    Rule {
        /// The root file system is read-only.
        "writable-root-filesystem" WritableRootFilesystem,
        /// Root in the container is nobody on the node.
        "host-user-namespace" HostUserNamespace,
        /// Secrets are files, not environment variables.
        "secret-in-env" SecretInEnv,
        /// Processor time has a limit.
        "no-cpu-limit" NoCpuLimit,
        /// User and group ids are 10000 or above.
        "low-user-id" LowUserId,
        /// Nothing runs as root.
        "run-as-root" RunAsRoot,
        /// All capabilities are dropped.
        "added-capability" AddedCapability,
        /// The image's tag does not move.
        "mutable-image-tag" MutableImageTag,
        /// Secrets are read one by one, by name.
        "api-secrets" ApiSecrets,
        /// Nothing that lets an app grant itself more.
        "api-escalation" ApiEscalation,
        /// Requests from outside come encrypted.
        "route-without-tls" RouteWithoutTls,
        /// Pods keep off the nodes of the control plane.
        "control-plane-toleration" ControlPlaneToleration,
        /// Nothing of the node's file system is mounted.
        "host-path-volumes" HostPathVolumes,
        /// No folder that decides about the node is mounted.
        "sensitive-host-path" SensitiveHostPath,
        /// Nothing writes to the node's file system.
        "writable-host-path" WritableHostPath,
        /// The pod has a network and processes of its own.
        "host-namespaces" HostNamespaces,
    }
}

impl Rule {
    /// The levels at which the exception exists: what Pod Security Admission refuses at `restricted` cannot be excepted
    /// there.
    pub fn allowed_at(self, level: Level) -> bool {
        match self {
            Self::RunAsRoot => level != Level::Restricted,
            Self::HostPathVolumes | Self::SensitiveHostPath | Self::WritableHostPath | Self::HostNamespaces => {
                level == Level::Privileged
            }
            _ => true,
        }
    }

    /// Which object carries the annotation.
    pub fn object(self) -> Object {
        match self {
            Self::ApiSecrets | Self::ApiEscalation => Object::Role,
            Self::RouteWithoutTls => Object::Route,
            _ => Object::Workload,
        }
    }
}

/// An object that an exception weakens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// The Deployment, StatefulSet, DaemonSet, Job or CronJob.
    Workload,
    /// The Role of the app.
    Role,
    /// The HTTPRoute or Ingress.
    Route,
}

record! {
    /// What is weaker than it should be, why, and until when.
    Exception "exception" {
        /// The rule that is not kept.
        rule "rule": Located<Rule>,
        /// Why it cannot be kept.
        reason "reason": Line,
        /// Where the work on it is tracked.
        ticket "ticket": Line,
        /// The last day that it holds; after it, nothing is rendered any more.
        expires "expires": Located<Day>,
    }
}

string_enum! {
    /// The capabilities that the baseline level admits; at the restricted level only the first.
    Capability {
        /// Bind ports below 1024.
        "NET_BIND_SERVICE" NetBindService,
        /// Write to the audit log.
        "AUDIT_WRITE" AuditWrite,
        /// Change owners of files.
        "CHOWN" Chown,
        /// Pass by file permissions.
        "DAC_OVERRIDE" DacOverride,
        /// Act as any file's owner.
        "FOWNER" Fowner,
        /// Keep set-id bits.
        "FSETID" Fsetid,
        /// Signal any process.
        "KILL" Kill,
        /// Make device files.
        "MKNOD" Mknod,
        /// Set file capabilities.
        "SETFCAP" Setfcap,
        /// Change group ids.
        "SETGID" Setgid,
        /// Change own capabilities.
        "SETPCAP" Setpcap,
        /// Change user ids.
        "SETUID" Setuid,
        /// Change the root folder.
        "SYS_CHROOT" SysChroot,
    }
}
