//! Items about the controller manager and the scheduler.

use super::verdict::{Verdict, at, is, set, unless};
use crate::apiserver::catalogue::Component;
use crate::apiserver::files::{Content, ProgramView};
use crate::rules::facts::{Named, Plane};

pub(super) fn pod_gc(_: &Plane, view: &ProgramView) -> Verdict {
    set(view, &["terminated-pod-gc-threshold"])
}

pub(super) fn profiling(plane: &Plane, view: &ProgramView) -> Verdict {
    // beside a file, the flag of a scheduler counts for nothing
    if view.program != Component::Scheduler || !view.has("config") {
        return is(view, "profiling", false, true);
    }
    let Named::Seen(companion) = plane.named(view, "config") else {
        return Verdict::Unknown(Some(at(view, "config")), "the file of `--config` is not in the input".to_owned());
    };
    let word = match &companion.content {
        Content::Scheduler(word) => word.as_ref(),
        _ => None,
    };
    let where_it_is = Some((companion.file, word.map_or(companion.place, |word| word.span)));
    match word.map(|word| word.text.as_str()) {
        Some("false") => Verdict::Pass(where_it_is, "`enableProfiling` is `false`".to_owned()),
        Some(text) => Verdict::Fail(where_it_is, format!("`enableProfiling` is `{text}`")),
        None => Verdict::Fail(where_it_is, "`enableProfiling` is not set".to_owned()),
    }
}

/// CIS fails only what is set to false; the default is false as well, so that it has to be set here.
pub(super) fn credentials(_: &Plane, view: &ProgramView) -> Verdict {
    is(view, "use-service-account-credentials", true, false)
}

pub(super) fn private_key(_: &Plane, view: &ProgramView) -> Verdict {
    set(view, &["service-account-private-key-file"])
}

pub(super) fn root_ca(_: &Plane, view: &ProgramView) -> Verdict {
    set(view, &["root-ca-file"])
}

pub(super) fn rotation(_: &Plane, view: &ProgramView) -> Verdict {
    let off = view.list("feature-gates").iter().any(|gate| gate.ends_with("RotateKubeletServerCertificate=false"));
    unless(!off, view, "feature-gates").partial(view)
}

pub(super) fn bind_address(_: &Plane, view: &ProgramView) -> Verdict {
    let is_local = |address: &str| matches!(address, "" | "127.0.0.1" | "::1" | "localhost");
    unless(view.value("bind-address").is_none_or(is_local), view, "bind-address").partial(view)
}
