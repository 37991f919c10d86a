//! Who can reach whom.

use std::thread;
use std::time::Duration;

use super::destination::{Destination, resolve};
use super::targets::{self, ContainerRef, Which};
use super::tcp;
use super::text::{cause, short};
use crate::client::{ExecReply, Identity};
use crate::lab::check_context::CheckContext;
use crate::lab::course::CheckKind;
use crate::lab::course::check_kind::{Connect, From, To};
use crate::lab::course::values::Reached;
use crate::lab::probe_pods::{CONTAINER, Dialer};
use crate::lab::verdict::{CheckResult, Verdict};

/// After which time a dial that surprises is tried again, if that may help.
const AGAIN: Duration = Duration::from_millis(300);

/// Looks once.
pub(super) fn evaluate(spec: &Connect, context: &CheckContext<'_>) -> CheckResult {
    attempt(spec, context).unwrap_or_else(|result| result)
}

fn attempt(spec: &Connect, context: &CheckContext<'_>) -> Result<CheckResult, CheckResult> {
    let control = control(spec, context)?;
    let to = resolve(spec, context)?;
    if to.is_made_here() {
        return to_ours(spec, &to, context);
    }
    let from = Source::of(&spec.from, context)?;
    let mut found = from.dial(spec, &to, context)?;
    if !is_wanted(found, spec.expect) && from.is_fresh() {
        thread::sleep(AGAIN);
        found = from.dial(spec, &to, context)?;
    }
    let observed = observed(found, &to, &from);
    if !is_wanted(found, spec.expect) {
        return Ok(CheckResult::fail(observed));
    }
    let Some(control) = control else { return Ok(CheckResult::pass(observed)) };
    let reached = evaluate(&control, context);
    Ok(match reached.verdict {
        Verdict::Pass => CheckResult::pass(observed),
        Verdict::Error => reached,
        Verdict::Fail | Verdict::Blocked => CheckResult::nothing(format!(
            "{observed}, but neither does it answer who should be answered: {}",
            reached.observed
        )),
    })
}

/// To a place that is made for the dial. That it can be reached at all shows who nobody can have named in a policy.
fn to_ours(spec: &Connect, to: &Destination, context: &CheckContext<'_>) -> Result<CheckResult, CheckResult> {
    let stranger = Source::of(&From { new_namespace: true, ..From::default() }, context)?;
    let reached = stranger.dial(spec, to, context)?;
    if reached != Reached::Open {
        let observed = format!("{} cannot be reached from any pod of this cluster", to.name);
        // not every cluster has a way to this machine
        return Ok(if to.is_machine() { CheckResult::pass(observed) } else { CheckResult::error(observed) });
    }
    let from = Source::of(&spec.from, context)?;
    let mut found = from.dial(spec, to, context)?;
    if !is_wanted(found, spec.expect) && from.is_fresh() {
        thread::sleep(AGAIN);
        found = from.dial(spec, to, context)?;
    }
    Ok(CheckResult::when(is_wanted(found, spec.expect), observed(found, to, &from)))
}

fn observed(found: Reached, to: &Destination, from: &Source) -> String {
    match found {
        Reached::Open => format!("{} answers {from}", to.name),
        Reached::Blocked => format!("{} does not answer {from} within {} s", to.name, tcp::SECONDS),
        Reached::Refused => format!("{} refuses {from}", to.name),
    }
}

/// Whoever refuses on behalf of a policy blocks too: then it is the control that shows that somebody is there.
fn is_wanted(found: Reached, expect: Reached) -> bool {
    found == expect || (expect == Reached::Blocked && found == Reached::Refused)
}

/// What shows that the same place can be reached at all: every check that finds nothing there needs it.
fn control(spec: &Connect, context: &CheckContext<'_>) -> Result<Option<Connect>, CheckResult> {
    let Some(id) = spec.control.as_deref() else {
        let is_needed =
            spec.expect == Reached::Blocked && !matches!(spec.to, Some(To::NewNamespace(..) | To::Outside(_)));
        return if is_needed { Err(CheckResult::error("this check has no control")) } else { Ok(None) };
    };
    match (context.check)(id).map(|check| check.probe) {
        Some(CheckKind::Connect(control)) if control.expect == Reached::Open => Ok(Some(control)),
        _ => Err(CheckResult::error(format!("the control `{id}` is not a check that something can be reached"))),
    }
}

