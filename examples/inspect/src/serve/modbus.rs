//! A simulated Modbus unit that has every function of the standard.

use std::array;
use std::collections::BTreeMap;

use modbus_rtu::{
    Bits, BitsOut, Conformity, ExceptionCode, FileRange, FileRecord, Functions, Handler, ObjectId, Range,
    Registers, RegistersOut, Writer,
};

/// How many coils, inputs, registers of each kind, and records of each file there are.
const LEN: usize = 100;

/// The bits of the exception status.
const STATUS: u8 = 0x6D;

/// The register that counts the queue, and what is queued.
const QUEUE: (u16, [u16; 5]) = (100, [3_000, 3_001, 3_002, 3_003, 3_004]);

/// The last does not fit into the answer that starts with the first.
const OBJECTS: [(ObjectId, &[u8]); 7] = [
    (ObjectId::VENDOR_NAME, b"meterwire"),
    (ObjectId::PRODUCT_CODE, b"inspect"),
    (ObjectId::MAJOR_MINOR_REVISION, env!("CARGO_PKG_VERSION").as_bytes()),
    (ObjectId::PRODUCT_NAME, b"simulated meter"),
    (ObjectId::MODEL_NAME, b"modbus"),
    (ObjectId(0x80), &[b'='; 100]),
    (ObjectId(0x81), &[0xA5; 200]),
];

pub struct Simulated {
    coils: [bool; LEN],
    discrete_inputs: [bool; LEN],
    holding_registers: BTreeMap<u16, u16>,
    input_registers: [u16; LEN],
    files: [[u16; LEN]; 3],
}

impl Simulated {
    /// With some holding registers as they are set.
    pub fn new(set: Vec<(u16, u16)>) -> Self {
        let holding = (0..LEN as u16).map(|address| (address, address + 1_000));
        Self {
            coils: array::from_fn(|address| address % 3 == 0),
            discrete_inputs: array::from_fn(|address| address % 5 == 0),
            holding_registers: holding.chain(set).collect(),
            input_registers: array::from_fn(|address| address as u16 + 2_000),
            files: array::from_fn(|file| array::from_fn(|record| (1_000 * (file + 1) + record) as u16)),
        }
    }

    fn holding(&mut self, address: u16) -> Result<&mut u16, ExceptionCode> {
        self.holding_registers.get_mut(&address).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
    }

    /// The records of a file.
    fn records(&mut self, range: FileRange) -> Result<&mut [u16], ExceptionCode> {
        let FileRange { file, record, length } = range;
        let index = usize::from(file).wrapping_sub(1);
        let file = self.files.get_mut(index).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)?;
        Range::new(record, length).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)?.of_mut(file)
    }
}

impl Handler for Simulated {
    const FUNCTIONS: Functions = Functions::PUBLIC;
    const CONFORMITY: Conformity = Conformity::EXTENDED;

    fn read_coils(&mut self, range: Range, out: &mut BitsOut<'_>) -> Result<(), ExceptionCode> {
        out.extend(range.of(&self.coils)?);
        Ok(())
    }

    fn read_discrete_inputs(&mut self, range: Range, out: &mut BitsOut<'_>) -> Result<(), ExceptionCode> {
        out.extend(range.of(&self.discrete_inputs)?);
        Ok(())
    }

    fn read_holding_registers(
        &mut self,
        range: Range,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        range.iter().try_for_each(|address| {
            out.push(*self.holding(address)?);
            Ok(())
        })
    }

    fn read_input_registers(
        &mut self,
        range: Range,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        out.extend(range.of(&self.input_registers)?);
        Ok(())
    }

    fn write_single_coil(&mut self, address: u16, on: bool) -> Result<(), ExceptionCode> {
        Range::one(address).of_mut(&mut self.coils)?.fill(on);
        Ok(())
    }

    fn write_single_register(&mut self, address: u16, value: u16) -> Result<(), ExceptionCode> {
        *self.holding(address)? = value;
        Ok(())
    }

    fn read_exception_status(&mut self) -> Result<u8, ExceptionCode> {
        Ok(STATUS)
    }

    fn write_multiple_coils(&mut self, range: Range, coils: Bits<'_>) -> Result<(), ExceptionCode> {
        let places = range.of_mut(&mut self.coils)?;
        places.iter_mut().zip(coils.iter()).for_each(|(place, on)| *place = on);
        Ok(())
    }

    fn write_multiple_registers(
        &mut self,
        range: Range,
        registers: Registers<'_>,
    ) -> Result<(), ExceptionCode> {
        range.iter().try_for_each(|address| self.holding(address).map(|_| ()))?;
        range.iter().zip(registers.iter()).try_for_each(|(address, value)| {
            *self.holding(address)? = value;
            Ok(())
        })
    }

    fn report_server_id(&mut self, out: &mut Writer<'_>) -> Result<(), ExceptionCode> {
        out.put(b"inspect\xFF");
        Ok(())
    }

    fn read_file_record(
        &mut self,
        range: FileRange,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        out.extend(&*self.records(range)?);
        Ok(())
    }

    fn write_file_record(&mut self, record: FileRecord<'_>) -> Result<(), ExceptionCode> {
        let places = self.records(record.range())?;
        places.iter_mut().zip(record.registers.iter()).for_each(|(place, value)| *place = value);
        Ok(())
    }

    fn mask_write_register(&mut self, address: u16, and: u16, or: u16) -> Result<(), ExceptionCode> {
        let place = self.holding(address)?;
        *place = *place & and | or & !and;
        Ok(())
    }

    fn read_write_multiple_registers(
        &mut self,
        write: Range,
        registers: Registers<'_>,
        read: Range,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        read.iter().try_for_each(|address| self.holding(address).map(|_| ()))?;
        self.write_multiple_registers(write, registers)?;
        self.read_holding_registers(read, out)
    }

    fn read_fifo_queue(&mut self, address: u16, out: &mut RegistersOut<'_>) -> Result<(), ExceptionCode> {
        let (held, values) = QUEUE;
        if address != held {
            return Err(ExceptionCode::ILLEGAL_DATA_ADDRESS);
        }
        out.extend(&values);
        Ok(())
    }

    fn object(&mut self, id: ObjectId) -> Option<&[u8]> {
        OBJECTS.iter().find(|(held, _)| *held == id).map(|(_, value)| *value)
    }
}
