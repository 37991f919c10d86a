//! Autoscaling and monitoring.

use crate::generate::view::{MetricView, Monitor, PaceView, Pair, PolicyView, ScaleView};
use crate::spec::App;
use crate::spec::network::Scrape;
use crate::spec::scale::{Metric, MetricSource, Pace, Replicas};
use crate::spec::validate::find_port;
use crate::spec::workload::WorkloadKind;

pub(super) fn scale(replicas: &Replicas) -> Option<ScaleView> {
    let Replicas::Scaled(scale) = replicas else { return None };
    Some(ScaleView {
        min: scale.min.0,
        max: scale.max.0,
        cpu: scale.processor(),
        memory: scale.memory.map(|percent| percent.0),
        metrics: scale.metrics.iter().map(metric).collect(),
        up: scale.behavior.up.as_ref().map(pace),
        down: scale.behavior.down.as_ref().map(pace),
    })
}

fn metric(metric: &Metric) -> MetricView {
    let (kind, field, name, series) = match &metric.source {
        MetricSource::Pods(name, series) => ("Pods", "pods", name, series),
        MetricSource::External(name, series) => ("External", "external", name, series),
    };
    let labels = series.labels.iter().map(|(key, value)| Pair::new(key.as_str(), value.as_str())).collect();
    MetricView { kind, field, name: name.to_string(), labels, average: metric.average.as_str().to_owned() }
}

fn pace(pace: &Pace) -> PaceView {
    let every = pace.every.0;
    let policy = |kind, value: Option<i64>| value.map(|value| PolicyView { kind, value, every });
    let both = [policy("Pods", pace.pods.map(|it| it.0)), policy("Percent", pace.percent.map(|it| it.0))];
    PaceView { wait: pace.wait.map(|wait| wait.0), policies: both.into_iter().flatten().collect() }
}

pub(super) fn monitor(app: &App) -> Option<Monitor> {
    let metrics = app.metrics.as_ref()?;
    let (kind, list) = match metrics.by.value {
        Scrape::Annotation => return None,
        Scrape::ServiceMonitor => ("ServiceMonitor", "endpoints"),
        Scrape::PodMonitor => ("PodMonitor", "podMetricsEndpoints"),
    };
    Some(Monitor {
        kind,
        list,
        port: find_port(&metrics.port.value, app.offered_ports())?.name.to_string(),
        path: metrics.path.to_string(),
        interval: metrics.interval.as_ref().map(|interval| format!("{}s", interval.seconds())),
        labels: metrics.labels.iter().map(|(key, value)| Pair::new(key.as_str(), value.as_str())).collect(),
        apart: kind == "ServiceMonitor" && app.workload.kind == WorkloadKind::StatefulSet,
    })
}
