//! What the files of a baseline say, as the templates see it.

use serde::Serialize;

use crate::apiserver::catalogue::catalogue;
use crate::decode::Located;
use crate::k8s::version::Version;
use crate::spec::ApiServer;
use crate::spec::api_server::{
    AuditLevel, EncryptionProvider, Form, KubeletCertificates, Plaintext, Profile, TlsFloor,
};
use crate::spec::values::Blocks;
use crate::spec::wiring::LOCAL_ETCD;

/// The paths of health that kubelets and load balancers ask.
const HEALTH: [&str; 3] = ["/livez", "/readyz", "/healthz"];
/// What `kubeadm join` with a token reads before it has a certificate.
const CLUSTER_INFO: &str = "/api/v1/namespaces/kube-public/configmaps/cluster-info";

/// Suites that CIS 1.2.29 admits and that a server can speak TLS 1.2 with; Go speaks those of TLS 1.3 without asking.
const CIPHERS: [&str; 6] = [
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
];

/// Who may come in.
#[derive(Debug, Clone, Serialize)]
pub struct Authentication {
    /// The version of `AuthenticationConfiguration` in this release.
    pub api_version: &'static str,
    /// What may be asked anonymously; nothing where the distribution turns it off by its own flag.
    pub anonymous: Option<Anonymous>,
    /// Issuers of tokens.
    pub issuers: Vec<Issuer>,
}

/// What may be asked anonymously.
#[derive(Debug, Clone, Serialize)]
pub struct Anonymous {
    /// Paths, matched exactly.
    pub paths: Vec<String>,
}

/// An issuer of tokens.
#[derive(Debug, Clone, Serialize)]
pub struct Issuer {
    /// Its address.
    pub url: String,
    /// What tokens must be for.
    pub audiences: Vec<String>,
    /// The claim that names the user.
    pub username: String,
    /// The claim that lists the groups.
    pub groups: String,
    /// What stands in front of both.
    pub prefix: String,
    /// The certificates that it is checked against.
    pub ca: Option<String>,
}

/// What is let through.
#[derive(Debug, Clone, Serialize)]
pub struct Admission {
    /// Opt-in plugins, in the order of the flag.
    pub plugins: Vec<String>,
    /// Configurations of more plugins: the plugin, its file.
    pub configurations: Vec<(String, String)>,
    /// The folder of policies that nobody can delete through the API.
    pub policies: Option<String>,
    /// The level that is enforced.
    pub enforce: &'static str,
    /// The level that users are warned of.
    pub warn: &'static str,
    /// The level that the audit log speaks of.
    pub audit: &'static str,
    /// The version of the standards.
    pub version: String,
    /// Namespaces for which none of it holds.
    pub namespaces: Vec<String>,
    /// Limits of events; empty for none.
    pub limits: Vec<Rate>,
}

/// A limit of events.
#[derive(Debug, Clone, Serialize)]
pub struct Rate {
    /// What is counted: Server, Namespace or User.
    pub kind: &'static str,
    /// A second.
    pub qps: i64,
    /// At once.
    pub burst: i64,
    /// How many of them are counted.
    pub cache: Option<i64>,
}

/// What is written down.
#[derive(Debug, Clone, Serialize)]
pub struct Audit {
    /// standard, metadata, strict or everything.
    pub level: &'static str,
    /// The file.
    pub path: String,
    /// Its folder.
    pub folder: String,
    /// Days.
    pub max_age: i64,
    /// Files.
    pub max_backup: i64,
    /// Megabytes.
    pub max_size: i64,
}

/// What etcd sees.
#[derive(Debug, Clone, Serialize)]
pub struct Encryption {
    /// secretbox, kms or none.
    pub provider: &'static str,
    /// The name of the key service.
    pub kms_name: Option<String>,
    /// Its socket.
    pub kms_endpoint: Option<String>,
    /// The folder of the socket, to be mounted.
    pub kms_folder: Option<String>,
    /// What stands for the key until the file is written.
    pub key: &'static str,
    /// Where what is not encrypted stands among the providers: first, last, or none.
    pub identity: &'static str,
    /// A file that is there already, with keys of its own.
    pub file: Option<String>,
}

/// The kubelets.
#[derive(Debug, Clone, Serialize)]
pub struct Kubelet {
    /// Whether they ask the cluster for a serving certificate.
    pub asks: bool,
    /// Whether the API server insists on it.
    pub verified: bool,
    /// The most processes of a pod.
    pub pod_pids: i64,
    /// `VersionTLS12` or `VersionTLS13`.
    pub tls: &'static str,
    /// Suites for TLS 1.2.
    pub ciphers: Vec<&'static str>,
    /// Flags of the site.
    pub flags: Vec<(String, String)>,
    /// Whether they refuse a kernel that is set up otherwise (STIG).
    pub protects_kernel: bool,
    /// The folder of static pods, where they run the control plane.
    pub static_pods: Option<&'static str>,
}

