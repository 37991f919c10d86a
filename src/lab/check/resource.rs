//! Objects of the cluster, and what holds of them.

use serde_json::Value;

use super::cel::Expression;
use super::objects::{self, call, is_going};
use crate::cluster::client::kinds;
use crate::lab::course::probe::Resource;
use crate::lab::course::values::Each;
use crate::lab::scene::Scene;
use crate::lab::verdict::{Judged, Verdict};

/// Looks once.
pub(super) fn judge(spec: &Resource, scene: &Scene<'_>) -> Judged {
    look(spec, scene).unwrap_or_else(|judged| judged)
}

fn look(spec: &Resource, scene: &Scene<'_>) -> Result<Judged, Judged> {
    let kind = objects::kind(scene, spec.api_version.as_deref(), &spec.kind)?;
    let namespace = spec.ns.as_ref().map(|alias| objects::namespace(scene, alias)).transpose()?;
    let expression = spec.cel.as_ref().map(|text| Expression::new(text)).transpose()?;
    let mut found = find(spec, &kind, namespace, scene)?;
    let place = namespace.map(|namespace| format!(" in {namespace}")).unwrap_or_default();
    if spec.exists == Some(false) {
        control(namespace, scene)?;
        return absent(&found, expression.as_ref(), &format!("{}{place}", wanted(spec)));
    }
    found.retain(|object| !is_going(object));
    if let Some(count) = spec.count {
        control(namespace, scene)?;
        let number = found.len();
        if number != count.0 as usize {
            return Ok(Judged::fail(format!("{number} of {} are there{place}, not {}", wanted(spec), count.0)));
        }
        if number == 0 {
            return Ok(Judged::pass(format!("there is no {}{place}", wanted(spec))));
        }
    }
    if found.is_empty() {
        control(namespace, scene)?;
        let message = format!("there is no {}{place}", wanted(spec));
        // without an expression that is an answer; with one there is nothing that it could be true of
        return Ok(if expression.is_some() { Judged::nothing(message) } else { Judged::fail(message) });
    }
    let Some(expression) = expression else {
        let names: Vec<String> = found.iter().take(3).map(call).collect();
        return Ok(Judged::pass(format!("{} is there{place}", names.join(", "))));
    };
    let judged: Vec<Judged> = found.iter().map(|object| about(object, expression.of_object(object))).collect();
    let first = |verdict| judged.iter().find(|judged| judged.verdict == verdict).cloned();
    let order = match spec.each {
        Each::All => [Verdict::Error, Verdict::Fail, Verdict::Pass],
        Each::Any => [Verdict::Error, Verdict::Pass, Verdict::Fail],
    };
    Ok(order.into_iter().find_map(first).unwrap_or_else(|| Judged::nothing("nothing was looked at")))
}

/// What is there, also what is going.
fn find(
    spec: &Resource,
    kind: &kinds::Resource,
    namespace: Option<&str>,
    scene: &Scene<'_>,
) -> Result<Vec<Value>, Judged> {
    match &spec.name {
        Some(name) if namespace.is_some() || !kind.namespaced => {
            Ok(objects::object(scene, kind, namespace, name)?.into_iter().collect())
        }
        name => {
            let mut found = objects::list(scene, kind, namespace, spec.selector.as_deref())?;
            found.retain(|object| name.as_deref().is_none_or(|name| objects::text(object, "/metadata/name") == name));
            Ok(found)
        }
    }
}

/// That none is there, or none of which the expression is true.
fn absent(found: &[Value], expression: Option<&Expression>, wanted: &str) -> Result<Judged, Judged> {
    for object in found {
        let judged = expression.map(|expression| expression.of_object(object));
        match judged {
            Some(judged) if judged.verdict == Verdict::Error => return Err(judged),
            Some(judged) if judged.verdict != Verdict::Pass => {}
            Some(judged) => return Ok(Judged::fail(about(object, judged).observed)),
            None if is_going(object) => return Ok(Judged::fail(format!("{} is still being deleted", call(object)))),
            None => return Ok(Judged::fail(format!("{} is there", call(object)))),
        }
    }
    Ok(Judged::pass(format!("there is no {}{wanted}", if expression.is_some() { "such " } else { "" })))
}

fn control(namespace: Option<&str>, scene: &Scene<'_>) -> Result<(), Judged> {
    namespace.map_or(Ok(()), |name| objects::require_namespace(scene, name))
}

