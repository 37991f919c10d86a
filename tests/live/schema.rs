//! The rules on manifests against the API server itself: objects that it takes, each with one mistake after the other, are
//! sent with a server-side dry run under strict validation. What it refuses must be reported, and nothing else.

use std::collections::BTreeSet;

use libtest_mimic::Failed;
use serde_json::{Value, json};
use tightship::internals::k8s::Version;
use tightship::internals::k8s::{Field, FieldType, Limit, Lookup, TypeId, table};
use tightship::internals::yaml;

use crate::Test;
use crate::kubectl::{Live, ensure};
use crate::support::{Folder, Ran, program};

pub const TESTS: &[Test] = &[("schema::every_field_and_every_mistake", mistakes)];

/// The rules that say what the API server refuses.
const RULES: &str = "unknown-field,misplaced-field,field-not-in-release,wrong-type,invalid-value,missing-field,invalid-name,\
                     invalid-quantity,unknown-kind,removed-api-version,unreadable-value";

/// An object with one mistake.
struct Case {
    object: Value,
    /// Whether the server may refuse it for what several fields say together, which the rules do not look at.
    is_vague: bool,
    /// `apps.v1.DeploymentSpec.replicas = "x"`; the kind alone for an object as it is.
    what: String,
}

fn mistakes(live: &Live) -> Result<(), Failed> {
    let version = Version::parse(live.release()).ok_or("a release of which the fields are known")?;
    let bases = yaml::parse(include_str!("schema.yaml"));
    let mut generator = Generator { version, seen: BTreeSet::new(), cases: Vec::new() };
    for document in &bases.documents {
        generator.object(&document.root().unwrap().to_json().unwrap());
    }
    let Generator { cases, .. } = generator;
    let folder = Folder::new();
    for (at, case) in cases.iter().enumerate() {
        folder.write(&format!("case-{at}.json"), serde_json::to_string_pretty(&case.object).unwrap());
    }
    let here = folder.path("");
    let server = live.run(&["create", "--dry-run=server", "--validate=strict", "-f", here.to_str().unwrap()]);
    let accepted: BTreeSet<usize> = server.stdout.lines().filter_map(|line| number(line, "/case-")).collect();
    let flags =
        ["check", "--no-config", "--exit-zero", "--format", "concise", "--kubernetes", live.release(), "--select"];
    let ours = Ran::of(program().current_dir(&here).args(flags).args([RULES, "."]).output().unwrap());
    let reported: BTreeSet<usize> = ours.stdout.lines().filter_map(|line| number(line, "case-")).collect();

    for (at, case) in cases.iter().enumerate().filter(|(_, case)| !case.what.contains('.')) {
        ensure(accepted.contains(&at), || format!("the {} as it is: {}", case.what, server.stderr))?;
    }
    let mut wrong = Vec::new();
    for (at, case) in cases.iter().enumerate() {
        let said = || ours.stdout.lines().find(|line| number(line, "case-") == Some(at)).unwrap_or_default();
        match (accepted.contains(&at), reported.contains(&at)) {
            (true, true) => wrong.push(format!("accepted, but reported: {}\n    {}", case.what, said())),
            (false, false) if !case.is_vague => wrong.push(format!("refused, but not reported: {}", case.what)),
            _ => {}
        }
    }
    eprintln!("{} mistakes compared, {} of them refused", cases.len(), cases.len() - accepted.len());
    ensure(cases.len() > 3000 && accepted.len() > 50, || format!("too few: {}\n{}", cases.len(), server.stderr))?;
    ensure(wrong.is_empty(), || format!("{}\n{} differ", wrong.join("\n"), wrong.len()))
}

/// The number after a word.
fn number(line: &str, before: &str) -> Option<usize> {
    let (_, rest) = line.split_once(before)?;
    rest.split(|character: char| !character.is_ascii_digit()).next()?.parse().ok()
}

