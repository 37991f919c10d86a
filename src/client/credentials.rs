//! Credentials.

/// Whether a token can stand in a header: kube panics at another one.
pub(super) fn fits_header(token: &str) -> bool {
    token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What proves who one is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
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
