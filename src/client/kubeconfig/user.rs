//! A context of the user's own kubeconfig: it does all that it does for kubectl, programs to log in included.

use std::path::PathBuf;

use kube::config::{Kubeconfig, KubeconfigError, NamedAuthInfo, NamedCluster};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::api::ApiError;

/// A context that the user has named, with its cluster and its user. Paths in it are absolute.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserContext {
    cluster: NamedCluster,
    user: Option<NamedAuthInfo>,
}

impl UserContext {
    /// Looks a context up where kubectl would: in the files of `KUBECONFIG`, else in `~/.kube/config`.
    pub fn find(name: &str) -> Result<Self, ApiError> {
        let file = own().map_err(|error| broken(&cause(&error)))?;
        let found = file.contexts.into_iter().find(|context| context.name == name);
        let context = found.and_then(|named| named.context);
        let context = context.ok_or_else(|| broken(&format!("it has no context {name:?}")))?;
        let cluster = file.clusters.into_iter().find(|cluster| cluster.name == context.cluster);
        let cluster = cluster.ok_or_else(|| broken(&format!("it has no cluster {:?}", context.cluster)))?;
        let user = file.auth_infos.into_iter().find(|user| Some(&user.name) == context.user.as_ref());
        Ok(Self { cluster, user })
    }

    /// The URL of the API server.
    pub fn server(&self) -> &str {
        self.cluster.cluster.as_ref().and_then(|cluster| cluster.server.as_deref()).unwrap_or_default()
    }

    /// The cluster and the user of a kubeconfig.
    pub(super) fn parts(&self) -> (Value, Value) {
        let cluster = serde_json::to_value(&self.cluster.cluster).unwrap_or_default();
        let user = self.user.as_ref().map(|user| serde_json::to_value(&user.auth_info).unwrap_or_default());
        (cluster, user.filter(Value::is_object).unwrap_or_else(|| serde_json::json!({})))
    }
}

/// What kubectl would read. Files that are not there are left out, and paths begin where their file is.
fn own() -> Result<Kubeconfig, KubeconfigError> {
    let named = std::env::var_os("KUBECONFIG").unwrap_or_default();
    let paths: Vec<PathBuf> = std::env::split_paths(&named).filter(|path| !path.as_os_str().is_empty()).collect();
    if paths.is_empty() {
        return Kubeconfig::read();
    }
    let there = paths.iter().filter(|path| path.exists()).filter_map(|path| std::path::absolute(path).ok());
    there.map(Kubeconfig::read_from).try_fold(Kubeconfig::default(), |all, next| all.merge(next?))
}

/// What is at the bottom of an error, without the lines of the file that the parser shows: they may have secrets.
fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut bottom = error;
    while let Some(source) = bottom.source() {
        bottom = source;
    }
    bottom.to_string().lines().next().unwrap_or_default().to_owned()
}

fn broken(reason: &str) -> ApiError {
    ApiError::Identity(format!("the kubeconfig cannot be used: {reason}"))
}
