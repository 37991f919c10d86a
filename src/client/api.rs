//! All that anybody asks of a cluster, as one trait: through a real API server, or from recorded replies.

use std::time::Duration;

use serde_json::Value;

use super::credentials::Credentials;

/// A way to a cluster.
pub trait Api: Sync {
    /// Sends a request to the API server. A refusal is a response; only what keeps it from answering is an error.
    fn request(&self, request: &Request) -> Result<Response, ApiError>;

    /// Sends requests at once: the answers, in the order of the requests, are there when the slowest is.
    fn request_all(&self, requests: &[Request]) -> Vec<Result<Response, ApiError>>;

    /// Runs a program in a container, and waits for its end.
    fn exec(&self, exec: &Exec) -> Result<ExecReply, ApiError>;

    /// Runs a program on the control-plane node as root, with something on its standard input.
    fn node(&self, argv: &[&str], input: &[u8]) -> Result<Ended, ApiError>;
}

/// Why a cluster gives no answer. This is never the fault of who asks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// It does not answer, or not in time.
    #[error("the cluster does not answer: {0}")]
    Unreachable(String),
    /// It answers something that cannot be understood.
    #[error("the cluster says something that tightship does not understand: {0}")]
    Unreadable(String),
    /// An identity cannot be used: its file is missing or broken.
    #[error("{0}")]
    Identity(String),
    /// The cluster has no node that can be entered.
    #[error("the node cannot be entered: {0}")]
    NoNode(String),
}

/// The verb of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Deletes.
    Delete,
}

impl Method {
    /// The verb.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Identity {
    /// The user of the kubeconfig.
    #[default]
    Admin,
    /// Nobody: no credentials at all.
    Anonymous,
    /// Somebody, by impersonation.
    User {
        /// The name.
        name: String,
        /// The groups, `system:authenticated` among them if it shall be so.
        groups: Vec<String>,
    },
    /// Whoever a bearer token stands for.
    Token(String),
    /// Whoever these stand for, such as the user of another kubeconfig.
    Credentials(Credentials),
}

impl Identity {
    /// A service account, with the groups that the API server gives it.
    pub fn service_account(namespace: &str, name: &str) -> Self {
        let groups = ["system:serviceaccounts".to_owned(), format!("system:serviceaccounts:{namespace}")];
        Self::User {
            name: format!("system:serviceaccount:{namespace}:{name}"),
            groups: groups.into_iter().chain(["system:authenticated".to_owned()]).collect(),
        }
    }
}

/// A request to the API server.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The verb.
    pub method: Method,
    /// Path and query, such as `/api/v1/namespaces/a/pods?labelSelector=app%3Dpage`.
    pub path: String,
    /// What is sent.
    pub body: Option<Value>,
    /// The media type of what is sent.
    pub content: &'static str,
    /// Who asks.
    pub identity: Identity,
    /// The media types of what is answered.
    pub accept: &'static str,
}

impl Request {
    /// A request without a body, as the administrator.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            body: None,
            content: "application/json",
            identity: Identity::Admin,
            accept: "application/json, */*",
        }
    }

    /// A request that reads.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::Get, path)
    }

    /// A request that sends JSON.
    #[must_use]
    pub fn with(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// The same for no more of each object of a list than its metadata.
    #[must_use]
    pub fn metadata(mut self) -> Self {
        self.accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
        self
    }

    /// The same from somebody else.
    #[must_use]
    pub fn by(mut self, identity: Identity) -> Self {
        self.identity = identity;
        self
    }
}

/// What the API server says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Response {
    /// The status of HTTP.
    pub status: u16,
    /// The body as it came.
    pub body: String,
    /// The texts of `Warning` headers.
    pub warnings: Vec<String>,
}

impl Response {
    /// Whether it was done.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON.
    pub fn json(&self) -> Result<Value, ApiError> {
        serde_json::from_str(&self.body).map_err(|error| ApiError::Unreadable(error.to_string()))
    }

    /// The `message` of a `Status`, or the first line of the body.
    pub fn message(&self) -> String {
        let status: Option<Value> = serde_json::from_str(&self.body).ok();
        let message = status.as_ref().and_then(|status| status.get("message")).and_then(Value::as_str);
        message.unwrap_or_else(|| self.body.lines().next().unwrap_or_default()).to_owned()
    }
}

/// A program to run in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exec {
    /// The namespace.
    pub namespace: String,
    /// The pod.
    pub pod: String,
    /// The container.
    pub container: String,
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// How long it may take.
    pub timeout: Duration,
    /// Who asks.
    pub identity: Identity,
}

/// What became of a program in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecReply {
    /// It ran.
    Ended(Ended),
    /// The API server or the kubelet did not let it run.
    Refused {
        /// The status of HTTP.
        status: u16,
        /// Why.
        message: String,
    },
    /// It ran longer than it may.
    TimedOut,
}

/// A program that ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ended {
    /// Its exit code.
    pub exit: i32,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}
