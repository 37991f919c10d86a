//! A real cluster behind the trait.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use kube::client::Body;
use kube::config::Config;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use super::api::{Api, ApiError, Ended, Exec, ExecReply, Identity, Method, Request, Response};
use super::kubeconfig::Login;
use super::{connect, node, program, warnings};

/// A request that is on its way.
type Task = JoinHandle<Result<Response, ApiError>>;

/// The way to a cluster. It may be used from many threads at once.
pub struct Client {
    runtime: Runtime,
    config: Config,
    /// kube's clients, one for each identity: its connections are its own.
    clients: Mutex<HashMap<Identity, kube::Client>>,
    node: Option<String>,
}

impl Client {
    /// The node is the container of a control-plane node of kind. Nothing is sent yet.
    pub fn connect(login: &Login, node: Option<String>) -> Result<Self, ApiError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("tightship-client")
            .enable_all()
            .build()
            .map_err(|error| ApiError::Unreachable(error.to_string()))?;
        let config = runtime.block_on(connect::config(login))?;
        let client = Self { runtime, config, clients: Mutex::default(), node };
        // credentials that cannot be used are said at once
        client.of(&Identity::Admin)?;
        Ok(client)
    }

    /// The URL of the API server.
    pub fn server(&self) -> String {
        self.config.cluster_url.to_string().trim_end_matches('/').to_owned()
    }

    fn of(&self, identity: &Identity) -> Result<kube::Client, ApiError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(identity) {
            return Ok(client.clone());
        }
        let _runtime = self.runtime.enter();
        let client = connect::client(&self.config, identity)?;
        clients.insert(identity.clone(), client.clone());
        Ok(client)
    }

    /// The client of who asks, and the request as it is sent.
    fn prepare(&self, request: &Request) -> Result<(kube::Client, http::Request<Body>), ApiError> {
        let client = self.of(&request.identity)?;
        let body = request.body.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut builder = http::Request::builder()
            .method(request.method.as_str())
            .uri(&request.path)
            .header(http::header::ACCEPT, request.accept);
        if request.body.is_some() {
            builder = builder.header(http::header::CONTENT_TYPE, request.content);
        }
        let sent = builder
            .body(Body::from(body.into_bytes()))
            .map_err(|error| ApiError::Unreachable(format!("{} cannot be asked for: {error}", request.path)))?;
        Ok((client, sent))
    }

    fn start(&self, request: &Request) -> Result<Task, ApiError> {
        let (client, sent) = self.prepare(request)?;
        Ok(self.runtime.spawn(in_time(client, sent)))
    }

    fn finish(&self, task: Task) -> Result<Response, ApiError> {
        let lost = |_| Err(ApiError::Unreachable("a request was lost".to_owned()));
        self.runtime.block_on(task).unwrap_or_else(lost).map_err(|error| self.named(error))
    }

    fn run(&self, exec: &Exec, identity: &Identity) -> Result<ExecReply, ApiError> {
        let client = self.of(identity)?;
        self.runtime.block_on(program::run(client, exec)).map_err(|error| self.named(error))
    }

    /// The error with the server that does not answer.
    fn named(&self, error: ApiError) -> ApiError {
        match error {
            ApiError::Unreachable(reason) => ApiError::Unreachable(format!("{}: {reason}", self.server())),
            other => other,
        }
    }
}

impl Api for Client {
    fn request(&self, request: &Request) -> Result<Response, ApiError> {
        let (client, sent) = self.prepare(request)?;
        self.runtime.block_on(in_time(client, sent)).map_err(|error| self.named(error))
    }

