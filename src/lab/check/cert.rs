//! Certificates.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::pem::parse_x509_pem;
use x509_parser::x509::X509Name;

use super::cel::Expression;
use super::folder;
use super::objects::{self, text};
use crate::client::kubeconfig::Credentials;
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::{Cert, CertFrom};
use crate::lab::hex::hex;
use crate::lab::verdict::{CheckResult, Verdict};

/// Looks once.
pub(super) fn evaluate(spec: &Cert, context: &CheckContext<'_>) -> CheckResult {
    attempt(spec, context).unwrap_or_else(|result| result)
}

fn attempt(spec: &Cert, context: &CheckContext<'_>) -> Result<CheckResult, CheckResult> {
    let expression = spec.cel.as_ref().map(|cel| Expression::new(cel)).transpose()?;
    let (file, pem) = match &spec.from {
        CertFrom::Kubeconfig(file) => (file, of_kubeconfig(file, context)?),
        CertFrom::File(file) => (file, folder::read(file, context)?.into_bytes()),
    };
    let broken = || CheckResult::nothing(format!("{file} in your folder has no certificate that can be read"));
    let der = der(&pem).ok_or_else(broken)?;
    let (_, certificate) = x509_parser::parse_x509_certificate(&der).map_err(|_| broken())?;
    let cert = describe(&certificate);
    let mut seen = format!("it is of {}", call(&cert));
    if let Some(expression) = expression {
        let result = expression.result(&[("cert", &cert)]);
        if result.verdict != Verdict::Pass {
            return Ok(result);
        }
    }
    if spec.issued_by_csr {
        let Some(name) = request_of(&der, context)? else {
            let reason = "no CertificateSigningRequest of the cluster has given it, or it is an hour old and forgotten";
            return Ok(CheckResult::fail(format!("{seen}; {reason}")));
        };
        seen = format!("{seen}; the CertificateSigningRequest {name} has given it");
    }
    Ok(CheckResult::pass(seen))
}

fn of_kubeconfig(file: &str, context: &CheckContext<'_>) -> Result<Vec<u8>, CheckResult> {
    match folder::kubeconfig(file, context)? {
        Credentials::Certificate { certificate, .. } => STANDARD
            .decode(certificate)
            .map_err(|_| CheckResult::nothing(format!("the certificate of {file} in your folder is not in base64"))),
        Credentials::None | Credentials::Token(_) => {
            Err(CheckResult::nothing(format!("{file} in your folder has no client certificate")))
        }
    }
}

/// The first certificate of a text; those after it are of who has signed it.
fn der(pem: &[u8]) -> Option<Vec<u8>> {
    let (_, pem) = parse_x509_pem(pem).ok()?;
    (pem.label == "CERTIFICATE").then_some(pem.contents)
}

/// What expressions see of the first certificate of a text; none if it has none.
pub(super) fn first(pem: &[u8]) -> Option<Value> {
    let der = der(pem)?;
    let (_, certificate) = x509_parser::parse_x509_certificate(&der).ok()?;
    Some(describe(&certificate))
}

/// What expressions see.
fn describe(certificate: &X509Certificate<'_>) -> Value {
    let subject = certificate.subject();
    let organizations: Vec<&str> = subject.iter_organization().filter_map(|name| name.as_str().ok()).collect();
    let (from, to) = (certificate.validity().not_before.timestamp(), certificate.validity().not_after.timestamp());
    let usage = certificate.extended_key_usage().ok().flatten();
    let client_auth = usage.as_ref().is_some_and(|usage| usage.value.client_auth || usage.value.any);
    let server_auth = usage.is_some_and(|usage| usage.value.server_auth || usage.value.any);
    let not_after = jiff::Timestamp::from_second(to).map(|time| time.to_string()).unwrap_or_default();
    json!({
        "cn": common_name(subject),
        "o": organizations,
        "names": names(certificate),
        "issuer": common_name(certificate.issuer()),
        "seconds": to.saturating_sub(from),
        "client_auth": client_auth,
        "server_auth": server_auth,
        "key": hex(&Sha256::digest(certificate.public_key().raw)),
        "not_after": not_after,
    })
}

