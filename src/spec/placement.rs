//! Where pods run, and what happens around their start and end.

use super::leaves::{AnyKey, LabelText, MetaKey};
use super::probe::Command;
use super::values::{AppName, Number, Seconds};
use crate::decode::{Located, Map, Yes, record, string_enum};

string_enum! {
    /// What a taint does to pods that do not tolerate it.
    Effect {
        /// Keeps new pods away.
        "NoSchedule" NoSchedule,
        /// Keeps new pods away where others will do.
        "PreferNoSchedule" PreferNoSchedule,
        /// Also ends those that run.
        "NoExecute" NoExecute,
    }
}

record! {
    /// A taint of nodes on which the app may run all the same.
    Toleration "toleration" {
        /// The taint; without it every taint, which needs an exception.
        key "key": Option<Located<AnyKey>> = None => "every taint",
        /// Only with this value.
        value "value": Option<Located<LabelText>> = None => "any",
        /// Only this effect.
        effect "effect": Option<Effect> = None => "all",
        /// How long a pod stays once the taint comes; `NoExecute` only.
        seconds "seconds": Option<Located<Seconds>> = None => "for ever",
    }
}

string_enum! {
    /// How pods of one app are spread.
    Spread {
        /// Evenly where that is possible.
        "prefer" Prefer,
        /// Evenly, or not at all: a pod that has no place waits.
        "strict" Strict,
        /// As the scheduler likes.
        "any" Any,
    }
}

record! {
    /// Where the pods of an app run, seen from its other pods and from other apps.
    Topology "topology" {
        /// How its pods are spread over zones.
        zones "zones": Located<Spread> = Spread::Prefer.into(),
        /// How its pods are spread over nodes.
        nodes "nodes": Located<Spread> = Spread::Prefer.into(),
        /// Apps of the same space on whose nodes it runs where that is possible.
        near "near": Vec<AppName> = Vec::new() => "none",
        /// Apps of the same space on whose nodes it does not run where that is possible.
        apart "apart": Vec<AppName> = Vec::new() => "none",
    }
}

record! {
    /// What runs once a container has started, and before it is told to stop.
    Lifecycle "lifecycle" {
        /// A command in the container, once it has started; the container is not ready before it ends.
        post_start "postStart": Option<Command> = None,
        /// A command in the container before it is told to stop, instead of the wait of `drain`. It has to wait itself until
        /// no requests come any more.
        pre_stop "preStop": Option<Located<Command>> = None,
        /// For how many seconds the app goes on answering before it is told to stop.
        drain "drain": Option<Located<Number<0, 3600>>> = None => "5 for an app that others can call, else 0",
    }
}

record! {
    /// Labels and annotations of the pods alone.
    PodMeta "pods" {
        /// Further labels of the pods.
        labels "labels": Map<MetaKey, LabelText> = Map::new(),
        /// Annotations of the pods.
        annotations "annotations": Map<MetaKey, String> = Map::new(),
    }
}

record! {
    /// Labels and annotations of the Service alone.
    ServiceMeta "service" {
        /// Further labels of the Service.
        labels "labels": Map<MetaKey, LabelText> = Map::new(),
        /// Annotations of the Service.
        annotations "annotations": Map<MetaKey, String> = Map::new(),
    }
}

record! {
    /// What pods share with their node. Whoever breaks into one is then on the node.
    Host "host" {
        /// The network of the node: its addresses and ports, which no network policy closes.
        network "network": Option<Located<Yes>> = None => "no",
        /// The processes of the node.
        pid "pid": Option<Located<Yes>> = None => "no",
    }
}
