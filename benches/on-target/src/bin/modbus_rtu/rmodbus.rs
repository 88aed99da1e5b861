//! A node of rmodbus.

use heapless::Vec;
use rmodbus::ModbusProto;
use rmodbus::server::ModbusFrame;
use rmodbus::server::storage::ModbusStorage;

pub struct Node {
    unit: u8,
    storage: ModbusStorage<0, 0, 0, 16>,
    reply: Vec<u8, 256>,
}

impl Node {
    pub const fn new(unit: u8, registers: [u16; 16]) -> Self {
        let storage = ModbusStorage { coils: [], discretes: [], inputs: [], holdings: registers };
        Self { unit, storage, reply: Vec::new() }
    }

    #[inline(never)]
    pub fn answer(&mut self, request: &[u8]) -> Option<&[u8]> {
        let mut frame = ModbusFrame::new(self.unit, request, ModbusProto::Rtu, &mut self.reply);
        frame.parse().ok()?;
        if frame.processing_required {
            match frame.readonly {
                true => frame.process_read(&self.storage),
                false => frame.process_write(&mut self.storage),
            }
            .ok()?;
        }
        if !frame.response_required {
            return None;
        }
        frame.finalize_response().ok()?;
        Some(&self.reply)
    }
}
