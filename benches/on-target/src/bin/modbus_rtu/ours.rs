//! A node of this project, with the functions that are asked and no others.

use modbus_rtu::{
    ExceptionCode, Frame, FunctionCode, Functions, Handler, Range, Registers, RegistersOut, Unit, UnitId,
};

pub struct Node {
    unit: Unit<Holding>,
    reply: [u8; Frame::MAX_LEN],
}

impl Node {
    pub const fn new(unit: u8, registers: [u16; 16]) -> Self {
        Self { unit: Unit::new(UnitId(unit), Holding(registers)), reply: [0; Frame::MAX_LEN] }
    }

    #[inline(never)]
    pub fn answer(&mut self, request: &[u8]) -> Option<&[u8]> {
        let request = Frame::decode(request).ok()?;
        Some(self.unit.answer(&request, &mut self.reply))
    }
}

struct Holding([u16; 16]);

impl Handler for Holding {
    const FUNCTIONS: Functions = Functions::of(&[
        FunctionCode::READ_HOLDING_REGISTERS,
        FunctionCode::WRITE_SINGLE_REGISTER,
        FunctionCode::WRITE_MULTIPLE_REGISTERS,
    ]);

    fn read_holding_registers(
        &mut self,
        range: Range,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        out.extend(range.of(&self.0)?);
        Ok(())
    }

    fn write_single_register(&mut self, address: u16, value: u16) -> Result<(), ExceptionCode> {
        let register = self.0.get_mut(usize::from(address)).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)?;
        *register = value;
        Ok(())
    }

    fn write_multiple_registers(
        &mut self,
        range: Range,
        registers: Registers<'_>,
    ) -> Result<(), ExceptionCode> {
        for (register, value) in range.of_mut(&mut self.0)?.iter_mut().zip(registers.iter()) {
            *register = value;
        }
        Ok(())
    }
}
