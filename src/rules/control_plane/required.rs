//! The rules about settings that have to be one way: each is a row of this table.
//!
//! To add one: a row here, whose check says what has to be set; its line in `RULES` of `mod.rs`, which
//! says where it is listed; and its folder of test data. A test runs the examples.

use super::tools::Want::{Absent, Is, NotOther, Set};
use super::tools::{needs, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, stig};
use crate::rules::sink::Sink;

/// What settings of programs have to be, and what it means if they are not: a clause after the name of the program. With
/// `with`, that is asked only where another setting is there.
macro_rules! required {
    ($($program:ident $name:literal $(with $other:literal)?: $want:expr => $otherwise:literal),+ $(,)?) => {
        RuleKind::ControlPlane(|plane, sink| {
            require(plane, sink, &[$(needs(Component::$program, $name, $want, $otherwise)$(.with($other))?),+]);
        })
    };
}

/// A static pod that runs a program with flags.
macro_rules! pod {
    ($name:literal, $image:literal, $($flag:literal),+) => {
        concat!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: ", $name, "\n  namespace: kube-system\nspec:\n  containers:\n",
            "    - name: ", $name, "\n      image: registry.k8s.io/", $image, "\n      command:\n        - ", $name, "\n",
            $("        - ", $flag, "\n"),+
        )
    };
}

macro_rules! api_server {
    ($($flag:literal),+) => { pod!("kube-apiserver", "kube-apiserver:v1.36.2", $($flag),+) };
}

macro_rules! controller_manager {
    ($($flag:literal),+) => { pod!("kube-controller-manager", "kube-controller-manager:v1.36.2", $($flag),+) };
}

macro_rules! etcd {
    ($($flag:literal),+) => { pod!("etcd", "etcd:3.6.5-0", $($flag),+) };
}

/// The configuration of a kubelet, line by line.
macro_rules! kubelet {
    ($($line:literal),+) => {
        concat!("apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n", $($line, "\n"),+)
    };
}

pub(super) static TOKEN_AUTH_FILE: Rule = Rule {
    id: "token-auth-file",
    summary: "an API server takes tokens from a file",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.2"), stig("V-245543")],
    why: "`--token-auth-file` names a list of tokens in plain text. They never expire, and a change of the list takes a \
          restart, so a token that leaked stays good.",
    prevents: "Nobody who reads one file of the node, or a backup of it, becomes a user of the cluster for ever.",
    bad: api_server!("--token-auth-file=/etc/kubernetes/tokens.csv"),
    good: api_server!("--enable-admission-plugins=NodeRestriction"),
    fix: Some(Safety::Unsafe),
    check: required! {
        ApiServer "token-auth-file": Absent => "takes passwords that never expire from a plain file",
    },
};

pub(super) static PROFILING: Rule = Rule {
    id: "profiling",
    summary: "a program of the control plane serves profiles of itself",
    severity: Severity::Low,
    category: Category::Hardening,
    on: true,
    controls: &[cis("1.2.15"), cis("1.3.2"), cis("1.4.1"), stig("V-242409")],
    why: "With profiling on, which is the default, `/debug/pprof` of the program gives away its memory and its inner \
          workings, and makes it busy for as long as the caller likes. Who debugs can switch it on for that time.",
    prevents: "Whoever gets past authorization there learns less, and cannot slow the control plane down.",
    bad: api_server!("--enable-admission-plugins=NodeRestriction"),
    good: api_server!("--profiling=false"),
    fix: Some(Safety::Safe),
    check: RuleKind::ControlPlane(profiling),
};

fn profiling(plane: &Plane, sink: &mut Sink<'_>) {
    const SERVES: &str = "serves profiles of itself at /debug/pprof";
    let rows = [Component::ApiServer, Component::ControllerManager, Component::Scheduler];
    // beside a file, the flag of a scheduler counts for nothing
    let rows = rows.map(|program| match program {
        Component::Scheduler => needs(program, "profiling", Is(false), SERVES).unless("config"),
        _ => needs(program, "profiling", Is(false), SERVES),
    });
    require(plane, sink, &rows);
    super::scheduler_profiling::check(plane, sink);
}

