//! Overlays: kustomize makes of base and overlay what the plain rendering of the environment says.

use std::collections::BTreeMap;

use libtest_mimic::Failed;
use serde_json::Value;

use crate::Test;
use crate::kubectl::{Live, ensure};
use crate::spec::{Room, tightship};

pub const TESTS: &[Test] = &[("environments::overlays_equal_the_plain_rendering", overlays)];

fn overlays(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, "overlays", "")?;
    let scaled = "env: {A: one, B: two}\nenvironments:\n  \
        dev: {replicas: 1, env: {A: other, C: three}, size: m, image: \"busybox:1.36\"}\n  \
        prod: {replicas: {min: 3, max: 9}, size: {cpu: 200m, memory: 300Mi}, \
        route: {host: shop.example.com, via: ingress, class: nginx, namespace: edge, tls: shop-tls}}";
    let stored = "workload: statefulset\nreplicas: {min: 2, max: 4}\nstorage: [{name: data, path: /data, size: 1Gi}]\n\
        environments:\n  dev: {replicas: 1, storage: {data: {size: 2Gi}}}\n  prod: {storage: {data: {size: 50Gi}}}";
    let claimed = "replicas: 1\nstorage: [{name: data, path: /data, size: 1Gi}]\n\
        environments:\n  dev: {}\n  prod: {storage: {data: {size: 50Gi}}, env: {ONLY: prod}}";
    for (name, keys) in [("shop", scaled), ("db", stored), ("files", claimed)] {
        let out = room.render(name, &room.web(name, keys), &[])?;
        for environment in ["dev", "prod"] {
            let overlay = out.join(format!("apps/{name}/overlays/{environment}"));
            let patched = objects(&live.ok(&["kustomize", overlay.to_str().expect("UTF-8")])?)?;
            let plain = objects(&tightship(&out, &["render", "--stdout", "--env", environment])?)?;
            for (key, object) in &plain {
                ensure(patched.get(key) == Some(object), || {
                    format!("{name} {environment} {key}:\nplain    {object}\npatched  {:?}", patched.get(key))
                })?;
            }
            ensure(patched.len() == plain.len(), || format!("{name} {environment}: {:?}", patched.keys()))?;
        }
    }
    Ok(())
}

/// The objects of a stream by kind and name.
fn objects(stream: &str) -> Result<BTreeMap<String, Value>, Failed> {
    let mut objects = BTreeMap::new();
    for document in tightship::internals::yaml::parse(stream).documents {
        let Some(root) = document.root() else { continue };
        let object = root.to_json().map_err(|error| error.to_string())?;
        objects.insert(format!("{}/{}", object["kind"], object["metadata"]["name"]), object);
    }
    Ok(objects)
}
