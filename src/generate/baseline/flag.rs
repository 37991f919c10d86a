//! A flag of the baseline.

use std::borrow::Cow;

use serde::Serialize;

/// A program of the control plane that is set up by flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Program {
    /// kube-apiserver.
    #[serde(rename = "kube-apiserver")]
    ApiServer,
    /// kube-controller-manager.
    #[serde(rename = "kube-controller-manager")]
    ControllerManager,
    /// kube-scheduler.
    #[serde(rename = "kube-scheduler")]
    Scheduler,
    /// etcd.
    #[serde(rename = "etcd")]
    Etcd,
}

impl Program {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::ApiServer, Self::ControllerManager, Self::Scheduler, Self::Etcd];

    /// The name of the program.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApiServer => "kube-apiserver",
            Self::ControllerManager => "kube-controller-manager",
            Self::Scheduler => "kube-scheduler",
            Self::Etcd => "etcd",
        }
    }
}

/// Why a flag is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Role {
    /// Certificates and addresses: whatever installs a cluster sets it already.
    Wiring,
    /// What the baseline adds.
    Hardening,
    /// What the site has of its own: as the spec says, in the place of what an installer would set.
    Site,
}

/// A flag with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flag {
    /// The program that takes it.
    pub program: Program,
    /// Its name without dashes.
    pub name: Cow<'static, str>,
    pub value: String,
    pub role: Role,
    /// Why, in a few words.
    pub why: Cow<'static, str>,
    /// The items of the CIS Benchmark and the STIG that ask for it.
    pub controls: Vec<&'static str>,
}

impl Flag {
    /// What a comment says about it.
    pub fn comment(&self) -> String {
        if self.controls.is_empty() {
            return self.why.clone().into_owned();
        }
        format!("{}: {}", self.controls.join(", "), self.why)
    }
}
