//! Several checks as one.

use serde_json::Value;

use crate::lab::course::CheckKind;
use crate::lab::verdict::{CheckResult, Verdict};

/// How many of several checks must be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// At least one.
    Any,
    /// All, and at least one.
    All,
    /// None, but none may be in error.
    None,
}

/// Looks at each by `evaluate`. What was written down at the start is a list, by member.
pub(super) fn evaluate(
    group: Group,
    members: &[CheckKind],
    snapshot: Option<&Value>,
    evaluate: impl Fn(&CheckKind, Option<&Value>) -> CheckResult,
) -> CheckResult {
    if members.is_empty() {
        return CheckResult::error("the group has no members");
    }
    let results = members.iter().enumerate().map(|(at, member)| {
        let own = snapshot.and_then(|all| all.get(at)).filter(|own| !own.is_null());
        evaluate(member, own)
    });
    let results: Vec<CheckResult> = results.collect();
    match group {
        Group::Any => any(&results),
        Group::All => all(&results),
        Group::None => none(&results),
    }
}

/// What each member that still says something at the start has written down; null if none does.
pub(super) fn snapshot(
    members: &[CheckKind],
    snapshot: impl Fn(&CheckKind) -> Result<Option<Value>, CheckResult>,
) -> Result<Option<Value>, CheckResult> {
    let each = members.iter().map(|member| snapshot(member).map(Option::unwrap_or_default));
    let each: Vec<Value> = each.collect::<Result<_, _>>()?;
    Ok((!each.iter().all(Value::is_null)).then_some(Value::Array(each)))
}

fn any(result: &[CheckResult]) -> CheckResult {
    find(result, Verdict::Pass).or_else(|| find(result, Verdict::Error)).unwrap_or_else(|| CheckResult {
        nothing: result.iter().all(|member| member.nothing),
        ..CheckResult::fail(nearest(result))
    })
}

/// What is said of the alternative that is nearest to being right: the first that has something to look at.
fn nearest(result: &[CheckResult]) -> String {
    let nearest = result.iter().find(|member| is_wrong(member) && !member.nothing).or(result.first());
    nearest.map(|member| member.observed.clone()).unwrap_or_default()
}

fn all(result: &[CheckResult]) -> CheckResult {
    if result.iter().any(is_wrong) {
        let nothing = result.iter().any(|member| member.nothing);
        return CheckResult { nothing, ..CheckResult::fail(observed(result, is_wrong)) };
    }
    find(result, Verdict::Error).unwrap_or_else(|| CheckResult::pass(observed(result, |_| true)))
}

/// That one is wrong for want of anything to look at does not make the group right.
fn none(result: &[CheckResult]) -> CheckResult {
    let error = find(result, Verdict::Error);
    let right = || find(result, Verdict::Pass).map(|member| CheckResult::fail(member.observed));
    let nothing = || result.iter().find(|member| member.nothing).cloned();
    right().or(error).or_else(nothing).unwrap_or_else(|| CheckResult::pass(observed(result, |_| true)))
}

fn is_wrong(result: &CheckResult) -> bool {
    matches!(result.verdict, Verdict::Fail | Verdict::Blocked)
}

fn find(result: &[CheckResult], verdict: Verdict) -> Option<CheckResult> {
    result.iter().find(|member| member.verdict == verdict).cloned()
}

fn observed(result: &[CheckResult], which: impl Fn(&CheckResult) -> bool) -> String {
    let mut told: Vec<&str> = Vec::new();
    for member in result.iter().filter(|member| which(member)) {
        if !told.contains(&member.observed.as_str()) {
            told.push(&member.observed);
        }
    }
    told.join("; ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::lab::check::recorded::{Fixture, Recorded, SHOP};
    use crate::lab::verdict::{CheckResult, Verdict};

    /// A cluster with the ConfigMap `a`, and neither `b` nor the namespace `other`.
    fn api() -> Recorded {
        let at = |what: &str| format!("/api/v1/namespaces/{SHOP}{what}");
        Recorded::new()
            .get(&at(""), json!({"metadata": {"name": SHOP}}))
            .get(&at("/configmaps/a"), json!({"kind": "ConfigMap", "metadata": {"name": "a"}}))
            .absent(&at("/configmaps/b"))
            .absent("/api/v1/namespaces/ts-demo-other-ab12/configmaps/a")
            .absent("/api/v1/namespaces/ts-demo-other-ab12")
    }

    const A: &str = "{resource: {ns: shop, kind: ConfigMap, name: a}}";
    const B: &str = "{resource: {ns: shop, kind: ConfigMap, name: b}}";
    const NOWHERE: &str = "{resource: {ns: other, kind: ConfigMap, name: a}}";
    const BROKEN: &str = "{resource: {ns: shop, kind: ConfigMap, name: a, cel: nobody}}";

    fn evaluate(group: &str, members: &[&str]) -> CheckResult {
        Fixture::new().evaluate(&api(), &format!("{group}: [{}]", members.join(", ")))
    }

    #[test]
    fn any_needs_one() {
        assert_eq!(evaluate("any", &[B, A, BROKEN]).verdict, Verdict::Pass);
        assert_eq!(evaluate("any", &[B, NOWHERE]).verdict, Verdict::Fail);
        assert_eq!(evaluate("any", &[B, BROKEN]).verdict, Verdict::Error);
        // the nearest alternative explains it: where there is something to look at
        let missing = CheckResult::fail(format!("there is no ConfigMap b in {SHOP}"));
        assert_eq!(evaluate("any", &[NOWHERE, B]), missing);
        assert_eq!(evaluate("any", &[B, NOWHERE]), missing);
        assert_eq!(evaluate("any", &[]).verdict, Verdict::Error);
    }

    #[test]
    fn all_needs_each() {
        assert_eq!(evaluate("all", &[A, A]).verdict, Verdict::Pass);
        assert_eq!(evaluate("all", &[A, B]), CheckResult::fail(format!("there is no ConfigMap b in {SHOP}")));
        assert_eq!(evaluate("all", &[A, BROKEN]).verdict, Verdict::Error);
        assert_eq!(evaluate("all", &[BROKEN, B]).verdict, Verdict::Fail);
        assert_eq!(evaluate("all", &[]).verdict, Verdict::Error);
    }

    #[test]
    fn none_needs_something_to_look_at() {
        assert_eq!(evaluate("none", &[B]).verdict, Verdict::Pass);
        assert_eq!(evaluate("none", &[B, A]).verdict, Verdict::Fail);
        assert_eq!(evaluate("none", &[B, BROKEN]).verdict, Verdict::Error);
        assert_eq!(evaluate("none", &[BROKEN, A]).verdict, Verdict::Fail);
        assert_eq!(evaluate("none", &[]).verdict, Verdict::Error);
        let nowhere = evaluate("none", &[B, NOWHERE]);
        assert_eq!(nowhere, CheckResult::nothing("there is no namespace ts-demo-other-ab12"));
    }

    #[test]
    fn a_cluster_that_is_gone_is_an_error() {
        for group in ["any", "all", "none"] {
            let result = Fixture::new().evaluate(&Recorded::down(), &format!("{group}: [{A}]"));
            assert_eq!(result.verdict, Verdict::Error, "{group}");
        }
    }
}
