//! Who asks: from what a check says to what the client can use.

use super::{folder, objects, token};
use crate::client::{Identity, url};
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::Who;
use crate::lab::verdict::CheckResult;

/// Somebody, by whom requests can be made. Who is not there has no rights at all, so that is no answer to any question.
pub(super) fn identity(who: &Who, context: &CheckContext<'_>) -> Result<Identity, CheckResult> {
    let given = [
        who.service_account.is_some(),
        who.user.is_some(),
        who.kubeconfig.is_some(),
        who.token.is_some(),
        who.token_of.is_some(),
        who.anonymous == Some(true),
    ];
    if given.iter().filter(|given| **given).count() != 1 {
        let error = "an identity is exactly one of service_account, user, kubeconfig, token, token_of, anonymous";
        return Err(CheckResult::error(error));
    }
    if let Some(account) = &who.service_account {
        return service_account(account, context);
    }
    if let Some(name) = &who.user {
        let groups = who.groups.iter().cloned().chain(["system:authenticated".to_owned()]).collect();
        return Ok(Identity::User { name: name.clone(), groups });
    }
    if let Some(file) = &who.kubeconfig {
        return Ok(Identity::Kubeconfig(folder::read(file, context)?));
    }
    if let Some(file) = &who.token {
        return Ok(Identity::Token(folder::read(file, context)?.trim().to_owned()));
    }
    if let Some(from) = &who.token_of {
        let token = token::tokens(from, context)?.into_iter().next();
        return Ok(Identity::Token(token.ok_or_else(|| CheckResult::nothing("there is no token"))?));
    }
    Ok(Identity::Anonymous)
}

/// The same; without anybody, the learner.
pub(super) fn identity_or_admin(who: Option<&Who>, context: &CheckContext<'_>) -> Result<Identity, CheckResult> {
    who.map_or(Ok(Identity::Admin), |who| identity(who, context))
}

/// How people call somebody.
pub(super) fn call(who: &Who) -> String {
    if let Some(account) = &who.service_account {
        let name = account.rsplit('/').next().unwrap_or_default();
        return format!("the service account {name}");
    }
    if let Some(workload) = who.token_of.as_ref().and_then(|from| from.workload.as_deref()) {
        return format!("whoever has the token of {workload}");
    }
    match (&who.user, &who.kubeconfig, &who.token) {
        (Some(user), ..) => user.clone(),
        (_, Some(file), _) => format!("whoever uses {file}"),
        (.., Some(file)) => format!("whoever has the token of {file}"),
        _ => "a stranger".to_owned(),
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
