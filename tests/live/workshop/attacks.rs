//! What an attendee tries against another, against the guard, and against the cluster. Each is a request, so that the API server
//! says no, and not a tool.

use std::time::Duration;

use camino::Utf8PathBuf;
use libtest_mimic::Failed;
use serde_json::{Value, json};

use tightship::internals::client::kubeconfig::{Access, Credentials, Files, Login};
use tightship::internals::client::{Api, Client, Exec, ExecReply, Identity, Method, Request};

use super::Room;
use crate::kubectl::{Live, ensure};

/// Where somebody tries: their own namespace and that of their account, and those of somebody else.
struct Place {
    own: String,
    own_home: String,
    other: String,
    other_home: String,
}

/// An attempt: what it is about, and the request.
struct Try(&'static str, Request);

fn ask(what: &'static str, method: Method, path: String, body: Value) -> Try {
    let request = Request::new(method, path);
    let content = if method == Method::Patch { "application/merge-patch+json" } else { "application/json" };
    Try(what, Request { content, ..if body.is_null() { request } else { request.with(body) } })
}

const CORE: &str = "/api/v1";
const NET: &str = "/apis/networking.k8s.io/v1";
const RBAC: &str = "/apis/rbac.authorization.k8s.io/v1";
const ADMISSION: &str = "/apis/admissionregistration.k8s.io/v1";
/// Nothing is made by what is let through.
const DRY: &str = "dryRun=All";

fn pod(spec: Value) -> Value {
    let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bad"},
        "spec": {"containers": [{"name": "c", "image": "busybox:1.37"}]}});
    for (key, value) in spec.as_object().into_iter().flatten() {
        pod["spec"][key] = value.clone();
    }
    pod
}

fn container(fields: Value) -> Value {
    let mut container = json!({"name": "c", "image": "busybox:1.37"});
    for (key, value) in fields.as_object().into_iter().flatten() {
        container[key] = value.clone();
    }
    pod(json!({"containers": [container]}))
}

fn named(version: &str, kind: &str, fields: Value) -> Value {
    let mut object = json!({"apiVersion": version, "kind": kind, "metadata": {"name": "bad"}});
    for (key, value) in fields.as_object().into_iter().flatten() {
        object[key] = value.clone();
    }
    object
}

