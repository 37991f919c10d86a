//! What the templates of autoscaling and monitoring see.

use serde::Serialize;

use super::view_pod::Pair;

/// Autoscaling.
#[derive(Debug, Serialize)]
pub struct ScaleView {
    pub min: i64,
    pub max: i64,
    pub cpu: Option<i64>,
    pub memory: Option<i64>,
    pub metrics: Vec<MetricView>,
    pub up: Option<PaceView>,
    pub down: Option<PaceView>,
}

/// A metric that an adapter knows.
#[derive(Debug, Serialize)]
pub struct MetricView {
    /// `Pods` or `External`, and the same with a small letter.
    pub kind: &'static str,
    pub field: &'static str,
    pub name: String,
    pub labels: Vec<Pair>,
    pub average: String,
}

/// How fast the number of pods changes in one direction.
#[derive(Debug, Serialize)]
pub struct PaceView {
    pub wait: Option<i64>,
    pub policies: Vec<PolicyView>,
}

#[derive(Debug, Serialize)]
pub struct PolicyView {
    pub kind: &'static str,
    pub value: i64,
    pub every: i64,
}

/// A `ServiceMonitor` or `PodMonitor`.
#[derive(Debug, Serialize)]
pub struct Monitor {
    pub kind: &'static str,
    /// The key of its list of endpoints.
    pub list: &'static str,
    pub port: String,
    pub path: String,
    pub interval: Option<String>,
    pub labels: Vec<Pair>,
    /// Whether the headless Service has to be told apart.
    pub apart: bool,
}
