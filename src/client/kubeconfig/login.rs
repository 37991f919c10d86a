//! The way into a cluster.

use serde_json::Value;

use super::access::{Access, one_context};
use super::user::UserContext;
use crate::yaml::{self, emit};

/// The way into a cluster.
#[derive(Debug, Clone)]
pub enum Login {
    /// By a kubeconfig that was read without doing what it says.
    Access(Access),
    /// By a context that the user has named.
    User(Box<UserContext>),
}

impl Login {
    /// The URL of the API server.
    pub fn server(&self) -> &str {
        match self {
            Self::Access(access) => &access.server,
            Self::User(context) => context.server(),
        }
    }

    /// A kubeconfig with one context. It may have secrets: whoever writes it to a file sees to its mode.
    pub fn kubeconfig(&self, context: &str, namespace: &str) -> String {
        let (cluster, user) = self.parts();
        emit::block(&one_context(&cluster, &user, context, namespace))
    }

    /// The same as kube reads it.
    pub fn config(&self, context: &str) -> Value {
        let (cluster, user) = self.parts();
        one_context(&cluster, &user, context, "default")
    }

    /// Whether the only context of a kubeconfig leads to the same place as the same user, whatever its namespace.
    pub fn is_in(&self, text: &str) -> bool {
        let stream = yaml::parse(text);
        let Some(root) = stream.documents.first().and_then(yaml::Document::root) else { return false };
        let (Ok(mut found), (cluster, user)) = (root.to_json(), self.parts()) else { return false };
        let name = found.get("current-context").and_then(Value::as_str).unwrap_or_default().to_owned();
        let namespace = found.pointer("/contexts/0/context/namespace").and_then(Value::as_str).unwrap_or_default();
        let expected = one_context(&cluster, &user, &name, namespace);
        // kubectl adds what is empty
        found.as_object_mut().map(|fields| fields.remove("preferences"));
        stream.documents.len() == 1 && found == expected
    }

    fn parts(&self) -> (Value, Value) {
        match self {
            Self::Access(access) => access.parts(),
            Self::User(context) => context.parts(),
        }
    }
}
