//! From a space to what its templates see, and from there to its files.

use minijinja::Error;
use serde::Serialize;

use super::app::dns;
use super::view::Dns;
use crate::render::plan::Manifest;
use crate::spec::Space;
use crate::spec::space::{PolicyVersion, Quota, QuotaPreset, Role};
use crate::template;

#[derive(Debug, Serialize)]
struct SpaceView {
    name: String,
    owner: Option<String>,
    level: &'static str,
    policy_version: String,
    quota: QuotaView,
    limits: LimitsView,
    dns: Dns,
    allow_within: bool,
    roles: Vec<RoleView>,
    registries_expression: String,
    /// Which objects are the platform's, and who may change them, in CEL.
    guard_match: String,
    guard_rule: String,
}

/// Quantities as text: in a quota they all are.
#[derive(Debug, Serialize)]
struct QuotaView {
    cpu: String,
    memory: String,
    disk: String,
    pods: String,
    claims: String,
    storage: String,
    load_balancers: String,
}

#[derive(Debug, Serialize)]
struct LimitsView {
    cpu: String,
    memory: String,
    max_memory: String,
    max_storage: String,
}

#[derive(Debug, Serialize)]
struct RoleView {
    word: &'static str,
    groups: Vec<String>,
}

/// The manifests of a space in the order in which they are best applied. The namespace's own account comes last, when the
/// control plane has made it: applied at once, the two would race.
pub fn manifests(space: &Space) -> Result<Vec<Manifest>, Error> {
    let view = view(space);
    let parts = [
        Some((0, "namespace", "space/namespace.yaml.j2")),
        Some((10, "quota", "space/quota.yaml.j2")),
        Some((10, "network-policy", "space/network-policy.yaml.j2")),
        (!view.roles.is_empty()).then_some((10, "roles", "space/roles.yaml.j2")),
        (!view.roles.is_empty()).then_some((10, "guard", "space/guard.yaml.j2")),
        (!space.registries.is_empty()).then_some((10, "registries", "space/registries.yaml.j2")),
        Some((15, "default-service-account", "space/service-account.yaml.j2")),
    ];
    let context = template::context("space", &view);
    parts
        .into_iter()
        .flatten()
        .map(|(order, name, template)| Ok(Manifest { order, name, text: template::render(template, context.clone())? }))
        .collect()
}

fn view(space: &Space) -> SpaceView {
    let release = space.target.kubernetes.0;
    let limits = &space.limits;
    SpaceView {
        name: space.name.to_string(),
        owner: space.owner.as_ref().map(|owner| owner.to_string()),
        level: space.level.value.as_str(),
        policy_version: match space.policy_version.unwrap_or(PolicyVersion::At(release)) {
            PolicyVersion::Latest => "latest".to_owned(),
            PolicyVersion::At(version) => format!("v{version}"),
        },
        quota: quota(&space.quota),
        limits: LimitsView {
            cpu: limits.cpu.canonical(),
            memory: limits.memory.canonical(),
            max_memory: limits.max_memory.canonical(),
            max_storage: limits.max_storage.canonical(),
        },
        dns: dns(&space.target),
        allow_within: space.network.allow_within,
        roles: roles(space),
        registries_expression: registries(space),
        guard_match: guarded(space),
        guard_rule: format!(
            "authorizer.group('').resource('namespaces').name('{}').check('delete').allowed()",
            space.name.as_str()
        ),
    }
}

fn quota(quota: &Quota) -> QuotaView {
    let preset = |cpu: &str, memory: &str, disk: &str, pods: &str, claims: &str, storage: &str| QuotaView {
        cpu: cpu.to_owned(),
        memory: memory.to_owned(),
        disk: disk.to_owned(),
        pods: pods.to_owned(),
        claims: claims.to_owned(),
        storage: storage.to_owned(),
        load_balancers: "0".to_owned(),
    };
    match quota {
        Quota::Preset(QuotaPreset::S) => preset("4", "8Gi", "20Gi", "20", "10", "100Gi"),
        Quota::Preset(QuotaPreset::M) => preset("16", "32Gi", "60Gi", "60", "30", "500Gi"),
        Quota::Preset(QuotaPreset::L) => preset("64", "128Gi", "200Gi", "200", "100", "2Ti"),
        Quota::Explicit(own) => QuotaView {
            cpu: own.cpu.canonical(),
            memory: own.memory.canonical(),
            disk: own.disk.canonical(),
            pods: own.pods.0.to_string(),
            claims: own.claims.0.to_string(),
            storage: own.storage.canonical(),
            load_balancers: own.load_balancers.0.to_string(),
        },
    }
}

/// One entry for each role that some team has, weakest first.
fn roles(space: &Space) -> Vec<RoleView> {
    let groups = |role: Role| -> Vec<String> {
        space.teams.iter().filter(|team| team.role == role).map(|team| team.group.to_string()).collect()
    };
    [Role::View, Role::Edit, Role::Admin]
        .into_iter()
        .map(|role| RoleView { word: role.as_str(), groups: groups(role) })
        .filter(|role| !role.groups.is_empty())
        .collect()
}

/// The objects that belong to the platform. Names of namespaces end no CEL string.
fn guarded(space: &Space) -> String {
    let name = space.name.as_str();
    let own = [format!("{name}-quota"), format!("{name}-limits")];
    let fixed = ["default-deny-all", "allow-dns", "allow-within", "team-view", "team-edit", "team-admin"];
    let names: Vec<String> = own.iter().map(String::as_str).chain(fixed).map(|name| format!("'{name}'")).collect();
    format!("oldObject.metadata.name in [{}]", names.join(", "))
}

/// The registries as a list in CEL. Their characters are those of image names, none of which ends a CEL string.
fn registries(space: &Space) -> String {
    let texts: Vec<String> = space.registries.iter().map(|registry| format!("'{}/'", registry.as_str())).collect();
    format!("[{}]", texts.join(", "))
}
