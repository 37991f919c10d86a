#!/usr/bin/env python3
"""Writes fields.txt, every field of every built-in Kubernetes object, and resources.txt, what the API server serves.

Needs go (to fetch the modules and to read YAML) and nothing else; see README.md for the format.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile

RELEASES = {33: "v1.33.13", 34: "v1.34.4", 35: "v1.35.4", 36: "v1.36.3", 37: "v1.37.2"}
OLDEST, NEWEST = min(RELEASES), max(RELEASES)
GATEWAY_API = "v1.7.0"
GATEWAY_CRDS = ["gateways", "grpcroutes", "httproutes"]
YAML_MODULE = "sigs.k8s.io/yaml@v1.6.0"
YAML_TO_JSON = """package main

import (
	"io"
	"os"

	"sigs.k8s.io/yaml"
)

func main() {
	in, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	out, err := yaml.YAMLToJSON(in)
	if err != nil {
		panic(err)
	}
	os.Stdout.Write(out)
}
"""

# Types whose swagger says less than the Go code does.
SPECIAL = {
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int-or-string",
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "object",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Patch": "object",
    "io.k8s.apimachinery.pkg.runtime.RawExtension": "object",
    # These unmarshal themselves, so that the server looks for no unknown fields inside.
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON": "any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray": "any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool": "any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray": "any",
}
FORMATS = {"byte": "bytes", "date-time": "time", "int-or-string": "int-or-string"}
# Options and events of the API that carry a kind in every group but are never written in a manifest.
NOT_OBJECTS = {"DeleteOptions", "WatchEvent"}
# What rights are about beyond the resources that are served, as `resource[.group][/subresource]`, their scope and verbs.
RIGHTS = [
    # pkg/registry/rbac of k8s.io/kubernetes
    ("clusterroles.rbac.authorization.k8s.io", "cluster", ["bind", "escalate"]),
    ("roles.rbac.authorization.k8s.io", "namespaced", ["bind", "escalate"]),
    # the impersonation filter of k8s.io/apiserver
    ("groups", "cluster", ["impersonate"]),
    ("serviceaccounts", "namespaced", ["impersonate"]),
    ("users", "cluster", ["impersonate"]),
    ("uids.authentication.k8s.io", "cluster", ["impersonate"]),
    ("userextras.authentication.k8s.io", "cluster", ["impersonate"]),
    # plugin/pkg/admission/certificates of k8s.io/kubernetes
    ("signers.certificates.k8s.io", "cluster", ["approve", "attest", "sign"]),
    # pkg/kubelet/server/auth.go of k8s.io/kubernetes: what the kubelet asks for beside nodes/proxy
    ("nodes/checkpoint", "cluster", ["create"]),
    ("nodes/configz", "cluster", ["get"]),
    ("nodes/healthz", "cluster", ["get"]),
    ("nodes/log", "cluster", ["get"]),
    ("nodes/metrics", "cluster", ["get"]),
    ("nodes/pods", "cluster", ["get"]),
    ("nodes/stats", "cluster", ["get"]),
    ("nodes/statusz", "cluster", ["get"]),
]
# What the API server does with the objects of a CustomResourceDefinition, and with its subresources.
CUSTOM_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
CUSTOM_SUBRESOURCE_VERBS = ["get", "patch", "update"]
PREFIXES = [
    "io.k8s.api.",
    "io.k8s.apimachinery.pkg.apis.",
    "io.k8s.apiextensions-apiserver.pkg.apis.",
    "io.k8s.kube-aggregator.pkg.apis.",
]


class Module:
    """The files of a Go module, read from its zip: the go command unpacks no module that wants a newer go than it is."""

    def __init__(self, name, version):
        answer = subprocess.run(
            ["go", "mod", "download", "-json", f"{name}@{version}"],
            check=False, capture_output=True, text=True, cwd=tempfile.gettempdir(),
        )
        found = json.loads(answer.stdout or "{}")
        if "Zip" not in found:
            sys.exit(f"{name}@{version}: {found.get('Error', answer.stderr)}")
        self.folder, self.zip = f"{name}@{version}", zipfile.ZipFile(found["Zip"])

    def read(self, path):
        return self.zip.read(f"{self.folder}/{path}")

    def names(self, folder):
        """The files in a folder."""
        start = f"{self.folder}/{folder}/"
        return [name.removeprefix(start) for name in self.zip.namelist() if name.startswith(start)]


def short(name):
    """`io.k8s.api.core.v1.PodSpec` as `core.v1.PodSpec`."""
    for prefix in PREFIXES:
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    sys.exit(f"a type of an unknown package: {name}")


def type_of(schema, struct):
    """A schema as a word of the table; `struct` names the type of an object with properties."""
    if "$ref" in schema:
        target = schema["$ref"].removeprefix("#/definitions/")
        return SPECIAL.get(target) or short(target)
    if schema.get("x-kubernetes-int-or-string"):
        return "int-or-string"
    kind = schema.get("type")
    if kind == "array":
        return "list:" + type_of(schema["items"], struct)
    if kind == "object":
        if schema.get("properties"):
            return struct(schema)
        if isinstance(schema.get("additionalProperties"), dict):
            return "map:" + type_of(schema["additionalProperties"], struct)
        return "object"
    if kind == "string":
        return FORMATS.get(schema.get("format"), "string")
    if kind in ("integer", "number", "boolean"):
        return kind
    if kind is None and schema.get("x-kubernetes-preserve-unknown-fields"):
        return "any"
    sys.exit(f"a schema of an unknown shape: {schema}")


def enum_of(schema):
    """The values allowed for the field, or for its items or values."""
    while True:
        if "enum" in schema:
            return schema["enum"]
        inner = schema.get("items") or schema.get("additionalProperties")
        if not isinstance(inner, dict):
            return []
        schema = inner


def field(schema, required, enum, struct):
    """What follows the name on a field's line, without the range; the enum, whose values may have spaces, comes last."""
    if schema.get("x-kubernetes-preserve-unknown-fields") and schema.get("properties"):
        sys.exit(f"a type with known and unknown fields: {schema}")
    words = [type_of(schema, struct)]
    if required:
        words.append("required")
    if key := schema.get("x-kubernetes-patch-merge-key"):
        words.append(f"merge={key}")
    if keys := schema.get("x-kubernetes-list-map-keys"):
        words.append("keys=" + ",".join(keys))
    if enum := sorted(map(str, enum)):
        if any("," in value for value in enum):
            sys.exit(f"an enum that cannot be written: {enum}")
        words.append("enum=" + ",".join(enum))
    return " ".join(words)