/// The API: namespaces and objects of others.
fn of_others(place: &Place) -> Vec<Try> {
    let Place { own_home, other, other_home, .. } = place;
    let get = |what, path: String| ask(what, Method::Get, path, Value::Null);
    let post = |what, path: String, body| ask(what, Method::Post, format!("{path}?{DRY}"), body);
    let b = format!("{CORE}/namespaces/{other}");
    let bh = format!("{CORE}/namespaces/{other_home}");
    vec![
        get("api: all namespaces", format!("{CORE}/namespaces")),
        get("api: a namespace", b.clone()),
        get("api: pods of all", format!("{CORE}/pods")),
        get("api: pods", format!("{b}/pods")),
        get("api: secrets", format!("{b}/secrets")),
        get("api: secrets of all", format!("{CORE}/secrets")),
        get("api: config maps", format!("{b}/configmaps")),
        get("api: logs", format!("{b}/pods/page/log")),
        get("api: metrics of the API server", "/metrics".to_owned()),
        post("api: a config map", format!("{b}/configmaps"), named("v1", "ConfigMap", json!({}))),
        post("api: a pod", format!("{b}/pods"), pod(json!({}))),
        post("api: a namespace of one's own", format!("{CORE}/namespaces"), named("v1", "Namespace", json!({}))),
        ask(
            "api: delete a deployment",
            Method::Delete,
            format!("/apis/apps/v1/namespaces/{other}/deployments/page?{DRY}"),
            Value::Null,
        ),
        ask("api: delete all pods", Method::Delete, format!("{b}/pods?{DRY}"), Value::Null),
        ask("api: delete the namespace", Method::Delete, format!("{b}?{DRY}"), Value::Null),
        ask(
            "api: label the namespace",
            Method::Patch,
            format!("{b}?{DRY}"),
            json!({"metadata": {"labels": {"a": "b"}}}),
        ),
        get("exec: in a pod", format!("{b}/pods/page/exec?command=id&stdout=true")),
        get("exec: attach", format!("{b}/pods/page/attach?stdout=true")),
        get("exec: forward a port", format!("{b}/pods/page/portforward?ports=8080")),
        get("exec: proxy to a pod", format!("{b}/pods/page:8080/proxy/")),
        get("exec: proxy to a service", format!("{b}/services/page:80/proxy/")),
        ask(
            "exec: debug a pod",
            Method::Patch,
            format!("{b}/pods/page/ephemeralcontainers?{DRY}"),
            json!({"spec": {}}),
        ),
        get("events: of another", format!("{b}/events")),
        get("events: of all", format!("{CORE}/events")),
        post(
            "events: in the name of another",
            format!("{b}/events"),
            named("v1", "Event", json!({"involvedObject": {"namespace": other}})),
        ),
        post("tokens: of another's account", format!("{bh}/serviceaccounts/attendee/token"), token()),
        post(
            "tokens: of one's own account, for longer",
            format!("{CORE}/namespaces/{own_home}/serviceaccounts/attendee/token"),
            token(),
        ),
        post(
            "tokens: of a controller",
            format!("{CORE}/namespaces/kube-system/serviceaccounts/namespace-controller/token"),
            token(),
        ),
        post(
            "tokens: a Secret for one's own account",
            format!("{CORE}/namespaces/{own_home}/secrets"),
            named(
                "v1",
                "Secret",
                json!({
            "metadata": {"name": "bad", "annotations": {"kubernetes.io/service-account.name": "attendee"}},
            "type": "kubernetes.io/service-account-token"}),
            ),
        ),
        get("tokens: the codes of others", format!("{CORE}/namespaces/kube-system/secrets")),
        get("verifier: what is written of another", format!("{bh}/configmaps/lab-psa")),
        ask(
            "verifier: another's claim",
            Method::Patch,
            format!("{bh}/configmaps/claim-psa?{DRY}"),
            json!({"data": {"a": "b"}}),
        ),
        ask(
            "verifier: one's own run",
            Method::Patch,
            format!("{CORE}/namespaces/{own_home}/configmaps/lab-psa?{DRY}"),
            json!({"data": {"a": "b"}}),
        ),
        post(
            "verifier: a result of one's own",
            format!("{CORE}/namespaces/{own_home}/configmaps"),
            named("v1", "ConfigMap", json!({})),
        ),
    ]
}

fn token() -> Value {
    json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 86400}})
}

