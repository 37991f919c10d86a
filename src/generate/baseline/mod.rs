//! The baseline: what every hardened control plane of a release has, whatever runs it. A target only arranges it.

mod files;
mod flag;
mod flags;
mod kubelet;
mod settings;
mod site;
mod wiring;

use serde::Serialize;

pub use flag::{Flag, Program, Role};

use crate::k8s::version::Version;
use crate::spec::ApiServer;
use crate::spec::api_server::{Form, TalosForm};

pub use files::{ConfigFile, Folder};
pub use settings::{Admission, Audit, Authentication, Encryption, Exception, Kubelet, Network};
pub use site::{Mount, Site};

/// Everything that hardens one control plane.
#[derive(Debug, Clone, Serialize)]
pub struct Baseline {
    /// The name of the cluster.
    pub name: String,
    /// The release, such as `1.36`.
    pub kubernetes: String,
    /// The patch release, where the spec names it, such as `v1.36.2`.
    pub patch: Option<String>,
    /// The profile: cis, stig or lab.
    pub profile: &'static str,
    /// The folder of the files on the machine.
    pub home: &'static str,
    /// The flags of all programs.
    pub flags: Vec<Flag>,
    /// The files that flags name.
    pub files: Vec<ConfigFile>,
    /// Folders that must be there, with owner and mode.
    pub folders: Vec<Folder>,
    /// Who may come in.
    pub authentication: Authentication,
    /// What is let through.
    pub admission: Admission,
    /// What is written down.
    pub audit: Audit,
    /// What etcd sees.
    pub encryption: Encryption,
    /// The kubelets.
    pub kubelet: Kubelet,
    /// Addresses.
    pub network: Network,
    /// What the site has of its own.
    pub site: Site,
    /// What is weaker, and until when.
    pub exceptions: Vec<Exception>,
    /// Whether comments explain it.
    pub comments: bool,
    /// Whether the machine configuration is that of Talos 1.13 and before.
    pub talos_is_old: bool,
}

impl Baseline {
    /// The baseline of a spec.
    pub fn new(server: &ApiServer) -> Self {
        let release = server.target.kubernetes.value;
        let home = home(server.form());
        let settings = settings::Settings::new(server, home);
        let folders = files::folders(server, home, &settings);
        let files = files::files(server, home, &settings);
        let flags = flags::flags(server, &files, &settings);
        let site = site::site(server, home, &settings);
        Self {
            name: server.name.to_string(),
            kubernetes: release.version.to_string(),
            patch: release.patch.map(|patch| format!("v{}.{patch}", release.version)),
            profile: server.profile.value.as_str(),
            home,
            flags,
            files,
            folders,
            authentication: settings.authentication,
            admission: settings.admission,
            audit: settings.audit,
            encryption: settings.encryption,
            kubelet: settings.kubelet,
            network: settings.network,
            site,
            exceptions: settings.exceptions,
            comments: server.output.comments,
            talos_is_old: server.target.talos.as_ref().is_some_and(|talos| talos.value == TalosForm::Machine),
        }
    }

    /// The flags of a program that come on top of those of an installer.
    pub fn added(&self, program: Program) -> impl Iterator<Item = &Flag> {
        self.flags.iter().filter(move |flag| flag.program == program && flag.role != Role::Wiring)
    }

    /// What a program sees of the machine besides what every control plane mounts.
    pub fn mounts(&self, program: Program) -> impl Iterator<Item = &Mount> {
        self.site.mounts.iter().filter(move |mount| mount.program == program)
    }

    /// All flags of a program, for targets that start it themselves.
    pub fn all_of(&self, program: Program) -> impl Iterator<Item = &Flag> {
        self.flags.iter().filter(move |flag| flag.program == program)
    }

    /// The release.
    pub fn version(&self) -> Version {
        Version::parse(&self.kubernetes).unwrap_or_default()
    }
}

/// The folder of the files on the machine.
fn home(form: Form) -> &'static str {
    match form {
        Form::K3s => "/etc/rancher/k3s/hardening",
        Form::Rke2 => "/etc/rancher/rke2/hardening",
        _ => "/etc/kubernetes/hardening",
    }
}
