//! Flags of a running program: what it was started with, not what its manifest says.

use serde_json::{Value, json};

use super::cel::Expression;
use crate::cluster::flags;
use crate::lab::course::probe::Flag;
use crate::lab::node::Look;
use crate::lab::scene::Scene;
use crate::lab::verdict::Judged;

/// Looks once.
pub(super) fn judge(spec: &Flag, scene: &Scene<'_>) -> Judged {
    look(spec, scene).unwrap_or_else(|judged| judged)
}

fn look(spec: &Flag, scene: &Scene<'_>) -> Result<Judged, Judged> {
    if spec.absent && spec.cel.is_some() {
        return Err(Judged::error("a flag that must be absent has no value to look at"));
    }
    let expression = spec.cel.as_ref().map(|cel| Expression::new(cel)).transpose()?;
    let seen = Look::of(scene.api, &[spec.component.as_str()])?;
    let values: Vec<Option<String>> =
        seen.running(&spec.component).map(|process| value(&process.argv, &spec.name)).collect();
    if values.is_empty() {
        return Err(Judged::nothing(format!("{} does not run", spec.component)));
    }
    // while one takes the place of another there are two
    let judged = values.iter().map(|value| one(spec, expression.as_ref(), value.as_deref()));
    let judged: Vec<Judged> = judged.collect();
    let wrong = judged.iter().find(|judged| judged.verdict != crate::lab::verdict::Verdict::Pass);
    wrong.or(judged.first()).cloned().ok_or_else(|| Judged::nothing(format!("{} does not run", spec.component)))
}

fn one(spec: &Flag, expression: Option<&Expression>, value: Option<&str>) -> Judged {
    let name = &spec.name;
    match (value, spec.absent) {
        (None, true) => Judged::pass(format!("{name} is not set")),
        (None, false) => Judged::fail(format!("{} runs without {name}", spec.component)),
        (Some(value), true) => Judged::fail(format!("{} runs with {name}={value}", spec.component)),
        (Some(value), false) => {
            let shown = format!("{} runs with {name}={value}", spec.component);
            let value = Value::from(value);
            let judged = expression.map(|expression| expression.judge(&[("value", &value), ("values", &list(&value))]));
            match judged {
                None => Judged::pass(shown),
                Some(judged) if judged.verdict == crate::lab::verdict::Verdict::Error => judged,
                Some(judged) => Judged { observed: shown, ..judged },
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
    use crate::cluster::client::Ended;
    use crate::lab::check::recorded::{Recorded, Stage};
    use crate::lab::node::look::tests::printed;
    use crate::lab::verdict::{Judged, Verdict};

    fn node(processes: &[(&str, u32, u32, &[&str])]) -> Recorded {
        let stdout = printed(processes, &[]);
        Recorded::new().when_node(move |argv| {
            let is_look = argv.iter().any(|arg| arg.contains("/proc/")) && argv.last()? == "kube-apiserver";
            is_look.then(|| Ended { stdout: stdout.clone(), ..Ended::default() })
        })
    }

    const ARGV: &[&str] = &["kube-apiserver", "--anonymous-auth=false", "--a_b", "c", "--x=1", "--x=2"];

    fn judge(check: &str) -> Judged {
        Stage::new().judge(&node(&[("kube-apiserver", 7, 900, ARGV)]), check)
    }

    #[test]
    fn the_value_is_that_of_the_process() {
        let judged = judge("flag: {component: kube-apiserver, name: --anonymous-auth, cel: \"value == 'false'\"}");
        assert_eq!(judged, Judged::pass("kube-apiserver runs with --anonymous-auth=false"));
        let judged = judge("flag: {component: kube-apiserver, name: --anonymous-auth, cel: \"value == 'true'\"}");
        assert_eq!(judged, Judged::fail("kube-apiserver runs with --anonymous-auth=false"));
        let judged =
            judge("flag: {component: kube-apiserver, name: --x, cel: \"'2' in values && values.size() == 2\"}");
        assert_eq!(judged.verdict, Verdict::Pass);
        assert_eq!(judge("flag: {component: kube-apiserver, name: --a-b}").verdict, Verdict::Pass);
    }

    #[test]
    fn a_flag_is_there_or_absent() {
        let judged = judge("flag: {component: kube-apiserver, name: --profiling}");
        assert_eq!(judged, Judged::fail("kube-apiserver runs without --profiling"));
        assert_eq!(
            judge("flag: {component: kube-apiserver, name: --profiling, absent: true}"),
            Judged::pass("--profiling is not set")
        );
        let judged = judge("flag: {component: kube-apiserver, name: --x, absent: true}");
        assert_eq!(judged, Judged::fail("kube-apiserver runs with --x=1,2"));
    }

    #[test]
    fn each_process_must_be_right() {
        let two = node(&[("kube-apiserver", 7, 900, ARGV), ("kube-apiserver", 9, 990, &["kube-apiserver"])]);
        let check = "flag: {component: kube-apiserver, name: --anonymous-auth}";
        let judged = Stage::new().judge(&two, check);
        assert_eq!(judged, Judged::fail("kube-apiserver runs without --anonymous-auth"));
    }

    #[test]
    fn what_does_not_run_has_no_flags() {
        for check in ["name: --a", "name: --a, absent: true"] {
            let check = format!("flag: {{component: kube-apiserver, {check}}}");
            let judged = Stage::new().judge(&node(&[]), &check);
            assert_eq!(judged, Judged::nothing("kube-apiserver does not run"));
        }
    }

    #[test]
    fn what_is_the_fault_of_the_lab_or_of_nobody_is_an_error() {
        assert_eq!(
            judge("flag: {component: kube-apiserver, name: --x, absent: true, cel: 'true'}").verdict,
            Verdict::Error
        );
        assert_eq!(judge("flag: {component: kube-apiserver, name: --x, cel: 'value'}").verdict, Verdict::Error);
        assert_eq!(judge("flag: {component: \"a;b\", name: --x}").verdict, Verdict::Error);
        let down = Stage::new().judge(&Recorded::down(), "flag: {component: kube-apiserver, name: --x}");
        assert_eq!(down.verdict, Verdict::Error);
    }
}
