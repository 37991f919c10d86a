//! Items about the API server and its audit log.

use super::verdict::{At, Verdict, at, is, says, set, unless};
use crate::apiserver::files::{Content, Level, ProgramView};
use crate::rules::control_plane::is_admitted_suite;
use crate::rules::facts::{Anonymous, Authorizers, Named, Plane};

pub(super) fn anonymous(plane: &Plane, view: &ProgramView) -> Verdict {
    let here = Some(at(view, "anonymous-auth"));
    match plane.anonymous(view) {
        Anonymous::Off(_) => Verdict::Pass(here, "anonymous requests are refused".to_owned()),
        Anonymous::Restricted => {
            let note = "anonymous requests reach some paths only: the benchmark names `--anonymous-auth=false` alone, its successor names both";
            Verdict::Pass(Some(at(view, "authentication-config")), note.to_owned())
        }
        Anonymous::Open(spot) => {
            Verdict::Fail(spot.or(here), "anonymous requests reach every path that RBAC lets them".to_owned())
        }
        Anonymous::Unknown => {
            let spot = at(view, "authentication-config");
            Verdict::Unknown(Some(spot), "the file of `--authentication-config` is not in the input".to_owned())
        }
    }
}

pub(super) fn token_file(_: &Plane, view: &ProgramView) -> Verdict {
    unless(!view.has("token-auth-file"), view, "token-auth-file").partial(view)
}

pub(super) fn kubelet_client(_: &Plane, view: &ProgramView) -> Verdict {
    set(view, &["kubelet-client-certificate", "kubelet-client-key"])
}

pub(super) fn kubelet_ca(_: &Plane, view: &ProgramView) -> Verdict {
    set(view, &["kubelet-certificate-authority"])
}

fn authorizers(plane: &Plane, view: &ProgramView, ok: impl Fn(&[String]) -> bool) -> Verdict {
    match plane.authorizers(view) {
        Authorizers::Known { modes, at: spot, file } => {
            let spot: At = spot.unwrap_or((view.file, view.place));
            let by = if file.is_some() { " by the file of `--authorization-config`" } else { "" };
            let note = if modes.is_empty() {
                "no authorizer is named, so everything is allowed".to_owned()
            } else {
                format!("authorizers are {}{by}", modes.join(", "))
            };
            if ok(&modes) { Verdict::Pass(Some(spot), note) } else { Verdict::Fail(Some(spot), note) }
        }
        Authorizers::Unknown => {
            let note = "the file of `--authorization-config`, or some of the flags, are not in the input";
            Verdict::Unknown(Some(at(view, "authorization-config")), note.to_owned())
        }
    }
}

pub(super) fn not_always_allow(plane: &Plane, view: &ProgramView) -> Verdict {
    authorizers(plane, view, |modes| !modes.is_empty() && !modes.iter().any(|mode| mode == "AlwaysAllow"))
}

pub(super) fn node_authorizer(plane: &Plane, view: &ProgramView) -> Verdict {
    authorizers(plane, view, |modes| modes.iter().any(|mode| mode == "Node"))
}

pub(super) fn rbac_authorizer(plane: &Plane, view: &ProgramView) -> Verdict {
    authorizers(plane, view, |modes| modes.iter().any(|mode| mode == "RBAC"))
}

fn enabled(view: &ProgramView, plugin: &str) -> Verdict {
    unless(Plane::enables(view, plugin), view, "enable-admission-plugins")
}

pub(super) fn external_ips(_: &Plane, view: &ProgramView) -> Verdict {
    enabled(view, "DenyServiceExternalIPs")
}

pub(super) fn event_rate_limit(_: &Plane, view: &ProgramView) -> Verdict {
    enabled(view, "EventRateLimit")
}

pub(super) fn always_pull(_: &Plane, view: &ProgramView) -> Verdict {
    enabled(view, "AlwaysPullImages")
}

