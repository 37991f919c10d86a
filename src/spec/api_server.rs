//! A control plane with its hardening: the flags of its programs and every file that they name.

use super::app::ApiVersion;
use super::relaxation::ServerException;
use super::values::{
    AbsolutePath, Audience, ClaimName, IssuerUrl, Line, Number, PatchRelease, ShortName, SocketUrl, UrlPath, known,
};
use super::wiring::{
    AdmissionPlugins, AuditWebhook, AuthorizationWebhook, Certificates, CloudProvider, ClusterNetwork, Etcd, ExtraArgs,
    HostMount, LeaveOut, ServiceAccounts,
};
use crate::decode::{Located, record, string_enum};
use crate::spec::network::Namespace;

string_enum! {
    /// The kind of an [`ApiServer`].
    ApiServerKind {
        /// A control plane.
        "ApiServer" ApiServer
    }
}

string_enum! {
    /// What runs the control plane, which decides the form of the output.
    Form {
        /// A kubeadm configuration, v1beta4.
        "kubeadm" Kubeadm,
        /// A kind cluster.
        "kind" Kind,
        /// Manifests for the folder that the kubelet watches.
        "static-pod" StaticPod,
        /// The `config.yaml` of K3s.
        "k3s" K3s,
        /// The `config.yaml` of RKE2.
        "rke2" Rke2,
        /// Documents of a Talos machine configuration, 1.14.
        "talos" Talos,
        /// Units with environment files.
        "systemd" Systemd,
        /// A patch of the `KubeadmControlPlane` of Cluster API, v1beta2.
        "cluster-api" ClusterApi,
        /// Plain lists of flags, for everything else.
        "flags" Flags,
    }
}

impl Form {
    /// Whether the distribution makes and keeps the key of encryption at rest itself.
    pub fn keeps_own_key(self) -> bool {
        matches!(self, Self::K3s | Self::Rke2 | Self::Talos)
    }

    /// Whether the distribution turns anonymous requests off altogether, as nothing of its own needs them.
    pub fn refuses_anonymous(self) -> bool {
        matches!(self, Self::K3s | Self::Rke2)
    }

    /// Whether the distribution decides the authorizers.
    pub fn keeps_authorization(self) -> bool {
        matches!(self, Self::K3s | Self::Rke2 | Self::Talos)
    }

    /// Whether the distribution signs the serving certificates of its kubelets itself.
    pub fn signs_kubelets(self) -> bool {
        matches!(self, Self::K3s | Self::Rke2)
    }

    /// Whether the distribution starts its own etcd, wherever that may be.
    pub fn runs_own_etcd(self) -> bool {
        matches!(self, Self::Kind | Self::K3s | Self::Rke2 | Self::Talos)
    }

    /// Whether the control plane consists of pods that a kubelet reads from a folder.
    pub fn has_static_pods(self) -> bool {
        !matches!(self, Self::K3s | Self::Systemd | Self::Flags)
    }
}

string_enum! {
    /// Whose rules decide where they differ.
    Profile {
        /// CIS Kubernetes Benchmark 1.12.
        "cis" Cis,
        /// DISA STIG for Kubernetes, V2R6.
        "stig" Stig,
        /// As cis, for clusters to learn on: images may be loaded by hand, and kubelets sign for themselves.
        "lab" Lab,
    }
}

string_enum! {
    /// The form of a machine configuration of Talos.
    TalosForm {
        /// Documents of a kind each.
        "1.14" Documents,
        /// Keys of the configuration itself, as until then.
        "1.13" Machine,
    }
}

record! {
    /// What the control plane runs on.
    ControlPlaneTarget "target" {
        /// The Kubernetes release, 1.33 to 1.37, with or without the patch release.
        kubernetes "kubernetes": Located<PatchRelease>,
        /// kubeadm, kind, static-pod, k3s, rke2, talos, systemd, cluster-api or flags.
        platform "platform": Located<Form>,
        /// The release of Talos whose form the machine configuration has: "1.14", or "1.13" for it and those before.
        talos "talos": Option<Located<TalosForm>> = None => "1.14",
    }
}

