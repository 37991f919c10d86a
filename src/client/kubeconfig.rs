//! Kubeconfigs: what gives access to a cluster, read from one and written as another.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use camino::Utf8Path;
use serde::{Deserialize, Serialize};

use super::api::ApiError;

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

impl Access {
    /// Reads a context of a kubeconfig; without a name, the current one. All must be in the text, nothing in files beside it.
    pub fn read(text: &str, context: Option<&str>) -> Result<Self, ApiError> {
        Self::from_text(text, context, None)
    }

    /// Reads a context of the kubeconfig in a file, and the files beside it that it refers to.
    pub fn open(path: &Utf8Path, context: Option<&str>) -> Result<Self, ApiError> {
        let in_file = |error: String| ApiError::Identity(format!("{path}: {error}"));
        let text = std::fs::read_to_string(path).map_err(|error| in_file(error.to_string()))?;
        let folder = path.parent().unwrap_or(Utf8Path::new(""));
        Self::from_text(&text, context, Some(folder)).map_err(|error| in_file(error.to_string()))
    }

    /// The same place for somebody else.
    #[must_use]
    pub fn with(&self, credentials: Credentials) -> Self {
        Self { credentials, ..self.clone() }
    }

    /// A kubeconfig with one context. It has secrets: whoever writes it to a file sees to its mode.
    pub fn kubeconfig(&self, context: &str, namespace: &str) -> Result<String, ApiError> {
        let file = File {
            api_version: "v1".to_owned(),
            kind: "Config".to_owned(),
            clusters: vec![NamedCluster {
                name: context.to_owned(),
                cluster: Cluster {
                    server: self.server.clone(),
                    certificate_authority_data: Some(self.authority.clone()).filter(|authority| !authority.is_empty()),
                    certificate_authority: None,
                },
            }],
            users: vec![NamedUser { name: context.to_owned(), user: User::from(&self.credentials) }],
            contexts: vec![NamedContext {
                name: context.to_owned(),
                context: Context {
                    cluster: context.to_owned(),
                    user: context.to_owned(),
                    namespace: Some(namespace.to_owned()),
                },
            }],
            current_context: context.to_owned(),
        };
        serde_yaml::to_string(&file).map_err(|error| ApiError::Identity(error.to_string()))
    }

    fn from_text(text: &str, context: Option<&str>, folder: Option<&Utf8Path>) -> Result<Self, ApiError> {
        let broken = |reason: String| ApiError::Identity(format!("the kubeconfig cannot be used: {reason}"));
        let file: File = serde_yaml::from_str(text).map_err(|error| broken(error.to_string()))?;
        let name = context.unwrap_or(&file.current_context);
        let found = file.contexts.iter().find(|context| context.name == name);
        let context = &found.ok_or_else(|| broken(format!("it has no context {name:?}")))?.context;
        let found = file.clusters.iter().find(|cluster| cluster.name == context.cluster);
        let cluster = &found.ok_or_else(|| broken(format!("it has no cluster {:?}", context.cluster)))?.cluster;
        let embedded = |data: &Option<String>, path: &Option<String>| match (data, path) {
            (Some(data), _) => Ok(Some(data.clone())),
            (None, Some(path)) => beside(folder, path).map(|bytes| Some(STANDARD.encode(bytes))).map_err(broken),
            (None, None) => Ok(None),
        };
        let authority = embedded(&cluster.certificate_authority_data, &cluster.certificate_authority)?;
        let user = file.users.iter().find(|user| user.name == context.user);
        let credentials = match user.map(|user| &user.user) {
            None => Credentials::None,
            Some(user) if user.exec.is_some() || user.auth_provider.is_some() => {
                return Err(broken(format!("the user {:?} needs a program to log in", context.user)));
            }
            Some(user) => {
                let certificate = embedded(&user.client_certificate_data, &user.client_certificate)?;
                let key = embedded(&user.client_key_data, &user.client_key)?;
                match (certificate, key, &user.token, &user.token_file) {
                    (Some(certificate), Some(key), ..) => Credentials::Certificate { certificate, key },
                    (Some(_), None, ..) => return Err(broken("it has a client certificate and no key".to_owned())),
                    (None, Some(_), ..) => return Err(broken("it has a client key and no certificate".to_owned())),
                    (None, None, Some(token), _) => Credentials::Token(token.trim().to_owned()),
                    (None, None, None, Some(path)) => {
                        let token = beside(folder, path).map_err(broken)?;
                        Credentials::Token(String::from_utf8_lossy(&token).trim().to_owned())
                    }
                    (None, None, None, None) => Credentials::None,
                }
            }
        };
        Ok(Self { server: cluster.server.clone(), authority: authority.unwrap_or_default(), credentials })
    }
}

