//! `ValidatePersistentVolumeSpec`.

use super::{affinity, persistent_volume_claim, volume};
use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, at, format};

/// The types of volumes, in the order in which upstream counts them.
const TYPES: [&str; 22] = [
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "glusterfs",
    "flocker",
    "nfs",
    "rbd",
    "quobyte",
    "cephfs",
    "iscsi",
    "cinder",
    "fc",
    "flexVolume",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "scaleIO",
    "local",
    "storageos",
    "csi",
];

/// References to Secrets of a CSI volume.
const SECRETS: [&str; 4] =
    ["controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef", "nodeExpandSecretRef"];

/// `ValidatePersistentVolumeSpec`.
pub(super) fn validate_persistent_volume<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(spec) = root.get("spec") else { return };
    let names = ["accessModes", "capacity", "nodeAffinity", "persistentVolumeReclaimPolicy", "storageClassName"];
    let [modes, capacity, affinity, reclaim, class] = spec.fields(names);
    if let Some(modes) = modes {
        persistent_volume_claim::validate_access_modes(modes, errors);
    }
    if let Some(capacity) = capacity {
        validate_capacity(capacity, errors);
    }
    if let Some(required) = affinity.and_then(|affinity| affinity.get("required")) {
        affinity::validate_node_selector(required, errors);
    }
    if let Some(class) = class {
        errors.check(class, format::name(NameRule::Dns1123Subdomain));
    }
    let mut there = spec.present(TYPES);
    let Some(first) = there.next() else { return errors.required(spec, "csi", "a volume has one type") };
    for second in there {
        errors.conflict(second, "may not be set: a volume has one type", Some(first), "the first type");
    }
    match first.name() {
        "hostPath" => {
            volume::validate_host_path(first, errors);
            if at::text(reclaim) == Some("Recycle")
                && first.text("path") == Some("/")
                && let Some(reclaim) = reclaim
            {
                errors.conflict(reclaim, "may not be `Recycle` for the root of a node", first.get("path"), "the path");
            }
        }
        "local" => {
            volume::validate_host_path(first, errors);
            if affinity.is_none() {
                errors.required(spec, "nodeAffinity", "a local volume is on one node");
            }
        }
        "csi" => {
            if let Some(driver) = first.get("driver") {
                volume::validate_csi_driver_name(driver, errors);
            }
            for secret in first.present(SECRETS) {
                for field in ["name", "namespace"] {
                    if secret.text(field).is_none() {
                        errors.required(secret, if field == "name" { "name" } else { "namespace" }, "");
                    }
                }
            }
        }
        "nfs" => {
            if let Some(path) = first.get("path") {
                errors.check(path, format::absolute_path);
            }
        }
        _ => {}
    }
}

fn validate_capacity<'d, 's>(capacity: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for entry in capacity.entries() {
        if entry.name() != "storage" {
            errors.invalid_at(capacity, entry, "holds `storage` only");
        } else if entry.quantity().is_some_and(|it| it.is_zero() || it.is_negative()) {
            errors.invalid(entry, "must be more than 0");
        }
    }
    if capacity.get("storage").is_none() && capacity.entries().next().is_none() {
        errors.required(capacity, "storage", "");
    }
}
