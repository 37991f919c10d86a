//! Examples of the keys of an app, and where what Kubernetes calls by another name is written.

/// A key of an app, and how it is written.
pub(super) const EXAMPLES: &[(&str, &str)] = &[
    ("name", "name: shop"),
    ("image", "image: ghcr.io/acme/shop:1.2.3"),
    ("level", "level: restricted"),
    ("target", "target: {kubernetes: \"1.36\", platform: generic}"),
    ("partOf", "partOf: webshop"),
    ("owner", "owner: team-a"),
    ("space", "space: webshop"),
    ("workload", "workload: {kind: cronjob, schedule: \"0 3 * * *\", timeZone: Europe/Berlin}"),
    ("labels", "labels: {tier: backend, example.com/cost-center: \"4711\"}"),
    ("annotations", "annotations: {example.com/runbook: \"https://wiki.example.com/shop\"}"),
    ("pods", "pods:\n  labels: {example.com/mesh: \"on\"}\n  annotations: {example.com/log-format: json}"),
    ("service", "service:\n  annotations: {external-dns.alpha.kubernetes.io/hostname: shop.example.com}"),
    ("nodeSelector", "nodeSelector: {kubernetes.io/arch: arm64}"),
    ("tolerations", "tolerations:\n  - {key: example.com/batch, value: \"yes\", effect: NoSchedule}"),
    ("topology", "topology: {zones: strict, nodes: strict, near: [cache], apart: [batch]}\nreplicas: 3"),
    ("priorityClass", "priorityClass: important"),
    ("runtimeClass", "runtimeClass: gvisor"),
    (
        "replicas",
        "replicas:\n  min: 2\n  max: 10\n  cpu: 70\n  memory: 80\n  metrics:\n    - {pods: http_requests_per_second, average: \"100\"}\n    - {external: queue_messages_ready, labels: {queue: orders}, average: \"30\"}\n  behavior: {down: {wait: 600, pods: 1}}",
    ),
    (
        "host",
        "level: privileged\nhost: {network: true}\nexceptions:\n  - {rule: host-namespaces, reason: \"measures the node's network\", ticket: OPS-1, expires: 2030-01-01}",
    ),
    ("command", "command: [/bin/shop, serve]"),
    ("args", "args: [--listen, \":8080\"]"),
    ("ports", "ports:\n  - {name: http, port: 8080}\n  - {name: metrics, port: 9090, service: 0}"),
    (
        "health",
        "health:\n  startup: {within: 3m}\n  ready: {http: {path: /ready, port: http, headers: {X-Probe: kubelet}}, period: 5, failures: 2}\n  live: {grpc: {port: http, service: shop.v1.Shop}, period: 20, timeout: 5}",
    ),
    ("lifecycle", "lifecycle: {postStart: [/bin/warm-up], drain: 20}"),
    ("size", "size: {cpu: 250m, memory: 512Mi, disk: 1Gi}"),
    ("runAs", "runAs: {user: 20001, group: 20001}"),
    (
        "capabilities",
        "capabilities: [NET_BIND_SERVICE]\nexceptions:\n  - {rule: added-capability, reason: \"binds port 53 by itself\", ticket: SHOP-1, expires: 2030-01-01}",
    ),
    ("pull", "pull: Always"),
    ("pullSecrets", "pullSecrets: [registry]"),
    ("writable", "writable:\n  - {path: /var/cache/shop, size: 256Mi}\n  - {path: /dev/shm, size: 64Mi, memory: true}"),
    ("storage", "workload: statefulset\nstorage: [{name: data, path: /data, size: 10Gi}]"),
    (
        "env",
        "env:\n  LOG_LEVEL: info\n  POD_NAME: {pod: name}\n  POD_IP: {pod: ip}\n  MEMORY: {resource: limits.memory, unit: 1Mi}\n  MODE: {configMap: settings, key: mode}",
    ),
    ("envFrom", "envFrom:\n  - {configMap: settings, prefix: SHOP_}"),
    ("files", "files:\n  - path: /etc/shop/shop.toml\n    content: |\n      colour = \"blue\"\n    mode: \"0440\""),
    (
        "secrets",
        "secrets:\n  - {name: shop-db, path: /run/secrets/db, keys: [user, word]}\n  - {name: shop-mail, path: /run/secrets/mail, from: {store: vault, key: shop/mail}}",
    ),
    (
        "volumes",
        "volumes:\n  - {path: /etc/settings, configMap: settings, mode: \"0444\"}\n  - {path: /mnt/vault, csi: secrets-store.csi.k8s.io, attributes: {secretProviderClass: shop}}\n  - path: /run/identity\n    projected:\n      - token: {audience: vault, seconds: 900}\n      - pod: {labels: labels}",
    ),
    (
        "api",
        "target: {kubernetes: \"1.36\", apiServer: {cidrs: [10.0.0.1/32]}}\napi:\n  - {resource: configmaps, names: [leader], verbs: [get, update]}",
    ),
    (
        "network",
        "network:\n  from:\n    - {app: web}\n  to:\n    - {app: db, port: 5432}\n    - {internet: true, port: 443}",
    ),
    (
        "route",
        "route:\n  host: shop.example.com\n  gateway: infra/public\n  annotations: {external-dns.alpha.kubernetes.io/ttl: \"60\"}",
    ),
    ("metrics", "metrics: {port: http, by: serviceMonitor, interval: 30s, labels: {release: prometheus}}"),
    (
        "sidecars",
        "sidecars:\n  - name: proxy\n    image: ghcr.io/acme/proxy:2.0.0\n    runAs: {user: 20002}\n    files: [{path: /etc/proxy/proxy.yaml, content: \"listen: 9443\\n\"}]\n    secrets: [{name: proxy-tls, path: /run/tls}]\n    ports: [{name: tls, port: 9443, service: 443}]",
    ),
    (
        "init",
        "init:\n  - name: migrate\n    image: ghcr.io/acme/migrate:1.2.3\n    secrets: [{name: shop-db, path: /run/secrets/db}]",
    ),
    (
        "exceptions",
        "exceptions:\n  - {rule: writable-root-filesystem, reason: \"writes next to its binary\", ticket: SHOP-2, expires: 2030-01-01}",
    ),
    ("environments", "environments:\n  prod:\n    replicas: {min: 3, max: 9}\n    env: {LOG_LEVEL: warn}"),
    ("output", "output: {layout: plain, comments: false}"),
];

