//! Items about the kubelet and kube-proxy.

use super::verdict::{Verdict, is, set, unless};
use crate::apiserver::files::ProgramView;
use crate::rules::control_plane::is_admitted_suite;
use crate::rules::facts::Plane;

pub(super) fn anonymous(_: &Plane, view: &ProgramView) -> Verdict {
    is(view, "authentication.anonymous.enabled", false, false).partial(view)
}

pub(super) fn authorization(_: &Plane, view: &ProgramView) -> Verdict {
    unless(view.value("authorization.mode") != Some("AlwaysAllow"), view, "authorization.mode").partial(view)
}

pub(super) fn client_ca(_: &Plane, view: &ProgramView) -> Verdict {
    set(view, &["authentication.x509.clientCAFile"])
}

pub(super) fn read_only_port(_: &Plane, view: &ProgramView) -> Verdict {
    unless(view.value("readOnlyPort").is_none_or(|port| port == "0"), view, "readOnlyPort").partial(view)
}

pub(super) fn streaming(_: &Plane, view: &ProgramView) -> Verdict {
    let is_zero = |text: &str| text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse() == Ok(0_u64);
    let name = "streamingConnectionIdleTimeout";
    // in a configuration file zero is what is not set, and means four hours; only the flag turns the timeout off
    let by_flag = view.get(name).filter(|setting| setting.path.contains("[--") || setting.path.contains("-arg["));
    unless(!by_flag.is_some_and(|setting| is_zero(&setting.value)), view, name).partial(view)
}

pub(super) fn iptables(_: &Plane, view: &ProgramView) -> Verdict {
    is(view, "makeIPTablesUtilChains", true, true).partial(view)
}

pub(super) fn hostname(_: &Plane, view: &ProgramView) -> Verdict {
    unless(!view.has("hostname-override"), view, "hostname-override").partial(view)
}

pub(super) fn events(_: &Plane, view: &ProgramView) -> Verdict {
    let is_fine = |rate: &str| rate.parse::<i64>().is_ok_and(|rate| rate >= 0);
    unless(view.value("eventRecordQPS").is_none_or(is_fine), view, "eventRecordQPS").partial(view)
}

/// A certificate from files, or one that the cluster signs.
pub(super) fn certificate(_: &Plane, view: &ProgramView) -> Verdict {
    if view.is_on("serverTLSBootstrap", false) {
        return is(view, "serverTLSBootstrap", true, false);
    }
    set(view, &["tlsCertFile", "tlsPrivateKeyFile"])
}

pub(super) fn rotate(_: &Plane, view: &ProgramView) -> Verdict {
    is(view, "rotateCertificates", true, true).partial(view)
}

pub(super) fn rotate_server(_: &Plane, view: &ProgramView) -> Verdict {
    let off = view.list("featureGates").iter().any(|gate| gate.ends_with("RotateKubeletServerCertificate=false"));
    unless(!off, view, "featureGates").partial(view)
}

pub(super) fn ciphers(_: &Plane, view: &ProgramView) -> Verdict {
    let list = view.list("tlsCipherSuites");
    unless(!list.is_empty() && list.iter().all(|suite| is_admitted_suite(suite)), view, "tlsCipherSuites")
}

pub(super) fn pids(_: &Plane, view: &ProgramView) -> Verdict {
    let limit = view.value("podPidsLimit").and_then(|limit| limit.parse::<i64>().ok());
    unless(limit.is_some_and(|limit| limit > 0), view, "podPidsLimit")
}

pub(super) fn seccomp(_: &Plane, view: &ProgramView) -> Verdict {
    is(view, "seccompDefault", true, false)
}

pub(super) fn proxy_metrics(_: &Plane, view: &ProgramView) -> Verdict {
    let local = ["127.0.0.1", "localhost", "[::1]"];
    let is_local = |address: &str| address.is_empty() || local.iter().any(|local| address.starts_with(local));
    unless(view.value("metricsBindAddress").is_none_or(is_local), view, "metricsBindAddress").partial(view)
}
