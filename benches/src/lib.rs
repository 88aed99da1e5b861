//! The codecs beside the other crates for the same protocol: a module a protocol, in it one set of cases and
//! one file an implementation.

pub mod airtime;
pub mod case;
pub mod dlt645;
pub mod frame_crypto;
pub mod lora_tdma;
pub mod mbus;
pub mod modbus_rtu;
pub mod stream;

/// A buffer for the encoders.
pub fn buffer() -> Vec<u8> {
    vec![0; 256]
}
