//! Requests and responses out of a seed, with fields that the standard allows and others.

use modbus_rtu::{
    Access, Bits, Conformity, Diagnostic, ExceptionCode, FileRange, FileRecord, FunctionCode, Items, Object,
    ObjectId, Range, Registers, Request, Response,
};

use crate::Seed;

/// What requests and responses borrow.
struct Parts {
    word: u16,
    other: u16,
    octet: u8,
    words: Vec<u16>,
    bools: Vec<bool>,
    octets: Vec<u8>,
    /// Whether values are borrowed from octets.
    wire: bool,
}

impl Parts {
    fn new(seed: &mut Seed<'_>) -> Self {
        let (choice, word, other, octet) = (seed.u8(), seed.u16(), seed.u16(), seed.u8());
        // Most counts are small; bit 7 makes them any.
        let count = if choice & 0x80 == 0 { 1 + usize::from(other % 8) } else { usize::from(other % 512) };
        let octets: Vec<u8> =
            (0..2 * count).map(|place| if seed.is_empty() { place as u8 } else { seed.u8() }).collect();
        let (words, bools) = (
            octets.as_chunks().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect(),
            (0..5 * count).map(|bit| octets[bit / 8] >> (bit % 8) & 1 == 1).collect(),
        );
        Self { word, other, octet, words, bools, octets, wire: choice & 1 == 1 }
    }

    fn registers(&self) -> Registers<'_> {
        if self.wire { Registers::from_octets(&self.octets) } else { self.words[..].into() }
    }

    fn bits(&self) -> Bits<'_> {
        if self.wire { Bits::from_octets(&self.octets, self.bools.len()) } else { self.bools[..].into() }
    }

    fn range(&self) -> Range {
        Range::new(self.word, self.other >> (self.octet % 16)).unwrap_or(Range::one(self.word))
    }

    fn ranges(&self) -> Vec<FileRange> {
        let ranges = self.words.chunks_exact(3);
        ranges
            .map(|words| FileRange { file: words[0], record: words[1] & self.word, length: words[2] % 140 })
            .collect()
    }

    /// Registers in pieces of different sizes.
    fn pieces(&self) -> Vec<Registers<'_>> {
        let all = self.registers();
        let (mut start, mut pieces) = (0, Vec::new());
        for size in self.octets.iter().map(|octet| usize::from(octet % (1 + self.octet % 128))) {
            let Some(piece) = all.slice(start, size) else { break };
            pieces.push(piece);
            start += size;
        }
        pieces
    }

    fn records(&self) -> Vec<FileRecord<'_>> {
        let pieces = self.pieces().into_iter().zip(&self.words);
        pieces.map(|(registers, file)| FileRecord { file: *file, record: self.word, registers }).collect()
    }

    fn objects(&self) -> Vec<Object<'_>> {
        let values = self.octets.chunks(1 + usize::from(self.octet));
        let id = |index: usize| ObjectId(self.octet.wrapping_add(index as u8));
        values.enumerate().map(|(index, value)| Object { id: id(index), value }).collect()
    }

    fn access(&self) -> Access {
        [Access::Basic, Access::Regular, Access::Extended, Access::Individual][usize::from(self.word % 4)]
    }
}

/// Hands a request over.
pub(super) fn with_request(seed: &mut Seed<'_>, law: impl FnOnce(Request<'_>)) {
    let kind = seed.u8();
    let parts = Parts::new(seed);
    let (ranges, records) = (parts.ranges(), parts.records());
    let (address, range, registers) = (parts.word, parts.range(), parts.registers());
    let other = [parts.other];
    law(match kind % 22 {
        0 => Request::ReadCoils { range },
        1 => Request::ReadDiscreteInputs { range },
        2 => Request::ReadHoldingRegisters { range },
        3 => Request::ReadInputRegisters { range },
        4 => Request::WriteSingleCoil { address, on: parts.wire },
        5 => Request::WriteSingleRegister { address, value: parts.other },
        6 => Request::ReadExceptionStatus,
        7 => Request::Diagnostics { diagnostic: Diagnostic(address), data: registers },
        8 => Request::Diagnostics { diagnostic: Diagnostic(address % 0x16), data: (&other).into() },
        9 => Request::GetCommEventCounter,
        10 => Request::GetCommEventLog,
        11 => Request::WriteMultipleCoils { start: address, coils: parts.bits() },
        12 => Request::WriteMultipleRegisters { start: address, registers },
        13 => Request::ReportServerId,
        14 => Request::ReadFileRecord { ranges: Items::from(&ranges[..]) },
        15 => Request::WriteFileRecord { records: Items::from(&records[..]) },
        16 => Request::MaskWriteRegister { address, and: parts.other, or: parts.octet.into() },
        17 => Request::ReadWriteMultipleRegisters { read: range, start: parts.other, registers },
        18 => Request::ReadFifoQueue { address },
        19 => Request::ReadDeviceIdentification { access: parts.access(), object: ObjectId(parts.octet) },
        20 => Request::EncapsulatedInterface { interface: parts.octet, data: &parts.octets },
        _ => Request::Other { function: FunctionCode(parts.octet), data: &parts.octets },
    });
}

/// Hands a response over.
pub(super) fn with_response(seed: &mut Seed<'_>, law: impl FnOnce(Response<'_>)) {
    let kind = seed.u8();
    let parts = Parts::new(seed);
    let (pieces, records, objects) = (parts.pieces(), parts.records(), parts.objects());
    let (address, range, registers) = (parts.word, parts.range(), parts.registers());
    let (status, function, data) = (parts.other, FunctionCode(parts.octet), &parts.octets[..]);
    let other = [status];
    law(match kind % 24 {
        0 => Response::ReadCoils { coils: parts.bits() },
        1 => Response::ReadDiscreteInputs { inputs: parts.bits() },
        2 => Response::ReadHoldingRegisters { registers },
        3 => Response::ReadInputRegisters { registers },
        4 => Response::WriteSingleCoil { address, on: parts.wire },
        5 => Response::WriteSingleRegister { address, value: parts.other },
        6 => Response::ReadExceptionStatus { status: parts.octet },
        7 => Response::Diagnostics { diagnostic: Diagnostic(address), data: registers },
        8 => Response::Diagnostics { diagnostic: Diagnostic(address % 0x16), data: (&other).into() },
        9 => Response::GetCommEventCounter { status, events: address },
        10 => Response::GetCommEventLog { status, events: address, messages: address, log: data },
        11 => Response::WriteMultipleCoils { range },
        12 => Response::WriteMultipleRegisters { range },
        13 => Response::ReportServerId { data },
        14 => Response::ReadFileRecord { records: Items::from(&pieces[..]) },
        15 => Response::WriteFileRecord { records: Items::from(&records[..]) },
        16 => Response::MaskWriteRegister { address, and: parts.other, or: parts.octet.into() },
        17 => Response::ReadWriteMultipleRegisters { registers },
        18 => Response::ReadFifoQueue { registers },
        19 => Response::ReadDeviceIdentification {
            access: parts.access(),
            conformity: Conformity(parts.octet),
            more: parts.wire,
            next: ObjectId(parts.octet),
            objects: Items::from(&objects[..]),
        },
        20 => Response::EncapsulatedInterface { interface: parts.octet, data },
        21 => Response::Exception { function, exception: ExceptionCode(status.to_le_bytes()[0]) },
        22 => Response::Exception { function: FunctionCode(parts.octet & 0x7F), exception: ExceptionCode(2) },
        _ => Response::Other { function, data },
    });
}
