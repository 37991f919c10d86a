#!/usr/bin/env python3
"""Writes flags.txt, plugins.txt, gates.txt and configs.txt: what each release of kube-apiserver takes.

Needs go (to fetch the modules) and a folder with the `--help` of each release; see README.md for both and the formats.

    make.py [FOLDER]
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
RELEASES = {33: "33.13", 34: "34.4", 35: "35.4", 36: "36.3", 37: "37.2"}
OLDEST, NEWEST = min(RELEASES), max(RELEASES)
# Only for the names of gates that were gone before OLDEST.
HISTORY = {
    20: "20.15", 21: "21.14", 22: "22.17", 23: "23.17", 24: "24.17", 25: "25.16", 26: "26.15", 27: "27.16",
    28: "28.15", 29: "29.14", 30: "30.14", 31: "31.14", 32: "32.10",
}

# pflag prints no default that is the zero of its type.
ZERO = {"bool": "false", "int": "0", "uint": "0", "float": "0", "float32": "0", "duration": "0s"}
# `--help` leaves a deprecated flag out, unless its code shows it again; its type and default are from the code.
HIDDEN = {
    "apiserver-count": ("int", "1", "kubernetes", "cmd/kube-apiserver/app/options/options.go"),
    "audit-webhook-batch-initial-backoff": ("duration", "10s", "apiserver", "pkg/server/options/audit.go"),
    "default-watch-cache-size": ("int", "100", "apiserver", "pkg/server/options/etcd.go"),
    "kubelet-port": ("uint", "10250", "kubernetes", "cmd/kube-apiserver/app/options/options.go"),
    "kubelet-read-only-port": ("uint", "10255", "kubernetes", "cmd/kube-apiserver/app/options/options.go"),
}
HIDING_FOLDERS = [
    ("kubernetes", ["cmd/kube-apiserver/app/options/", "pkg/controlplane/", "pkg/kubeapiserver/options/"]),
    ("apiserver", ["pkg/server/options/"]),
]

KUBEADM = "cmd/kubeadm/app/apis/kubeadm"
# Where the kinds of configuration files are registered, and which flag or plugin reads them.
CONFIGS = [
    ("apiserver", "pkg/apis/apiserver", {
        "AdmissionConfiguration": "flag:admission-control-config-file",
        "AuthenticationConfiguration": "flag:authentication-config",
        "AuthorizationConfiguration": "flag:authorization-config",
        "EgressSelectorConfiguration": "flag:egress-selector-config-file",
        "EncryptionConfiguration": "flag:encryption-provider-config",
        "TracingConfiguration": "flag:tracing-config-file",
    }),
    ("apiserver", "pkg/apis/audit", {"Policy": "flag:audit-policy-file"}),
    ("apiserver", "pkg/admission/plugin/webhook/config/apis/webhookadmission", {
        "WebhookAdmission": "plugin:ValidatingAdmissionWebhook",
        "WebhookAdmissionConfiguration": "plugin:ValidatingAdmissionWebhook",
    }),
    ("apiserver", "pkg/admission/plugin/policy/config/apis/policyconfig", {
        "MutatingAdmissionPolicyConfiguration": "plugin:MutatingAdmissionPolicy",
        "ValidatingAdmissionPolicyConfiguration": "plugin:ValidatingAdmissionPolicy",
    }),
    ("apiserver", "pkg/admission/plugin/resourcequota/apis/resourcequota", {
        "Configuration": "plugin:ResourceQuota",
        "ResourceQuotaConfiguration": "plugin:ResourceQuota",
    }),
    ("kubernetes", "plugin/pkg/admission/eventratelimit/apis/eventratelimit", {
        "Configuration": "plugin:EventRateLimit",
    }),
    ("kubernetes", "plugin/pkg/admission/podtolerationrestriction/apis/podtolerationrestriction", {
        "Configuration": "plugin:PodTolerationRestriction",
    }),
    ("pod-security-admission", "admission/api", {"PodSecurityConfiguration": "plugin:PodSecurity"}),
    ("kubelet", "config", {
        "CredentialProviderConfig": "kubelet:image-credential-provider-config",
        "KubeletConfiguration": "kubelet:config",
    }),
    ("kube-proxy", "config", {"KubeProxyConfiguration": "kube-proxy:config"}),
    ("kube-scheduler", "config", {"KubeSchedulerConfiguration": "kube-scheduler:config"}),
    ("kubernetes", KUBEADM, {
        "ClusterConfiguration": "kubeadm:config",
        "InitConfiguration": "kubeadm:config",
        "JoinConfiguration": "kubeadm:config",
        "ResetConfiguration": "kubeadm:config",
        "UpgradeConfiguration": "kubeadm:config",
    }),
]


class Module:
    """The Go files of a module of a release, read from its zip."""

    fetched = {}

    def __init__(self, path):
        answer = subprocess.run(
            ["go", "mod", "download", "-json", path],
            check=False, capture_output=True, text=True, cwd=tempfile.gettempdir(),
        )
        found = json.loads(answer.stdout or "{}")
        if "Zip" not in found:
            sys.exit(f"{path}: {found.get('Error', answer.stderr)}")
        self.folder, self.zip = f"{path}/", zipfile.ZipFile(found["Zip"])
        self.names = [path.removeprefix(self.folder) for path in self.zip.namelist()]

    @classmethod
    def of_path(cls, path):
        if path not in cls.fetched:
            cls.fetched[path] = cls(path)
        return cls.fetched[path]

    @classmethod
    def of(cls, name, version):
        return cls.of_path(f"k8s.io/{name}@v{1 if name == 'kubernetes' else 0}.{version}")

    def read(self, path):
        return self.zip.read(self.folder + path).decode()

    def code(self, folder):
        """The paths of the Go files under a folder, tests left out."""
        return [
            path for path in self.names
            if path.startswith(folder) and path.endswith(".go") and not path.endswith("_test.go")
        ]


def read_help(text):
    """name -> (type, text), of all flags of a `--help`; a flag without a type is a bool."""
    flags, name = {}, None
    for line in text.splitlines():
        if found := re.match(r"^ {2,6}(?:-\w, )?--([\w-]+)(?: (\S+))? {2,}(\S.*)$", line):
            name = found[1]
            flags[name] = (found[2] or "bool", found[3])
        elif name and line.startswith("          "):
            flags[name] = (flags[name][0], flags[name][1] + "\n" + line.strip())
        else:
            name = None
    return flags


def flag_rest(kind, text):
    """What follows a flag's name: its type, its default, and why it should not be used any more."""
    text, _, deprecated = text.partition(" (DEPRECATED: ")
    # what stands in brackets is written by hand in the description, and only ever says `false`
    found = re.search(r"\(default (.*)\)$", text.strip(), re.DOTALL)
    default = found[1] if found else ZERO.get(kind, "")
    if default[:1] + default[-1:] in ('""', "[]"):
        default = default[1:-1]
    if "\n" in default or "|" in default:
        sys.exit(f"a default that cannot be written: {default!r}")
    return row(kind, default, deprecated.removesuffix(")"))


