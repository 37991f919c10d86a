//! A control plane: what its platform can do, what its profile asks for, and what is excepted from that.

use std::fmt::Write as _;

use jiff::civil::Date;

use crate::decode::{Decoder, Located};
use crate::diagnostic::{Diagnostic, Text};
use crate::spec::ApiServer;
use crate::spec::api_server::{
    AuditLevel, AuthorizationForm, EncryptionProvider, Form, KubeletCertificates, PodLevel, Profile,
};
use crate::spec::relaxation::Relaxation;
use crate::yaml::Span;

/// The least that CIS 1.2.17 to 1.2.19 and the STIG ask of an audit log: days, files, megabytes.
const LEAST_AUDIT: [i64; 3] = [30, 10, 100];

/// Where the profiles contradict each other: the subject, what CIS says, what the STIG says.
pub const CONFLICTS: [(&str, &str, &str); 4] = [
    (
        "audit policy",
        "CIS 3.2.2: Secrets, ConfigMaps and TokenReviews as metadata only",
        "V-242403: one rule, RequestResponse for everything, the content of Secrets included",
    ),
    ("ciphers", "CIS 1.2.29: six suites, ChaCha20 among them", "V-242418: the four suites with AES-GCM"),
    (
        "protectKernelDefaults",
        "CIS dropped it with 1.7",
        "V-242434: true, so that a kubelet does not start where the kernel is set up otherwise",
    ),
    (
        "staticPodPath",
        "CIS says nothing",
        "V-242397: no folder for static pods, which a control plane made of static pods cannot do without",
    ),
];

pub(super) fn check(server: &ApiServer, today: Date, decoder: &mut Decoder<'_>) {
    platform(server, decoder);
    super::site::check(server, decoder);
    super::flags::check(server, decoder);
    encryption(server, decoder);
    profile(server, decoder);
    for issuer in &server.oidc {
        if issuer.audiences.is_empty() {
            decoder.report(
                Diagnostic::error(issuer.audiences.span, "there is no audience")
                    .label("without one, tokens that the issuer made for others would be taken"),
            );
        }
    }
    let urls = server.oidc.iter().map(|issuer| (issuer.url.to_string(), issuer.url.span));
    super::app::twice(urls, "the issuer", decoder);
    exceptions(server, today, decoder);
}

/// What the platform decides itself.
fn platform(server: &ApiServer, decoder: &mut Decoder<'_>) {
    let form = server.form();
    let mut refuse = |given: bool, span: Span, message: String, label: &str| {
        if given {
            let problem = Diagnostic::error(span, message).label(label.to_owned());
            decoder.report(problem.related(server.target.platform.span, "the platform"));
        }
    };
    let word = form.as_str();
    let authorization = &server.authorization;
    refuse(
        authorization.value == AuthorizationForm::File && form.keeps_authorization(),
        authorization.span,
        format!("{word} names the authorizers itself"),
        "take this out: they are Node and RBAC",
    );
    if form.refuses_anonymous() {
        let paths = server.anonymous.paths.iter().map(|path| path.span);
        let join = server.anonymous.join_by_token.as_ref().filter(|join| join.value).map(|join| join.span);
        for span in paths.chain(join) {
            refuse(true, span, format!("{word} answers no anonymous requests"), "take this out");
        }
    }
    if let Some(certificates) = &server.kubelet.certificates {
        let label = "take this out: its kubelets have certificates of the cluster";
        let message = format!("{word} signs the certificates of its kubelets itself");
        refuse(form.signs_kubelets(), certificates.span, message, label);
    }
    if let Some(place) = server.nodes.place() {
        refuse(form != Form::Kind, place, "only kind makes the nodes".to_owned(), "take this out");
    }
    let network = &server.network;
    if let Some(endpoint) = &network.endpoint {
        let message = "only kubeadm is told the name of the control plane".to_owned();
        refuse(form != Form::Kubeadm, endpoint.span, message, "take this out");
    }
    for block in network.services.iter().chain(&network.pods) {
        let message = "the addresses of Talos are in its KubeNetworkConfig".to_owned();
        refuse(form == Form::Talos, block.span, message, "take this out");
    }
    for endpoint in server.etcd.endpoints.iter().filter(|_| form.runs_own_etcd()) {
        refuse(true, endpoint.span, format!("{word} runs etcd itself"), "take this out");
    }
    if let Some(path) = &server.audit.path {
        let message = "Talos decides where the audit log lies".to_owned();
        refuse(form == Form::Talos, path.span, message, "take this out: it is /var/log/audit/kube");
        if path.matches('/').count() < 3 {
            decoder.report(
                Diagnostic::error(path.span, "the audit log lies in a folder of the system")
                    .label("expected a folder of its own: it is mounted, and closed to everybody else"),
            );
        }
    }
    if form == Form::StaticPod && server.target.kubernetes.patch.is_none() {
        let version = server.target.kubernetes.version;
        decoder.report(
            Diagnostic::warning(
                server.target.kubernetes.span,
                format!("the manifests will name the image of {version}.0"),
            )
            .label(format!("write the patch release, such as \"{version}.3\"")),
        );
    }
}