def enums(source):
    """(type, field) -> values. The swagger is written without enums (OpenAPIEnums=false); its Go source has them."""
    found, model, name = {}, None, None
    for line in source.splitlines():
        if match := re.match(r"func schema_(\w+)\(", line):
            model, name = match[1], None
        elif match := re.match(r'\t{5}"([^"]+)": \{$', line):
            name = match[1]
        elif match := re.match(r"\t+Enum: +\[\]interface\{\}\{(.*)\},$", line):
            found[model, name] = json.loads(f"[{match[1]}]")
    return found


def go_name(name):
    """The name of a swagger type as the functions of zz_generated.openapi.go spell it."""
    for prefix, code in zip(PREFIXES, ["k8sio_api_", "pkg_apis_", "pkg_apis_", "pkg_apis_"], strict=True):
        if name.startswith(prefix):
            return code + name.removeprefix(prefix).replace(".", "_")
    return name


def scope_of(paths):
    """(group, version, kind) -> namespaced or cluster, from the addresses that serve the kind."""
    scopes = {}
    for path, operations in paths.items():
        for operation in operations.values():
            if isinstance(operation, dict) and (gvk := operation.get("x-kubernetes-group-version-kind")):
                key = (gvk["group"], gvk["version"], gvk["kind"])
                namespaced = "/namespaces/{namespace}/" in path
                if namespaced or key not in scopes:
                    scopes[key] = "namespaced" if namespaced else "cluster"
    return scopes


def read_release(files):
    """One release: its kinds as (apiVersion, kind) -> (type, scope), its types as name -> field -> rest of the line."""
    swagger = json.loads(files.read("api/openapi-spec/swagger.json"))
    scopes = scope_of(swagger["paths"])
    values = enums(files.read("pkg/generated/openapi/zz_generated.openapi.go").decode())
    kinds, types = {}, {}
    for name, schema in swagger["definitions"].items():
        if name in SPECIAL or not any(name.startswith(prefix) for prefix in PREFIXES):
            continue
        if schema.get("type") != "object":
            sys.exit(f"not an object: {name}")
        code = go_name(name)
        types[short(name)] = {
            key: field(value, key in schema.get("required", []), values.get((code, key), []), None)
            for key, value in schema.get("properties", {}).items()
        }
        for gvk in schema.get("x-kubernetes-group-version-kind", []):
            group, release, kind = gvk["group"], gvk["version"], gvk["kind"]
            scope = scopes.get((group, release, kind))
            if (group, release, kind.removesuffix("List")) in scopes and kind.endswith("List"):
                scope = "list"
            if scope and kind not in NOT_OBJECTS:
                key = (f"{group}/{release}" if group else release, kind)
                if key in kinds:
                    sys.exit(f"two types for one kind: {key}")
                kinds[key] = (short(name), scope)
    types["meta.v1.List"] = {
        "apiVersion": "string", "items": "list:object required", "kind": "string", "metadata": "meta.v1.ListMeta",
    }
    kinds["v1", "List"] = ("meta.v1.List", "list")
    return kinds, types


