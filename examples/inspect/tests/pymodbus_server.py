"""A pymodbus unit 17 on the serial port of the first argument."""

import asyncio
import sys

from pymodbus.server import ModbusSerialServer
from pymodbus.simulator import DataType, SimData, SimDevice


async def main():
    registers = SimData(0x6B, values=[555, 0, 100], datatype=DataType.REGISTERS)
    device = SimDevice(17, simdata=[registers])
    server = ModbusSerialServer(device, port=sys.argv[1], baudrate=9600)
    await server.serve_forever(background=True)
    print("serving", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