/// Makes the mistakes, each once for a field of a type wherever that stands.
struct Generator {
    version: Version,
    seen: BTreeSet<(TypeId, &'static str)>,
    cases: Vec<Case>,
}

impl Generator {
    fn object(&mut self, base: &Value) {
        let (api_version, kind) = (base["apiVersion"].as_str().unwrap(), base["kind"].as_str().unwrap());
        let info = table().kind(api_version, kind).unwrap();
        self.add(base.clone(), kind.to_owned());
        self.fields(base, "", info.ty);
    }

    fn add(&mut self, mut object: Value, what: String) {
        if object["metadata"].is_object() {
            object["metadata"]["name"] = format!("case-{}", self.cases.len()).into();
        }
        self.cases.push(Case { object, is_vague: false, what });
    }

    /// The base with another value at a place.
    fn set(&mut self, base: &Value, pointer: &str, value: Value, what: &str) {
        let mut object = base.clone();
        *object.pointer_mut(pointer).unwrap() = value;
        self.add(object, what.to_owned());
    }

    /// The base without what is at a place.
    fn remove(&mut self, base: &Value, pointer: &str, what: &str) {
        let mut object = base.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let key = key.replace("~1", "/").replace("~0", "~");
        object.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(&key);
        self.add(object, what.to_owned());
    }

    fn fields(&mut self, base: &Value, pointer: &str, ty: TypeId) {
        let Some(map) = base.pointer(pointer).and_then(Value::as_object) else { return };
        let name = table().type_name(ty);
        if self.seen.insert((ty, "nonsense")) {
            let mut with = Value::Object(map.clone());
            with["nonsense"] = json!(1);
            self.set(base, pointer, with, &format!("{name}.nonsense"));
        }
        for (key, value) in map {
            let Lookup::Found(field) = table().field(ty, key, self.version) else { panic!("{name} has no {key}") };
            let at = below(pointer, key);
            let is_identity = pointer.is_empty() && matches!(&**key, "apiVersion" | "kind" | "metadata");
            let is_name = pointer == "/metadata" && matches!(&**key, "name" | "namespace");
            if !is_identity && !is_name && self.seen.insert((ty, field.name)) {
                self.field(base, &at, value, field, &format!("{name}.{key}"));
            }
            self.deeper(base, &at, value, &field.ty);
        }
    }

    fn deeper(&mut self, base: &Value, pointer: &str, value: &Value, ty: &FieldType) {
        match (ty, value) {
            (FieldType::Type(id), Value::Object(_)) => self.fields(base, pointer, *id),
            (FieldType::List(inner), Value::Array(items)) => {
                for (at, item) in items.iter().enumerate() {
                    self.deeper(base, &below(pointer, &at.to_string()), item, inner);
                }
            }
            (FieldType::Map(inner), Value::Object(entries)) => {
                for (key, value) in entries {
                    self.deeper(base, &below(pointer, key), value, inner);
                }
            }
            _ => {}
        }
    }

    fn field(&mut self, base: &Value, pointer: &str, value: &Value, field: &'static Field, what: &str) {
        self.set(base, pointer, Value::Null, &format!("{what} = null"));
        self.cases.last_mut().unwrap().is_vague = !field.required;
        for wrong in other_types(&field.ty).into_iter().chain(beyond(field.limit)) {
            self.set(base, pointer, wrong.clone(), &format!("{what} = {wrong}"));
        }
        if let (FieldType::Map(inner), Some(key)) = (&field.ty, value.as_object().and_then(|map| map.keys().next())) {
            let wrong = match **inner {
                FieldType::Quantity => json!("1GB"),
                FieldType::Bytes => json!("hunter2"),
                _ => json!(8080),
            };
            self.set(base, &below(pointer, key), wrong.clone(), &format!("{what}.* = {wrong}"));
        }
        if let (FieldType::List(inner), true) = (&field.ty, value.as_array().is_some_and(|list| !list.is_empty())) {
            let wrong = if **inner == FieldType::String { json!(8080) } else { json!("x") };
            self.set(base, &below(pointer, "0"), wrong.clone(), &format!("{what}[] = {wrong}"));
        }
        if field.enum_values().next().is_some() {
            self.words(base, pointer, value, what);
        }
        if field.required || OPTIONAL.iter().any(|name| what.ends_with(name)) {
            self.remove(base, pointer, &format!("{what} is missing"));
            match value {
                Value::String(_) if !matches!(field.ty, FieldType::IntOrString | FieldType::Quantity) => {
                    self.set(base, pointer, json!(""), &format!("{what} = \"\""));
                }
                Value::Array(_) => self.set(base, pointer, json!([]), &format!("{what} = []")),
                _ => {}
            }
        }
    }

