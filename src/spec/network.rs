//! Who may talk to whom.

use super::container::{PortRef, Protocol};
use super::leaves::{LabelText, MetaKey, Time};
use super::values::{AppName, Block, GatewayRef, Host, Label, ObjectName, SpaceName, UrlPath, known};
use crate::decode::{Located, Map, Yes, one_of, record, string_enum};

/// A namespace of anybody, the system's included.
pub type Namespace = Label;

record! {
    /// The space of an app.
    InSpace "peer" {
        /// The space of that app.
        space "space": Option<Located<SpaceName>> = None => "that of this app",
    }
}

one_of! {
    /// Who calls.
    Caller "peer" {
        /// An app, in the same space unless `space` says otherwise.
        "app" App(Located<AppName>) beside InSpace,
        /// All pods of a namespace.
        "namespace" Namespace(Located<Namespace>),
        /// Addresses.
        "cidr" Cidr(Located<Block>),
    }
}

record! {
    /// Somebody who calls: one of `app`, `namespace`, `cidr`.
    From "peer" {
        /// The port called, by name or number.
        port "port": Option<Located<PortRef>> = None => "all ports of the app",
    }
    /// Who it is.
    one of peer: Caller
}

one_of! {
    /// Who is called.
    Called "peer" {
        /// An app, in the same space unless `space` says otherwise.
        "app" App(Located<AppName>) beside InSpace,
        /// All pods of a namespace.
        "namespace" Namespace(Located<Namespace>),
        /// Addresses.
        "cidr" Cidr(Located<Block>),
        /// Every public address; private ones and the cloud's metadata service are left out.
        "internet" Internet(Yes),
    }
}

record! {
    /// Somebody who is called: one of `app`, `namespace`, `cidr`, `internet`.
    To "peer" {
        /// The port called, by number; by name if the pods called name it so.
        port "port": Located<PortRef>,
        /// TCP or UDP.
        protocol "protocol": Protocol = Protocol::Tcp,
    }
    /// Who it is.
    one of peer: Called
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
        /// Requests for paths below this.
        path "path": UrlPath = known("/"),
        /// The port, by name or number.
        port "port": Option<Located<PortRef>> = None => "the first port",
        /// gateway (an HTTPRoute) or ingress.
        via "via": Via = Via::Gateway,
        /// The Gateway, as `namespace/name`.
        gateway "gateway": Option<Located<GatewayRef>> = None,
        /// The listener of the Gateway that has the certificate.
        listener "listener": Located<ObjectName> = known::<ObjectName>("https").into(),
        /// The class of the Ingress.
        class "class": Option<Located<ObjectName>> = None,
        /// The namespace whose pods pass requests on.
        namespace "namespace": Option<Located<Namespace>> = None => "the Gateway's",
        /// The Secret with the certificate of the Ingress.
        tls "tls": Option<Located<ObjectName>> = None,
        /// Annotations of the route, as cert-manager and external-dns read them.
        annotations "annotations": Map<MetaKey, String> = Map::new(),
    }
}

string_enum! {
    /// How Prometheus is told where the metrics are.
    Scrape {
        /// Annotations of the pods.
        "annotation" Annotation,
        /// A `ServiceMonitor`, an object of the Prometheus Operator.
        "serviceMonitor" ServiceMonitor,
        /// A `PodMonitor`, an object of the Prometheus Operator.
        "podMonitor" PodMonitor,
    }
}

record! {
    /// Where Prometheus finds metrics.
    Metrics "metrics" {
        /// The port, by name or number.
        port "port": Located<PortRef>,
        /// The path.
        path "path": UrlPath = known("/metrics"),
        /// The namespace that Prometheus runs in.
        from "from": Namespace = known("monitoring"),
        /// How Prometheus is told: annotation, or serviceMonitor or podMonitor of the Prometheus Operator.
        by "by": Located<Scrape> = Scrape::Annotation.into(),
        /// How often it asks; monitors only.
        interval "interval": Option<Located<Time>> = None => "what Prometheus says",
        /// Labels of the monitor, by which an operator selects it; monitors only.
        labels "labels": Map<Located<MetaKey>, LabelText> = Map::new(),
    }
}
