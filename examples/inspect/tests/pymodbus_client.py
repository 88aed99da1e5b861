"""Reads the simulated unit 17 on the serial port of the first argument with pymodbus.

It reads no queue: pymodbus 3.16.1 takes the answer's frame for two octets shorter than it is.
"""

import sys

from pymodbus.client import ModbusSerialClient
from pymodbus.pdu.file_message import FileRecord

client = ModbusSerialClient(sys.argv[1], baudrate=9600, timeout=5, retries=0)
assert client.connect()


def ask(name, *arguments, **named):
    response = getattr(client, name)(*arguments, device_id=17, **named)
    assert not response.isError(), f"{name}: {response}"
    return response


assert ask("read_coils", 0, count=10).bits[:10] == [address % 3 == 0 for address in range(10)]
assert ask("read_discrete_inputs", 0, count=10).bits[:10] == [address % 5 == 0 for address in range(10)]
assert ask("read_holding_registers", 98, count=2).registers == [1098, 1099]
assert ask("read_input_registers", 98, count=2).registers == [2098, 2099]
ask("write_coil", 1, True)
ask("write_coils", 4, [True, True])
assert ask("read_coils", 0, count=8).bits == [True, True, False, True, True, True, True, False]
ask("write_register", 5, 77)
ask("write_registers", 6, [78, 79])
assert ask("read_holding_registers", 5, count=3).registers == [77, 78, 79]
ask("mask_write_register", address=5, and_mask=0xF2, or_mask=0x25)
response = ask("readwrite_registers", read_address=5, read_count=3, write_address=7, values=[80])
assert response.registers == [77 & 0xF2 | 0x25 & ~0xF2, 78, 80]

assert ask("read_exception_status").status == 0x6D
assert ask("report_device_id").identifier == b"inspect"

records = [
    FileRecord(file_number=1, record_number=7, record_length=4),
    FileRecord(file_number=3, record_number=0, record_length=2),
]
response = ask("read_file_record", records)
assert [record.record_data for record in response.records] == [b"\x03\xef\x03\xf0", b"\x0b\xb8"]
ask("write_file_record", [FileRecord(file_number=2, record_number=99, record_data=b"\x12\x34")])
response = ask("read_file_record", [FileRecord(file_number=2, record_number=99, record_length=2)])
assert response.records[0].record_data == b"\x12\x34"

response = ask("read_device_information", read_code=2, object_id=0)
assert response.information[0] == b"meterwire" and response.information[5] == b"modbus"
response = ask("read_device_information", read_code=3, object_id=0)
assert response.more_follows and response.next_object_id == 0x81 and 0x81 not in response.information
response = ask("read_device_information", read_code=3, object_id=0x81)
assert response.information == {0x81: b"\xa5" * 200} and not response.more_follows
response = ask("read_device_information", read_code=4, object_id=1)
assert response.information == {1: b"inspect"}

ask("diag_clear_counters")
assert ask("diag_query_data", b"\xa5\x37").message == b"\xa5\x37"
assert client.read_coils(100, device_id=17).exception_code == 2
assert ask("diag_read_bus_exception_error_count").message == 1
assert ask("diag_read_bus_message_count").message == 4
assert ask("diag_read_device_message_count").message == 5
assert ask("diag_get_comm_event_counter").count == 5
log = ask("diag_get_comm_event_log")
assert log.event_count == 5 and log.message_count == 7
assert log.events[:3] == [0x80, 0x40, 0x80]
