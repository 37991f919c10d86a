//! Exceptions against what they except: none missing, none for nothing, none too old.

use jiff::civil::Date;

use super::api;
use crate::decode::{Decoder, Located, Map};
use crate::diagnostic::Diagnostic;
use crate::k8s::host_path;
use crate::spec::App;
use crate::spec::container::{CpuLimit, RunAs, Size};
use crate::spec::env::{EnvFrom, EnvValue, Source, Whole};
use crate::spec::exception::{Capability, Rule};
use crate::spec::level::Level;
use crate::spec::network::Via;
use crate::spec::storage::SecretRef;
use crate::spec::values::{Day, Image, Variable};
use crate::yaml::Span;

/// Today in UTC; `SOURCE_DATE_EPOCH` (seconds since 1970) decides instead where it is set, for builds that must repeat.
pub fn today() -> Date {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok());
    let seconds = fixed.unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(0, |elapsed| i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX))
    });
    let day = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    jiff::tz::Offset::UTC.to_datetime(day).date()
}

pub(super) fn check(app: &App, today: Date, decoder: &mut Decoder<'_>) {
    let needs = needs(app);
    for (rule, span, what) in &needs {
        if !app.exceptions.iter().any(|exception| exception.rule.value == *rule) {
            decoder.report(
                Diagnostic::error(*span, format!("{what} needs an exception"))
                    .label(format!("breaks the rule `{}`", rule.as_str()))
                    .help(example(rule.as_str(), today)),
            );
        }
    }
    for exception in &app.exceptions {
        let rule = exception.rule.value;
        let (span, level) = (exception.rule.span, app.level.value);
        not_expired(rule.as_str(), &exception.expires, today, decoder);
        if !rule.allowed_at(level) {
            decoder.report(
                Diagnostic::error(
                    span,
                    format!("there is no exception from `{}` at level {}", rule.as_str(), level.as_str()),
                )
                .label("Pod Security Admission would refuse the pod")
                .related(app.level.span, "the level"),
            );
        }
        let toggles = matches!(rule, Rule::WritableRootFilesystem | Rule::HostUserNamespace);
        if !toggles && rule.allowed_at(level) && !needs.iter().any(|(needed, ..)| *needed == rule) {
            decoder.report(
                Diagnostic::error(span, format!("nothing breaks the rule `{}`", rule.as_str()))
                    .label("take this exception out"),
            );
        }
        if app.level.value != Level::Restricted && rule == Rule::RunAsRoot {
            decoder.report(
                Diagnostic::warning(span, "this app runs as root").label("the level `restricted` would refuse it"),
            );
        }
    }
    super::app::twice(
        app.exceptions.iter().map(|it| (it.rule.value.as_str().to_owned(), it.rule.span)),
        "the exception from",
        decoder,
    );
    capabilities(app, decoder);
}

/// An exception to fill in.
pub(super) fn example(rule: &str, today: Date) -> String {
    let end = today.saturating_add(jiff::Span::new().months(6));
    format!("exceptions: [{{rule: {rule}, reason: \"why\", ticket: \"where it is tracked\", expires: {end}}}]")
}

/// Refuses an exception whose last day is over.
pub(super) fn not_expired(rule: &str, expires: &Located<Day>, today: Date, decoder: &mut Decoder<'_>) {
    if *expires.value < today {
        decoder.report(
            Diagnostic::error(expires.span, format!("the exception from `{rule}` has expired"))
                .label(format!("today is {today}"))
                .help("fix what it excused, or set a later date"),
        );
    }
}

fn capabilities(app: &App, decoder: &mut Decoder<'_>) {
    for capability in &app.capabilities {
        if app.level.value == Level::Restricted && capability.value != Capability::NetBindService {
            decoder.report(
                Diagnostic::error(
                    capability.span,
                    format!("`{}` is refused at level restricted", capability.value.as_str()),
                )
                .label("only NET_BIND_SERVICE may be added")
                .related(app.level.span, "the level"),
            );
        }
    }
}

/// What in the app breaks which rule, and where.
fn needs(app: &App) -> Vec<(Rule, Span, String)> {
    let mut needs = Vec::new();
    for environment in std::iter::once(None).chain(app.environments.values().map(Some)) {
        let changed = environment.map(|environment| app.in_environment(environment));
        collect(changed.as_ref().unwrap_or(app), &mut needs);
    }
    needs
}

