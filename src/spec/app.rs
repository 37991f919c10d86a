//! An application: one workload with everything around it.

use super::container::{Container, Health, Port, PullPolicy, RunAs, Size};
use super::exception::{Capability, Exception};
use super::level::Level;
use super::network::{Metrics, Network, Route};
use super::storage::{File, SecretRef, Storage, Writable};
use super::values::{
    AppName, Block, Image, Label, ObjectName, PortNumber, RbacWord, Release, ShortName, SpaceName, Variable,
};
use super::workload::{Replicas, Workload};
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

record! {
    /// What one environment changes.
    Environment "environment" {
        /// Replicas here.
        replicas "replicas": Option<Located<Replicas>> = None,
        /// Size here.
        size "size": Option<Located<Size>> = None,
        /// Image here.
        image "image": Option<Located<Image>> = None,
        /// Variables that are added or replaced here.
        env "env": Map<Located<Variable>, Located<String>> = Map::new(),
        /// Route here.
        route "route": Option<Located<Route>> = None,
        /// Sizes of volumes here, by the name of the storage.
        storage "storage": Map<Located<ShortName>, EnvironmentStorage> = Map::new(),
    }
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
        layout "layout": Layout = Layout::Kustomize,
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
        /// The Pod Security Standards level: restricted or baseline.
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
        /// How many pods: a number, or `{min, max, cpu}` for autoscaling.
        replicas "replicas": Located<Replicas> = Replicas::default().into(),
        /// What the container runs.
        command "command": Vec<String> = Vec::new() => "what the image says",
        /// Arguments of the command.
        args "args": Vec<String> = Vec::new(),
        /// The ports that the container listens on; each gets a port of the Service.
        ports "ports": Vec<Port> = Vec::new(),
        /// How the kubelet probes its health.
        health "health": Option<Located<Health>> = None => "a TCP connection to the first port",
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
        /// Folders that the container may write to; empty at every start.
        writable "writable": Vec<Writable> = vec![Writable::tmp()],
        /// Volumes that outlive the pod.
        storage "storage": Vec<Storage> = Vec::new(),
        /// Environment variables; their values are text.
        env "env": Map<Located<Variable>, Located<String>> = Map::new(),
        /// Files with their content, kept in a ConfigMap.
        files "files": Vec<File> = Vec::new(),
        /// Secrets that exist already, as files.
        secrets "secrets": Vec<SecretRef> = Vec::new(),
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

    /// Whether its pods go on answering for [`DRAIN`](super::workload::DRAIN) seconds before they stop.
    pub fn drains(&self) -> bool {
        !self.workload.is_batch() && self.offered_ports().next().is_some()
    }

    /// The app as it is in an environment.
    #[must_use]
    pub fn in_environment(&self, environment: &Environment) -> Self {
        let mut app = self.clone();
        if let Some(replicas) = &environment.replicas {
            app.replicas = replicas.clone();
        }
        if let Some(size) = &environment.size {
            app.size = size.clone();
        }
        if let Some(image) = &environment.image {
            app.image = image.clone();
        }
        if let Some(route) = &environment.route {
            app.route = Some(route.clone());
        }
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
