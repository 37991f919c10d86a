//! Objects of the cluster, and what holds of them.

use serde_json::Value;

use super::cel::Expression;
use super::objects::{self, call, is_going};
use crate::client::kinds;
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::Resource;
use crate::lab::course::values::Each;
use crate::lab::verdict::{CheckResult, Verdict};

/// Looks once.
pub(super) fn evaluate(spec: &Resource, context: &CheckContext<'_>) -> CheckResult {
    look(spec, context).unwrap_or_else(|result| result)
}

fn look(spec: &Resource, context: &CheckContext<'_>) -> Result<CheckResult, CheckResult> {
    let kind = objects::kind(context, spec.api_version.as_deref(), &spec.kind)?;
    let namespace = spec.ns.as_ref().map(|alias| objects::namespace(context, alias)).transpose()?;
    let expression = spec.cel.as_ref().map(|text| Expression::new(text)).transpose()?;
    let mut found = find(spec, &kind, namespace, context)?;
    let place = namespace.map(|namespace| format!(" in {namespace}")).unwrap_or_default();
    if !spec.exists {
        control(namespace, context)?;
        return absent(&found, expression.as_ref(), &format!("{}{place}", wanted(spec)));
    }
    found.retain(|object| !is_going(object));
    if let Some(count) = spec.count {
        control(namespace, context)?;
        let number = found.len();
        if number != count.0 as usize {
            return Ok(CheckResult::fail(format!("{number} of {} are there{place}, not {}", wanted(spec), count.0)));
        }
        if number == 0 {
            return Ok(CheckResult::pass(format!("there is no {}{place}", wanted(spec))));
        }
    }
    if found.is_empty() {
        control(namespace, context)?;
        let message = format!("there is no {}{place}", wanted(spec));
        // without an expression that is an answer; with one there is nothing that it could be true of
        return Ok(if expression.is_some() { CheckResult::nothing(message) } else { CheckResult::fail(message) });
    }
    let Some(expression) = expression else {
        let names: Vec<String> = found.iter().take(3).map(call).collect();
        return Ok(CheckResult::pass(format!("{} is there{place}", names.join(", "))));
    };
    let result: Vec<CheckResult> = found.iter().map(|object| about(object, expression.of_object(object))).collect();
    let first = |verdict| result.iter().find(|result| result.verdict == verdict).cloned();
    let order = match spec.each {
        Each::All => [Verdict::Fail, Verdict::Error, Verdict::Pass],
        Each::Any => [Verdict::Pass, Verdict::Error, Verdict::Fail],
    };
    Ok(order.into_iter().find_map(first).unwrap_or_else(|| CheckResult::nothing("nothing was looked at")))
}

/// What is there, also what is going.
fn find(
    spec: &Resource,
    kind: &kinds::Resource,
    namespace: Option<&str>,
    context: &CheckContext<'_>,
) -> Result<Vec<Value>, CheckResult> {
    match &spec.name {
        Some(name) if namespace.is_some() || !kind.namespaced => {
            Ok(objects::object(context, kind, namespace, name)?.into_iter().collect())
        }
        name => {
            let mut found = objects::list(context, kind, namespace, spec.selector.as_deref())?;
            found.retain(|object| name.as_deref().is_none_or(|name| objects::text(object, "/metadata/name") == name));
            Ok(found)
        }
    }
}

/// That none is there, or none of which the expression is true.
fn absent(found: &[Value], expression: Option<&Expression>, wanted: &str) -> Result<CheckResult, CheckResult> {
    for object in found {
        let result = expression.map(|expression| expression.of_object(object));
        match result {
            Some(result) if result.verdict == Verdict::Error => return Err(result),
            Some(result) if result.verdict != Verdict::Pass => {}
            Some(result) => return Ok(CheckResult::fail(about(object, result).observed)),
            None if is_going(object) => {
                return Ok(CheckResult::fail(format!("{} is still being deleted", call(object))));
            }
            None => return Ok(CheckResult::fail(format!("{} is there", call(object)))),
        }
    }
    Ok(CheckResult::pass(format!("there is no {}{wanted}", if expression.is_some() { "such " } else { "" })))
}

fn control(namespace: Option<&str>, context: &CheckContext<'_>) -> Result<(), CheckResult> {
    namespace.map_or(Ok(()), |name| objects::require_namespace(context, name))
}

fn about(object: &Value, mut result: CheckResult) -> CheckResult {
    result.observed = format!("{}: {}", call(object), result.observed);
    result
}

