//! Fresh evidence in the audit log: something is done that can be told apart, and then the log is read.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::cel::Expression;
use super::folder::credentials;
use super::identity::{self, by_itself};
use super::objects::namespace;
use super::targets::{self, MOMENT, Which};
use super::text::short;
use crate::client::{ExecReply, Identity, Method, Request};
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::{Audit, Provoke};
use crate::lab::course::values::Presence;
use crate::lab::node::Look;
use crate::lab::verdict::{CheckResult, Verdict};

/// How long an event may take to be in the log.
const SLOW: Duration = Duration::from_millis(2500);
/// The pause before the log is read again.
const AGAIN: Duration = Duration::from_millis(250);
/// How far back a log is read that is not asked for one event, in seconds.
const WINDOW: f64 = 20.0;

/// Prints the clock, when the log was last written and how long it is, and its last lines: those with a word, or all that
/// are there at the end.
const SCRIPT: &str = r#"
[ -f "$1" ] || { [ -e "$1" ] && exit 5; exit 4; }
echo "$(date +%s.%3N) $(stat -L -c '%.3Y %s' "$1")"
if [ -n "$2" ]; then tail -c 16777216 "$1" | grep -F -- "$2"; else tail -c 4194304 "$1" | tail -n 2000; fi
:
"#;

/// Looks once.
pub(super) fn evaluate(spec: &Audit, context: &CheckContext<'_>) -> CheckResult {
    look(spec, context).unwrap_or_else(|result| result)
}

fn look(spec: &Audit, context: &CheckContext<'_>) -> Result<CheckResult, CheckResult> {
    let expression = spec.cel.as_ref().map(|cel| Expression::new(cel)).transpose()?;
    let Some(provoke) = spec.provoke.as_deref() else {
        let log = Log::read(spec, context, "")?;
        log.require_written(spec, context)?;
        return Ok(said(spec, expression.as_ref(), &log.recent()));
    };
    let nonce = format!("tightship-{}", super::text::nonce()?);
    self::provoke(provoke, &nonce, context)?;
    let end = Instant::now() + SLOW;
    loop {
        let log = Log::read(spec, context, &nonce)?;
        let result = said(spec, expression.as_ref(), &log.events);
        let is_settled = match spec.expect {
            Presence::Present => result.verdict != Verdict::Fail,
            // the event comes when the request is over, and its body with it
            Presence::Absent => result.verdict != Verdict::Pass || is_complete(&log.events),
        };
        if is_settled || Instant::now() >= end {
            if result.verdict == Verdict::Pass && spec.expect == Presence::Absent && log.events.is_empty() {
                log.require_written(spec, context)?;
            }
            return Ok(result);
        }
        thread::sleep(AGAIN);
    }
}

fn is_complete(events: &[Value]) -> bool {
    events.iter().any(|event| event.get("stage").is_some_and(|stage| stage == "ResponseComplete"))
}

/// Does what the log shall tell of. The word that tells it apart is in the URL, which every event has.
fn provoke(spec: &Provoke, nonce: &str, context: &CheckContext<'_>) -> Result<(), CheckResult> {
    let identity = spec.by_whom.as_deref().map_or(Ok(Identity::Admin), |who| by_itself(who, context))?;
    if let Some(workload) = &spec.exec {
        let alias =
            spec.ns.as_ref().ok_or_else(|| CheckResult::error("a program is run in a workload of a namespace"))?;
        let containers = targets::of(context, alias, workload, Which::First)?;
        let container =
            containers.first().ok_or_else(|| CheckResult::nothing(format!("{} has no pod", workload.value)))?;
        // what comes after it is not looked at by this program
        let argv = ["true".to_owned(), nonce.to_owned()];
        return match targets::run(context, container, &argv, MOMENT, identity)? {
            ExecReply::Ended(_) | ExecReply::Refused { status: 403, .. } => Ok(()),
            ExecReply::Refused { message, .. } => {
                Err(CheckResult::nothing(format!("nothing can be run in {container}: {}", short(&message))))
            }
            ExecReply::TimedOut => Err(CheckResult::nothing(format!("in {container} nothing ends"))),
        };
    }
    let all = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];
    let name = &spec.method;
    let method = all.into_iter().find(|method| method.as_str() == name);
    let method = method.ok_or_else(|| CheckResult::error(format!("`{name}` is not a method")))?;
    let mut path = spec.path.clone();
    if let Some(alias) = &spec.ns {
        path = path.replace("{ns}", namespace(context, alias)?);
    }
    let joint = if path.contains('?') { '&' } else { '?' };
    let request = Request::new(method, format!("/{}{joint}tightship={nonce}", path.trim_start_matches('/')));
    let response = context.api.request(&request.by(identity)).map_err(credentials)?;
    if response.status >= 500 {
        let message = short(&response.message());
        return Err(CheckResult::error(format!(
            "the API server answers {} to the request: {message}",
            response.status
        )));
    }
    Ok(())
}

