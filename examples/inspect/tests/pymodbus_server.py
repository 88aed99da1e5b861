"""A pymodbus unit 17 on the serial port of the first argument."""

import asyncio
import sys

from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.device import ModbusDeviceIdentification
from pymodbus.server import ModbusSerialServer
from pymodbus.simulator import DataType, SimData, SimDevice


class Echo(ModbusPDU):
    """A function whose data are their answer."""

    def encode(self):
        return self.octets

    def decode(self, data):
        self.octets = data

    async def datastore_update(self, context, device_id):
        return self


class UsersOwn(Echo):
    """The first function that users may define, with two octets."""

    function_code = 0x41
    rtu_frame_size = 6


class CanOpen(Echo):
    """The other interface of function 43, with two octets."""

    function_code = 0x2B
    sub_function_code = 0x0D
    rtu_frame_size = 7

    @classmethod
    def decode_sub_function_code(cls, data):
        return int(data[2])


async def main():
    def bits(period):
        values = [address % period == 0 for address in range(96)]
        return [SimData(0, values=values, datatype=DataType.BITS)]

    def registers(address, values):
        return SimData(address, values=values, datatype=DataType.REGISTERS)

    holding = [registers(0, list(range(1000, 1100))), registers(0x6B, [555, 0, 100])]
    inputs = [registers(0, list(range(2000, 2100)))]
    device = SimDevice(17, simdata=(bits(3), bits(5), holding, inputs))
    identity = ModbusDeviceIdentification(
        info={0: "meterwire", 1: "PM", 2: "3.16.1", 4: "pymodbus", 0x80: "x" * 200, 0x81: "y" * 200}
    )
    DecodePDU.add_sub_pdu(CanOpen, CanOpen)
    server = ModbusSerialServer(
        device,
        identity=identity,
        port=sys.argv[1],
        baudrate=9600,
        broadcast_enable=True,
        custom_pdu=[UsersOwn],
    )
    await server.serve_forever(background=True)
    print("serving", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
