//! Who asks: from what a check says to what the client can use.

use serde_json::json;

use super::{folder, objects, token};
use crate::client::{Identity, Method, Request, url};
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::{PodToken, Who};
use crate::lab::verdict::CheckResult;

/// How long a token lives that is asked for here, in seconds.
const LIFETIME: u32 = 600;

/// Somebody, by whom requests can be made. Who is not there has no rights at all, so that is no answer to any question.
pub(super) fn identity(who: &Who, context: &CheckContext<'_>) -> Result<Identity, CheckResult> {
    match who {
        Who::ServiceAccount(account) => service_account(account, context),
        Who::User(name, more) => {
            let groups = more.groups.iter().cloned().chain(["system:authenticated".to_owned()]).collect();
            Ok(Identity::User { name: name.clone(), groups })
        }
        Who::Kubeconfig(file) => Ok(Identity::Credentials(folder::kubeconfig(file, context)?)),
        Who::Token(file) => Ok(Identity::Token(folder::read(file, context)?.trim().to_owned())),
        Who::TokenOf(from) => {
            let PodToken::Workload(workload, place) = &from.value;
            let token = token::of_workload(workload, place, context)?.into_iter().next();
            Ok(Identity::Token(token.ok_or_else(|| CheckResult::nothing("there is no token"))?))
        }
        Who::Anonymous(_) => Ok(Identity::Anonymous),
    }
}

/// The same; without anybody, the learner.
pub(super) fn identity_or_admin(who: Option<&Who>, context: &CheckContext<'_>) -> Result<Identity, CheckResult> {
    who.map_or(Ok(Identity::Admin), |who| identity(who, context))
}

/// The same, but a service account comes with a token of its own: what comes before impersonation, as the audit log and a
/// port of the node, sees the administrator otherwise.
pub(super) fn by_itself(who: &Who, context: &CheckContext<'_>) -> Result<Identity, CheckResult> {
    match who {
        Who::ServiceAccount(account) => Ok(Identity::Token(token_of(account, context)?)),
        who => identity(who, context),
    }
}

/// How people call somebody.
pub(super) fn call(who: &Who) -> String {
    match who {
        Who::ServiceAccount(account) => {
            format!("the service account {}", account.rsplit('/').next().unwrap_or_default())
        }
        Who::User(user, _) => user.clone(),
        Who::Kubeconfig(file) => format!("whoever uses {file}"),
        Who::Token(file) => format!("whoever has the token of {file}"),
        Who::TokenOf(from) => {
            let PodToken::Workload(workload, _) = &from.value;
            format!("whoever has the token of {}", workload.value)
        }
        Who::Anonymous(_) => "a stranger".to_owned(),
    }
}

/// The alias and the name of an account.
fn parts(account: &str) -> Result<(&str, &str), CheckResult> {
    account
        .split_once('/')
        .ok_or_else(|| CheckResult::error(format!("`{account}` is not a service account: expected `alias/name`")))
}

fn service_account(account: &str, context: &CheckContext<'_>) -> Result<Identity, CheckResult> {
    let (alias, name) = parts(account)?;
    let namespace = objects::namespace(context, alias)?;
    let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{}", url::segment(name));
    objects::get(context, &path)?
        .ok_or_else(|| CheckResult::nothing(format!("there is no service account {name} in {namespace}")))?;
    Ok(Identity::service_account(namespace, name))
}

/// A new token of a service account, written as `alias/name`.
fn token_of(account: &str, context: &CheckContext<'_>) -> Result<String, CheckResult> {
    let (alias, name) = parts(account)?;
    let namespace = objects::namespace(context, alias)?;
    let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{}/token", url::segment(name));
    let request = json!({
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": LIFETIME},
    });
    let response = context.api.request(&Request::new(Method::Post, path).with(request))?;
    if response.status == 404 {
        return Err(CheckResult::nothing(format!("there is no service account {name} in {namespace}")));
    }
    let token = if response.is_success() {
        objects::text(&response.json()?, "/status/token").to_owned()
    } else {
        String::new()
    };
    if token.is_empty() {
        return Err(CheckResult::error(format!("the API server gives no token of {name}: {}", response.message())));
    }
    Ok(token)
}
