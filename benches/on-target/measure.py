#!/usr/bin/env python3
"""Prints what answering Modbus requests costs on a Cortex-M4: instructions, and octets of the image.

Builds one image an implementation, runs each in QEMU, and compares its sections with those of the image
without an implementation. Fails if QEMU is missing, an answer is wrong, or a limit is passed.
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
IMPLEMENTATIONS = {
    "ours": "meterwire-modbus-rtu",
    "ours-small": "meterwire-modbus-rtu without the CRC table",
    "rmodbus": "rmodbus 0.13.0",
    "modbus-core": "modbus-core 0.2.0",
}
FUNCTIONS = ["FC3", "FC6", "FC16"]
# The reply of a peer is not ours to mend.
KNOWN_WRONG = {("modbus-core", "FC16")}


def build(feature, opt_level):
    """The image of one feature, or of none."""
    command = ["cargo", "build", "--quiet", "--release", "--message-format=json-render-diagnostics"]
    command += ["--features", feature]
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
    """What an image prints: of each function, the instructions and whether the answer is right."""
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
    return counts


def measure(opt_level):
    """Yields a feature, what it prints, and how many octets it adds to each section."""
    nothing = sections(build("", opt_level))
    for feature in IMPLEMENTATIONS:
        image = build(feature, opt_level)
        have = sections(image)
        added = {name: have[name] - nothing[name] for name in (".text", ".rodata")}
        yield feature, run(feature, image), added


def complaints(rows, options):
    """What the measurement has to fail for."""
    most = options.max_instructions
    for feature, counts, _ in rows:
        for function, (instructions, right) in counts.items():
            if not right and (feature, function) not in KNOWN_WRONG:
                yield f"{feature}: the answer to {function} is wrong"
            if feature == "ours" and instructions > most:
                yield f"{feature}: {function} takes {instructions} instructions, more than {most}"
    text = {feature: added[".text"] for feature, _, added in rows}
    peer = options.text_not_above
    if peer and text["ours-small"] > text[peer]:
        yield f"ours-small adds {text['ours-small']} octets of .text, {peer} {text[peer]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--opt-level", default="z", choices=["z", "s", "2", "3"], help="default: z")
    parser.add_argument(
        "--max-instructions", type=int, default=sys.maxsize, metavar="N", help="most that `ours` may take"
    )
    parser.add_argument(
        "--text-not-above", choices=["rmodbus", "modbus-core"], help="whose .text `ours-small` may not exceed"
    )
    options = parser.parse_args()
    if not shutil.which(QEMU):
        sys.exit(f"{QEMU} is missing: apt-get install --no-install-recommends {QEMU}")

    rows = list(measure(options.opt_level))
    print("| opt-level", options.opt_level, "|", " | ".join(FUNCTIONS), "| .text | .rodata |")
    print("|---" * (len(FUNCTIONS) + 3) + "|")
    for feature, counts, added in rows:
        cells = [f"{n}" if right else f"{n} (wrong)" for n, right in map(counts.get, FUNCTIONS)]
        print("|", " | ".join([IMPLEMENTATIONS[feature], *cells, *map(str, added.values())]), "|")
    failures = list(complaints(rows, options))
    for failure in failures:
        print(failure, file=sys.stderr)
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
