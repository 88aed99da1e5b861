"""A line that joins serial ports, whose paths are the arguments: what one sends, all others hear.

With --echo first, the sender hears it too; with --noise HEX then, octets that nobody sent go before what is said
after a silence.
"""

import os
import pty
import select
import sys
import time
import tty

# Shorter than meters and clients keep silent before they speak.
SILENCE = 0.01

paths = sys.argv[1:]
echo = paths[0] == "--echo" and bool(paths.pop(0))
noise = b""
if paths[0] == "--noise":
    noise, paths = bytes.fromhex(paths[1]), paths[2:]
ports = []
ends = []
for path in paths:
    port, end = pty.openpty()
    tty.setraw(end)
    os.symlink(os.ttyname(end), path)
    ports.append(port)
    # A port can be read as long as its end is open.
    ends.append(end)
print("serving", flush=True)
spoke = 0.0
while True:
    for speaker in select.select(ports, [], [])[0]:
        octets = os.read(speaker, 256)
        if time.monotonic() - spoke > SILENCE:
            octets = noise + octets
        spoke = time.monotonic()
        for port in ports:
            if echo or port != speaker:
                os.write(port, octets)
