//! Coils, inputs and registers in memory.

use crate::handler::{Handled, Handler};
use crate::pdu::{Bits, BitsOut, FunctionCode, Functions, Range, Registers, RegistersOut};

/// Coils, discrete inputs, holding and input registers in memory, each table from address 0 on.
///
/// Serves functions 01 to 06, 0F, 10, 16 and 17, and the diagnostics of [`Unit`](crate::Unit).
///
/// ```
/// use modbus_rtu::Bank;
///
/// let mut bank = Bank::<16, 0, 100, 4>::new();
/// bank.coils[3] = true;
/// bank.input_registers.copy_from_slice(&[2297, 1234, 0, 5001]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bank<const COILS: usize, const INPUTS: usize, const HOLDING: usize, const INPUT: usize> {
    /// Bits that a client reads and writes.
    pub coils: [bool; COILS],
    /// Bits that it only reads.
    pub discrete_inputs: [bool; INPUTS],
    /// Registers that it reads and writes.
    pub holding_registers: [u16; HOLDING],
    /// Registers that it only reads.
    pub input_registers: [u16; INPUT],
}

impl<const C: usize, const D: usize, const H: usize, const I: usize> Bank<C, D, H, I> {
    /// All off, all zero.
    pub const fn new() -> Self {
        Self {
            coils: [false; C],
            discrete_inputs: [false; D],
            holding_registers: [0; H],
            input_registers: [0; I],
        }
    }
}

impl<const C: usize, const D: usize, const H: usize, const I: usize> Default for Bank<C, D, H, I> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const C: usize, const D: usize, const H: usize, const I: usize> Handler for Bank<C, D, H, I> {
    const FUNCTIONS: Functions = Functions::of(&[
        FunctionCode::READ_COILS,
        FunctionCode::READ_DISCRETE_INPUTS,
        FunctionCode::READ_HOLDING_REGISTERS,
        FunctionCode::READ_INPUT_REGISTERS,
        FunctionCode::WRITE_SINGLE_COIL,
        FunctionCode::WRITE_SINGLE_REGISTER,
        FunctionCode::DIAGNOSTICS,
        FunctionCode::GET_COMM_EVENT_COUNTER,
        FunctionCode::GET_COMM_EVENT_LOG,
        FunctionCode::WRITE_MULTIPLE_COILS,
        FunctionCode::WRITE_MULTIPLE_REGISTERS,
        FunctionCode::MASK_WRITE_REGISTER,
        FunctionCode::READ_WRITE_MULTIPLE_REGISTERS,
    ]);

    fn read_coils(&mut self, range: Range, out: &mut BitsOut<'_>) -> Handled {
        out.extend(range.of(&self.coils)?);
        Ok(())
    }

    fn read_discrete_inputs(&mut self, range: Range, out: &mut BitsOut<'_>) -> Handled {
        out.extend(range.of(&self.discrete_inputs)?);
        Ok(())
    }

    fn read_holding_registers(&mut self, range: Range, out: &mut RegistersOut<'_>) -> Handled {
        out.extend(range.of(&self.holding_registers)?);
        Ok(())
    }

    fn read_input_registers(&mut self, range: Range, out: &mut RegistersOut<'_>) -> Handled {
        out.extend(range.of(&self.input_registers)?);
        Ok(())
    }

    fn write_single_coil(&mut self, address: u16, on: bool) -> Handled {
        Range::one(address).of_mut(&mut self.coils)?.fill(on);
        Ok(())
    }

    fn write_single_register(&mut self, address: u16, value: u16) -> Handled {
        Range::one(address).of_mut(&mut self.holding_registers)?.fill(value);
        Ok(())
    }

    fn write_multiple_coils(&mut self, range: Range, coils: Bits<'_>) -> Handled {
        let places = range.of_mut(&mut self.coils)?;
        places.iter_mut().zip(coils.iter()).for_each(|(place, on)| *place = on);
        Ok(())
    }

    fn write_multiple_registers(&mut self, range: Range, registers: Registers<'_>) -> Handled {
        let places = range.of_mut(&mut self.holding_registers)?;
        places.iter_mut().zip(registers.iter()).for_each(|(place, value)| *place = value);
        Ok(())
    }

    fn mask_write_register(&mut self, address: u16, and: u16, or: u16) -> Handled {
        for place in Range::one(address).of_mut(&mut self.holding_registers)? {
            *place = *place & and | or & !and;
        }
        Ok(())
    }

    fn read_write_multiple_registers(
        &mut self,
        write: Range,
        registers: Registers<'_>,
        read: Range,
        out: &mut RegistersOut<'_>,
    ) -> Handled {
        read.of(&self.holding_registers)?;
        self.write_multiple_registers(write, registers)?;
        self.read_holding_registers(read, out)
    }
}