    fn request_all(&self, requests: &[Request]) -> Vec<Result<Response, ApiError>> {
        let started: Vec<Result<Task, ApiError>> = requests.iter().map(|request| self.start(request)).collect();
        started.into_iter().map(|task| self.finish(task?)).collect()
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

/// The answer, unless it takes too long.
async fn in_time(client: kube::Client, request: http::Request<Body>) -> Result<Response, ApiError> {
    tokio::time::timeout(connect::ANSWER, answer(client, request)).await.unwrap_or_else(|_| Err(connect::late()))
}

async fn answer(client: kube::Client, request: http::Request<Body>) -> Result<Response, ApiError> {
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

#[cfg(test)]
mod tests {
    use super::Client;
    use crate::client::kubeconfig::{Access, Credentials, Login};
    use crate::client::{Api as _, ApiError, Identity, Request};

    /// A client of a port at which nobody listens.
    fn client() -> Client {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let server = format!("https://{}", listener.local_addr().unwrap());
        drop(listener);
        client_of(&server)
    }

    fn client_of(server: &str) -> Client {
        let server = server.to_owned();
        let access = Access { server, authority: String::new(), credentials: Credentials::None };
        Client::connect(&Login::Access(access), None).unwrap()
    }

    /// A server that answers so many requests, each with its path, but none before all have come.
    fn patient(requests: usize) -> Client {
        use std::io::{BufRead as _, BufReader, Write as _};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let client = client_of(&format!("http://{}", listener.local_addr().unwrap()));
        std::thread::spawn(move || {
            let asked: Vec<_> = listener
                .incoming()
                .take(requests)
                .map(|stream| {
                    let mut reader = BufReader::new(stream.unwrap());
                    let mut line = String::new();
                    reader.read_line(&mut line).unwrap();
                    let path = line.split(' ').nth(1).unwrap().to_owned();
                    while line.trim() != "" {
                        line.clear();
                        reader.read_line(&mut line).unwrap();
                    }
                    (reader.into_inner(), path)
                })
                .collect();
            for (mut stream, path) in asked.into_iter().rev() {
                let length = path.len();
                write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{path}")
                    .unwrap();
            }
        });
        client
    }

    #[test]
    fn requests_are_sent_at_once_and_answered_in_their_order() {
        let paths: Vec<String> = (0..20).map(|number| format!("/a/{number}")).collect();
        let requests: Vec<Request> = paths.iter().map(Request::get).collect();
        let answers = patient(20).request_all(&requests);
        let answers: Vec<String> = answers.into_iter().map(|answer| answer.unwrap().body).collect();
        assert_eq!(answers, paths);
    }

    #[test]
    fn what_cannot_be_asked_keeps_no_other_request_back() {
        let bad = Request::get("/a").by(Identity::Credentials(Credentials::Token("no token".to_owned())));
        let answers = patient(1).request_all(&[bad, Request::get("/b")]);
        assert!(
            matches!(answers.as_slice(), [Err(ApiError::Identity(_)), Ok(answer)] if answer.body == "/b"),
            "{answers:?}"
        );
    }

    #[test]
    fn a_cluster_that_is_gone_is_unreachable() {
        let client = client();
        let said = client.request(&Request::get("/version")).unwrap_err();
        assert_eq!(said, ApiError::Unreachable(format!("{}: connection refused", client.server())));
    }

    #[test]
    fn credentials_that_are_none_are_said_before_anything_is_sent() {
        let client = client();
        let with = |certificate: &str, key: &str| {
            let (certificate, key) = (certificate.to_owned(), key.to_owned());
            Identity::Credentials(Credentials::Certificate { certificate, key })
        };
        for identity in [
            Identity::Token("two words".to_owned()),
            Identity::Token(" \n".to_owned()),
            Identity::Credentials(Credentials::Token("ü".to_owned())),
            with("not base64!", "not base64!"),
            with("bm90IFBFTQ==", "bm90IFBFTQ=="),
            Identity::User { name: "two\nlines".to_owned(), groups: vec![] },
        ] {
            let said = client.request(&Request::get("/version").by(identity.clone()));
            assert!(matches!(said, Err(ApiError::Identity(_))), "{identity:?}: {said:?}");
        }
    }

    #[test]
    fn a_login_that_cannot_be_used_is_named() {
        let (server, authority) = ("https://127.0.0.1:1".to_owned(), "not base64!".to_owned());
        let access = Access { server, authority, credentials: Credentials::None };
        let Err(said) = Client::connect(&Login::Access(access), None) else { panic!("it is no authority") };
        assert!(said.to_string().starts_with("https://127.0.0.1:1 cannot be used: "), "{said}");
    }
}
