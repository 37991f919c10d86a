//! Credentials.

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