pub(super) static SERVICE_ACCOUNT_LOOKUP: Rule = Rule {
    id: "service-account-lookup",
    summary: "an API server takes tokens of ServiceAccounts that are gone",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.21")],
    why: "With `--service-account-lookup=false` a token is good as long as its signature is, even if its ServiceAccount, \
          its pod or its Secret has been deleted. The default is true.",
    prevents: "A stolen token can be made worthless by deleting what it belongs to.",
    bad: api_server!("--service-account-lookup=false"),
    good: api_server!("--enable-admission-plugins=NodeRestriction"),
    fix: Some(Safety::Safe),
    check: required! {
        ApiServer "service-account-lookup": NotOther(true) => "takes tokens of ServiceAccounts that were deleted",
    },
};

pub(super) static SERVICE_ACCOUNT_KEY: Rule = Rule {
    id: "service-account-key",
    summary: "an API server has no key of its own for ServiceAccount tokens",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.22")],
    why: "`--service-account-key-file` names the public keys by which tokens of ServiceAccounts are checked. Where it is \
          missing, the key of the serving certificate does the work, and one cannot be changed without the other.",
    prevents: "Keys of tokens can be rotated, and a leak of the serving key does not let anybody sign tokens.",
    bad: api_server!("--enable-admission-plugins=NodeRestriction"),
    good: api_server!("--service-account-key-file=/etc/kubernetes/pki/sa.pub"),
    fix: None,
    check: required! {
        ApiServer "service-account-key-file": Set => "has no key of its own to check tokens of ServiceAccounts with",
    },
};

pub(super) static KUBELET_CLIENT_CERTIFICATE: Rule = Rule {
    id: "kubelet-client-certificate",
    summary: "an API server cannot prove to kubelets who it is",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.4")],
    why: "The kubelet's port gives logs of pods and runs commands in them. `--kubelet-client-certificate` and `--kubelet- \
          client-key` are how the API server proves who it is; without them kubelets that refuse the anonymous refuse it, \
          and kubelets that do not are open to everybody.",
    prevents: "Kubelets can refuse all but the API server.",
    bad: api_server!("--enable-admission-plugins=NodeRestriction"),
    good: api_server!("--kubelet-client-certificate=/pki/k.crt", "--kubelet-client-key=/pki/k.key"),
    fix: None,
    check: required! {
        ApiServer "kubelet-client-certificate": Set => "has no certificate to show to kubelets",
        ApiServer "kubelet-client-key" with "kubelet-client-certificate": Set => "has no key for the certificate that it shows to kubelets",
    },
};

pub(super) static KUBELET_CERTIFICATE_AUTHORITY: Rule = Rule {
    id: "kubelet-certificate-authority",
    summary: "an API server does not check the certificates of kubelets",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: false,
    controls: &[cis("1.2.5")],
    why: "Without `--kubelet-certificate-authority` the API server trusts every kubelet, and sends tokens and the \
          input of `kubectl exec` to whoever answers on the node's address. Kubelets of kubeadm sign their own \
          certificates, so they need `serverTLSBootstrap: true` and somebody who approves the requests first; that is \
          why the rule is off by default.",
    prevents: "Whoever can redirect traffic to a node does not get the sessions that go there.",
    bad: api_server!("--enable-admission-plugins=NodeRestriction"),
    good: api_server!("--kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt"),
    fix: None,
    check: required! {
        ApiServer "kubelet-certificate-authority": Set => "trusts every kubelet, whatever certificate it shows",
    },
};

pub(super) static SERVING_CERTIFICATE: Rule = Rule {
    id: "serving-certificate",
    summary: "an API server makes its own certificate",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.24")],
    why: "Without `--tls-cert-file` and `--tls-private-key-file` the API server signs a certificate for itself at each \
          start. Clients can only stop checking it.",
    prevents: "Clients know the API server, and nobody in between reads their tokens.",
    bad: api_server!("--enable-admission-plugins=NodeRestriction"),
    good: api_server!("--tls-cert-file=/pki/apiserver.crt", "--tls-private-key-file=/pki/apiserver.key"),
    fix: None,
    check: required! {
        ApiServer "tls-cert-file": Set => "signs its own certificate, which no client can check",
        ApiServer "tls-private-key-file" with "tls-cert-file": Set => "has no key for its certificate",
    },
};