string_enum! {
    /// What the audit log holds.
    AuditLevel {
        /// Changes with their content, Secrets and everything else as metadata, no noise.
        "standard" Standard,
        /// Who did what when, and nothing of the content.
        "metadata" Metadata,
        /// As standard, and also every read of a Secret by the control plane itself.
        "strict" Strict,
        /// All requests and answers, the content of Secrets included: what the STIG asks for.
        "everything" Everything,
    }
}

record! {
    /// The audit log.
    Audit "audit" {
        /// standard, metadata, strict or everything.
        level "level": Option<Located<AuditLevel>> = None => "standard; with the profile stig everything",
        /// The file, on the control plane's machine.
        path "path": Option<Located<AbsolutePath>> = None => "/var/log/kubernetes/audit/audit.log",
        /// Days that old files are kept.
        max_age "maxAge": Located<Number<1, 3650>> = Number(30).into(),
        /// Old files that are kept.
        max_backup "maxBackup": Located<Number<1, 1000>> = Number(10).into(),
        /// Megabytes at which a new file begins.
        max_size "maxSize": Located<Number<1, 10_000>> = Number(100).into(),
        /// A service to which the same events are sent.
        webhook "webhook": Option<AuditWebhook> = None,
    }
}

string_enum! {
    /// Who encrypts what lies in etcd.
    EncryptionProvider {
        /// The API server, with a key that is made here and that every control plane node has.
        "secretbox" Secretbox,
        /// A key service that answers on a socket: the key is never on the disk.
        "kms" Kms,
        /// The API server, by a file that is there already: its keys stay as they are.
        "file" File,
        /// Nobody; needs an exception.
        "none" None,
    }
}

record! {
    /// A plugin of the key management service API, version 2.
    Kms "key service" {
        /// The socket, such as `unix:///run/kms/kms.sock`.
        endpoint "endpoint": Located<SocketUrl>,
        /// The name, which stands in front of everything encrypted: it cannot change later.
        name "name": ShortName,
    }
}

string_enum! {
    /// What happens to what lies in etcd as it is.
    Plaintext {
        /// It is read, and encrypted when it is written the next time.
        "readable" Readable,
        /// It is not read: only once everything was written anew.
        "refused" Refused,
    }
}

record! {
    /// Encryption at rest.
    Encryption "encryption" {
        /// secretbox, kms, file or none.
        provider "provider": Located<EncryptionProvider> = EncryptionProvider::Secretbox.into(),
        /// The key service, for the provider kms.
        kms "kms": Option<Located<Kms>> = None,
        /// The file, for the provider file.
        file "file": Option<Located<AbsolutePath>> = None,
        /// Whether what is not encrypted yet is read: readable or refused.
        plaintext "plaintext": Plaintext = Plaintext::Readable,
    }
}

record! {
    /// Which requests are answered without credentials.
    Anonymous "anonymous" {
        /// Also the cluster's address and certificate, which `kubeadm join` with a token reads.
        join_by_token "joinByToken": Option<Located<bool>> = None => "only on kind with more than one node",
        /// More paths, matched exactly; each needs an exception.
        paths "paths": Vec<Located<UrlPath>> = Vec::new(),
    }
}

string_enum! {
    /// Where the authorizers are named.
    AuthorizationForm {
        /// In the flag `--authorization-mode`.
        "flags" Flags,
        /// In an `AuthorizationConfiguration`, to which webhooks can be added without a restart.
        "file" File,
    }
}

record! {
    /// An OpenID Connect issuer whose tokens are taken.
    Issuer "issuer" {
        /// The issuer, such as `https://idp.example.com`.
        url "url": Located<IssuerUrl>,
        /// What the token must be for, one of them.
        audiences "audiences": Located<Vec<Audience>>,
        /// The claim that names the user.
        username "username": ClaimName = known("sub"),
        /// The claim that lists the groups.
        groups "groups": ClaimName = known("groups"),
        /// What stands in front of users and groups, so that no issuer can name those of another.
        prefix "prefix": Audience = known("oidc:"),
        /// The certificates that the issuer's own is checked against (PEM).
        ca "ca": Option<String> = None => "those of the machine",
    }
}

string_enum! {
    /// A level of the Pod Security Standards.
    PodLevel {
        /// Prevents known escalations.
        "baseline" Baseline,
        /// Current best practice.
        "restricted" Restricted,
        /// Everything; needs an exception where it is enforced.
        "privileged" Privileged,
    }
}