fn encryption(server: &ApiServer, decoder: &mut Decoder<'_>) {
    let (provider, kms) = (&server.encryption.provider, &server.encryption.kms);
    match (provider.value, kms) {
        (EncryptionProvider::Kms, None) => decoder.report(
            Diagnostic::error(provider.span, "there is no key service")
                .label("the provider kms needs it")
                .help("kms: {endpoint: \"unix:///run/kms/kms.sock\", name: vault}"),
        ),
        (EncryptionProvider::Secretbox | EncryptionProvider::File | EncryptionProvider::None, Some(kms)) => decoder
            .report(
                Diagnostic::error(kms.span, "nothing uses this key service")
                    .label(format!("the provider is {}", provider.value.as_str())),
            ),
        _ => {}
    }
    match (provider.value, &server.encryption.file) {
        (EncryptionProvider::File, None) => decoder.report(
            Diagnostic::error(provider.span, "there is no file")
                .label("the provider file needs it")
                .help("file: /etc/kubernetes/enc/encryption.yaml"),
        ),
        (EncryptionProvider::File, Some(file)) if server.form().keeps_own_key() => decoder.report(
            Diagnostic::error(file.span, format!("{} makes and keeps the file itself", server.form().as_str()))
                .label("take this out"),
        ),
        (EncryptionProvider::File, Some(_)) | (_, None) => {}
        (_, Some(file)) => decoder.report(
            Diagnostic::error(file.span, "nothing uses this file")
                .label(format!("the provider is {}", provider.value.as_str())),
        ),
    }
    // Talos mounts nothing but its own folders into the API server
    if server.form() == Form::Talos && provider.value == EncryptionProvider::Kms {
        decoder.report(
            Diagnostic::error(provider.span, "Talos 1.14 mounts no socket into the API server")
                .label("expected secretbox, with the key that Talos makes")
                .related(server.target.platform.span, "the platform"),
        );
    }
}

/// Says where a profile goes against another: whoever takes it should know.
fn profile(server: &ApiServer, decoder: &mut Decoder<'_>) {
    if server.profile.value != Profile::Stig {
        return;
    }
    let static_pods = server.form().has_static_pods();
    let mut help = String::from("where they exclude each other:");
    for (subject, cis, stig) in CONFLICTS {
        let taken = if subject == "staticPodPath" && static_pods { "\n    not followed here" } else { "" };
        // writing to a string cannot fail
        let _ = write!(help, "\n  {subject}\n    {cis}\n    {stig}{taken}");
    }
    decoder.report(
        Diagnostic::warning(server.profile.span, "the profile stig goes against CIS in places")
            .label("the STIG decides")
            .help(Text::of_lines(&help)),
    );
}

fn exceptions(server: &ApiServer, today: Date, decoder: &mut Decoder<'_>) {
    let needs = needs(server);
    for (rule, span, what) in &needs {
        if !server.exceptions.iter().any(|exception| exception.rule.value == *rule) {
            decoder.report(
                Diagnostic::error(*span, format!("{what} needs an exception"))
                    .label(format!("breaks the rule `{}`", rule.as_str()))
                    .help(super::exceptions::example(rule.as_str(), today)),
            );
        }
    }
    for exception in &server.exceptions {
        let rule = exception.rule.value.as_str();
        super::exceptions::not_expired(rule, &exception.expires, today, decoder);
        if !needs.iter().any(|(needed, ..)| needed.as_str() == rule) {
            decoder.report(
                Diagnostic::error(exception.rule.span, format!("nothing breaks the rule `{rule}`"))
                    .label("take this exception out"),
            );
        }
    }
    let rules = server.exceptions.iter().map(|it| (it.rule.value.as_str().to_owned(), it.rule.span));
    super::app::twice(rules, "the exception from", decoder);
}

/// What goes below the profile, where, and what to call it.
fn needs(server: &ApiServer) -> Vec<(Relaxation, Span, &'static str)> {
    let mut needs = Vec::new();
    let mut add = |given: bool, rule, span, what| {
        if given {
            needs.push((rule, span, what));
        }
    };
    let profile = server.profile.value;
    let provider = &server.encryption.provider;
    add(
        provider.value == EncryptionProvider::None,
        Relaxation::NoEncryptionAtRest,
        provider.span,
        "no encryption at rest",
    );
    if let Some(level) = &server.audit.level {
        let content = level.value == AuditLevel::Everything && profile != Profile::Stig;
        add(content, Relaxation::AuditSecretContent, level.span, "the content of Secrets in the audit log");
    }
    let audit = &server.audit;
    let kept = [value(&audit.max_age), value(&audit.max_backup), value(&audit.max_size)];
    for ((value, span), least) in kept.into_iter().zip(LEAST_AUDIT) {
        add(
            value < least,
            Relaxation::ShortAuditLog,
            span,
            "less of an audit log than 30 days, 10 files, 100 megabytes",
        );
    }
    for path in &server.anonymous.paths {
        add(true, Relaxation::AnonymousAccess, path.span, "answering anonymous requests");
    }
    if let Some(pull) = &server.always_pull {
        let given = !pull.value && profile != Profile::Lab;
        add(
            given,
            Relaxation::ImagesNotAlwaysPulled,
            pull.span,
            "using images of the node without asking the registry",
        );
    }
    if let Some(certificates) = &server.kubelet.certificates {
        let given = certificates.value != KubeletCertificates::Verified && profile != Profile::Lab;
        add(
            given,
            Relaxation::UnverifiedKubelets,
            certificates.span,
            "talking to kubelets without a verified certificate",
        );
    }
    let long = &server.long_tokens;
    add(long.value, Relaxation::LongLivedTokens, long.span, "tokens that are valid for a year");
    let enforce = &server.pod_security.enforce;
    add(enforce.value == PodLevel::Privileged, Relaxation::PrivilegedPods, enforce.span, "admitting privileged pods");
    let limits = &server.rate_limits.enabled;
    add(!limits.value, Relaxation::NoRateLimits, limits.span, "no limit of events");
    for (span, what) in super::flags::weak(server) {
        add(true, Relaxation::WeakerFlag, span, what);
    }
    needs
}

fn value<const LOW: i64, const HIGH: i64>(number: &Located<crate::spec::values::Number<LOW, HIGH>>) -> (i64, Span) {
    (number.value.0, number.span)
}
