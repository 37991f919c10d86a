//! What gives access to a cluster without doing anything.

use serde_json::{Value, json};

use crate::client::credentials::Credentials;
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

impl Access {
    /// The same place for somebody else.
    #[must_use]
    pub fn with(&self, credentials: Credentials) -> Self {
        Self { credentials, ..self.clone() }
    }

    /// A kubeconfig with one context. It has secrets: whoever writes it to a file sees to its mode.
    pub fn kubeconfig(&self, context: &str, namespace: &str) -> String {
        let (cluster, user) = self.parts();
        emit::block(&one_context(&cluster, &user, context, namespace))
    }

    /// The cluster and the user of a kubeconfig.
    pub(super) fn parts(&self) -> (Value, Value) {
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
        (cluster, user)
    }
}

/// A kubeconfig with one context.
pub fn one_context(cluster: &Value, user: &Value, context: &str, namespace: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": context, "cluster": cluster}],
        "users": [{"name": context, "user": user}],
        "contexts": [{"name": context, "context": {"cluster": context, "user": context, "namespace": namespace}}],
        "current-context": context,
    })
}
