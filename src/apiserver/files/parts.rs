//! What a file says about control planes.

use std::sync::Arc;

use super::companion::Companion;
use super::systemd::Variables;
use super::text::Word;
use super::view::{Owner, ProgramView};
use crate::k8s::version::Version;
use crate::yaml::{FileId, Span};

/// What a file says about a control plane.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// Programs with their settings.
    pub programs: Vec<ProgramView>,
    /// Configuration files that flags name.
    pub companions: Vec<Companion>,
    /// Environment files.
    pub variables: Vec<Variables>,
    /// Configurations of kubeadm, for their API version.
    pub kubeadm: Vec<KubeadmConfig>,
}

/// A configuration of kubeadm.
#[derive(Debug, Clone)]
pub struct KubeadmConfig {
    pub file: FileId,
    pub owner: Arc<Owner>,
    /// `apiVersion` with its place; none in a patch without one.
    pub api: Option<Word>,
    /// Whether `extraArgs` is a list; `None` if there is none.
    pub list: Option<(bool, Span)>,
    /// The release that it says, or that the image of the node does.
    pub version: Option<Version>,
    /// Whether it is a patch of kind.
    pub patch: bool,
}

impl Parts {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.programs.is_empty() && self.companions.is_empty() && self.variables.is_empty() && self.kubeadm.is_empty()
    }

    /// Whether it is sure that a control plane, or a node, is meant. Variables may be those of anything, until a unit names
    /// their file.
    pub fn is_sure(&self) -> bool {
        !self.programs.is_empty()
            || !self.companions.is_empty()
            || !self.kubeadm.is_empty()
            || self.variables.iter().any(|variables| variables.program().is_some())
    }

    /// Adds what another file says.
    pub fn append(&mut self, mut other: Self) {
        self.programs.append(&mut other.programs);
        self.companions.append(&mut other.companions);
        self.variables.append(&mut other.variables);
        self.kubeadm.append(&mut other.kubeadm);
    }

    /// Leaves out what a file says.
    #[must_use]
    pub fn without(&self, file: FileId) -> Self {
        let mut rest = self.clone();
        rest.programs.retain(|program| program.file != file);
        rest.companions.retain(|companion| companion.file != file);
        rest.variables.retain(|variables| variables.file != file);
        rest.kubeadm.retain(|config| config.file != file);
        rest
    }
}
