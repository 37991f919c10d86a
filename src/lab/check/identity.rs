//! Who asks: from what a check says to what the client can use.

use super::{folder, objects, token};
use crate::client::{Identity, url};
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::{PodToken, Who};
use crate::lab::verdict::CheckResult;

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

fn service_account(account: &str, context: &CheckContext<'_>) -> Result<Identity, CheckResult> {
    let (alias, name) = account
        .split_once('/')
        .ok_or_else(|| CheckResult::error(format!("`{account}` is not a service account: expected `alias/name`")))?;
    let namespace = objects::namespace(context, alias)?;
    let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{}", url::segment(name));
    objects::get(context, &path)?
        .ok_or_else(|| CheckResult::nothing(format!("there is no service account {name} in {namespace}")))?;
    Ok(Identity::service_account(namespace, name))
}
