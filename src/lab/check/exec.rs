//! Programs in containers: in every current pod of a workload, and all must be right.

use std::time::Duration;

use regex::Regex;

use super::identity::{call, identity_or_admin};
use super::targets::{self, ContainerRef, Which};
use super::text::{cause, line_of, optional, quoted, short};
use crate::client::{Ended, ExecReply, Identity};
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::Run;
use crate::lab::course::values::{Exit, Runs};
use crate::lab::verdict::CheckResult;

/// The exit code of a shell that does not find a program.
const NOT_FOUND: i32 = 127;

pub(super) fn evaluate(spec: &Run, context: &CheckContext<'_>) -> CheckResult {
    attempt(spec, context).unwrap_or_else(|result| result)
}

fn attempt(spec: &Run, context: &CheckContext<'_>) -> Result<CheckResult, CheckResult> {
    if spec.argv.is_empty() || spec.control.is_empty() {
        return Err(CheckResult::error("the check names no program"));
    }
    let wanted = Wanted::of(spec)?;
    let identity = identity_or_admin(spec.by_whom.as_deref(), context)?;
    let which = if spec.each { Which::Each } else { Which::named(spec.container.as_deref()) };
    let containers = targets::of(context, &spec.ns, &spec.workload, which)?;
    let timeout = Duration::from_secs(spec.timeout.0.into());
    let one = |container: &ContainerRef| {
        // where nobody may run anything, that the container runs must do
        if spec.expect == Runs::Runs || identity != Identity::Admin {
            targets::control(context, container, &spec.control)?;
        }
        let reply = targets::run(context, container, &spec.argv, timeout, identity.clone())?;
        Ok(match spec.expect {
            Runs::Runs => wanted.runs(spec, container, reply),
            Runs::Denied => wanted.denied(spec, container, reply),
        })
    };
    Ok(targets::all(&containers, |container| one(container).unwrap_or_else(|result: CheckResult| result)))
}

struct Wanted {
    /// None if any will do, because what it prints is what counts.
    exit: Option<Exit>,
    stdout: Option<Regex>,
    not_stdout: Option<Regex>,
    stderr: Option<Regex>,
    message: Option<Regex>,
}

impl Wanted {
    fn of(spec: &Run) -> Result<Self, CheckResult> {
        let prints = spec.stdout.is_some() || spec.not_stdout.is_some() || spec.stderr.is_some();
        Ok(Self {
            exit: spec.exit.or_else(|| (!prints).then(Exit::default)),
            stdout: optional(spec.stdout.as_ref())?,
            not_stdout: optional(spec.not_stdout.as_ref())?,
            stderr: optional(spec.stderr.as_ref())?,
            message: optional(spec.message.as_ref())?,
        })
    }

    fn runs(&self, spec: &Run, container: &ContainerRef, reply: ExecReply) -> CheckResult {
        match reply {
            ExecReply::Ended(ended) => match self.wrong(&ended) {
                Some(wrong) => CheckResult::fail(format!("in {container} it {wrong}")),
                None if ended.stdout.trim().is_empty() && ended.exit != 0 => {
                    CheckResult::pass(format!("it complains {}", quoted(&ended.stderr)))
                }
                None => {
                    let line = self.stdout.as_ref().and_then(|pattern| line_of(pattern, &ended.stdout));
                    CheckResult::pass(format!("it prints {}", quoted(line.unwrap_or(&ended.stdout))))
                }
            },
            ExecReply::Refused { message, .. } => {
                CheckResult::fail(format!("it does not run in {container}: {}", cause(&message)))
            }
            ExecReply::TimedOut => {
                CheckResult::fail(format!("in {container} it takes longer than {} s", spec.timeout.0))
            }
        }
    }

    /// What is wrong of a program that ended: the rest of a sentence.
    fn wrong(&self, ended: &Ended) -> Option<String> {
        let complaint = || match ended.stderr.trim() {
            "" => format!("prints {}", quoted(&ended.stdout)),
            _ => format!("complains {}", quoted(&ended.stderr)),
        };
        match self.exit {
            Some(Exit::Code(code)) if code != ended.exit && ended.exit == 0 => {
                return Some(format!("works, and prints {}", quoted(&ended.stdout)));
            }
            Some(Exit::Code(code)) if code != ended.exit => {
                return Some(format!("ends with exit code {}, and {}", ended.exit, complaint()));
            }
            Some(Exit::NonZero) if ended.exit == 0 => {
                return Some(format!("works, and prints {}", quoted(&ended.stdout)));
            }
            // a program that is not there has not been kept from anything
            Some(Exit::NonZero) if ended.exit == NOT_FOUND => return Some(format!("is not there: it {}", complaint())),
            _ => {}
        }
        if let Some(line) = self.not_stdout.as_ref().and_then(|pattern| line_of(pattern, &ended.stdout)) {
            return Some(format!("prints `{}`", short(line)));
        }
        let lacks =
            |pattern: &Option<Regex>, text: &str| pattern.as_ref().is_some_and(|pattern| !pattern.is_match(text));
        if lacks(&self.stdout, &ended.stdout) {
            return Some(format!("prints {}", quoted(&ended.stdout)));
        }
        lacks(&self.stderr, &ended.stderr).then(|| format!("complains {}", quoted(&ended.stderr)))
    }

