//! What must be as it was at the start.

use serde_json::{Value, json};

use super::cel::{Expression, variables};
use super::objects::{self, call, is_going};
use crate::lab::course::probe::Unchanged;
use crate::lab::scene::Scene;
use crate::lab::verdict::Judged;

/// Looks once, and compares with what was written down at the start.
pub(super) fn judge(spec: &Unchanged, before: Option<&Value>, scene: &Scene<'_>) -> Judged {
    look(spec, before, scene).unwrap_or_else(|judged| judged)
}

/// The values of the expressions, in their order, each as a list that is empty where there is none.
pub(super) fn snapshot(spec: &Unchanged, scene: &Scene<'_>) -> Result<Value, Judged> {
    Ok(values(spec, &find(spec, scene)?)?.into())
}

fn look(spec: &Unchanged, before: Option<&Value>, scene: &Scene<'_>) -> Result<Judged, Judged> {
    let Some(before) = before.and_then(Value::as_array) else {
        return Err(Judged::error("nothing was written down of it at the start"));
    };
    let object = find(spec, scene)?;
    let now = values(spec, &object)?;
    if now.is_empty() || before.len() != now.len() {
        return Err(Judged::error("what was written down of it at the start does not fit"));
    }
    let changed = spec.cel.iter().zip(before.iter().zip(&now)).find(|(_, (before, now))| before != now);
    Ok(match changed {
        None => Judged::pass(format!("{} is as it was", call(&object))),
        Some((text, (before, now))) => {
            Judged::fail(format!("{}: `{}` was {}, and is {}", call(&object), **text, show(before), show(now)))
        }
    })
}

fn find(spec: &Unchanged, scene: &Scene<'_>) -> Result<Value, Judged> {
    let kind = objects::kind(scene, spec.api_version.as_deref(), &spec.kind)?;
    let namespace = spec.ns.as_ref().map(|alias| objects::namespace(scene, alias)).transpose()?;
    let found = objects::object(scene, &kind, namespace, &spec.name)?.filter(|object| !is_going(object));
    let place = namespace.map(|namespace| format!(" in {namespace}")).unwrap_or_default();
    found.ok_or_else(|| Judged::nothing(format!("there is no {} {}{place}", *spec.kind, spec.name)))
}

fn values(spec: &Unchanged, object: &Value) -> Result<Vec<Value>, Judged> {
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

    use crate::lab::check::recorded::{Recorded, SHOP, Stage, probe};
    use crate::lab::check::snapshot;
    use crate::lab::verdict::{Judged, Verdict};

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

    fn judge(api: &Recorded, check: &str) -> Judged {
        let mut stage = Stage::new();
        let at_start = self::api("busybox:1.37", &json!({"app": "page", "tier": "web"}));
        let written = stage.with(&at_start, |scene| snapshot("it", &probe(check), scene)).expect("a snapshot");
        stage.snapshots.insert("it".to_owned(), written.expect("something"));
        stage.judge(api, check)
    }

    #[test]
    fn the_same_is_right_in_whatever_order() {
        let same = api("busybox:1.37", &json!({"tier": "web", "app": "page"}));
        assert_eq!(judge(&same, CHECK), Judged::pass("Pod page is as it was"));
        assert_eq!(judge(&same, &format!("all: [{{{CHECK}}}, {{{CHECK}}}]")).verdict, Verdict::Pass);
    }

    #[test]
    fn a_change_is_wrong() {
        let other = api("evil:1", &json!({"tier": "web", "app": "page"}));
        let message = "Pod page: `pod.containers[0].image` was `busybox:1.37`, and is `evil:1`";
        assert_eq!(judge(&other, CHECK), Judged::fail(message));
        assert_eq!(judge(&other, &format!("all: [{{{CHECK}}}]")), Judged::fail(message));
        let bare = judge(&api("busybox:1.37", &Value::Null), CHECK);
        assert!(bare.observed.ends_with("and is null"), "{}", bare.observed);
        assert_eq!(judge(&Recorded::new().absent(&path()), CHECK).observed, format!("there is no Pod page in {SHOP}"));
    }

    #[test]
    fn without_a_start_there_is_no_verdict() {
        let stage = Stage::new();
        let judged = stage.judge(&api("a", &Value::Null), CHECK);
        assert_eq!(judged.verdict, Verdict::Error);
        let none = stage.judge(&api("a", &Value::Null), "unchanged: {ns: shop, kind: Pod, name: page, cel: []}");
        assert_eq!(none.verdict, Verdict::Error);
        assert_eq!(judge(&Recorded::down(), CHECK).verdict, Verdict::Error);
        let fault = stage.with(&api("a", &Value::Null), |scene| {
            snapshot("it", &probe("unchanged: {ns: shop, kind: Pod, name: page, cel: [nobody]}"), scene)
        });
        assert_eq!(fault.map_err(|judged| judged.verdict), Err(Verdict::Error));
    }
}