/// What belongs to the workshop, in one's own namespace and in the cluster.
fn of_guard(place: &Place) -> Vec<Try> {
    let Place { own, own_home, .. } = place;
    let a = format!("{CORE}/namespaces/{own}");
    let (net, rbac) = (format!("{NET}/namespaces/{own}"), format!("{RBAC}/namespaces/{own}"));
    let delete = |what, path: String| ask(what, Method::Delete, format!("{path}?{DRY}"), Value::Null);
    let patch = |what, path: String, body| ask(what, Method::Patch, format!("{path}?{DRY}"), body);
    let labels = |labels: Value| json!({"metadata": {"labels": labels}});
    vec![
        delete("guard: the quota", format!("{a}/resourcequotas/tightship")),
        patch(
            "guard: a larger quota",
            format!("{a}/resourcequotas/tightship"),
            json!({"spec": {"hard": {"pods": "500"}}}),
        ),
        patch(
            "guard: the label of the quota",
            format!("{a}/resourcequotas/tightship"),
            labels(json!({"tightship/guard": null})),
        ),
        delete("guard: the limits", format!("{a}/limitranges/tightship")),
        delete("guard: the network policy", format!("{net}/networkpolicies/tightship-own-only")),
        delete("guard: all network policies", format!("{net}/networkpolicies")),
        patch(
            "guard: an emptier network policy",
            format!("{net}/networkpolicies/tightship-own-only"),
            json!({"spec": {"podSelector": {"matchLabels": {"a": "b"}}}}),
        ),
        patch(
            "guard: quota by its status",
            format!("{a}/resourcequotas/tightship/status"),
            json!({"status": {"used": {"pods": "0"}}}),
        ),
        delete("guard: one's own binding", format!("{rbac}/rolebindings/tightship-attendee")),
        ask(
            "guard: an object with its label",
            Method::Post,
            format!("{a}/configmaps?{DRY}"),
            named("v1", "ConfigMap", json!({"metadata": {"name": "bad", "labels": {"tightship/guard": "x"}}})),
        ),
        delete("guard: the namespace", a.clone()),
        patch("guard: the namespace's label of the workshop", a.clone(), labels(json!({"tightship/workshop": null}))),
        patch(
            "guard: the namespace's label of the attendee",
            a.clone(),
            labels(json!({"tightship/attendee": "badger"})),
        ),
        patch("guard: open the namespace", a.clone(), labels(json!({"tightship/open": "true"}))),
        patch(
            "guard: an annotation of the namespace",
            a.clone(),
            json!({"metadata": {"annotations": {"scheduler.alpha.kubernetes.io/node-selector": "a=b"}}}),
        ),
        patch(
            "guard: a finalizer on the namespace",
            a.clone(),
            json!({"metadata": {"finalizers": ["example.com/stays"]}}),
        ),
        ask(
            "guard: a finalizer on an object",
            Method::Post,
            format!("{a}/configmaps?{DRY}"),
            named("v1", "ConfigMap", json!({"metadata": {"name": "bad", "finalizers": ["example.com/stays"]}})),
        ),
        delete("guard: the policy", format!("{ADMISSION}/validatingadmissionpolicies/tightship-workshop-accounts")),
        delete(
            "guard: its binding",
            format!("{ADMISSION}/validatingadmissionpolicybindings/tightship-workshop-accounts"),
        ),
        patch("guard: the role", format!("{RBAC}/clusterroles/tightship-workshop-attendee"), json!({"rules": []})),
        delete("guard: the account", format!("{CORE}/namespaces/{own_home}/serviceaccounts/attendee")),
        patch(
            "guard: the rights at home",
            format!("{RBAC}/namespaces/{own_home}/roles/tightship-attendee"),
            json!({"rules": []}),
        ),
        ask(
            "guard: a webhook",
            Method::Post,
            format!("{ADMISSION}/validatingwebhookconfigurations?{DRY}"),
            named("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", json!({})),
        ),
    ]
}