fn collect(app: &App, needs: &mut Vec<(Rule, Span, String)>) {
    let mut add = |rule, span: Span, what: &str| {
        if !needs.iter().any(|(other, place, _)| (*other, *place) == (rule, span)) {
            needs.push((rule, span, what.to_owned()));
        }
    };
    let containers = app.sidecars.iter().chain(&app.init);
    for image in std::iter::once(&app.image).chain(containers.clone().map(|container| &container.image)) {
        if moves(image) {
            let what = if image.tag().is_none() { "an image without a tag" } else { "the tag `latest`" };
            add(Rule::MutableImageTag, image.span, what);
        }
    }
    for size in std::iter::once(&app.size).chain(containers.map(|container| &container.size)) {
        if let Size::Explicit(resources) = &size.value
            && let Some(limit) = &resources.cpu_limit
            && matches!(limit.value, CpuLimit::None)
        {
            add(Rule::NoCpuLimit, limit.span, "no limit of processor time");
        }
    }
    let users = app.others().filter_map(|container| container.run_as.as_ref());
    for run_as in std::iter::once(&app.run_as).chain(users) {
        let RunAs::Ids(ids) = run_as else { continue };
        for id in std::iter::once(&ids.user).chain(&ids.group) {
            match id.0 {
                0 => add(Rule::RunAsRoot, id.span, "running as root"),
                1..10000 => add(Rule::LowUserId, id.span, "an id below 10000, which may belong to a user of the node,"),
                _ => {}
            }
        }
    }
    for span in secrets_in_env(app) {
        add(Rule::SecretInEnv, span, "a secret in an environment variable");
    }
    for toleration in &app.tolerations {
        let key = toleration.key.as_ref();
        match key.filter(|key| !CONTROL_PLANE.contains(&key.as_str())) {
            Some(_) => {}
            None => add(
                Rule::ControlPlaneToleration,
                key.map_or(toleration.span, |key| key.span),
                "running on the nodes of the control plane",
            ),
        }
    }
    of_node(app, &mut add);
    if let Some(capability) = app.capabilities.first() {
        add(Rule::AddedCapability, capability.span, "a capability");
    }
    for rule in &app.api {
        if api::reads_secrets(rule) {
            add(Rule::ApiSecrets, rule.resource.span, "reading Secrets without naming them");
        }
        if api::escalates(rule) {
            add(Rule::ApiEscalation, rule.resource.span, "a right by which the app can take others");
        }
    }
    if let Some(route) = app.route.as_ref().filter(|route| route.via == Via::Ingress && route.tls.is_none()) {
        add(Rule::RouteWithoutTls, route.span, "an Ingress without `tls`");
    }
}

/// What an agent of nodes shares with its node. At other levels it is refused, whatever is excepted.
fn of_node(app: &App, add: &mut impl FnMut(Rule, Span, &str)) {
    if app.level.value != Level::Privileged {
        return;
    }
    for (folder, access) in app.host_paths() {
        let writable = access.writable;
        match host_path::holds(folder) {
            Some(what) => add(Rule::SensitiveHostPath, folder.span, &format!("a folder that holds {what}")),
            None if !writable => add(Rule::HostPathVolumes, folder.span, "a folder of the node"),
            None => {}
        }
        if writable {
            add(Rule::WritableHostPath, folder.span, "writing to a folder of the node");
        }
    }
    for shared in app.host.network.iter().chain(&app.host.pid) {
        add(Rule::HostNamespaces, shared.span, "what the pod shares with its node");
    }
}

/// The taint of the control plane, and its name before 1.20.
const CONTROL_PLANE: [&str; 2] = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

/// Where a variable of some container holds a secret.
fn secrets_in_env(app: &App) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut of = |env: &Map<Located<Variable>, Located<EnvValue>>, whole: &[EnvFrom], secrets: &[SecretRef]| {
        spans.extend(secrets.iter().filter_map(|secret| secret.env.as_ref()).map(|env| env.span));
        spans.extend(env.values().filter_map(|value| match &value.value {
            EnvValue::From(Source::Secret(name, _)) => Some(name.span),
            _ => None,
        }));
        spans.extend(whole.iter().filter_map(|from| match &from.source {
            Whole::Secret(name) => Some(name.span),
            Whole::ConfigMap(_) => None,
        }));
    };
    of(&app.env, &app.env_from, &app.secrets);
    for container in app.others() {
        of(&container.env, &container.env_from, &container.secrets);
    }
    spans
}

fn moves(image: &Image) -> bool {
    !image.is_pinned() && (image.tag().is_none() || image.is_latest())
}
