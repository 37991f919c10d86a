//! What the rules in CEL read: the pods of an object, whatever its kind, so that each rule is about pods only.
//!
//! Policies match several kinds. `dyn` keeps the API server from holding the expressions against the fields of each.

/// A variable of a policy: `variables.pod`.
#[derive(Debug, Clone, Copy)]
pub(in crate::policy) struct Variable {
    pub(in crate::policy) name: &'static str,
    /// Its value in CEL. It may read the variables before it.
    pub(in crate::policy) expression: &'static str,
}

pub(super) const POD: Variable = Variable {
    name: "pod",
    expression: "\
object.kind == 'Pod' ? dyn(object).spec
: object.kind == 'PodTemplate' ? dyn(object).template.spec
: object.kind == 'CronJob' ? dyn(object).spec.jobTemplate.spec.template.spec
: dyn(object).spec.template.spec",
};

/// The annotations of the pods.
pub(super) const ANNOTATIONS: Variable = Variable {
    name: "annotations",
    expression: "\
(object.kind == 'Pod' ? dyn(object).?metadata
: object.kind == 'PodTemplate' ? dyn(object).?template.?metadata
: object.kind == 'CronJob' ? dyn(object).spec.jobTemplate.spec.template.?metadata
: dyn(object).spec.template.?metadata).?annotations.orValue({})",
};

/// Init containers, containers and ephemeral ones.
pub(super) const CONTAINERS: Variable = Variable {
    name: "containers",
    expression: "\
variables.pod.?initContainers.orValue([])
+ variables.pod.?containers.orValue([])
+ variables.pod.?ephemeralContainers.orValue([])",
};

/// The security contexts: of the pod, then of its containers, and whose each is. None is an empty one.
pub(super) const CONTEXTS: Variable = Variable {
    name: "contexts",
    expression: "\
[{'of': dyn('the pod'), 'security': variables.pod.?securityContext.orValue({})}]
+ variables.containers.map(c,
  {'of': dyn('container ' + c.name), 'security': c.?securityContext.orValue({})})",
};

/// The images: whose each is, as it is written, and with the registry and folder that a short name stands for.
pub(super) const IMAGES: Variable = Variable {
    name: "images",
    expression: r"variables.containers.filter(c, c.?image.orValue('') != '').map(c, {
  'container': string(c.name),
  'image': string(c.image),
  'name': [c.image.find('^([^@/]*/)*[^@/:]*')]
    .map(n, n.matches('^(localhost|[^/]*[.:][^/]*)/') ? n : 'docker.io/' + n)
    .map(n, n.startsWith('index.docker.io/') ? n.replace('index.', '', 1) : n)
    .map(n, n.matches('^docker[.]io/[^/]*$') ? n.replace('/', '/library/', 1) : n)[0]
})",
};

/// Whether a request changes pods. What is there already can then be scaled, labelled and deleted, by controllers too.
pub(in crate::policy) const CHANGES_PODS: &str = "\
request.operation != 'UPDATE' || (
  object.kind == 'Pod' ? object.spec != oldObject.spec
  : object.kind == 'PodTemplate' ? object.template != oldObject.template
  : object.kind == 'CronJob' ? object.spec.jobTemplate.spec.template != oldObject.spec.jobTemplate.spec.template
  : object.spec.template != oldObject.spec.template
)";
