//! Objects that are made, changed, read and deleted, with what the API server refuses as an error of its own.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::api::{Api, ApiError, Method, Request, Response};
use super::kinds::Resource;
use super::url;

/// Who is said to have set a field: the learner's own tool, so that it does not quarrel with us over it.
const MANAGER: &str = "kubectl";

/// How often an object that is being deleted is looked for.
const MOMENT: Duration = Duration::from_millis(100);

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// There is no answer.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The answer is no.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// What the API server says when it does not do something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The status of HTTP.
    pub status: u16,
    /// The `reason` of the `Status`, such as `Forbidden`; empty if there is none.
    pub reason: String,
    /// Its message.
    pub message: String,
}

impl Refusal {
    /// The refusal that a response is; none if it is not one.
    pub fn of(response: &Response) -> Option<Self> {
        if response.is_success() {
            return None;
        }
        let reason = response.json().ok().and_then(|status| Some(status.get("reason")?.as_str()?.to_owned()));
        let message = match response.message() {
            message if message.is_empty() => format!("the API server answers with status {}", response.status),
            message => message,
        };
        Some(Self { status: response.status, reason: reason.unwrap_or_default(), message })
    }

    fn bad(message: impl Into<String>) -> Failure {
        let message = message.into();
        Self { status: 400, reason: "BadRequest".to_owned(), message }.into()
    }
}

/// An object after a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// The object as it is now.
    pub object: Value,
    /// What the API server warned of.
    pub warnings: Vec<String>,
}

/// Where an object is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// Its kind.
    pub resource: Resource,
    /// Its namespace, if its kind has one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

impl Place {
    /// Where an object belongs by what it says; in the default namespace if it says none.
    pub fn of(api: &dyn Api, object: &Value, default: Option<&str>) -> Result<Self, Failure> {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
        let api_version = text("/apiVersion").ok_or_else(|| Refusal::bad("an object has no apiVersion"))?;
        let kind = text("/kind").ok_or_else(|| Refusal::bad("an object has no kind"))?;
        let name = text("/metadata/name").ok_or_else(|| Refusal::bad(format!("a {kind} has no metadata.name")))?;
        let found = Resource::find(api, api_version, kind)?;
        let resource = found.ok_or_else(|| {
            let message = format!("the cluster has no kind {kind} in {api_version}");
            Refusal { status: 404, reason: "NotFound".to_owned(), message }
        })?;
        let namespace = if resource.namespaced {
            let namespace = text("/metadata/namespace").or(default);
            Some(namespace.ok_or_else(|| Refusal::bad(format!("the {kind} {name} has no namespace")))?.to_owned())
        } else {
            None
        };
        Ok(Self { resource, namespace, name: name.to_owned() })
    }

    fn path(&self) -> String {
        self.resource.object(self.namespace.as_deref(), &self.name)
    }
}

/// Makes an object or changes it, as `kubectl apply --server-side --force-conflicts` does.
pub fn apply(api: &dyn Api, object: &Value, default: Option<&str>) -> Result<Changed, Failure> {
    patch(api, object, default, "application/apply-patch+yaml", &[("fieldManager", MANAGER), ("force", "true")])
}

/// Changes an object by a part of it, as `kubectl patch` does. The part says its kind, its name and its namespace.
pub fn strategic_patch(api: &dyn Api, part: &Value, default: Option<&str>) -> Result<Changed, Failure> {
    patch(api, part, default, "application/strategic-merge-patch+json", &[("fieldManager", MANAGER)])
}

fn patch(
    api: &dyn Api,
    object: &Value,
    default: Option<&str>,
    content: &'static str,
    query: &[(&str, &str)],
) -> Result<Changed, Failure> {
    let place = Place::of(api, object, default)?;
    let request = Request::new(Method::Patch, url::query(&place.path(), query)).with(object.clone());
    let response = done(api, &Request { content, ..request })?;
    Ok(Changed { object: response.json()?, warnings: response.warnings })
}

/// Deletes an object, and then in its own time what it owns. False if there is none.
pub fn delete(api: &dyn Api, place: &Place) -> Result<bool, Failure> {
    let options = json!({"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"});
    match done(api, &Request::new(Method::Delete, place.path()).with(options)) {
        Ok(_) => Ok(true),
        Err(Failure::Refused(refusal)) if refusal.status == 404 => Ok(false),
        Err(failure) => Err(failure),
    }
}

/// Deletes an object, and waits until it is gone; another of its name may be there then. False if it was still there when
/// the time was up.
pub fn delete_and_wait(api: &dyn Api, place: &Place, limit: Duration) -> Result<bool, Failure> {
    let end = Instant::now() + limit;
    let uid = |object: &Value| object.pointer("/metadata/uid").cloned();
    let Some(object) = get(api, place)? else { return Ok(true) };
    delete(api, place)?;
    while get(api, place)?.is_some_and(|now| uid(&now) == uid(&object)) {
        if Instant::now() >= end {
            return Ok(false);
        }
        thread::sleep(MOMENT);
    }
    Ok(true)
}

