//! What a cluster says of itself.

use serde_json::Value;

use super::api::{Api, ApiError, Request};

/// What tells this cluster from all others, also from one of the same name that was made later: the uid of `kube-system`.
pub fn cluster_uid(api: &dyn Api) -> Result<String, ApiError> {
    field(api, "/api/v1/namespaces/kube-system", "/metadata/uid")
}

/// The version of the API server, such as `v1.34.4`.
pub fn server_version(api: &dyn Api) -> Result<String, ApiError> {
    field(api, "/version", "/gitVersion")
}

fn field(api: &dyn Api, path: &str, pointer: &str) -> Result<String, ApiError> {
    let response = api.request(&Request::get(path))?;
    if !response.is_success() {
        return Err(ApiError::Unreadable(format!("{path}: {}", response.message())));
    }
    let value = response.json()?;
    let text = value.pointer(pointer).and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| ApiError::Unreadable(format!("{path} has no {pointer}")))
}
