//! A unit with every function.

use super::*;

/// A unit with every function: those of a bank, four files of 16 records, a queue, and an identification.
#[derive(Clone)]
pub struct Everything {
    pub bank: Bank<64, 64, 64, 64>,
    pub files: [[u16; 16]; 4],
    pub queue: Vec<u16>,
}

impl Everything {
    fn new() -> Self {
        let mut files = [[0; 16]; 4];
        files[3][1..3].copy_from_slice(&[0x0DFE, 0x0020]);
        files[2][9..11].copy_from_slice(&[0x33CD, 0x0040]);
        Self { bank: Bank::new(), files, queue: vec![0x01B8, 0x1284] }
    }

    fn records(&mut self, FileRange { file, record, length }: FileRange) -> Option<&mut [u16]> {
        let file = self.files.get_mut(usize::from(file).checked_sub(1)?)?;
        file.get_mut(record.into()..usize::from(record) + usize::from(length))
    }
}

const UNKNOWN: ExceptionCode = ExceptionCode::ILLEGAL_DATA_ADDRESS;

const LONG: &[u8] = &[b'x'; 200];

impl Handler for Everything {
    const FUNCTIONS: Functions = Functions::PUBLIC.or(Functions::of(&[FunctionCode(0x41)]));
    const CONFORMITY: Conformity = Conformity::EXTENDED;

    fn read_coils(&mut self, range: Range, out: &mut BitsOut<'_>) -> Result<(), ExceptionCode> {
        self.bank.read_coils(range, out)
    }

    fn read_discrete_inputs(&mut self, range: Range, out: &mut BitsOut<'_>) -> Result<(), ExceptionCode> {
        self.bank.read_discrete_inputs(range, out)
    }

    fn read_holding_registers(
        &mut self,
        range: Range,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        self.bank.read_holding_registers(range, out)
    }

    fn read_input_registers(
        &mut self,
        range: Range,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        self.bank.read_input_registers(range, out)
    }

    fn write_single_coil(&mut self, address: u16, on: bool) -> Result<(), ExceptionCode> {
        self.bank.write_single_coil(address, on)
    }

    fn write_single_register(&mut self, address: u16, value: u16) -> Result<(), ExceptionCode> {
        self.bank.write_single_register(address, value)
    }

    fn read_exception_status(&mut self) -> Result<u8, ExceptionCode> {
        Ok(0x6D)
    }

    fn write_multiple_coils(&mut self, range: Range, coils: Bits<'_>) -> Result<(), ExceptionCode> {
        self.bank.write_multiple_coils(range, coils)
    }

    fn write_multiple_registers(
        &mut self,
        range: Range,
        registers: Registers<'_>,
    ) -> Result<(), ExceptionCode> {
        self.bank.write_multiple_registers(range, registers)
    }

    fn report_server_id(&mut self, out: &mut Writer<'_>) -> Result<(), ExceptionCode> {
        out.put(&[0x42, 0x43, 0xFF, 0x01, 0x02]);
        Ok(())
    }

    fn read_file_record(
        &mut self,
        range: FileRange,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        out.extend(&*self.records(range).ok_or(UNKNOWN)?);
        Ok(())
    }

    fn write_file_record(&mut self, record: FileRecord<'_>) -> Result<(), ExceptionCode> {
        let places = self.records(record.range()).ok_or(UNKNOWN)?;
        places.iter_mut().zip(record.registers.iter()).for_each(|(place, value)| *place = value);
        Ok(())
    }

    fn mask_write_register(&mut self, address: u16, and: u16, or: u16) -> Result<(), ExceptionCode> {
        self.bank.mask_write_register(address, and, or)
    }

    fn read_write_multiple_registers(
        &mut self,
        write: Range,
        registers: Registers<'_>,
        read: Range,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        self.bank.read_write_multiple_registers(write, registers, read, out)
    }

    fn read_fifo_queue(&mut self, _address: u16, out: &mut RegistersOut<'_>) -> Result<(), ExceptionCode> {
        out.extend(&self.queue);
        Ok(())
    }

    fn object(&mut self, ObjectId(id): ObjectId) -> Option<&[u8]> {
        match id {
            0 => Some(b"ACM"),
            1 => Some(b"D1"),
            2 => Some(b"1.0"),
            4 | 5 | 0x80 => Some(LONG),
            _ => None,
        }
    }

    fn encapsulated_interface(
        &mut self,
        interface: u8,
        data: &[u8],
        out: &mut Writer<'_>,
    ) -> Result<(), ExceptionCode> {
        if interface != 0x0D {
            return Err(ExceptionCode::ILLEGAL_FUNCTION);
        }
        out.put(data);
        Ok(())
    }

    fn other(
        &mut self,
        _function: FunctionCode,
        data: &[u8],
        out: &mut Writer<'_>,
    ) -> Result<(), ExceptionCode> {
        out.put(data);
        Ok(())
    }
}

/// What a unit with every function answers to a PDU.
pub fn answer(unit: &mut Unit<Everything>, pdu: &[u8]) -> Vec<u8> {
    let mut reply = [0; Frame::MAX_LEN];
    unit.answer(&Frame { unit: UNIT, pdu }, &mut reply).to_vec()
}

pub fn everything() -> Unit<Everything> {
    Unit::new(UNIT, Everything::new())
}
