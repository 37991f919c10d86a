//! Ports, and how others mean them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::values::{Number, PortName, PortNumber};
use crate::decode::{self, Decode, Decoder, Located, record, string_enum};
use crate::yaml::{Node, Value};

string_enum! {
    /// The protocol of a port.
    Protocol {
        /// TCP.
        "TCP" Tcp,
        /// UDP.
        "UDP" Udp,
    }
}

record! {
    /// A port that the container listens on.
    Port "port" {
        /// Its name, by which probes, routes and peers mean it.
        name "name": Located<PortName>,
        /// Its number in the container.
        port "port": Located<PortNumber>,
        /// Its number at the Service; 0 keeps it out of the Service.
        service "service": Option<Located<Number<0, 65535>>> =
            None => "80 for a port named http, else the same; a sidecar's port is in the Service only with a number here",
        /// TCP or UDP.
        protocol "protocol": Protocol = Protocol::Tcp,
    }
}

impl Port {
    /// The port of the Service; `None` if it is kept out.
    pub fn service_port(&self) -> Option<i64> {
        match &self.service {
            Some(number) => Some(number.0).filter(|number| *number != 0),
            None if self.name.as_str() == "http" => Some(80),
            None => Some(self.port.0),
        }
    }
}

/// A port by its name or number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PortRef {
    /// A port with a name.
    Named(PortName),
    /// A number.
    Number(i64),
}

impl PortRef {
    /// Whether this port is meant. A number may mean two, for TCP and for UDP.
    pub fn means(&self, port: &Port) -> bool {
        match self {
            Self::Named(name) => port.name.value == *name,
            Self::Number(number) => port.port.0 == *number,
        }
    }
}

impl Default for PortRef {
    fn default() -> Self {
        Self::Number(0)
    }
}

impl Decode for PortRef {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        match node.value() {
            Some(Ok(Value::Int(_))) => decode::integer(node, 1..=65535, decoder).map(Self::Number),
            _ => PortName::decode(node, decoder).map(Self::Named),
        }
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }
}

impl JsonSchema for PortRef {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "PortRef".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (number, name) = (generator.subschema_for::<PortNumber>(), generator.subschema_for::<PortName>());
        json_schema!({ "oneOf": [number, name] })
    }
}