pub(super) static CLIENT_CA: Rule = Rule {
    id: "client-ca",
    summary: "an API server takes no client certificates",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.25")],
    why: "`--client-ca-file` names who signs the certificates of nodes, of the other programs of the control plane, and of \
          administrators. Without it only tokens are left, and whoever is known by a certificate is anonymous.",
    prevents: "Nodes and components are known by what they alone have, instead of by a token that is passed around.",
    bad: api_server!("--enable-admission-plugins=NodeRestriction"),
    good: api_server!("--client-ca-file=/etc/kubernetes/pki/ca.crt"),
    fix: None,
    check: required! {
        ApiServer "client-ca-file": Set => "knows nobody by a certificate",
    },
};

pub(super) static SERVICE_ACCOUNT_TOKEN_EXPIRATION: Rule = Rule {
    id: "service-account-token-expiration",
    summary: "tokens of pods are good for a year",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[cis("1.2.30")],
    why: "Pods ask for tokens of an hour, and by default the API server makes them good for a year, for clients that \
          read their token once and keep it. `--service-account-extend-token-expiration=false` ends that. The metric \
          `serviceaccount_stale_tokens_total` counts clients that would break; tokens that are out already keep their \
          life. As such clients are common, the rule is off by default.",
    prevents: "A token that leaks from a pod is worth an hour, not a year.",
    bad: api_server!("--enable-admission-plugins=NodeRestriction"),
    good: api_server!("--service-account-extend-token-expiration=false"),
    fix: Some(Safety::Unsafe),
    check: required! {
        ApiServer "service-account-extend-token-expiration": Is(false) => "makes tokens of pods good for a year instead of an hour",
    },
};

pub(super) static TERMINATED_POD_GC: Rule = Rule {
    id: "terminated-pod-gc",
    summary: "terminated pods accumulate",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[cis("1.3.1")],
    why: "The controller manager deletes pods that have ended once there are more than `--terminated-pod-gc-threshold`, by \
          default 12500. CIS wants the number to be chosen.",
    prevents: "Pods that ended do not fill etcd and slow every list of pods down.",
    bad: controller_manager!("--profiling=false"),
    good: controller_manager!("--terminated-pod-gc-threshold=100"),
    fix: None,
    check: required! {
        ControllerManager "terminated-pod-gc-threshold": Set => "keeps up to 12500 terminated pods",
    },
};

pub(super) static SERVICE_ACCOUNT_CREDENTIALS: Rule = Rule {
    id: "service-account-credentials",
    summary: "all controllers share one account",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("1.3.3"), stig("V-242381")],
    why: "With `--use-service-account-credentials` each controller acts as a ServiceAccount of its own, with the rights \
          that it needs. Without it all of them have those of the controller manager together.",
    prevents: "A mistake in one controller does not have the rights of all others.",
    bad: controller_manager!("--profiling=false"),
    good: controller_manager!("--use-service-account-credentials=true"),
    fix: Some(Safety::Unsafe),
    check: required! {
        ControllerManager "use-service-account-credentials": Is(true) => "gives all controllers the same rights",
    },
};

pub(super) static CONTROLLER_MANAGER_KEYS: Rule = Rule {
    id: "controller-manager-keys",
    summary: "a controller manager that cannot serve ServiceAccounts",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("1.3.4"), cis("1.3.5")],
    why: "The controller manager signs tokens of ServiceAccounts with `--service-account-private-key-file`, and gives pods \
          `--root-ca-file` to know the API server by. Without the first there are no such tokens, without the second \
          programs in pods stop checking.",
    prevents: "Programs in pods can check whom they give their token to.",
    bad: controller_manager!("--profiling=false"),
    good: controller_manager!(
        "--service-account-private-key-file=/etc/kubernetes/pki/sa.key",
        "--root-ca-file=/etc/kubernetes/pki/ca.crt"
    ),
    fix: None,
    check: required! {
        ControllerManager "service-account-private-key-file": Set => "has no key of its own to sign tokens of ServiceAccounts with",
        ControllerManager "root-ca-file": Set => "gives pods nothing to know the API server by",
    },
};

