"""Names the places an image can panic at: places.py IMAGE FEATURE

The image is a 32-bit ELF linked with its undefined symbols ignored. What is left in it of
`core::panic::Location` is what can still be reached. Fails unless the places are exactly those that
exceptions.txt has for the feature.
"""

import pathlib
import re
import struct
import sys


def segments(image):
    """Address and octets of everything that is loaded."""
    (table,) = struct.unpack_from("<I", image, 28)
    size, count = struct.unpack_from("<HH", image, 42)
    for index in range(count):
        kind, offset, address, _, length = struct.unpack_from("<5I", image, table + index * size)
        if kind == 1:
            yield address, image[offset : offset + length]


def places(image):
    """`crate/src/file.rs:line:column` of every location: a text's address and length, line and column."""
    loaded = list(segments(image))
    for address, octets in loaded:
        for at in range(-address % 4, len(octets) - 15, 4):
            text, length, line, column = struct.unpack_from("<4I", octets, at)
            for start, held in loaded:
                path = held[max(text - start, 0) :][:length] if text >= start else b""
                if line and column and re.fullmatch(rb"[ -~]+\.rs", path):
                    path = re.sub(r"^.*?([^/]+?)(-\d[^/]*)?/src/(?!.*/src/)", r"\1/src/", path.decode())
                    yield f"{path}:{line}:{column}"


def main(image, feature):
    found = sorted(set(places(pathlib.Path(image).read_bytes())))
    rows = pathlib.Path(__file__).with_name("exceptions.txt").read_text().splitlines()
    rows = [row.split(" | ") for row in rows if " | " in row and not row.startswith("#")]
    excused = [where for name, where, _ in rows if name == feature]
    wrong = [f"can panic at {place}" for place in found if not place.startswith(tuple(excused))]
    wrong += [f"never panics at {where}" for where in excused if not any(p.startswith(where) for p in found)]
    for line in wrong or [f"only at excused places: {', '.join(excused)}"]:
        print(f"{feature}: {line}")
    return bool(wrong or not found)


sys.exit(main(*sys.argv[1:]))
