//! `inspect` over pseudo-terminals, against itself and against other implementations.
//!
//! A test whose programs are missing passes with a line on standard error; with
//! `METERWIRE_REQUIRE_PEERS=1` it fails.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::unwrap_used, clippy::panic)]

mod dlt645;
mod functions;
mod mbus;
mod modbus;
mod peers;
mod sniff;

use std::fs::File;
use std::io::{Read, Write};
use std::process::Command;
use std::thread;

use peers::{INSPECT, Pair, SOCAT, have};

#[test]
fn silence_and_noise_are_told_in_words() {
    if !have(&[SOCAT]) {
        return;
    }
    let pair = Pair::new();
    let patience = ["--timeout", "100ms", "--retries", "1"];
    for meter in [
        &["read", "modbus", "--unit", "17", "--holding", "0:1"][..],
        &["read", "dlt645", "--address", "1", "--id", "00010000"],
        &["read", "mbus", "--address", "1"],
    ] {
        let silence = pair.fail(&[meter, &patience].concat());
        assert!(silence.contains("no reply within 100ms, asked 2 times"), "{silence}");
    }

    let pair = Pair::new();
    let mut far = File::options().read(true).write(true).open(&pair.there).unwrap();
    let noise = thread::spawn(move || {
        far.read_exact(&mut [0; 8]).unwrap();
        far.write_all(&[0x11, 0x03, 0x02, 0x00, 0x07, 0x00, 0x00]).unwrap();
        far
    });
    let patience = ["--timeout", "2s", "--retries", "0"];
    let corrupt =
        pair.fail(&[&["read", "modbus", "--unit", "17", "--holding", "0:1"][..], &patience].concat());
    assert!(corrupt.contains("wrong checksum: received 0000"), "{corrupt}");
    noise.join().unwrap();
}

#[test]
fn a_missing_port_is_named() {
    let output = Command::new(INSPECT)
        .args(["read", "mbus", "--address", "1", "--port", "/dev/no-such-port"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.starts_with("inspect: cannot open /dev/no-such-port: "), "{error}");
}
