//! What runs: the kind of workload and how many of it.

use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value as Json;

pub use super::scale::Replicas;
use super::values::{AppName, Number, Schedule, Seconds, TimeZone, known};
use crate::decode::{Decode, Decoder, Located, Yes, record, string_enum};
use crate::diagnostic::Diagnostic;
use crate::yaml::{Kind as Form, Node};

/// How long a pod that others can call goes on answering before it is told to stop, in seconds: until then requests still
/// come.
pub const DRAIN: i64 = 5;

string_enum! {
    /// The kind of a workload.
    WorkloadKind {
        /// Interchangeable pods that run for ever.
        "deployment" Deployment,
        /// Pods with a name and a volume of their own.
        "statefulset" StatefulSet,
        /// One pod on each node.
        "daemonset" DaemonSet,
        /// Runs once to its end.
        "job" Job,
        /// Runs to its end again and again.
        "cronjob" CronJob,
    }
}

impl WorkloadKind {
    /// How many characters its name may have: a label holds 63, and a cronjob's jobs and a statefulset's revisions get 11
    /// more than their owner.
    pub fn longest_name(self) -> usize {
        match self {
            Self::CronJob | Self::StatefulSet => 52,
            _ => 63,
        }
    }
}

string_enum! {
    /// What a `CronJob` does when the last run has not ended.
    Concurrency {
        /// Waits for the next time.
        "forbid" Forbid,
        /// Starts all the same.
        "allow" Allow,
        /// Stops the last run.
        "replace" Replace,
    }
}

string_enum! {
    /// How the pods of a statefulset start.
    Start {
        /// One after the other, each when the one before is ready.
        "ordered" Ordered,
        /// All at once.
        "parallel" Parallel,
    }
}

string_enum! {
    /// What becomes of volumes that no pod needs any more.
    Retention {
        /// They stay, with what is in them.
        "keep" Keep,
        /// Those of pods that are too many are deleted.
        "whenScaled" WhenScaled,
        /// Those of pods that are too many, and all with the statefulset, are deleted.
        "delete" Delete,
    }
}

record! {
    /// The kind of workload with its settings.
    WorkloadSettings "workload" {
        /// deployment, statefulset, daemonset, job or cronjob.
        kind "kind": WorkloadKind,
        /// When a cronjob runs: five cron fields.
        schedule "schedule": Option<Located<Schedule>> = None,
        /// The time zone of the schedule.
        time_zone "timeZone": Located<TimeZone> = known::<TimeZone>("Etc/UTC").into(),
        /// What a cronjob does when the last run has not ended: forbid, allow or replace.
        concurrency "concurrency": Located<Concurrency> = Concurrency::Forbid.into(),
        /// How late a cronjob may start, in seconds.
        starting_deadline "startingDeadline": Located<Number<10, 86_400>> = Number(300).into(),
        /// How long a run may take, in seconds, jobs and cronjobs.
        deadline "deadline": Located<Number<1, 604_800>> = Number(3600).into(),
        /// How often a failed run is tried again, jobs and cronjobs.
        retries "retries": Located<Number<0, 100>> = Number(3).into(),
        /// How many runs of a job have to end well; jobs and cronjobs.
        completions "completions": Option<Located<Number<1, 100_000>>> = None => "1",
        /// How many runs of a job there are at the same time; jobs and cronjobs.
        parallel "parallel": Option<Located<Number<1, 10_000>>> = None => "1",
        /// Whether each run gets a number, in the variable `JOB_COMPLETION_INDEX`; jobs and cronjobs.
        indexed "indexed": Option<Located<Yes>> = None => "no",
        /// Whether a job is named after what it runs: Kubernetes refuses to change a job, so that a change has to make a new
        /// one; jobs only.
        fresh "fresh": Option<Located<Yes>> = None => "no",
        /// How the pods of a statefulset start: one after the other, or all at once.
        start "start": Located<Start> = Start::Ordered.into(),
        /// Pods of a statefulset with a lower number keep what they run when it changes.
        partition "partition": Option<Located<Number<0, 1000>>> = None,
        /// The name of the Service that gives each pod of a statefulset a name.
        headless "headless": Option<Located<AppName>> = None => "that of the app, and `-headless`",
        /// What becomes of the volumes of a statefulset that is deleted or made smaller.
        retention "retention": Located<Retention> = Retention::Keep.into(),
        /// How long a finished job is kept, in seconds.
        keep "keep": Located<Seconds> = Number(86_400).into(),
        /// How long a pod may take to stop, in seconds, of which the first 5 pass before it is told so if others can
        /// call it.
        grace "grace": Option<Located<Number<1, 86_400>>> = None => "45; statefulset 120; jobs 30",
    }
}

