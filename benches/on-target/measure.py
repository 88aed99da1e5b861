#!/usr/bin/env python3
"""Prints what the codecs cost on a Cortex-M4: instructions, octets of the image, and of the stack.

Builds one image an implementation, runs each in QEMU, and compares its sections with those of the image
without an implementation. Fails if QEMU is missing, a result is wrong, or a limit is passed.
"""

import argparse
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys

PACKAGE = pathlib.Path(__file__).resolve().parent
QEMU = "qemu-system-arm"
# Of each program, its implementations and what they do.
PROGRAMS = {
    "modbus_rtu": (
        {
            "ours": "meterwire-modbus-rtu",
            "ours-small": "meterwire-modbus-rtu without the CRC table",
            "rmodbus": "rmodbus 0.13.0",
            "modbus-core": "modbus-core 0.2.0",
        },
        ["FC3", "FC6", "FC16"],
    ),
    "dlt645": (
        {
            "dlt645-constants": "meterwire-dlt645, 3 constant points",
            "dlt645-table": "meterwire-dlt645, its table",
            "dlt645-chinese": "meterwire-dlt645, its table with Chinese names",
        },
        ["energy", "voltage", "power"],
    ),
    "mbus": (
        {
            "mbus": "meterwire-mbus",
            "m-bus-parser": "m-bus-parser 0.5.3",
        },
        ["frame", "records"],
    ),
    "frame_crypto": (
        {
            "frames": "meterwire-frame-crypto",
            "frames-ccm": "ccm 0.6.1 and aes 0.9.4 alone",
        },
        ["keys", "seal16", "open16", "seal64", "open64", "seal240", "open240"],
    ),
    "lora_tdma": (
        {
            "node": "meterwire-lora-tdma, a node",
            "node-frames": "its ciphers alone",
        },
        ["beacon", "frame", "superframe"],
    ),
}
# The reply of a peer is not ours to mend.
KNOWN_WRONG = {("modbus-core", "FC16")}

# At opt-level z: most instructions that anything may take, and most octets of .text and .rodata.
LIMITS = {
    "ours": (600, None, None),
    "dlt645-constants": (700, 3_000, 200),
    "dlt645-table": (2_500, 12_700, 24_500),
    "dlt645-chinese": (2_900, 13_300, 38_000),
    "mbus": (1_750, 8_600, 1_700),
    "node": (240_000, 38_500, 800),
}
# Most octets of a state, besides keys and buffers.
MOST_STATE = {"node": 1_024}
# Whose .text may not be exceeded.
TEXT_NOT_ABOVE = {"ours-small": "rmodbus"}
# What may be added to what another takes: octets of both sections, and thousandths of its instructions. What is
# done once does not count.
MOST_ABOVE = {"frames": ("frames-ccm", 1_300, 15), "node": ("node-frames", 24_000, 600)}
ONCE = {"keys"}


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
    """What an image prints: of each thing it does, the instructions and whether the result is right; octets of its
    state, if it tells; and octets of its stack at the deepest."""
    command = [QEMU, "-machine", "netduinoplus2", "-display", "none", "-monitor", "none", "-serial", "none"]
    command += ["-semihosting-config", "enable=on,target=native", "-icount", "shift=0", "-kernel", image]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=60)
    if done.returncode:
        sys.exit(f"{feature} panics")
    lines = [line.split() for line in done.stdout.splitlines()]
    counts = {name: (int(number), verdict == ["right"]) for name, number, *verdict in lines}
    nops, _ = counts.pop("NOP")
    if nops != 10:
        sys.exit(f"ten instructions count as {nops}: does {QEMU} know -icount?")
    stack, _ = counts.pop("STACK")
    state, _ = counts.pop("STATE", (None, None))
    return counts, state, stack


def measure(program, opt_level):
    """Yields a feature, what it prints, octets of its state and stack, and how many it adds to each section."""
    nothing = sections(build(program, "", opt_level))
    implementations, _ = PROGRAMS[program]
    for feature in implementations:
        image = build(program, feature, opt_level)
        have = sections(image)
        added = {name: have[name] - nothing[name] for name in (".text", ".rodata")}
        yield feature, *run(feature, image), added


def show(program, opt_level, rows):
    """Prints a table."""
    implementations, work = PROGRAMS[program]
    tells = any(state is not None for _, _, state, _, _ in rows)
    heads = [f"opt-level {opt_level}", *work, *["state"] * tells, "stack", ".text", ".rodata"]
    print("|", " | ".join(heads), "|")
    print("|---" * len(heads) + "|")
    for feature, counts, state, stack, added in rows:
        cells = [f"{n}" if right else f"{n} (wrong)" for n, right in map(counts.get, work)]
        cells += ["–" if state is None else str(state)] * tells
        print("|", " | ".join([implementations[feature], *cells, str(stack), *map(str, added.values())]), "|")
    print()


def wrong(rows):
    """What is wrong."""
    for feature, counts, *_ in rows:
        for work, (_, right) in counts.items():
            if not right and (feature, work) not in KNOWN_WRONG:
                yield f"{feature}: the result of {work} is wrong"


def excesses(rows):
    """What is above its limit."""
    for feature, counts, state, _, added in rows:
        if feature in MOST_STATE and state > MOST_STATE[feature]:
            yield f"the state of {feature} has {state} octets, more than {MOST_STATE[feature]}"
        most, *octets = LIMITS.get(feature, (None, None, None))
        for work, (instructions, _) in counts.items():
            if most and instructions > most:
                yield f"{feature}: {work} takes {instructions} instructions, more than {most}"
        for (name, have), limit in zip(added.items(), octets):
            if limit and have > limit:
                yield f"{feature} adds {have} octets of {name}, more than {limit}"
    text = {feature: added[".text"] for feature, *_, added in rows}
    for feature, peer in TEXT_NOT_ABOVE.items():
        if feature in text and text[feature] > text[peer]:
            yield f"{feature} adds {text[feature]} octets of .text, {peer} {text[peer]}"
    for feature, counts, *_, added in rows:
        if feature not in MOST_ABOVE:
            continue
        peer, octets, thousandths = MOST_ABOVE[feature]
        [(_, peer_counts, *_, peer_added)] = [row for row in rows if row[0] == peer]
        above = sum(added.values()) - sum(peer_added.values())
        if above > octets:
            yield f"{feature} adds {above} octets to {peer}, more than {octets}"
        for work, (instructions, _) in counts.items():
            most = peer_counts[work][0] * (1000 + thousandths) // 1000
            if work not in ONCE and instructions > most:
                yield f"{feature}: {work} takes {instructions} instructions, more than {most}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--opt-level", default="z", choices=["z", "s", "2", "3"], help="default: z, which the limits are for"
    )
    opt_level = parser.parse_args().opt_level
    if not shutil.which(QEMU):
        sys.exit(f"{QEMU} is missing: apt-get install --no-install-recommends {QEMU}")

    failures = []
    for program in PROGRAMS:
        rows = list(measure(program, opt_level))
        show(program, opt_level, rows)
        failures += wrong(rows)
        if opt_level == "z":
            failures += excesses(rows)
    for failure in failures:
        print(failure, file=sys.stderr)
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
