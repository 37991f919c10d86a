//! `validatePodSpecSecurityContext` and `ValidateSecurityContext`.

use super::context::Pod;
use crate::k8s::validation::{At, Errors, Seen, at, format};

/// The highest user and group.
const MOST_ID: i128 = i32::MAX as i128;

/// `validatePodSpecSecurityContext`.
pub(super) fn validate_pod_security_context<'d, 's>(
    context: At<'d, 's>,
    spec: At<'d, 's>,
    pod: &Pod<'d, 's>,
    errors: &mut Errors<'d, 's>,
) {
    let names =
        ["supplementalGroups", "sysctls", "seccompProfile", "appArmorProfile", "windowsOptions", "fsGroupChangePolicy"];
    let [groups, sysctls, seccomp, app_armor, windows, change] = context.fields(names);
    for group in groups.into_iter().flat_map(At::items) {
        if group.int().is_some_and(|number| !(0..=MOST_ID).contains(&number)) {
            errors.invalid(group, "must be 0 to 2147483647");
        }
    }
    let host_ipc = spec.get("hostIPC");
    for sysctl in sysctls.into_iter().flat_map(At::items) {
        validate_sysctl(sysctl, pod.host_network, at::is_true(host_ipc), errors);
    }
    if let Some(sysctls) = sysctls {
        validate_sysctls_once(sysctls, errors);
    }
    if let Some(change) = change.filter(|change| !matches!(change.str(), Some("OnRootMismatch" | "Always"))) {
        errors.not_supported(change, &["Always", "OnRootMismatch"]);
    }
    validate_profiles(seccomp, app_armor, errors);
    if let Some(windows) = windows {
        validate_windows_options(windows, errors);
    }
}

/// The part of `validatePodSpecSecurityContext` that needs no security context.
pub(super) fn validate_share_process_namespace<'d, 's>(spec: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [share, host_pid] = spec.fields(["shareProcessNamespace", "hostPID"]);
    if let Some(share) = share.filter(|share| share.is_true() && at::is_true(host_pid)) {
        errors.conflict(share, "may not be true beside `hostPID`", host_pid, "the processes of the node");
    }
}

/// `ValidateSecurityContext`, of a container.
pub(super) fn validate_security_context<'d, 's>(context: At<'d, 's>, pod: &Pod<'d, 's>, errors: &mut Errors<'d, 's>) {
    let names = [
        "privileged",
        "procMount",
        "seccompProfile",
        "appArmorProfile",
        "allowPrivilegeEscalation",
        "capabilities",
        "windowsOptions",
    ];
    let [privileged, proc_mount, seccomp, app_armor, escalation, capabilities, windows] = context.fields(names);
    if let Some(proc_mount) = proc_mount {
        if !matches!(proc_mount.any_str(), None | Some("Default" | "Unmasked")) {
            errors.not_supported(proc_mount, &["Default", "Unmasked"]);
        } else if pod.host_users && proc_mount.str() == Some("Unmasked") {
            errors.invalid(proc_mount, "can be `Unmasked` only while `hostUsers` of the pod is false");
        }
    }
    validate_profiles(seccomp, app_armor, errors);
    if let Some(no) = escalation.filter(|escalation| escalation.node.as_bool() == Some(false)) {
        let why = "cannot have `allowPrivilegeEscalation: false` beside what has all privileges";
        if at::is_true(privileged) {
            errors.crowded(context, no, why);
        }
        let added = capabilities.into_iter().flat_map(|capabilities| capabilities.each("add"));
        if added.filter_map(At::str).any(|name| name == "CAP_SYS_ADMIN") {
            errors.crowded(context, no, why);
        }
    }
    if let Some(windows) = windows {
        validate_windows_options(windows, errors);
    }
}

fn validate_profiles<'d, 's>(seccomp: Option<At<'d, 's>>, app_armor: Option<At<'d, 's>>, errors: &mut Errors<'d, 's>) {
    if let Some(profile) = seccomp {
        validate_local_profile(profile, format::descending_path, errors);
    }
    if let Some(profile) = app_armor {
        validate_local_profile(profile, app_armor_name, errors);
    }
}

