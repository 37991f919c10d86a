//! Several checks as one.

use serde_json::Value;

use super::judge_with;
use crate::lab::course::{Group, Probe};
use crate::lab::scene::Scene;
use crate::lab::verdict::{Judged, Verdict};

/// Looks at each. What was written down at the start is a list, by member.
pub(super) fn judge(group: Group, members: &[Probe], id: &str, snapshot: Option<&Value>, scene: &Scene<'_>) -> Judged {
    if members.is_empty() {
        return Judged::error("the group has no members");
    }
    let judged = members.iter().enumerate().map(|(at, member)| {
        let own = snapshot.and_then(|all| all.get(at)).filter(|own| !own.is_null());
        judge_with(id, member, own, scene)
    });
    let judged: Vec<Judged> = judged.collect();
    match group {
        Group::Any => any(&judged),
        Group::All => all(&judged),
        Group::None => none(&judged),
    }
}

/// What each member that still says something at the start has written down; null if none does.
pub(super) fn snapshot(id: &str, members: &[Probe], scene: &Scene<'_>) -> Result<Option<Value>, Judged> {
    let each = members.iter().map(|member| super::snapshot(id, member, scene).map(Option::unwrap_or_default));
    let each: Vec<Value> = each.collect::<Result<_, _>>()?;
    Ok((!each.iter().all(Value::is_null)).then_some(Value::Array(each)))
}

fn any(judged: &[Judged]) -> Judged {
    find(judged, Verdict::Pass).or_else(|| find(judged, Verdict::Error)).unwrap_or_else(|| Judged {
        nothing: judged.iter().all(|member| member.nothing),
        ..Judged::fail(observed(judged, |_| true))
    })
}

fn all(judged: &[Judged]) -> Judged {
    if judged.iter().any(is_wrong) {
        let nothing = judged.iter().any(|member| member.nothing);
        return Judged { nothing, ..Judged::fail(observed(judged, is_wrong)) };
    }
    find(judged, Verdict::Error).unwrap_or_else(|| Judged::pass(observed(judged, |_| true)))
}

/// That one is wrong for want of anything to look at does not make the group right.
fn none(judged: &[Judged]) -> Judged {
    let error = find(judged, Verdict::Error);
    let right = || find(judged, Verdict::Pass).map(|member| Judged::fail(member.observed));
    let nothing = || judged.iter().find(|member| member.nothing).cloned();
    error.or_else(right).or_else(nothing).unwrap_or_else(|| Judged::pass(observed(judged, |_| true)))
}

fn is_wrong(judged: &Judged) -> bool {
    matches!(judged.verdict, Verdict::Fail | Verdict::Blocked)
}

fn find(judged: &[Judged], verdict: Verdict) -> Option<Judged> {
    judged.iter().find(|member| member.verdict == verdict).cloned()
}

fn observed(judged: &[Judged], which: impl Fn(&Judged) -> bool) -> String {
    let mut told: Vec<&str> = Vec::new();
    for member in judged.iter().filter(|member| which(member)) {
        if !told.contains(&member.observed.as_str()) {
            told.push(&member.observed);
        }
    }
    told.join("; ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::lab::check::recorded::{Recorded, SHOP, Stage};
    use crate::lab::verdict::{Judged, Verdict};

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

    fn judge(group: &str, members: &[&str]) -> Judged {
        Stage::new().judge(&api(), &format!("{group}: [{}]", members.join(", ")))
    }

    #[test]
    fn any_needs_one() {
        assert_eq!(judge("any", &[B, A, BROKEN]).verdict, Verdict::Pass);
        assert_eq!(judge("any", &[B, NOWHERE]).verdict, Verdict::Fail);
        assert_eq!(judge("any", &[B, BROKEN]).verdict, Verdict::Error);
        assert_eq!(judge("any", &[]).verdict, Verdict::Error);
    }

    #[test]
    fn all_needs_each() {
        assert_eq!(judge("all", &[A, A]).verdict, Verdict::Pass);
        assert_eq!(judge("all", &[A, B]), Judged::fail(format!("there is no ConfigMap b in {SHOP}")));
        assert_eq!(judge("all", &[A, BROKEN]).verdict, Verdict::Error);
        assert_eq!(judge("all", &[BROKEN, B]).verdict, Verdict::Fail);
        assert_eq!(judge("all", &[]).verdict, Verdict::Error);
    }

    #[test]
    fn none_needs_something_to_look_at() {
        assert_eq!(judge("none", &[B]).verdict, Verdict::Pass);
        assert_eq!(judge("none", &[B, A]).verdict, Verdict::Fail);
        assert_eq!(judge("none", &[B, BROKEN]).verdict, Verdict::Error);
        assert_eq!(judge("none", &[]).verdict, Verdict::Error);
        let nowhere = judge("none", &[B, NOWHERE]);
        assert_eq!(nowhere, Judged::nothing("there is no namespace ts-demo-other-ab12"));
    }

    #[test]
    fn a_cluster_that_is_gone_is_an_error() {
        for group in ["any", "all", "none"] {
            let judged = Stage::new().judge(&Recorded::down(), &format!("{group}: [{A}]"));
            assert_eq!(judged.verdict, Verdict::Error, "{group}");
        }
    }
}