fn alias(from: &From) -> Result<&str, CheckResult> {
    from.ns.as_deref().map(|alias| &**alias).ok_or_else(|| CheckResult::error("the check names no namespace"))
}

/// Who dials.
enum Source {
    /// A throw-away pod.
    Ours { container: ContainerRef, labels: Vec<String>, dialer: Dialer },
    /// A workload of the lab.
    Theirs(ContainerRef),
}

impl Source {
    fn of(from: &From, context: &CheckContext<'_>) -> Result<Self, CheckResult> {
        if let Some(workload) = &from.workload {
            let containers = targets::of(context, alias(from)?, workload, Which::First)?;
            let first = containers.into_iter().next();
            return first.map(Self::Theirs).ok_or_else(|| CheckResult::nothing(format!("{} has no pod", &**workload)));
        }
        let made;
        let namespace = if from.new_namespace {
            made = context.probes.new_namespace()?;
            made.as_str()
        } else {
            super::objects::namespace(context, alias(from)?)?
        };
        let labels: Vec<String> = from.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let dialer = context.probes.pod(namespace, &labels)?;
        let container =
            ContainerRef { namespace: namespace.to_owned(), pod: dialer.name.clone(), container: CONTAINER.to_owned() };
        Ok(Self::Ours { container, labels, dialer })
    }

    fn is_fresh(&self) -> bool {
        matches!(self, Self::Ours { dialer, .. } if dialer.is_fresh())
    }

