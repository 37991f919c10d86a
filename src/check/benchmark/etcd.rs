//! Items about etcd.

use super::verdict::{Verdict, at, is, set, unless};
use crate::apiserver::files::ProgramView;
use crate::rules::facts::Plane;

pub(super) fn certificate(_: &Plane, view: &ProgramView) -> Verdict {
    set(view, &["cert-file", "key-file"])
}

pub(super) fn client_auth(_: &Plane, view: &ProgramView) -> Verdict {
    is(view, "client-cert-auth", true, false)
}

pub(super) fn auto_tls(_: &Plane, view: &ProgramView) -> Verdict {
    is(view, "auto-tls", false, false).partial(view)
}

pub(super) fn peer_certificate(_: &Plane, view: &ProgramView) -> Verdict {
    set(view, &["peer-cert-file", "peer-key-file"])
}

pub(super) fn peer_auth(_: &Plane, view: &ProgramView) -> Verdict {
    is(view, "peer-client-cert-auth", true, false)
}

pub(super) fn peer_auto_tls(_: &Plane, view: &ProgramView) -> Verdict {
    is(view, "peer-auto-tls", false, false).partial(view)
}

/// The CA of the API server's clients must be another.
pub(super) fn own_ca(plane: &Plane, view: &ProgramView) -> Verdict {
    let Some(own) = view.value("trusted-ca-file").filter(|path| !path.is_empty()) else {
        return set(view, &["trusted-ca-file"]);
    };
    let servers: Vec<Option<&str>> = plane.api_servers(view).map(|server| server.value("client-ca-file")).collect();
    if servers.is_empty() {
        let note = format!("`--trusted-ca-file` is `{own}`; the CA of the cluster is not in the input");
        return Verdict::Unknown(Some(at(view, "trusted-ca-file")), note);
    }
    unless(!servers.contains(&Some(own)), view, "trusted-ca-file")
}