/// Addresses.
#[derive(Debug, Clone, Serialize)]
pub struct Network {
    /// The name and port of all control planes.
    pub endpoint: Option<String>,
    /// The addresses of Services, where the spec says.
    pub services: Option<String>,
    /// The addresses of pods, where the spec says.
    pub pods: Option<String>,
    /// etcd, with commas.
    pub etcd: String,
    /// Nodes of kind with a control plane.
    pub control_planes: i64,
    /// Nodes of kind without.
    pub workers: i64,
}

impl Network {
    /// The members of an etcd that runs elsewhere.
    pub fn external_etcd(&self) -> Vec<&str> {
        if self.etcd == LOCAL_ETCD { Vec::new() } else { self.etcd.split(',').collect() }
    }
}

/// What is weaker, and until when.
#[derive(Debug, Clone, Serialize)]
pub struct Exception {
    /// The rule.
    pub rule: &'static str,
    /// Why.
    pub reason: String,
    /// Where the work is tracked.
    pub ticket: String,
    /// The last day.
    pub expires: String,
}

/// All of it.
pub(super) struct Settings {
    pub(super) authentication: Authentication,
    pub(super) admission: Admission,
    pub(super) audit: Audit,
    pub(super) encryption: Encryption,
    pub(super) kubelet: Kubelet,
    pub(super) network: Network,
    pub(super) exceptions: Vec<Exception>,
}

impl Settings {
    pub(super) fn new(server: &ApiServer, home: &str) -> Self {
        Self {
            authentication: authentication(server),
            admission: admission(server, home),
            audit: audit(server),
            encryption: encryption(server),
            kubelet: kubelet(server),
            network: network(server),
            exceptions: exceptions(server),
        }
    }
}

/// The API version of a kind of file that a release prefers.
fn preferred(kind: &str, version: Version) -> &'static str {
    catalogue().config_api(kind, version).found().map_or("apiserver.config.k8s.io/v1", |api| api.api_version)
}

fn authentication(server: &ApiServer) -> Authentication {
    let join = server.joins_by_token().then_some(CLUSTER_INFO);
    let own = server.anonymous.paths.iter().map(|path| path.as_str());
    let mut paths: Vec<String> = Vec::new();
    for path in HEALTH.into_iter().chain(join).chain(own) {
        if !paths.iter().any(|other| other == path) {
            paths.push(path.to_owned());
        }
    }
    let issuers = server.oidc.iter().map(|issuer| Issuer {
        url: issuer.url.to_string(),
        audiences: issuer.audiences.iter().map(|audience| audience.to_string()).collect(),
        username: issuer.username.to_string(),
        groups: issuer.groups.to_string(),
        prefix: issuer.prefix.to_string(),
        ca: issuer.ca.clone(),
    });
    Authentication {
        api_version: preferred("AuthenticationConfiguration", server.target.kubernetes.version),
        anonymous: (!server.form().refuses_anonymous()).then_some(Anonymous { paths }),
        issuers: issuers.collect(),
    }
}

fn admission(server: &ApiServer, home: &str) -> Admission {
    let limits_events = server.rate_limits.enabled.value.then_some("EventRateLimit");
    let pulls = server.always_pulls().then_some("AlwaysPullImages");
    let own = server.admission.enable.iter().map(|plugin| plugin.as_str());
    let plugins =
        ["NodeRestriction", "DenyServiceExternalIPs"].into_iter().chain(limits_events).chain(pulls).chain(own);
    let configurations = server.admission.configurations.iter();
    let system: &[&str] = match server.form() {
        // those that its own profile `cis` exempts: pkg/rke2/psa.go of RKE2
        Form::Rke2 => &["kube-system", "compliance-operator-system", "tigera-operator"],
        Form::Kind => &["kube-system", "local-path-storage"],
        // Talos lists kube-system in a document of its own, and joins the two; twice would be refused
        Form::Talos => &[],
        _ => &["kube-system"],
    };
    let mut namespaces: Vec<String> = system.iter().map(|name| (*name).to_owned()).collect();
    for namespace in &server.pod_security.exempt {
        let known = namespaces.iter().any(|other| other == namespace.as_str());
        let talos = server.form() == Form::Talos && namespace.as_str() == "kube-system";
        if !known && !talos {
            namespaces.push(namespace.to_string());
        }
    }
    Admission {
        plugins: plugins.map(str::to_owned).collect(),
        policies: server.static_policies.as_ref().map(|_| format!("{home}/policies")),
        configurations: configurations.map(|it| (it.plugin.to_string(), it.path.to_string())).collect(),
        enforce: server.pod_security.enforce.value.as_str(),
        warn: server.pod_security.warn.as_str(),
        audit: server.pod_security.audit.as_str(),
        version: format!("v{}", server.target.kubernetes.version),
        namespaces,
        limits: limits(server),
    }
}

