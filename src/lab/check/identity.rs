//! Who asks: from what a check says to what the client can use.

use super::{objects, token};
use crate::cluster::client::{ApiError, Identity, url};
use crate::lab::course::probe::Who;
use crate::lab::scene::Scene;
use crate::lab::verdict::Judged;

/// Somebody, by whom requests can be made. Who is not there has no rights at all, so that is no answer to any question.
pub(super) fn identity(who: &Who, scene: &Scene<'_>) -> Result<Identity, Judged> {
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
        return Err(Judged::error(error));
    }
    if let Some(account) = &who.service_account {
        return service_account(account, scene);
    }
    if let Some(name) = &who.user {
        let groups = who.groups.iter().cloned().chain(["system:authenticated".to_owned()]).collect();
        return Ok(Identity::User { name: name.clone(), groups });
    }
    if let Some(file) = &who.kubeconfig {
        return Ok(Identity::Kubeconfig(read(file, scene)?));
    }
    if let Some(file) = &who.token {
        return Ok(Identity::Token(read(file, scene)?.trim().to_owned()));
    }
    if let Some(from) = &who.token_of {
        let token = token::tokens(from, scene)?.into_iter().next();
        return Ok(Identity::Token(token.ok_or_else(|| Judged::nothing("there is no token"))?));
    }
    Ok(Identity::Anonymous)
}

/// The same; without anybody, the learner.
pub(super) fn identity_or_admin(who: Option<&Who>, scene: &Scene<'_>) -> Result<Identity, Judged> {
    who.map_or(Ok(Identity::Admin), |who| identity(who, scene))
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

/// A file of the learner's folder that is missing or broken is the learner's to mend.
pub(super) fn credentials(error: ApiError) -> Judged {
    match error {
        ApiError::Identity(reason) => Judged::nothing(reason),
        other => other.into(),
    }
}

fn service_account(account: &str, scene: &Scene<'_>) -> Result<Identity, Judged> {
    let (alias, name) = account
        .split_once('/')
        .ok_or_else(|| Judged::error(format!("`{account}` is no service account: expected `alias/name`")))?;
    let namespace = objects::namespace(scene, alias)?;
    let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{}", url::segment(name));
    objects::get(scene, &path)?
        .ok_or_else(|| Judged::nothing(format!("there is no service account {name} in {namespace}")))?;
    Ok(Identity::service_account(namespace, name))
}

/// A file of the learner's folder that has something in it.
pub(super) fn read(file: &str, scene: &Scene<'_>) -> Result<String, Judged> {
    match std::fs::read_to_string(scene.folder.join(file)) {
        Ok(text) if text.trim().is_empty() => Err(Judged::nothing(format!("{file} in your folder is empty"))),
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Judged::nothing(format!("there is no {file} in your folder")))
        }
        Err(error) => Err(Judged::nothing(format!("{file} in your folder cannot be read: {error}"))),
    }
}
