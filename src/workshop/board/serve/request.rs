//! Reading a request: at most so much of it, and only what the board understands.

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use super::answer::Answer;

/// The largest head, and the largest body.
const HEAD: usize = 8 << 10;
const BODY: usize = 4 << 10;
/// The most headers.
const HEADERS: usize = 64;

/// A request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    /// By name in lower case.
    headers: Vec<(String, String)>,
    pub(super) form: Vec<(String, String)>,
}

impl Request {
    /// The value of a header; none if it is there twice, as then nobody knows which counts.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        found.next().filter(|_| found.next().is_none())
    }

    /// A field of the form.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        value(&self.form, name)
    }

    /// A value of the query.
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        value(&self.query, name)
    }

    /// The value of a cookie.
    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        let cookies = self.header("cookie")?.split(';');
        cookies.filter_map(|cookie| cookie.trim().split_once('=')).find(|(known, _)| *known == name).map(|(_, it)| it)
    }
}

fn value<'f>(fields: &'f [(String, String)], name: &str) -> Option<&'f str> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// Reads a request, or says what is wrong with it.
pub(super) async fn read(stream: &mut TcpStream) -> Result<Request, Answer> {
    let mut bytes = Vec::with_capacity(1024);
    loop {
        if let Some((mut request, length)) = head(&bytes)? {
            let expected = request.header("content-length").map_or(Ok(0), str::parse::<usize>);
            let expected = expected.map_err(|_| Answer::text(400, "the length of the body is no number"))?;
            if request.header("transfer-encoding").is_some() {
                return Err(Answer::text(411, "the body needs a length"));
            }
            if expected > BODY {
                return Err(Answer::text(413, "the body is too large"));
            }
            while bytes.len() < length + expected {
                more(stream, &mut bytes).await?;
            }
            let body = bytes.get(length..length + expected).unwrap_or_default();
            request.form = fields(&String::from_utf8_lossy(body));
            return Ok(request);
        }
        if bytes.len() >= HEAD {
            return Err(Answer::text(431, "the head of the request is too large"));
        }
        more(stream, &mut bytes).await?;
    }
}

async fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Result<(), Answer> {
    let mut part = [0; 2048];
    let count = stream.read(&mut part).await.unwrap_or_default();
    if count == 0 {
        return Err(Answer::text(400, "the request ended early"));
    }
    bytes.extend_from_slice(part.get(..count).unwrap_or_default());
    Ok(())
}

/// The head, if all of it is there, and how long it is.
fn head(bytes: &[u8]) -> Result<Option<(Request, usize)>, Answer> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Answer::text(431, "there are too many headers")),
        Err(_) => return Err(Answer::text(400, "this is no request")),
    };
    let target = parsed.path.unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers = parsed.headers.iter();
    let request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        path: path.to_owned(),
        query: fields(query),
        headers: headers
            .map(|header| (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).trim().to_owned()))
            .collect(),
        form: Vec::new(),
    };
    Ok(Some((request, length)))
}

/// The fields of a form or a query.
fn fields(text: &str) -> Vec<(String, String)> {
    let fields = text.split('&').filter(|field| !field.is_empty());
    fields.map(|field| field.split_once('=').unwrap_or((field, ""))).map(|(a, b)| (decoded(a), decoded(b))).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let mut ahead = rest.clone();
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                match (digit(ahead.next()), digit(ahead.next())) {
                    (Some(high), Some(low)) => {
                        bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                        rest = ahead;
                    }
                    _ => bytes.push(b'%'),
                }
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