/// What was read of the log.
struct Log {
    /// The clock of the node.
    now: f64,
    /// When it was last written.
    written: f64,
    events: Vec<Value>,
}

impl Log {
    fn read(spec: &Audit, context: &CheckContext<'_>, word: &str) -> Result<Self, CheckResult> {
        let ended = context.api.node(&["sh", "-c", SCRIPT, "tightship", &spec.log, word], &[])?;
        match ended.exit {
            0 => {}
            4 => return Err(CheckResult::nothing(format!("there is no {} on the node", spec.log))),
            5 => return Err(CheckResult::nothing(format!("{} on the node is not a file", spec.log))),
            _ => return Err(CheckResult::error(format!("the log cannot be read: {}", short(&ended.stderr)))),
        }
        let odd = || CheckResult::error("what the node answers about its log cannot be understood");
        let (head, lines) = ended.stdout.split_once('\n').ok_or_else(odd)?;
        let mut head = head.split(' ').map(str::parse::<f64>);
        let mut number = || head.next().and_then(Result::ok).ok_or_else(odd);
        let (now, written, size) = (number()?, number()?, number()?);
        if size < 1.0 {
            return Err(CheckResult::nothing(format!("{} on the node is empty", spec.log)));
        }
        // of the first line the beginning may be missing
        let events = lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Ok(Self { now, written, events })
    }

    /// That the process that runs writes it: an old log proves nothing.
    fn require_written(&self, spec: &Audit, context: &CheckContext<'_>) -> Result<(), CheckResult> {
        let look = Look::of(context.api, &["kube-apiserver"])?;
        let age = look.running("kube-apiserver").map(|process| process.age).reduce(f64::min);
        let age = age.ok_or_else(|| CheckResult::nothing("kube-apiserver does not run"))?;
        if self.now - self.written < age {
            return Ok(());
        }
        Err(CheckResult::nothing(format!("the API server that runs has not written to {}", spec.log)))
    }

    /// The events of the last seconds.
    fn recent(self) -> Vec<Value> {
        let since = self.now - WINDOW;
        let is_recent = |event: &Value| {
            let time = event.get("stageTimestamp").and_then(Value::as_str);
            let time = time.and_then(|time| time.parse::<jiff::Timestamp>().ok());
            time.is_some_and(|time| time.as_duration().as_secs_f64() >= since)
        };
        self.events.into_iter().filter(is_recent).collect()
    }
}

/// Whether there is such an event, and whether there shall be.
fn said(spec: &Audit, expression: Option<&Expression>, events: &[Value]) -> CheckResult {
    let result: Vec<(CheckResult, &Value)> = events
        .iter()
        .map(|event| {
            let result = expression.map(|expression| expression.result(&[("event", event)]));
            (result.unwrap_or_else(|| CheckResult::pass("there is an event")), event)
        })
        .collect();
    let find = |verdict| result.iter().find(|(result, _)| result.verdict == verdict);
    if let Some((error, _)) = find(Verdict::Error) {
        return error.clone();
    }
    match (find(Verdict::Pass), spec.expect) {
        (Some((result, event)), Presence::Present) => {
            CheckResult::pass(format!("{}: {}", call(event), result.observed))
        }
        (Some((_, event)), Presence::Absent) => CheckResult::fail(format!("the log has {}", call(event))),
        (None, Presence::Present) => CheckResult::fail(match result.last() {
            Some((result, event)) => format!("of it, the log has {}: {}", call(event), result.observed),
            None => format!("{} tells nothing of {}", spec.log, provoked(spec)),
        }),
        (None, Presence::Absent) => CheckResult::pass(format!("no such event among {}", events.len())),
    }
}

