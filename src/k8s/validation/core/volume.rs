//! `ValidateVolumes`, `ValidateVolumeMounts` and `ValidateVolumeDevices`.

use std::collections::HashMap;

use super::context::Pod;
use super::{persistent_volume_claim, projected};
use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, Seen, at, format};

/// The types of volumes, in the order in which upstream counts them.
const TYPES: [&str; 30] = [
    "emptyDir",
    "hostPath",
    "gitRepo",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "secret",
    "nfs",
    "iscsi",
    "glusterfs",
    "flocker",
    "persistentVolumeClaim",
    "rbd",
    "cinder",
    "cephfs",
    "quobyte",
    "downwardAPI",
    "fc",
    "flexVolume",
    "configMap",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "storageos",
    "projected",
    "scaleIO",
    "csi",
    "ephemeral",
    "image",
];

/// `ValidateVolumes`; gives the volumes by name. Two of one name are a matter of the rule `duplicate-name`.
pub(super) fn validate_volumes<'d, 's>(
    volumes: Option<At<'d, 's>>,
    pod: &Pod<'d, 's>,
    errors: &mut Errors<'d, 's>,
) -> HashMap<&'d str, At<'d, 's>> {
    // a claim template takes the place of a volume of its name
    let replaced = |volume: &At<'d, 's>| volume.text("name").is_some_and(|name| pod.templates.contains(name));
    let mut named = HashMap::new();
    for volume in volumes.into_iter().flat_map(At::items).filter(|volume| !replaced(volume)) {
        validate_volume_source(volume, pod, errors);
        if let Some(name) = volume.text("name") {
            named.entry(name).or_insert(volume);
        }
    }
    named
}

/// The name of a claim template.
pub(super) fn claim_name<'d>(claim: At<'d, '_>) -> Option<&'d str> {
    claim.path(&["metadata", "name"]).and_then(At::str)
}

/// `validateVolumeSource`. Of several types the first is looked at, and each further one is too many.
fn validate_volume_source<'d, 's>(volume: At<'d, 's>, pod: &Pod<'d, 's>, errors: &mut Errors<'d, 's>) {
    let mut there = volume.present(TYPES);
    let Some(first) = there.next() else {
        // the server makes an empty directory of what says nothing but a name
        return;
    };
    for second in there {
        errors.conflict(second, "may not be set: a volume has one type", Some(first), "the first type");
    }
    let needs_reference = if pod.owner.is_pod { 35 } else { 37 };
    match first.name() {
        "emptyDir" => {
            if let Some(limit) =
                first.get("sizeLimit").filter(|limit| limit.quantity().is_some_and(|it| it.is_negative()))
            {
                errors.invalid(limit, "must be 0 or more");
            }
        }
        "hostPath" => validate_host_path(first, errors),
        "secret" | "configMap" => projected::validate_keys_to_paths(first, errors),
        "nfs" => {
            if let Some(path) = first.get("path") {
                errors.check(path, format::absolute_path);
            }
        }
        "downwardAPI" => {
            for file in first.each("items") {
                projected::validate_downward_api_file(file, errors);
            }
        }
        "projected" => projected::validate_projected(first, errors),
        "csi" => validate_csi(first, errors),
        "ephemeral" => {
            if let Some(spec) = first.path(&["volumeClaimTemplate", "spec"]) {
                persistent_volume_claim::validate_persistent_volume_claim_spec(spec, errors);
            }
        }
        // behind the gate ImageVolume before, and optional in templates
        "image" if first.text("reference").is_none() && errors.version.minor() >= needs_reference => {
            errors.required(first, "reference", "");
        }
        "iscsi" => validate_iscsi(first, errors),
        "fc" => validate_fc(first, errors),
        _ => {}
    }
}

/// `validateISCSIVolumeSource`.
fn validate_iscsi<'d, 's>(source: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let names = ["iqn", "initiatorName", "lun", "chapAuthDiscovery", "chapAuthSession", "secretRef"];
    let [name, initiator, lun, discovery, session, secret] = source.fields(names);
    for name in [name, initiator].into_iter().flatten() {
        errors.check(name, |text| {
            let begins = ["iqn", "eui", "naa"].iter().any(|kind| text.starts_with(kind));
            if begins { Ok(()) } else { Err("must begin with `iqn`, `eui` or `naa`".to_owned()) }
        });
    }
    if let Some(lun) = lun.filter(|lun| lun.int().is_some_and(|number| !(0..=255).contains(&number))) {
        errors.invalid(lun, "must be 0 to 255");
    }
    if (at::is_true(discovery) || at::is_true(session)) && secret.is_none() {
        errors.required(source, "secretRef", "to log in takes a secret");
    }
}

/// `validateFCVolumeSource`.
fn validate_fc<'d, 's>(source: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [names, ids, lun] = source.fields(["targetWWNs", "wwids", "lun"]);
    let some = |list: Option<At<'d, 's>>| list.filter(|list| !list.is_empty());
    match (some(names), some(ids)) {
        (None, None) => errors.required(source, "targetWWNs", "or `wwids`"),
        (Some(names), Some(_)) => errors.conflict(names, "may not be set beside `wwids`", ids, "the other"),
        (Some(_), None) if lun.is_none() => errors.required(source, "lun", "of the targets"),
        _ => {}
    }
    if let Some(lun) = lun.filter(|lun| lun.int().is_some_and(|number| !(0..=255).contains(&number))) {
        errors.invalid(lun, "must be 0 to 255");
    }
}