record! {
    /// What holds for pods in namespaces without labels of their own.
    PodSecurity "podSecurity" {
        /// What is refused.
        enforce "enforce": Located<PodLevel> = PodLevel::Baseline.into(),
        /// What the user is warned of.
        warn "warn": PodLevel = PodLevel::Restricted,
        /// What the audit log says.
        audit "audit": PodLevel = PodLevel::Restricted,
        /// Namespaces for which none of it holds, besides those of the system.
        exempt "exempt": Vec<Located<Namespace>> = Vec::new(),
    }
}

record! {
    /// Policies that the API server reads from a folder, so that nobody can delete them through it; from 1.37 on.
    StaticPolicies "staticPolicies" {
        /// The level that they hold pods to: baseline or restricted.
        level "level": Located<PodLevel>,
        /// Namespaces that they do not hold in, besides those of the system.
        exempt "exempt": Vec<Located<Namespace>> = Vec::new(),
        /// Users, and groups as `group:NAME`, who alone may change policies, webhooks and the levels of namespaces. Controllers that
        /// renew webhooks every day have to be among them.
        may_change "mayChange": Vec<Line> = Vec::new() => "everybody who has the right to",
    }
}

record! {
    /// Events a second, and at once.
    Rate "rate" {
        /// A second, in the long run.
        qps "qps": Number<1, 100_000>,
        /// At once.
        burst "burst": Number<1, 100_000>,
    }
}

record! {
    /// How many events may be written, so that a broken client does not fill etcd.
    RateLimits "rateLimits" {
        /// Whether there are limits at all; without them an exception is needed.
        enabled "enabled": Located<bool> = true.into(),
        /// For each namespace.
        namespace "namespace": Rate = Rate { qps: Number(50), burst: Number(100) },
        /// For each user.
        user "user": Rate = Rate { qps: Number(50), burst: Number(100) },
        /// For the whole server.
        server "server": Option<Rate> = None => "none",
    }
}

string_enum! {
    /// The oldest version of TLS that is spoken.
    TlsFloor {
        /// 1.2, with a list of ciphers.
        "tls12" Tls12,
        /// 1.3, whose ciphers are all good.
        "tls13" Tls13,
    }
}

string_enum! {
    /// How the API server knows its kubelets.
    KubeletCertificates {
        /// The kubelets ask the cluster's CA for a certificate, and the API server requires it.
        "verified" Verified,
        /// The kubelets ask for a certificate, and the API server does not look yet: the step before `verified`.
        "requested" Requested,
        /// The kubelets sign for themselves.
        "self-signed" SelfSigned,
    }
}

record! {
    /// The kubelets.
    Kubelet "kubelet" {
        /// verified, requested or self-signed.
        certificates "certificates": Option<Located<KubeletCertificates>> =
            None => "verified; with the profile lab self-signed",
        /// The most processes of a pod.
        pod_pids "podPids": Number<64, 1_000_000> = Number(4096),
    }
}

record! {
    /// The nodes of a kind cluster.
    Nodes "nodes" {
        /// Those with a control plane.
        control_planes "controlPlanes": Number<1, 9> = Number(1),
        /// Those without.
        workers "workers": Number<0, 99> = Number(0),
    }
}

record! {
    /// How the output looks.
    ServerOutput "output" {
        /// Whether comments explain the hardening.
        comments "comments": bool = true,
    }
}

