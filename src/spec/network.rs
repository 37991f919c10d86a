//! Who may talk to whom.

use super::container::{PortRef, Protocol};
use super::values::{AppName, Block, GatewayRef, Host, Label, ObjectName, SpaceName, UrlPath};
use crate::decode::{Located, record, string_enum};
use crate::yaml::Span;

/// A namespace of anybody, the system's included.
pub type Namespace = Label;

record! {
    /// Somebody who calls: one of `app`, `namespace`, `cidr`.
    From "peer" {
        /// An app, in the same space unless `space` says otherwise.
        app "app": Option<Located<AppName>> = None,
        /// The space of that app.
        space "space": Option<Located<SpaceName>> = None,
        /// All pods of a namespace.
        namespace "namespace": Option<Located<Namespace>> = None,
        /// Addresses.
        cidr "cidr": Option<Located<Block>> = None,
        /// The port called, by name or number. Default: all ports of the app.
        port "port": Option<Located<PortRef>> = None,
    }
}

record! {
    /// Somebody who is called: one of `app`, `namespace`, `cidr`, `internet`.
    To "peer" {
        /// An app, in the same space unless `space` says otherwise.
        app "app": Option<Located<AppName>> = None,
        /// The space of that app.
        space "space": Option<Located<SpaceName>> = None,
        /// All pods of a namespace.
        namespace "namespace": Option<Located<Namespace>> = None,
        /// Addresses.
        cidr "cidr": Option<Located<Block>> = None,
        /// Every public address; private ones and the cloud's metadata service are left out.
        internet "internet": Option<Located<bool>> = None,
        /// The port called, by number; by name if the pods called name it so.
        port "port": Located<PortRef>,
        /// TCP or UDP. Default: TCP.
        protocol "protocol": Protocol = Protocol::Tcp,
    }
}

impl From {
    /// The places of the keys that name the peer, with the keys.
    pub fn peers(&self) -> Vec<(&'static str, Span)> {
        let app = self.app.as_ref().map(|value| ("app", value.span));
        let namespace = self.namespace.as_ref().map(|value| ("namespace", value.span));
        let cidr = self.cidr.as_ref().map(|value| ("cidr", value.span));
        [app, namespace, cidr].into_iter().flatten().collect()
    }
}

impl To {
    /// The places of the keys that name the peer, with the keys.
    pub fn peers(&self) -> Vec<(&'static str, Span)> {
        let app = self.app.as_ref().map(|value| ("app", value.span));
        let namespace = self.namespace.as_ref().map(|value| ("namespace", value.span));
        let cidr = self.cidr.as_ref().map(|value| ("cidr", value.span));
        let internet = self.internet.as_ref().map(|value| ("internet", value.span));
        [app, namespace, cidr, internet].into_iter().flatten().collect()
    }
}

record! {
    /// Who calls the app, and what it calls. Everything else is closed, but for DNS.
    Network "network" {
        /// Who calls it.
        from "from": Vec<Located<From>> = Vec::new(),
        /// What it calls.
        to "to": Vec<Located<To>> = Vec::new(),
    }
}

string_enum! {
    /// How requests come into the cluster.
    Via {
        /// Through an HTTPRoute of the Gateway API.
        "gateway" Gateway,
        /// Through an Ingress.
        "ingress" Ingress,
    }
}

record! {
    /// How the outside world reaches the app.
    Route "route" {
        /// The host name.
        host "host": Located<Host>,
        /// Requests for paths below this. Default: `/`.
        path "path": Option<UrlPath> = None,
        /// The port, by name or number. Default: the first port.
        port "port": Option<Located<PortRef>> = None,
        /// gateway (an HTTPRoute) or ingress. Default: gateway.
        via "via": Via = Via::Gateway,
        /// The Gateway, as `namespace/name`.
        gateway "gateway": Option<Located<GatewayRef>> = None,
        /// The listener of the Gateway that has the certificate. Default: https.
        listener "listener": Option<Located<ObjectName>> = None,
        /// The class of the Ingress.
        class "class": Option<Located<ObjectName>> = None,
        /// The namespace whose pods pass requests on. Default: the Gateway's.
        namespace "namespace": Option<Located<Namespace>> = None,
        /// The Secret with the certificate of the Ingress.
        tls "tls": Option<Located<ObjectName>> = None,
    }
}

record! {
    /// Where Prometheus finds metrics.
    Metrics "metrics" {
        /// The port, by name or number.
        port "port": Located<PortRef>,
        /// The path. Default: /metrics.
        path "path": Option<UrlPath> = None,
        /// The namespace that Prometheus runs in. Default: monitoring.
        from "from": Option<Namespace> = None,
    }
}
