//! Kubeconfigs: what gives access to a cluster, read from one and written as another.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use camino::Utf8Path;
use kube::config::{AuthInfo, Kubeconfig, KubeconfigError};
use secrecy::ExposeSecret;
use serde_json::json;

use super::api::ApiError;
use crate::yaml::emit;

/// What a context of a kubeconfig has: where the cluster is, and who one is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The URL of the API server.
    pub server: String,
    /// The certificates that the API server's is checked with: PEM in base64, as a kubeconfig has it.
    pub authority: String,
    /// What proves who one is.
    pub credentials: Credentials,
}

/// What proves who one is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Credentials {
    /// Nothing.
    #[default]
    None,
    /// A bearer token.
    Token(String),
    /// A client certificate.
    Certificate {
        /// The certificate: PEM in base64.
        certificate: String,
        /// Its key: PEM in base64.
        key: String,
    },
}

/// What is done about the files that a kubeconfig refers to.
#[derive(Clone, Copy)]
enum Files {
    Read,
    /// A kubeconfig that refers to one is not used.
    Refuse,
}

impl Access {
    /// Reads a context of a kubeconfig; without a name, the current one. All must be in the text, nothing in files beside it.
    pub fn read(text: &str, context: Option<&str>) -> Result<Self, ApiError> {
        let file = Kubeconfig::from_yaml(text).map_err(|error| broken(&cause(&error)))?;
        Self::of(&file, context, Files::Refuse)
    }

    /// Reads a context of the kubeconfig in a file, and the files beside it that it refers to.
    pub fn open(path: &Utf8Path, context: Option<&str>) -> Result<Self, ApiError> {
        let in_file = |error: String| ApiError::Identity(format!("{path}: {error}"));
        let file = open(path).map_err(|error| in_file(cause(&error)))?;
        Self::of(&file, context, Files::Read).map_err(|error| in_file(error.to_string()))
    }

    /// The same place for somebody else.
    #[must_use]
    pub fn with(&self, credentials: Credentials) -> Self {
        Self { credentials, ..self.clone() }
    }

    /// A kubeconfig with one context. It has secrets: whoever writes it to a file sees to its mode.
    pub fn kubeconfig(&self, context: &str, namespace: &str) -> String {
        let mut cluster = json!({"server": self.server});
        if let (false, Some(fields)) = (self.authority.is_empty(), cluster.as_object_mut()) {
            fields.insert("certificate-authority-data".to_owned(), self.authority.clone().into());
        }
        let user = match &self.credentials {
            Credentials::None => json!({}),
            Credentials::Token(token) => json!({"token": token}),
            Credentials::Certificate { certificate, key } => {
                json!({"client-certificate-data": certificate, "client-key-data": key})
            }
        };
        emit::block(&json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": context, "cluster": cluster}],
            "users": [{"name": context, "user": user}],
            "contexts": [{"name": context, "context": {"cluster": context, "user": context, "namespace": namespace}}],
            "current-context": context,
        }))
    }

    fn of(file: &Kubeconfig, context: Option<&str>, files: Files) -> Result<Self, ApiError> {
        let name = context.or(file.current_context.as_deref()).unwrap_or_default();
        let found = file.contexts.iter().find(|context| context.name == name);
        let context = found.and_then(|named| named.context.as_ref());
        let context = context.ok_or_else(|| broken(&format!("it has no context {name:?}")))?;
        let found = file.clusters.iter().find(|cluster| cluster.name == context.cluster);
        let cluster = found.and_then(|named| named.cluster.as_ref());
        let cluster = cluster.ok_or_else(|| broken(&format!("it has no cluster {:?}", context.cluster)))?;
        let server = cluster.server.clone().ok_or_else(|| broken("its cluster has no server"))?;
        let authority =
            files.embedded(cluster.certificate_authority_data.as_deref(), cluster.certificate_authority.as_deref())?;
        let user = file.auth_infos.iter().find(|user| Some(&user.name) == context.user.as_ref());
        let credentials = match user.and_then(|user| user.auth_info.as_ref().map(|info| (&user.name, info))) {
            None => Credentials::None,
            Some((name, info)) if info.exec.is_some() || info.auth_provider.is_some() => {
                return Err(broken(&format!("the user {name:?} needs a program to log in")));
            }
            Some((_, info)) => Credentials::of(info, files)?,
        };
        Ok(Self { server, authority: authority.unwrap_or_default(), credentials })
    }
}

impl Credentials {
    fn of(user: &AuthInfo, files: Files) -> Result<Self, ApiError> {
        let key = user.client_key_data.as_ref().map(ExposeSecret::expose_secret);
        let certificate =
            files.embedded(user.client_certificate_data.as_deref(), user.client_certificate.as_deref())?;
        let key = files.embedded(key, user.client_key.as_deref())?;
        match (certificate, key, &user.token, &user.token_file) {
            (Some(certificate), Some(key), ..) => Ok(Self::Certificate { certificate, key }),
            (Some(_), None, ..) => Err(broken("it has a client certificate and no key")),
            (None, Some(_), ..) => Err(broken("it has a client key and no certificate")),
            (None, None, Some(token), _) => Ok(Self::Token(token.expose_secret().trim().to_owned())),
            (None, None, None, Some(path)) => {
                Ok(Self::Token(String::from_utf8_lossy(&files.content(path)?).trim().to_owned()))
            }
            (None, None, None, None) => Ok(Self::None),
        }
    }
}

impl Files {
    /// What is in the text, or else in the file, in base64.
    fn embedded(self, data: Option<&str>, path: Option<&str>) -> Result<Option<String>, ApiError> {
        match (data, path) {
            (Some(data), _) => Ok(Some(data.to_owned())),
            (None, Some(path)) => Ok(Some(BASE64_STANDARD.encode(self.content(path)?))),
            (None, None) => Ok(None),
        }
    }

