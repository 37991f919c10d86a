//! What etcd stores: its JSON gateway, asked by the curl of the node with etcd's own certificate.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::objects::{items, text};
use super::text::short;
use crate::client::{Method, Request, url};
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::Etcd;
use crate::lab::verdict::CheckResult;

/// The most values that are read.
const LIMIT: u32 = 200;
/// What the value of the canary is, and is not stored as.
const CANARY: &str = "a canary of tightship";

pub(super) fn evaluate(spec: &Etcd, context: &CheckContext<'_>) -> CheckResult {
    look(spec, context).unwrap_or_else(|result| result)
}

/// A value with its key.
struct Stored {
    key: String,
    value: Vec<u8>,
}

fn look(spec: &Etcd, context: &CheckContext<'_>) -> Result<CheckResult, CheckResult> {
    if spec.prefix.is_none() && spec.not_contains.is_none() {
        return Err(CheckResult::error("the check says neither how values begin nor what they do not contain"));
    }
    match (spec.canary, &spec.key) {
        (true, None) => {
            let canary = Canary::new(context)?;
            let stored = read(context, &canary.key)?;
            Ok(all(spec, &canary.key, &stored))
        }
        (false, Some(key)) => Ok(all(spec, key, &read(context, key)?)),
        _ => Err(CheckResult::error("the check looks either at a canary or at a key")),
    }
}

/// A Secret that is only made to see how it is stored. It is deleted when this is dropped.
struct Canary<'s> {
    context: &'s CheckContext<'s>,
    path: String,
    key: String,
}

impl<'s> Canary<'s> {
    fn new(context: &'s CheckContext<'s>) -> Result<Self, CheckResult> {
        let namespace = context.names.ns.values().next();
        let namespace = namespace.ok_or_else(|| CheckResult::error("the lab has no namespace for a canary"))?;
        let name = format!("tightship-canary-{}", super::text::nonce()?);
        let secrets = format!("/api/v1/namespaces/{}/secrets", url::segment(namespace));
        let secret = json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name},
            "stringData": {"canary": CANARY},
        });
        let response = context.api.request(&Request::new(Method::Post, &secrets).with(secret))?;
        if !response.is_success() {
            return Err(CheckResult::error(format!("no canary can be made: {}", short(&response.message()))));
        }
        Ok(Self { context, path: format!("{secrets}/{name}"), key: format!("/registry/secrets/{namespace}/{name}") })
    }
}

impl Drop for Canary<'_> {
    fn drop(&mut self) {
        // it goes with its namespace at the latest
        let _ = self.context.api.request(&Request::new(Method::Delete, &self.path));
    }
}

/// The values of the keys that begin so.
fn read(context: &CheckContext<'_>, key: &str) -> Result<Vec<Stored>, CheckResult> {
    if !key.starts_with('/') || key.len() < 2 {
        return Err(CheckResult::error(format!("`{key}` is not a key of etcd, such as `/registry/secrets/`")));
    }
    let encode = |bytes: &[u8]| BASE64_STANDARD.encode(bytes);
    let question =
        json!({"key": encode(key.as_bytes()), "range_end": encode(&end_of(key)), "limit": LIMIT.to_string()});
    let ended = context.api.node(
        &[
            "curl",
            "--silent",
            "--show-error",
            "--noproxy",
            "*",
            "--max-time",
            "10",
            "--cacert",
            "/etc/kubernetes/pki/etcd/ca.crt",
            "--cert",
            "/etc/kubernetes/pki/etcd/server.crt",
            "--key",
            "/etc/kubernetes/pki/etcd/server.key",
            "--data",
            "@-",
            "https://127.0.0.1:2379/v3/kv/range",
        ],
        question.to_string().as_bytes(),
    )?;
    if ended.exit != 0 {
        return Err(CheckResult::error(format!("etcd does not answer: {}", short(&ended.stderr))));
    }
    let odd = || CheckResult::error(format!("etcd says {}", short(&ended.stdout)));
    let answer: Value = serde_json::from_str(&ended.stdout).map_err(|_| odd())?;
    if answer.get("header").is_none() {
        return Err(odd());
    }
    let stored = items(&answer, "/kvs").iter().map(|pair| {
        Some(Stored {
            key: String::from_utf8_lossy(&BASE64_STANDARD.decode(text(pair, "/key")).ok()?).into_owned(),
            value: BASE64_STANDARD.decode(text(pair, "/value")).ok()?,
        })
    });
    stored.collect::<Option<_>>().ok_or_else(odd)
}