/// Selectors and bindings that name others.
fn of_selectors(place: &Place) -> Vec<Try> {
    let Place { own, other, other_home, .. } = place;
    let net = format!("{NET}/namespaces/{own}/networkpolicies?{DRY}");
    let rbac = format!("{RBAC}/namespaces/{own}/rolebindings?{DRY}");
    let policy = |spec: Value| named("networking.k8s.io/v1", "NetworkPolicy", json!({"spec": spec}));
    let version = "rbac.authorization.k8s.io/v1";
    let binding = |kind: &str, subject: Value| {
        named(
            version,
            kind,
            json!({"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}, "subjects": [subject]}),
        )
    };
    let account = |namespace: &str, name: &str| json!({"kind": "ServiceAccount", "namespace": namespace, "name": name});
    let somebody =
        |kind: &str, name: &str| json!({"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name});
    let post = |what, path: &str, body| ask(what, Method::Post, path.to_owned(), body);
    let all = json!({"namespaceSelector": {}});
    vec![
        post("selectors: everybody in", &net, policy(json!({"podSelector": {}, "ingress": [{"from": [all]}]}))),
        post("selectors: anybody in", &net, policy(json!({"podSelector": {}, "ingress": [{}]}))),
        post(
            "selectors: another by name",
            &net,
            policy(json!({"podSelector": {}, "ingress": [{"from": [
            {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": other}}}]}]})),
        ),
        post(
            "selectors: out to everybody",
            &net,
            policy(json!({"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": [all]}]})),
        ),
        post(
            "selectors: out to every address",
            &net,
            policy(json!({"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": [
            {"ipBlock": {"cidr": "0.0.0.0/0"}}]}]})),
        ),
        post(
            "selectors: out to anywhere",
            &net,
            policy(json!({"podSelector": {}, "policyTypes": ["Egress"], "egress": [{}]})),
        ),
        post(
            "selectors: in another's namespace",
            &format!("{NET}/namespaces/{other}/networkpolicies?{DRY}"),
            policy(json!({"podSelector": {}})),
        ),
        post("bindings: another's account", &rbac, binding("RoleBinding", account(other_home, "attendee"))),
        post("bindings: everybody", &rbac, binding("RoleBinding", somebody("Group", "system:authenticated"))),
        post(
            "bindings: accounts of another",
            &rbac,
            binding("RoleBinding", somebody("Group", &format!("system:serviceaccounts:{other}"))),
        ),
        post("bindings: a user", &rbac, binding("RoleBinding", somebody("User", "somebody"))),
        post(
            "bindings: in another's namespace",
            &format!("{RBAC}/namespaces/{other}/rolebindings?{DRY}"),
            binding("RoleBinding", account(own, "default")),
        ),
        post(
            "bindings: a role in another's namespace",
            &format!("{RBAC}/namespaces/{other}/roles?{DRY}"),
            named(version, "Role", json!({"rules": []})),
        ),
        post(
            "bindings: in the whole cluster",
            &format!("{RBAC}/clusterrolebindings?{DRY}"),
            binding("ClusterRoleBinding", account(own, "default")),
        ),
        post(
            "bindings: a role of the cluster",
            &format!("{RBAC}/clusterroles?{DRY}"),
            named(version, "ClusterRole", json!({"rules": []})),
        ),
    ]
}

/// The node, its volumes and addresses.
fn of_node(place: &Place) -> Vec<Try> {
    let Place { own, .. } = place;
    let a = format!("{CORE}/namespaces/{own}");
    let get = |what, path: &str| ask(what, Method::Get, path.to_owned(), Value::Null);
    let post = |what, path: String, body| ask(what, Method::Post, format!("{path}?{DRY}"), body);
    let pods = format!("{a}/pods");
    let services = format!("{a}/services");
    let service = |spec: Value| named("v1", "Service", json!({"spec": spec}));
    let slice = json!({"metadata": {"name": "bad", "labels": {"kubernetes.io/service-name": "page"}}, "addressType": "IPv4",
        "endpoints": [{"addresses": ["10.244.0.2"]}], "ports": [{"port": 8080}]});
    let deployment = json!({"spec": {"selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}},
        "spec": pod(json!({"hostPID": true}))["spec"]}}});
    vec![
        get("nodes: all", "/api/v1/nodes"),
        get("nodes: the kubelet", "/api/v1/nodes/x/proxy/pods"),
        get("nodes: certificates", "/apis/certificates.k8s.io/v1/certificatesigningrequests"),
        post(
            "nodes: a certificate",
            "/apis/certificates.k8s.io/v1/certificatesigningrequests".to_owned(),
            named(
                "certificates.k8s.io/v1",
                "CertificateSigningRequest",
                json!({"spec": {"request": "YQ==", "signerName": "kubernetes.io/kube-apiserver-client", "usages": ["client auth"]}}),
            ),
        ),
        post("nodes: a privileged pod", pods.clone(), container(json!({"securityContext": {"privileged": true}}))),
        post(
            "nodes: a capability",
            pods.clone(),
            container(json!({"securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}})),
        ),
        post("nodes: a port", pods.clone(), container(json!({"ports": [{"containerPort": 80, "hostPort": 80}]}))),
        post("nodes: its network", pods.clone(), pod(json!({"hostNetwork": true}))),
        post("nodes: its processes", pods.clone(), pod(json!({"hostPID": true}))),
        post("nodes: past the scheduler", pods.clone(), pod(json!({"nodeName": "x"}))),
        post("nodes: before all others", pods.clone(), pod(json!({"priorityClassName": "system-node-critical"}))),
        post(
            "nodes: by a deployment",
            format!("/apis/apps/v1/namespaces/{own}/deployments"),
            named("apps/v1", "Deployment", deployment),
        ),
        post("volumes: a path of the node", pods, pod(json!({"volumes": [{"name": "v", "hostPath": {"path": "/"}}]}))),
        get("volumes: all", "/api/v1/persistentvolumes"),
        post(
            "volumes: one of one's own",
            format!("{CORE}/persistentvolumes"),
            named(
                "v1",
                "PersistentVolume",
                json!({"spec": {
            "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/"}}}),
            ),
        ),
        post(
            "volumes: a claim",
            format!("{a}/persistentvolumeclaims"),
            named(
                "v1",
                "PersistentVolumeClaim",
                json!({"spec": {
            "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}),
            ),
        ),
        post(
            "addresses: a port of every node",
            services.clone(),
            service(json!({"type": "NodePort", "ports": [{"port": 80}]})),
        ),
        post(
            "addresses: a load balancer",
            services.clone(),
            service(json!({"type": "LoadBalancer", "ports": [{"port": 80}]})),
        ),
        post(
            "addresses: those of others",
            services,
            service(json!({"externalIPs": ["10.96.0.10"], "ports": [{"port": 53}]})),
        ),
        post(
            "addresses: another's pod behind a service",
            format!("/apis/discovery.k8s.io/v1/namespaces/{own}/endpointslices"),
            named("discovery.k8s.io/v1", "EndpointSlice", slice),
        ),
        post(
            "addresses: the same in the old form",
            format!("{a}/endpoints"),
            named(
                "v1",
                "Endpoints",
                json!({
            "subsets": [{"addresses": [{"ip": "10.244.0.2"}], "ports": [{"port": 8080}]}]}),
            ),
        ),
        ask(
            "addresses: another's as one's pod's",
            Method::Patch,
            format!("{a}/pods/PAGE/status?{DRY}"),
            json!({"status": {"podIP": "10.244.0.2"}}),
        ),
        post(
            "addresses: a route",
            format!("{NET}/namespaces/{own}/ingresses"),
            named(
                "networking.k8s.io/v1",
                "Ingress",
                json!({"spec": {
            "defaultBackend": {"service": {"name": "page", "port": {"number": 80}}}}}),
            ),
        ),
    ]
}

/// Somebody else's name on one's own token.
fn of_impersonation(place: &Place) -> Vec<Try> {
    let Place { other, other_home, .. } = place;
    let as_somebody = |what, name: &str, group: &str| {
        let who = Identity::User { name: name.to_owned(), groups: vec![group.to_owned()] };
        Try(what, Request::get(format!("{CORE}/namespaces/{other}/pods")).by(who))
    };
    vec![
        as_somebody(
            "impersonation: another",
            &format!("system:serviceaccount:{other_home}:attendee"),
            "system:authenticated",
        ),
        as_somebody("impersonation: an administrator", "kubernetes-admin", "kubeadm:cluster-admins"),
        as_somebody("impersonation: a master", "anybody", "system:masters"),
        as_somebody(
            "impersonation: a controller",
            "system:serviceaccount:kube-system:replicaset-controller",
            "system:authenticated",
        ),
        as_somebody("impersonation: a node", "system:node:x", "system:nodes"),
    ]
}

fn all(place: &Place) -> Vec<Try> {
    [of_others(place), of_guard(place), of_selectors(place), of_node(place), of_impersonation(place)]
        .into_iter()
        .flatten()
        .collect()
}

/// What was let through.
fn through(api: &dyn Api, place: &Place) -> Result<(usize, Vec<&'static str>), Failed> {
    let page = page(api, &place.own)?;
    let mut through = Vec::new();
    let tries = all(place);
    for Try(what, request) in &tries {
        let request = Request { path: request.path.replace("PAGE", &page), ..request.clone() };
        let response = api.request(&request)?;
        // of what is not there nothing is shown; what is malformed would prove nothing
        ensure(!matches!(response.status, 400 | 404 | 405 | 415 | 422 | 500), || {
            format!("{what}: {} {}", response.status, response.body)
        })?;
        if !matches!(response.status, 401 | 403) {
            through.push(*what);
        }
    }
    Ok((tries.len(), through))
}

/// A pod of the page.
fn page(api: &dyn Api, namespace: &str) -> Result<String, Failed> {
    let pods =
        api.request(&Request::get(format!("{CORE}/namespaces/{namespace}/pods?labelSelector=app%3Dpage")))?.json()?;
    Ok(pods["items"][0]["metadata"]["name"].as_str().ok_or("there is no page")?.to_owned())
}

fn address(api: &dyn Api, namespace: &str) -> Result<String, Failed> {
    let pods =
        api.request(&Request::get(format!("{CORE}/namespaces/{namespace}/pods?labelSelector=app%3Dpage")))?.json()?;
    let ip = pods["items"].as_array().into_iter().flatten().find_map(|pod| pod["status"]["podIP"].as_str());
    Ok(ip.ok_or("the page has no address")?.to_owned())
}

fn client(path: Utf8PathBuf) -> Result<Client, Failed> {
    Ok(Client::connect(&Login::Access(Access::open(&path, Files::None)?), None)?)
}

fn place(own: &str, other: &str) -> Place {
    let of = |name: &str| (format!("ts-psa-web-w-{name}"), format!("ts-seat-w-{name}"));
    let ((own, own_home), (other, other_home)) = (of(own), of(other));
    Place { own, own_home, other, other_home }
}

/// Every attempt of one attendee against another is refused, by their own account, and by another that they have made; gives the
/// number.
pub fn refused(room: &Room, live: &Live) -> Result<usize, Failed> {
    let path =
        Utf8PathBuf::from_path_buf(room.path("otter").join(".tightship/lab/psa.kubeconfig")).map_err(|_| "UTF-8")?;
    let access = Access::open(&path, Files::None)?;
    let api = client(path)?;
    let place = place("otter", "badger");
    let (mut count, found) = through(&api, &place)?;
    ensure(found.is_empty(), || format!("let through: {}", found.join("; ")))?;

    // an account of one's own, with every right that there is in the namespace
    let a = format!("{CORE}/namespaces/{}", place.own);
    let rbac = format!("{RBAC}/namespaces/{}", place.own);
    let version = "rbac.authorization.k8s.io/v1";
    for (path, object) in [
        (
            format!("{a}/serviceaccounts"),
            json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "second"}}),
        ),
        (
            format!("{rbac}/roles"),
            json!({"apiVersion": version, "kind": "Role", "metadata": {"name": "second"},
            "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}),
        ),
        (
            format!("{rbac}/rolebindings"),
            json!({"apiVersion": version, "kind": "RoleBinding", "metadata": {"name": "second"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "second"},
            "subjects": [{"kind": "ServiceAccount", "name": "second", "namespace": place.own}]}),
        ),
    ] {
        let made = api.request(&Request::new(Method::Post, path).with(object))?;
        ensure(made.is_success(), || format!("an attendee cannot make what labs ask for: {}", made.body))?;
    }
    let token_path = format!("{a}/serviceaccounts/second/token");
    let given = api.request(&Request::new(Method::Post, token_path).with(token()))?.json()?;
    let token = given["status"]["token"].as_str().ok_or("no token")?.to_owned();
    let second = Client::connect(&Login::Access(access.with(Credentials::Token(token))), None)?;
    let (more, found) = through(&second, &place)?;
    ensure(found.is_empty(), || format!("let through as another account: {}", found.join("; ")))?;
    count += more;

    // from pod to pod, by address and by name
    let admin = client(Utf8PathBuf::from_path_buf(live.kubeconfig().to_owned()).map_err(|_| "UTF-8")?)?;
    let (from, own) = (page(&api, &place.own)?, address(&api, &place.own)?);
    let node = admin.request(&Request::get(format!("{CORE}/nodes")))?.json()?;
    let node = node["items"][0]["status"]["addresses"][0]["address"].as_str().ok_or("no node")?.to_owned();
    ensure(dial(&api, &place.own, &from, &own, 8080)?, || "the page does not reach itself".to_owned())?;
    for (what, host, port) in [
        ("pod addresses: another's", address(&admin, &place.other)?, 8080),
        ("DNS: what a name leads to", format!("page.{}.svc.cluster.local", place.other), 80),
        ("pod addresses: the kubelet", node.clone(), 10250),
        ("pod addresses: the API server of the node", node, 6443),
    ] {
        ensure(!dial(&api, &place.own, &from, &host, port)?, || format!("{what}: {host}:{port} is reached"))?;
        count += 1;
    }
    Ok(count)
}

fn dial(api: &dyn Api, namespace: &str, pod: &str, host: &str, port: u16) -> Result<bool, Failed> {
    let script = format!("timeout 3 nc {host} {port} </dev/null");
    let exec = Exec {
        namespace: namespace.to_owned(),
        pod: pod.to_owned(),
        container: "page".to_owned(),
        argv: ["sh", "-c", &script].map(str::to_owned).to_vec(),
        timeout: Duration::from_secs(10),
        identity: Identity::Admin,
    };
    match api.exec(&exec)? {
        ExecReply::Ended(ended) => Ok(ended.exit == 0),
        other => Err(format!("{script}: {other:?}").into()),
    }
}

/// The same attempts in namespaces without a guard, by an account with the role `admin`: many get through, so that refusals
/// above are the guard's.
pub fn the_suite_can_fail(_: &Room, live: &Live) -> Result<(), Failed> {
    let (own, other) = (live.unique("plain-a"), live.unique("plain-b"));
    let result = unguarded(live, &own, &other);
    live.run(&["delete", "namespace", &own, &other, "--wait=false"]);
    result
}

fn unguarded(live: &Live, own: &str, other: &str) -> Result<(), Failed> {
    for namespace in [own, other] {
        live.apply(&format!(
            "apiVersion: v1\nkind: Namespace\nmetadata: {{name: {namespace}}}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: attendee, namespace: {namespace}}}\n---\n\
             apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: lab-psa, namespace: {namespace}}}\n---\n\
             apiVersion: v1\nkind: ResourceQuota\nmetadata: {{name: tightship, namespace: {namespace}}}\nspec: {{hard: {{pods: \"20\"}}}}\n---\n\
             apiVersion: v1\nkind: LimitRange\nmetadata: {{name: tightship, namespace: {namespace}}}\nspec: {{limits: [{{type: Container, max: {{memory: 512Mi}}}}]}}\n---\n\
             apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: tightship-own-only, namespace: {namespace}}}\nspec: {{podSelector: {{}}}}\n---\n\
             apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: tightship-attendee, namespace: {namespace}}}\n\
             roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin}}\nsubjects: [{{kind: ServiceAccount, name: attendee, namespace: {namespace}}}]\n---\n\
             apiVersion: v1\nkind: Pod\nmetadata: {{name: page, namespace: {namespace}, labels: {{app: page}}}}\nspec: {{containers: [{{name: page, image: \"busybox:1.37\", command: [sleep, \"600\"], resources: {{limits: {{memory: 16Mi}}}}}}]}}\n"
        ))?;
    }
    let token = live.ok(&["-n", own, "create", "token", "attendee"])?;
    let path = Utf8PathBuf::from_path_buf(live.kubeconfig().to_owned()).map_err(|_| "UTF-8")?;
    let access = Access::open(&path, Files::None)?.with(Credentials::Token(token.trim().to_owned()));
    let api = Client::connect(&Login::Access(access), None)?;
    let place =
        Place { own: own.to_owned(), own_home: own.to_owned(), other: other.to_owned(), other_home: other.to_owned() };
    let page = page(&api, own)?;
    let mut found = Vec::new();
    for Try(what, request) in all(&place) {
        let request = Request { path: request.path.replace("PAGE", &page), ..request };
        if api.request(&request)?.is_success() {
            found.push(what);
        }
    }
    eprintln!("{} attempts got through without the guard", found.len());
    let expected = [
        "guard: the network policy",
        "guard: an emptier network policy",
        "guard: one's own binding",
        "guard: a finalizer on an object",
        "selectors: everybody in",
        "selectors: out to every address",
        "bindings: another's account",
        "bindings: everybody",
        "tokens: of one's own account, for longer",
        "verifier: one's own run",
        "nodes: a privileged pod",
        "nodes: its network",
        "nodes: by a deployment",
        "volumes: a path of the node",
        "addresses: a port of every node",
        "addresses: those of others",
    ];
    let missing: Vec<&str> = expected.into_iter().filter(|what| !found.contains(what)).collect();
    ensure(missing.is_empty(), || format!("refused even without the guard: {}", missing.join("; ")))
}