/// A workload, written as its kind alone or as a mapping with settings.
#[derive(Debug, Clone, Default)]
pub struct Workload(WorkloadSettings);

impl Deref for Workload {
    type Target = WorkloadSettings;

    fn deref(&self) -> &WorkloadSettings {
        &self.0
    }
}

impl Decode for Workload {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        if node.kind() == Form::Mapping {
            return WorkloadSettings::decode(node, decoder).map(Self);
        }
        let kind = WorkloadKind::decode(node, decoder)?;
        Some(Self(WorkloadSettings { kind, ..WorkloadSettings::default() }))
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }

    fn written(&self) -> Option<Json> {
        let settings = self.0.written()?;
        let alone = settings.as_object().is_some_and(serde_json::Map::is_empty);
        if alone { self.kind.written() } else { Some(settings) }
    }
}

impl JsonSchema for Workload {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Workload".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let settings = generator.subschema_for::<WorkloadSettings>();
        json_schema!({ "oneOf": [{ "type": "string", "enum": WorkloadKind::WORDS }, settings] })
    }
}

impl WorkloadSettings {
    /// Whether its pods run to an end.
    pub fn is_batch(&self) -> bool {
        matches!(self.kind, WorkloadKind::Job | WorkloadKind::CronJob)
    }

    /// How long a pod may take to stop where nothing is said, in seconds.
    pub fn usual_grace(&self) -> i64 {
        match self.kind {
            WorkloadKind::StatefulSet => 120,
            WorkloadKind::Job | WorkloadKind::CronJob => 30,
            _ => 45,
        }
    }

    /// Whether the number of its pods can be chosen.
    pub fn has_replicas(&self) -> bool {
        matches!(self.kind, WorkloadKind::Deployment | WorkloadKind::StatefulSet)
    }
}

/// Settings that make no sense for a kind, with the kinds that have them.
pub fn check(workload: &Workload, decoder: &mut Decoder<'_>) {
    use WorkloadKind::{CronJob, Job, StatefulSet};
    let mut only = |kinds: &[WorkloadKind], key: &str, span: Option<crate::yaml::Span>| {
        if let Some(span) = span.filter(|_| !kinds.contains(&workload.kind)) {
            let names: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
            decoder.report(
                Diagnostic::error(span, format!("a {} has no `{key}`", workload.kind.as_str()))
                    .label(format!("only a {} has one", names.join(" or a "))),
            );
        }
    };
    only(&[CronJob], "schedule", workload.schedule.as_ref().map(|value| value.span));
    only(&[CronJob], "timeZone", workload.time_zone.place());
    only(&[CronJob], "concurrency", workload.concurrency.place());
    only(&[CronJob], "startingDeadline", workload.starting_deadline.place());
    only(&[Job, CronJob], "deadline", workload.deadline.place());
    only(&[Job, CronJob], "retries", workload.retries.place());
    only(&[Job, CronJob], "keep", workload.keep.place());
    only(&[Job, CronJob], "completions", workload.completions.as_ref().map(|value| value.span));
    only(&[Job, CronJob], "parallel", workload.parallel.as_ref().map(|value| value.span));
    only(&[Job, CronJob], "indexed", workload.indexed.as_ref().map(|value| value.span));
    only(&[Job], "fresh", workload.fresh.as_ref().map(|value| value.span));
    only(&[StatefulSet], "start", workload.start.place());
    only(&[StatefulSet], "partition", workload.partition.as_ref().map(|value| value.span));
    only(&[StatefulSet], "headless", workload.headless.as_ref().map(|value| value.span));
    only(&[StatefulSet], "retention", workload.retention.place());
    if let Some(indexed) = workload.indexed.as_ref().filter(|_| workload.completions.is_none()) {
        let problem = Diagnostic::error(indexed.span, "runs without an end have no numbers");
        decoder.report(problem.label("expected `completions` beside it"));
    }
}
