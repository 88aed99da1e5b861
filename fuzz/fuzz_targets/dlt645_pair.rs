#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::dlt645::pair(octets));
