//! The flags that the programs of a control plane run with.

use crate::apiserver::catalogue::{Component, catalogue};
use crate::apiserver::files::{Form as FileForm, ProgramView};
use crate::generate::baseline::Program;
use crate::rules::facts::Plane;
use crate::spec::api_server::Form;
use crate::spec::values::PatchRelease;

/// A flag with its values, one for each mention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flag {
    pub(super) name: String,
    pub(super) values: Vec<String>,
}

/// A program that runs.
#[derive(Debug)]
pub(super) struct Started<'p> {
    pub(super) component: Component,
    pub(super) view: &'p ProgramView,
    pub(super) flags: Vec<Flag>,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Running<'p> {
    pub(super) programs: Vec<Started<'p>>,
}

/// Which file counts, if several start a program: what runs before what it was made from.
fn rank(form: FileForm) -> u8 {
    match form {
        FileForm::StaticPod => 0,
        FileForm::Systemd => 1,
        FileForm::K3s | FileForm::Rke2 | FileForm::Talos => 2,
        FileForm::Flags => 3,
        FileForm::Environment => 4,
        FileForm::Config => 5,
        FileForm::Kubeadm => 6,
        FileForm::Kind => 7,
    }
}

impl<'p> Running<'p> {
    /// What the files start; nothing without an API server.
    pub(super) fn of(plane: &'p Plane) -> Option<Self> {
        let mut programs = Vec::new();
        for component in Component::ALL {
            let best = plane.each(component).min_by_key(|view| rank(view.form));
            if let Some(view) = best {
                programs.push(Started { component, view, flags: flags(component, view) });
            }
        }
        programs.iter().any(|started| started.component == Component::ApiServer).then_some(Self { programs })
    }

    pub(super) fn program(&self, component: Component) -> Option<&Started<'p>> {
        self.programs.iter().find(|started| started.component == component)
    }

    pub(super) fn values(&self, component: Component, name: &str) -> &[String] {
        let flag = self.program(component).and_then(|started| started.flags.iter().find(|flag| flag.name == name));
        flag.map_or(&[], |flag| flag.values.as_slice())
    }

    /// The value that counts.
    pub(super) fn one(&self, component: Component, name: &str) -> Option<&str> {
        self.values(component, name).last().map(String::as_str)
    }

    /// The items of a list, over all mentions.
    pub(super) fn list(&self, component: Component, name: &str) -> Vec<&str> {
        let values = self.values(component, name).iter();
        values.flat_map(|value| value.split(',')).map(str::trim).filter(|item| !item.is_empty()).collect()
    }

    pub(super) fn release(&self) -> Option<PatchRelease> {
        let version = self.programs.iter().find_map(|started| started.view.version)?;
        Some(PatchRelease { version, patch: None })
    }

    /// What runs the control plane.
    pub(super) fn form(&self) -> Form {
        let form = self.program(Component::ApiServer).map(|started| started.view.form);
        match form {
            Some(FileForm::StaticPod) if self.is_of_kubeadm() => Form::Kubeadm,
            Some(FileForm::StaticPod) => Form::StaticPod,
            Some(FileForm::K3s) => Form::K3s,
            Some(FileForm::Rke2) => Form::Rke2,
            Some(FileForm::Talos) => Form::Talos,
            Some(FileForm::Systemd | FileForm::Environment) => Form::Systemd,
            Some(FileForm::Kubeadm) => Form::Kubeadm,
            Some(FileForm::Kind) => Form::Kind,
            _ => Form::Flags,
        }
    }

    /// Whether kubeadm wrote the manifests: these values are its own, and of nobody else together.
    fn is_of_kubeadm(&self) -> bool {
        let proxy = self.one(Component::ApiServer, "requestheader-allowed-names") == Some("front-proxy-client");
        let tokens = self.one(Component::ApiServer, "enable-bootstrap-token-auth") == Some("true");
        let signs = self.list(Component::ControllerManager, "controllers").contains(&"bootstrapsigner");
        proxy && tokens && (signs || self.program(Component::ControllerManager).is_none())
    }
}

/// The program of a component, if it is set up by flags here.
pub(super) fn program(component: Component) -> Option<Program> {
    Program::ALL.into_iter().find(|program| program.as_str() == component.name())
}

fn flags(component: Component, view: &ProgramView) -> Vec<Flag> {
    let mut flags: Vec<Flag> = Vec::new();
    for setting in &view.settings {
        match flags.iter_mut().find(|flag| flag.name == setting.name) {
            Some(flag) => flag.values.push(setting.value.clone()),
            None => flags.push(Flag { name: setting.name.clone(), values: vec![setting.value.clone()] }),
        }
    }
    for flag in &mut flags {
        let shape = catalogue().flag_shapes(component, &flag.name).last();
        // of a flag that is no list, the last mention counts
        if shape.is_some_and(|shape| !shape.ty.is_list()) {
            flag.values = flag.values.split_off(flag.values.len().saturating_sub(1));
        }
    }
    flags
}