pub(super) fn node_restriction(_: &Plane, view: &ProgramView) -> Verdict {
    enabled(view, "NodeRestriction")
}

pub(super) fn no_always_admit(_: &Plane, view: &ProgramView) -> Verdict {
    unless(!Plane::enables(view, "AlwaysAdmit"), view, "enable-admission-plugins").partial(view)
}

fn not_disabled(view: &ProgramView, plugin: &str) -> Verdict {
    let is_off = view.list("disable-admission-plugins").contains(&plugin);
    // the old list leaves out what it does not name
    let old = view.list("admission-control");
    let is_left_out = !old.is_empty() && !old.contains(&plugin);
    unless(!is_off && !is_left_out, view, if is_left_out { "admission-control" } else { "disable-admission-plugins" })
        .partial(view)
}

pub(super) fn service_account(_: &Plane, view: &ProgramView) -> Verdict {
    not_disabled(view, "ServiceAccount")
}

pub(super) fn namespace_lifecycle(_: &Plane, view: &ProgramView) -> Verdict {
    not_disabled(view, "NamespaceLifecycle")
}

pub(super) fn profiling(_: &Plane, view: &ProgramView) -> Verdict {
    is(view, "profiling", false, true)
}

/// A path alone is not enough: without a policy nothing is logged.
pub(super) fn audit_log(_: &Plane, view: &ProgramView) -> Verdict {
    if view.has("audit-log-path") && view.lacks("audit-policy-file") {
        let note = "`--audit-log-path` is set without `--audit-policy-file`, so the log stays empty";
        return Verdict::Fail(Some(at(view, "audit-log-path")), note.to_owned());
    }
    set(view, &["audit-log-path"])
}

fn at_least(view: &ProgramView, name: &str, least: i64) -> Verdict {
    let value = view.value(name).and_then(|value| value.trim().parse::<i64>().ok());
    unless(value.is_some_and(|value| value >= least), view, name)
}

pub(super) fn audit_age(_: &Plane, view: &ProgramView) -> Verdict {
    at_least(view, "audit-log-maxage", 30)
}

pub(super) fn audit_backup(_: &Plane, view: &ProgramView) -> Verdict {
    at_least(view, "audit-log-maxbackup", 10)
}

pub(super) fn audit_size(_: &Plane, view: &ProgramView) -> Verdict {
    at_least(view, "audit-log-maxsize", 100)
}

pub(super) fn request_timeout(_: &Plane, view: &ProgramView) -> Verdict {
    let is_zero = |text: &str| text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse() == Ok(0_u64);
    unless(!view.value("request-timeout").is_some_and(is_zero), view, "request-timeout")
}

pub(super) fn lookup(_: &Plane, view: &ProgramView) -> Verdict {
    is(view, "service-account-lookup", true, true).partial(view)
}

pub(super) fn service_account_key(_: &Plane, view: &ProgramView) -> Verdict {
    set(view, &["service-account-key-file"])
}

pub(super) fn etcd_client(_: &Plane, view: &ProgramView) -> Verdict {
    set(view, &["etcd-certfile", "etcd-keyfile"])
}

pub(super) fn serving_certificate(_: &Plane, view: &ProgramView) -> Verdict {
    set(view, &["tls-cert-file", "tls-private-key-file"])
}

pub(super) fn client_ca(_: &Plane, view: &ProgramView) -> Verdict {
    set(view, &["client-ca-file"])
}

pub(super) fn etcd_ca(_: &Plane, view: &ProgramView) -> Verdict {
    set(view, &["etcd-cafile"])
}

pub(super) fn encryption(_: &Plane, view: &ProgramView) -> Verdict {
    set(view, &["encryption-provider-config"])
}