/// The names and addresses for which a server may use it.
fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let names = certificate.subject_alternative_name().ok().flatten();
    let names = names.map(|names| names.value.general_names.as_slice()).unwrap_or_default();
    let written = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => (*name).to_owned(),
        other => other.to_string(),
    };
    names.iter().map(written).collect()
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
fn request_of(wanted: &[u8], context: &CheckContext<'_>) -> Result<Option<String>, CheckResult> {
    let kind = objects::kind(context, None, "CertificateSigningRequest")?;
    let requests = objects::list(context, &kind, None, None)?;
    let found = requests.iter().find(|request| {
        let given = STANDARD.decode(text(request, "/status/certificate")).unwrap_or_default();
        der(&given).is_some_and(|der| der == wanted)
    });
    Ok(found.map(|request| text(request, "/metadata/name").to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{STANDARD, json};
    use crate::lab::check::recorded::{Fixture, Recorded};
    use crate::lab::verdict::{CheckResult, Verdict};
    use base64::Engine as _;

    /// Of alice, in dev and ops, for a day, for clients; by an authority called kubernetes.
    const ALICE: &str = "\
-----BEGIN CERTIFICATE-----
MIIBmjCCAUCgAwIBAgIUBqyLlBSX/W/XNabMQ/GOranm5r4wCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKa3ViZXJuZXRlczAeFw0yNjExMjQxMzMxMDJaFw0yNjExMjUx
MzMxMDJaMCwxDDAKBgNVBAoMA2RldjEMMAoGA1UECgwDb3BzMQ4wDAYDVQQDDAVh
bGljZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOcQq0+3VmywhjF/Xpp0Tr8b
AP/VtF/+xjF0TMOZWEIP2XN2WWPJAZ8Dm+J9j1YcIauN6NqyobjZmC1rdfVhwPWj
VzBVMBMGA1UdJQQMMAoGCCsGAQUFBwMCMB0GA1UdDgQWBBQk6zrZt8U302pAz1Pq
JX6bqzeAUzAfBgNVHSMEGDAWgBQGYZxW6OUItRBCSEySx1g+NMjWQzAKBggqhkjO
PQQDAgNIADBFAiEArbSI9ZoPTFLAIebZjwFsQAdktzst6r9IcQnUkeluDnQCIDq8
GGQ/TGd1In+cUm7aTDj3sgdZFtNuB9BdM2fSkyb+
-----END CERTIFICATE-----
";
    const REQUESTS: &str = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
    const SEEN: &str = "it is of alice in dev, ops, good until 2026-11-25T13:31:02Z";

    fn evaluate(api: &Recorded, text: &str, check: &str) -> CheckResult {
        let fixture = Fixture::new();
        fixture.put("alice.crt", text);
        fixture.evaluate(api, check)
    }

    #[test]
    fn expressions_see_who_it_is_of_and_how_long_it_is_good() {
        let check = "cert: {file: alice.crt, cel: \"cert.cn == 'alice' && cert.o == ['dev', 'ops'] && \
                     cert.issuer == 'kubernetes' && cert.seconds == 86400 && cert.client_auth\"}";
        assert_eq!(evaluate(&Recorded::new(), ALICE, check), CheckResult::pass(SEEN));
        let check = "cert: {file: alice.crt, cel: \"cert.seconds <= 3600\"}";
        assert_eq!(evaluate(&Recorded::new(), ALICE, check).verdict, Verdict::Fail);
    }

    #[test]
    fn the_cluster_has_given_it_or_somebody_else() {
        let check = "cert: {file: alice.crt, issued_by_csr: true}";
        let request = |certificate: &str| {
            let status = json!({"certificate": STANDARD.encode(certificate)});
            json!({"metadata": {"name": "alice"}, "status": status})
        };
        let given = Recorded::new().list(REQUESTS, &[json!({"metadata": {"name": "new"}}), request(ALICE)]);
        let observed = format!("{SEEN}; the CertificateSigningRequest alice has given it");
        assert_eq!(evaluate(&given, ALICE, check), CheckResult::pass(observed));
        let reason = "no CertificateSigningRequest of the cluster has given it, or it is an hour old and forgotten";
        for others in [Recorded::new().list(REQUESTS, &[]), Recorded::new().list(REQUESTS, &[request("no PEM")])] {
            assert_eq!(evaluate(&others, ALICE, check), CheckResult::fail(format!("{SEEN}; {reason}")));
        }
        assert_eq!(evaluate(&Recorded::down(), ALICE, check).verdict, Verdict::Error);
    }

    #[test]
    fn a_kubeconfig_has_it() {
        let fixture = Fixture::new();
        let certificate = STANDARD.encode(ALICE);
        let kubeconfig = |user: &str| {
            format!(
                "{{current-context: a, contexts: [{{name: a, context: {{cluster: a, user: a}}}}], \
                 clusters: [{{name: a, cluster: {{server: 'https://127.0.0.1:6443'}}}}], users: [{{name: a, user: {user}}}]}}"
            )
        };
        let check = "cert: {kubeconfig: alice.kubeconfig, cel: \"cert.cn == 'alice'\"}";
        let of = |user: &str| {
            fixture.put("alice.kubeconfig", &kubeconfig(user));
            fixture.evaluate(&Recorded::new(), check)
        };
        let user = format!("{{client-certificate-data: {certificate}, client-key-data: a2V5}}");
        assert_eq!(of(&user), CheckResult::pass(SEEN));
        let observed = "alice.kubeconfig in your folder has no client certificate";
        assert_eq!(of("{token: eyJ}"), CheckResult::nothing(observed));
    }

    #[test]
    fn what_is_missing_or_broken_is_the_learners_to_mend() {
        let check = "cert: {file: alice.crt}";
        let broken = CheckResult::nothing("alice.crt in your folder has no certificate that can be read");
        assert_eq!(evaluate(&Recorded::new(), "hello", check), broken);
        assert_eq!(evaluate(&Recorded::new(), &ALICE.replace("CERTIFICATE", "EC PRIVATE KEY"), check), broken);
        let missing = Fixture::new().evaluate(&Recorded::new(), check);
        assert_eq!(missing, CheckResult::nothing("there is no alice.crt in your folder"));
    }
}
