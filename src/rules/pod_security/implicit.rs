//! What neither a pod nor some of its containers say.

use serde_json::Value;

use super::Holder;
use crate::diagnostic::Diagnostic;
use crate::k8s::pod::{Container, Pod, SecurityFields};
use crate::rules::rule::Safety;
use crate::rules::sink::Sink;
use crate::yaml::edit;

/// Containers that leave to the pod what it does not say either.
#[derive(Debug)]
pub(super) struct Implicit<'c, 'd, 's> {
    pod: &'c Pod<'d, 's>,
    containers: Vec<&'c Container<'d, 's>>,
}

impl<'c, 'd, 's> Implicit<'c, 'd, 's> {
    /// The containers whose security context is silent.
    pub(super) fn of(pod: &'c Pod<'d, 's>, is_silent: impl Fn(&SecurityFields<'d, 's>) -> bool) -> Self {
        Self { pod, containers: pod.containers.iter().filter(|container| is_silent(&container.security)).collect() }
    }

    pub(super) fn names(&self) -> Vec<&'d str> {
        self.containers.iter().map(|container| container.name()).collect()
    }

    /// Reports the pod if none of its containers says anything, or else those that do not, in words for one and for
    /// several of them. `value` at `path` fixes it.
    pub(super) fn report(
        &self,
        (one, several): (&str, &str),
        label: &str,
        (path, value): (&[&str], &Value),
        title: &str,
        sink: &mut Sink<'_>,
    ) {
        if self.containers.len() == self.pod.containers.len() && !self.containers.is_empty() {
            let edit = sink.fix(|text| edit::set(text, self.pod.spec, path, value));
            let message = match &*self.containers {
                [container] => format!("container `{}` {one}", container.name()),
                _ => format!("the containers {several}"),
            };
            let report = Diagnostic::new(self.pod.security_place(), message);
            sink.report(report.label(label).fix(Safety::Unsafe, format!("{title} for the pod"), edit));
            return;
        }
        for container in &self.containers {
            let edit = sink.fix(|text| edit::set(text, container.node, path, value));
            let report = Holder::Container(container).report(container.security_place(), one).label(label).fix(
                Safety::Unsafe,
                title,
                edit,
            );
            sink.report(report);
        }
    }
}