    fn content(self, path: &str) -> Result<Vec<u8>, ApiError> {
        match self {
            Self::Read => std::fs::read(path).map_err(|error| broken(&format!("{path}: {error}"))),
            Self::Refuse => Err(broken(&format!("it refers to the file {path} and should have its content instead"))),
        }
    }
}

/// Reads the kubeconfig in a file. What it says is not looked at, nor is anything that it refers to.
pub(super) fn open(path: &Utf8Path) -> Result<Kubeconfig, KubeconfigError> {
    Kubeconfig::read_from(path)
}

fn broken(reason: &str) -> ApiError {
    ApiError::Identity(format!("the kubeconfig cannot be used: {reason}"))
}

/// What is at the bottom of an error, without the lines of the file that the parser shows: they may have secrets.
fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut bottom = error;
    while let Some(source) = bottom.source() {
        bottom = source;
    }
    bottom.to_string().lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Access, Credentials};

    const KIND: &str = "apiVersion: v1\nkind: Config\npreferences: {}\ncurrent-context: kind-a\n\
        clusters:\n- name: kind-a\n  cluster: {certificate-authority-data: Q0E=, server: 'https://127.0.0.1:6443'}\n\
        contexts:\n- name: kind-a\n  context: {cluster: kind-a, user: kind-a}\n- name: nobody\n  context: {cluster: kind-a}\n\
        users:\n- name: kind-a\n  user: {client-certificate-data: Q0VSVA==, client-key-data: S0VZ}\n";

    fn with_user(user: &str) -> String {
        KIND.replace("{client-certificate-data: Q0VSVA==, client-key-data: S0VZ}", user)
    }

    #[test]
    fn a_lab_gets_its_own_context() {
        let access = Access::read(KIND, None).unwrap();
        assert_eq!(access.server, "https://127.0.0.1:6443");
        insta::assert_snapshot!(access.kubeconfig("tightship-lab", "ts-the-hack-shop-ab12"), @r#"
        apiVersion: v1
        kind: Config
        clusters:
          - name: tightship-lab
            cluster:
              server: https://127.0.0.1:6443
              certificate-authority-data: "Q0E="
        users:
          - name: tightship-lab
            user:
              client-certificate-data: "Q0VSVA=="
              client-key-data: S0VZ
        contexts:
          - name: tightship-lab
            context:
              cluster: tightship-lab
              user: tightship-lab
              namespace: ts-the-hack-shop-ab12
        current-context: tightship-lab
        "#);
        assert_eq!(Access::read(&access.kubeconfig("x", "y"), Some("x")).unwrap(), access);
    }

    #[test]
    fn others_get_the_same_place() {
        let bot = Access::read(KIND, Some("nobody")).unwrap().with(Credentials::Token("t".to_owned()));
        let text = bot.kubeconfig("bot", "a");
        assert!(text.contains("    user:\n      token: t\n") && !text.contains("S0VZ"), "{text}");
        assert_eq!(Access::read(&text, None).unwrap(), bot);
    }

    #[test]
    fn files_beside_a_kubeconfig_are_read_with_it() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = camino::Utf8Path::from_path(folder.path()).unwrap().join("bot.kubeconfig");
        std::fs::write(&path, with_user("{client-certificate: bot.crt, client-key: bot.key}")).unwrap();
        std::fs::write(path.with_file_name("bot.crt"), "CERT").unwrap();
        let said = Access::open(&path, None).unwrap_err().to_string();
        assert!(said.contains("bot.kubeconfig: ") && said.contains("bot.key: No such file"), "{said}");
        std::fs::write(path.with_file_name("bot.key"), "KEY").unwrap();
        assert_eq!(Access::open(&path, None).unwrap(), Access::read(KIND, None).unwrap());

        std::fs::write(&path, with_user("{tokenFile: token}")).unwrap();
        std::fs::write(path.with_file_name("token"), "secret\n").unwrap();
        assert_eq!(Access::open(&path, None).unwrap().credentials, Credentials::Token("secret".to_owned()));
    }

    #[test]
    fn what_cannot_be_used_is_said() {
        for (text, context, words) in [
            (KIND.to_owned(), Some("other"), "it has no context \"other\""),
            (with_user("{client-certificate-data: Q0VSVA==}"), None, "a client certificate and no key"),
            (with_user("{client-key-data: S0VZ}"), None, "a client key and no certificate"),
            (with_user("{exec: {command: sh}}"), None, "the user \"kind-a\" needs a program to log in"),
            (with_user("{tokenFile: /etc/hostname}"), None, "it refers to the file /etc/hostname"),
            (KIND.replace("- name: kind-a\n  cluster", "- name: b\n  cluster"), None, "it has no cluster \"kind-a\""),
            ("clusters: [".to_owned(), None, "the kubeconfig cannot be used: "),
            ("clusters: {a: b}".to_owned(), None, "the kubeconfig cannot be used: "),
            ("users: !include /etc/hostname".to_owned(), None, "the kubeconfig cannot be used: "),
            (String::new(), None, "it has no context \"\""),
        ] {
            let said = Access::read(&text, context).unwrap_err().to_string();
            assert!(said.contains(words) && said.lines().count() == 1, "{said}");
        }
    }

    #[test]
    fn an_error_shows_no_secret() {
        let text = with_user("{token: hunter2, client-key: [hunter2], hunter: hunter2]}");
        let said = Access::read(&text, None).unwrap_err().to_string();
        assert!(!said.contains("hunter2"), "{said}");
    }
}
