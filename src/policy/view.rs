//! What the template of a policy sees.

use serde::Serialize;

/// What the template sees.
#[derive(Debug, Serialize)]
pub(super) struct View {
    pub(super) name: String,
    /// What stands above the policy.
    pub(super) comments: Vec<String>,
    pub(super) operations: Vec<&'static str>,
    pub(super) resources: Vec<Resources>,
    pub(super) condition: Option<&'static str>,
    pub(super) variables: Vec<VariableView>,
    pub(super) validation: String,
    pub(super) message: String,
    pub(super) message_expression: String,
    pub(super) actions: Vec<&'static str>,
    pub(super) name_label: &'static str,
    pub(super) excluded: Vec<String>,
    pub(super) labels: Vec<LabelView>,
}

#[derive(Debug, Serialize)]
pub(super) struct Resources {
    pub(super) group: &'static str,
    pub(super) resources: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct VariableView {
    pub(super) name: &'static str,
    pub(super) expression: String,
}

#[derive(Debug, Serialize)]
pub(super) struct LabelView {
    pub(super) key: String,
    pub(super) value: Option<String>,
}
