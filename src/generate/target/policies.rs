//! Policies for the folder that the API server reads them from.

use super::{RenderedFile, Syntax};
use crate::generate::error::RenderError;
use crate::k8s::pod_security::Level;
use crate::policy::{Action, Options, Subject, export};
use crate::rules::Settings;
use crate::spec::ApiServer;
use crate::spec::api_server::PodLevel;

/// The file, if the spec has such policies.
pub(super) fn file(server: &ApiServer) -> Result<Option<RenderedFile>, RenderError> {
    let Some(policies) = &server.static_policies else { return Ok(None) };
    let kubernetes = server.target.kubernetes.version;
    let level = if policies.level.value == PodLevel::Restricted { Level::Restricted } else { Level::Baseline };
    let exempt = policies.exempt.iter().chain(&server.pod_security.exempt);
    let options = Options {
        settings: Settings { kubernetes, ..Settings::default() },
        actions: vec![Action::Deny],
        prefix: "tightship".to_owned(),
        labels: Vec::new(),
        excluded: exempt.map(|namespace| namespace.to_string()).collect(),
        in_system: false,
        is_static: true,
        may_change: policies.may_change.iter().map(|name| name.to_string()).collect(),
    };
    let text = export(&Subject::of_level(level, kubernetes), &options)
        .map_err(|error| RenderError::Invalid { what: "policies".to_owned(), reason: error.to_string() })?;
    Ok(Some(RenderedFile::new("hardening/policies/policies.yaml", Syntax::Yaml, text)))
}