def row(words, default, text):
    return " | ".join([words, default, text]).rstrip(" |") if text else f"{words} | {default}" if default else words


def read_flags(helped, version):
    flags = {name: flag_rest(kind, text) for name, (kind, text) in helped.items() if name != "help"}
    hidden = {}
    for module, folders in HIDING_FOLDERS:
        source = Module.of(module, version)
        for path in (path for folder in folders for path in source.code(folder)):
            code = source.read(path)
            for name, text in re.findall(r'\.MarkDeprecated\(\s*"([\w-]+)",\s*"([^"]*)"', code):
                hidden[name] = (text, path)
            if "MarkHidden(" in code:
                sys.exit(f"{path} hides a flag")
    for name, (text, path) in hidden.items():
        if name not in flags:
            if name not in HIDDEN or HIDDEN[name][3] != path:
                sys.exit(f"a hidden flag of {path}: {name}")
            flags[name] = row(HIDDEN[name][0] + " hidden", HIDDEN[name][1], text)
    return flags


def read_plugins(helped):
    text = helped["enable-admission-plugins"][1]
    found = re.search(r"default enabled ones \((.*?)\)\..*list of admission plugins: (.*?)\. ", text)
    on, every = (set(names.split(", ")) for names in found.groups())
    if not on < every:
        sys.exit(f"unknown plugins are on: {on - every}")
    return {name: "on" if name in on else "off" for name in every}


