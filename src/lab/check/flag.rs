//! Flags of a running program: what it was started with, not what its manifest says.

use serde_json::{Value, json};

use super::cel::Expression;
use crate::cluster::flags;
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::Flag;
use crate::lab::node::Look;
use crate::lab::verdict::CheckResult;

pub(super) fn evaluate(spec: &Flag, context: &CheckContext<'_>) -> CheckResult {
    look(spec, context).unwrap_or_else(|result| result)
}

fn look(spec: &Flag, context: &CheckContext<'_>) -> Result<CheckResult, CheckResult> {
    if spec.absent && spec.cel.is_some() {
        return Err(CheckResult::error("a flag that must be absent has no value to look at"));
    }
    let expression = spec.cel.as_ref().map(|cel| Expression::new(cel)).transpose()?;
    let seen = Look::of(context.api, &[spec.component.as_str()])?;
    let values: Vec<Option<String>> =
        seen.running(&spec.component).map(|process| value(&process.argv, &spec.name)).collect();
    if values.is_empty() {
        return Err(CheckResult::nothing(format!("{} does not run", spec.component)));
    }
    // while one takes the place of another there are two
    let result = values.iter().map(|value| one(spec, expression.as_ref(), value.as_deref()));
    let result: Vec<CheckResult> = result.collect();
    let wrong = result.iter().find(|result| result.verdict != crate::lab::verdict::Verdict::Pass);
    wrong.or(result.first()).cloned().ok_or_else(|| CheckResult::nothing(format!("{} does not run", spec.component)))
}

fn one(spec: &Flag, expression: Option<&Expression>, value: Option<&str>) -> CheckResult {
    let name = &spec.name;
    match (value, spec.absent) {
        (None, true) => CheckResult::pass(format!("{name} is not set")),
        (None, false) => CheckResult::fail(format!("{} runs without {name}", spec.component)),
        (Some(value), true) => CheckResult::fail(format!("{} runs with {name}={value}", spec.component)),
        (Some(value), false) => {
            let shown = format!("{} runs with {name}={value}", spec.component);
            let value = Value::from(value);
            let result =
                expression.map(|expression| expression.result(&[("value", &value), ("values", &list(&value))]));
            match result {
                None => CheckResult::pass(shown),
                Some(result) if result.verdict == crate::lab::verdict::Verdict::Error => result,
                Some(result) => CheckResult { observed: shown, ..result },
            }
        }
    }
}

/// The value of a flag among arguments, those of a repeated one with commas between them.
fn value(argv: &[String], name: &str) -> Option<String> {
    // pflag takes an underscore for a dash
    let plain = |name: &str| name.trim_start_matches('-').replace('_', "-");
    let running = flags::running(argv.iter().map(String::as_str));
    running.into_iter().find(|flag| plain(&flag.name) == plain(name)).map(|flag| flag.value)
}

/// The parts between commas, for flags that are lists.
fn list(value: &Value) -> Value {
    json!(value.as_str().unwrap_or_default().split(',').filter(|part| !part.is_empty()).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use crate::client::Ended;
    use crate::lab::check::recorded::{Fixture, Recorded};
    use crate::lab::node::look::tests::printed;
    use crate::lab::verdict::{CheckResult, Verdict};

    fn node(processes: &[(&str, u32, u32, &[&str])]) -> Recorded {
        let stdout = printed(processes, &[]);
        Recorded::new().when_node(move |argv| {
            let is_look = argv.iter().any(|arg| arg.contains("/proc/")) && argv.last()? == "kube-apiserver";
            is_look.then(|| Ended { stdout: stdout.clone(), ..Ended::default() })
        })
    }

    const ARGV: &[&str] = &["kube-apiserver", "--anonymous-auth=false", "--a_b", "c", "--x=1", "--x=2"];

    fn evaluate(check: &str) -> CheckResult {
        Fixture::new().evaluate(&node(&[("kube-apiserver", 7, 900, ARGV)]), check)
    }

    #[test]
    fn the_value_is_that_of_the_process() {
        let result = evaluate("flag: {component: kube-apiserver, name: --anonymous-auth, cel: \"value == 'false'\"}");
        assert_eq!(result, CheckResult::pass("kube-apiserver runs with --anonymous-auth=false"));
        let result = evaluate("flag: {component: kube-apiserver, name: --anonymous-auth, cel: \"value == 'true'\"}");
        assert_eq!(result, CheckResult::fail("kube-apiserver runs with --anonymous-auth=false"));
        let result =
            evaluate("flag: {component: kube-apiserver, name: --x, cel: \"'2' in values && values.size() == 2\"}");
        assert_eq!(result.verdict, Verdict::Pass);
        assert_eq!(evaluate("flag: {component: kube-apiserver, name: --a-b}").verdict, Verdict::Pass);
    }

    #[test]
    fn a_flag_is_there_or_absent() {
        let result = evaluate("flag: {component: kube-apiserver, name: --profiling}");
        assert_eq!(result, CheckResult::fail("kube-apiserver runs without --profiling"));
        assert_eq!(
            evaluate("flag: {component: kube-apiserver, name: --profiling, absent: true}"),
            CheckResult::pass("--profiling is not set")
        );
        let result = evaluate("flag: {component: kube-apiserver, name: --x, absent: true}");
        assert_eq!(result, CheckResult::fail("kube-apiserver runs with --x=1,2"));
    }

    #[test]
    fn each_process_must_be_right() {
        let two = node(&[("kube-apiserver", 7, 900, ARGV), ("kube-apiserver", 9, 990, &["kube-apiserver"])]);
        let check = "flag: {component: kube-apiserver, name: --anonymous-auth}";
        let result = Fixture::new().evaluate(&two, check);
        assert_eq!(result, CheckResult::fail("kube-apiserver runs without --anonymous-auth"));
    }

    #[test]
    fn what_does_not_run_has_no_flags() {
        for check in ["name: --a", "name: --a, absent: true"] {
            let check = format!("flag: {{component: kube-apiserver, {check}}}");
            let result = Fixture::new().evaluate(&node(&[]), &check);
            assert_eq!(result, CheckResult::nothing("kube-apiserver does not run"));
        }
    }

    #[test]
    fn what_is_the_fault_of_the_lab_or_of_nobody_is_an_error() {
        assert_eq!(
            evaluate("flag: {component: kube-apiserver, name: --x, absent: true, cel: 'true'}").verdict,
            Verdict::Error
        );
        assert_eq!(evaluate("flag: {component: kube-apiserver, name: --x, cel: 'value'}").verdict, Verdict::Error);
        assert_eq!(evaluate("flag: {component: \"a;b\", name: --x}").verdict, Verdict::Error);
        let down = Fixture::new().evaluate(&Recorded::down(), "flag: {component: kube-apiserver, name: --x}");
        assert_eq!(down.verdict, Verdict::Error);
    }
}
