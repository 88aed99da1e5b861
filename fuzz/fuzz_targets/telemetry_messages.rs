#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| laws::telemetry::messages(octets));
