//! Expressions of checks: CEL, as Kubernetes itself has it in its policies.

use std::collections::HashMap;
use std::sync::Arc;

use cel::objects::{Key, Map};
use cel::{Context, Env, ExecutionError, Program};
use serde_json::Value;

use super::{bounds, objects, trace};
use crate::k8s::quantity::Quantity;
use crate::lab::verdict::CheckResult;

/// The most bytes of an expression that are shown.
const LONG: usize = 100;

/// An expression that can be evaluated.
pub(super) struct Expression {
    text: String,
    program: Program,
}

/// What is wrong with the text of an expression; none if nothing is.
pub fn problem(text: &str) -> Option<String> {
    compile(text).err()
}

fn compile(text: &str) -> Result<Program, String> {
    if let Some(problem) = bounds::exceeded(text) {
        return Err(problem);
    }
    let read = || {
        Env::stdlib().compile(text).map_err(|errors| {
            let first = errors.errors.first().map_or("it cannot be read", |error| error.msg.as_str());
            format!("`{text}` is not CEL: {first}")
        })
    };
    bounds::deep(read).unwrap_or_else(|| Err(format!("`{text}` is not CEL: it cannot be read")))
}

impl Expression {
    /// Reads one. That it cannot be read is the fault of the lab.
    pub(super) fn new(text: &str) -> Result<Self, CheckResult> {
        let program = compile(text).map_err(CheckResult::error)?;
        Ok(Self { text: text.to_owned(), program })
    }

    /// Whether it is true of an object, called `object`, and its pod spec, called `pod`, if it has one.
    pub(super) fn of_object(&self, object: &Value) -> CheckResult {
        self.result(&variables(object))
    }

    /// Whether it is true. A field that is missing or of another type makes it false; anything else that goes wrong is the
    /// fault of the lab.
    pub(super) fn result(&self, variables: &[(&str, &Value)]) -> CheckResult {
        bounds::deep(|| self.judged(variables)).unwrap_or_else(|| self.too_deep())
    }

    fn too_deep(&self) -> CheckResult {
        CheckResult::error(format!("`{}` cannot be evaluated", self.text))
    }

    fn judged(&self, variables: &[(&str, &Value)]) -> CheckResult {
        let seen = || trace::of(self.program.expression(), variables);
        match self.evaluate(variables) {
            Ok(cel::Value::Bool(true)) => CheckResult::pass(seen().unwrap_or_else(|| format!("`{}`", self.text))),
            Ok(cel::Value::Bool(false)) => CheckResult::fail(seen().unwrap_or_else(|| self.denied())),
            Ok(_) => CheckResult::error(format!("`{}` is neither true nor false", self.text)),
            Err(error) => {
                self.fault(&error).unwrap_or_else(|| CheckResult::fail(seen().unwrap_or_else(|| missing(&error))))
            }
        }
    }

    /// That it is false, where no value tells why. A long expression would tell nobody anything.
    fn denied(&self) -> String {
        if self.text.len() > LONG { "it does not fit".to_owned() } else { format!("`{}` does not hold", self.text) }
    }

    /// Its value; none where a field is missing or of another type.
    pub(super) fn value(&self, variables: &[(&str, &Value)]) -> Result<Option<Value>, CheckResult> {
        bounds::deep(|| self.known(variables)).unwrap_or_else(|| Err(self.too_deep()))
    }

    fn known(&self, variables: &[(&str, &Value)]) -> Result<Option<Value>, CheckResult> {
        match self.evaluate(variables) {
            Ok(value) => match value.json() {
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(CheckResult::error(format!("the value of `{}` cannot be written down", self.text))),
            },
            Err(error) => self.fault(&error).map_or(Ok(None), Err),
        }
    }

    fn evaluate(&self, variables: &[(&str, &Value)]) -> Result<cel::Value, ExecutionError> {
        let mut context = Context::default();
        for (name, value) in variables {
            context.add_variable_from_value(*name, from_json(value));
        }
        let declared = context.add_function("eff", effective);
        declared.map_err(|error| ExecutionError::function_error("eff", error))?;
        let declared = context.add_function("quantity", quantity);
        declared.map_err(|error| ExecutionError::function_error("quantity", error))?;
        self.program.execute(&context)
    }

    /// What only the author of the lab can fix.
    fn fault(&self, error: &ExecutionError) -> Option<CheckResult> {
        let is_authors = matches!(
            error,
            ExecutionError::UndeclaredReference(_)
                | ExecutionError::InvalidArgumentCount { .. }
                | ExecutionError::MissingArgumentOrTarget
                | ExecutionError::InternalError(_)
        );
        is_authors.then(|| CheckResult::error(format!("`{}` cannot be evaluated: {error}", self.text)))
    }
}

