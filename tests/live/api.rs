//! Apps that use the Kubernetes API: just what they list, with a token that expires.

use libtest_mimic::Failed;

use crate::Test;
use crate::kubectl::{Live, ensure, eventually};
use crate::spec::Room;

pub const TESTS: &[Test] = &[("api::just_what_is_listed", just_what_is_listed)];

fn just_what_is_listed(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, "api", "")?;
    let path = "jsonpath={.items[0].endpoints[0].addresses[0]}";
    let address = live.ok(&[
        "-n",
        "default",
        "get",
        "endpointslices",
        "-l",
        "kubernetes.io/service-name=kubernetes",
        "-o",
        path,
    ])?;
    let keys = "replicas: 1\napi: [{resource: configmaps, names: [settings], verbs: [get]}]";
    let own = format!("target: {{kubernetes: \"{0}\", platform: kind}}", live.release());
    let with_server = format!(
        "target: {{kubernetes: \"{0}\", platform: kind, apiServer: {{cidrs: [\"{address}/32\"]}}}}",
        live.release()
    );
    room.apply(&[room.web("reader", keys).replace(&own, &with_server), room.web("other", "replicas: 1")])?;
    live.wait_for_rollout(&room.name, "deployment/reader")?;
    live.wait_for_rollout(&room.name, "deployment/other")?;

    let account = format!("--as=system:serviceaccount:{}:reader", room.name);
    let may = |what: &[&str]| live.can_i(&room.name, &[&account], what);
    ensure(may(&["get", "configmap/settings"])?, || "the app may not read what it lists".to_owned())?;
    for beyond in [["get", "configmap/other"], ["list", "configmaps"], ["get", "secrets"], ["create", "pods"]] {
        ensure(!may(&beyond)?, || format!("the app may {}", beyond.join(" ")))?;
    }

    let folder = "/var/run/secrets/kubernetes.io/serviceaccount";
    let token = live.exec(&room.name, "deployment/reader", "app", &format!("cat {folder}/token"));
    let lifetime = lifetime(token.stdout.trim())?;
    ensure((3000..=4000).contains(&lifetime), || format!("the token lives for {lifetime} seconds"))?;
    let rest = live.exec(
        &room.name,
        "deployment/reader",
        "app",
        &format!("cat {folder}/namespace && test -s {folder}/ca.crt"),
    );
    ensure(rest.ok && rest.stdout == room.name, || format!("{}{}", rest.stdout, rest.stderr))?;

    let connect = |app: &str| {
        live.exec(&room.name, &format!("deployment/{app}"), "app", &format!("timeout 3 nc {address} 6443 </dev/null"))
            .ok
    };
    eventually("the app reaches the API server", || Ok(connect("reader")))?;
    ensure(!connect("other"), || "an app without `api` reaches the API server".to_owned())
}

/// Seconds between the times of issue and expiry in a token.
fn lifetime(token: &str) -> Result<i64, Failed> {
    let payload = token.split('.').nth(1).ok_or("no token")?;
    let claims: serde_json::Value = serde_json::from_slice(&base64url(payload))?;
    let time = |key: &str| claims[key].as_i64().unwrap_or_default();
    Ok(time("exp") - time("iat"))
}

fn base64url(text: &str) -> Vec<u8> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits = text.chars().filter_map(|character| ALPHABET.find(character));
    let bits: Vec<usize> = bits.flat_map(|value| (0..6).rev().map(move |bit| value >> bit & 1)).collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |value, bit| value << 1 | u8::from(*bit == 1))).collect()
}
