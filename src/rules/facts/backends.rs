//! Where Ingresses and routes send requests to, and the ports of Services.

use super::reference::ObjectRef;
use super::word::Word;
use crate::k8s::object::Object;
use crate::k8s::pod::Field;
use crate::yaml::{Node, Span};

/// A port, as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Port {
    Number(i128),
    Name(Box<str>),
}

/// A Service that an Ingress or a route names.
#[derive(Debug)]
pub struct Backend {
    pub object: ObjectRef,
    /// The field.
    pub path: String,
    /// The namespace of the Service, where the route names one.
    pub namespace: Option<Box<str>>,
    pub service: Word,
    pub port: Option<(Port, Span)>,
}

/// A Service with its ports.
#[derive(Debug)]
pub struct ServicePorts {
    pub object: ObjectRef,
    ports: Box<[(i128, Box<str>)]>,
    /// Whether it is a name of somewhere else, where any port may be open.
    is_external: bool,
}

impl ServicePorts {
    pub(super) fn new(object: &Object<'_, '_>, reference: ObjectRef) -> Self {
        let spec = object.root.get("spec");
        let ports = spec.and_then(|spec| spec.get("ports")).into_iter().flat_map(Node::items);
        let port = |port: Node<'_, '_>| {
            let name = port.get("name").and_then(Node::as_str).unwrap_or_default();
            Some((port.get("port")?.as_int()?, name.into()))
        };
        let ty = spec.and_then(|spec| spec.get("type")).and_then(Node::as_str);
        Self { object: reference, ports: ports.filter_map(port).collect(), is_external: ty == Some("ExternalName") }
    }

    /// Whether it may have a port.
    pub fn has(&self, port: &Port) -> bool {
        let is_it = |(number, name): &(i128, Box<str>)| match port {
            Port::Number(wanted) => number == wanted,
            Port::Name(wanted) => name == wanted,
        };
        self.is_external || self.ports.iter().any(is_it)
    }
}

/// The Services that an Ingress names.
pub(super) fn of_ingress(object: &Object<'_, '_>, mut reference: impl FnMut() -> ObjectRef) -> Vec<Backend> {
    let Some(spec) = object.root.get("spec") else { return Vec::new() };
    let default = spec.get("defaultBackend").map(|node| ("spec.defaultBackend".to_owned(), node));
    let rules = spec.get("rules").into_iter().flat_map(Node::items).enumerate();
    let paths = rules.flat_map(|(rule, node)| {
        let paths = node.path(&["http", "paths"]).into_iter().flat_map(Node::items).enumerate();
        paths.filter_map(move |(at, path)| {
            Some((format!("spec.rules[{rule}].http.paths[{at}].backend"), path.get("backend")?))
        })
    });
    let backend = |(path, node): (String, Node<'_, '_>)| {
        let service = node.get("service")?;
        let port = service.get("port");
        let number = port.and_then(|port| Field::of(port, "number"));
        let name = port.and_then(|port| Word::field(port, "name"));
        let number = number.and_then(|field| Some((Port::Number(field.value.as_int()?), field.value.span())));
        let port = number.or(name.map(|name| (Port::Name(name.text), name.span)));
        let service = Word::field(service, "name")?;
        Some(Backend { object: reference(), path: format!("{path}.service"), namespace: None, service, port })
    };
    default.into_iter().chain(paths).filter_map(backend).collect()
}

/// The Services that an HTTPRoute names.
pub(super) fn of_route(object: &Object<'_, '_>, mut reference: impl FnMut() -> ObjectRef) -> Vec<Backend> {
    let rules = object.root.path(&["spec", "rules"]).into_iter().flat_map(Node::items).enumerate();
    let refs = rules.flat_map(|(rule, node)| {
        let refs = node.get("backendRefs").into_iter().flat_map(Node::items).enumerate();
        refs.map(move |(at, node)| (format!("spec.rules[{rule}].backendRefs[{at}]"), node))
    });
    let backend = |(path, node): (String, Node<'_, '_>)| {
        let text = |key: &str| node.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
        let is_service = text("group").is_none() && text("kind").is_none_or(|kind| kind == "Service");
        let service = Word::field(node, "name").filter(|_| is_service)?;
        let number = Field::of(node, "port");
        let port = number.and_then(|field| Some((Port::Number(field.value.as_int()?), field.value.span())));
        Some(Backend { object: reference(), path, namespace: text("namespace").map(Into::into), service, port })
    };
    refs.filter_map(backend).collect()
}
