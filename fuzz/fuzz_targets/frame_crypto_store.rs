#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::frame_crypto::store(octets));