def read_gates(helped, version, minor):
    """name -> stage and default; what `--help` does not show, the stable and the deprecated, is from the code."""
    # ", or ..." after it is for other values of --min-compatibility-version
    line = r"^kube:(\w+)=true\|false \((ALPHA|BETA) - default=(\w+)\)(?:, or .*)?$"
    shown = re.findall(line, helped["feature-gates"][1], re.M)
    if len(shown) != helped["feature-gates"][1].count("\nkube:"):
        sys.exit(f"v1.{version}: a gate of an unknown shape")
    gates = {name: f"{stage.lower()} {'on' if default == 'true' else 'off'}" for name, stage, default in shown}
    specs, name = {}, None
    reference = "test/compatibility_lifecycle/reference/versioned_feature_list.yaml"
    for line in Module.of("kubernetes", version).read(reference).splitlines():
        if found := re.match(r"- name: (\w+)$", line):
            name = found[1]
            specs[name] = []
        elif found := re.match(r"  - default: (true|false)$", line):
            specs[name].append({"default": found[1]})
        elif found := re.match(r'    (lockToDefault|preRelease|version): "?([\w.]*)"?$', line):
            specs[name][-1][found[1]] = found[2]
    client = Module.of("client-go", version).read("features/known_features.go")
    for name, body in re.findall(r"^\t(\w+): \{\n((?:\t\t\{.*\n)+)\t\}", client, re.M):
        specs[name] = [
            {"version": found[0], "default": found[1], "preRelease": found[2], "lockToDefault": found[3] or "false"}
            for found in re.findall(
                r'MustParse\("([\d.]+)"\), Default: (\w+), PreRelease: (\w+)(?:, LockToDefault: (\w+))?', body
            )
        ]
    for name, stages in specs.items():
        reached = [stage for stage in stages if int(stage["version"].split(".")[1]) <= minor]
        if name in gates or not reached:
            continue
        last = reached[-1]
        stage = {"GA": "stable", "": "stable", "Deprecated": "deprecated"}.get(last["preRelease"])
        if stage:
            locked = " locked" if last["lockToDefault"] == "true" else ""
            gates[name] = f"{stage} {'on' if last['default'] == 'true' else 'off'}{locked}"
    return gates


def read_history():
    """gate -> the last release that has it, from 1.20 on."""
    last = {}
    for minor, version in HISTORY.items():
        for module in ("kubernetes", "apiserver"):
            source = Module(f"k8s.io/{module}@v{1 if module == 'kubernetes' else 0}.{version}")
            for path in source.code("pkg/"):
                if "/features/" in path:
                    for name in re.findall(r'\bfeaturegate\.Feature\s*= "(\w+)"', source.read(path)):
                        last[name] = minor
    return last


def read_configs(version):
    """(kind, apiVersion) -> who reads it, and the order in which kubeadm prefers its versions."""
    configs = {}
    for module, folder, readers in CONFIGS:
        source = Module.of(module, version)
        for path in source.code(folder + "/v"):
            if not re.fullmatch(re.escape(folder) + r"/v\w+/register\.go", path):
                continue
            code = source.read(path)
            groups = dict(re.findall(r'(?:const )?(\w*GroupName)\s*= "([\w.-]+)"', code))
            versions = {
                name: f"{groups[group]}/{release}" for name, group, release in
                re.findall(r'(\w+) = schema\.GroupVersion\{Group: (\w+), Version: "(\w+)"\}', code)
            }
            known = re.findall(r"AddKnownTypes\((\w+),([^)]*)\)", code)
            kinds = [(name, kind) for name, body in known for kind in re.findall(r"&(\w+)\{\}", body)]
            kinds += re.findall(r'AddKnownTypeWithName\((\w+)\.WithKind\("(\w+)"\)', code)
            for name, kind in kinds:
                if kind in readers:
                    configs[kind, versions[name]] = readers[kind]
    scheme = Module.of("kubernetes", version).read(KUBEADM + "/scheme/scheme.go")
    priority = re.findall(r"(v\w+)\.SchemeGroupVersion", re.search(r"SetVersionPriority\((.*)\)\)", scheme)[1])
    return configs, priority


