"""A real kube-apiserver with etcd in a folder, without nodes and controllers, and many objects in it.

The API server itself makes one of each form, with its defaults and what it adds. Its bytes in etcd are then copied under other names
and uids of the same length, which takes seconds where creating them one by one takes most of an hour.
"""

import base64
import http.client
import json
import pathlib
import signal
import socket
import subprocess
import time
import uuid

import objects

TEAMS = 400
# etcd takes 128 operations in one transaction
TOGETHER = 128
TOKEN = "bench-live"


def free_port():
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


class Bed:
    """The programs while they run; `with` ends them."""

    def __init__(self, folder, etcd, api_server, kubectl):
        self.folder = pathlib.Path(folder)
        self.programs = {"etcd": etcd, "kube-apiserver": api_server, "kubectl": kubectl}
        self.ports = {name: free_port() for name in ("etcd", "peers", "kube-apiserver")}
        self.running = []
        self.kubeconfig = self.folder / "kubeconfig"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in reversed(self.running):
            self.end(child)

    def end(self, child):
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        self.running.remove(child)

    def start(self, name, flags):
        log = open(self.folder / f"{name}.log", "w")
        child = subprocess.Popen([self.programs[name], *flags], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.running.append(child)
        return child

    def wait(self, child, what, is_ready):
        until = time.monotonic() + 120
        while not is_ready():
            if child.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"{what} does not answer: see {self.folder}/{what}.log")
            time.sleep(0.2)

    def start_etcd(self):
        url, peers = (f"http://127.0.0.1:{self.ports[name]}" for name in ("etcd", "peers"))
        child = self.start("etcd", [
            f"--data-dir={self.folder}/etcd", f"--listen-client-urls={url}", f"--advertise-client-urls={url}", f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}", f"--initial-cluster=default={peers}", "--quota-backend-bytes=8589934592", "--unsafe-no-fsync", "--log-level=error",
        ])
        self.wait(child, "etcd", lambda: self.etcd("range", {"key": encoded(b"a")}, quiet=True) is not None)

    def start_api_server(self):
        pki = self.folder / "pki"
        pki.mkdir(exist_ok=True)
        key = pki / "accounts.key"
        if not key.exists():
            subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, stderr=subprocess.DEVNULL)
        (pki / "tokens.csv").write_text(f"{TOKEN},admin,admin,system:masters\n")
        port = self.ports["kube-apiserver"]
        child = self.start("kube-apiserver", [
            f"--etcd-servers=http://127.0.0.1:{self.ports['etcd']}", f"--secure-port={port}", "--bind-address=127.0.0.1", f"--cert-dir={pki}",
            "--service-account-issuer=https://kubernetes.default.svc", f"--service-account-key-file={key}", f"--service-account-signing-key-file={key}",
            "--authorization-mode=RBAC", f"--token-auth-file={pki}/tokens.csv", "--service-cluster-ip-range=10.96.0.0/16",
        ])
        self.kubeconfig.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "bed",
            "clusters": [{"name": "bed", "cluster": {"server": f"https://127.0.0.1:{port}", "insecure-skip-tls-verify": True}}],
            "users": [{"name": "admin", "user": {"token": TOKEN}}],
            "contexts": [{"name": "bed", "context": {"cluster": "bed", "user": "admin"}}],
        }))
        self.wait(child, "kube-apiserver", lambda: self.kubectl("get", "--raw=/readyz", check=False) == "ok")
        return child

    def kubectl(self, *args, text=None, check=True):
        command = [self.programs["kubectl"], f"--kubeconfig={self.kubeconfig}", *args]
        ran = subprocess.run(command, input=text, capture_output=True, text=True)
        if check and ran.returncode != 0:
            raise SystemExit(f"kubectl {' '.join(args)}: {ran.stderr}")
        return ran.stdout

    def etcd(self, call, body, quiet=False, connection=None):
        """A request to etcd; with `quiet`, none that fails."""
        try:
            connection = connection or http.client.HTTPConnection("127.0.0.1", self.ports["etcd"], timeout=60)
            connection.request("POST", f"/v3/kv/{call}", json.dumps(body))
            answer = connection.getresponse()
            text = answer.read()
        except OSError:
            if quiet:
                return None
            raise
        if answer.status != 200:
            if quiet:
                return None
            raise SystemExit(f"etcd refuses {call}: {text[:300]}")
        return json.loads(text)

    def stored(self, kind, name):
        """The key and the bytes of an object as the API server keeps it."""
        folder = {"Service": "services/specs", "Endpoints": "services/endpoints"}.get(kind, RESOURCES.get(kind, kind.lower() + "s"))
        of = "" if kind == "Namespace" else f"{objects.TEAM}/"
        key = f"/registry/{folder}/{of}{name}".encode()
        found = self.etcd("range", {"key": encoded(key)}).get("kvs")
        if not found:
            raise SystemExit(f"{key.decode()} is not in etcd")
        return key, base64.b64decode(found[0]["value"])

    def create(self, made):
        """Creates objects, and gives them as they are stored, with the uid of each."""
        first = sorted(made, key=lambda it: {"Namespace": 0, "ServiceAccount": 1}.get(it["kind"], 2))
        line = "--output=jsonpath={.kind} {.metadata.name} {.metadata.uid}{'\\n'}"
        said = self.kubectl("create", line, "--filename=-", text=json.dumps(list_of(first)))
        uids = {(kind, name): uid for kind, name, uid in map(str.split, said.splitlines())}
        return [(*self.stored(*place), uids[place]) for place in ((it["kind"], it["metadata"]["name"]) for it in made)]

    def fill(self, count):
        """Makes about so many objects that are read; gives how many, and the (kind, namespace, name) of those whose owner speaks for them."""
        api_server = self.start_api_server()
        team = self.create(objects.namespace()[:2])
        shapes, copies = [], []
        for share, shape in objects.SHAPES:
            own, spoken_for = shape()
            made = [own[0], *spoken_for, *own[1:], *objects.around()]
            shapes.append((share, self.create(made), len(made) - 1))
            copies.append([(it["kind"], it["metadata"]["name"]) for it in spoken_for])
            self.kubectl("delete", "--wait=false", "--grace-period=0", "--force", "--filename=-", text=json.dumps(list_of(made)))
        team += self.create(objects.namespace()[2:])
        self.end(api_server)
        wanted = [(names(0, at), team) for at in range(1, TEAMS)]
        total, spoken_for, at = TEAMS * len(team), [], 0
        while total < count:
            at += 1
            # the forms by turns, each as often as its share says
            share = at * 37 % 100
            form = next(number for number, _ in enumerate(shapes) if share < sum(it[0] for it in shapes[: number + 1]))
            wanted.append((names(at, at % TEAMS), shapes[form][1]))
            spoken_for += [[kind, f"team-{at % TEAMS:03}", name.replace(objects.APP, f"app-{at:05}")] for kind, name in copies[form]]
            # Secrets are not read
            total += shapes[form][2]
        self.put(wanted)
        return total, spoken_for

    def put(self, wanted):
        def operations():
            for number, (replaced, prototypes) in enumerate(wanted):
                uids = {}
                for at, (_, _, uid) in enumerate(prototypes):
                    own = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{number}/{at}")).encode()
                    uids[uid.encode()] = own
                    uids[objects.uid(at + 1).encode()] = own
                for key, value, _ in prototypes:
                    for old, new in (*replaced, *uids.items()):
                        key, value = key.replace(old, new), value.replace(old, new)
                    yield {"requestPut": {"key": encoded(key), "value": encoded(value)}}

        connection = http.client.HTTPConnection("127.0.0.1", self.ports["etcd"], timeout=60)
        batch = []
        for operation in operations():
            batch.append(operation)
            if len(batch) == TOGETHER:
                self.etcd("txn", {"success": batch}, connection=connection)
                batch = []
        if batch:
            self.etcd("txn", {"success": batch}, connection=connection)


RESOURCES = {"NetworkPolicy": "networkpolicies"}


def names(app, team):
    old = (objects.APP, objects.TEAM, objects.NODE)
    new = (f"app-{app:05}", f"team-{team:03}", f"node-{app % 300:03}")
    return [(a.encode(), b.encode()) for a, b in zip(old, new)]


def list_of(items):
    return {"apiVersion": "v1", "kind": "List", "items": items}


def encoded(data):
    return base64.b64encode(data).decode()