pub(super) static ETCD_TLS: Rule = Rule {
    id: "etcd-tls",
    summary: "etcd talks in plain text",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("2.1"), cis("2.4")],
    why: "etcd holds every Secret. Without `--cert-file` and `--key-file` clients talk to it in plain text, without \
          `--peer-cert-file` and `--peer-key-file` its members do among themselves.",
    prevents: "Nobody in the network reads the state of the cluster as it passes by.",
    bad: etcd!("--data-dir=/var/lib/etcd"),
    good: etcd!(
        "--cert-file=/pki/s.crt",
        "--key-file=/pki/s.key",
        "--peer-cert-file=/pki/p.crt",
        "--peer-key-file=/pki/p.key"
    ),
    fix: None,
    check: required! {
        Etcd "cert-file": Set => "talks to its clients in plain text",
        Etcd "key-file" with "cert-file": Set => "has no key for the certificate that it shows to clients",
        Etcd "peer-cert-file": Set => "talks to its other members in plain text",
        Etcd "peer-key-file" with "peer-cert-file": Set => "has no key for the certificate that it shows to other members",
    },
};

pub(super) static ETCD_CLIENT_AUTH: Rule = Rule {
    id: "etcd-client-auth",
    summary: "etcd answers everybody",
    severity: Severity::Critical,
    category: Category::Security,
    on: true,
    controls: &[cis("2.2"), cis("2.5")],
    why: "Without `--client-cert-auth` etcd answers whoever reaches its port, and without `--peer-client-cert-auth` \
          whoever reaches it can become a member. Who can write to etcd is above all authorization of Kubernetes.",
    prevents: "Nobody who reaches port 2379 owns the cluster.",
    bad: etcd!(
        "--cert-file=/pki/s.crt",
        "--key-file=/pki/s.key",
        "--peer-cert-file=/pki/p.crt",
        "--peer-key-file=/pki/p.key"
    ),
    good: etcd!("--client-cert-auth=true", "--peer-client-cert-auth=true"),
    fix: Some(Safety::Unsafe),
    check: required! {
        Etcd "client-cert-auth": Is(true) => "answers clients without a certificate",
        Etcd "peer-client-cert-auth": Is(true) => "takes members without a certificate",
    },
};

pub(super) static ETCD_AUTO_TLS: Rule = Rule {
    id: "etcd-auto-tls",
    summary: "etcd signs its own certificates",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("2.3"), cis("2.6"), stig("V-242379"), stig("V-242380")],
    why: "With `--auto-tls` or `--peer-auto-tls` etcd makes certificates for itself, which nobody can check. They keep out \
          who listens, not who pretends to be etcd.",
    prevents: "The API server does not write Secrets to an impostor.",
    bad: etcd!("--auto-tls=true", "--peer-auto-tls=true"),
    good: etcd!(
        "--cert-file=/pki/s.crt",
        "--key-file=/pki/s.key",
        "--peer-cert-file=/pki/p.crt",
        "--peer-key-file=/pki/p.key"
    ),
    fix: Some(Safety::Unsafe),
    check: required! {
        Etcd "auto-tls": NotOther(false) => "shows clients a certificate that it signed itself",
        Etcd "peer-auto-tls": NotOther(false) => "shows other members a certificate that it signed itself",
    },
};

pub(super) static KUBELET_ANONYMOUS_AUTH: Rule = Rule {
    id: "kubelet-anonymous-auth",
    summary: "a kubelet answers everybody",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("4.2.1"), stig("V-242391")],
    why: "The kubelet's port 10250 shows logs and runs commands in pods. With `authentication.anonymous.enabled: true` it \
          lets requests in without credentials, and only its authorization is left. A kubelet that is run without a \
          configuration file has it on.",
    prevents: "Whoever reaches a node does not run commands in its pods.",
    bad: kubelet!("authentication:", "  anonymous:", "    enabled: true"),
    good: kubelet!("authentication:", "  anonymous:", "    enabled: false"),
    fix: Some(Safety::Unsafe),
    check: required! {
        Kubelet "authentication.anonymous.enabled": NotOther(false) => "answers requests without credentials",
    },
};

