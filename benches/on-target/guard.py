"""Compares what was counted of ours with counts.json, and with the limits that no renewal moves."""

import json
import pathlib
import subprocess

FILE = pathlib.Path(__file__).resolve().with_name("counts.json")
# Another compiler may change a count by this much without a word, or by so many octets or instructions.
PER_CENT, LITTLE = 3, 16

# At opt-level z the most of anything, or of all work.
LIMITS = {
    "ours": {"work": 600},
    "dlt645-constants": {"work": 700, ".text": 3_000, ".rodata": 200},
    "dlt645-table": {"work": 2_500, ".text": 12_700, ".rodata": 24_500},
    "dlt645-chinese": {"work": 2_900, ".text": 13_300, ".rodata": 38_000},
    "mbus": {"work": 1_750, ".text": 8_600, ".rodata": 1_700},
    "node": {"work": 200_000, "state": 1_024, ".text": 31_500, ".rodata": 400},
}
OCTETS = {"state", "stack", ".text", ".rodata"}
# Whose .text may not be exceeded.
TEXT_NOT_ABOVE = {"ours-small": "rmodbus"}
# What may be added to what another takes: octets of both sections, and thousandths of its instructions. What is
# done once does not count.
MOST_ABOVE = {"frames": ("frames-ccm", 0, 45), "node": ("node-frames", 19_700, 500)}
ONCE = {"keys"}


def compiler():
    return subprocess.run(["rustc", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def check(program, counts, renew):
    """How the counts of a program differ from the recorded ones: at all if the compiler is the same, by more than it
    may cause if not. Or records them."""
    file = json.loads(FILE.read_text()) if FILE.exists() else {}
    now = {"rustc": compiler(), "counts": counts}
    if renew:
        text = json.dumps(file | {program: now}, indent=1)
        FILE.write_text(text + "\n")
        return []
    recorded = file.get(program, {"rustc": now["rustc"], "counts": {}})
    same = recorded["rustc"] == now["rustc"]
    differences = list(compare(recorded["counts"], counts, 0 if same else PER_CENT, 0 if same else LITTLE))
    if differences:
        differences.append(f"counts.json of {program} is by {recorded['rustc']}, this is {now['rustc']}")
        differences.append("what is meant to change is recorded with: measure.py --renew")
    return differences


def compare(recorded, counts, per_cent, little):
    """Differences in either direction, and what is in one of both only."""
    for feature in sorted(recorded.keys() | counts.keys()):
        before, after = recorded.get(feature, {}), counts.get(feature, {})
        for name in sorted(before.keys() | after.keys()):
            old, new = before.get(name), after.get(name)
            if old is None or new is None:
                yield f"{feature}: {name} is {new}, recorded is {old}"
            elif abs(new - old) > max(old * per_cent / 100, little):
                change = f" ({(new - old) / old:+.1%})" if old else ""
                yield f"{feature}: {name} is {new}, recorded is {old}{change}"


def above_limits(counts):
    """What is above its limit."""
    for feature, row in counts.items():
        work = {name: number for name, number in row.items() if name not in OCTETS}
        for name, limit in LIMITS.get(feature, {}).items():
            for what, number in work.items() if name == "work" else [(name, row[name])]:
                if number > limit:
                    yield f"{feature}: {what} is {number}, more than {limit}"
        if feature in TEXT_NOT_ABOVE:
            peer = TEXT_NOT_ABOVE[feature]
            if row[".text"] > counts[peer][".text"]:
                yield f"{feature} adds {row['.text']} octets of .text, {peer} {counts[peer]['.text']}"
        if feature in MOST_ABOVE:
            peer, octets, thousandths = MOST_ABOVE[feature]
            above = sum(row[name] - counts[peer][name] for name in (".text", ".rodata"))
            if above > octets:
                yield f"{feature} adds {above} octets to {peer}, more than {octets}"
            for name in work.keys() - ONCE:
                most = counts[peer][name] * (1000 + thousandths) // 1000
                if row[name] > most:
                    yield f"{feature}: {name} is {row[name]}, more than {most}"
