"""The objects of an application in a cluster, as people and controllers make them, to be created once and then copied.

Names have a fixed width, so that a copy is made by replacing bytes: `app-00000` in the namespace `team-000`.
"""

APP, TEAM, NODE = "app-00000", "team-000", "node-000"


def uid(number):
    """A uid for an owner that has none yet."""
    return f"00000000-0000-4000-8000-{number:012}"


def meta(name, labels=None, owner=None, **more):
    it = {"name": name, "namespace": TEAM, "labels": {"app.kubernetes.io/name": APP, "app.kubernetes.io/part-of": "shop", **(labels or {})}, **more}
    if owner:
        version, kind, name, number = owner
        it["ownerReferences"] = [{"apiVersion": version, "kind": kind, "name": name, "uid": uid(number), "controller": True, "blockOwnerDeletion": True}]
    return it


def variables(count):
    return [{"name": f"SETTING_{at:02}", "value": f"https://service-{at}.example.com/path/{at}"} for at in range(count)]


def careful(image):
    """A pod that asks for little."""
    return {
        "serviceAccountName": APP, "automountServiceAccountToken": False, "enableServiceLinks": False, "hostUsers": False,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 10001, "runAsGroup": 10001, "fsGroup": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [{
            "name": "app", "image": image, "ports": [{"name": "http", "containerPort": 8080}], "env": variables(8),
            "envFrom": [{"configMapRef": {"name": APP}}],
            "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}},
            "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "1", "memory": "128Mi"}},
            "readinessProbe": {"httpGet": {"path": "/readyz", "port": "http"}}, "livenessProbe": {"httpGet": {"path": "/healthz", "port": "http"}},
            "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
        }],
        "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}}],
    }


def careless(image):
    """A pod as many are."""
    return {
        "serviceAccountName": APP,
        "containers": [{
            "name": "app", "image": image, "ports": [{"containerPort": 8080}], "env": variables(12),
            "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}},
            "readinessProbe": {"httpGet": {"path": "/", "port": 8080}},
            "volumeMounts": [{"name": "config", "mountPath": "/etc/app"}],
        }],
        "volumes": [{"name": "config", "configMap": {"name": APP}}],
    }


def template(spec, labels=None):
    return {"metadata": {"labels": {"app.kubernetes.io/name": APP, **(labels or {})}}, "spec": spec}


def pod(name, owner, spec, labels=None, sidecar=False):
    spec = {**spec, "nodeName": NODE, "tolerations": [{"key": f"node.kubernetes.io/{it}", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300} for it in ("not-ready", "unreachable")]}
    if sidecar:
        proxy = {"name": "proxy", "image": "registry.example.com/mesh/proxy:1.30.2", "args": ["proxy", "sidecar"], "env": variables(6), "securityContext": {"capabilities": {"add": ["NET_ADMIN"]}}}
        spec["containers"] = spec["containers"] + [proxy]
    own = {"app.kubernetes.io/part-of": "shop", "app.kubernetes.io/name": APP, **(labels or {})}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {**meta(name, owner=owner), "labels": own}, "spec": spec}


def around():
    """What lies beside each application."""
    lines = "".join(f"setting.{at:02} = value of the setting number {at} of the application\n" for at in range(20))
    rule = {"apiGroups": [""], "resources": ["configmaps", "pods"], "verbs": ["get", "list", "watch"]}
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta(APP)},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta(APP), "data": {"app.properties": lines, "LOG_LEVEL": "info"}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": meta(APP), "stringData": {"password": "correct horse battery staple"}},
        {"apiVersion": "v1", "kind": "Service", "metadata": meta(APP), "spec": {"clusterIP": "None", "selector": {"app.kubernetes.io/name": APP}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": meta(APP), "rules": [rule]},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": meta(APP), "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": APP}, "subjects": [{"kind": "ServiceAccount", "name": APP, "namespace": TEAM}]},
    ]