/// `ValidateAppArmorProfileField`, its name.
fn app_armor_name(text: &str) -> format::Check {
    if text.trim() != text {
        return Err("must not begin or end with a space".to_owned());
    }
    if text.len() > 4095 { Err("is longer than 4095 characters".to_owned()) } else { Ok(()) }
}

/// `validateSeccompProfileField` and `ValidateAppArmorProfileField`: a local profile has a name, and no other has one.
fn validate_local_profile<'d, 's>(profile: At<'d, 's>, check: fn(&str) -> format::Check, errors: &mut Errors<'d, 's>) {
    let [ty, local] = profile.fields(["type", "localhostProfile"]);
    // an empty path of seccomp passes, that of AppArmor does not
    let local = local.filter(|local| profile.name() == "seccompProfile" || !local.is_empty());
    match (at::text(ty), local) {
        (Some("Localhost"), None) => {
            errors.required(profile, "localhostProfile", "`type: Localhost` means a file of the node");
        }
        (Some("Localhost"), Some(local)) => errors.check(local, check),
        (Some("RuntimeDefault" | "Unconfined"), Some(local)) => {
            errors.conflict(local, "may be set beside `type: Localhost` only", ty, "the type");
        }
        _ => {}
    }
}

/// `validateSysctls`, for one.
fn validate_sysctl<'d, 's>(sysctl: At<'d, 's>, network: bool, ipc: bool, errors: &mut Errors<'d, 's>) {
    let Some(name) = sysctl.get("name") else { return };
    let Some(text) = name.str() else { return };
    let dotted = text.replace('/', ".");
    if text.len() > 253 || !text.split(['.', '/']).all(is_sysctl_part) {
        errors.invalid(name, "is no sysctl, such as `net.core.somaxconn`");
    } else if network && dotted.starts_with("net.") {
        errors.conflict(name, "may not be set while `hostNetwork` is true", None, "");
    } else if ipc && is_ipc(&dotted) {
        errors.conflict(name, "may not be set while `hostIPC` is true", None, "");
    }
}

/// A part of `sysctlContainSlashRegexp`.
fn is_sysctl_part(part: &str) -> bool {
    let is_end = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    is_end(part.bytes().next()) && is_end(part.bytes().next_back()) && part.bytes().all(is_inner)
}

/// `GetNamespace` of `pkg/util/sysctl`.
fn is_ipc(name: &str) -> bool {
    name == "kernel.sem"
        || name.starts_with("kernel.shm")
        || name.starts_with("kernel.msg")
        || name.starts_with("fs.mqueue.")
}

fn validate_sysctls_once<'d, 's>(sysctls: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let mut seen = Seen::default();
    for name in sysctls.items().filter_map(|sysctl| sysctl.get("name")).filter(|name| name.str().is_some()) {
        if let Some(first) = seen.before(name.str(), name) {
            errors.duplicate(name, "is set twice", first);
        }
    }
}

/// `validateWindowsSecurityContextOptions`, the parts that depend on nothing but lengths.
fn validate_windows_options<'d, 's>(options: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [spec, user] = options.fields(["gmsaCredentialSpec", "runAsUserName"]);
    if let Some(spec) = spec {
        match spec.any_str().map(str::len) {
            Some(0) => errors.invalid(spec, "is empty"),
            Some(length) if length > 64 * 1024 => errors.invalid(spec, "is longer than 64 KiB"),
            _ => {}
        }
    }
    let Some(user) = user else { return };
    let Some(text) = user.any_str() else { return };
    let name = text.rsplit('\\').next().unwrap_or_default();
    let refused = if text.is_empty() || name.is_empty() {
        "names no user"
    } else if text.split('\\').count() > 2 {
        "has more than one backslash"
    } else if name.len() > 104 || text.len() - name.len() > 256 {
        "is too long"
    } else if text.chars().any(char::is_control) || name.chars().any(|c| "\"/:;|=,+*?<>@[]".contains(c)) {
        "has a character that no user's name has"
    } else if name.chars().all(|c| matches!(c, '.' | ' ')) {
        "is nothing but dots and spaces"
    } else {
        return;
    };
    errors.invalid(user, refused);
}