/// An object; none if it does not exist.
pub fn get(api: &dyn Api, place: &Place) -> Result<Option<Value>, Failure> {
    match done(api, &Request::get(place.path())) {
        Ok(response) => Ok(Some(response.json()?)),
        Err(Failure::Refused(refusal)) if refusal.status == 404 => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// The objects of a kind, in a namespace or in all, those that a label selector selects or all. Unlike the API server's,
/// each says its kind.
pub fn list(
    api: &dyn Api,
    resource: &Resource,
    namespace: Option<&str>,
    selector: Option<&str>,
) -> Result<Vec<Value>, Failure> {
    let pairs: Vec<(&str, &str)> = selector.map(|selector| ("labelSelector", selector)).into_iter().collect();
    items(resource, &done(api, &Request::get(url::query(&resource.path(namespace), &pairs)))?)
}

/// As [`list`] gives them, of several kinds at once.
pub fn list_all(api: &dyn Api, wanted: &[(Resource, Option<&str>)]) -> Vec<Result<Vec<Value>, Failure>> {
    let requests: Vec<Request> =
        wanted.iter().map(|(resource, namespace)| Request::get(resource.path(*namespace))).collect();
    let answers = wanted.iter().zip(api.request_all(&requests));
    answers.map(|((resource, _), answer)| items(resource, &taken(answer?)?)).collect()
}

fn items(resource: &Resource, response: &Response) -> Result<Vec<Value>, Failure> {
    let mut list = response.json()?;
    let items = list.get_mut("items").map(Value::take);
    let Some(Value::Array(mut items)) = items else {
        return Err(ApiError::Unreadable(format!("a list of {} has no items", resource.plural)).into());
    };
    for item in items.iter_mut().filter_map(Value::as_object_mut) {
        item.entry("apiVersion").or_insert_with(|| resource.api_version.clone().into());
        item.entry("kind").or_insert_with(|| resource.kind.clone().into());
    }
    Ok(items)
}

fn done(api: &dyn Api, request: &Request) -> Result<Response, Failure> {
    taken(api.request(request)?)
}

fn taken(response: Response) -> Result<Response, Failure> {
    match Refusal::of(&response) {
        None => Ok(response),
        Some(refusal) => Err(refusal.into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Failure, Place, apply, get, list};
    use crate::client::kinds::Resource;
    use crate::client::{Api, ApiError, Ended, Exec, ExecReply, Method, Request, Response};
    use crate::k8s::object::Kind;

    /// An API server that answers one request, and nothing else.
    struct One(Method, &'static str, u16, &'static str);

    impl Api for One {
        fn request(&self, request: &Request) -> Result<Response, ApiError> {
            assert_eq!((request.method, request.path.as_str()), (self.0, self.1));
            Ok(Response { status: self.2, body: self.3.to_owned(), warnings: vec![] })
        }

        fn request_all(&self, requests: &[Request]) -> Vec<Result<Response, ApiError>> {
            requests.iter().map(|request| self.request(request)).collect()
        }

        fn exec(&self, _: &Exec) -> Result<ExecReply, ApiError> {
            Err(ApiError::Unreachable(String::new()))
        }

        fn node(&self, _: &[&str], _: &[u8]) -> Result<Ended, ApiError> {
            Err(ApiError::NoNode(String::new()))
        }
    }

    #[test]
    fn an_object_goes_where_it_says_or_else_into_the_default_namespace() {
        let path = "/apis/apps/v1/namespaces/a/deployments/page?fieldManager=kubectl&force=true";
        let object = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "page"}});
        assert_eq!(apply(&One(Method::Patch, path, 200, "{}"), &object, Some("a")).unwrap().object, json!({}));
        let mut said = object.clone();
        said["metadata"]["namespace"] = json!("a");
        assert!(apply(&One(Method::Patch, path, 201, "{}"), &said, Some("b")).is_ok());
        let nowhere = apply(&One(Method::Get, "", 200, ""), &object, None).unwrap_err();
        assert_eq!(nowhere.to_string(), "the Deployment page has no namespace");
    }

    #[test]
    fn a_refusal_has_the_words_of_the_api_server() {
        let place =
            Place { resource: Resource::of(Kind::Secret).unwrap(), namespace: Some("a".into()), name: "s".into() };
        let answer = |status, body| get(&One(Method::Get, "/api/v1/namespaces/a/secrets/s", status, body), &place);
        assert_eq!(answer(404, "{}"), Ok(None));
        assert_eq!(answer(200, "{\"a\": 1}"), Ok(Some(json!({"a": 1}))));
        assert!(matches!(answer(200, "<html>"), Err(Failure::Api(ApiError::Unreadable(_)))));
        let Err(Failure::Refused(refusal)) = answer(403, r#"{"reason": "Forbidden", "message": "no"}"#) else {
            panic!("it is refused")
        };
        assert_eq!((refusal.reason.as_str(), refusal.message.as_str()), ("Forbidden", "no"));
        assert_eq!(answer(502, "").unwrap_err().to_string(), "the API server answers with status 502");
    }

    #[test]
    fn each_object_of_a_list_says_its_kind() {
        let body = r#"{"kind": "PodList", "items": [{"metadata": {"name": "p"}}]}"#;
        let api = One(Method::Get, "/api/v1/pods?labelSelector=a%3Db", 200, body);
        let pods = list(&api, &Resource::of(Kind::Pod).unwrap(), None, Some("a=b")).unwrap();
        assert_eq!(pods, [json!({"metadata": {"name": "p"}, "apiVersion": "v1", "kind": "Pod"})]);
    }
}
