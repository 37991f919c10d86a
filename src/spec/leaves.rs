//! Further leaves of a spec: keys of labels and annotations, spans of time, amounts, names of metrics and headers.

use std::borrow::Cow;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value as Json;

use super::values::{Leaf, decode_leaf, newtype};
use crate::decode::{self, Decode, Decoder};
use crate::diagnostic::Refusal;
use crate::k8s::image::ImageRef;
use crate::k8s::names::NameRule;
use crate::k8s::quantity::Quantity;
use crate::yaml::Node;

/// Prefixes of keys by which tightship selects, or by which rules are suppressed: those come from the spec's other keys.
const OWN: [&str; 2] = ["tightship/", "app.kubernetes.io/"];
/// Annotations by which older releases set what the security context sets now.
const HARDENING: [&str; 3] = [
    "container.apparmor.security.beta.kubernetes.io/",
    "container.seccomp.security.alpha.kubernetes.io/",
    "seccomp.security.alpha.kubernetes.io/",
];

fn meta_key(text: &str) -> Result<String, Refusal> {
    NameRule::QualifiedName.check(text)?;
    if OWN.iter().any(|prefix| text.starts_with(prefix)) {
        return Err(Refusal::new("is one of tightship's own")
            .help("use a key with a prefix of yours, such as `example.com/tier`"));
    }
    if HARDENING.iter().any(|prefix| text.starts_with(prefix)) {
        return Err(Refusal::new("would set what the hardening sets"));
    }
    Ok(text.to_owned())
}

newtype! {
    /// The key of a label or an annotation.
    #[derive(Default, Hash)]
    MetaKey(String), "key", "a key such as `tier` or `example.com/tier`",
    schema json_schema!({ "type": "string", "pattern": "^([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$" }),
    read |text| meta_key(text)
}

newtype! {
    /// The key of a label that nodes or pods have, whoever set it.
    #[derive(Default, Hash)]
    AnyKey(String), "key", "a key such as `kubernetes.io/arch`",
    schema json_schema!({ "type": "string", "pattern": "^([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$" }),
    read |text| NameRule::QualifiedName.check(text).map(|()| text.to_owned())
}

newtype! {
    /// The value of a label, which may be empty.
    #[derive(Default)]
    LabelText(String), "label", "letters, digits, `-`, `_` and `.`, at most 63, or nothing",
    schema json_schema!({ "type": "string", "pattern": "^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$" }),
    read |text| NameRule::LabelValue.check(text).map(|()| text.to_owned())
}

newtype! {
    /// The name of an HTTP header.
    #[derive(Default, Hash)]
    HeaderName(String), "header", "letters, digits and `-`",
    schema json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9][-A-Za-z0-9]*$" }),
    read |text| {
        let fits = |character: char| character.is_ascii_alphanumeric() || character == '-';
        if text.is_empty() || text.starts_with('-') || !text.chars().all(fits) {
            return Err(Refusal::new("is not the name of a header"));
        }
        Ok(text.to_owned())
    }
}

/// Seconds in the largest unit that fits.
fn written(seconds: i64) -> String {
    match (seconds % 3600, seconds % 60) {
        (0, _) => format!("{}h", seconds / 3600),
        (_, 0) => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}

newtype! {
    /// A span of time, in seconds.
    #[derive(Default)]
    Time(i64), "time", "seconds, minutes or hours, such as `90s` or `3m`",
    schema json_schema!({ "type": "string", "pattern": "^[1-9][0-9]{0,4}(s|m|h)$" }),
    read |text| {
        let wrong = || Refusal::new("is no span of time");
        let unit = match text.chars().last() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3600,
            _ => return Err(wrong()),
        };
        let digits = text.trim_end_matches(['s', 'm', 'h']);
        let fits = digits.len() + 1 == text.len() && digits.len() <= 5 && !digits.starts_with('0');
        let number: Option<i64> = Some(digits).filter(|_| fits).and_then(|digits| digits.parse().ok());
        number.map(|number| number * unit).ok_or_else(wrong)
    },
    written |time| written(time.0)
}

