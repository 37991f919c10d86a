//! From an identity to a client of kube, and from what goes wrong in it to words.

use std::time::Duration;

use kube::client::ClientBuilder;
use kube::config::{AuthInfo, Config, KubeConfigOptions, Kubeconfig};

use super::api::{ApiError, Identity};
use super::credentials::{Credentials, fits_header};
use super::kubeconfig::Login;

/// How long it may take until there is a connection.
const CONNECT: Duration = Duration::from_secs(3);

/// The name of the only context that kube sees.
const CONTEXT: &str = "tightship";

/// How long an answer may take.
pub(super) const ANSWER: Duration = Duration::from_secs(10);

/// What leads into a cluster, as kube wants it.
pub(super) async fn config(login: &Login) -> Result<Config, ApiError> {
    let unusable = |reason: String| ApiError::Identity(format!("{} cannot be used: {reason}", login.server()));
    let file: Kubeconfig =
        serde_json::from_value(login.config(CONTEXT)).map_err(|error| unusable(error.to_string()))?;
    let has_proxy = file.clusters.iter().flat_map(|named| &named.cluster).any(|cluster| cluster.proxy_url.is_some());
    let options = KubeConfigOptions::default();
    let mut config = Config::from_custom_kubeconfig(file, &options).await.map_err(|error| unusable(root(&error)))?;
    if !has_proxy {
        // HTTPS_PROXY is meant for other places: the clusters of labs are on this machine
        config.proxy_url = None;
    }
    config.connect_timeout = Some(CONNECT);
    // that the API server refuses is what is asked for
    config.default_retry = false;
    Ok(config)
}

/// A client that asks as somebody. It must be made within the runtime.
pub(super) fn client(base: &Config, identity: &Identity) -> Result<kube::Client, ApiError> {
    let mut config = base.clone();
    match identity {
        Identity::Admin => {}
        Identity::Anonymous => config.auth_info = AuthInfo::default(),
        Identity::User { name, groups } => {
            config.auth_info.impersonate = Some(name.clone());
            config.auth_info.impersonate_groups = Some(groups.clone());
        }
        Identity::Token(token) => config.auth_info = with(Credentials::Token(token.trim().to_owned()))?,
        Identity::Credentials(credentials) => config.auth_info = with(credentials.clone())?,
    }
    let builder = ClientBuilder::try_from(config)
        .map_err(|error| ApiError::Identity(format!("the credentials cannot be used: {}", root(&error))))?;
    Ok(builder.build())
}

fn with(credentials: Credentials) -> Result<AuthInfo, ApiError> {
    match credentials {
        Credentials::None => Ok(AuthInfo::default()),
        Credentials::Token(token) if token.is_empty() || !fits_header(&token) => {
            Err(ApiError::Identity("the token cannot be used: it is not a token".to_owned()))
        }
        Credentials::Token(token) => Ok(AuthInfo { token: Some(token.into()), ..AuthInfo::default() }),
        Credentials::Certificate { certificate, key } => Ok(AuthInfo {
            client_certificate_data: Some(certificate),
            client_key_data: Some(key.into()),
            ..AuthInfo::default()
        }),
    }
}

/// Why there is no answer.
pub(super) fn unreachable(error: &kube::Error) -> ApiError {
    match error {
        kube::Error::Auth(_) => ApiError::Identity(format!("the credentials cannot be used: {}", root(error))),
        _ => ApiError::Unreachable(root(error)),
    }
}

/// That the answer does not come in time.
pub(super) fn late() -> ApiError {
    ApiError::Unreachable(format!("no answer within {} s", ANSWER.as_secs()))
}

/// What is at the bottom of an error: all above only says that something went wrong below. Parsers show lines of the file, which
/// may have secrets, below the first line.
fn root(error: &(dyn std::error::Error + 'static)) -> String {
    let mut bottom = error;
    while let Some(source) = bottom.source() {
        bottom = source;
    }
    match bottom.downcast_ref::<std::io::Error>() {
        Some(error) if error.raw_os_error().is_some() => error.kind().to_string(),
        _ => bottom.to_string().lines().next().unwrap_or_default().to_owned(),
    }
}
