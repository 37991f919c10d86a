#!/usr/bin/env python3
"""Writes components.txt: every flag of the other programs of a control plane and of nodes, by release.

Needs go (to fetch the modules) and a folder with what `--help` of each program prints in one release; README.md says which.

    components.py FOLDER
"""

import os
import re
import sys

import make

HERE = os.path.dirname(os.path.abspath(__file__))
# The release whose `--help` is read; the code of the others says what came and went.
BASE = 34
PROGRAMS = {
    "kube-controller-manager": [("kubernetes", "cmd/kube-controller-manager/app/options/")],
    "kube-scheduler": [("kubernetes", "cmd/kube-scheduler/app/options/")],
    "kubelet": [("kubernetes", "cmd/kubelet/app/options/")],
    "kube-proxy": [("kubernetes", "cmd/kube-proxy/app/")],
}
# What all that serve HTTPS have.
SERVING = ("apiserver", "pkg/server/options/serving.go")
ETCD = "go.etcd.io/etcd/server/v3@v"
ETCD_RELEASES = ["3.5.21", "3.6.5"]

TYPES = {"RuntimeDefault": "bool", "ProxyMode": "string", "LocalMode": "string", "[]v1.Taint": "strings", "reserved-memory": "stringArray"}
CALLS = {
    "BoolVar": "bool", "DurationVar": "duration", "Float32Var": "float32", "Int32SliceVar": "int32Slice", "Int32Var": "int32",
    "Int64Var": "int", "IntVar": "int", "StringSliceVar": "strings", "StringVar": "string", "Uint64Var": "uint",
    "UintVar": "uint", "IPVar": "ip",
}
CALL = re.compile(r'\bfs\.(\w*Var)\(\s*[^"]{0,200}?"([a-z][a-z0-9-]+)"')
# What only looks like a flag.
ELSEWHERE = {"feature-gate"}
# What all have that can be told an older release, from where it came on.
COMPATIBILITY = {"min-compatibility-version": ("strings", 35)}
# Of types of their own, which no call names.
OWN = {"healthz-port": "int32", "metrics-port": "int32"}


def in_code(folders, version):
    """name -> the call that makes the flag."""
    found = {}
    for module, folder in folders:
        source = make.Module.of(module, version)
        for path in source.code(folder):
            found.update({name: call for call, name in CALL.findall(source.read(path))})
    return found


def help_line(kind, text):
    """What follows a flag's name: its type, and its default."""
    kind = TYPES.get(kind, kind)
    line = make.flag_rest(kind, text.partition(" (DEPRECATED")[0].split("\n")[0])
    return line.partition(" | ")[0] if "`" in line else line


def known():
    """What settings.txt says already: component -> names."""
    names, component = {}, None
    with open(os.path.join(HERE, "settings.txt"), encoding="utf-8") as source:
        for line in source:
            words = line.split()
            if words[:1] == ["component"]:
                component = words[1]
            elif words[:1] == ["flag"]:
                own = [word.removeprefix("flag=") for word in words if word.startswith("flag=")]
                names.setdefault(component, set()).update([words[1], *own])
    return names


def flags_of(program, folders, folder):
    with open(os.path.join(folder, f"{program}-v1.{make.RELEASES[BASE]}.txt"), encoding="utf-8") as source:
        shown = {name: help_line(kind, text) for name, (kind, text) in make.read_help(source.read()).items()}
    shown.pop("help")
    code = {minor: in_code([*folders, SERVING] if program in SERVES else folders, version)
            for minor, version in make.RELEASES.items()}
    out = {minor: dict(shown) for minor in code}
    for minor, names in code.items():
        for name, call in names.items():
            if name in ELSEWHERE or name in out[minor] or call not in CALLS and name not in OWN:
                continue
            hidden = "" if minor != BASE else " hidden"
            out[minor][name] = OWN.get(name, CALLS.get(call)) + hidden
        for name in shown:
            if name in code[BASE] and name not in names:
                del out[minor][name]
    for name, (kind, since) in COMPATIBILITY.items() if "emulated-version" in shown else ():
        for names in (names for minor, names in out.items() if minor >= since):
            names[name] = kind
    # hidden is hidden everywhere
    for name in {name for names in out.values() for name in names}:
        if out[BASE].get(name, "").endswith(" hidden"):
            for names in out.values():
                if name in names:
                    names[name] = out[BASE][name]
    return out


SERVES = {"kube-controller-manager", "kube-scheduler"}


def etcd():
    """Of all releases together: which one runs is rarely said where its flags are."""
    found = {}
    for version in ETCD_RELEASES:
        source = make.Module.of_path(ETCD + version)
        for path in ("etcdmain/config.go", "embed/config.go"):
            code = source.read(path)
            for call, name in re.findall(r'\bfs\.(\w*Var)\(\n?.{0,200}?"([a-z][a-z0-9-]+)"', code, re.DOTALL):
                found[name] = CALLS.get(call, "string")
    found["version"] = "bool"
    found["feature-gates"] = "mapStringBool"
    return {minor: found for minor in make.RELEASES}


def main():
    names = known()
    body = []
    tables = {program: flags_of(program, folders, sys.argv[1]) for program, folders in PROGRAMS.items()}
    tables["etcd"] = etcd()
    for program, table in tables.items():
        rest = {
            minor: {name: line for name, line in flags.items() if name not in names.get(program, ())}
            for minor, flags in table.items()
        }
        body += [f"component {program}", *make.lines("flag", rest)]
    make.write("components.txt", "Every other flag of the programs beside kube-apiserver.", body, by="components.py")


if __name__ == "__main__":
    main()
