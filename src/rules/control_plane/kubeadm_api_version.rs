//! `kubeadm-api-version`

use super::tools::id;
use crate::apiserver::catalogue::catalogue;
use crate::apiserver::files::KubeadmConfig;
use crate::diagnostic::{Diagnostic, Location};
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;
use crate::yaml::Span;

pub(super) static RULE: Rule = Rule {
    id: "kubeadm-api-version",
    summary: "a kubeadm configuration that its release does not read",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "kubeadm reads `v1beta4` since 1.31, and `v1beta3` up to 1.36. `extraArgs` is a list of `name` and `value` in \
          v1beta4, and a mapping in v1beta3. kind writes v1beta4 for nodes of 1.36 and newer and v1beta3 for older ones, \
          and leaves out a patch with another version without a word; a patch without version and with a mapping fits \
          both.",
    prevents: "The flags reach the API server, and `kubeadm init` reads the file.",
    bad: "\
apiVersion: kubeadm.k8s.io/v1beta3
kind: ClusterConfiguration
kubernetesVersion: v1.37.2
",
    good: "\
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.37.2
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

/// The first node of kind with v1beta4.
const KIND_SWITCH: u8 = 36;

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for config in &plane.kubeadm {
        let version = config.version.unwrap_or(plane.kubernetes);
        let written = config.api.as_ref().map(|api| (api.text.rsplit('/').next().unwrap_or_default(), api.span));
        if config.patch {
            patch(config, version.minor(), written, sink);
            continue;
        }
        let Some((short, span)) = written else { continue };
        let kind = config.owner.kind.as_str();
        let full = format!("kubeadm.k8s.io/{short}");
        let known: Vec<&str> = catalogue().config_apis(kind, version).map(|api| api.api_version).collect();
        if !known.is_empty() && !known.contains(&full.as_str()) {
            let message = format!("kubeadm {version} does not read `{short}`");
            let label = known.first().map_or_else(String::new, |best| format!("expected `{best}`"));
            sink.report(report(config, span, &label, message));
        }
    }
}

/// A patch of kind.
fn patch(config: &KubeadmConfig, minor: u8, written: Option<(&str, Span)>, sink: &mut Sink<'_>) {
    let expected = if minor >= KIND_SWITCH { "v1beta4" } else { "v1beta3" };
    match (written, config.list) {
        (Some((short, span)), _) if short != expected => {
            let message = format!("kind leaves this patch out, as it writes `{expected}` for nodes of 1.{minor}");
            sink.report(report(config, span, "expected no `apiVersion`, and mappings, which fit both", message));
        }
        (None, Some((true, span))) if expected == "v1beta3" => {
            let message = format!("`extraArgs` is a list, which kubeadm refuses on nodes of 1.{minor}");
            sink.report(report(config, span, "expected a mapping, which kind turns into what kubeadm reads", message));
        }
        _ => {}
    }
}

fn report(config: &KubeadmConfig, span: Span, label: &str, message: String) -> Diagnostic {
    let place = Location::new(config.file, span, label);
    Diagnostic::new(place, message).about(id(&config.owner), "apiVersion")
}