def read_resources(files):
    """What one release serves: (apiVersion, plural) -> its line, and subresource -> verbs."""
    found = {}
    for name in files.names("api/discovery"):
        answer = json.loads(files.read(f"api/discovery/{name}"))
        if answer["kind"] != "APIResourceList":
            continue
        for resource in answer["resources"]:
            plural, _, subresource = resource["name"].partition("/")
            known = found.setdefault((answer["groupVersion"], plural), [None, {}])
            if subresource:
                known[1][subresource] = ",".join(resource["verbs"])
            else:
                known[0] = resource_line(
                    resource["kind"], "namespaced" if resource["namespaced"] else "cluster", resource["verbs"],
                    resource["singularName"], resource.get("shortNames", []),
                )
    return found


def resource_line(kind, scope, verbs, singular, short_names):
    """What follows the plural on a resource's line."""
    if singular != kind.lower():
        sys.exit(f"{kind} is {singular} in the singular: the table has no place for that")
    words = [kind, scope, ",".join(verbs)]
    if short_names:
        words.append("short=" + ",".join(short_names))
    return " ".join(words)


def api_versions(files):
    """The API versions of a release as it prefers them: the core group first, and of a group the preferred one."""
    groups = json.loads(files.read("api/discovery/apis.json"))["groups"]
    return ["v1"] + [version["groupVersion"] for group in groups for version in group["versions"]]


def merge_resources(releases, order, custom):
    """The lines of resources.txt. `releases` has what read_resources gives, `custom` the resources of definitions."""
    resources, subresources = {}, {}
    for minor, found in releases.items():
        for key, (line, subs) in found.items():
            if line is None:
                sys.exit(f"subresources without a resource: {key}")
            resources.setdefault(key, {})[minor] = line
            for name, verbs in subs.items():
                subresources.setdefault(key, {}).setdefault(name, {})[minor] = verbs

    def ranged(words, first, last, outer):
        return words if (first, last) == outer else f"{words} {first}-{last}"

    out = []
    place = {api: at for at, api in enumerate(order)}
    for key in sorted(resources, key=lambda key: (place.get(key[0], len(place)), key)):
        found = runs(resources[key])
        if len(found) != 1:
            sys.exit(f"{key} comes, goes or changes: {found}")
        first, last, rest = found[0]
        out.append(ranged(f"resource {key[0]} {key[1]} {rest}", first, last, (OLDEST, NEWEST)))
        for name, ranges in sorted(subresources.get(key, {}).items()):
            out += [ranged(f" {name} {verbs}", since, until, (first, last)) for since, until, verbs in runs(ranges)]
    for api, plural, rest, subs in sorted(custom):
        out.append(f"custom {api} {plural} {rest}")
        out += [f" {name} {','.join(CUSTOM_SUBRESOURCE_VERBS)}" for name in sorted(subs)]
    return out + [f"right {name} {scope} {','.join(verbs)}" for name, scope, verbs in sorted(RIGHTS)]


def read_gateway():
    """Gateway API's kinds and types, as read_release gives them, and its resources, as merge_resources wants them."""
    files = Module("sigs.k8s.io/gateway-api", GATEWAY_API)
    resources = []
    kinds, bodies, paths, roots = {}, {}, {}, []

    def add(schema, path):
        # Equal types are kept once, under the shortest of their paths; until all are known, `#3.` is a type's name.
        required, body = schema.get("required", []), {}
        for name, value in schema["properties"].items():
            if len(path) == 1 and name == "metadata":
                body[name] = "meta.v1.ObjectMeta"
            else:
                body[name] = field(
                    value, name in required, enum_of(value), lambda inner, name=name: add(inner, [*path, name])
                )
        number = bodies.setdefault(tuple(sorted(body.items())), len(bodies))
        paths.setdefault(number, []).append(path)
        return f"#{number}."

    with tempfile.TemporaryDirectory() as scratch:
        with open(os.path.join(scratch, "main.go"), "w", encoding="utf-8") as main:
            main.write(YAML_TO_JSON)
        for arguments in (["mod", "init", "scratch"], ["get", YAML_MODULE], ["build", "-o", "yaml2json", "."]):
            subprocess.run(["go", *arguments], check=True, capture_output=True, cwd=scratch)
        for crd in GATEWAY_CRDS:
            source = files.read(f"config/crd/standard/gateway.networking.k8s.io_{crd}.yaml")
            answer = subprocess.run([os.path.join(scratch, "yaml2json")], check=True, capture_output=True, input=source)
            spec = json.loads(answer.stdout)["spec"]
            version = next(v for v in spec["versions"] if v["name"] == "v1" and v["served"])
            schema, names = version["schema"]["openAPIV3Schema"], spec["names"]
            kind = names["kind"]
            add(schema, [kind])
            roots.append((f"{spec['group']}/v1", kind, names["listKind"], spec["scope"].lower()))
            rest = resource_line(
                kind, spec["scope"].lower(), CUSTOM_VERBS, names["singular"], names.get("shortNames", []),
            )
            resources.append((f"{spec['group']}/v1", names["plural"], rest, list(version.get("subresources", {}))))

    names = {
        f"#{number}.": "gateway.v1." + ".".join(min(found, key=lambda path: (len(path), path)))
        for number, found in paths.items()
    }
    types = {
        names[f"#{number}."]: {
            name: re.sub(r"#\d+\.", lambda match: names[match[0]], rest) for name, rest in body
        }
        for body, number in bodies.items()
    }
    for api, kind, many, scope in roots:
        kinds[api, kind] = (f"gateway.v1.{kind}", scope)
        kinds[api, many] = (f"gateway.v1.{many}", "list")
        types[f"gateway.v1.{many}"] = {
            "apiVersion": "string", "items": f"list:gateway.v1.{kind} required", "kind": "string",
            "metadata": "meta.v1.ListMeta",
        }
    return kinds, types, resources


