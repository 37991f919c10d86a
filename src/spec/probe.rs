//! How the kubelet asks whether a container is well.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::leaves::{HeaderName, Time};
use super::port::PortRef;
use super::values::{Line, Number, UrlPath};
use crate::decode::{Decode, Decoder, Located, Map, OneOf as _, one_of, record, string_enum};
use crate::diagnostic::Diagnostic;
use crate::yaml::{Kind as Form, Node};

string_enum! {
    /// How a request is made.
    Scheme {
        /// Without encryption.
        "HTTP" Http,
        /// With TLS; the kubelet does not look at the certificate.
        "HTTPS" Https,
    }
}

record! {
    /// An HTTP request that answers when all is well.
    HttpProbe "HTTP probe" {
        /// The path asked for.
        path "path": UrlPath,
        /// The port, by name or number.
        port "port": Option<Located<PortRef>> = None => "the first port",
        /// HTTP, or HTTPS without a look at the certificate.
        scheme "scheme": Scheme = Scheme::Http,
        /// Headers of the request; everybody who reads the manifest sees them.
        headers "headers": Map<HeaderName, String> = Map::new(),
    }
}

/// A path alone, or with the rest of the request.
#[derive(Debug, Clone, Default)]
pub struct HttpTarget(pub HttpProbe);

impl Decode for HttpTarget {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        if node.kind() == Form::Mapping {
            return HttpProbe::decode(node, decoder).map(Self);
        }
        UrlPath::decode(node, decoder).map(|path| Self(HttpProbe { path, ..HttpProbe::default() }))
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }
}

impl JsonSchema for HttpTarget {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "HttpTarget".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (path, http) = (generator.subschema_for::<UrlPath>(), generator.subschema_for::<HttpProbe>());
        json_schema!({ "oneOf": [path, http] })
    }
}

record! {
    /// A request of the gRPC health protocol.
    GrpcProbe "gRPC probe" {
        /// The port, by name or number.
        port "port": Located<PortRef>,
        /// The service that is asked about.
        service "service": Option<Line> = None => "the server as a whole",
    }
}

/// A port alone, or with the service.
#[derive(Debug, Clone, Default)]
pub struct GrpcTarget(pub GrpcProbe);

impl Decode for GrpcTarget {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        if node.kind() == Form::Mapping {
            return GrpcProbe::decode(node, decoder).map(Self);
        }
        Located::decode(node, decoder).map(|port| Self(GrpcProbe { port, service: None }))
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }
}

impl JsonSchema for GrpcTarget {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "GrpcTarget".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (port, grpc) = (generator.subschema_for::<PortRef>(), generator.subschema_for::<GrpcProbe>());
        json_schema!({ "oneOf": [port, grpc] })
    }
}

/// A program with its arguments.
#[derive(Debug, Clone, Default)]
pub struct Command(pub Vec<String>);

impl Decode for Command {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let command: Vec<String> = Vec::decode(node, decoder)?;
        if command.is_empty() {
            decoder.report(
                Diagnostic::error(decoder.place(node.span()), "the command is empty").label("expected a program"),
            );
        }
        Some(Self(command))
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }
}

impl JsonSchema for Command {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Command".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": { "type": "string" }, "minItems": 1 })
    }
}

one_of! {
    /// What is asked.
    Handler "handler" {
        /// An HTTP request: a path, or `{path, port, scheme, headers}`.
        "http" Http(HttpTarget),
        /// A TCP connection to a port.
        "tcp" Tcp(Located<PortRef>),
        /// The gRPC health protocol: a port, or `{port, service}`.
        "grpc" Grpc(GrpcTarget),
        /// A command in the container.
        "exec" Exec(Command),
    }
}

record! {
    /// How the kubelet asks: one of http, tcp, grpc, exec, and how often.
    Probe "probe" {
        /// Seconds between two questions.
        period "period": Option<Number<1, 3600>> = None => "2 for startup, 5 for ready, 10 for live",
        /// Seconds until an answer is too late.
        timeout "timeout": Number<1, 3600> = Number(2),
        /// How many questions in a row fail before it counts.
        failures "failures": Option<Located<Number<1, 10_000>>> = None => "30 for startup, 3 for ready and live",
        /// Seconds before the first question.
        delay "delay": Number<0, 3600> = Number(0),
        /// How many answers in a row count as well; `ready` only.
        success "success": Option<Located<Number<1, 100>>> = None => "1",
        /// How long the start may take, instead of `failures`; `startup` only.
        within "within": Option<Located<Time>> = None,
    }
    /// What is asked.
    one of handler: Handler
}

record! {
    /// How long the start may take; what is asked is what `live` asks.
    Allowance "startup" {
        /// How long the start may take.
        within "within": Located<Time>,
        /// Seconds between two questions.
        period "period": Number<1, 3600> = Number(2),
    }
}

/// What holds the other probes back until the container has started.
#[derive(Debug, Clone)]
pub enum Startup {
    /// A question of its own.
    Own(Box<Probe>),
    /// What `live` asks, for so long.
    AsLive(Allowance),
}

impl Decode for Startup {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let asks = Handler::WAYS.iter().any(|way| node.get(way).is_some());
        if node.kind() == Form::Mapping && node.get("within").is_some() && !asks {
            return Allowance::decode(node, decoder).map(Self::AsLive);
        }
        Probe::decode(node, decoder).map(|probe| Self::Own(Box::new(probe)))
    }

    fn recover() -> Option<Self> {
        Some(Self::Own(Box::default()))
    }
}

impl JsonSchema for Startup {
    fn schema_name() -> Cow<'static, str> {
        "Startup".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (own, within) = (generator.subschema_for::<Probe>(), generator.subschema_for::<Allowance>());
        json_schema!({ "description": "A probe, or `{within}` alone.", "oneOf": [own, within] })
    }
}

record! {
    /// How the kubelet sees that a container is well.
    Health "health" {
        /// Answers once the container has started. `{within: 3m}` alone gives what `live` asks so much time.
        startup "startup": Option<Startup> = None => "as `live`, with a minute to start",
        /// Answers when requests may come.
        ready "ready": Option<Probe> = None,
        /// Answers unless a restart is needed. It must not depend on other services.
        live "live": Option<Probe> = None,
        /// The reason why nothing can be asked; instead of the others.
        none "none": Option<Located<Line>> = None,
    }
}

impl Health {
    /// Whether only the time of the start is said, so that everything else is as without `health`.
    pub fn is_allowance_alone(&self) -> bool {
        matches!(self.startup, Some(Startup::AsLive(_))) && self.ready.is_none() && self.live.is_none()
    }
}
