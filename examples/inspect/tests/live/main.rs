//! `inspect` over pseudo-terminals, against itself and against other implementations.
//!
//! A test whose programs are missing passes with a line on standard error; with
//! `METERWIRE_REQUIRE_PEERS=1` it fails.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::unwrap_used, clippy::panic)]

mod functions;
mod modbus;
mod peers;
mod sniff;

use std::fs::File;
use std::io::{Read, Write};
use std::process::Command;
use std::thread;

use peers::{INSPECT, Pair, SOCAT, have};

#[test]
fn reads_a_dlt645_meter() {
    if !have(&[SOCAT]) {
        return;
    }
    let pair = Pair::new();
    let _meter = pair.serve(&["dlt645", "--address", "260000123456"]);
    let meter = ["read", "dlt645", "--address", "260000123456", "--id"];
    let read = |identifier| pair.ask(&[&meter[..], &[identifier]].concat());
    assert_eq!(read("00010000"), "forward active energy, total: 1234.56 kWh\n");
    assert_eq!(
        read("02-01-FF-00"),
        "voltage, phase A: 229.7 V\nvoltage, phase B: 230.1 V\nvoltage, phase C: 230.5 V\n"
    );
    assert_eq!(read("02020100"), "current, phase A: -1.234 A\n");
    let anybody = pair.ask(&["read", "dlt645", "--address", "AAAAAAAAAAAA", "--id", "02800002"]);
    assert_eq!(anybody, "frequency: 50.01 Hz\n");
    let refused = pair.fail(&[&meter[..], &["04000101"]].concat());
    assert!(refused.contains("refused: no such data"), "{refused}");
}

#[test]
fn reads_an_mbus_meter() {
    if !have(&[SOCAT]) {
        return;
    }
    let pair = Pair::new();
    let _meter = pair.serve(&["mbus", "--address", "1"]);
    let expected = "\
MWE 12345678 version 1, heat, access 1, status 00
energy: 12345000 Wh
volume: 678.901 m3
power: 12340 W
flow temperature: 71.2 °C
return temperature: 42.3 °C
";
    assert_eq!(pair.ask(&["read", "mbus", "--address", "1"]), expected);
}

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
