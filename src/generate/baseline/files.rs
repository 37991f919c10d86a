//! The files that flags name, and the folders that must be there.

use serde::Serialize;

use super::settings::Settings;
use crate::spec::ApiServer;
use crate::spec::api_server::{AuthorizationForm, EncryptionProvider, Form};

/// A file that a flag of the API server names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfigFile {
    /// Its name in the folder.
    pub name: &'static str,
    /// The flag that names it.
    pub flag: &'static str,
    /// Where it lies on the machine.
    pub path: String,
    /// The template that makes it.
    #[serde(skip)]
    pub template: &'static str,
    /// Whether it holds a key, which nobody but the API server may read.
    pub key: bool,
}

/// A folder of the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Folder {
    pub path: String,
    /// User and group.
    pub owner: &'static str,
    pub mode: &'static str,
    /// What it is for, and the item that asks for it.
    pub why: &'static str,
}

pub(super) fn files(server: &ApiServer, home: &'static str, settings: &Settings) -> Vec<ConfigFile> {
    let form = server.form();
    if form == Form::Talos {
        // documents of the machine configuration instead
        return Vec::new();
    }
    let file = |name: &'static str, flag, template| ConfigFile {
        name,
        flag,
        path: format!("{home}/{name}"),
        template,
        key: false,
    };
    let mut files = Vec::new();
    if settings.authentication.anonymous.is_some() || !settings.authentication.issuers.is_empty() {
        files.push(file("authentication.yaml", "authentication-config", "apiserver/authentication.yaml.j2"));
    }
    if server.authorization.value == AuthorizationForm::File {
        files.push(file("authorization.yaml", "authorization-config", "apiserver/authorization.yaml.j2"));
    }
    files.push(file("admission.yaml", "admission-control-config-file", "apiserver/admission.yaml.j2"));
    files.push(file("audit-policy.yaml", "audit-policy-file", "apiserver/audit-policy.yaml.j2"));
    let provider = server.encryption.provider.value;
    let written = match provider {
        EncryptionProvider::Secretbox => !form.keeps_own_key(),
        EncryptionProvider::Kms => true,
        // the one that is there already is nobody's to write
        EncryptionProvider::File | EncryptionProvider::None => false,
    };
    if written {
        let file = file("encryption.yaml", "encryption-provider-config", "apiserver/encryption.yaml.j2");
        files.push(ConfigFile { key: provider == EncryptionProvider::Secretbox, ..file });
    }
    files
}

pub(super) fn folders(server: &ApiServer, home: &'static str, settings: &Settings) -> Vec<Folder> {
    let form = server.form();
    if form == Form::Talos {
        return Vec::new();
    }
    let folder = |path: &str, owner, mode, why| Folder { path: path.to_owned(), owner, mode, why };
    let mut folders = vec![
        folder(home, "root:root", "0700", "the files that the flags name; the one with the key must stay closed"),
        folder(&settings.audit.folder, "root:root", "0700", "the audit log; the API server makes its files with 0600"),
    ];
    if form == Form::Rke2 || form == Form::K3s {
        return folders;
    }
    folders.extend([
        folder(&server.certificates.folder, "root:root", "0755", "CIS 1.1.19 to 1.1.21: certificates 0644, keys 0600"),
        folder("/var/lib/etcd", "etcd:etcd", "0700", "CIS 1.1.11 and 1.1.12: everything that the cluster knows"),
    ]);
    folders
}
