//! Client certificates.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use x509_parser::certificate::X509Certificate;
use x509_parser::pem::parse_x509_pem;
use x509_parser::x509::X509Name;

use super::cel::Expression;
use super::identity::{self, credentials};
use super::objects::{self, text};
use crate::cluster::client::kubeconfig::{Access, Credentials};
use crate::lab::course::probe::Cert;
use crate::lab::scene::Scene;
use crate::lab::verdict::{Judged, Verdict};

/// Looks once.
pub(super) fn judge(spec: &Cert, scene: &Scene<'_>) -> Judged {
    attempt(spec, scene).unwrap_or_else(|judged| judged)
}

fn attempt(spec: &Cert, scene: &Scene<'_>) -> Result<Judged, Judged> {
    let expression = spec.cel.as_ref().map(|cel| Expression::new(cel)).transpose()?;
    let (file, pem) = match (&spec.kubeconfig, &spec.file) {
        (Some(file), None) => (file, of_kubeconfig(file, scene)?),
        (None, Some(file)) => (file, identity::read(file, scene)?.into_bytes()),
        _ => return Err(Judged::error("a certificate is in exactly one of kubeconfig, file")),
    };
    let broken = || Judged::nothing(format!("{file} in your folder has no certificate that can be read"));
    let der = der(&pem).ok_or_else(broken)?;
    let (_, certificate) = x509_parser::parse_x509_certificate(&der).map_err(|_| broken())?;
    let cert = describe(&certificate);
    let mut seen = format!("it is of {}", call(&cert));
    if let Some(expression) = expression {
        let judged = expression.judge(&[("cert", &cert)]);
        if judged.verdict != Verdict::Pass {
            return Ok(judged);
        }
    }
    if spec.issued_by_csr {
        let Some(name) = request_of(&der, scene)? else {
            let reason = "no CertificateSigningRequest of the cluster has given it, or it is an hour old and forgotten";
            return Ok(Judged::fail(format!("{seen}; {reason}")));
        };
        seen = format!("{seen}; the CertificateSigningRequest {name} has given it");
    }
    Ok(Judged::pass(seen))
}

fn of_kubeconfig(file: &str, scene: &Scene<'_>) -> Result<Vec<u8>, Judged> {
    identity::read(file, scene)?;
    match Access::open(&scene.folder.join(file), None).map_err(credentials)?.credentials {
        Credentials::Certificate { certificate, .. } => STANDARD
            .decode(certificate)
            .map_err(|_| Judged::nothing(format!("the certificate of {file} in your folder is not in base64"))),
        Credentials::None | Credentials::Token(_) => {
            Err(Judged::nothing(format!("{file} in your folder has no client certificate")))
        }
    }
}

/// The first certificate of a text; those after it are of who has signed it.
fn der(pem: &[u8]) -> Option<Vec<u8>> {
    let (_, pem) = parse_x509_pem(pem).ok()?;
    (pem.label == "CERTIFICATE").then_some(pem.contents)
}

/// What expressions see.
fn describe(certificate: &X509Certificate<'_>) -> Value {
    let subject = certificate.subject();
    let organizations: Vec<&str> = subject.iter_organization().filter_map(|name| name.as_str().ok()).collect();
    let (from, to) = (certificate.validity().not_before.timestamp(), certificate.validity().not_after.timestamp());
    let usage = certificate.extended_key_usage().ok().flatten();
    let client_auth = usage.is_some_and(|usage| usage.value.client_auth || usage.value.any);
    let not_after = jiff::Timestamp::from_second(to).map(|time| time.to_string()).unwrap_or_default();
    json!({
        "cn": common_name(subject),
        "o": organizations,
        "issuer": common_name(certificate.issuer()),
        "seconds": to.saturating_sub(from),
        "client_auth": client_auth,
        "not_after": not_after,
    })
}

fn common_name<'n>(name: &'n X509Name<'_>) -> &'n str {
    name.iter_common_name().find_map(|name| name.as_str().ok()).unwrap_or_default()
}

fn call(cert: &Value) -> String {
    let organizations: Vec<&str> = objects::items(cert, "/o").iter().filter_map(Value::as_str).collect();
    let of = if organizations.is_empty() { String::new() } else { format!(" in {}", organizations.join(", ")) };
    format!("{}{of}, good until {}", text(cert, "/cn"), text(cert, "/not_after"))
}

/// The request that has given a certificate.
fn request_of(wanted: &[u8], scene: &Scene<'_>) -> Result<Option<String>, Judged> {
    let kind = objects::kind(scene, None, "CertificateSigningRequest")?;
    let requests = objects::list(scene, &kind, None, None)?;
    let found = requests.iter().find(|request| {
        let given = STANDARD.decode(text(request, "/status/certificate")).unwrap_or_default();
        der(&given).is_some_and(|der| der == wanted)
    });
    Ok(found.map(|request| text(request, "/metadata/name").to_owned()))
}
