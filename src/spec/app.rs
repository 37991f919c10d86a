//! An application: one workload with everything around it.

use super::container::{Container, Port, PullPolicy, RunAs, Size};
use super::env::{EnvFrom, EnvValue};
use super::exception::{Capability, Exception};
use super::leaves::{AnyKey, HostFolder, LabelText, MetaKey};
use super::level::Level;
use super::network::{Metrics, Network, Route};
use super::placement::{Host, Lifecycle, PodMeta, ServiceMeta, Toleration, Topology};
use super::probe::Health;
use super::storage::{File, SecretRef, Storage, Writable};
use super::values::{
    AppName, Block, FolderPath, Image, Label, ObjectName, PortNumber, RbacWord, Release, RepositoryUrl, Revision,
    ShortName, SpaceName, Variable, known,
};
use super::volume::{Content, Volume, Write};
use super::workload::{DRAIN, Replicas, Workload};
use crate::decode::{Located, Map, record, string_enum};

string_enum! {
    /// The version of the spec's format.
    ApiVersion {
        /// The only one so far.
        "tightship/v1" V1
    }
}

string_enum! {
    /// The kind of an [`App`].
    AppKind {
        /// An application.
        "App" App
    }
}

string_enum! {
    /// What the cluster runs on, where that changes a manifest.
    Platform {
        /// Any conformant cluster.
        "generic" Generic,
        /// kind: images are loaded onto the nodes, not pulled.
        "kind" Kind,
        /// `OpenShift`: assigns user ids itself, and its DNS has a place and port of its own.
        "openshift" OpenShift,
    }
}

string_enum! {
    /// How the files are arranged.
    Layout {
        /// A base, one overlay per environment, and a `patches` folder that is yours.
        "kustomize" Kustomize,
        /// Numbered files for `kubectl apply -R -f`.
        "plain" Plain,
        /// As kustomize, with what Flux needs to deploy it: a source, a Kustomization for each environment, and an account that may apply this app and nothing else.
        "flux" Flux,
        /// As kustomize, with what Argo CD needs to deploy it: a project with allow lists, an Application for each environment, and an account that may apply this app and nothing else.
        "argocd" ArgoCd,
        /// A chart for each app whose templates are the manifests, with a value for what environments change. The namespace as kustomize.
        "helm" Helm,
    }
}

impl Layout {
    /// Whether something in the cluster deploys what is in a repository.
    pub fn is_reconciled(self) -> bool {
        matches!(self, Self::Flux | Self::ArgoCd)
    }
}

record! {
    /// Where the files are once they are committed, for those who deploy from there.
    Repository "repository" {
        /// The address: `https://` or `ssh://` of a Git repository, `oci://` of an artifact.
        url "url": Located<RepositoryUrl>,
        /// The branch, or the tag of an artifact.
        revision "revision": Revision = known("main"),
        /// The folder with these files, from the top of the repository.
        path "path": FolderPath = known("."),
        /// A Secret in the space with what is needed to read it (Flux).
        access "access": Option<ObjectName> = None => "none, it can be read by all",
        /// A Secret in the space with the keys that commits or artifacts are signed by (Flux).
        verify "verify": Option<Located<ObjectName>> = None => "signatures are not looked at",
    }
}

record! {
    /// The addresses of the API server, as NetworkPolicies see them: those of its endpoints, not of its Service.
    ApiEndpoint "API server" {
        /// Address blocks of the endpoints; `kubectl get endpointslices -n default` shows them.
        cidrs "cidrs": Located<Vec<Located<Block>>>,
        /// The port of the endpoints.
        port "port": PortNumber = super::values::Number(6443),
    }
}

record! {
    /// The cluster that the manifests are for.
    Target "target" {
        /// The Kubernetes release, 1.33 to 1.37: fields newer than this are not written.
        kubernetes "kubernetes": Located<Release>,
        /// What the cluster runs on.
        platform "platform": Platform = Platform::Generic,
        /// Where the API server is; needed by apps that use the Kubernetes API.
        api_server "apiServer": Option<Located<ApiEndpoint>> = None,
    }
}

record! {
    /// What an app may do with objects of the Kubernetes API in its own namespace.
    ApiRule "rule" {
        /// The API group; `""` is the core group.
        group "group": RbacWord = RbacWord::default(),
        /// The resource, in the plural, with its subresource: `configmaps`, `pods/log`.
        resource "resource": Located<RbacWord>,
        /// Only the objects with these names.
        names "names": Vec<ObjectName> = Vec::new() => "all",
        /// What may be done: get, list, watch, create, update, patch, delete, ...
        verbs "verbs": Vec<Located<RbacWord>>,
    }
}

