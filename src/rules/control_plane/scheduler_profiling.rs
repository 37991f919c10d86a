//! Profiles of a scheduler with a configuration file: `--profiling` counts for nothing beside `--config`
//! (`cmd/kube-scheduler/app/options/deprecated.go`).

use super::tools::{on_companion, place};
use crate::apiserver::catalogue::Component;
use crate::apiserver::files::Content;
use crate::rules::facts::{Named, Plane};
use crate::rules::sink::Sink;

pub(super) fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::Scheduler) {
        let Named::Seen(companion) = plane.named(view, "config") else { continue };
        let Content::Scheduler(word) = &companion.content else { continue };
        if word.as_ref().is_some_and(|word| word.text == "false") {
            continue;
        }
        let span = word.as_ref().map_or(companion.place, |word| word.span);
        let message = "kube-scheduler serves profiles of itself at /debug/pprof";
        let report = on_companion(companion, "enableProfiling", span, "expected `enableProfiling: false`", message);
        let flag = view.get("profiling").map(|setting| place(setting, "counts for nothing beside `--config`"));
        sink.report(report.related_all(flag));
    }
}