    /// Only the API server's no counts: a pod that is gone or a container that is broken keeps nobody out.
    fn denied(&self, spec: &Run, container: &ContainerRef, reply: ExecReply) -> CheckResult {
        let who = spec.by_whom.as_deref().map_or_else(|| "the administrator".to_owned(), call);
        match reply {
            // a policy says 403 or 422, as it likes
            ExecReply::Refused { status: 403 | 422, message } => match &self.message {
                Some(wanted) if !wanted.is_match(&message) => {
                    CheckResult::fail(format!("it is refused, but not for that reason: {}", short(&message)))
                }
                _ => CheckResult::pass(format!("it is refused: {}", short(&message))),
            },
            ExecReply::Refused { status, message } => CheckResult::fail(format!(
                "it fails in {container} with status {status}, which is not a refusal: {}",
                short(&message)
            )),
            ExecReply::Ended(_) | ExecReply::TimedOut => CheckResult::fail(format!("{who} can run it in {container}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::client::{ExecReply, Identity};
    use crate::lab::check::page::{ended, page, pod, pod_in, refused};
    use crate::lab::check::recorded::{Fixture, Recorded, SHOP};
    use crate::lab::verdict::CheckResult;

    const ID: &str = "exec: {ns: shop, workload: deployment/page, argv: [id, -u], not_stdout: '^0$'}";

    fn evaluate(api: &Recorded, check: &str) -> CheckResult {
        Fixture::new().evaluate(api, check)
    }

    fn two() -> Recorded {
        page(&[pod("page-a", &["page"]), pod("page-b", &["page"])]).alive()
    }

    #[test]
    fn it_is_right_in_every_pod() {
        let api = two().runs(&["id", "-u"], ExecReply::Ended(ended(0, "1000\n", "")));
        assert_eq!(evaluate(&api, ID), CheckResult::pass("it prints `1000`"));
    }

    #[test]
    fn one_pod_that_is_wrong_is_enough() {
        let api = two().ends("page-a", "page", &["id", "-u"], ended(0, "1000\n", "")).ends(
            "page-b",
            "page",
            &["id", "-u"],
            ended(0, "0\n", ""),
        );
        assert_eq!(evaluate(&api, ID), CheckResult::fail("in container page of pod page-b it prints `0`"));
    }

    #[test]
    fn a_cluster_that_does_not_answer_is_an_error() {
        let result = evaluate(&Recorded::down(), ID);
        assert_eq!(result, CheckResult::error("the cluster does not answer: connection refused"));
        let broken = page(&[pod("page-a", &["page"])]).runs(&["true"], refused(500, "error dialing backend: EOF"));
        assert_eq!(evaluate(&broken, ID), CheckResult::error("error dialing backend: EOF"));
    }

    #[test]
    fn without_a_pod_that_runs_nothing_is_right() {
        assert_eq!(evaluate(&page(&[]), ID), CheckResult::nothing("Deployment page has no pod"));
        let waits = pod_in("page-a", &[("page", json!({"waiting": {"reason": "CrashLoopBackOff"}}))]);
        assert_eq!(
            evaluate(&page(&[waits]), ID),
            CheckResult::nothing("container page of pod page-a does not run: CrashLoopBackOff")
        );
        let named = ID.replace("argv", "container: sidecar, argv");
        assert_eq!(evaluate(&two(), &named), CheckResult::nothing("deployment/page has no container sidecar"));
    }

    #[test]
    fn the_control_comes_first() {
        let check = "exec: {ns: shop, workload: deployment/page, argv: [rm, /www/index.html], exit: nonzero}";
        let api = page(&[pod("page-a", &["page"])]).runs(&["true"], refused(500, "no such file"));
        assert_eq!(
            evaluate(&api, check),
            CheckResult::nothing("`true` does not run in container page of pod page-a: no such file")
        );
        let slow = evaluate(&page(&[pod("page-a", &["page"])]).runs(&["true"], ExecReply::TimedOut), check);
        assert_eq!(slow, CheckResult::error("`true` takes longer than 10 s in container page of pod page-a"));
        let own = check.replace("exit:", "control: [ls, /www], exit:");
        let api = page(&[pod("page-a", &["page"])]).runs(&["ls", "/www"], ExecReply::Ended(ended(1, "", "ls: /www")));
        assert_eq!(
            evaluate(&api, &own),
            CheckResult::nothing("`ls /www` does not run in container page of pod page-a: ls: /www")
        );
    }

    #[test]
    fn it_fails_for_the_reason_that_is_meant() {
        let check = "exec: {ns: shop, workload: deployment/page, argv: [rm, /www/index.html], exit: nonzero, \
                     stderr: Read-only}";
        let of = |reply| evaluate(&two().runs(&["rm", "/www/index.html"], reply), check);
        let complaint = "rm: can't remove '/www/index.html': Read-only file system";
        assert_eq!(
            of(ExecReply::Ended(ended(1, "", complaint))),
            CheckResult::pass(format!("it complains `{complaint}`"))
        );
        for (reply, observed) in [
            (ExecReply::Ended(ended(0, "", "")), "it works, and prints nothing"),
            (ExecReply::Ended(ended(1, "", "rm: no")), "it complains `rm: no`"),
            (
                ExecReply::Ended(ended(127, "", "sh: rm: not found")),
                "it is not there: it complains `sh: rm: not found`",
            ),
            (ExecReply::TimedOut, "it takes longer than 5 s"),
        ] {
            assert_eq!(of(reply), CheckResult::fail(format!("in container page of pod page-a {observed}")));
        }
        assert_eq!(
            of(refused(500, "executable file not found in $PATH")),
            CheckResult::fail("it does not run in container page of pod page-a: executable file not found in $PATH")
        );
    }

    #[test]
    fn each_container_is_looked_at() {
        let check = "exec: {ns: shop, workload: deployment/page, each: true, argv: [cat, /proc/self/status], \
                     stdout: '^Seccomp:\\s2$'}";
        let api = page(&[pod("page-a", &["page", "log"])])
            .alive()
            .ends("page-a", "page", &["cat", "/proc/self/status"], ended(0, "Name: cat\nSeccomp:\t2\n", ""))
            .ends("page-a", "log", &["cat", "/proc/self/status"], ended(0, "Name: cat\nSeccomp:\t0\n", ""));
        assert_eq!(evaluate(&api, check), CheckResult::fail("in container log of pod page-a it prints `Name: cat`"));
        let status = ExecReply::Ended(ended(0, "Name: cat\nSeccomp:\t2\n", ""));
        let api = page(&[pod("page-a", &["page", "log"])]).alive().runs(&["cat", "/proc/self/status"], status);
        assert_eq!(evaluate(&api, check), CheckResult::pass("it prints `Seccomp: 2`"));
    }

    #[test]
    fn only_a_refusal_of_the_api_server_denies() {
        let check = "exec: {ns: shop, workload: deployment/page, as: {service_account: shop/bot}, argv: [sh], \
                     expect: denied, message: 'cannot create'}";
        let bot = format!("/api/v1/namespaces/{SHOP}/serviceaccounts/bot");
        let of = |reply: ExecReply| {
            let api = page(&[pod("page-a", &["page"])]).alive().get(&bot, json!({}));
            let api = api.when_exec(move |exec| (exec.identity != Identity::Admin).then(|| reply.clone()));
            evaluate(&api, check)
        };
        let denial = "User \"bot\" cannot create resource \"pods/exec\"";
        assert_eq!(of(refused(403, denial)), CheckResult::pass(format!("it is refused: {denial}")));
        assert_eq!(
            of(refused(403, "a policy says no")),
            CheckResult::fail("it is refused, but not for that reason: a policy says no")
        );
        assert_eq!(
            of(refused(404, "pod not found")),
            CheckResult::fail(
                "it fails in container page of pod page-a with status 404, which is not a refusal: pod not found"
            )
        );
        assert_eq!(
            of(ExecReply::Ended(ended(1, "", ""))),
            CheckResult::fail("the service account bot can run it in container page of pod page-a")
        );
    }

    #[test]
    fn what_the_lab_says_wrong_is_an_error() {
        let api = Recorded::new();
        assert_eq!(evaluate(&api, &ID.replace("^0$", "(")), CheckResult::error("`(` is not a regular expression"));
        assert_eq!(evaluate(&api, &ID.replace("id, -u", "")), CheckResult::error("the check names no program"));
        assert_eq!(
            evaluate(&api, &ID.replace("ns: shop", "ns: barn")),
            CheckResult::error("the lab has no namespace `barn`")
        );
    }
}