fn beside(folder: Option<&Utf8Path>, path: &str) -> Result<Vec<u8>, String> {
    let folder = folder.ok_or_else(|| format!("it refers to the file {path} and should have its content instead"))?;
    std::fs::read(folder.join(path)).map_err(|error| format!("{path}: {error}"))
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct File {
    #[serde(rename = "apiVersion", default)]
    api_version: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    clusters: Vec<NamedCluster>,
    #[serde(default)]
    users: Vec<NamedUser>,
    #[serde(default)]
    contexts: Vec<NamedContext>,
    #[serde(default)]
    current_context: String,
}

#[derive(Serialize, Deserialize)]
struct NamedCluster {
    name: String,
    cluster: Cluster,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Cluster {
    server: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_authority_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_authority: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct NamedUser {
    name: String,
    user: User,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
struct User {
    #[serde(skip_serializing_if = "Option::is_none")]
    client_certificate_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_certificate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_key_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    #[serde(rename = "tokenFile", skip_serializing_if = "Option::is_none")]
    token_file: Option<String>,
    #[serde(skip_serializing)]
    exec: Option<serde_yaml::Value>,
    #[serde(skip_serializing)]
    auth_provider: Option<serde_yaml::Value>,
}

impl From<&Credentials> for User {
    fn from(credentials: &Credentials) -> Self {
        match credentials.clone() {
            Credentials::None => Self::default(),
            Credentials::Token(token) => Self { token: Some(token), ..Self::default() },
            Credentials::Certificate { certificate, key } => {
                Self { client_certificate_data: Some(certificate), client_key_data: Some(key), ..Self::default() }
            }
        }
    }
}

#[derive(Serialize, Deserialize)]
struct NamedContext {
    name: String,
    context: Context,
}

#[derive(Serialize, Deserialize)]
struct Context {
    #[serde(default)]
    cluster: String,
    #[serde(default)]
    user: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::{Access, Credentials};

    /// What kind writes.
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
        insta::assert_snapshot!(access.kubeconfig("tightship-lab", "ts-the-hack-shop-ab12").unwrap(), @r"
        apiVersion: v1
        kind: Config
        clusters:
        - name: tightship-lab
          cluster:
            server: https://127.0.0.1:6443
            certificate-authority-data: Q0E=
        users:
        - name: tightship-lab
          user:
            client-certificate-data: Q0VSVA==
            client-key-data: S0VZ
        contexts:
        - name: tightship-lab
          context:
            cluster: tightship-lab
            user: tightship-lab
            namespace: ts-the-hack-shop-ab12
        current-context: tightship-lab
        ");
        assert_eq!(Access::read(&access.kubeconfig("x", "y").unwrap(), Some("x")).unwrap(), access);
    }

    #[test]
    fn others_get_the_same_place() {
        let bot = Access::read(KIND, Some("nobody")).unwrap().with(Credentials::Token("t".to_owned()));
        let text = bot.kubeconfig("bot", "a").unwrap();
        assert!(text.contains("  user:\n    token: t\n") && !text.contains("S0VZ"), "{text}");
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
            ("clusters: [".to_owned(), None, "the kubeconfig cannot be used"),
            (String::new(), None, "the kubeconfig cannot be used"),
        ] {
            let said = Access::read(&text, context).unwrap_err().to_string();
            assert!(said.contains(words), "{said}");
        }
    }
}
