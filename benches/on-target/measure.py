#!/usr/bin/env python3
"""Prints what the codecs cost on a Cortex-M4: instructions, octets of the image, and of the stack.

Builds one image an implementation, runs each in QEMU, and compares its sections with those of the image
without an implementation. Fails if QEMU is missing, a result is wrong, something of ours is not what
counts.json says, or a limit is passed.
"""

import argparse
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tomllib

import guard

PACKAGE = pathlib.Path(__file__).resolve().parent
QEMU = "qemu-system-arm"
# Of each program, its implementations by feature, and what they do. Packages get their versions.
PROGRAMS = {
    "modbus_rtu": (
        {
            "ours": "{meterwire-modbus-rtu}",
            "ours-small": "{meterwire-modbus-rtu} without the CRC table",
            "rmodbus": "{rmodbus}",
            "modbus-core": "{modbus-core}",
            "rustmod-core": "{rustmod-core}",
        },
        ["FC3", "FC6", "FC16"],
    ),
    "dlt645": (
        {
            "dlt645-constants": "{meterwire-dlt645}, 3 constant points",
            "dlt645-table": "{meterwire-dlt645}, its table",
            "dlt645-chinese": "{meterwire-dlt645}, its table with Chinese names",
        },
        ["energy", "voltage", "power"],
    ),
    "mbus": (
        {
            "mbus": "{meterwire-mbus}",
            "m-bus-parser": "{m-bus-parser}",
        },
        ["frame", "records"],
    ),
    "frame_crypto": (
        {
            "frames": "{meterwire-frame-crypto}",
            "frames-ccm": "{ccm} and {aes} alone",
            "frames-sm4": "{meterwire-frame-crypto}, SM4",
            "frames-ccm-sm4": "{ccm} and {sm4} alone",
        },
        ["keys", "seal16", "open16", "seal64", "open64", "seal240", "open240"],
    ),
    "lora_tdma": (
        {
            "node": "{meterwire-lora-tdma}, a node",
            "node-frames": "its ciphers alone",
        },
        ["beacon", "frame", "superframe"],
    ),
    "airtime": (
        {
            "airtime": "{meterwire-lora-tdma}",
            "lora-modulation": "{lora-modulation}",
        },
        ["SF7", "SF12"],
    ),
}
# What others do is not ours to mend, nor to guard.
PEERS = {"rmodbus", "modbus-core", "rustmod-core", "m-bus-parser", "frames-ccm", "frames-ccm-sm4", "node-frames",
         "lora-modulation"}
KNOWN_WRONG = {("modbus-core", "FC16")}


def build(program, feature, opt_level):
    """The image of a program with one feature, or with none."""
    command = ["cargo", "build", "--quiet", "--release", "--message-format=json-render-diagnostics"]
    command += ["--bin", program, "--features", feature]
    environment = os.environ | {"CARGO_PROFILE_RELEASE_OPT_LEVEL": opt_level}
    done = subprocess.run(command, cwd=PACKAGE, env=environment, stdout=subprocess.PIPE)
    if done.returncode:
        sys.exit(f"{feature or 'nothing'} does not build")
    artifacts = [json.loads(line) for line in done.stdout.splitlines()]
    [image] = [artifact["executable"] for artifact in artifacts if artifact.get("executable")]
    return pathlib.Path(image)


def sections(image):
    """Octets of each section of a 32-bit ELF."""
    elf = image.read_bytes()
    (table,) = struct.unpack_from("<I", elf, 32)
    size, count, names = struct.unpack_from("<3H", elf, 46)
    headers = [struct.unpack_from("<6I", elf, table + index * size) for index in range(count)]
    start = headers[names][4]
    return {elf[start + header[0] :].split(b"\0", 1)[0].decode(): header[5] for header in headers}


def run(feature, image):
    """What an image prints: of each thing it does, the instructions; octets of its state, if it tells, and of its
    stack at the deepest; and what of the work was wrong."""
    command = [QEMU, "-machine", "netduinoplus2", "-display", "none", "-monitor", "none", "-serial", "none"]
    command += ["-semihosting-config", "enable=on,target=native", "-icount", "shift=0", "-kernel", image]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=60)
    if done.returncode:
        sys.exit(f"{feature} panics")
    lines = [line.split() for line in done.stdout.splitlines()]
    counts = {name: int(number) for name, number, *_ in lines}
    wrong = {name for name, _, *verdict in lines if verdict == ["wrong"]}
    nops = counts.pop("NOP")
    if nops != 10:
        sys.exit(f"ten instructions count as {nops}: does {QEMU} know -icount?")
    counts["stack"] = counts.pop("STACK")
    if "STATE" in counts:
        counts["state"] = counts.pop("STATE")
    return counts, wrong


def measure(program, opt_level):
    """Of each feature all counts, and what of its work is wrong."""
    nothing = sections(build(program, "", opt_level))
    implementations, _ = PROGRAMS[program]
    counts, wrong = {}, {}
    for feature in implementations:
        image = build(program, feature, opt_level)
        counts[feature], wrong[feature] = run(feature, image)
        have = sections(image)
        counts[feature] |= {name: have[name] - nothing[name] for name in (".text", ".rodata")}
    return counts, wrong


def packages():
    """Each locked package, with its version."""
    lock = tomllib.loads((PACKAGE / "Cargo.lock").read_text())
    return {package["name"]: f"{package['name']} {package['version']}" for package in lock["package"]}


def show(program, opt_level, counts, wrong):
    """Prints a table."""
    implementations, work = PROGRAMS[program]
    octets = [name for name in ("state", "stack", ".text", ".rodata") if any(name in row for row in counts.values())]
    names = packages()
    print("|", " | ".join([f"on the target, opt-level {opt_level}", *work, *octets]), "|")
    print("|---" * (1 + len(work) + len(octets)) + "|")
    for feature, row in counts.items():
        cells = [f"{row.get(name, '–')}{' (wrong)' * (name in wrong[feature])}" for name in work + octets]
        print("|", " | ".join([implementations[feature].format_map(names), *cells]), "|")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", nargs="*", help=f"of {', '.join(PROGRAMS)}; default: all")
    parser.add_argument(
        "--opt-level", default="z", choices=["z", "s", "2", "3"], help="default: z, which counts.json is for"
    )
    parser.add_argument("--renew", action="store_true", help="write into counts.json what was counted")
    options = parser.parse_args()
    unknown = set(options.programs) - set(PROGRAMS)
    if unknown:
        parser.error(f"no program: {', '.join(unknown)}")
    if options.renew and options.opt_level != "z":
        parser.error("counts.json is for opt-level z")
    if not shutil.which(QEMU):
        sys.exit(f"{QEMU} is missing: apt-get install --no-install-recommends {QEMU}")

    failures = []
    for number, program in enumerate(options.programs or PROGRAMS):
        if number:
            print()
        counts, wrong = measure(program, options.opt_level)
        show(program, options.opt_level, counts, wrong)
        for feature, works in wrong.items():
            for work in works:
                if (feature, work) not in KNOWN_WRONG:
                    failures.append(f"{feature}: the result of {work} is wrong")
        if options.opt_level == "z":
            ours = {feature: row for feature, row in counts.items() if feature not in PEERS}
            failures += guard.check(program, ours, options.renew)
            failures += guard.above_limits(counts)
    for failure in failures:
        print(failure, file=sys.stderr)
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
