//! A listener on a line hears both ends.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::peers::{INSPECT, PYTHON, Running, have, python};

/// A line with a unit, a listener and a free port.
struct Tapped {
    free: PathBuf,
    listener: Running,
    _unit: Running,
    _bus: Running,
    _directory: TempDir,
}

impl Tapped {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let [free, unit, tap] = ["free", "unit", "tap"].map(|name| directory.path().join(name));
        let bus = Running::that_says("serving", python("bus.py").args([&free, &unit, &tap]));
        let mut serve = Command::new(INSPECT);
        serve.args(["serve", "modbus", "--unit", "17", "--port"]).arg(&unit);
        let mut sniff = Command::new(INSPECT);
        sniff.args(["sniff", "modbus", "--port"]).arg(&tap);
        Self {
            free,
            listener: Running::that_says("listening", &mut sniff),
            _unit: Running::that_says("serving", &mut serve),
            _bus: bus,
            _directory: directory,
        }
    }

    /// Has `inspect` ask the unit.
    fn ask(&self, arguments: &[&str]) {
        let mut inspect = Command::new(INSPECT);
        inspect.args(arguments).args(["--retries", "0", "--port"]).arg(&self.free).output().unwrap();
    }

    fn say(&self, octets: &[u8]) {
        open(&self.free).write_all(octets).unwrap();
    }

    /// The next line without its time.
    fn line(&self) -> String {
        let line = self.listener.line();
        let (time, rest) = line.trim_start().split_once(' ').unwrap();
        assert!(time.parse::<f64>().unwrap() < 600.0, "{line}");
        rest.into()
    }
}

fn open(path: &Path) -> File {
    File::options().write(true).open(path).unwrap()
}

#[test]
fn requests_and_responses_are_told_apart() {
    if !have(&[PYTHON]) {
        return;
    }
    let tapped = Tapped::new();
    let unit = ["modbus", "--unit", "17"];
    for (command, what, request, response) in [
        (
            "read",
            ["--holding", "98:2"],
            "request  unit 17 read holding registers start=98 quantity=2",
            "response unit 17 read holding registers registers=[1098,1099]",
        ),
        (
            "read",
            ["--coils", "0:24"],
            "request  unit 17 read coils start=0 quantity=24",
            "response unit 17 read coils coils=[1,0,0,1,0,0,1,0,0,1,0,0,1,0,0,1,0,0,1,0,0,1,0,0]",
        ),
        (
            "read",
            ["--holding", "99:2"],
            "request  unit 17 read holding registers start=99 quantity=2",
            "response unit 17 read holding registers exception=illegal data address",
        ),
        (
            // Request and response are the same octets.
            "write",
            ["--register", "5=7"],
            "request  unit 17 write single register address=5 value=7",
            "response unit 17 write single register address=5 value=7",
        ),
        (
            "write",
            ["--registers", "6=1,2"],
            "request  unit 17 write multiple registers start=6 registers=[1,2]",
            "response unit 17 write multiple registers start=6 quantity=2",
        ),
    ] {
        tapped.ask(&[&[command], &unit[..], &what].concat());
        assert_eq!(tapped.line(), request);
        assert_eq!(tapped.line(), response);
    }
}

#[test]
fn requests_without_an_answer_are_requests() {
    if !have(&[PYTHON]) {
        return;
    }
    let tapped = Tapped::new();
    tapped.ask(&["write", "modbus", "--unit", "0", "--register", "5=7"]);
    assert_eq!(tapped.line(), "request  unit 0 write single register address=5 value=7");
    tapped.ask(&["read", "modbus", "--unit", "18", "--timeout", "100ms", "--holding", "0:1"]);
    assert_eq!(tapped.line(), "request  unit 18 read holding registers start=0 quantity=1");
}

#[test]
fn what_is_no_frame_is_told_with_its_octets() {
    if !have(&[PYTHON]) {
        return;
    }
    let tapped = Tapped::new();
    tapped.say(&[0x11, 0x06, 0x00, 0x01, 0x00, 0x03, 0x9A, 0x00]);
    let damaged = "wrong checksum: received 009A, computed 9B9A: 11 06 00 01 00 03 9A 00";
    assert_eq!(tapped.line(), damaged);
    // Noise right before a request, which is for nobody here.
    tapped.say(&[0xFF, 0xFF, 0x12, 0x07, 0x4C, 0xD2]);
    let noise = tapped.line();
    assert!(noise.ends_with(": FF FF"), "{noise}");
    assert_eq!(tapped.line(), "request  unit 18 read exception status");
    // Noise of functions that only a silence ends, longer than it is kept.
    tapped.say(&[0x41; 600]);
    let mut heard = 0;
    while heard < 600 {
        let noise = tapped.line();
        let (_, octets) = noise.split_once(": 41").unwrap();
        heard += 1 + octets.matches(" 41").count();
    }
    assert_eq!(heard, 600);
    tapped.ask(&["read", "modbus", "--unit", "17", "--holding", "5:1"]);
    assert_eq!(tapped.line(), "request  unit 17 read holding registers start=5 quantity=1");
    assert_eq!(tapped.line(), "response unit 17 read holding registers registers=[1005]");
}
