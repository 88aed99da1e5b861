"""Reads and writes the simulated meter 260000123456 of 2007 on the serial port of the first argument with PyPI
dlt645.

dlt645 3.2.0 reads no blocks and asks for no follow-ups; it sends times the year first, and functions 18, 19 and
1A with other fields than the standard.
"""

import sys
from datetime import datetime

from dlt645 import MeterClientService

ADDRESS = "260000123456"

client = MeterClientService.new_rtu_client(sys.argv[1], 9600, 8, 1, "N", 5.0)
send = client.client.send_request
# It would send once more by itself.
client.client.send_request = lambda data, retries=0: send(data, retries)
client.enable_message_capture()


def reply():
    """Control octet and length of the last reply: a write says nothing of how it went."""
    received = client.get_captured_rx_messages()
    client.clear_captured_messages()
    octets = bytes(received[-1].data).lstrip(b"\xfe") if received else bytes(10)
    return f"{octets[8]:02X} {octets[9]}"


def read(identifier):
    item = getattr(client, f"read_{identifier >> 24:02}")(identifier)
    result = reply()
    assert item, f"{identifier:08X}: {result}"
    return item.value


# Addresses are in the order of the line.
assert bytes.fromhex(client.read_address().value)[::-1].hex() == ADDRESS
client.set_address(bytes.fromhex(ADDRESS)[::-1].hex())
client.clear_captured_messages()

for identifier, least, most in (
    (0x00010000, 7950, 8050),
    (0x00020000, 0, 0),
    (0x02010100, 229, 232),
    (0x02020100, 4, 9),
    (0x02030000, 3.6, 5.5),
    (0x02060000, 0.98, 0.98),
    (0x02070100, 11.3, 11.3),
    (0x02800002, 49.95, 50.05),
    (0x02800007, 23.1, 23.1),
    (0x0280000A, 5, 5),
):
    value = read(identifier)
    assert least <= value <= most, f"{identifier:08X}: {value}"
for identifier, expected in (
    (0x04000103, "15"),
    (0x04000204, "04"),
    (0x04000401, ADDRESS),
    (0x04000B01, "0100"),
):
    value = read(identifier)
    assert value == expected, f"{identifier:08X}: {value}"

for what, call, expected in (
    ("unknown", lambda: client.read_00(0x00630000), "D1 1"),
    ("write", lambda: client.write_04(0x04000103, "30", "04444444"), "94 0"),
    ("wrong password", lambda: client.write_04(0x04000103, "45", "04999999"), "D4 1"),
    ("freeze", lambda: client.freeze(99, 99, 99, 99), "96 0"),
    ("baud rate", lambda: client.change_baud_rate(2400), "97 1"),
    # Without the operator that the standard wants.
    ("clear demand", lambda: client.clear_demand(0x01010000, "04444444"), "D9 1"),
    ("clear events", lambda: client.clear_event("02222222"), "9B 0"),
):
    call()
    result = reply()
    assert result == expected, f"{what}: {result}"
assert read(0x04000103) == "30"
# A time the year first is none; nobody answers.
assert client.broadcast_time_sync(datetime(2024, 2, 29, 23, 59, 58))
assert read(0x04000101).startswith("260702")
