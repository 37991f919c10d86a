//! Exceptions of a control plane: what is weaker than its profile asks for, each with its reason and an end.

use super::values::{Day, Line};
use crate::decode::{Located, record, string_enum};

string_enum! {
    /// The rules that a control plane can be excepted from.
    Relaxation {
        /// What lies in etcd is encrypted.
        "no-encryption-at-rest" NoEncryptionAtRest,
        /// The audit log does not hold the content of Secrets.
        "audit-secret-content" AuditSecretContent,
        /// The audit log is kept for 30 days, in 10 files of 100 megabytes.
        "short-audit-log" ShortAuditLog,
        /// Anonymous requests are answered on the health paths only.
        "anonymous-access" AnonymousAccess,
        /// Every start of a pod asks the registry, so that the right to pull is checked each time.
        "images-not-always-pulled" ImagesNotAlwaysPulled,
        /// The API server talks to kubelets that it knows.
        "unverified-kubelets" UnverifiedKubelets,
        /// Tokens of pods end within the hour.
        "long-lived-tokens" LongLivedTokens,
        /// Privileged pods are refused in namespaces without labels.
        "privileged-pods" PrivilegedPods,
        /// Events are limited.
        "no-rate-limits" NoRateLimits,
        /// No flag and no plugin undoes what the baseline sets.
        "weaker-flag" WeakerFlag,
    }
}

record! {
    /// What is weaker than it should be, why, and until when.
    ServerException "exception" {
        /// The rule that is not kept.
        rule "rule": Located<Relaxation>,
        /// Why it cannot be kept.
        reason "reason": Line,
        /// Where the work on it is tracked.
        ticket "ticket": Line,
        /// The last day that it holds; after it, nothing is rendered any more.
        expires "expires": Located<Day>,
    }
}