/// Every list of providers counts, not the last one only.
pub(super) fn provider(plane: &Plane, view: &ProgramView) -> Verdict {
    let spot = Some(at(view, "encryption-provider-config"));
    let companion = match plane.named(view, "encryption-provider-config") {
        Named::Not => return Verdict::Fail(spot, says(view, "encryption-provider-config")),
        Named::Unseen => {
            let note =
                "the file of `--encryption-provider-config` is not in the input; what git ignores has to be named";
            return Verdict::Unknown(spot, note.to_owned());
        }
        Named::Seen(companion) => companion,
    };
    let Content::Encryption(encryption) = &companion.content else {
        return Verdict::Unknown(spot, "the file does not configure encryption".to_owned());
    };
    for group in &encryption.groups {
        let Some(first) = group.providers.first() else { continue };
        if !matches!(first.kind.text.as_str(), "aescbc" | "kms" | "secretbox") {
            let note = format!("`{}` comes first for {}", first.kind.text, group.resources.join(", "));
            return Verdict::Fail(Some((companion.file, first.kind.span)), note);
        }
    }
    let names = encryption.groups.iter().filter_map(|group| group.providers.first());
    let names: Vec<&str> = names.map(|first| first.kind.text.as_str()).collect();
    Verdict::Pass(Some((companion.file, companion.place)), format!("first of each list: {}", names.join(", ")))
}

pub(super) fn ciphers(_: &Plane, view: &ProgramView) -> Verdict {
    let list = view.list("tls-cipher-suites");
    unless(!list.is_empty() && list.iter().all(|suite| is_admitted_suite(suite)), view, "tls-cipher-suites")
}

pub(super) fn token_expiration(_: &Plane, view: &ProgramView) -> Verdict {
    is(view, "service-account-extend-token-expiration", false, true)
}

pub(super) fn audit_policy(_: &Plane, view: &ProgramView) -> Verdict {
    set(view, &["audit-policy-file"])
}

/// What the policies say, which the benchmark leaves to people.
pub(super) fn audit_content(plane: &Plane) -> Vec<Verdict> {
    let evaluate = |(companion, policy): (
        &crate::apiserver::files::Companion,
        &crate::apiserver::files::AuditPolicy,
    )| {
        let spot = Some((companion.file, policy.span));
        if policy.is_silent() {
            return Verdict::Fail(spot, "the policy logs nothing".to_owned());
        }
        if policy.is_stig() {
            let note = "one rule logs everything, as the STIG asks (V-242403): the content of Secrets is in the log, which this item forbids";
            return Verdict::Fail(spot, note.to_owned());
        }
        let level = |group: &str, resource: &str, verb: &str| {
            policy.decides(group, resource, verb).map_or(Level::None, |rule| rule.level)
        };
        let secret =
            [("", "secrets", "get"), ("", "configmaps", "get"), ("authentication.k8s.io", "tokenreviews", "create")];
        if let Some((_, resource, _)) =
            secret.iter().find(|(group, resource, verb)| level(group, resource, verb) != Level::Metadata)
        {
            return Verdict::Fail(spot, format!("{resource} are not logged at `Metadata`"));
        }
        let rest = [
            ("", "pods", "create"),
            ("apps", "deployments", "create"),
            ("", "pods/exec", "create"),
            ("", "pods/portforward", "create"),
            ("", "pods/proxy", "get"),
            ("", "services/proxy", "get"),
        ];
        match rest.iter().find(|(group, resource, verb)| level(group, resource, verb) == Level::None) {
            Some((_, resource, verb)) => Verdict::Fail(spot, format!("{verb} {resource} is not logged")),
            None => Verdict::Pass(spot, "the policy logs what the benchmark names".to_owned()),
        }
    };
    plane.audit_policies().map(evaluate).collect()
}

impl Verdict {
    /// What passes because nothing says otherwise is not known while some settings are not.
    pub(super) fn partial(self, view: &ProgramView) -> Self {
        match self {
            Self::Pass(at, note) if view.partial => Self::Unknown(at, note),
            other => other,
        }
    }
}
