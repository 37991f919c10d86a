//! Small values of a `lab.yaml`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value as Json;

use crate::decode::{self, Decode, Decoder, Map, string_enum};
use crate::diagnostic::Diagnostic;
use crate::k8s::names::NameRule;
use crate::yaml::{Kind, Node};

string_enum! {
    /// How much a lab asks for.
    Level {
        /// The first ones.
        "intro" Intro,
        /// What everybody should know.
        "core" Core,
        /// For those who run clusters.
        "advanced" Advanced,
    }
}

string_enum! {
    /// What a lab needs of a cluster.
    Need {
        /// Network policies are enforced.
        "network_policy" NetworkPolicy,
        /// The control-plane node can be entered.
        "node" Node,
        /// A cluster of its own, because it changes what all share.
        "own_cluster" OwnCluster,
    }
}

string_enum! {
    /// What a check says at the start.
    AtStart {
        /// It passes.
        "pass" Pass,
        /// It fails.
        "fail" Fail,
    }
}

string_enum! {
    /// How many of several must be right.
    Each {
        /// All of them, and at least one.
        "all" All,
        /// At least one.
        "any" Any,
    }
}

string_enum! {
    /// What is asked for in an admission.
    Operation {
        /// A new object.
        "create" Create,
        /// A change of one that exists.
        "update" Update,
        /// Containers for debugging that are put into a pod of a workload, as `kubectl debug` does.
        "debug" Debug,
    }
}

string_enum! {
    /// What the API server shall say.
    Admitted {
        /// It takes it.
        "allow" Allow,
        /// It refuses it.
        "deny" Deny,
    }
}

string_enum! {
    /// Who refuses, or sets what is missing.
    Authority {
        /// Whoever, but neither RBAC nor a fault of the object itself.
        "any" Any,
        /// Pod Security Admission.
        "pod-security" PodSecurity,
        /// A `ResourceQuota`.
        "quota" Quota,
        /// A `LimitRange`.
        "limitrange" LimitRange,
        /// A `ValidatingAdmissionPolicy`.
        "vap" Policy,
        /// The authorizer.
        "rbac" Rbac,
    }
}

string_enum! {
    /// What becomes of a program.
    Runs {
        /// It runs.
        "runs" Runs,
        /// The API server does not let it run.
        "denied" Denied,
    }
}

string_enum! {
    /// How bytes travel.
    Protocol {
        /// A connection.
        "tcp" Tcp,
        /// Datagrams.
        "udp" Udp,
        /// A question to the cluster's name server.
        "dns" Dns,
    }
}

string_enum! {
    /// What a dial finds.
    Reached {
        /// Somebody answers.
        "open" Open,
        /// Nobody answers in time.
        "blocked" Blocked,
        /// The host answers that nobody listens.
        "refused" Refused,
    }
}

string_enum! {
    /// How a request from outside is sent.
    Scheme {
        /// With TLS.
        "https" Https,
        /// In plain text.
        "http" Http,
    }
}

string_enum! {
    /// What becomes of a request from outside.
    Routed {
        /// A Service answers it with status 200.
        "served" Served,
        /// No Service answers it, but with a refusal; the edge may send it from HTTP to HTTPS.
        "closed" Closed,
    }
}

string_enum! {
    /// What is asked over HTTP.
    Target {
        /// A service, through the API server's proxy.
        "service" Service,
        /// The API server.
        "apiserver" ApiServer,
        /// The kubelet of the control-plane node, port 10250.
        "kubelet" Kubelet,
        /// The kubelet's read-only port, 10255.
        "kubelet_read_only" KubeletReadOnly,
        /// etcd, port 2379.
        "etcd" Etcd,
    }
}

string_enum! {
    /// Where a secret value may lie open.
    Place {
        /// The environment of the container's first process.
        "env" Env,
        /// The spec of the workload.
        "spec" Spec,
        /// `ConfigMaps` of the namespace.
        "config_maps" ConfigMaps,
        /// Whatever is in the namespace but Secrets, notes at objects and what is left of old versions too.
        "objects" Objects,
        /// What the container has printed.
        "logs" Logs,
        /// The files of volumes, wherever they are mounted.
        "files" Files,
    }
}

string_enum! {
    /// Whether something is there.
    Presence {
        /// It is.
        "present" Present,
        /// It is not.
        "absent" Absent,
    }
}

/// A whole number that is not negative, such as a count or seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Number(pub u32);

impl Decode for Number {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let number = decode::integer(node, 0..=1_000_000, decoder)?;
        u32::try_from(number).ok().map(Self)
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }

    fn written(&self) -> Option<Json> {
        Some(self.0.into())
    }
}

impl JsonSchema for Number {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 0, "maximum": 1_000_000 })
    }
}

/// The version of the format: 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Format;

impl Decode for Format {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        decode::integer(node, 1..=1, decoder).map(|_| Self)
    }

    fn recover() -> Option<Self> {
        Some(Self)
    }
}

impl JsonSchema for Format {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Format".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "const": 1 })
    }
}

/// The exit code that a program shall have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// This one.
    Code(i32),
    /// Any but 0.
    NonZero,
}

impl Default for Exit {
    fn default() -> Self {
        Self::Code(0)
    }
}

impl Decode for Exit {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        if node.text() == Some("nonzero") {
            return Some(Self::NonZero);
        }
        let code = decode::integer(node, 0..=255, decoder)?;
        i32::try_from(code).ok().map(Self::Code)
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }
}

impl JsonSchema for Exit {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Exit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "integer", "minimum": 0, "maximum": 255 }, { "const": "nonzero" }] })
    }
}

/// The name of a lab, a task, a check or an alias of a namespace: a DNS label.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Id(pub String);

impl Decode for Id {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let text = decode::text(node, "a name", decoder)?;
        if NameRule::Dns1123Label.check(text).is_err() {
            let problem = Diagnostic::error(decoder.place(node.span()), format!("`{text}` cannot be a name here"));
            decoder.report(problem.label("expected lower case letters, digits and `-`"));
            return None;
        }
        Some(Self(text.to_owned()))
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }
}

impl std::ops::Deref for Id {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl JsonSchema for Id {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": NameRule::Dns1123Label.pattern(), "maxLength": 63 })
    }
}

/// Any value, as it is written: a manifest within a lab.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Anything(pub serde_json::Value);

impl Decode for Anything {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        if let Ok(value) = node.to_json() {
            return Some(Self(value));
        }
        let expected = if node.kind() == Kind::Scalar { "a value" } else { "values" };
        decode::wrong_form(node, expected, decoder);
        None
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }
}

impl JsonSchema for Anything {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Anything".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({})
    }
}

/// Labels, as a mapping or as a list of `key=value`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels(pub Map<String, String>);

impl Decode for Labels {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        if node.kind() != Kind::Sequence {
            return Map::decode(node, decoder).map(Self);
        }
        let mut labels = Map::default();
        for item in node.items() {
            let text = decode::text(item, "a label as `key=value`", decoder)?;
            let Some((key, value)) = text.split_once('=') else {
                let problem = Diagnostic::error(decoder.place(item.span()), format!("`{text}` is not a label"));
                decoder.report(problem.label("expected `key=value`"));
                return None;
            };
            labels.insert(key.to_owned(), value.to_owned());
        }
        Some(Self(labels))
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }
}

impl std::ops::Deref for Labels {
    type Target = Map<String, String>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl JsonSchema for Labels {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Labels".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": "object", "additionalProperties": { "type": "string" } },
            { "type": "array", "items": { "type": "string", "pattern": "=" } },
        ] })
    }
}
