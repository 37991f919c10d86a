//! `validateOS`, `validateLinux`, `validateWindows` and `validateWindowsHostProcessPod`.

use crate::k8s::validation::{At, Errors, at};

const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// What a pod for Windows cannot have.
const NOT_POD: [&str; 4] = ["hostUsers", "hostPID", "hostIPC", "shareProcessNamespace"];
const NOT_CONTEXT: [&str; 11] = [
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "fsGroup",
    "fsGroupChangePolicy",
    "sysctls",
    "runAsUser",
    "runAsGroup",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "seLinuxChangePolicy",
];
const NOT_CONTAINER: [&str; 10] = [
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
    "runAsUser",
    "runAsGroup",
];

/// `validateOS`, with what each system does not have.
pub(super) fn validate_os<'d, 's>(
    os: Option<At<'d, 's>>,
    spec: At<'d, 's>,
    context: Option<At<'d, 's>>,
    errors: &mut Errors<'d, 's>,
) {
    validate_host_process(spec, context, errors);
    let Some(name) = os.and_then(|os| os.get("name")) else { return };
    match name.str() {
        Some("linux") => {
            let own = context.and_then(|context| context.get("windowsOptions"));
            forbid(own.into_iter(), "a pod for Linux", name, errors);
            each_context(spec, errors, &mut |context, errors| {
                forbid(context.get("windowsOptions").into_iter(), "a pod for Linux", name, errors);
            });
        }
        Some("windows") => {
            let falsy = |field: &At<'d, 's>| field.node.as_bool() != Some(false);
            let of_pod = spec
                .present(NOT_POD)
                .filter(|it| matches!(it.name(), "hostUsers" | "shareProcessNamespace") || falsy(it));
            forbid(of_pod, "a pod for Windows", name, errors);
            if let Some(context) = context {
                forbid(context.present(NOT_CONTEXT).filter(|it| !it.is_empty()), "a pod for Windows", name, errors);
            }
            each_context(spec, errors, &mut |context, errors| {
                forbid(context.present(NOT_CONTAINER), "a pod for Windows", name, errors);
            });
        }
        Some(_) => {
            if let Some(os) = os {
                errors.invalid_at(os, name, "cannot be this; its `name` is `linux` or `windows`");
            }
        }
        None => {}
    }
}

fn forbid<'d, 's>(fields: impl Iterator<Item = At<'d, 's>>, pod: &str, os: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for field in fields {
        errors.conflict(field, format!("may not be set in {pod}"), Some(os), "the system");
    }
}

/// The security context of each container.
fn each_context<'d, 's>(
    spec: At<'d, 's>,
    errors: &mut Errors<'d, 's>,
    each: &mut dyn FnMut(At<'d, 's>, &mut Errors<'d, 's>),
) {
    for item in spec.present(LISTS).flat_map(At::items) {
        if let Some(context) = item.get("securityContext") {
            errors.within(item.text("name"));
            each(context, errors);
        }
    }
    errors.within(None);
}

/// `validateWindowsHostProcessPod`.
fn validate_host_process<'d, 's>(spec: At<'d, 's>, context: Option<At<'d, 's>>, errors: &mut Errors<'d, 's>) {
    let own = |context: Option<At<'d, 's>>| context.and_then(|it| it.path(&["windowsOptions", "hostProcess"]));
    let pod = own(context);
    let (mut all, mut on, mut first) = (0, 0, pod);
    for item in spec.present(LISTS).flat_map(At::items) {
        let container = own(item.get("securityContext"));
        all += 1;
        on += usize::from(at::is_true(container.or(pod)));
        first = first.or(container);
        if let (Some(outer), Some(inner)) = (pod, container)
            && outer.is_true() != inner.is_true()
        {
            errors.within(item.text("name"));
            errors.conflict(inner, "must be as it is for the pod", Some(outer), "of the pod");
            errors.within(None);
        }
    }
    let Some(first) = first.filter(|_| on > 0) else { return };
    if on != all {
        errors.conflict(first, "must be true for all containers of the pod or for none", None, "");
    }
    match spec.get("hostNetwork") {
        Some(network) if !network.is_true() => {
            errors.invalid_beside(network, "must be true for `hostProcess`", Some(first), "set here");
        }
        None => errors.required(spec, "hostNetwork", "`hostProcess` is in the network of the node"),
        Some(_) => {}
    }
}
