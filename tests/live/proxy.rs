//! The API server itself, through `kubectl proxy`: thousands of requests are too many for a process each, and kubectl does not
//! say which object a warning is about.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use libtest_mimic::Failed;
use serde_json::Value;

use crate::kubectl::Live;

/// `kubectl proxy` on a port of its own; it ends when dropped.
pub struct Proxy {
    child: Child,
    address: String,
}

impl Proxy {
    pub fn start(live: &Live) -> Result<Self, Failed> {
        let mut child = live.command().args(["proxy", "--port=0"]).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("a pipe")).read_line(&mut line)?;
        let proxy = Self { child, address: line.trim().rsplit(' ').next().unwrap_or_default().to_owned() };
        if proxy.address.starts_with("127.0.0.1:") { Ok(proxy) } else { Err(format!("kubectl proxy: {line}").into()) }
    }

    pub fn connect(&self) -> Result<Connection, Failed> {
        let stream = TcpStream::connect(&self.address)?;
        stream.set_nodelay(true)?;
        Ok(Connection { host: self.address.clone(), reader: BufReader::new(stream) })
    }

    /// Sends a request (method, path, body) for each item, several at once, and gives the answers in the order of the items.
    pub fn send_all<T: Sync>(
        &self,
        items: &[T],
        request: impl Fn(&T) -> (&'static str, &str, &Value) + Sync,
    ) -> Result<Vec<Answer>, Failed> {
        let next = AtomicUsize::new(0);
        let answers: Mutex<Vec<Option<Answer>>> = Mutex::new(items.iter().map(|_| None).collect());
        let work = || -> Result<(), Failed> {
            let mut connection = self.connect()?;
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(item) = items.get(at) else { return Ok(()) };
                let (method, path, body) = request(item);
                let answer = connection.send(method, path, body)?;
                answers.lock().expect("no thread panics")[at] = Some(answer);
            }
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
            threads.into_iter().try_for_each(|thread| thread.join().expect("no thread panics"))
        })?;
        Ok(answers.into_inner().expect("no thread panics").into_iter().map(|it| it.expect("an answer")).collect())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A connection for one request after the other.
pub struct Connection {
    host: String,
    reader: BufReader<TcpStream>,
}

/// What the API server answers.
#[derive(Debug)]
pub struct Answer {
    pub code: u16,
    pub warnings: Vec<String>,
    pub body: Value,
}

impl Answer {
    pub fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }
}

impl Connection {
    pub fn send(&mut self, method: &str, path: &str, body: &Value) -> Result<Answer, Failed> {
        let body = body.to_string();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nAccept: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        self.reader.get_mut().write_all(request.as_bytes())?;
        let status = self.line()?;
        let code = status.split(' ').nth(1).and_then(|code| code.parse().ok());
        let code = code.ok_or_else(|| format!("not an answer: {status}"))?;
        let (mut length, mut is_chunked, mut warnings) = (0, false, Vec::new());
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(": ") else { break };
            match &*name.to_ascii_lowercase() {
                "content-length" => length = value.parse()?,
                "transfer-encoding" => is_chunked = value == "chunked",
                "warning" => warnings.push(warning(value)),
                _ => {}
            }
        }
        let body = if is_chunked { self.chunks()? } else { self.bytes(length)? };
        Ok(Answer { code, warnings, body: serde_json::from_slice(&body)? })
    }

    fn line(&mut self) -> Result<String, Failed> {
        let mut line = Vec::new();
        self.reader.read_until(b'\n', &mut line)?;
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    }

    fn bytes(&mut self, length: usize) -> Result<Vec<u8>, Failed> {
        let mut bytes = vec![0; length];
        self.reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn chunks(&mut self) -> Result<Vec<u8>, Failed> {
        let mut all = Vec::new();
        loop {
            let length = usize::from_str_radix(&self.line()?, 16)?;
            all.extend(self.bytes(length)?);
            self.line()?;
            if length == 0 {
                return Ok(all);
            }
        }
    }
}

/// The text of a `Warning` header: `299 - "text"`.
fn warning(value: &str) -> String {
    let quoted = value.split_once('"').map_or("", |(_, rest)| rest);
    let mut text = String::new();
    let mut chars = quoted.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => text.extend(chars.next()),
            '"' => break,
            _ => text.push(char),
        }
    }
    text
}
