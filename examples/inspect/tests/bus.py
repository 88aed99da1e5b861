"""A line that joins serial ports, whose paths are the arguments: what one sends, all others hear.

With --echo first, the sender hears it too.
"""

import os
import pty
import select
import sys
import tty

echo = sys.argv[1] == "--echo"
ports = []
ends = []
for path in sys.argv[2:] if echo else sys.argv[1:]:
    port, end = pty.openpty()
    tty.setraw(end)
    os.symlink(os.ttyname(end), path)
    ports.append(port)
    # A port can be read as long as its end is open.
    ends.append(end)
print("serving", flush=True)
while True:
    for speaker in select.select(ports, [], [])[0]:
        octets = os.read(speaker, 256)
        for port in ports:
            if echo or port != speaker:
                os.write(port, octets)