/// What expressions see of an object.
pub(super) fn variables(object: &Value) -> Vec<(&'static str, &Value)> {
    let pod = objects::pod_spec(object).map(|pod| ("pod", pod));
    std::iter::once(("object", object)).chain(pod).collect()
}

/// Why nothing came out, where no value tells it.
fn missing(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(key) => format!("`{key}` is not set"),
        ExecutionError::IndexOutOfBounds(_) => "a list has fewer members".to_owned(),
        _ => "a value is of another type".to_owned(),
    }
}

/// `eff(container, pod, "runAsNonRoot")`: what holds for a container, which says it itself or leaves it to its pod; null if
/// neither says it.
#[expect(clippy::needless_pass_by_value, reason = "functions of CEL take their arguments so")]
fn effective(container: cel::Value, pod: cel::Value, field: Arc<String>) -> cel::Value {
    let own = |of: &cel::Value| member(of, "securityContext").and_then(|context| member(&context, &field));
    own(&container).or_else(|| own(&pod)).unwrap_or(cel::Value::Null)
}

/// `quantity("500m")`: a quantity of Kubernetes as a number in thousandths, so that quantities compare; null if it is none.
#[expect(clippy::needless_pass_by_value, reason = "functions of CEL take their arguments so")]
fn quantity(text: Arc<String>) -> cel::Value {
    let millis = Quantity::parse(&text).ok().and_then(|quantity| i64::try_from(quantity.millis()).ok());
    millis.map_or(cel::Value::Null, cel::Value::Int)
}

fn member(value: &cel::Value, key: &str) -> Option<cel::Value> {
    let cel::Value::Map(map) = value else { return None };
    map.map.get(&Key::from(key)).filter(|value| !matches!(value, cel::Value::Null)).cloned()
}

