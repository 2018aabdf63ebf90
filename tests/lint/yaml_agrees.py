#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The YNL spec, the uapi header and the module's policies say the same.

Every name of the spec is compiled against the header and its value compared;
every enumerator and constant of the header must be in the spec; what a command
takes is what its policy has, with the same type.
"""
import re
import subprocess
import sys
import tempfile

import yaml

HEADER = "include/uapi/linux/vmaview.h"
SPEC = "include/netlink/vmaview.yaml"
MODULE = "kmod/netlink.c"
C_TYPES = {"u32": 4, "u64": 8}


def constant(*parts):
    return "VMAVIEW_" + "_".join(parts).upper().replace("-", "_")


def prefix_of(attribute_set):
    return ("A",) if attribute_set == "a" else (attribute_set, "A")


def spec_constants(spec):
    """Every constant that the spec implies, with its value."""
    out = {}
    for definition in spec["definitions"]:
        value = 0
        for entry in definition.get("entries", []):
            entry = entry if isinstance(entry, dict) else {"name": entry}
            value = entry.get("value", value)
            prefix = definition.get("name-prefix",
                                    f"vmaview-{definition['name']}-")
            out[constant(prefix[len("vmaview-"):-1], entry["name"])] = (
                1 << value if definition["type"] == "flags" else value)
            value += 1
    for attributes in spec["attribute-sets"]:
        prefix = prefix_of(attributes["name"])
        for value, attribute in enumerate(attributes["attributes"], 1):
            out[constant(*prefix, attribute["name"])] = value
        out[constant(*prefix, "max")] = len(attributes["attributes"])
    for value, operation in enumerate(spec["operations"]["list"], 1):
        out[constant("cmd", operation["name"])] = value
    out[constant("cmd", "max")] = len(spec["operations"]["list"])
    out["VMAVIEW_GENL_VERSION"] = spec["version"]
    return out


def header_constants(text):
    """What the header defines and the spec has to know of."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    names = re.findall(r"^\t(VMAVIEW_\w+)", text, re.M)
    names += re.findall(r"^#define (VMAVIEW_\w+)\s", text, re.M)
    # not a name of the spec's: derived, or no number
    skip = ("_UNSPEC", "COUNT_MAX", "PAGE_MAX", "_F_VMAS", "_F_PAGES",
            "VMAVIEW_LEVELS", "COUNTS_WIDE", "GENL_NAME")
    return {n for n in names if not n.endswith(skip)}


def structs_of(spec):
    """{struct: its members in order}"""
    return {d["name"]: d["members"] for d in spec["definitions"]
            if d["type"] == "struct"}


def compiled_values(names, structs):
    """What the compiler makes of the header."""
    lines = ["#include <stddef.h>", "#include <stdio.h>",
             "#include <linux/vmaview.h>", "int main(void) {"]
    lines += [f'printf("{n} %llu\\n", (unsigned long long){n});' for n in names]
    for name, members in structs.items():
        lines += [f'printf("{name}.{m["name"]} %zu\\n", '
                  f'offsetof(struct vmaview_{name}, {m["name"]}));'
                  for m in members]
        lines += [f'printf("{name} %zu\\n", sizeof(struct vmaview_{name}));']
    lines += ["}"]
    with tempfile.TemporaryDirectory() as folder:
        source, program = folder + "/t.c", folder + "/t"
        with open(source, "w") as f:
            f.write("\n".join(lines))
        subprocess.run(["gcc", "-Iinclude/uapi", "-o", program, source],
                       check=True)
        out = subprocess.run([program], check=True, text=True,
                             capture_output=True).stdout
    return {k: int(v) for k, v in (l.split() for l in out.splitlines())}


def policies(text):
    """{command: {attribute: type}} as the module enforces it."""
    rows = {}
    for name, body in re.findall(
            r"struct nla_policy (\w+)_policy\[.*?\] = \{(.*?)\n\};", text, re.S):
        rows[name] = dict(re.findall(
            r"\[VMAVIEW_A_(\w+)\]\s*=.*?NLA_(?:POLICY_MASK\(NLA_)?(U\d+)", body))
    return {re.sub("^GET_", "", command): rows[policy] for command, policy in
            re.findall(r"\.cmd\s*= VMAVIEW_CMD_(\w+),.*?\.policy\s*= (\w+)_policy",
                       text, re.S)}


def problems():
    with open(SPEC) as f:
        spec = yaml.safe_load(f)
    with open(HEADER) as f:
        header = f.read()
    with open(MODULE) as f:
        enforced = policies(f.read())

    wanted = spec_constants(spec)
    structs = structs_of(spec)
    known = header_constants(header)
    for name in sorted(known - wanted.keys()):
        yield f"{name} is not in the spec"
    for name in sorted(wanted.keys() - known):
        yield f"{name} is not in the header"
    got = compiled_values(sorted(wanted.keys() & known), structs)
    for name in sorted(wanted.keys() & known):
        if got[name] != wanted[name]:
            yield f"{name}: header {got[name]}, spec {wanted[name]}"
    for name, members in structs.items():
        at = 0
        for member in members:
            offset = got[f"{name}.{member['name']}"]
            if offset != at:
                yield f"struct {name} {member['name']}: header {offset}, spec {at}"
            at += member.get("len") or C_TYPES[member["type"]]
        if got[name] != at:
            yield f"struct {name}: header {got[name]} bytes, spec {at}"

    types = {a["name"]: a["type"] for a in spec["attribute-sets"][0]["attributes"]}
    for operation in spec["operations"]["list"]:
        command = operation["name"][4:].upper()
        asked = (operation.get("do") or operation.get("dump")).get("request", {})
        takes = {a.upper().replace("-", "_"): types[a].upper()
                 for a in asked.get("attributes", [])}
        if enforced.get(command) != takes:
            yield f"{operation['name']} takes {takes}, its policy has {enforced.get(command)}"


found = list(problems())
for line in found:
    print("yaml:", line, file=sys.stderr)
sys.exit(bool(found))
