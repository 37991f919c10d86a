//! The cluster as an attendee sees it who verifies their own labs: what they may not see is left out, and instead of impersonating
//! an account of theirs they take a token of it. What counts is what the instructor sees.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::client::url::segment;
use crate::client::{Api, ApiError, Ended, Exec, ExecReply, Identity, Method, Request, Response};

/// How long a token of an account lives, in seconds: as short as the API server allows.
const LIFETIME: u64 = 600;
/// What says who may do what, in all namespaces.
const BINDINGS: [&str; 2] =
    ["/apis/rbac.authorization.k8s.io/v1/rolebindings", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"];

/// A cluster as an attendee sees it.
pub struct OwnEyes<'e> {
    api: &'e dyn Api,
    tokens: Mutex<HashMap<String, String>>,
}

impl<'e> OwnEyes<'e> {
    pub fn new(api: &'e dyn Api) -> Self {
        Self { api, tokens: Mutex::default() }
    }

    /// The same identity by a token, if it is an account that one is given.
    fn own(&self, identity: &Identity) -> Result<Identity, ApiError> {
        let Identity::User { name, .. } = identity else { return Ok(identity.clone()) };
        let Some((namespace, account)) =
            name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'))
        else {
            return Ok(identity.clone());
        };
        let known = self.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if let Some(token) = known {
            return Ok(Identity::Token(token));
        }
        let path = format!("/api/v1/namespaces/{}/serviceaccounts/{}/token", segment(namespace), segment(account));
        let body = json!({
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": LIFETIME},
        });
        let response = self.api.request(&Request::new(Method::Post, path).with(body))?;
        let given = if response.is_success() { response.json()? } else { Value::Null };
        let Some(token) = given.pointer("/status/token").and_then(Value::as_str) else { return Ok(identity.clone()) };
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), token.to_owned());
        Ok(Identity::Token(token.to_owned()))
    }

    fn prepared(&self, request: &Request) -> Result<Request, ApiError> {
        Ok(Request { identity: self.own(&request.identity)?, ..request.clone() })
    }
}

/// What may not be seen counts as not there.
fn seen(request: &Request, response: Response) -> Response {
    let path = request.path.split('?').next().unwrap_or_default();
    if response.status == 403 && request.method == Method::Get && BINDINGS.contains(&path) {
        return Response { status: 200, body: json!({"items": []}).to_string(), warnings: Vec::new() };
    }
    response
}

impl Api for OwnEyes<'_> {
    fn request(&self, request: &Request) -> Result<Response, ApiError> {
        Ok(seen(request, self.api.request(&self.prepared(request)?)?))
    }

    fn request_all(&self, requests: &[Request]) -> Vec<Result<Response, ApiError>> {
        let prepared: Result<Vec<Request>, ApiError> = requests.iter().map(|request| self.prepared(request)).collect();
        match prepared {
            Ok(prepared) => {
                let answers = self.api.request_all(&prepared);
                requests.iter().zip(answers).map(|(request, answer)| Ok(seen(request, answer?))).collect()
            }
            Err(error) => requests.iter().map(|_| Err(error.clone())).collect(),
        }
    }

    fn exec(&self, exec: &Exec) -> Result<ExecReply, ApiError> {
        self.api.exec(&Exec { identity: self.own(&exec.identity)?, ..exec.clone() })
    }

    fn node(&self, argv: &[&str], input: &[u8]) -> Result<Ended, ApiError> {
        self.api.node(argv, input)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::OwnEyes;
    use crate::client::{Api, ApiError, Ended, Exec, ExecReply, Identity, Request, Response};

    /// Refuses everything but tokens, and notes who asks.
    #[derive(Default)]
    struct Strict(Mutex<Vec<Identity>>);

    impl Api for Strict {
        fn request(&self, request: &Request) -> Result<Response, ApiError> {
            self.0.lock().unwrap().push(request.identity.clone());
            let token = request.path.ends_with("/token");
            let (status, body) = if token { (201, "{\"status\":{\"token\":\"t\"}}") } else { (403, "") };
            Ok(Response { status, body: body.to_owned(), warnings: Vec::new() })
        }

        fn request_all(&self, requests: &[Request]) -> Vec<Result<Response, ApiError>> {
            requests.iter().map(|request| self.request(request)).collect()
        }

        fn exec(&self, _: &Exec) -> Result<ExecReply, ApiError> {
            Ok(ExecReply::TimedOut)
        }

        fn node(&self, _: &[&str], _: &[u8]) -> Result<Ended, ApiError> {
            Ok(Ended::default())
        }
    }

    #[test]
    fn bindings_of_all_are_left_out_and_nothing_else() {
        let strict = Strict::default();
        let eyes = OwnEyes::new(&strict);
        let all = "/apis/rbac.authorization.k8s.io/v1/rolebindings";
        let own = "/apis/rbac.authorization.k8s.io/v1/namespaces/a/rolebindings";
        let answers = eyes.request_all(&[all, own, "/api/v1/secrets"].map(Request::get));
        let statuses: Vec<u16> = answers.into_iter().map(|answer| answer.unwrap().status).collect();
        assert_eq!(statuses, [200, 403, 403]);
    }

    #[test]
    fn an_account_is_asked_by_its_token_once_made() {
        let strict = Strict::default();
        let eyes = OwnEyes::new(&strict);
        for _ in 0..2 {
            eyes.request(&Request::get("/x").by(Identity::service_account("a", "b"))).unwrap();
        }
        let token = Identity::Token("t".to_owned());
        assert_eq!(*strict.0.lock().unwrap(), [Identity::Admin, token.clone(), token]);
    }
}