/// Declares what an environment may say instead of the app: each key as the app has it.
macro_rules! environment {
    ($( $(#[doc = $doc:literal])* $field:ident $key:literal : $type:ty ),* $(,)?) => {
        record! {
            /// What one environment changes. A key stands for the app's own as a whole, but for `env` and `storage`.
            Environment "environment" {
                $( $(#[doc = $doc])* $field $key : Option<$type> = None => "as the app", )*
                /// Variables that are added or replaced here.
                env "env": Map<Located<Variable>, Located<EnvValue>> = Map::new(),
                /// Sizes of volumes here, by the name of the storage.
                storage "storage": Map<Located<ShortName>, EnvironmentStorage> = Map::new(),
            }
        }

        impl Environment {
            /// Puts what it says in the place of what the app says.
            fn override_in(&self, app: &mut App) {
                $( if let Some(value) = &self.$field {
                    app.$field = value.clone().into();
                } )*
            }
        }
    };
}

environment! {
    /// Replicas here.
    replicas "replicas": Located<Replicas>,
    /// Size here.
    size "size": Located<Size>,
    /// Image here.
    image "image": Located<Image>,
    /// Route here.
    route "route": Located<Route>,
    /// The team that is responsible here.
    owner "owner": Label,
    /// Settings of the workload here; its kind is that of the app.
    workload "workload": Workload,
    /// Ports here.
    ports "ports": Vec<Port>,
    /// Linux capabilities here.
    capabilities "capabilities": Vec<Located<Capability>>,
    /// What its pods share with their node here.
    host "host": Host,
    /// What it may do with the Kubernetes API here.
    api "api": Vec<Located<ApiRule>>,
    /// Labels here.
    labels "labels": Map<MetaKey, LabelText>,
    /// Annotations of the workload here.
    annotations "annotations": Map<MetaKey, String>,
    /// Labels and annotations of the pods here.
    pods "pods": PodMeta,
    /// Labels and annotations of the Service here.
    service "service": ServiceMeta,
    /// Labels that a node must have here.
    node_selector "nodeSelector": Map<AnyKey, LabelText>,
    /// Taints of nodes on which it may run here.
    tolerations "tolerations": Vec<Located<Toleration>>,
    /// How its pods are spread here.
    topology "topology": Topology,
    /// The priority class here.
    priority_class "priorityClass": Located<ObjectName>,
    /// The runtime class here.
    runtime_class "runtimeClass": ObjectName,
    /// What the container runs here.
    command "command": Vec<String>,
    /// Arguments of the command here.
    args "args": Vec<String>,
    /// How its health is probed here.
    health "health": Located<Health>,
    /// What runs around its start and end here.
    lifecycle "lifecycle": Located<Lifecycle>,
    /// The user here.
    run_as "runAs": RunAs,
    /// When the image is pulled here.
    pull "pull": PullPolicy,
    /// Secrets with credentials of the registry here.
    pull_secrets "pullSecrets": Vec<ObjectName>,
    /// Folders that the container may write to here.
    writable "writable": Vec<Writable>,
    /// Keys of ConfigMaps and Secrets as variables here.
    env_from "envFrom": Vec<EnvFrom>,
    /// Files here.
    files "files": Vec<File>,
    /// Secrets as files here.
    secrets "secrets": Vec<SecretRef>,
    /// Volumes of what exists already here.
    volumes "volumes": Vec<Volume>,
    /// Who calls it, and what it calls, here.
    network "network": Network,
    /// Where Prometheus finds its metrics here.
    metrics "metrics": Located<Metrics>,
    /// Containers beside it here.
    sidecars "sidecars": Vec<Container>,
    /// Containers before it here.
    init "init": Vec<Container>,
}

record! {
    /// What an environment changes about a volume.
    EnvironmentStorage "storage" {
        /// The size of the volume here.
        size "size": super::values::Disk,
    }
}

record! {
    /// How the output looks.
    Output "output" {
        /// How the files are arranged.
        layout "layout": Located<Layout> = Layout::Kustomize.into(),
        /// Where the files are once they are committed; needed by the layouts flux and argocd.
        repository "repository": Option<Located<Repository>> = None,
        /// A `SecretStore` of External Secrets in the space, from which the Secrets that the app names are fetched.
        secret_store "store": Option<Located<ObjectName>> = None => "none, the Secrets exist already",
        /// Whether comments explain the hardening.
        comments "comments": bool = true,
    }
}

record! {
    /// An application: one workload with its identity, network, configuration and limits.
    App "app" {
        /// The version of this format: `tightship/v1`.
        api_version "apiVersion": ApiVersion,
        /// `App`.
        kind "kind": AppKind,
        /// The name of the workload and of everything around it.
        name "name": Located<AppName>,
        /// The image by tag or digest.
        image "image": Located<Image>,
        /// The Pod Security Standards level: restricted, baseline or, for agents of nodes, privileged.
        level "level": Located<Level>,
        /// The cluster that the manifests are for.
        target "target": Target,
        /// The application that this is part of.
        part_of "partOf": Option<Located<Label>> = None => "its name",
        /// The team that is responsible for it; becomes a label.
        owner "owner": Option<Label> = None,
        /// The namespace.
        space "space": Option<Located<SpaceName>> = None => "what it is part of",
        /// The kind of workload, alone or with its settings.
        workload "workload": Workload = Workload::default(),
        /// Labels of all its objects and of its pods. Nothing is selected by them.
        labels "labels": Map<MetaKey, LabelText> = Map::new(),
        /// Annotations of the workload.
        annotations "annotations": Map<MetaKey, String> = Map::new(),
        /// Labels and annotations of the pods alone.
        pods "pods": PodMeta = PodMeta::default(),
        /// Labels and annotations of the Service alone.
        service "service": ServiceMeta = ServiceMeta::default(),
        /// Labels that a node must have.
        node_selector "nodeSelector": Map<AnyKey, LabelText> = Map::new(),
        /// Taints of nodes on which it may run all the same.
        tolerations "tolerations": Vec<Located<Toleration>> = Vec::new(),
        /// How its pods are spread over zones and nodes, and near which other apps they run.
        topology "topology": Topology = Topology::default(),
        /// The class that says what has to make place for it; those of the system are refused.
        priority_class "priorityClass": Option<Located<ObjectName>> = None => "the cluster's",
        /// The class of container runtime, such as one that isolates more.
        runtime_class "runtimeClass": Option<ObjectName> = None => "the cluster's",
        /// What its pods share with their node; level privileged only, and by exceptions.
        host "host": Host = Host::default() => "nothing",
        /// How many pods: a number, or `{min, max, cpu, memory, metrics, behavior}` for autoscaling.
        replicas "replicas": Located<Replicas> = Replicas::default().into(),
        /// What the container runs.
        command "command": Vec<String> = Vec::new() => "what the image says",
        /// Arguments of the command.
        args "args": Vec<String> = Vec::new(),
        /// The ports that the container listens on; each gets a port of the Service.
        ports "ports": Vec<Port> = Vec::new(),
        /// How the kubelet probes its health.
        health "health": Option<Located<Health>> = None => "a TCP connection to the first port",
        /// What runs once it has started, and before it is told to stop.
        lifecycle "lifecycle": Option<Located<Lifecycle>> = None,
        /// Processor, memory and disk: xs, s, m, l, xl, or each by itself.
        size "size": Located<Size> = Size::default().into(),
        /// The user that it runs as, or `platform`.
        run_as "runAs": RunAs = RunAs::default(),
        /// Linux capabilities that it keeps; each needs an exception.
        capabilities "capabilities": Vec<Located<Capability>> = Vec::new(),
        /// When the image is pulled.
        pull "pull": Option<PullPolicy> = None => "IfNotPresent from Kubernetes 1.35 on and on kind, else Always",
        /// Secrets with credentials of the registry.
        pull_secrets "pullSecrets": Vec<ObjectName> = Vec::new(),
        /// Folders that the container may write to; empty at every start. `/tmp` is one of them unless the list is empty or
        /// something else is mounted there.
        writable "writable": Vec<Writable> = vec![Writable::tmp()],
        /// Volumes that outlive the pod.
        storage "storage": Vec<Storage> = Vec::new(),
        /// Environment variables: texts, or where the value comes from (`{pod: name}`, `{configMap, key}`, ...).
        env "env": Map<Located<Variable>, Located<EnvValue>> = Map::new(),
        /// All keys of ConfigMaps and Secrets as variables.
        env_from "envFrom": Vec<EnvFrom> = Vec::new(),
        /// Files with their content, kept in a ConfigMap.
        files "files": Vec<File> = Vec::new(),
        /// Secrets that exist already, as files.
        secrets "secrets": Vec<SecretRef> = Vec::new(),
        /// Volumes of what exists already: ConfigMaps, Secrets, secret stores, images, folders of servers.
        volumes "volumes": Vec<Volume> = Vec::new(),
        /// What it may do with the Kubernetes API.
        api "api": Vec<Located<ApiRule>> = Vec::new() => "nothing, and it has no token",
        /// Who calls it, and what it calls.
        network "network": Network = Network::default() => "nobody, and nothing but DNS",
        /// How the outside world reaches it.
        route "route": Option<Located<Route>> = None => "not at all",
        /// Where Prometheus finds its metrics.
        metrics "metrics": Option<Located<Metrics>> = None,
        /// Containers that run beside it.
        sidecars "sidecars": Vec<Container> = Vec::new(),
        /// Containers that run to their end before it.
        init "init": Vec<Container> = Vec::new(),
        /// What is weaker than it should be, why, and until when.
        exceptions "exceptions": Vec<Located<Exception>> = Vec::new(),
        /// What differs between environments.
        environments "environments": Map<Located<ShortName>, Environment> = Map::new(),
        /// How the output looks.
        output "output": Output = Output::default(),
    }
}

impl App {
    /// The namespace of the app.
    pub fn namespace(&self) -> &str {
        self.space.as_ref().map_or_else(|| self.part_of(), |space| space.as_str())
    }

    /// The application that this is part of.
    pub fn part_of(&self) -> &str {
        self.part_of.as_ref().map_or_else(|| self.name.as_str(), |name| name.as_str())
    }

    /// The ports that others can call: the app's own, and those of sidecars that are in the Service.
    pub fn offered_ports(&self) -> impl Iterator<Item = &Port> + Clone {
        let sidecars = self.sidecars.iter().flat_map(|sidecar| &sidecar.ports);
        let in_service = |port: &&Port| port.service.as_ref().is_some_and(|number| number.0 != 0);
        self.ports.iter().chain(sidecars.filter(in_service))
    }

    /// For how many seconds its pods go on answering before they are told to stop.
    pub fn drain(&self) -> Option<i64> {
        let lifecycle = self.lifecycle.as_ref();
        if lifecycle.is_some_and(|lifecycle| lifecycle.pre_stop.is_some()) {
            return None;
        }
        let called = !self.workload.is_batch() && self.offered_ports().next().is_some();
        let own = lifecycle.and_then(|lifecycle| lifecycle.drain.as_ref()).map(|drain| drain.0);
        own.or(called.then_some(DRAIN)).filter(|seconds| *seconds > 0)
    }

    /// The name of the Service that gives each pod of a statefulset a name.
    pub fn headless(&self) -> String {
        let usual = || format!("{}-headless", self.name.as_str());
        self.workload.headless.as_ref().map_or_else(usual, |name| name.to_string())
    }

    /// Its containers but the main one, sidecars first.
    pub fn others(&self) -> impl Iterator<Item = &Container> + Clone {
        self.sidecars.iter().chain(&self.init)
    }

    /// The folders of the node that its containers mount.
    pub fn host_paths(&self) -> impl Iterator<Item = (&Located<HostFolder>, &Write)> {
        let all = self.volumes.iter().chain(self.others().flat_map(|container| &container.volumes));
        all.filter_map(|volume| match &volume.content {
            Content::HostPath(folder, access) => Some((folder, access)),
            _ => None,
        })
    }

    /// The files of all its containers, in the order of its `ConfigMap`.
    pub fn all_files(&self) -> impl Iterator<Item = &File> + Clone {
        self.files.iter().chain(self.others().flat_map(|container| &container.files))
    }

    /// The folders that it may write to, `/tmp` among them unless something else is there.
    pub fn folders(&self) -> Vec<Writable> {
        let mut folders = self.writable.clone();
        let storage = self.storage.iter().map(|it| it.path.as_str());
        let volumes = self.volumes.iter().map(|it| it.path.as_str());
        let secrets = self.secrets.iter().filter_map(|it| it.path.as_ref()).map(|path| path.as_str());
        let mut taken = storage.chain(volumes).chain(secrets);
        let tmp = Writable::tmp();
        let elsewhere = taken.any(|path| path == tmp.path.as_str());
        if elsewhere {
            folders.retain(|folder| !folder.is_tmp() || !folder.path.span.is_empty());
        } else if !folders.is_empty() && !folders.iter().any(Writable::is_tmp) {
            folders.push(tmp);
        }
        folders
    }

    /// The app as it is in an environment.
    #[must_use]
    pub fn in_environment(&self, environment: &Environment) -> Self {
        let mut app = self.clone();
        environment.override_in(&mut app);
        for (name, value) in &environment.env {
            app.env.insert(name.clone(), value.clone());
        }
        for (name, change) in &environment.storage {
            if let Some(storage) = app.storage.iter_mut().find(|storage| storage.name.as_str() == name.as_str()) {
                storage.size = change.size.clone();
            }
        }
        app
    }
}
