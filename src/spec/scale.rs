//! How many pods: a number, or bounds between which the load decides.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value as Json;

use super::leaves::{Amount, AnyKey, LabelText, MetricName};
use super::values::Number;
use crate::decode::{self, Decode, Decoder, Located, Map, one_of, record};
use crate::yaml::{Kind as Form, Node};

/// How many pods.
#[derive(Debug, Clone)]
pub enum Replicas {
    /// Always as many.
    Fixed(i64),
    /// As many as the load needs.
    Scaled(Box<Scale>),
}

record! {
    /// Which of several series of a metric.
    Series "series" {
        /// Labels of the metric.
        labels "labels": Map<AnyKey, LabelText> = Map::new(),
    }
}

one_of! {
    /// A metric that the cluster's adapters know.
    MetricSource "metric" {
        /// A metric of each pod, such as requests per second.
        "pods" Pods(MetricName) beside Series,
        /// A metric of something else, such as the length of a queue.
        "external" External(MetricName) beside Series,
    }
}

record! {
    /// A metric and how much of it one pod takes.
    Metric "metric" {
        /// How much one pod takes.
        average "average": Amount,
    }
    /// Which metric.
    one of source: MetricSource
}

record! {
    /// How fast the number of pods changes in one direction.
    Pace "pace" {
        /// For how many seconds the load has to ask for it.
        wait "wait": Option<Number<0, 3600>> = None => "0 up, 300 down",
        /// At most so many pods at a time.
        pods "pods": Option<Number<1, 1000>> = None,
        /// At most so many percent of the pods at a time.
        percent "percent": Option<Number<1, 1000>> = None,
        /// How long such a time is, in seconds.
        every "every": Number<1, 1800> = Number(60),
    }
}

record! {
    /// How fast the number of pods changes.
    Behavior "behavior" {
        /// Towards more pods.
        up "up": Option<Pace> = None => "what Kubernetes does",
        /// Towards fewer pods.
        down "down": Option<Pace> = None => "what Kubernetes does",
    }
}

record! {
    /// Autoscaling (a HorizontalPodAutoscaler): by processor, memory, or other metrics.
    Scale "scale" {
        /// At least as many pods.
        min "min": Located<Number<1, 1000>>,
        /// At most as many pods.
        max "max": Located<Number<1, 1000>>,
        /// The processor use to aim at, in percent of the request.
        cpu "cpu": Option<Number<1, 100>> = None => "80, where nothing else is aimed at",
        /// The memory use to aim at, in percent of the request.
        memory "memory": Option<Number<1, 100>> = None,
        /// Further metrics, such as requests or the length of a queue.
        metrics "metrics": Vec<Metric> = Vec::new(),
        /// How fast the number changes.
        behavior "behavior": Behavior = Behavior::default(),
    }
}

impl Scale {
    /// The processor use to aim at, if any.
    pub fn processor(&self) -> Option<i64> {
        /// Where nothing is said.
        const USUAL: i64 = 80;
        let alone = self.memory.is_none() && self.metrics.is_empty();
        self.cpu.map(|percent| percent.0).or(alone.then_some(USUAL))
    }
}

/// Numbers are compared; what scales is never the same.
impl PartialEq for Replicas {
    fn eq(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Fixed(one), Self::Fixed(two)) if one == two)
    }
}

impl Default for Replicas {
    fn default() -> Self {
        Self::Fixed(2)
    }
}

impl Replicas {
    /// The smallest number of pods.
    pub fn least(&self) -> i64 {
        match self {
            Self::Fixed(count) => *count,
            Self::Scaled(scale) => scale.min.0,
        }
    }

    /// The largest number of pods.
    pub fn most(&self) -> i64 {
        match self {
            Self::Fixed(count) => *count,
            Self::Scaled(scale) => scale.max.0,
        }
    }
}

impl Decode for Replicas {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        if node.kind() == Form::Mapping {
            return Scale::decode(node, decoder).map(|scale| Self::Scaled(Box::new(scale)));
        }
        decode::integer(node, 0..=1000, decoder).map(Self::Fixed)
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }

    fn written(&self) -> Option<Json> {
        match self {
            Self::Fixed(count) => Some((*count).into()),
            Self::Scaled(scale) => scale.written(),
        }
    }
}

impl JsonSchema for Replicas {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Replicas".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let scale = generator.subschema_for::<Scale>();
        json_schema!({ "oneOf": [{ "type": "integer", "minimum": 0, "maximum": 1000 }, scale] })
    }
}
