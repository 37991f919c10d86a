//! What a run is asked for.

use std::sync::Arc;

use jiff::civil::Date;

use super::against::Against;
use super::base::Base;
use super::seen::Seen;
use super::selection::Selection;
use super::suppress::ObjectSuppression;
use crate::diagnostic::Severity;
use crate::rules::{Rule, Settings};
use crate::yaml::Source;

/// What to do, and what suppresses findings.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What the rules need to know.
    pub settings: Settings,
    /// The rules that run.
    pub selection: Selection,
    /// Other severities than the rules' own.
    pub severities: Vec<(&'static Rule, Severity)>,
    /// The day on which suppressions are judged.
    pub today: Date,
    /// Rules that nothing may suppress.
    pub no_suppress: Vec<&'static Rule>,
    /// The suppressions of the configuration.
    pub suppressions: Vec<ObjectSuppression>,
    /// The configuration, for findings about it.
    pub config: Option<Source>,
    /// Rules that the configuration leaves out.
    pub left_out: Vec<&'static Rule>,
    /// Rules that the configuration lets pass whatever the object is.
    pub passed: Vec<&'static Rule>,
    /// The commit that a change starts from.
    pub base: Option<Base>,
    /// The manifests that a change is compared with.
    pub against: Option<Arc<Against>>,
    /// How far the run is.
    pub seen: Seen,
}