def runs(releases):
    """The releases that hold one value, as ranges: {33: a, 34: a, 36: b} -> (33, 34, a), (36, 36, b)."""
    out = []
    for minor, value in sorted(releases.items()):
        if out and out[-1][1] == minor - 1 and out[-1][2] == value:
            out[-1] = (out[-1][0], minor, value)
        else:
            out.append((minor, minor, value))
    return out


def merge(releases):
    """The lines of the table."""
    kinds, types, fields = {}, {}, {}
    for minor, (its_kinds, its_types) in releases.items():
        for key, value in its_kinds.items():
            kinds.setdefault(key, {})[minor] = value
        for name, body in its_types.items():
            types.setdefault(name, {})[minor] = True
            for key, rest in body.items():
                fields.setdefault(name, {}).setdefault(key, {})[minor] = rest

    used, queue = set(), [name for ranges in kinds.values() for name, _ in ranges.values()]
    while queue:
        name = queue.pop()
        if name not in used:
            if name not in types:
                sys.exit(f"a type that is referred to and not defined: {name}")
            used.add(name)
            for ranges in fields.get(name, {}).values():
                queue += [word for rest in ranges.values() if "." in (word := rest.split(" ")[0].split(":")[-1])]

    def line(words, since, until, outer):
        if (since, until) == outer:
            return words
        words, enum, values = words.partition(" enum=")
        return f"{words} {since}-{until}{enum}{values}"

    def only(name, ranges):
        if len(found := runs(ranges)) != 1:
            sys.exit(f"{name} comes, goes or changes: {found}")
        return found[0]

    out = []
    for (api, kind), ranges in sorted(kinds.items()):
        since, until, (name, scope) = only(f"{api} {kind}", ranges)
        out.append(line(f"kind {api} {kind} {name} {scope}", since, until, (OLDEST, NEWEST)))
    for name in sorted(used):
        since, until, _ = only(name, types[name])
        out.append(line(f"type {name}", since, until, (OLDEST, NEWEST)))
        for key, ranges in sorted(fields.get(name, {}).items()):
            out += [line(f" {key} {rest}", first, last, (since, until)) for first, last, rest in runs(ranges)]
    return out


def write(name, head, lines):
    """A table beside this script."""
    modules = "# k8s.io/kubernetes " + " ".join(RELEASES.values()) + f", sigs.k8s.io/gateway-api {GATEWAY_API}"
    target = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    with open(target, "w", encoding="utf-8", newline="\n") as out:
        out.write("\n".join([f"# {head} Made by make.py; README.md has the format. Do not edit.", modules, *lines]) + "\n")


def main():
    gateway_kinds, gateway_types, gateway_resources = read_gateway()
    fields, resources, order = {}, {}, []
    for minor, version in RELEASES.items():
        files = Module("k8s.io/kubernetes", version)
        kinds, types = read_release(files)
        fields[minor] = (kinds | gateway_kinds, types | gateway_types)
        resources[minor] = read_resources(files)
        # the newest release has the last word; what it lacks comes after what it has
        newest = api_versions(files)
        order = newest + [api for api in order if api not in newest]
    write("fields.txt", "Every field of every built-in Kubernetes object.", merge(fields))
    lines = merge_resources(resources, order, gateway_resources)
    write("resources.txt", "What the API server serves, in its order, and what else rights are about.", lines)


if __name__ == "__main__":
    main()
