//! An image for QEMU that answers requests with one implementation, and prints how many instructions each
//! took and whether the answer was right. Which implementation is a feature of the package.

#![no_std]
#![no_main]

#[cfg(feature = "ours-small")]
#[path = "ours.rs"]
mod node;
#[cfg(feature = "rmodbus")]
#[path = "rmodbus.rs"]
mod node;
#[cfg(feature = "modbus-core")]
#[path = "modbus_core.rs"]
mod node;
#[cfg(feature = "rustmod-core")]
#[path = "rustmod.rs"]
mod node;
#[cfg(not(any(
    feature = "ours-small",
    feature = "rmodbus",
    feature = "modbus-core",
    feature = "rustmod-core"
)))]
#[path = "nothing.rs"]
mod node;

use core::hint::black_box;

use cortex_m_rt::entry;
use target_counts::{clock, output};

use node::Node;

/// The unit asked.
const UNIT: u8 = 1;
/// Its holding registers 0 to 15, as they are at first.
const REGISTERS: [u16; 16] = [0x1111; 16];

/// A request and the answer it has to get.
struct Exchange {
    name: &'static str,
    request: &'static [u8],
    reply: &'static [u8],
}

static EXCHANGES: [Exchange; 3] = [
    Exchange {
        name: "FC3",
        request: &[0x01, 0x03, 0x00, 0x02, 0x00, 0x04, 0xE5, 0xC9],
        reply: &[0x01, 0x03, 0x08, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x32, 0x31],
    },
    Exchange {
        name: "FC6",
        request: &[0x01, 0x06, 0x00, 0x05, 0x12, 0x34, 0x94, 0xBC],
        reply: &[0x01, 0x06, 0x00, 0x05, 0x12, 0x34, 0x94, 0xBC],
    },
    Exchange {
        name: "FC16",
        request: &[0x01, 0x10, 0x00, 0x02, 0x00, 0x02, 0x04, 0xAA, 0xBB, 0xCC, 0xDD, 0xB6, 0xD2],
        reply: &[0x01, 0x10, 0x00, 0x02, 0x00, 0x02, 0xE0, 0x08],
    },
];

#[entry]
fn main() -> ! {
    static mut NODE: Node = Node::new(UNIT, REGISTERS);
    let node = black_box(NODE);
    target_counts::start();
    for exchange in &EXCHANGES {
        let request = black_box(exchange.request);
        let (instructions, reply) = clock::count(|| node.answer(request));
        let right = black_box(reply) == Some(exchange.reply);
        output::line(exchange.name, instructions, if right { "right" } else { "wrong" });
    }
    target_counts::end()
}