newtype! {
    /// An amount of something that Kubernetes has no unit for.
    #[derive(Default)]
    Amount(Quantity), "amount", "an amount such as `\"100\"` or `500m`",
    schema json_schema!({ "type": "string", "pattern": "^[0-9.]+(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$" }),
    read |text| Quantity::parse(text)
}

newtype! {
    /// The name of a metric.
    #[derive(Default)]
    MetricName(String), "metric", "a name such as `http_requests_per_second`",
    schema json_schema!({ "type": "string", "pattern": "^[A-Za-z_][-A-Za-z0-9_.:|]*$" }),
    read |text| {
        let fits = |character: char| character.is_ascii_alphanumeric() || "-_.:|".contains(character);
        let starts = text.starts_with(|character: char| character.is_ascii_alphabetic() || character == '_');
        if starts && text.chars().all(fits) { Ok(text.to_owned()) } else { Err(Refusal::new("is not the name of a metric")) }
    }
}

newtype! {
    /// A folder of an NFS server.
    #[derive(Default)]
    NfsShare((String, String)), "share", "`server:/folder`",
    schema json_schema!({ "type": "string", "pattern": "^[^:/]+:/.*$" }),
    read |text| {
        let (server, path) = text.split_once(":/").ok_or_else(|| Refusal::new("has no `:/` between server and folder"))?;
        let fits = |character: char| character.is_ascii_alphanumeric() || ".-".contains(character);
        if server.is_empty() || !server.chars().all(fits) {
            return Err(Refusal::new("does not begin with a server"));
        }
        if path.split('/').any(|part| part == "..") || path.chars().any(char::is_control) {
            return Err(Refusal::new("has a folder that no server exports"));
        }
        Ok((server.to_owned(), format!("/{path}")))
    },
    written |share| format!("{}:{}", share.0.0, share.0.1)
}

newtype! {
    /// A folder or file of a node.
    #[derive(Default)]
    HostFolder(String), "path", "an absolute path of the node such as `/var/log/pods`",
    schema json_schema!({ "type": "string", "pattern": "^/[^:]*$" }),
    read |text| {
        if !text.starts_with('/') || text.contains(':') || text.chars().any(char::is_control) {
            return Err(Refusal::new("is no absolute path of a node"));
        }
        if text.split('/').any(|part| part == "..") {
            return Err(Refusal::new("has `..` in it"));
        }
        Ok(text.to_owned())
    }
}

newtype! {
    /// An image by digest, whose files are mounted.
    #[derive(Default)]
    PinnedImage(ImageRef), "image", "an image by digest, such as `ghcr.io/acme/model@sha256:...`",
    schema json_schema!({ "type": "string", "pattern": "@sha256:[0-9a-f]{64}$", "maxLength": 500 }),
    read |text| {
        let image = ImageRef::parse(text)?;
        if image.is_pinned() {
            return Ok(image);
        }
        Err(Refusal::new("has no digest").help("`docker buildx imagetools inspect IMAGE` shows it: what is mounted must not change"))
    }
}

newtype! {
    /// Whom a token is for.
    #[derive(Default)]
    TokenAudience(String), "audience", "who takes the token, such as `vault`",
    schema json_schema!({ "type": "string", "pattern": "^[^ ]+$", "maxLength": 200 }),
    read |text| {
        if text.is_empty() || text.len() > 200 || text.chars().any(|character| character.is_whitespace() || character.is_control()) {
            return Err(Refusal::new("is empty, too long, or has a space"));
        }
        if text.contains("kubernetes.default") || text == "api" || text == "kubernetes" {
            return Err(Refusal::new("is the Kubernetes API").help("say by `api` what the app may do there"));
        }
        Ok(text.to_owned())
    }
}

impl Time {
    /// How many seconds it is.
    pub fn seconds(&self) -> i64 {
        self.0
    }
}

impl NfsShare {
    /// The server, and the folder.
    pub fn parts(&self) -> &(String, String) {
        &self.0
    }
}