def runs(releases):
    """The releases that hold one value, as ranges: {33: a, 34: a, 36: b} -> (33, 34, a), (36, 36, b)."""
    out = []
    for minor, value in sorted(releases.items()):
        if out and out[-1][1] == minor - 1 and out[-1][2] == value:
            out[-1] = (out[-1][0], minor, value)
        else:
            out.append((minor, minor, value))
    return out


def lines(word, tables, order=lambda name: name):
    """The lines of a table from what each release has; `order` sorts the names."""
    merged = {}
    for minor, table in tables.items():
        for name, rest in table.items():
            merged.setdefault(name, {})[minor] = rest
    out = []
    for name in sorted(merged, key=order):
        for since, until, rest in runs(merged[name]):
            words, bar, texts = rest.partition(" | ")
            span = "" if (since, until) == (OLDEST, NEWEST) else f" {since}-{until}"
            name_words = " ".join(name) if isinstance(name, tuple) else name
            out.append(f"{word} {name_words} {words}{span}{bar}{texts}")
    return out


def stability(version):
    """v1 before v1beta1 before v1alpha1, and the higher before the lower."""
    major, stage, number = re.fullmatch(r"v(\d+)(?:(alpha|beta)(\d+))?", version).groups()
    return ({None: 0, "beta": 1, "alpha": 2}[stage], -int(major), -int(number or 0))


def write(name, what, body, by="make.py"):
    modules = ", ".join(f"v1.{version}" for version in RELEASES.values())
    head = [f"# {what} Made by {by}; README.md has the format. Do not edit.", f"# Kubernetes {modules}"]
    with open(os.path.join(HERE, name), "w", encoding="utf-8", newline="\n") as out:
        out.write("\n".join(head + body) + "\n")


def main():
    shared = os.path.join(HERE, "../../../shared/facts/apiserver-flags")
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TIGHTSHIP_APISERVER_HELP", shared)
    flags, plugins, gates, configs, priorities = {}, {}, {}, {}, []
    for minor, version in RELEASES.items():
        path = os.path.join(folder, f"v1.{version}.txt")
        if not os.path.exists(path):
            sys.exit(f"no {path}: write there what `kube-apiserver --help` of v1.{version} prints (README.md)")
        with open(path, encoding="utf-8") as source:
            helped = read_help(source.read())
        flags[minor] = read_flags(helped, version)
        plugins[minor] = read_plugins(helped)
        gates[minor] = read_gates(helped, version, minor)
        configs[minor], priority = read_configs(version)
        priorities = priority + [old for old in priorities if old not in priority]

    def config_order(name):
        kind, api = name
        group, version = api.split("/")
        own = priorities.index(version) if group.startswith("kubeadm") else 0
        return (kind, own, stability(version), group)

    known = {name for table in gates.values() for name in table}
    gone = sorted((name, last + 1) for name, last in read_history().items() if name not in known)
    write("flags.txt", "Every flag of kube-apiserver.", lines("flag", flags))
    write("plugins.txt", "Every admission plugin of kube-apiserver.", lines("plugin", plugins))
    write("gates.txt", "Every feature gate that kube-apiserver takes, and those that it took once.",
          lines("gate", gates) + [f"gone {name} {minor}" for name, minor in gone])
    write("configs.txt", "The kinds of configuration files, the preferred API version first.",
          lines("config", configs, config_order))


if __name__ == "__main__":
    main()
