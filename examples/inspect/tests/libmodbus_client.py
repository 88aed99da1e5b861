"""Calls every function of libmodbus's client against the simulated unit 17 on the serial port of the first
argument."""

import ctypes
import sys

UNIT = 17
# Errors count from here on, exceptions by their code.
EXCEPTION = 112345678

lib = ctypes.CDLL("libmodbus.so.5", use_errno=True)
lib.modbus_new_rtu.restype = ctypes.c_void_p
lib.modbus_strerror.restype = ctypes.c_char_p
context = ctypes.c_void_p(
    lib.modbus_new_rtu(sys.argv[1].encode(), 9600, ctypes.c_char(b"N"), 8, 1)
)


def call(name, *arguments):
    """What the function returns, which is an error below 0."""
    result = getattr(lib, f"modbus_{name}")(context, *arguments)
    error = ctypes.get_errno()
    assert result >= 0, f"{name}: {lib.modbus_strerror(error).decode()}"
    return result


def refused(exception, name, *arguments):
    """The function has to fail with this exception."""
    result = getattr(lib, f"modbus_{name}")(context, *arguments)
    error = ctypes.get_errno()
    assert (result, error) == (-1, EXCEPTION + exception), f"{name}: {result}, error {error}"


def read(name, address, quantity, kind):
    values = (kind * quantity)()
    assert call(name, address, quantity, values) == quantity, name
    return list(values)


def bits(name, address, quantity):
    return read(name, address, quantity, ctypes.c_uint8)


def registers(name, address, quantity):
    return read(name, address, quantity, ctypes.c_uint16)


call("connect")
call("set_slave", UNIT)
# A reserved function is answered after a silence.
call("set_response_timeout", 5, 0)

assert bits("read_bits", 0, 100) == [int(address % 3 == 0) for address in range(100)]
assert bits("read_bits", 3, 1) == [1]
assert bits("read_input_bits", 0, 100) == [int(address % 5 == 0) for address in range(100)]
assert registers("read_registers", 0, 100) == list(range(1000, 1100))
assert registers("read_input_registers", 0, 100) == list(range(2000, 2100))

assert call("write_bit", 1, 1) == 1
assert call("write_bit", 0, 0) == 1
assert bits("read_bits", 0, 4) == [0, 1, 0, 1]

assert call("write_register", 5, 0xABCD) == 1
assert registers("read_registers", 4, 3) == [1004, 0xABCD, 1006]

pattern = [1, 1, 0, 1, 0, 0, 1, 0, 1, 1]
assert call("write_bits", 20, len(pattern), (ctypes.c_uint8 * len(pattern))(*pattern)) == len(pattern)
assert bits("read_bits", 20, len(pattern)) == pattern
assert bits("read_bits", 30, 1) == [1], "what follows stays"

values = [0, 1, 0x7FFF, 0x8000, 0xFFFF]
assert call("write_registers", 40, len(values), (ctypes.c_uint16 * len(values))(*values)) == len(values)
assert registers("read_registers", 40, len(values)) == values

call("write_register", 50, 0x12)
assert call("mask_write_register", 50, 0xF2, 0x25) >= 0
assert registers("read_registers", 50, 1) == [0x17]

written = (ctypes.c_uint16 * 2)(7, 8)
got = (ctypes.c_uint16 * 4)()
assert call("write_and_read_registers", 60, 2, written, 59, 4, got) == 4
assert list(got) == [1059, 7, 8, 1062], "the write comes first"

identity = (ctypes.c_uint8 * 64)()
length = call("report_slave_id", len(identity), identity)
assert bytes(identity[:length]) == b"inspect\xff"

many = (ctypes.c_uint16 * 125)()
refused(2, "read_registers", 99, 2, many)
refused(2, "read_input_registers", 100, 1, many)
refused(2, "read_bits", 100, 1, (ctypes.c_uint8 * 1)())
refused(2, "write_register", 100, 1)

# Functions that the standard reserves, and one of a user's own.
for function in (0x09, 0x5A, 0x41):
    request = (ctypes.c_uint8 * 4)(UNIT, function, 0x12, 0x34)
    assert call("send_raw_request", request, len(request)) == 6
    answer = (ctypes.c_uint8 * 256)()
    length = call("receive_confirmation", answer)
    assert bytes(answer[: length - 2]) == bytes([UNIT, function | 0x80, 1]), bytes(answer[:length])

lib.modbus_close(context)
lib.modbus_free(context)
