//! How many pods there are: workloads with a number, what scales them, and what keeps some of them running.

use super::labels::{Labels, Selector};
use super::reference::ObjectRef;
use super::word::Word;
use crate::k8s::object::Object;
use crate::k8s::pod::Field;
use crate::k8s::resources::group_of;
use crate::yaml::{Node, Span};

/// A workload that says how many pods it has.
#[derive(Debug)]
pub struct Scaled {
    pub object: ObjectRef,
    /// Where it says so.
    pub replicas: Span,
    pub count: i128,
    /// The labels of its pods.
    pub labels: Labels,
}

impl Scaled {
    pub(super) fn of(object: &Object<'_, '_>, reference: impl FnOnce() -> ObjectRef) -> Option<Self> {
        if !matches!(object.kind_name, "Deployment" | "StatefulSet") {
            return None;
        }
        let replicas = Field::of(object.root.get("spec")?, "replicas")?;
        let labels = object.root.path(&["spec", "template", "metadata", "labels"]);
        Some(Self {
            count: replicas.value.as_int()?,
            object: reference(),
            replicas: replicas.span(),
            labels: labels.map(Labels::of).unwrap_or_default(),
        })
    }
}

/// A HorizontalPodAutoscaler.
#[derive(Debug)]
pub struct Autoscaler {
    pub object: ObjectRef,
    /// The kind of what it scales.
    pub kind: Box<str>,
    /// The name of what it scales.
    pub name: Word,
}

impl Autoscaler {
    pub(super) fn of(object: &Object<'_, '_>, reference: impl FnOnce() -> ObjectRef) -> Option<Self> {
        if object.kind_name != "HorizontalPodAutoscaler" || group_of(object.api_version) != "autoscaling" {
            return None;
        }
        let target = object.root.path(&["spec", "scaleTargetRef"])?;
        let kind = target.get("kind").and_then(Node::as_str)?.into();
        Some(Self { kind, name: Word::field(target, "name")?, object: reference() })
    }
}

/// A PodDisruptionBudget.
#[derive(Debug)]
pub struct Budget {
    pub object: ObjectRef,
    /// The pods that it counts.
    pub selector: Selector,
}

impl Budget {
    pub(super) fn of(object: &Object<'_, '_>, reference: impl FnOnce() -> ObjectRef) -> Option<Self> {
        if object.kind_name != "PodDisruptionBudget" || group_of(object.api_version) != "policy" {
            return None;
        }
        let selector = object.root.path(&["spec", "selector"])?;
        Some(Self { object: reference(), selector: Selector::of(selector) })
    }
}
