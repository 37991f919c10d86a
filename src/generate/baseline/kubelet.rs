//! The flags of the kubelets of a site.

use crate::apiserver::catalogue::Component;
use crate::spec::ApiServer;
use crate::spec::api_server::Form;
use crate::spec::validate::extra_flags;

/// The flags of the kubelets.
pub(super) fn flags(server: &ApiServer) -> Vec<(String, String)> {
    let mut flags = Vec::new();
    if let Some(provider) = server.cloud_provider.as_ref().filter(|_| server.form() != Form::Rke2) {
        flags.push(("cloud-provider".to_owned(), provider.value.as_str().to_owned()));
    }
    for (component, extra) in extra_flags(server) {
        for (name, values) in extra.iter().filter(|_| component == Component::Kubelet) {
            flags.extend(values.value.0.iter().map(|value| (name.to_string(), value.clone())));
        }
    }
    flags
}