/// What is looked for: `Deployment page`, `Pod with app=page`.
fn wanted(spec: &Resource) -> String {
    let kind = &*spec.kind;
    match (&spec.name, &spec.selector) {
        (Some(name), _) => format!("{kind} {name}"),
        (None, Some(selector)) => format!("{kind} with {selector}"),
        (None, None) => kind.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::lab::check::recorded::{Fixture, Recorded, SHOP, yaml};
    use crate::lab::verdict::{CheckResult, Verdict};

    fn at(what: &str) -> String {
        format!("/apis/apps/v1/namespaces/{SHOP}/deployments{what}")
    }

    fn deployment(name: &str, replicas: u32) -> Value {
        json!({"metadata": {"name": name}, "spec": {"replicas": replicas, "template": {"spec": {"hostNetwork": true}}}})
    }

    fn api(items: &[Value]) -> Recorded {
        let mut api = Recorded::new()
            .get(&format!("/api/v1/namespaces/{SHOP}"), json!({"metadata": {"name": SHOP}}))
            .list(&at(""), items)
            .list(&at("?labelSelector=app%3Dpage"), items)
            .absent(&at("/none"));
        for item in items {
            let mut item = item.clone();
            item["kind"] = json!("Deployment");
            let name = item["metadata"]["name"].as_str().expect("a name").to_owned();
            api = api.get(&at(&format!("/{name}")), item);
        }
        api
    }

    fn evaluate(items: &[Value], more: &str) -> CheckResult {
        Fixture::new().evaluate(&api(items), &format!("resource: {{ns: shop, kind: Deployment, {more}}}"))
    }

    #[test]
    fn an_object_is_there_or_not() {
        let items = [deployment("page", 1)];
        assert_eq!(evaluate(&items, "name: page"), CheckResult::pass(format!("Deployment page is there in {SHOP}")));
        assert_eq!(evaluate(&items, "name: none"), CheckResult::fail(format!("there is no Deployment none in {SHOP}")));
        assert_eq!(evaluate(&[], "selector: app=page").verdict, Verdict::Fail);
        assert_eq!(evaluate(&items, "name: page, exists: false"), CheckResult::fail("Deployment page is there"));
        assert_eq!(evaluate(&items, "name: none, exists: false").verdict, Verdict::Pass);
    }

    #[test]
    fn what_is_going_is_neither_there_nor_gone() {
        let going = [yaml("metadata: {name: page, deletionTimestamp: '2026-11-24T10:00:00Z'}")];
        assert_eq!(evaluate(&going, "name: page").verdict, Verdict::Fail);
        assert_eq!(
            evaluate(&going, "name: page, exists: false"),
            CheckResult::fail("Deployment page is still being deleted")
        );
    }

    #[test]
    fn nothing_in_a_namespace_that_is_gone_proves_nothing() {
        let api = Recorded::new().absent(&at("/page")).absent(&format!("/api/v1/namespaces/{SHOP}"));
        for more in ["exists: false", "count: 0"] {
            let check = format!("resource: {{ns: shop, kind: Deployment, name: page, {more}}}");
            let result = Fixture::new().evaluate(&api, &check);
            assert_eq!(result, CheckResult::nothing(format!("there is no namespace {SHOP}")));
        }
    }

    #[test]
    fn an_expression_is_about_each_or_any() {
        let items = [deployment("a", 1), deployment("b", 3)];
        assert_eq!(evaluate(&items, "cel: object.spec.replicas >= 1").verdict, Verdict::Pass);
        let all = evaluate(&items, "selector: app=page, cel: object.spec.replicas >= 2");
        assert_eq!(all, CheckResult::fail("Deployment a: object.spec.replicas is 1"));
        assert_eq!(evaluate(&items, "each: any, cel: object.spec.replicas >= 2").verdict, Verdict::Pass);
        assert_eq!(evaluate(&items, "each: any, cel: object.spec.replicas >= 9").verdict, Verdict::Fail);
        assert_eq!(
            evaluate(&items, "name: a, cel: '!pod.hostNetwork'").observed,
            "Deployment a: pod.hostNetwork is true"
        );
    }

    #[test]
    fn an_expression_about_nothing_is_wrong_from_both_sides() {
        assert!(evaluate(&[], "cel: 'true'").nothing);
        assert_eq!(evaluate(&[], "each: any, cel: 'true'").verdict, Verdict::Fail);
    }

    #[test]
    fn none_of_a_sort() {
        let items = [deployment("a", 1), deployment("b", 3)];
        let result = evaluate(&items, "exists: false, cel: object.spec.replicas > 2");
        assert_eq!(result, CheckResult::fail("Deployment b: object.spec.replicas is 3"));
        assert_eq!(evaluate(&items, "exists: false, cel: object.spec.replicas > 5").verdict, Verdict::Pass);
    }

    #[test]
    fn counts() {
        let items = [deployment("a", 1), deployment("b", 3)];
        assert_eq!(evaluate(&items, "count: 2").verdict, Verdict::Pass);
        assert_eq!(evaluate(&items, "count: 2, cel: object.spec.replicas > 1").verdict, Verdict::Fail);
        assert_eq!(evaluate(&items, "count: 1").observed, format!("2 of Deployment are there in {SHOP}, not 1"));
        assert_eq!(evaluate(&[], "count: 0").verdict, Verdict::Pass);
    }

    #[test]
    fn a_fault_of_the_lab_or_cluster_is_an_error() {
        let items = [deployment("a", 1)];
        assert_eq!(evaluate(&items, "cel: nobody.spec").verdict, Verdict::Error);
        assert_eq!(evaluate(&items, "exists: false, cel: nobody.spec").verdict, Verdict::Error);
        let fixture = Fixture::new();
        let unknown = fixture.evaluate(&Recorded::new(), "resource: {ns: shop, kind: Widget, name: a}");
        assert_eq!(unknown, CheckResult::error("the cluster has no Widget"));
        let alias = fixture.evaluate(&Recorded::new(), "resource: {ns: nowhere, kind: Pod}");
        assert_eq!(alias, CheckResult::error("the lab has no namespace `nowhere`"));
        let down = fixture.evaluate(&Recorded::down(), "resource: {ns: shop, kind: Pod, exists: false}");
        assert_eq!(down.verdict, Verdict::Error);
    }
}
