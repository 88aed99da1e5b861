//! Every implementation, ours first.

#![allow(clippy::ptr_arg, reason = "one signature for all; rmodbus writes into nothing but a vector")]

mod async_modbus;
mod meterwire;
mod modbus_core;
mod rmodbus;
mod rustmod;
mod rusty_modbus;
mod tokio_modbus;

use crate::modbus_rtu::Implementation;

pub const ALL: [Implementation; 7] = [
    meterwire::IMPLEMENTATION,
    modbus_core::IMPLEMENTATION,
    rmodbus::IMPLEMENTATION,
    rustmod::IMPLEMENTATION,
    rusty_modbus::IMPLEMENTATION,
    async_modbus::IMPLEMENTATION,
    tokio_modbus::IMPLEMENTATION,
];