fn limits(server: &ApiServer) -> Vec<Rate> {
    let limits = &server.rate_limits;
    if !limits.enabled.value {
        return Vec::new();
    }
    let rate =
        |kind, rate: &crate::spec::api_server::Rate, cache| Rate { kind, qps: rate.qps.0, burst: rate.burst.0, cache };
    let server = limits.server.as_ref().map(|own| rate("Server", own, None));
    let others = [rate("Namespace", &limits.namespace, Some(2000)), rate("User", &limits.user, Some(2000))];
    server.into_iter().chain(others).collect()
}

fn audit(server: &ApiServer) -> Audit {
    let default = if server.form() == Form::Talos {
        "/var/log/audit/kube/kube-apiserver.log"
    } else {
        "/var/log/kubernetes/audit/audit.log"
    };
    let path = server.audit.path.as_ref().map_or(default, |path| path.as_str());
    Audit {
        level: server.audit_level().as_str(),
        path: path.to_owned(),
        folder: path.rsplit_once('/').map_or("/", |(folder, _)| folder).to_owned(),
        max_age: server.audit.max_age.value.0,
        max_backup: server.audit.max_backup.value.0,
        max_size: server.audit.max_size.value.0,
    }
}

impl Audit {
    /// Whether the content of Secrets is in it.
    pub fn holds_secrets(&self) -> bool {
        self.level == AuditLevel::Everything.as_str()
    }
}

fn encryption(server: &ApiServer) -> Encryption {
    let kms = server.encryption.kms.as_ref();
    let endpoint = kms.map(|kms| kms.endpoint.to_string());
    let socket = endpoint.as_deref().and_then(|endpoint| endpoint.strip_prefix("unix://"));
    Encryption {
        provider: server.encryption.provider.value.as_str(),
        kms_name: kms.map(|kms| kms.name.to_string()),
        kms_folder: socket.and_then(|path| path.rsplit_once('/')).map(|(folder, _)| folder.to_owned()),
        kms_endpoint: endpoint,
        key: crate::render::key_file::PLACEHOLDER,
        identity: if server.encryption.plaintext == Plaintext::Refused { "none" } else { "last" },
        file: server.encryption.file.as_ref().map(|path| path.to_string()),
    }
}

impl Encryption {
    /// Whether a key is made for it here.
    pub fn has_key(&self) -> bool {
        self.provider == EncryptionProvider::Secretbox.as_str()
    }
}

fn kubelet(server: &ApiServer) -> Kubelet {
    let certificates = server.kubelet_certificates();
    let stig = server.profile.value == Profile::Stig;
    let ours = !server.form().signs_kubelets();
    let suites = if stig { 4 } else { CIPHERS.len() };
    Kubelet {
        asks: ours && certificates != KubeletCertificates::SelfSigned,
        verified: ours && certificates == KubeletCertificates::Verified,
        pod_pids: server.kubelet.pod_pids.0,
        tls: if server.tls == TlsFloor::Tls13 { "VersionTLS13" } else { "VersionTLS12" },
        ciphers: if server.tls == TlsFloor::Tls13 {
            Vec::new()
        } else {
            CIPHERS.iter().take(suites).copied().collect()
        },
        flags: super::kubelet::flags(server),
        // the nodes of kind have the kernel of the machine below
        protects_kernel: stig && server.form() != Form::Kind,
        static_pods: (server.form() == Form::StaticPod).then_some("/etc/kubernetes/manifests"),
    }
}

fn network(server: &ApiServer) -> Network {
    let etcd: Vec<&str> = server.etcd.endpoints.iter().map(|endpoint| endpoint.as_str()).collect();
    let block = |block: Option<&Located<Blocks>>| block.map(|block| block.to_string());
    Network {
        endpoint: server.network.endpoint.as_ref().map(|endpoint| endpoint.to_string()),
        services: block(server.network.services.as_ref()),
        pods: block(server.network.pods.as_ref()),
        etcd: etcd.join(","),
        control_planes: server.nodes.control_planes.0,
        workers: server.nodes.workers.0,
    }
}

fn exceptions(server: &ApiServer) -> Vec<Exception> {
    let exceptions = server.exceptions.iter().map(|exception| Exception {
        rule: exception.rule.value.as_str(),
        reason: exception.reason.to_string(),
        ticket: exception.ticket.to_string(),
        expires: exception.expires.to_string(),
    });
    exceptions.collect()
}