/// The first key after all that begin so.
fn end_of(key: &str) -> Vec<u8> {
    let mut end = key.as_bytes().to_vec();
    if let Some(last) = end.last_mut() {
        // no byte of UTF-8 is the highest one
        *last = last.saturating_add(1);
    }
    end
}

fn all(spec: &Etcd, key: &str, stored: &[Stored]) -> CheckResult {
    let Some(first) = stored.first() else { return CheckResult::nothing(format!("etcd has nothing at {key}")) };
    for Stored { key, value } in stored {
        if let Some(prefix) = spec.prefix.as_ref().filter(|prefix| !value.starts_with(prefix.as_bytes())) {
            return CheckResult::fail(format!("{key} is stored as `{}`, not as `{prefix}`", beginning(value)));
        }
        if let Some(unwanted) = spec.not_contains.as_ref().filter(|text| contains(value, text.as_bytes())) {
            return CheckResult::fail(format!("{key} is stored with `{}` in it", short(unwanted)));
        }
    }
    CheckResult::pass(format!("{} of {}, all stored as `{}`", stored.len(), short(key), beginning(&first.value)))
}

fn contains(value: &[u8], text: &[u8]) -> bool {
    text.is_empty() || value.windows(text.len()).any(|window| window == text)
}

/// How a value begins, as far as it is text.
fn beginning(value: &[u8]) -> String {
    let text: String = value.iter().take(32).map(|byte| char::from(*byte)).collect();
    let is_text = |char: &char| char.is_ascii_graphic() || *char == ' ';
    text.chars().take_while(is_text).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use serde_json::{Value, json};

    use super::end_of;
    use crate::client::{Ended, Method, Response};
    use crate::lab::check::recorded::{Fixture, Recorded, SHOP};
    use crate::lab::verdict::{CheckResult, Verdict};

    const CLEAR: &[u8] = b"k8s\x00\x0a\x0c\x0a\x02v1\x12\x06Secret\x00password";
    const SEALED: &[u8] = b"k8s:enc:secretbox:v1:k1:\x8f\x00\xff";

    fn etcd(stored: &[(&str, &[u8])]) -> Recorded {
        let pairs: Vec<Value> = stored
            .iter()
            .map(|(key, value)| json!({"key": BASE64_STANDARD.encode(key), "value": BASE64_STANDARD.encode(value)}))
            .collect();
        let answer = json!({"header": {"revision": "9"}, "kvs": pairs, "count": pairs.len().to_string()});
        says(0, &answer.to_string(), "")
    }

    fn says(exit: i32, stdout: &str, stderr: &str) -> Recorded {
        let ended = Ended { exit, stdout: stdout.to_owned(), stderr: stderr.to_owned() };
        Recorded::new().when_node(move |argv| {
            let is_meant = argv.first()? == "curl" && argv.last()?.ends_with(":2379/v3/kv/range");
            is_meant.then(|| ended.clone())
        })
    }

    fn evaluate(api: &Recorded, check: &str) -> CheckResult {
        Fixture::new().evaluate(api, &format!("etcd: {{{check}}}"))
    }

    const KEY: &str = "key: /registry/secrets/shop/, prefix: 'k8s:enc:secretbox'";

    #[test]
    fn every_value_must_be_sealed() {
        let sealed = etcd(&[("/registry/secrets/shop/a", SEALED), ("/registry/secrets/shop/b", SEALED)]);
        assert_eq!(
            evaluate(&sealed, KEY),
            CheckResult::pass("2 of /registry/secrets/shop/, all stored as `k8s:enc:secretbox:v1:k1:`")
        );
        let one = etcd(&[("/registry/secrets/shop/a", SEALED), ("/registry/secrets/shop/b", CLEAR)]);
        assert_eq!(
            evaluate(&one, KEY),
            CheckResult::fail("/registry/secrets/shop/b is stored as `k8s`, not as `k8s:enc:secretbox`")
        );
    }

    #[test]
    fn no_value_may_contain_the_secret() {
        let check = "key: /registry/secrets/shop/a, not_contains: password";
        assert_eq!(evaluate(&etcd(&[("/registry/secrets/shop/a", SEALED)]), check).verdict, Verdict::Pass);
        let result = evaluate(&etcd(&[("/registry/secrets/shop/a", CLEAR)]), check);
        assert_eq!(result, CheckResult::fail("/registry/secrets/shop/a is stored with `password` in it"));
    }

    #[test]
    fn without_a_key_nothing_is_proved() {
        let result = evaluate(&etcd(&[]), KEY);
        assert_eq!(result, CheckResult::nothing("etcd has nothing at /registry/secrets/shop/"));
        // an empty list is left out of the answer
        let result = evaluate(&says(0, "{\"header\": {}}", ""), KEY);
        assert_eq!((result.verdict, result.nothing), (Verdict::Fail, true));
    }

    #[test]
    fn a_canary_is_made_looked_at_and_deleted() {
        let canary = |value: &'static [u8]| {
            let name = Arc::new(Mutex::new(String::new()));
            let key = Arc::clone(&name);
            let secrets = format!("/api/v1/namespaces/{SHOP}/secrets");
            let made = secrets.clone();
            Recorded::new()
                .when(move |request| {
                    let is_meant = request.method == Method::Post && request.path == made;
                    let body = request.body.as_ref().filter(|_| is_meant)?;
                    *name.lock().unwrap() = body["metadata"]["name"].as_str()?.to_owned();
                    Some(Response { status: 201, body: body.to_string(), warnings: Vec::new() })
                })
                .when(move |request| {
                    let is_meant = request.method == Method::Delete && request.path.starts_with(&secrets);
                    is_meant.then(|| Response { status: 200, body: "{}".to_owned(), warnings: Vec::new() })
                })
                .when_node(move |_| {
                    let key = format!("/registry/secrets/{SHOP}/{}", key.lock().unwrap());
                    let pair = json!({"key": BASE64_STANDARD.encode(key), "value": BASE64_STANDARD.encode(value)});
                    let answer = json!({"header": {}, "kvs": [pair]});
                    Some(Ended { stdout: answer.to_string(), ..Ended::default() })
                })
        };
        for (value, verdict) in [(SEALED, Verdict::Pass), (CLEAR, Verdict::Fail)] {
            let api = canary(value);
            assert_eq!(evaluate(&api, "canary: true, prefix: 'k8s:enc:'").verdict, verdict);
            let asked: Vec<Method> = api.asked().iter().map(|request| request.method).collect();
            assert_eq!(asked, [Method::Post, Method::Delete]);
        }
        let refused = Recorded::new().reply(
            Method::Post,
            &format!("/api/v1/namespaces/{SHOP}/secrets"),
            500,
            json!({"message": "no"}),
        );
        assert_eq!(evaluate(&refused, "canary: true, prefix: a"), CheckResult::error("no canary can be made: no"));
    }

    #[test]
    fn etcd_that_does_not_answer_is_an_error() {
        assert_eq!(
            evaluate(&says(7, "", "curl: (7) refused"), KEY),
            CheckResult::error("etcd does not answer: curl: (7) refused")
        );
        let refusal = "{\"error\": \"etcdserver: permission denied\", \"code\": 7}";
        assert_eq!(evaluate(&says(0, refusal, ""), KEY).verdict, Verdict::Error);
        assert_eq!(evaluate(&Recorded::down(), KEY).verdict, Verdict::Error);
        for check in ["canary: true", "canary: true, key: /a, prefix: b", "prefix: a", "key: a, prefix: b"] {
            assert_eq!(evaluate(&Recorded::new(), check).verdict, Verdict::Error, "{check}");
        }
    }

    #[test]
    fn a_beginning_has_an_end() {
        assert_eq!(end_of("/registry/secrets/"), b"/registry/secrets0");
    }
}