/// Whole numbers become signed ones, as literals are.
fn from_json(value: &Value) -> cel::Value {
    match value {
        Value::Null => cel::Value::Null,
        Value::Bool(value) => cel::Value::Bool(*value),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => cel::Value::Int(whole),
            (None, Some(fraction)) => cel::Value::Float(fraction),
            (None, None) => cel::Value::Null,
        },
        Value::String(text) => cel::Value::String(Arc::new(text.clone())),
        Value::Array(members) => cel::Value::List(Arc::new(members.iter().map(from_json).collect())),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| (Key::from(key.as_str()), from_json(value)));
            cel::Value::Map(Map { map: Arc::new(fields.collect::<HashMap<_, _>>()) })
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Expression, problem};
    use crate::lab::check::recorded::yaml;
    use crate::lab::verdict::{CheckResult, Verdict};

    fn evaluate(text: &str) -> CheckResult {
        let deployment = yaml(
            "{kind: Deployment, metadata: {name: page, labels: {app: page}}, spec: {replicas: 2, template: {spec: \
             {securityContext: {runAsUser: 1000, runAsNonRoot: false}, containers: [\
             {name: a, securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}}, {name: b}]}}}}",
        );
        Expression::new(text).unwrap_or_else(|result| panic!("{}", result.observed)).of_object(&deployment)
    }

    fn verdict(text: &str) -> Verdict {
        evaluate(text).verdict
    }

    #[test]
    fn numbers_of_objects_compare_with_literals() {
        assert_eq!(verdict("object.spec.replicas >= 2 && object.spec.replicas == 2"), Verdict::Pass);
        assert_eq!(verdict("object.spec.replicas > 2"), Verdict::Fail);
    }

    #[test]
    fn what_holds_for_a_container_is_its_own_word_before_its_pods() {
        assert_eq!(verdict("eff(pod.containers[0], pod, 'runAsNonRoot') == true"), Verdict::Pass);
        assert_eq!(verdict("eff(pod.containers[1], pod, 'runAsNonRoot') == false"), Verdict::Pass);
        assert_eq!(verdict("pod.containers.all(c, eff(c, pod, 'runAsUser') == 1000)"), Verdict::Pass);
        assert_eq!(verdict("pod.containers.all(c, eff(c, pod, 'seccompProfile').type == 'x')"), Verdict::Fail);
        assert_eq!(verdict("eff(pod.containers[0], pod, 'runAsGroup') == null"), Verdict::Pass);
        assert_eq!(verdict("eff(pod.containers[0], pod, 'runAsGroup') == true"), Verdict::Fail);
    }

    #[test]
    fn quantities_compare_however_they_are_written() {
        assert_eq!(
            verdict("quantity('640Mi') == quantity('671088640') && quantity('0.5') == quantity('500m')"),
            Verdict::Pass
        );
        assert_eq!(verdict("quantity('1Gi') <= quantity('640Mi')"), Verdict::Fail);
        assert_eq!(verdict("quantity('much') <= quantity('640Mi')"), Verdict::Fail);
    }

    #[test]
    fn macros_work() {
        assert_eq!(verdict("has(pod.securityContext) && !has(pod.hostNetwork)"), Verdict::Pass);
        assert_eq!(verdict("pod.containers.exists(c, c.name == 'b') && pod.containers.size() == 2"), Verdict::Pass);
        assert_eq!(verdict("'app' in object.metadata.labels"), Verdict::Pass);
        assert_eq!(verdict("object.metadata.name.matches('^p.ge$')"), Verdict::Pass);
    }

    #[test]
    fn a_missing_or_wrong_field_is_a_wrong_answer() {
        let result = evaluate("pod.hostname == 'a'");
        assert_eq!(result, CheckResult::fail("pod.hostname is not set"));
        assert_eq!(
            evaluate("pod.containers[0].image.startsWith('a')"),
            CheckResult::fail("pod.containers[0].image is not set")
        );
        assert_eq!(evaluate("object.spec.replicas > 'a'"), CheckResult::fail("object.spec.replicas is 2"));
        assert_eq!(evaluate("pod.containers[7].name == 'a'"), CheckResult::fail("pod.containers[7].name is not set"));
    }

    #[test]
    fn says_what_it_sees() {
        assert_eq!(evaluate("object.spec.replicas == 3").observed, "object.spec.replicas is 2");
        let both = evaluate("pod.securityContext.runAsNonRoot && pod.securityContext.runAsUser == 0");
        assert_eq!(both.observed, "pod.securityContext.runAsNonRoot is false, pod.securityContext.runAsUser is 1000");
        let all = evaluate("pod.containers.all(c, c.name == 'a')");
        assert_eq!(all.observed, "`pod.containers.all(c, c.name == 'a')` does not hold");
        let long = format!("pod.containers.all(c, {})", ["c.name == 'a'"; 9].join(" || "));
        assert_eq!(evaluate(&long).observed, "it does not fit");
    }

    #[test]
    fn what_cannot_work_is_the_fault_of_the_lab() {
        assert_eq!(verdict("objct.spec == 1"), Verdict::Error);
        assert_eq!(verdict("object.spec.replicas"), Verdict::Error);
        assert_eq!(verdict("nosuch(object)"), Verdict::Error);
        assert!(problem("object.spec ==").is_some_and(|problem| problem.starts_with("`object.spec ==` is not CEL")));
        assert_eq!(problem("object.spec == 1"), None);
        assert!(Expression::new("(").is_err());
    }

    #[test]
    fn no_expression_goes_too_deep() {
        let around = |open: &str, close: &str| {
            let count = (super::bounds::LENGTH - 10) / (open.len() + close.len());
            format!("{}true{} == true", open.repeat(count), close.repeat(count))
        };
        for text in [
            around("(", ")"),
            around("[", "]"),
            around("f(", ")"),
            around("{1:", "}"),
            around("[1].all(a,", ")"),
            around("(", ""),
            around("object.", ""),
            around("1+", ""),
            around("!", ""),
            around("-", ""),
            around("true?true:", ""),
            around("true&&", ""),
            around("", ".a"),
            around("", "[0]"),
            around("", ".a()"),
            around("", "+1"),
            around("", "==true"),
        ] {
            // whatever comes of it
            let _ = Expression::new(&text).map(|read| read.of_object(&json!({"a": 1})));
        }
        let long = format!("true{}", " && true".repeat(super::bounds::LENGTH));
        assert!(problem(&long).is_some_and(|problem| problem.contains("bytes: expected 1000 at most")));
    }

    #[test]
    fn gives_values() {
        let object = json!({"kind": "ConfigMap", "data": {"a": "b", "n": [1, 2.5]}});
        let value = |text: &str| Expression::new(text).ok().and_then(|it| it.value(&[("object", &object)]).ok());
        assert_eq!(value("object.data"), Some(Some(json!({"a": "b", "n": [1, 2.5]}))));
        assert_eq!(value("object.data.c"), Some(None));
        assert_eq!(value("nobody.data"), None);
    }
}
