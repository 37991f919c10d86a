//! A program of the control plane as one file starts it, whatever the form of the file.

use std::sync::Arc;

use crate::apiserver::catalogue::Component;
use crate::k8s::version::Version;
use crate::yaml::edit::Edit;
use crate::yaml::{FileId, Span, quote};

use super::add::Add;
use super::form::Form;

/// What an object of a file is called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Owner {
    /// `kubeadm.k8s.io/v1beta4`; empty for what is no Kubernetes object.
    pub api_version: String,
    /// `ClusterConfiguration`, `Unit`.
    pub kind: String,
    /// Its namespace, if it has one.
    pub namespace: Option<String>,
    pub name: String,
}

/// A program with its settings.
#[derive(Debug, Clone)]
pub struct ProgramView {
    pub program: Component,
    /// The form of its file.
    pub form: Form,
    pub file: FileId,
    /// The path of the file.
    pub name: Arc<str>,
    /// The object that it stands in.
    pub owner: Arc<Owner>,
    /// Where its settings belong: what is missing is reported here.
    pub place: Span,
    /// The field there, as `spec.containers[kube-apiserver].command`.
    pub path: String,
    /// What is set, in its order.
    pub settings: Vec<Setting>,
    /// The release that the file names, if it is a supported one.
    pub version: Option<Version>,
    /// The folders and files that it sees of the machine; `None` where it sees all of them.
    pub mounts: Option<Vec<Mount>>,
    /// What is mounted into the machine itself, where that is a container too (kind).
    pub node_mounts: Option<Vec<Mount>>,
    /// The first of its HTTP probes; they come without credentials.
    pub probe: Option<Span>,
    /// Whether only some of its settings are here, so that one that is not may be elsewhere.
    pub partial: bool,
    /// How a list of arguments goes with the same list of an earlier file.
    pub list: List,
    /// Variables with settings, from files that are still to be read.
    pub variables: Vec<String>,
    /// How a setting is added.
    pub(super) add: Option<Add>,
}

/// How a list of arguments goes with the same list of an earlier file, where several are read together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum List {
    /// There is none.
    Absent,
    /// It takes the place of the earlier one.
    #[default]
    Replaces,
    /// It comes behind the earlier one.
    Appends,
}

/// A flag or a field with its value.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The name as the catalogue has it: `anonymous-auth`; for a field its path.
    pub name: String,
    /// The value; `true` for a boolean flag that stands alone.
    pub value: String,
    /// The file, which is another than that of the program for what stands in an environment file.
    pub file: FileId,
    pub span: Span,
    pub name_span: Span,
    /// The value; that of the name if there is none.
    pub value_span: Span,
    /// The field, as `apiServer.extraArgs[anonymous-auth]`.
    pub path: String,
    /// How it is written.
    pub written: Written,
    /// The edit that removes it.
    pub remove: Option<Edit>,
}

/// How a setting is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// `--name=value`, as far as the bytes of the file are those of the text.
    Flag { exact: bool },
    /// `--name` alone.
    Bare,
    /// A boolean flag alone, with a value behind it that it does not take.
    Detached,
    /// With one dash, as a long flag is not read; its name keeps the dash.
    Stray,
    /// The value is a YAML scalar.
    Value {
        /// In quotes.
        quoted: bool,
        /// Whether it reads as a string.
        string: bool,
    },
}

/// A part of the machine inside a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Where it is outside; empty if that is no path.
    pub source: String,
    /// Where it is inside.
    pub target: String,
    /// Whether nothing can be written there.
    pub read_only: bool,
}

impl Mount {
    /// Whether a path inside lies in it.
    pub fn holds(&self, path: &str) -> bool {
        let target = self.target.trim_end_matches('/');
        path.strip_prefix(target).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Where a path inside is outside.
    pub fn outside(&self, path: &str) -> Option<String> {
        let rest = path.strip_prefix(self.target.trim_end_matches('/'))?;
        Some(format!("{}{rest}", self.source.trim_end_matches('/')))
    }
}

impl Setting {
    /// Whether it is a flag of a command line, and no field of a file nor a key that stands for a flag.
    pub fn is_flag(&self) -> bool {
        self.path.ends_with(']') && self.written != Written::Stray
    }