pub(super) static KUBELET_CLIENT_CA: Rule = Rule {
    id: "kubelet-client-ca",
    summary: "a kubelet knows nobody by a certificate",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("4.2.3"), stig("V-242420")],
    why: "`authentication.x509.clientCAFile` names who signs the certificate by which the kubelet knows the API server. \
          Without it the API server is anonymous to it, and anonymous requests have to be let in.",
    prevents: "A kubelet can refuse everybody but the API server.",
    bad: kubelet!("authentication:", "  anonymous:", "    enabled: false"),
    good: kubelet!("authentication:", "  x509:", "    clientCAFile: /etc/kubernetes/pki/ca.crt"),
    fix: None,
    check: required! {
        Kubelet "authentication.x509.clientCAFile": Set => "knows the API server by no certificate",
    },
};

pub(super) static KUBELET_IPTABLES: Rule = Rule {
    id: "kubelet-iptables",
    summary: "a kubelet does not set up its chains",
    severity: Severity::Low,
    category: Category::Hardening,
    on: true,
    controls: &[cis("4.2.6")],
    why: "`makeIPTablesUtilChains: false` keeps the kubelet from setting up chains that others rely on to know its rules, \
          such as the one that drops packets which would be let out of a connection that is not theirs.",
    prevents: "The network of a node is set up as the rest of Kubernetes expects.",
    bad: kubelet!("makeIPTablesUtilChains: false"),
    good: kubelet!("makeIPTablesUtilChains: true"),
    fix: Some(Safety::Unsafe),
    check: required! {
        Kubelet "makeIPTablesUtilChains": NotOther(true) => "does not set up the chains that others rely on",
    },
};

pub(super) static KUBELET_HOSTNAME_OVERRIDE: Rule = Rule {
    id: "kubelet-hostname-override",
    summary: "a kubelet has another name than its machine",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[cis("4.2.7"), stig("V-242404")],
    why: "`--hostname-override` gives a node another name than its machine has. Certificates, logs and what the machine \
          calls itself then differ; some clouds and installers need it all the same.",
    prevents: "A node in the audit log is the machine of that name.",
    bad: "\
kubelet-arg:
  - hostname-override=node-1
",
    good: "\
kubelet-arg:
  - pod-max-pids=4096
",
    fix: None,
    check: required! {
        Kubelet "hostname-override": Absent => "has another name than its machine",
    },
};

pub(super) static KUBELET_SECCOMP_DEFAULT: Rule = Rule {
    id: "kubelet-seccomp-default",
    summary: "pods without a profile of their own run without seccomp",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[cis("4.2.14")],
    why: "With `seccompDefault: true` a pod that names no profile runs with the one of its container runtime. Without \
          it, which is the default, it runs without any, and may make every system call.",
    prevents: "Faults of the kernel that the profile hides are not open to every pod that forgot a field.",
    bad: kubelet!("readOnlyPort: 0"),
    good: kubelet!("seccompDefault: true"),
    fix: None,
    check: required! {
        Kubelet "seccompDefault": Is(true) => "runs pods without a profile of their own without seccomp",
    },
};

pub(super) static KUBELET_PROTECT_KERNEL: Rule = Rule {
    id: "kubelet-protect-kernel",
    summary: "a kubelet changes kernel parameters",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[stig("V-242434")],
    why: "With `protectKernelDefaults: true` a kubelet does not start where the kernel is not set up as it wants; with \
          false it changes the kernel. The STIG asks for it; CIS has dropped it, since it needs every node to be prepared.",
    prevents: "The kernel of a node is as its administrators set it up.",
    bad: kubelet!("protectKernelDefaults: false"),
    good: kubelet!("protectKernelDefaults: true"),
    fix: None,
    check: required! {
        Kubelet "protectKernelDefaults": Is(true) => "changes kernel parameters instead of refusing to start",
    },
};
