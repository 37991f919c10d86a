//! Where a container may have a token of a service account: volumes and variables of its own choice.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::objects::{self, items, text};
use crate::lab::check_context::CheckContext;
use crate::lab::verdict::CheckResult;

/// Whoever may have a token at a place of its own choice.
pub(super) struct Holder<'h, 's> {
    pub(super) shown: String,
    pub(super) namespace: &'h str,
    pub(super) context: &'h CheckContext<'s>,
}

impl Holder<'_, '_> {
    /// A token that a container has: projected, from a Secret or a `ConfigMap`, or in a variable.
    pub(super) fn has(&self, pod: &Value, spec: &Value) -> Result<Option<String>, CheckResult> {
        let (shown, volumes) = (&self.shown, items(pod, "/spec/volumes"));
        for mount in items(spec, "/volumeMounts") {
            let name = text(mount, "/name");
            let Some(volume) = volumes.iter().find(|volume| text(volume, "/name") == name) else { continue };
            let at = text(mount, "/mountPath");
            let sources = items(volume, "/projected/sources");
            if sources.iter().any(|source| source.get("serviceAccountToken").is_some()) {
                return Ok(Some(format!("{shown} has a token in {at}")));
            }
            let projected = sources.iter().flat_map(|source| {
                [("Secret", text(source, "/secret/name")), ("ConfigMap", text(source, "/configMap/name"))]
            });
            let own = [("Secret", text(volume, "/secret/secretName")), ("ConfigMap", text(volume, "/configMap/name"))];
            if let Some((kind, name)) = self.first_with_token(projected.chain(own))? {
                return Ok(Some(format!("{shown} has the token of the {kind} {name} in {at}")));
            }
        }
        let variables = items(spec, "/env");
        let by_key = variables.iter().flat_map(|variable| {
            [
                ("Secret", text(variable, "/valueFrom/secretKeyRef/name")),
                ("ConfigMap", text(variable, "/valueFrom/configMapKeyRef/name")),
            ]
        });
        let whole = items(spec, "/envFrom").iter().flat_map(|from| {
            [("Secret", text(from, "/secretRef/name")), ("ConfigMap", text(from, "/configMapRef/name"))]
        });
        if let Some((kind, name)) = self.first_with_token(by_key.chain(whole))? {
            return Ok(Some(format!("{shown} has the token of the {kind} {name} in its environment")));
        }
        let plain = variables.iter().find(|variable| has_token(text(variable, "/value")));
        Ok(plain.map(|variable| format!("{shown} has a token in the variable {}", text(variable, "/name"))))
    }

    fn first_with_token<'v>(
        &self,
        named: impl Iterator<Item = (&'static str, &'v str)>,
    ) -> Result<Option<(&'static str, &'v str)>, CheckResult> {
        for (kind, name) in named.filter(|(_, name)| !name.is_empty()) {
            if self.holds_token(kind, name)? {
                return Ok(Some((kind, name)));
            }
        }
        Ok(None)
    }

    /// Whether a Secret or `ConfigMap` holds a token of a service account, whatever its type says.
    fn holds_token(&self, kind: &str, name: &str) -> Result<bool, CheckResult> {
        let path = objects::kind(self.context, Some("v1"), kind)?.object(Some(self.namespace), name);
        let Some(object) = objects::get(self.context, &path)? else { return Ok(false) };
        let values = |key: &str| object.get(key).and_then(Value::as_object).into_iter().flatten();
        let encoded = if kind == "Secret" { "data" } else { "binaryData" };
        let decoded =
            |value: &Value| STANDARD.decode(value.as_str()?).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(values(encoded).any(|(_, value)| decoded(value).is_some_and(|text| has_token(&text)))
            || kind == "ConfigMap" && values("data").any(|(_, value)| value.as_str().is_some_and(has_token)))
    }
}

/// Whether there is a token of a service account in a text, such as a kubeconfig.
fn has_token(text: &str) -> bool {
    let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')));
    let is_of_account = |claims: Value| objects::text(&claims, "/sub").starts_with("system:serviceaccount:");
    words.any(|word| claims(word).is_some_and(is_of_account))
}

/// What a token says of itself. Who has signed it is the API server's business.
pub(super) fn claims(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = URL_SAFE_NO_PAD.decode(payload).ok().filter(|_| parts.next().is_none())?;
    serde_json::from_slice(&bytes).ok().filter(Value::is_object)
}
