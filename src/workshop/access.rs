//! Who an attendee is to the cluster: a token with an end, in a kubeconfig; and its end before that.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::codes;
use super::error::WorkshopError;
use super::place::{self, ACCOUNT, ATTENDEE};
use super::roster::Workshop;
use crate::client::apply::{self, Place};
use crate::client::kinds::Resource;
use crate::client::kubeconfig::{Access, Credentials};
use crate::client::{Api, Method, Request};
use crate::k8s::object::Kind;
use crate::lab::lab_cluster::LabCluster;

/// The name of the context in an attendee's kubeconfig.
pub const CONTEXT: &str = "workshop";

/// The authority of the API server as attendees need it: PEM in base64.
pub fn authority(site: &LabCluster) -> Result<String, WorkshopError> {
    let config = site.login().config("c");
    let cluster = config.pointer("/clusters/0/cluster");
    let text = |key: &str| cluster.and_then(|cluster| cluster.get(key)).and_then(Value::as_str);
    if let Some(data) = text("certificate-authority-data") {
        return Ok(data.to_owned());
    }
    let path = text("certificate-authority");
    let path = path
        .ok_or_else(|| WorkshopError::Other("the context has no authority to check the API server with".to_owned()))?;
    let bytes = std::fs::read(path).map_err(|error| WorkshopError::Other(format!("{path}: {error}")))?;
    Ok(BASE64_STANDARD.encode(bytes))
}

/// The PEM of an authority in base64.
pub fn pem(authority: &str) -> Result<String, WorkshopError> {
    let bytes = BASE64_STANDARD.decode(authority).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    bytes.ok_or_else(|| WorkshopError::Other("the cluster's authority is not PEM in base64".to_owned()))
}

/// A kubeconfig for an attendee, whose token lives for so many seconds, and when it ends.
pub fn kubeconfig(
    api: &dyn Api,
    workshop: &Workshop,
    authority: &str,
    name: &str,
    namespace: &str,
    seconds: u64,
) -> Result<(String, String), WorkshopError> {
    let path = format!("/api/v1/namespaces/{}/serviceaccounts/{ACCOUNT}/token", place::home(name));
    let request = json!({
        "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": seconds},
    });
    let response = api.request(&Request::new(Method::Post, path).with(request))?;
    if !response.is_success() {
        return Err(WorkshopError::Refused(response.message()));
    }
    let object = response.json()?;
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let credentials = Credentials::Token(text("/status/token"));
    let access = Access { server: workshop.server.clone(), authority: authority.to_owned(), credentials };
    Ok((access.kubeconfig(CONTEXT, namespace), text("/status/expirationTimestamp")))
}

/// Ends all tokens of an attendee: that of their account, and those of every account that they have made. Their objects stay.
pub fn revoke(api: &dyn Api, workshop: &Workshop, name: &str) -> Result<usize, WorkshopError> {
    codes::withdraw(api, &workshop.id, name)?;
    let (Some(accounts), Some(namespaces)) = (Resource::of(Kind::ServiceAccount), Resource::of(Kind::Namespace)) else {
        return Ok(0);
    };
    // who gets a token first could otherwise bind another account meanwhile
    let own = Place { resource: accounts.clone(), namespace: Some(place::home(name)), name: ACCOUNT.to_owned() };
    let mut ended = usize::from(apply::delete(api, &own)?);
    for space in apply::list(api, &namespaces, None, Some(&format!("{ATTENDEE}={name}")))? {
        let Some(space) = space.pointer("/metadata/name").and_then(Value::as_str) else { continue };
        for account in apply::list(api, &accounts, Some(space), None)? {
            let Some(account) = account.pointer("/metadata/name").and_then(Value::as_str) else { continue };
            let place =
                Place { resource: accounts.clone(), namespace: Some(space.to_owned()), name: account.to_owned() };
            ended += usize::from(apply::delete(api, &place)?);
        }
    }
    Ok(ended)
}
