//! What a control plane that is in use has of its own: addresses, certificates, issuers, files of its site, and flags.

use super::values::{
    AbsolutePath, Address, Blocks, Endpoint, FlagName, FlagValues, HostOrAddress, HostPort, Number, PluginName,
    ShortName, TokenIssuer, known,
};
use crate::decode::{Located, Map, record, string_enum};

record! {
    /// Addresses of the cluster, where the output has to name them.
    ClusterNetwork "network" {
        /// The name and port under which clients reach all control plane nodes; kubeadm needs it for more than one.
        endpoint "endpoint": Option<Located<HostPort>> = None,
        /// The addresses of Services; with two families, a block of each with a comma between them.
        services "services": Option<Located<Blocks>> =
            None => "what the platform takes; 10.96.0.0/12 where nothing does",
        /// The addresses of pods; with two families, a block of each with a comma between them.
        pods "pods": Option<Located<Blocks>> = None => "what the platform takes",
        /// The address of this node's API server that the others are told.
        advertise "advertiseAddress": Option<Located<Address>> = None => "that of the default route",
        /// The address on which the API server listens.
        bind "bindAddress": Option<Located<Address>> = None => "all",
    }
}

/// Where a control plane finds the etcd that runs beside it.
pub const LOCAL_ETCD: &str = "https://127.0.0.1:2379";

record! {
    /// The database, where the output has to name it.
    Etcd "etcd" {
        /// Its addresses as the API server sees them.
        endpoints "endpoints": Vec<Located<Endpoint>> = vec![known::<Endpoint>(LOCAL_ETCD).into()],
        /// The CA by which the API server knows it.
        ca "ca": Option<Located<AbsolutePath>> = None => "etcd/ca.crt in the folder of the certificates",
        /// The certificate by which it knows the API server.
        certificate "certificate": Option<Located<AbsolutePath>> =
            None => "apiserver-etcd-client.crt in the folder of the certificates",
        /// The key of that certificate.
        key "key": Option<Located<AbsolutePath>> =
            None => "apiserver-etcd-client.key in the folder of the certificates",
    }
}

/// Where kubeadm and most others keep the certificates of a control plane.
pub const PKI: &str = "/etc/kubernetes/pki";

record! {
    /// The certificates of the control plane.
    Certificates "certificates" {
        /// Their folder, with the names of files that kubeadm made common.
        folder "folder": Located<AbsolutePath> = known::<AbsolutePath>(PKI).into(),
        /// More names and addresses for which the API server has its certificate.
        names "names": Vec<Located<HostOrAddress>> = Vec::new(),
    }
}

record! {
    /// The tokens of pods.
    ServiceAccounts "serviceAccounts" {
        /// Who stands in them: the first in new ones; tokens of the others are taken too, for a change.
        issuers "issuers": Vec<Located<TokenIssuer>> =
            Vec::new() => "what the platform takes; https://kubernetes.default.svc.cluster.local where nothing does",
        /// Where others find the keys, if not below the issuer.
        jwks "jwksUri": Option<Located<TokenIssuer>> = None,
        /// The keys that they are checked with: several, while keys are changed.
        keys "keyFiles": Vec<Located<AbsolutePath>> = Vec::new() => "sa.pub in the folder of the certificates",
        /// The key that signs new ones.
        signing "signingKeyFile": Option<Located<AbsolutePath>> = None => "sa.key in the folder of the certificates",
    }
}

string_enum! {
    /// Who speaks to the cloud.
    CloudProvider {
        /// A controller of the cloud's own, in the cluster; kubelets wait for it.
        "external" External,
    }
}

record! {
    /// A service to which events of the audit log are sent as well.
    AuditWebhook "audit webhook" {
        /// How it is reached: a kubeconfig on the control plane's machine.
        kubeconfig "kubeconfig": Located<AbsolutePath>,
    }
}

string_enum! {
    /// What happens to a request if a webhook does not answer.
    OnFailure {
        /// It is refused.
        "deny" Deny,
        /// The next authorizer decides.
        "no-opinion" NoOpinion,
    }
}

record! {
    /// A service that decides, after Node and RBAC, what somebody may do.
    AuthorizationWebhook "authorization webhook" {
        /// Its name in metrics.
        name "name": Located<ShortName>,
        /// How it is reached: a kubeconfig on the control plane's machine.
        kubeconfig "kubeconfig": Located<AbsolutePath>,
        /// What happens if it does not answer: deny or no-opinion.
        on_failure "onFailure": OnFailure = OnFailure::Deny,
        /// Seconds until it counts as not answering.
        timeout "timeoutSeconds": Number<1, 30> = Number(3),
    }
}

record! {
    /// The configuration of an admission plugin.
    PluginConfig "configuration" {
        /// The plugin.
        plugin "plugin": Located<PluginName>,
        /// Its file on the control plane's machine.
        path "path": Located<AbsolutePath>,
    }
}

record! {
    /// Admission plugins besides those of the baseline.
    AdmissionPlugins "admission" {
        /// Plugins that are off by default.
        enable "enable": Vec<Located<PluginName>> = Vec::new(),
        /// Plugins that are on by default; each needs an exception.
        disable "disable": Vec<Located<PluginName>> = Vec::new(),
        /// Their configurations. Those of Pod Security and of limits of events are made from keys of their own.
        configurations "configurations": Vec<PluginConfig> = Vec::new(),
    }
}

string_enum! {
    /// A program of the control plane, as kubeadm calls it.
    ProgramName {
        /// kube-apiserver.
        "apiServer" ApiServer,
        /// kube-controller-manager.
        "controllerManager" ControllerManager,
        /// kube-scheduler.
        "scheduler" Scheduler,
    }
}

record! {
    /// A file or folder of the machine that a program sees, where the program is a pod.
    HostMount "mount" {
        /// Its path on the machine.
        path "path": Located<AbsolutePath>,
        /// Its path in the pod.
        at "at": Option<Located<AbsolutePath>> = None => "the same",
        /// Whether the program may write there.
        writable "writable": bool = false,
        /// Which program: apiServer, controllerManager or scheduler.
        program "program": ProgramName = ProgramName::ApiServer,
    }
}

/// Flags of a program by name, without dashes.
pub type ExtraFlags = Map<Located<FlagName>, Located<FlagValues>>;

record! {
    /// Flags for which the spec has no key: kept as they are, in the place of those that the baseline has. One that undoes a
    /// hardening needs an exception.
    ExtraArgs "extraArgs" {
        /// Those of kube-apiserver.
        api_server "apiServer": ExtraFlags = Map::new(),
        /// Those of kube-controller-manager.
        controller_manager "controllerManager": ExtraFlags = Map::new(),
        /// Those of kube-scheduler.
        scheduler "scheduler": ExtraFlags = Map::new(),
        /// Those of etcd.
        etcd "etcd": ExtraFlags = Map::new(),
        /// Those of the kubelets.
        kubelet "kubelet": ExtraFlags = Map::new(),
    }
}

record! {
    /// Flags with certificates and addresses that this cluster does without, where the output has all flags: a file that is not
    /// there would stop the program.
    LeaveOut "leaveOut" {
        /// Those of kube-apiserver.
        api_server "apiServer": Vec<Located<FlagName>> = Vec::new(),
        /// Those of kube-controller-manager.
        controller_manager "controllerManager": Vec<Located<FlagName>> = Vec::new(),
        /// Those of kube-scheduler.
        scheduler "scheduler": Vec<Located<FlagName>> = Vec::new(),
        /// Those of etcd.
        etcd "etcd": Vec<Located<FlagName>> = Vec::new(),
    }
}
