//! A real cluster behind the trait.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ::kube::client::Body;
use ::kube::config::Config;
use camino::Utf8Path;
use tokio::runtime::Runtime;

use super::api::{Api, ApiError, Ended, Exec, ExecReply, Identity, Method, Request, Response};
use super::{connect, node, program, warnings};

/// How long an answer may take.
pub(super) const ANSWER: Duration = Duration::from_secs(10);

/// The way to a cluster. It may be used from many threads at once.
pub struct Client {
    runtime: Runtime,
    config: Config,
    /// kube's clients, one for each identity: its connections are its own.
    clients: Mutex<HashMap<Identity, ::kube::Client>>,
    node: Option<String>,
}

impl Client {
    /// Reads a context of a kubeconfig; without a name, the current one. The node is the container of a control-plane
    /// node of kind. Nothing is sent yet.
    pub fn connect(kubeconfig: &Utf8Path, context: Option<&str>, node: Option<String>) -> Result<Self, ApiError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("tightship-client")
            .enable_all()
            .build()
            .map_err(|error| ApiError::Unreachable(error.to_string()))?;
        let config = runtime.block_on(connect::config(kubeconfig, context))?;
        let client = Self { runtime, config, clients: Mutex::default(), node };
        // credentials that cannot be used are said at once
        client.of(&Identity::Admin)?;
        Ok(client)
    }

    /// The URL of the API server.
    pub fn server(&self) -> String {
        self.config.cluster_url.to_string().trim_end_matches('/').to_owned()
    }

    fn of(&self, identity: &Identity) -> Result<::kube::Client, ApiError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(identity) {
            return Ok(client.clone());
        }
        let _runtime = self.runtime.enter();
        let client = connect::client(&self.config, identity)?;
        clients.insert(identity.clone(), client.clone());
        Ok(client)
    }

    fn run(&self, exec: &Exec, identity: &Identity) -> Result<ExecReply, ApiError> {
        let client = self.of(identity)?;
        self.runtime.block_on(program::run(client, exec))
    }
}

impl Api for Client {
    fn request(&self, request: &Request) -> Result<Response, ApiError> {
        let client = self.of(&request.identity)?;
        let body = request.body.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut builder = http::Request::builder()
            .method(request.method.as_str())
            .uri(&request.path)
            .header(http::header::ACCEPT, "application/json, */*");
        if request.body.is_some() {
            builder = builder.header(http::header::CONTENT_TYPE, request.content);
        }
        let sent = builder
            .body(Body::from(body.into_bytes()))
            .map_err(|error| ApiError::Unreachable(format!("{} cannot be asked for: {error}", request.path)))?;
        self.runtime.block_on(async {
            let answer = tokio::time::timeout(ANSWER, answer(client, sent));
            answer.await.map_err(|_| ApiError::Unreachable(format!("no answer within {} s", ANSWER.as_secs())))?
        })
    }

    /// kubectl that may not GET a program's connection tries to POST it in an older protocol, so `create` on `pods/exec`
    /// is enough for it. This client does not know that protocol: it asks whether the POST would be let through, and
    /// then runs the program as the administrator.
    fn exec(&self, exec: &Exec) -> Result<ExecReply, ApiError> {
        let reply = self.run(exec, &exec.identity)?;
        if !matches!(reply, ExecReply::Refused { status: 403, .. }) || exec.identity == Identity::Admin {
            return Ok(reply);
        }
        let post = Request::new(Method::Post, program::path(exec)).by(exec.identity.clone());
        let response = self.request(&post)?;
        match response.status {
            // that is said last, after all that could refuse
            400 if response.message().contains("Upgrade request required") => self.run(exec, &Identity::Admin),
            status => Ok(ExecReply::Refused { status, message: response.message() }),
        }
    }

    fn node(&self, argv: &[&str], input: &[u8]) -> Result<Ended, ApiError> {
        let node = self.node.as_deref();
        node::run(node.ok_or_else(|| ApiError::NoNode("it is not known".to_owned()))?, argv, input)
    }
}

async fn answer(client: ::kube::Client, request: http::Request<Body>) -> Result<Response, ApiError> {
    let response = client.send(request).await.map_err(|error| connect::unreachable(&error))?;
    let (head, body) = response.into_parts();
    let body = body.collect_bytes().await.map_err(|error| connect::unreachable(&error))?;
    let warnings = head.headers.get_all(http::header::WARNING).iter();
    Ok(Response {
        status: head.status.as_u16(),
        body: String::from_utf8_lossy(&body).into_owned(),
        warnings: warnings.flat_map(|value| warnings::texts(&String::from_utf8_lossy(value.as_bytes()))).collect(),
    })
}
