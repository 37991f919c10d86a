//! What must be as it was at the start.

use serde_json::{Value, json};

use super::cel::{Expression, variables};
use super::objects::{self, call, is_going};
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::Unchanged;
use crate::lab::verdict::CheckResult;

/// Looks once, and compares with what was written down at the start.
pub(super) fn evaluate(spec: &Unchanged, before: Option<&Value>, context: &CheckContext<'_>) -> CheckResult {
    look(spec, before, context).unwrap_or_else(|result| result)
}

/// The values of the expressions, in their order, each as a list that is empty where there is none.
pub(super) fn snapshot(spec: &Unchanged, context: &CheckContext<'_>) -> Result<Value, CheckResult> {
    Ok(values(spec, &find(spec, context)?)?.into())
}

fn look(spec: &Unchanged, before: Option<&Value>, context: &CheckContext<'_>) -> Result<CheckResult, CheckResult> {
    let Some(before) = before.and_then(Value::as_array) else {
        return Err(CheckResult::error("its state at the start was not recorded"));
    };
    let object = find(spec, context)?;
    let now = values(spec, &object)?;
    if now.is_empty() || before.len() != now.len() {
        return Err(CheckResult::error("what was recorded of it at the start does not fit"));
    }
    let changed = spec.cel.iter().zip(before.iter().zip(&now)).find(|(_, (before, now))| before != now);
    Ok(match changed {
        None => CheckResult::pass(format!("{} is as it was", call(&object))),
        Some((text, (before, now))) => {
            CheckResult::fail(format!("{}: `{}` was {}, and is {}", call(&object), **text, show(before), show(now)))
        }
    })
}

fn find(spec: &Unchanged, context: &CheckContext<'_>) -> Result<Value, CheckResult> {
    let kind = objects::kind(context, spec.api_version.as_deref(), &spec.kind)?;
    let namespace = spec.ns.as_ref().map(|alias| objects::namespace(context, alias)).transpose()?;
    let found = objects::object(context, &kind, namespace, &spec.name)?.filter(|object| !is_going(object));
    let place = namespace.map(|namespace| format!(" in {namespace}")).unwrap_or_default();
    found.ok_or_else(|| CheckResult::nothing(format!("there is no {} {}{place}", *spec.kind, spec.name)))
}

fn values(spec: &Unchanged, object: &Value) -> Result<Vec<Value>, CheckResult> {
    let of = |text: &str| {
        let value = Expression::new(text)?.value(&variables(object))?;
        Ok(value.map_or_else(|| json!([]), |value| json!([value])))
    };
    spec.cel.iter().map(|text| of(text)).collect()
}

fn show(value: &Value) -> String {
    match value.get(0) {
        None => "not set".to_owned(),
        Some(Value::String(text)) => format!("`{text}`"),
        Some(value) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::lab::check::recorded::{Fixture, Recorded, SHOP, probe};
    use crate::lab::check::snapshot;
    use crate::lab::verdict::{CheckResult, Verdict};

    const CHECK: &str = "unchanged: {ns: shop, kind: Pod, name: page, \
                         cel: ['pod.containers[0].image', 'object.metadata.labels']}";

    fn path() -> String {
        format!("/api/v1/namespaces/{SHOP}/pods/page")
    }

    fn api(image: &str, labels: &Value) -> Recorded {
        let spec = json!({"containers": [{"name": "a", "image": image}]});
        Recorded::new()
            .get(&path(), json!({"kind": "Pod", "metadata": {"name": "page", "labels": labels}, "spec": spec}))
    }

    fn evaluate(api: &Recorded, check: &str) -> CheckResult {
        let mut fixture = Fixture::new();
        let at_start = self::api("busybox:1.37", &json!({"app": "page", "tier": "web"}));
        let written = fixture.with(&at_start, |context| snapshot(&probe(check), context)).expect("a snapshot");
        fixture.snapshots.insert("it".to_owned(), written.expect("something"));
        fixture.evaluate(api, check)
    }

    #[test]
    fn the_same_is_right_in_whatever_order() {
        let same = api("busybox:1.37", &json!({"tier": "web", "app": "page"}));
        assert_eq!(evaluate(&same, CHECK), CheckResult::pass("Pod page is as it was"));
        assert_eq!(evaluate(&same, &format!("all: [{{{CHECK}}}, {{{CHECK}}}]")).verdict, Verdict::Pass);
    }

    #[test]
    fn a_change_is_wrong() {
        let other = api("evil:1", &json!({"tier": "web", "app": "page"}));
        let message = "Pod page: `pod.containers[0].image` was `busybox:1.37`, and is `evil:1`";
        assert_eq!(evaluate(&other, CHECK), CheckResult::fail(message));
        assert_eq!(evaluate(&other, &format!("all: [{{{CHECK}}}]")), CheckResult::fail(message));
        let bare = evaluate(&api("busybox:1.37", &Value::Null), CHECK);
        assert!(bare.observed.ends_with("and is null"), "{}", bare.observed);
        assert_eq!(
            evaluate(&Recorded::new().absent(&path()), CHECK).observed,
            format!("there is no Pod page in {SHOP}")
        );
    }

    #[test]
    fn without_a_start_there_is_no_verdict() {
        let fixture = Fixture::new();
        let result = fixture.evaluate(&api("a", &Value::Null), CHECK);
        assert_eq!(result.verdict, Verdict::Error);
        let none = fixture.evaluate(&api("a", &Value::Null), "unchanged: {ns: shop, kind: Pod, name: page, cel: []}");
        assert_eq!(none.verdict, Verdict::Error);
        assert_eq!(evaluate(&Recorded::down(), CHECK).verdict, Verdict::Error);
        let fault = fixture.with(&api("a", &Value::Null), |context| {
            snapshot(&probe("unchanged: {ns: shop, kind: Pod, name: page, cel: [nobody]}"), context)
        });
        assert_eq!(fault.map_err(|result| result.verdict), Err(Verdict::Error));
    }
}
