#!/usr/bin/env python3
"""Prints which share of each library's lines was run, from files of lcov; fails below 95 of 100.

Neither tests in the sources count, nor what cannot run here: private `const fn` without a run build tables in the
compiler, and what `defmt` calls needs a logger of the target. What may be lower is in coverage-exceptions.txt, with
a reason: `crate | least percent | reason`.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIBRARIES = ["meter-value", "modbus-rtu", "dlt645", "mbus", "frame-crypto", "lora-tdma"]
LEAST = 95.0
# What never runs here, if it did not run.
ELSEWHERE = re.compile(r"^ *const fn |^ *fn format\(&self, \w+: defmt::Formatter")
# The module of tests ends its file.
TESTS = re.compile(r"^#\[cfg\(test\)\]\n(#\[.*\]\n)*mod \w+ \{$", re.MULTILINE)


def main():
    exceptions = read_exceptions()
    lines = read_lines(sys.argv[1:])
    for file, counts in lines.items():
        drop_elsewhere(ROOT / file, counts)
    failed = []
    print(f"{'library':14} {'lines':>6} {'run':>6} {'percent':>8}")
    for library in LIBRARIES:
        files = {file: counts for file, counts in lines.items() if file.startswith(f"{library}/src/")}
        total = sum(len(counts) for counts in files.values())
        run = sum(run_of(counts) for counts in files.values())
        percent = 100 * run / total
        print(f"{library:14} {total:6} {run:6} {percent:8.2f}")
        least = exceptions.get(library, LEAST)
        if percent < least:
            failed.append(f"{library} is below {least}")
            print_least_covered(files)
        elif library in exceptions and percent >= LEAST:
            failed.append(f"{library} needs no exception")
    sys.exit("; ".join(failed) or 0)


def read_exceptions():
    exceptions = {}
    for line in (ROOT / ".ci/coverage-exceptions.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            library, least, _reason = line.split(" | ")
            exceptions[library] = float(least)
    return exceptions


def read_lines(paths):
    """How often each line of each file was run."""
    lines = {}
    for record in "".join(pathlib.Path(path).read_text() for path in paths).splitlines():
        kind, _, value = record.partition(":")
        if kind == "SF":
            file = pathlib.Path(value)
            if not file.is_relative_to(ROOT):
                end, counts = 0, {}
                continue
            end = last_line(file)
            counts = lines.setdefault(str(file.relative_to(ROOT)), {})
        elif kind == "DA":
            line, count = map(int, value.split(",")[:2])
            if line <= end:
                counts[line] = counts.get(line, 0) + count
    return lines


def drop_elsewhere(path, counts):
    """Forgets examples, and functions that cannot run here; each ends with a brace below its first letter."""
    text = path.read_text().splitlines()
    for number in [number for number in counts if text[number - 1].lstrip().startswith("//")]:
        del counts[number]
    for start, line in enumerate(text, 1):
        if ELSEWHERE.match(line):
            end = line[: len(line) - len(line.lstrip())] + "}"
            last = next(number for number in range(start, len(text) + 1) if text[number - 1] == end)
            numbers = [number for number in range(start, last + 1) if number in counts]
            if all(counts[number] == 0 for number in numbers):
                for number in numbers:
                    del counts[number]


def last_line(file):
    """The last line that is no test."""
    text = file.read_text()
    tests = TESTS.search(text)
    if file.stem == "tests":
        return 0
    return text.count("\n", 0, tests.start()) if tests else text.count("\n")


def run_of(counts):
    return sum(count > 0 for count in counts.values())


def print_least_covered(files):
    missed = sorted(((len(counts) - run_of(counts), file) for file, counts in files.items()), reverse=True)
    for count, file in missed[:8]:
        numbers = sorted(line for line, run in files[file].items() if run == 0)
        print(f"  {file}: {count} lines: {', '.join(map(str, numbers[:20]))}")


if __name__ == "__main__":
    main()