/// What was done so that there is something to tell.
fn provoked(spec: &Audit) -> String {
    let Some(provoke) = spec.provoke.as_deref() else { return "it".to_owned() };
    let by = provoke.by_whom.as_deref().map(|who| format!(" by {}", identity::call(who))).unwrap_or_default();
    match &provoke.exec {
        Some(workload) => format!("a command in {}{by}", workload.value),
        None => short(&format!("{} of {}{by}", provoke.method, provoke.path)),
    }
}

/// How people call an event.
fn call(event: &Value) -> String {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let path = text("/requestURI").split('?').next().unwrap_or_default();
    short(&format!("{} of {path} at level {}", text("/verb"), text("/level")))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use jiff::Timestamp;
    use serde_json::{Value, json};

    use crate::client::{Ended, Identity, Response};
    use crate::lab::check::recorded::{Fixture, Recorded};
    use crate::lab::node::look::tests::printed;
    use crate::lab::verdict::{CheckResult, Verdict};

    /// What a cluster logs of a request: nothing, or an event of this level.
    struct Cluster {
        level: Option<&'static str>,
        /// What stands in the log anyway, so many seconds old.
        other: Vec<(Value, i64)>,
        /// How many seconds ago the log was last written.
        written: i64,
        status: u16,
    }

    impl Cluster {
        fn logging(level: Option<&'static str>) -> Self {
            Self { level, other: Vec::new(), written: 0, status: 200 }
        }

        fn api(self) -> Recorded {
            let seen = Arc::new(Mutex::new(Vec::new()));
            let log = Arc::clone(&seen);
            let api = Recorded::new().when(move |request| {
                if request.path.ends_with("/serviceaccounts/bot/token") {
                    let body = json!({"status": {"token": "ey.J"}}).to_string();
                    return Some(Response { status: 201, body, warnings: Vec::new() });
                }
                if let Some(level) = self.level {
                    let time = Timestamp::now().to_string();
                    let event = json!({"kind": "Event", "level": level, "stage": "ResponseComplete", "verb": "get",
                        "requestURI": request.path, "stageTimestamp": time, "objectRef": {"resource": "secrets"},
                        "user": {"username": if request.identity == Identity::Token("ey.J".to_owned()) { "bot" } else { "" }}});
                    seen.lock().unwrap().push(event);
                }
                Some(Response { status: self.status, body: "{}".to_owned(), warnings: Vec::new() })
            });
            api.when_node(move |argv| {
                if argv.iter().any(|arg| arg.contains("/proc/")) {
                    // it runs for 100 seconds
                    let stdout = printed(&[("kube-apiserver", 7, 900, &["kube-apiserver"])], &[]);
                    return Some(Ended { stdout, ..Ended::default() });
                }
                let (path, word) = (argv.get(4)?, argv.get(5)?);
                if path != "/var/log/kubernetes/audit.log" {
                    return Some(Ended { exit: 4, ..Ended::default() });
                }
                let now = Timestamp::now().as_second();
                let mut lines = format!("{now}.0 {}.0 4096\nnot the beginning\"}}\n", now - self.written);
                let others = self.other.iter().map(|(event, age)| {
                    let mut event = event.clone();
                    event["stageTimestamp"] = json!(Timestamp::from_second(now - age).unwrap().to_string());
                    event
                });
                for event in log.lock().unwrap().iter().cloned().chain(others) {
                    lines.push_str(&event.to_string());
                    lines.push('\n');
                }
                let (head, body) = lines.split_once('\n')?;
                let kept: Vec<&str> = body.lines().filter(|line| line.contains(word.as_str())).collect();
                Some(Ended { stdout: format!("{head}\n{}\n", kept.join("\n")), ..Ended::default() })
            })
        }
    }

    fn evaluate(cluster: Cluster, rest: &str) -> CheckResult {
        let check = format!("audit: {{log: /var/log/kubernetes/audit.log, {rest}}}");
        Fixture::new().evaluate(&cluster.api(), &check)
    }

    const READ: &str = "provoke: {path: '/api/v1/namespaces/{ns}/secrets/a', ns: shop}";

    #[test]
    fn the_event_of_the_provocation_must_be_there() {
        let check = format!("{READ}, cel: \"event.level == 'Metadata'\"");
        let result = evaluate(Cluster::logging(Some("Metadata")), &check);
        assert_eq!(
            result,
            CheckResult::pass(
                "get of /api/v1/namespaces/ts-demo-shop-ab12/secrets/a at level Metadata: event.level is `Metadata`"
            )
        );
        let result = evaluate(Cluster::logging(Some("RequestResponse")), &check);
        assert_eq!(result.verdict, Verdict::Fail);
        assert!(result.observed.ends_with("at level RequestResponse: event.level is `RequestResponse`"), "{result:?}");
        // somebody else's event of the same kind is no evidence
        let other = json!({"level": "Metadata", "requestURI": "/api/v1/namespaces/ts-demo-shop-ab12/secrets/a"});
        let cluster = Cluster { other: vec![(other, 1)], ..Cluster::logging(None) };
        assert_eq!(
            evaluate(cluster, &check),
            CheckResult::fail(
                "/var/log/kubernetes/audit.log tells nothing of GET of /api/v1/namespaces/{ns}/secrets/a"
            )
        );
    }

    #[test]
    fn an_account_comes_with_its_own_token_as_a_policy_sees_who_asks_before_impersonation() {
        let by_bot = READ.replace("ns: shop}", "ns: shop, as: {service_account: shop/bot}}");
        let check = format!("{by_bot}, cel: \"event.user.username == 'bot'\"");
        assert_eq!(evaluate(Cluster::logging(Some("Metadata")), &check).verdict, Verdict::Pass);
        let check = format!("{READ}, cel: \"event.user.username == 'bot'\"");
        assert_eq!(evaluate(Cluster::logging(Some("Metadata")), &check).verdict, Verdict::Fail);
    }

    #[test]
    fn absence_is_only_proved_by_a_log_that_is_written() {
        let check = format!("{READ}, cel: \"has(event.responseObject)\", expect: absent");
        assert_eq!(evaluate(Cluster::logging(Some("Metadata")), &check), CheckResult::pass("no such event among 1"));
        assert_eq!(evaluate(Cluster::logging(None), &check).verdict, Verdict::Pass);
        let stale = Cluster { written: 500, ..Cluster::logging(None) };
        let result = evaluate(stale, &check);
        assert_eq!(
            result,
            CheckResult::nothing("the API server that runs has not written to /var/log/kubernetes/audit.log")
        );
        let check = format!("{READ}, expect: absent");
        let result = evaluate(Cluster::logging(Some("Request")), &check);
        assert!(result.observed.starts_with("the log has get of /api/v1/namespaces"), "{result:?}");
    }

    #[test]
    fn without_a_provocation_the_last_seconds_count() {
        let lease = json!({"level": "Metadata", "verb": "update", "objectRef": {"resource": "leases"}});
        let check = "cel: \"event.objectRef.resource == 'leases'\", expect: absent";
        let noisy = |age| Cluster { other: vec![(lease.clone(), age)], ..Cluster::logging(None) };
        assert_eq!(evaluate(noisy(3), check).verdict, Verdict::Fail);
        assert_eq!(evaluate(noisy(90), check), CheckResult::pass("no such event among 0"));
        assert!(evaluate(Cluster { written: 500, ..noisy(90) }, check).nothing);
    }

    #[test]
    fn without_a_log_nothing_is_proved() {
        for expect in ["present", "absent"] {
            let check = format!("audit: {{log: /nowhere, {READ}, expect: {expect}}}");
            let result = Fixture::new().evaluate(&Cluster::logging(None).api(), &check);
            assert_eq!(result, CheckResult::nothing("there is no /nowhere on the node"));
        }
    }

    #[test]
    fn what_cannot_be_done_is_an_error() {
        let broken = Cluster { status: 500, ..Cluster::logging(None) };
        assert_eq!(evaluate(broken, READ).verdict, Verdict::Error);
        assert_eq!(evaluate(Cluster::logging(None), "provoke: {path: /a, method: LOOK}").verdict, Verdict::Error);
        assert_eq!(evaluate(Cluster::logging(None), "provoke: {path: /a, exec: pod/a}").verdict, Verdict::Error);
        let check = format!("{READ}, cel: 'evnt.level'");
        assert_eq!(evaluate(Cluster::logging(Some("Metadata")), &check).verdict, Verdict::Error);
        let check = format!("audit: {{log: /a, {READ}}}");
        assert_eq!(Fixture::new().evaluate(&Recorded::down(), &check).verdict, Verdict::Error);
    }
}