/// `validateHostPathVolumeSource`.
pub(super) fn validate_host_path<'d, 's>(source: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if let Some(path) = source.get("path") {
        errors.check(path, format::no_backsteps);
    }
}

/// `validateCSIVolumeSource`.
fn validate_csi<'d, 's>(source: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if let Some(driver) = source.get("driver") {
        validate_csi_driver_name(driver, errors);
    }
    if let Some(secret) = source.get("nodePublishSecretRef")
        && secret.text("name").is_none()
    {
        errors.required(secret, "name", "");
    }
}

/// `ValidateCSIDriverName`.
pub(super) fn validate_csi_driver_name<'d, 's>(driver: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    errors.check(driver, |text| {
        if text.len() > 63 {
            return Err("is longer than 63 characters".to_owned());
        }
        format::name(NameRule::Dns1123Subdomain)(&text.to_ascii_lowercase())
    });
}

/// `ValidateVolumeMounts`. Volumes that are not there are a matter of the rule `unknown-volume`, and paths that are there twice
/// of `duplicate-name`. Upstream leaves the number of the mount out of some paths; these have it.
pub(super) fn validate_volume_mounts<'d, 's>(
    mounts: At<'d, 's>,
    devices: Option<At<'d, 's>>,
    privileged: bool,
    errors: &mut Errors<'d, 's>,
) {
    for mount in mounts.items() {
        let names =
            ["subPath", "subPathExpr", "mountPropagation", "recursiveReadOnly", "readOnly", "name", "mountPath"];
        let [sub, expr, propagation, recursive, read_only, name, path] = mount.fields(names);
        if let Some(devices) = devices {
            validate_beside_devices(name, path, devices, errors);
        }
        if let Some(sub) = sub {
            errors.check(sub, format::descending_path);
        }
        if let Some(expr) = expr.filter(|expr| expr.str().is_some()) {
            if at::text(sub).is_some() {
                errors.conflict(expr, "may not be set beside `subPath`", sub, "the path");
            }
            errors.check(expr, format::descending_path);
        }
        if let Some(propagation) = propagation {
            if !matches!(propagation.any_str(), None | Some("None" | "HostToContainer" | "Bidirectional")) {
                errors.not_supported(propagation, &["Bidirectional", "HostToContainer", "None"]);
            } else if propagation.str() == Some("Bidirectional") && !privileged {
                errors.forbidden(propagation, "can be `Bidirectional` in a privileged container only");
            }
        }
        if let Some(recursive) = recursive {
            validate_recursive_read_only(recursive, read_only, propagation, errors);
        }
    }
}

fn validate_beside_devices<'d, 's>(
    name: Option<At<'d, 's>>,
    path: Option<At<'d, 's>>,
    devices: At<'d, 's>,
    errors: &mut Errors<'d, 's>,
) {
    for device in devices.items() {
        for (own, other) in [(name, device.get("name")), (path, device.get("devicePath"))] {
            if let Some(own) = own.filter(|own| own.str().is_some() && own.str() == at::text(other)) {
                errors.conflict(own, "is a device of the container already", other, "the device");
            }
        }
    }
}

/// `validateMountRecursiveReadOnly`.
fn validate_recursive_read_only<'d, 's>(
    recursive: At<'d, 's>,
    read_only: Option<At<'d, 's>>,
    propagation: Option<At<'d, 's>>,
    errors: &mut Errors<'d, 's>,
) {
    match recursive.any_str() {
        Some("Enabled" | "IfPossible") => {
            if !at::is_true(read_only) {
                errors.conflict(recursive, "needs `readOnly: true`", read_only, "not read-only");
            }
            if propagation.is_some_and(|it| it.any_str() != Some("None")) {
                errors.conflict(recursive, "may not be set beside a propagation", propagation, "the propagation");
            }
        }
        Some("Disabled") | None => {}
        Some(_) => errors.not_supported(recursive, &["Disabled", "Enabled", "IfPossible"]),
    }
}

/// `ValidateVolumeDevices`.
pub(super) fn validate_volume_devices<'d, 's>(devices: At<'d, 's>, pod: &Pod<'d, 's>, errors: &mut Errors<'d, 's>) {
    let (mut names, mut paths) = (Seen::default(), Seen::default());
    for device in devices.items() {
        let [name, path] = device.fields(["name", "devicePath"]);
        if let Some(path) = path {
            errors.check(path, format::no_backsteps);
        }
        for (own, seen) in [(name, &mut names), (path, &mut paths)] {
            let Some(own) = own.filter(|own| own.str().is_some()) else { continue };
            if let Some(first) = seen.before(own.str(), own) {
                errors.duplicate(own, "is there twice", first);
            }
        }
        let Some(name) = name else { continue };
        let Some(text) = name.str() else { continue };
        match pod.volumes.get(text) {
            _ if pod.templates.contains(text) => {}
            None => errors.not_found(name, format!("names the volume `{text}`, which the pod does not have")),
            Some(volume) if volume.present(["persistentVolumeClaim", "ephemeral"]).next().is_none() => {
                errors.invalid(name, "must name a volume of the type `persistentVolumeClaim` or `ephemeral`");
            }
            Some(_) => {}
        }
    }
}
