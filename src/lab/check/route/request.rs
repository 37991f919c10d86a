//! Requests, where they go, and what the two APIs have in common.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::client::kinds::Resource;
use crate::k8s::object::Kind;
use crate::lab::check::objects::{self, text};
use crate::lab::check_context::CheckContext;
use crate::lab::verdict::CheckResult;

/// What somebody outside asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'s> {
    pub(super) is_tls: bool,
    pub(super) host: &'s str,
    pub(super) path: &'s str,
}

impl fmt::Display for Request<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "http{}://{}{}", if self.is_tls { "s" } else { "" }, self.host, self.path)
    }
}

/// Where a rule sends a request.
#[derive(Debug, Clone)]
pub(super) struct Hop {
    /// The object whose rule it is, as people call it.
    pub(super) by: String,
    pub(super) goes: Goes,
}

/// Where a request goes.
#[derive(Debug, Clone)]
pub(super) enum Goes {
    To(Backend),
    /// The edge itself answers that the client shall ask for something else.
    Elsewhere,
    /// The edge answers with an error, for this reason.
    Nowhere(String),
}

/// A port of a Service, and the path that it is asked for.
#[derive(Debug, Clone)]
pub(super) struct Backend {
    pub(super) namespace: String,
    pub(super) service: String,
    /// The number or the name.
    pub(super) port: String,
    pub(super) path: String,
}

impl fmt::Display for Backend {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the Service {}:{}", self.service, self.port)
    }
}

/// A Secret with a certificate and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Keys {
    pub(super) namespace: String,
    pub(super) name: String,
    /// Why the edge may not use it.
    pub(super) refused: Option<String>,
}

impl fmt::Display for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the Secret {}", self.name)
    }
}

impl Keys {
    /// Its certificates and its key, in PEM.
    pub(super) fn load(&self, context: &CheckContext<'_>) -> Result<(Vec<u8>, Vec<u8>), CheckResult> {
        if let Some(refused) = &self.refused {
            return Err(CheckResult::fail(format!("the edge may not use {self}: {refused}")));
        }
        let kind = Resource::of(Kind::Secret).ok_or_else(|| CheckResult::error("the cluster has no Secrets"))?;
        let found = objects::object(context, &kind, Some(&self.namespace), &self.name)?;
        let found = found
            .ok_or_else(|| CheckResult::nothing(format!("there is no Secret {} in {}", self.name, self.namespace)))?;
        let part = |key: &str| {
            let value = STANDARD.decode(text(&found, &format!("/data/{key}"))).unwrap_or_default();
            if value.is_empty() { Err(CheckResult::nothing(format!("{self} has no {key}"))) } else { Ok(value) }
        };
        Ok((part("tls.crt")?, part("tls.key")?))
    }
}

/// How exactly a host is named by a text such as `a.b`, `*.b` or nothing; none if it is not. More is more exact.
pub(super) fn host_rank(pattern: &str, host: &str, labels: Labels) -> Option<usize> {
    let host = host.to_ascii_lowercase();
    if pattern.is_empty() {
        return Some(0);
    }
    let Some(rest) = pattern.strip_prefix('*') else {
        return (pattern.eq_ignore_ascii_case(&host)).then_some(usize::MAX);
    };
    let first = host.strip_suffix(&rest.to_ascii_lowercase())?;
    let fits = !first.is_empty() && (labels == Labels::Any || !first.contains('.'));
    fits.then_some(pattern.len())
}

/// For how many labels of a name `*` may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Labels {
    One,
    Any,
}

/// What is left of a path behind a prefix that ends where a part of it ends; none if it has another beginning.
pub(super) fn rest_of<'p>(path: &'p str, prefix: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(prefix.trim_end_matches('/'))?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

/// A path as a server takes it: `..`, `//` and what is encoded resolved, without a query.
pub(super) fn resolved(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = decoded(path);
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let is_folder = parts.is_empty() || ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    let end = if is_folder && !parts.is_empty() { "/" } else { "" };
    format!("/{}{end}", parts.join("/"))
}

/// A text with what stands in it as `%61`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|digits| *first == b'%' && digits.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(byte);
            rest = behind.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = behind;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// All that fit best.
pub(super) fn best<R: Ord + Copy, T>(found: Vec<(R, T)>) -> Vec<T> {
    let best = found.iter().map(|(rank, _)| *rank).max();
    found.into_iter().filter(|(rank, _)| Some(*rank) == best).map(|(_, hop)| hop).collect()
}

#[cfg(test)]
mod tests {
    use super::resolved;

    #[test]
    fn a_path_is_what_a_server_makes_of_it() {
        for (path, wanted) in [
            ("/", "/"),
            ("", "/"),
            ("a", "/a"),
            ("/a/", "/a/"),
            ("/a//b", "/a/b"),
            ("/tickets/../admin/", "/admin/"),
            ("/../../admin", "/admin"),
            ("/a/..", "/"),
            ("/a/b/.", "/a/b/"),
            ("/%61dmin/%2e%2e/x?y#z", "/x"),
            ("/100%", "/100%"),
            ("/%+1", "/%+1"),
        ] {
            assert_eq!(resolved(path), wanted, "{path}");
        }
    }
}
