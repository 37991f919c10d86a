//! A client and a server that speak TLS with each other here, without a network.

use std::io;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};

/// More than any handshake needs.
const FLIGHTS: usize = 8;

/// Why they do not understand each other.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// There is no authority to trust.
    Trust,
    /// The server cannot begin, or the client does not go on.
    Refused(String),
}

/// A client that trusts an authority, given in base64, asks a server with this certificate and key for a host.
pub(super) fn with(chain: &[u8], key: &[u8], trust: &str, host: &str) -> Result<(), Problem> {
    let client = client(trust, host)?;
    let server = server(chain, key).map_err(Problem::Refused)?;
    speak(client, server).map_err(Problem::Refused)
}

fn client(trust: &str, host: &str) -> Result<ClientConnection, Problem> {
    let pem = STANDARD.decode(trust.trim()).map_err(|_| Problem::Trust)?;
    let mut roots = RootCertStore::empty();
    for root in CertificateDer::pem_slice_iter(&pem) {
        roots.add(root.map_err(|_| Problem::Trust)?).map_err(|_| Problem::Trust)?;
    }
    if roots.is_empty() {
        return Err(Problem::Trust);
    }
    let refused = |error: &dyn std::error::Error| Problem::Refused(error.to_string());
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| refused(&error))?;
    let config = builder.with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|error| refused(&error))?;
    ClientConnection::new(Arc::new(config), name).map_err(|error| refused(&error))
}

fn server(chain: &[u8], key: &[u8]) -> Result<ServerConnection, String> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
    let chain = chain.map_err(|_| "its certificate cannot be read".to_owned())?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| "its key cannot be read".to_owned())?;
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    let config = builder.with_no_client_auth().with_single_cert(chain, key).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => "its key is not that of its certificate".to_owned(),
        other => other.to_string(),
    })?;
    ServerConnection::new(Arc::new(config)).map_err(|error| error.to_string())
}

/// Passes on what each says until the handshake is over. What the client thinks of the server counts.
fn speak(mut client: ClientConnection, mut server: ServerConnection) -> Result<(), String> {
    let lost = |error: io::Error| error.to_string();
    for _ in 0..FLIGHTS {
        let mut sent = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut sent).map_err(lost)?;
        }
        take(&sent, |input| server.read_tls(input)).map_err(lost)?;
        server.process_new_packets().map_err(|error| error.to_string())?;
        if !client.is_handshaking() && !server.is_handshaking() {
            return Ok(());
        }
        let mut sent = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut sent).map_err(lost)?;
        }
        take(&sent, |input| client.read_tls(input)).map_err(lost)?;
        client.process_new_packets().map_err(|error| reason(&error))?;
    }
    Err("the handshake does not end".to_owned())
}

fn take(mut sent: &[u8], mut read: impl FnMut(&mut dyn io::Read) -> io::Result<usize>) -> io::Result<()> {
    while !sent.is_empty() {
        read(&mut sent)?;
    }
    Ok(())
}

/// What the client says, in the words of who made the certificate.
fn reason(error: &rustls::Error) -> String {
    use rustls::CertificateError as Cert;
    let rustls::Error::InvalidCertificate(problem) = error else { return error.to_string() };
    match problem {
        Cert::UnknownIssuer => "no authority that it trusts has signed it".to_owned(),
        Cert::Expired | Cert::ExpiredContext { .. } => "it has expired".to_owned(),
        Cert::NotValidYet | Cert::NotValidYetContext { .. } => "it is not valid yet".to_owned(),
        Cert::NotValidForName | Cert::NotValidForNameContext { .. } => {
            "the name is not among those of its subjectAltName".to_owned()
        }
        Cert::InvalidPurpose | Cert::InvalidPurposeContext { .. } => "it is not for servers".to_owned(),
        Cert::BadSignature => "its signature is not that of the authority".to_owned(),
        // an authority's certificate has no word of its own here
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            "it is one of an authority (CA:TRUE): who has its key can sign for every name".to_owned()
        }
        other => other.to_string(),
    }
}
