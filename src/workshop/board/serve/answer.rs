//! What is answered.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::diagnostic::text::escaped;

/// An answer: a status, some headers, a body.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Arc<str>,
}

impl Answer {
    pub(super) fn new(status: u16, content: &'static str, body: impl Into<Arc<str>>) -> Self {
        let body = body.into();
        // what could be wrong about a page is wrong about an error, too
        let headers = [
            ("Content-Type", content.to_owned()),
            ("Cache-Control", "no-store".to_owned()),
            ("X-Content-Type-Options", "nosniff".to_owned()),
            // with `no-referrer`, browsers would not say where a form comes from
            ("Referrer-Policy", "same-origin".to_owned()),
            ("X-Frame-Options", "DENY".to_owned()),
            ("Cross-Origin-Resource-Policy", "same-origin".to_owned()),
            ("Cross-Origin-Opener-Policy", "same-origin".to_owned()),
        ];
        Self { status, headers: headers.into(), body }
    }

    /// A line of text.
    pub(super) fn text(status: u16, text: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", format!("{text}\n")).policy("default-src 'none'")
    }

    /// A small page with some sentences and a way back.
    pub(super) fn said(status: u16, sentences: &[&str]) -> Self {
        let said: String = sentences.iter().fold(String::new(), |said, text| said + "<p>" + &escaped(text) + "</p>");
        let page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Workshop</title></head>\n\
             <body><main><h1>Workshop</h1>{said}<p><a href=\"/instructor\">Back to the board</a></p></main></body></html>\n"
        );
        Self::new(status, "text/html; charset=utf-8", page)
            .policy("default-src 'none'; base-uri 'none'; frame-ancestors 'none'")
    }

    /// Where to go on.
    pub(super) fn see(path: &str) -> Self {
        Self::text(303, "go on").with("Location", path)
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn policy(self, policy: impl Into<String>) -> Self {
        self.with("Content-Security-Policy", policy)
    }

    /// The same without a body: what is asked for is as it was.
    pub(super) fn unchanged(tag: &str) -> Self {
        Self::new(304, "text/plain", "").with("ETag", tag)
    }

    pub(super) fn head(&self) -> String {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            // writing to a string cannot fail
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if self.status != 304 {
            let _ = write!(head, "Content-Length: {}\r\n", self.body.len());
        }
        head + "Connection: close\r\n\r\n"
    }

    pub(super) fn body(&self) -> &[u8] {
        self.body.as_bytes()
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        303 => "See Other",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        421 => "Misdirected Request",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        _ => "Error",
    }
}
