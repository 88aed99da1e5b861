"""A meter of PyPI dlt645, 123456789012 of 2007, on the serial port of the first argument.

Not what is wrong in dlt645 3.2.0: it has no blocks, no follow-ups and no freezes, answers to the addresses of
others, and sends pairs of counters the second first.
"""

import sys
import threading
from datetime import datetime

from dlt645 import Demand, MeterServerService

ADDRESS = "123456789012"

meter = MeterServerService.new_rtu_server(sys.argv[1], 8, 1, 9600, "N", 1.0)
# Addresses are in the order of the line, and passwords too, behind their level.
done = [meter.set_address(bytes.fromhex(ADDRESS)[::-1])]
done += [meter.set_password(password) for password in ("00123456", "02222222", "04444444")]
for put, values in (
    (
        meter.set_00,
        {
            0x00000000: -1234.56,
            0x00010000: 123456.78,
            0x00010400: 56790.12,
            0x00010001: 120000.01,
            0x0001000C: 12.12,
            0x00030000: -799999.99,
        },
    ),
    (
        meter.set_01,
        {
            0x01010000: Demand(12.3456, datetime(2024, 11, 10, 9, 8)),
            0x01030000: Demand(-79.9999, datetime(2023, 12, 31, 23, 59)),
        },
    ),
    (
        meter.set_02,
        {
            0x02010100: 220.1,
            0x02020200: -5.678,
            0x02030000: -12.3456,
            0x02060000: 0.98,
            0x02060100: -0.987,
            0x02070100: 120.5,
            0x02800002: 50.01,
            0x02800007: -25.5,
            0x0280000A: 1234567,
        },
    ),
    (meter.set_03, {0x03110000: ["000007"]}),
    (
        meter.set_04,
        {
            0x04000101: "24111000",
            0x04000102: "090807",
            0x04000103: "15",
            0x04000204: "04",
            0x04000401: ADDRESS,
            0x04000402: "000000654321",
            0x04000B01: "0100",
        },
    ),
):
    # A value that does not fit is refused without an error.
    done += [put(identifier, value) for identifier, value in values.items()]
assert all(done), done
assert meter.start()
print("serving", flush=True)
threading.Event().wait()
