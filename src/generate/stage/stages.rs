//! The stages, and a baseline as it is at each.

use crate::generate::baseline::{Baseline, Program};

/// A step of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// What nobody notices: the audit log, TLS, no profiles.
    Quiet,
    /// All servers can read what is encrypted; nothing is.
    ReadKeys,
    /// All servers encrypt what they write.
    Encrypt,
    /// What lies in etcd is written anew.
    Rewrite,
    /// Nothing that is not encrypted is read any more.
    DropPlaintext,
    /// Kubelets ask for certificates.
    RequestCertificates,
    /// The API server requires them.
    VerifyKubelets,
    /// Anonymous requests read health only; tokens end within the hour.
    Access,
    /// Levels for pods, limits of events.
    Admission,
}

impl Stage {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quiet => "audit",
            Self::ReadKeys => "read-keys",
            Self::Encrypt => "encrypt",
            Self::Rewrite => "rewrite",
            Self::DropPlaintext => "drop-plaintext",
            Self::RequestCertificates => "request-certificates",
            Self::VerifyKubelets => "verify-kubelets",
            Self::Access => "access",
            Self::Admission => "admission",
        }
    }

    /// What it does, in a line.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Quiet => "the audit log, TLS 1.2 with good ciphers, no profiles: what hardly anybody notices",
            Self::ReadKeys => {
                "every API server gets the key, with `identity` first: all can read what is encrypted, and nothing is"
            }
            Self::Encrypt => {
                "the key first, `identity` last: what is written from now on is encrypted, and all can read it"
            }
            Self::Rewrite => "all Secrets and ConfigMaps are written anew, so that nothing old stays as it was",
            Self::DropPlaintext => "`identity` goes: what is not encrypted is not read any more",
            Self::RequestCertificates => "kubelets ask for serving certificates, and somebody approves them",
            Self::VerifyKubelets => "the API server requires these certificates for logs, exec and port-forward",
            Self::Access => "anonymous requests read the health paths only, and tokens of pods end within the hour",
            Self::Admission => "levels for pods, limits of events, and the plugins that refuse",
        }
    }
}

/// The stages that a baseline has, in their order.
pub fn all(baseline: &Baseline) -> Vec<Stage> {
    let has_key = baseline.files.iter().any(|file| file.flag == "encryption-provider-config");
    let drops = has_key && baseline.encryption.identity == "none";
    let anonymous = baseline.authentication.anonymous.is_some();
    let stages = [
        (Stage::Quiet, true),
        (Stage::ReadKeys, has_key),
        (Stage::Encrypt, has_key),
        (Stage::Rewrite, has_key),
        (Stage::DropPlaintext, drops),
        (Stage::RequestCertificates, baseline.kubelet.asks),
        (Stage::VerifyKubelets, baseline.kubelet.verified),
        (Stage::Access, anonymous),
        (Stage::Admission, true),
    ];
    stages.into_iter().filter(|(_, is_there)| *is_there).map(|(stage, _)| stage).collect()
}

/// Plugins that refuse something that was taken before.
const LATE: [&str; 3] = ["DenyServiceExternalIPs", "EventRateLimit", "AlwaysPullImages"];

/// The baseline as it is at a stage: without what later ones bring.
pub fn at(baseline: &Baseline, stage: Stage) -> Baseline {
    let mut now = baseline.clone();
    let mut gone: Vec<&str> = Vec::new();
    if stage < Stage::ReadKeys {
        gone.extend(["encryption-provider-config", "encryption-provider-config-automatic-reload"]);
        let is_ours = now.files.iter().any(|file| file.flag == "encryption-provider-config");
        // a file that was there before stays named
        if !is_ours && now.encryption.provider == "file" {
            gone.clear();
        }
    } else if stage < Stage::Encrypt {
        now.encryption.identity = "first";
    } else if stage < Stage::DropPlaintext {
        now.encryption.identity = "last";
    }
    if stage < Stage::RequestCertificates {
        now.kubelet.asks = false;
    }
    if stage < Stage::VerifyKubelets {
        gone.push("kubelet-certificate-authority");
        now.kubelet.verified = false;
    }
    if stage < Stage::Access {
        gone.push("service-account-extend-token-expiration");
        now.authentication.anonymous = None;
        if now.authentication.issuers.is_empty() {
            gone.push("authentication-config");
        }
    }
    if stage < Stage::Admission {
        now.admission.plugins.retain(|plugin| !LATE.contains(&plugin.as_str()));
        now.admission.enforce = "privileged";
        now.admission.limits.clear();
        now.admission.policies = None;
        let plugins = now.admission.plugins.join(",");
        let flags = now.flags.iter_mut();
        let flags = flags.filter(|flag| flag.program == Program::ApiServer && flag.name == "enable-admission-plugins");
        flags.for_each(|flag| flag.value.clone_from(&plugins));
    }
    now.flags.retain(|flag| flag.program != Program::ApiServer || !gone.contains(&flag.name.as_ref()));
    now.files.retain(|file| !gone.contains(&file.flag));
    now
}