    /// Words that a field with an enum does not take.
    fn words(&mut self, base: &Value, pointer: &str, value: &Value, what: &str) {
        let right = value.as_array().and_then(|list| list.first()).unwrap_or(value).as_str().unwrap();
        for word in ["Nonsense".to_owned(), right.to_lowercase(), right.to_uppercase()] {
            if word != right {
                let wrong = if value.is_array() { json!([word]) } else { json!(word) };
                self.set(base, pointer, wrong, &format!("{what} = {word:?}"));
            }
        }
    }
}

/// Values of other types than the field's, or that do not read as it.
fn other_types(ty: &FieldType) -> Vec<Value> {
    match ty {
        FieldType::String => vec![json!(5), json!(true), json!([]), json!({})],
        FieldType::Integer => vec![json!("5"), json!(true), json!(1.5), json!([])],
        FieldType::Number => vec![json!("5"), json!(true)],
        FieldType::Boolean => vec![json!("true"), json!(1), json!({})],
        FieldType::IntOrString => vec![json!(true), json!(1.5), json!([])],
        FieldType::Quantity => vec![json!(true), json!("abc"), json!("1 Gi"), json!({})],
        FieldType::Time => vec![json!(5), json!("yesterday")],
        FieldType::Duration => vec![json!(5), json!("60")],
        FieldType::Bytes => vec![json!("not base64!"), json!(5)],
        FieldType::List(_) => vec![json!("x"), json!({}), json!(5)],
        FieldType::Map(_) | FieldType::Type(_) => vec![json!("x"), json!([]), json!(5)],
        FieldType::Object | FieldType::Any => Vec::new(),
    }
}

/// Values at and beyond the limit of a field.
fn beyond(limit: Limit) -> Vec<Value> {
    match limit {
        Limit::None | Limit::TimeZone => Vec::new(),
        Limit::Schedule => vec![json!("61 * * * *")],
        Limit::Name(_) => vec![json!("Bad_Name."), json!("-"), json!("x".repeat(260))],
        Limit::Range(least, most) => vec![json!(least - 1), json!(u64::try_from(most).unwrap() + 1)],
        Limit::Port | Limit::TargetPort => {
            vec![json!(0), json!(65536), json!("Bad_Name"), json!("a-name-that-is-too-long"), json!("80")]
        }
        Limit::Labels => vec![json!({"a b": "c"}), json!({"a": "b c"}), json!({"/a": "b"})],
        Limit::Annotations => vec![json!({"a b": "c"}), json!({"Upper/Case": "x y"})],
        Limit::DataKeys => vec![json!({"a b": "YQ=="}), json!({"..": "YQ=="}), json!({".a": "YQ=="})],
        Limit::Resources => vec![json!({"memory": "-1Mi"}), json!({"cpu": ""})],
    }
}

/// Fields that the OpenAPI has as required although the server does without.
const OPTIONAL: [&str; 11] = [
    "ForZone.name",
    "HTTPHeader.value",
    "LimitRangeSpec.limits",
    "NetworkPolicySpec.podSelector",
    "PodFailurePolicy.rules",
    "PodFailurePolicyOnPodConditionsPattern.status",
    "PreferredSchedulingTerm.preference",
    "PriorityClass.value",
    "RoleRef.apiGroup",
    "SleepAction.seconds",
    "TypedLocalObjectReference.kind",
];

fn below(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}