record! {
    /// A control plane, hardened: its flags, and every file that they name.
    ApiServer "API server" {
        /// The version of this format: `tightship/v1`.
        api_version "apiVersion": ApiVersion,
        /// `ApiServer`.
        kind "kind": ApiServerKind,
        /// The name of the cluster; names the folder of the output.
        name "name": Located<ShortName>,
        /// What it runs on.
        target "target": ControlPlaneTarget,
        /// Whose rules decide where they differ: cis, stig or lab.
        profile "profile": Located<Profile> = Profile::Cis.into(),
        /// The audit log.
        audit "audit": Audit = Audit::default(),
        /// Encryption at rest.
        encryption "encryption": Encryption = Encryption::default(),
        /// Which requests are answered without credentials.
        anonymous "anonymous": Anonymous = Anonymous::default() => "the health paths",
        /// Where the authorizers Node and RBAC are named: flags or file.
        authorization "authorization": Located<AuthorizationForm> = AuthorizationForm::Flags.into(),
        /// Services that decide after Node and RBAC, in this order; they need `authorization: file`.
        authorization_webhooks "authorizationWebhooks": Located<Vec<AuthorizationWebhook>> = Vec::new().into(),
        /// Issuers of tokens for people.
        oidc "oidc": Vec<Issuer> = Vec::new() => "none",
        /// What holds for pods in namespaces without labels of their own.
        pod_security "podSecurity": PodSecurity = PodSecurity::default(),
        /// Policies that nobody can delete through the API.
        static_policies "staticPolicies": Option<Located<StaticPolicies>> = None => "none",
        /// How many events may be written.
        rate_limits "rateLimits": RateLimits = RateLimits::default(),
        /// The oldest version of TLS: tls12 or tls13.
        tls "tls": TlsFloor = TlsFloor::Tls12,
        /// Whether every start of a pod asks the registry.
        always_pull "alwaysPull": Option<Located<bool>> = None => "true, but for kind and the profile lab",
        /// Whether tokens of pods live for a year instead of an hour, for clients that do not read them anew.
        long_tokens "longTokens": Located<bool> = false.into(),
        /// The kubelets.
        kubelet "kubelet": Kubelet = Kubelet::default(),
        /// Addresses of the cluster.
        network "network": ClusterNetwork = ClusterNetwork::default(),
        /// The database.
        etcd "etcd": Etcd = Etcd::default(),
        /// The certificates of the control plane.
        certificates "certificates": Certificates = Certificates::default(),
        /// The tokens of pods.
        service_accounts "serviceAccounts": ServiceAccounts = ServiceAccounts::default(),
        /// Who speaks to the cloud: external.
        cloud_provider "cloudProvider": Option<Located<CloudProvider>> = None => "nobody",
        /// Admission plugins besides those of the baseline.
        admission "admission": AdmissionPlugins = AdmissionPlugins::default(),
        /// Files and folders of the machine that the programs see, where they are pods.
        mounts "mounts": Vec<HostMount> = Vec::new(),
        /// Flags for which there is no key here.
        extra_args "extraArgs": ExtraArgs = ExtraArgs::default(),
        /// Flags with certificates and addresses that this cluster does without.
        leave_out "leaveOut": LeaveOut = LeaveOut::default(),
        /// The nodes, for kind.
        nodes "nodes": Located<Nodes> = Nodes::default().into(),
        /// What is weaker than it should be, why, and until when.
        exceptions "exceptions": Vec<Located<ServerException>> = Vec::new(),
        /// How the output looks.
        output "output": ServerOutput = ServerOutput::default(),
    }
}

impl ApiServer {
    /// What runs the control plane.
    pub fn form(&self) -> Form {
        self.target.platform.value
    }

    /// What the audit log holds.
    pub fn audit_level(&self) -> AuditLevel {
        let default = if self.profile.value == Profile::Stig { AuditLevel::Everything } else { AuditLevel::Standard };
        self.audit.level.as_ref().map_or(default, |level| level.value)
    }

    /// How the API server knows its kubelets.
    pub fn kubelet_certificates(&self) -> KubeletCertificates {
        let default = if self.profile.value == Profile::Lab {
            KubeletCertificates::SelfSigned
        } else {
            KubeletCertificates::Verified
        };
        self.kubelet.certificates.as_ref().map_or(default, |certificates| certificates.value)
    }

    /// Whether every start of a pod asks the registry.
    pub fn always_pulls(&self) -> bool {
        let default = self.profile.value != Profile::Lab && self.form() != Form::Kind;
        self.always_pull.as_ref().map_or(default, |pull| pull.value)
    }

    /// The number of nodes, which only kind knows.
    pub fn node_count(&self) -> i64 {
        self.nodes.control_planes.0 + self.nodes.workers.0
    }

    /// Whether nodes join with a token, for which they first read the cluster's address without one.
    pub fn joins_by_token(&self) -> bool {
        let default = self.form() == Form::Kind && self.node_count() > 1;
        self.anonymous.join_by_token.as_ref().map_or(default, |join| join.value)
    }
}