def deployment(make, pods, sidecar=False):
    """A Deployment with three revisions, the last of which has pods. Gives the objects, and which of them their owners speak for."""
    image = "registry.example.com/shop/app:1.2.%d"
    selector = {"matchLabels": {"app.kubernetes.io/name": APP}}
    made = [{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta(APP), "spec": {"replicas": pods, "selector": selector, "template": template(make(image % 3))}}]
    copies = []
    for revision in (1, 2, 3):
        hashed = {"pod-template-hash": f"7d4b9c5f6{revision}"}
        name = f"{APP}-7d4b9c5f6{revision}"
        owner = ("apps/v1", "Deployment", APP, 1)
        spec = {"replicas": pods if revision == 3 else 0, "selector": {"matchLabels": {**selector["matchLabels"], **hashed}}, "template": template(make(image % revision), hashed)}
        annotations = {"deployment.kubernetes.io/revision": str(revision)}
        copies.append({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": meta(name, hashed, owner, annotations=annotations), "spec": spec})
    for at in range(pods):
        made_by = ("apps/v1", "ReplicaSet", f"{APP}-7d4b9c5f63", 4)
        (made if sidecar else copies).append(pod(f"{APP}-7d4b9c5f63-x{at:04}", made_by, make(image % 3), hashed, sidecar))
    return made, copies


def stateful(pods):
    spec = careless("registry.example.com/shop/store:16.4")
    spec["containers"][0]["volumeMounts"].append({"name": "data", "mountPath": "/var/lib/data"})
    claim = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}}}
    labels = {"app.kubernetes.io/name": APP}
    made = [{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": meta(APP), "spec": {"serviceName": APP, "replicas": pods, "selector": {"matchLabels": labels}, "template": template(spec), "volumeClaimTemplates": [claim]}}]
    copies = []
    for at in range(pods):
        name = f"{APP}-{at}"
        volume = {"name": "data", "persistentVolumeClaim": {"claimName": f"data-{name}"}}
        own = {**spec, "volumes": spec["volumes"] + [volume], "hostname": name, "subdomain": APP}
        copies.append(pod(name, ("apps/v1", "StatefulSet", APP, 1), own, {"statefulset.kubernetes.io/pod-name": name}))
    return made, copies


def batch(jobs):
    spec = {**careless("registry.example.com/shop/report:4.1"), "restartPolicy": "Never"}
    job = {"backoffLimit": 2, "template": template(spec)}
    made = [{"apiVersion": "batch/v1", "kind": "CronJob", "metadata": meta(APP), "spec": {"schedule": "*/5 * * * *", "jobTemplate": {"spec": job}}}]
    copies = []
    for at in range(jobs):
        name, owner, number = f"{APP}-{29300000 + at}", ("batch/v1", "CronJob", APP, 1), 2 + 2 * at
        copies.append({"apiVersion": "batch/v1", "kind": "Job", "metadata": meta(name, owner=owner), "spec": job})
        # the API server writes these into the template
        labels = {f"{of}{key}": value for of in ("", "batch.kubernetes.io/") for key, value in (("job-name", name), ("controller-uid", uid(number)))}
        copies.append(pod(f"{name}-y0001", ("batch/v1", "Job", name, number), spec, labels))
    return made, copies


# how many of a hundred applications are of which form
SHAPES = [
    (45, lambda: deployment(careful, 5)),
    (25, lambda: deployment(careless, 5)),
    (10, lambda: deployment(careless, 4, sidecar=True)),
    (10, lambda: stateful(3)),
    (10, lambda: batch(3)),
]


def namespace():
    """What a namespace has beside its applications."""
    quota = {"hard": {"pods": "2000"}}
    policy = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": TEAM, "labels": {"pod-security.kubernetes.io/warn": "baseline"}}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": TEAM}, "automountServiceAccountToken": False},
        {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "default-deny", "namespace": TEAM}, "spec": policy},
        {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "pods", "namespace": TEAM}, "spec": quota},
    ]