/// What Kubernetes, or other tools, call by a name that is no key of an app: where it goes, or why it has none.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "affinity",
        "There is no such key, on purpose: raw affinities are long, easy to get wrong, and bind an app to the labels of one \
         cluster. Write what is meant: `topology` spreads pods over zones and nodes and puts them near or apart from other \
         apps, `nodeSelector` says which nodes will do. What these cannot say goes into `patches/`.",
    ),
    (
        "hostAliases",
        "There is no such key, on purpose: names in `/etc/hosts` pass by the cluster's DNS, stay when an address moves, and \
         can lead an app to another server than everybody else sees. Give the address a name in DNS, or make a Service \
         of the type ExternalName. What has to be all the same goes into `patches/`.",
    ),
    (
        "dnsConfig",
        "There is no such key, on purpose: other DNS servers and search domains make names mean something else in this pod \
         than in the rest of the cluster, and the network policy opens the cluster's DNS only. What has to be all the same \
         goes into `patches/`, together with a `network.to` for the other servers.",
    ),
    ("hpa", "Autoscaling is written as `replicas: {min: 2, max: 10, cpu: 70}`; see `App.replicas`."),
    ("autoscaling", "Autoscaling is written as `replicas: {min: 2, max: 10, cpu: 70}`; see `App.replicas`."),
    ("serviceMonitor", "It is written as `metrics: {port: http, by: serviceMonitor}`; see `App.metrics`."),
    ("podMonitor", "It is written as `metrics: {port: http, by: podMonitor}`; see `App.metrics`."),
    ("fieldRef", "A variable from a field is written as `env: {POD_NAME: {pod: name}}`; see `App.env`."),
    (
        "resourceFieldRef",
        "A variable from a resource is written as `env: {MEMORY: {resource: limits.memory}}`; see `App.env`.",
    ),
    (
        "configMapRef",
        "A ConfigMap is written as `envFrom: [{configMap: NAME}]`, a key of it as `env: {MODE: {configMap: NAME, key: mode}}`; see `App.envFrom` and `App.env`.",
    ),
    ("priorityClassName", "It is written as `priorityClass: NAME`; see `App.priorityClass`."),
    ("runtimeClassName", "It is written as `runtimeClass: NAME`; see `App.runtimeClass`."),
    ("topologySpreadConstraints", "It is written as `topology: {zones: strict}`; see `App.topology`."),
    (
        "securityContext",
        "The hardening is written by itself. `runAs` says the user, `capabilities` what is kept, and `exceptions` what is weaker.",
    ),
    ("resources", "It is written as `size: m` or `size: {cpu: 250m, memory: 512Mi}`; see `App.size`."),
    ("containers", "The app is the container; others are `sidecars` and `init`."),
    ("initContainers", "It is written as `init: [{name: migrate, image: ...}]`; see `App.init`."),
    ("livenessProbe", "It is written as `health: {live: {http: /healthz}}`; see `App.health`."),
    ("readinessProbe", "It is written as `health: {ready: {http: /readyz}}`; see `App.health`."),
    ("startupProbe", "It is written as `health: {startup: {within: 3m}}`; see `App.health`."),
    (
        "hostNetwork",
        "An app has its own network: it is called through its ports, and its policy is about its own address.",
    ),
];

/// How a key of an app is written.
pub(super) fn of(document: &str, steps: &[String]) -> Option<&'static str> {
    let (first, true) = (steps.first()?, document == "App") else { return None };
    EXAMPLES.iter().find(|(key, _)| key == first).map(|(_, example)| *example)
}

/// Where what is called by this name goes.
pub(super) fn elsewhere(document: &str, steps: &[String]) -> Option<&'static str> {
    let ([name], "App") = (steps, document) else { return None };
    ELSEWHERE.iter().find(|(other, _)| other == name).map(|(_, text)| *text)
}