    /// Whether its value is filled in later: `${ADDRESS}`, `{{ address }}`, `<address>`.
    pub fn is_placeholder(&self) -> bool {
        self.value.contains(['$', '{', '<', '%'])
    }

    /// The items of a list, with the place of each.
    pub fn items(&self) -> Vec<(&str, Span)> {
        let start = self.value_span.start;
        let exact = self.value_span.range().len() == self.value.len();
        let mut at = 0_u32;
        let mut items = Vec::new();
        for item in self.value.split(',') {
            let length = u32::try_from(item.len()).unwrap_or(u32::MAX);
            let (from, to) = (start.saturating_add(at), start.saturating_add(at).saturating_add(length));
            let span = if exact { Span { start: from, end: to } } else { self.value_span };
            at = at.saturating_add(length).saturating_add(1);
            if !item.trim().is_empty() {
                items.push((item.trim(), span));
            }
        }
        items
    }

    /// The value as Go reads a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value.as_str() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
            _ => None,
        }
    }

    /// The value as a whole number.
    pub fn as_int(&self) -> Option<i64> {
        self.value.trim().parse().ok()
    }

    /// Gives it another value.
    pub fn set(&self, value: &str) -> Option<Edit> {
        let harmless = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.,/:=".contains(&byte));
        if !harmless {
            return None;
        }
        match self.written {
            Written::Flag { exact: true } | Written::Value { quoted: true, .. } => {
                Some(Edit { span: self.value_span, text: value.into() })
            }
            Written::Bare => {
                let end = self.name_span.end;
                Some(Edit { span: Span { start: end, end }, text: format!("={value}").into() })
            }
            Written::Value { quoted: false, string } => {
                let text = if string { quote::scalar(value) } else { value.to_owned() };
                Some(Edit { span: self.value_span, text: text.into() })
            }
            Written::Flag { exact: false } | Written::Detached | Written::Stray => None,
        }
    }
}

impl ProgramView {
    /// The setting that counts: the last of the name.
    pub fn get(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().rev().find(|setting| setting.name == name)
    }

    /// What the form sets by itself, if the file says nothing.
    pub fn implied(&self, name: &str) -> Option<&'static str> {
        // a kubelet without a configuration file has the defaults of long ago
        if self.program == Component::Kubelet && !self.partial && matches!(self.form, Form::Systemd | Form::Flags) {
            let old = [
                ("authentication.anonymous.enabled", "true"),
                ("authorization.mode", "AlwaysAllow"),
                ("readOnlyPort", "10255"),
            ];
            return old.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value);
        }
        self.form.implied(self.program, name)
    }

    /// The value that counts: what is set, or what the form sets by itself.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.get(name).map(|setting| setting.value.as_str()).or_else(|| self.implied(name))
    }

    /// Whether it has a value that is not empty.
    pub fn has(&self, name: &str) -> bool {
        self.value(name).is_some_and(|value| !value.is_empty())
    }

    /// Whether it is known that nothing sets it.
    pub fn lacks(&self, name: &str) -> bool {
        !self.partial && !self.has(name)
    }

    /// A boolean: what is set, or what the form sets by itself, or the default.
    pub fn is_on(&self, name: &str, default: bool) -> bool {
        match self.get(name) {
            Some(setting) => setting.as_bool().unwrap_or(default),
            None => self.implied(name).map_or(default, |value| value == "true"),
        }
    }

    /// The items of a list over all mentions, which add up; where there is none, those that the form sets.
    pub fn list(&self, name: &str) -> Vec<&str> {
        let mentions: Vec<&Setting> = self.settings.iter().filter(|setting| setting.name == name).collect();
        let own = mentions.iter().flat_map(|setting| setting.items()).map(|(item, _)| item);
        let implied = self.implied(name).filter(|_| mentions.is_empty() || self.form.adds_to(name));
        implied.into_iter().flat_map(|list| list.split(',')).chain(own).collect()
    }

    /// Says that what is added to it goes into another file.
    pub fn moves_to(&mut self, other: &Self) {
        (self.file, self.place, self.add) = (other.file, other.place, other.add.clone());
        (self.name, self.path) = (Arc::clone(&other.name), other.path.clone());
    }

    pub fn add(&self, name: &str, value: &str) -> Option<Edit> {
        self.add.as_ref()?.edit(name, value)
    }

    /// What messages call it.
    pub fn title(&self) -> &'static str {
        self.program.name()
    }
}