fn about(object: &Value, mut judged: Judged) -> Judged {
    judged.observed = format!("{}: {}", call(object), judged.observed);
    judged
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

    use crate::lab::check::recorded::{Recorded, SHOP, Stage, yaml};
    use crate::lab::verdict::{Judged, Verdict};

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

    fn judge(items: &[Value], more: &str) -> Judged {
        Stage::new().judge(&api(items), &format!("resource: {{ns: shop, kind: Deployment, {more}}}"))
    }

    #[test]
    fn an_object_is_there_or_not() {
        let items = [deployment("page", 1)];
        assert_eq!(judge(&items, "name: page"), Judged::pass(format!("Deployment page is there in {SHOP}")));
        assert_eq!(judge(&items, "name: none"), Judged::fail(format!("there is no Deployment none in {SHOP}")));
        assert_eq!(judge(&[], "selector: app=page").verdict, Verdict::Fail);
        assert_eq!(judge(&items, "name: page, exists: false"), Judged::fail("Deployment page is there"));
        assert_eq!(judge(&items, "name: none, exists: false").verdict, Verdict::Pass);
    }

    #[test]
    fn what_is_going_is_neither_there_nor_gone() {
        let going = [yaml("metadata: {name: page, deletionTimestamp: '2026-11-24T10:00:00Z'}")];
        assert_eq!(judge(&going, "name: page").verdict, Verdict::Fail);
        assert_eq!(judge(&going, "name: page, exists: false"), Judged::fail("Deployment page is still being deleted"));
    }

    #[test]
    fn nothing_in_a_namespace_that_is_gone_proves_nothing() {
        let api = Recorded::new().absent(&at("/page")).absent(&format!("/api/v1/namespaces/{SHOP}"));
        for more in ["exists: false", "count: 0"] {
            let check = format!("resource: {{ns: shop, kind: Deployment, name: page, {more}}}");
            let judged = Stage::new().judge(&api, &check);
            assert_eq!(judged, Judged::nothing(format!("there is no namespace {SHOP}")));
        }
    }

    #[test]
    fn an_expression_is_about_each_or_any() {
        let items = [deployment("a", 1), deployment("b", 3)];
        assert_eq!(judge(&items, "cel: object.spec.replicas >= 1").verdict, Verdict::Pass);
        let all = judge(&items, "selector: app=page, cel: object.spec.replicas >= 2");
        assert_eq!(all, Judged::fail("Deployment a: object.spec.replicas is 1"));
        assert_eq!(judge(&items, "each: any, cel: object.spec.replicas >= 2").verdict, Verdict::Pass);
        assert_eq!(judge(&items, "each: any, cel: object.spec.replicas >= 9").verdict, Verdict::Fail);
        assert_eq!(judge(&items, "name: a, cel: '!pod.hostNetwork'").observed, "Deployment a: pod.hostNetwork is true");
    }

    #[test]
    fn an_expression_about_nothing_is_wrong_from_both_sides() {
        assert!(judge(&[], "cel: 'true'").nothing);
        assert_eq!(judge(&[], "each: any, cel: 'true'").verdict, Verdict::Fail);
    }

    #[test]
    fn none_of_a_sort() {
        let items = [deployment("a", 1), deployment("b", 3)];
        let judged = judge(&items, "exists: false, cel: object.spec.replicas > 2");
        assert_eq!(judged, Judged::fail("Deployment b: object.spec.replicas is 3"));
        assert_eq!(judge(&items, "exists: false, cel: object.spec.replicas > 5").verdict, Verdict::Pass);
    }

    #[test]
    fn counts() {
        let items = [deployment("a", 1), deployment("b", 3)];
        assert_eq!(judge(&items, "count: 2").verdict, Verdict::Pass);
        assert_eq!(judge(&items, "count: 2, cel: object.spec.replicas > 1").verdict, Verdict::Fail);
        assert_eq!(judge(&items, "count: 1").observed, format!("2 of Deployment are there in {SHOP}, not 1"));
        assert_eq!(judge(&[], "count: 0").verdict, Verdict::Pass);
    }

    #[test]
    fn a_fault_of_the_lab_or_cluster_is_an_error() {
        let items = [deployment("a", 1)];
        assert_eq!(judge(&items, "cel: nobody.spec").verdict, Verdict::Error);
        assert_eq!(judge(&items, "exists: false, cel: nobody.spec").verdict, Verdict::Error);
        let stage = Stage::new();
        let unknown = stage.judge(&Recorded::new(), "resource: {ns: shop, kind: Widget, name: a}");
        assert_eq!(unknown, Judged::error("the cluster has no Widget"));
        let alias = stage.judge(&Recorded::new(), "resource: {ns: nowhere, kind: Pod}");
        assert_eq!(alias, Judged::error("the lab has no namespace `nowhere`"));
        let down = stage.judge(&Recorded::down(), "resource: {ns: shop, kind: Pod, exists: false}");
        assert_eq!(down.verdict, Verdict::Error);
    }
}