    fn dial(&self, spec: &Connect, to: &Destination, context: &CheckContext<'_>) -> Result<Reached, CheckResult> {
        let (Self::Ours { container, .. } | Self::Theirs(container)) = self;
        let argv = tcp::argv(spec.proto, &to.address, to.port);
        let reply = targets::run(context, container, &argv, targets::MOMENT, Identity::Admin)?;
        if reply == ExecReply::TimedOut {
            // it stops itself after a second, so that it is the cluster that is slow
            return Err(CheckResult::error(format!(
                "a dial in {container} takes longer than {} s",
                targets::MOMENT.as_secs()
            )));
        }
        tcp::reading(spec.proto, &reply).map_err(|reason| match self {
            // a name that nobody knows
            Self::Ours { .. } if reason.contains("bad address") => CheckResult::nothing(short(&reason)),
            Self::Ours { container, labels, .. } => {
                context.probes.forget(&container.namespace, labels);
                CheckResult::error(format!("tightship cannot dial {}: {}", to.name, cause(&reason)))
            }
            Self::Theirs(container) => {
                CheckResult::nothing(format!("{container} cannot dial {}: {}", to.name, cause(&reason)))
            }
        })
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ours { container, labels, .. } if labels.is_empty() => {
                write!(formatter, "a pod without labels in {}", container.namespace)
            }
            Self::Ours { container, labels, .. } => {
                write!(formatter, "a pod with {} in {}", labels.join(","), container.namespace)
            }
            Self::Theirs(container) => write!(formatter, "pod {}", container.pod),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::client::{ApiError, ExecReply, Method, Response};
    use crate::lab::check::page::{ended, page, pod, refused};
    use crate::lab::check::recorded::{Fixture, OTHER, Recorded, SHOP, check};
    use crate::lab::probe_pods::{self, LABEL};
    use crate::lab::verdict::{CheckResult, Verdict};

    const DIAL: &[&str] = &["timeout", "1", "nc", "10.96.0.9", "8080", "-e", "true"];
    const BLOCKED: &str = "connect: {from: {ns: other, labels: {app: bad}}, to: {ns: shop, service: api}, port: 8080, \
                           expect: blocked, control: friend}";
    const OPEN: &str = "connect: {from: {ns: shop, labels: {app: good}}, to: {ns: shop, service: api}, expect: open}";

    /// A service that somebody serves, and pods that start.
    fn cluster(ready: bool) -> Recorded {
        let service = json!({"spec": {"clusterIP": "10.96.0.9", "ports": [{"port": 8080, "protocol": "TCP"}]}});
        let slice = json!({"endpoints": [{"addresses": ["10.0.0.7"], "conditions": {"ready": ready}}]});
        let slices = format!(
            "/apis/discovery.k8s.io/v1/namespaces/{SHOP}/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dapi"
        );
        Recorded::new().get(&format!("/api/v1/namespaces/{SHOP}/services/api"), service).list(&slices, &[slice]).when(
            |request| {
                let is_probe = request.path.contains("/pods");
                let running = json!({"status": {"phase": "Running"}});
                is_probe.then(|| Response { status: 200, body: running.to_string(), warnings: Vec::new() })
            },
        )
    }

    /// What dials from the two namespaces find.
    fn dials(api: Recorded, shop: ExecReply, other: ExecReply) -> Recorded {
        api.when_exec(move |exec| {
            assert_eq!(exec.argv, DIAL);
            Some(if exec.namespace == SHOP { shop.clone() } else { other.clone() })
        })
    }

    fn evaluate(api: &Recorded, text: &str) -> CheckResult {
        let mut fixture = Fixture::new();
        fixture.checks.push(check(&format!("{{id: friend, text: it answers, why: it must, {OPEN}}}")));
        fixture.evaluate(api, text)
    }

    fn open() -> ExecReply {
        ExecReply::Ended(ended(0, "", ""))
    }

    fn silent() -> ExecReply {
        ExecReply::Ended(ended(143, "", "Terminated"))
    }

    #[test]
    fn a_service_answers_or_does_not() {
        let answers = evaluate(&dials(cluster(true), open(), silent()), OPEN);
        assert_eq!(answers, CheckResult::pass(format!("service api:8080 answers a pod with app=good in {SHOP}")));
        let nobody = evaluate(&dials(cluster(true), silent(), silent()), OPEN);
        let observed = format!("service api:8080 does not answer a pod with app=good in {SHOP} within 1 s");
        assert_eq!(nobody, CheckResult::fail(observed));
        let refuses = evaluate(&dials(cluster(true), ExecReply::Ended(ended(1, "", "")), open()), OPEN);
        assert_eq!(refuses, CheckResult::fail(format!("service api:8080 refuses a pod with app=good in {SHOP}")));
    }

    #[test]
    fn blocked_is_who_gets_no_answer_where_others_do() {
        let api = dials(cluster(true), open(), silent());
        let observed = format!("service api:8080 does not answer a pod with app=bad in {OTHER} within 1 s");
        assert_eq!(evaluate(&api, BLOCKED), CheckResult::pass(&observed));
        let open_to_all = evaluate(&dials(cluster(true), open(), open()), BLOCKED);
        assert_eq!(open_to_all, CheckResult::fail(format!("service api:8080 answers a pod with app=bad in {OTHER}")));
        let dead = evaluate(&dials(cluster(true), silent(), silent()), BLOCKED);
        let friend = format!("service api:8080 does not answer a pod with app=good in {SHOP} within 1 s");
        assert_eq!(
            dead,
            CheckResult::nothing(format!("{observed}, but neither does it answer who should be answered: {friend}"))
        );
        let refusing = evaluate(&dials(cluster(true), open(), ExecReply::Ended(ended(1, "", ""))), BLOCKED);
        assert_eq!(refusing, CheckResult::pass(format!("service api:8080 refuses a pod with app=bad in {OTHER}")));
    }

    #[test]
    fn nobody_who_listens_is_nobody_who_is_blocked() {
        for check in [OPEN, BLOCKED] {
            let result = evaluate(&cluster(false), check);
            assert_eq!(result, CheckResult::nothing("nobody listens at the service api: none of its pods is ready"));
            let port = check.replace("service: api}", "service: api}, port: 80").replace(", port: 8080", "");
            let result = evaluate(&cluster(true), &port);
            assert_eq!(result, CheckResult::nothing("the service api has no port 80 for TCP"));
        }
        let gone = Recorded::new().absent(&format!("/api/v1/namespaces/{SHOP}/services/api"));
        assert_eq!(evaluate(&gone, OPEN), CheckResult::nothing(format!("there is no service api in {SHOP}")));
    }

    #[test]
    fn a_cluster_that_does_not_answer_or_a_pod_that_is_not_let_in_is_an_error() {
        assert_eq!(evaluate(&Recorded::down(), BLOCKED).verdict, Verdict::Error);
        let down = ApiError::Unreachable("connection refused".to_owned());
        assert_eq!(evaluate(&Recorded::down(), OPEN), CheckResult::from(down));
        let quota = json!({"kind": "Status", "message": "exceeded quota: small"});
        let full = Recorded::new().reply(Method::Post, &format!("/api/v1/namespaces/{SHOP}/pods"), 403, quota);
        let direct = OPEN.replace("to: {ns: shop, service: api}", "to: {ip: 10.0.0.7}, port: 8080");
        // what was begun is cleaned up
        let full = full.when(|request| (request.method == Method::Delete).then(Response::default));
        assert_eq!(
            evaluate(&full, &direct),
            CheckResult::error(format!(
                "the pod from which tightship dials is not let into {SHOP}: exceeded quota: small"
            ))
        );
        let broken = dials(cluster(true), ExecReply::Ended(ended(127, "", "sh: nc: not found")), open());
        assert_eq!(
            evaluate(&broken, OPEN),
            CheckResult::error("tightship cannot dial service api:8080: sh: nc: not found")
        );
    }

    /// A cluster in which namespaces can be made. Who dials to a new pod or to this machine finds this: the pods of a new
    /// namespace, and those of the shop.
    fn ours(stranger: &ExecReply, shop: &ExecReply) -> Recorded {
        let (stranger, shop) = (stranger.clone(), shop.clone());
        let address = json!({"status": {"phase": "Running", "podIP": "10.0.0.9"}});
        let node = json!({"status": {"addresses": [{"type": "InternalIP", "address": "127.0.0.1"}]}});
        Recorded::new()
            .reply(Method::Post, "/api/v1/namespaces", 201, json!({}))
            .list("/api/v1/nodes", &[node])
            .when(move |request| {
                let is_ours = request.path.contains("/pods") || request.method == Method::Delete;
                is_ours.then(|| Response { status: 200, body: address.to_string(), warnings: Vec::new() })
            })
            .when_exec(move |exec| Some(if exec.namespace == SHOP { shop.clone() } else { stranger.clone() }))
    }

    #[test]
    fn nobody_can_have_named_a_new_namespace() {
        let check =
            |expect: &str| format!("connect: {{from: {{ns: shop}}, to: {{new_namespace: true}}, expect: {expect}}}");
        let place = "a pod of a namespace that was made just now";
        let open_to_all = evaluate(&ours(&open(), &open()), &check("blocked"));
        assert_eq!(open_to_all, CheckResult::fail(format!("{place} answers a pod without labels in {SHOP}")));
        assert_eq!(evaluate(&ours(&open(), &open()), &check("open")).verdict, Verdict::Pass);
        assert_eq!(evaluate(&ours(&open(), &silent()), &check("blocked")).verdict, Verdict::Pass);
        // it does not even answer itself
        assert_eq!(evaluate(&ours(&silent(), &silent()), &check("blocked")).verdict, Verdict::Error);
        let api = ours(&open(), &silent());
        evaluate(&api, &format!("all: [{{{}}}, {{{}}}]", check("blocked"), check("blocked")));
        let made: Vec<Value> = api.asked().into_iter().filter_map(|request| request.body).collect();
        let names: Vec<&Value> = made.iter().filter(|object| object["kind"] == "Namespace").collect();
        assert_eq!(names.len(), 1, "{made:?}");
        assert_eq!(names[0]["metadata"].get("labels"), None);
        let name = names[0]["metadata"]["name"].as_str().unwrap();
        let gone = |request: &crate::client::Request| {
            request.method == Method::Delete && request.path == format!("/api/v1/namespaces/{name}")
        };
        assert!(api.asked().iter().any(gone));
    }

    #[test]
    fn who_comes_from_a_new_namespace_is_no_friend() {
        let check =
            "connect: {from: {new_namespace: true, labels: {app: good}}, to: {ip: 10.0.0.7}, port: 80, expect: open}";
        assert_eq!(evaluate(&ours(&open(), &silent()), check).verdict, Verdict::Pass);
        assert_eq!(evaluate(&ours(&silent(), &open()), check).verdict, Verdict::Fail);
    }

    #[test]
    fn this_machine_is_outside_of_the_cluster() {
        let check = "connect: {from: {ns: shop}, to: {outside: true}, expect: blocked}";
        let reached = evaluate(&ours(&open(), &open()), check);
        assert!(reached.observed.contains(", which is outside of the cluster, answers a pod"), "{}", reached.observed);
        assert_eq!(reached.verdict, Verdict::Fail);
        assert_eq!(evaluate(&ours(&open(), &silent()), check).verdict, Verdict::Pass);
        // where no pod has a way to this machine, nothing can be said against anybody
        let no_way = evaluate(&ours(&silent(), &silent()), check);
        assert_eq!(no_way.verdict, Verdict::Pass);
        assert!(no_way.observed.contains("cannot be reached from any pod"), "{}", no_way.observed);
    }

    #[test]
    fn what_finds_nothing_needs_a_control() {
        let without = BLOCKED.replace(", control: friend", "");
        assert_eq!(evaluate(&Recorded::new(), &without), CheckResult::error("this check has no control"));
        let unknown = BLOCKED.replace("friend", "enemy");
        let observed = "the control `enemy` is not a check that something can be reached";
        assert_eq!(evaluate(&Recorded::new(), &unknown), CheckResult::error(observed));
    }

    #[test]
    fn checks_share_pods_which_are_deleted_at_the_end() {
        let api = dials(cluster(true), open(), silent());
        evaluate(&api, &format!("all: [{{{OPEN}}}, {{{OPEN}}}, {{{BLOCKED}}}]"));
        let of = |method| api.asked().into_iter().filter(move |request| request.method == method);
        let made: Vec<Value> = of(Method::Post).filter_map(|request| request.body).collect();
        assert_eq!(made.len(), 2, "{made:?}");
        let labels = made[0].pointer("/metadata/labels").and_then(Value::as_object).unwrap();
        assert_eq!(labels["app"], "good");
        let selector =
            format!("?labelSelector=tightship%2Fprobe%3D{}&gracePeriodSeconds=0", labels[LABEL].as_str().unwrap());
        let mut deleted: Vec<String> = of(Method::Delete).map(|request| request.path).collect();
        deleted.sort();
        let path = |namespace| format!("/api/v1/namespaces/{namespace}/pods{selector}");
        assert_eq!(deleted, [path(OTHER), path(SHOP)]);
    }

    #[test]
    fn pods_that_dial_are_not_counted() {
        let ours = probe_pods::example();
        let theirs = json!({"metadata": {"name": "page", "labels": {"app": "page"}}});
        let api = Recorded::new()
            .get(&format!("/api/v1/namespaces/{SHOP}"), json!({"kind": "Namespace"}))
            .list(&format!("/api/v1/namespaces/{SHOP}/pods"), &[ours, theirs]);
        assert_eq!(evaluate(&api, "resource: {ns: shop, kind: Pod, count: 1}").verdict, Verdict::Pass);
        let only_says_so = json!({"metadata": {"name": "probe-1", "labels": {LABEL: "a1"}}});
        let api = Recorded::new()
            .get(&format!("/api/v1/namespaces/{SHOP}"), json!({"kind": "Namespace"}))
            .list(&format!("/api/v1/namespaces/{SHOP}/pods"), &[only_says_so]);
        assert_eq!(evaluate(&api, "resource: {ns: shop, kind: Pod, count: 1}").verdict, Verdict::Pass);
    }

    #[test]
    fn a_workload_dials_too() {
        let check =
            "connect: {from: {ns: shop, workload: deployment/page}, to: {ip: 10.96.0.9}, port: 8080, expect: open}";
        let api = || page(&[pod("page-a", &["page"])]);
        assert_eq!(evaluate(&api().runs(DIAL, open()), check), CheckResult::pass("10.96.0.9:8080 answers pod page-a"));
        let slow = evaluate(&api().runs(DIAL, ExecReply::TimedOut), check);
        assert_eq!(slow, CheckResult::error("a dial in container page of pod page-a takes longer than 10 s"));
        let no_nc = api().runs(DIAL, refused(500, "executable file not found"));
        assert_eq!(
            evaluate(&no_nc, check),
            CheckResult::nothing("container page of pod page-a cannot dial 10.96.0.9:8080: executable file not found")
        );
        assert_eq!(evaluate(&page(&[]), check), CheckResult::nothing("Deployment page has no pod"));
    }

    #[test]
    fn the_name_server_is_asked_for_a_name() {
        let check = "connect: {from: {ns: shop, workload: deployment/page}, proto: dns, expect: open}";
        let argv =
            ["timeout", "1", "nslookup", "-port=53", "-type=a", "kubernetes.default.svc.cluster.local.", "10.96.0.10"];
        let api = page(&[pod("page-a", &["page"])])
            .get("/api/v1/namespaces/kube-system/services/kube-dns", json!({"spec": {"clusterIP": "10.96.0.10"}}));
        let answered = api.runs(&argv, ExecReply::Ended(ended(0, "Name: kubernetes.default", "")));
        assert_eq!(evaluate(&answered, check), CheckResult::pass("the name server answers pod page-a"));
    }
}
