//! `inspect read` and `inspect serve` over a pair of pseudo-terminals, against each other and against
//! other implementations.
//!
//! A test whose programs are missing passes with a line on standard error; with
//! `METERWIRE_REQUIRE_PEERS=1` it fails.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

const INSPECT: &str = env!("CARGO_BIN_EXE_inspect");
const SOCAT: &[&str] = &["socat", "-V"];
const MBPOLL: &[&str] = &["mbpoll", "-V"];
const PYMODBUS: &[&str] = &["python3", "-c", "import pymodbus, serial"];

/// How long a program may take to be ready.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whether all programs run here.
fn have(programs: &[&[&str]]) -> bool {
    let runs = |program: &&[&str]| {
        let (name, arguments) = program.split_first().unwrap();
        Command::new(name).args(arguments).output().is_ok_and(|output| output.status.success())
    };
    let Some(missing) = programs.iter().find(|program| !runs(program)) else { return true };
    let line = format!("SKIPPED: `{}` fails here\n", missing.join(" "));
    assert!(std::env::var_os("METERWIRE_REQUIRE_PEERS").is_none_or(|value| value != "1"), "{line}");
    // The test harness swallows what eprintln! prints.
    io::stderr().write_all(line.as_bytes()).unwrap();
    false
}

/// A program that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    /// Starts a program and waits until it says that it is serving.
    fn serving(command: &mut Command) -> Self {
        let mut running = Self(command.stdout(Stdio::piped()).spawn().unwrap());
        let stdout = BufReader::new(running.0.stdout.take().unwrap());
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let line = receiver.recv_timeout(PATIENCE).unwrap();
        assert!(line.starts_with("serving"), "{line}");
        running
    }
}

/// Two serial ports with a line between them.
struct Pair {
    here: PathBuf,
    there: PathBuf,
    _socat: Running,
    _directory: TempDir,
}

impl Pair {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let [here, there] = ["here", "there"].map(|name| directory.path().join(name));
        let end = |path: &PathBuf| format!("pty,raw,echo=0,link={}", path.display());
        let socat = Running(Command::new("socat").args([end(&here), end(&there)]).spawn().unwrap());
        let deadline = Instant::now() + PATIENCE;
        while !(here.exists() && there.exists()) {
            assert!(Instant::now() < deadline, "socat made no ports");
            thread::sleep(Duration::from_millis(5));
        }
        Self { here, there, _socat: socat, _directory: directory }
    }

    /// Plays a meter at the far end.
    fn serve(&self, meter: &[&str]) -> Running {
        Running::serving(Command::new(INSPECT).arg("serve").args(meter).arg("--port").arg(&self.there))
    }

    /// What `inspect read` prints, which has to succeed.
    fn read(&self, meter: &[&str]) -> String {
        let output = self.ask(meter);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What `inspect read` says on standard error, which has to fail.
    fn fail(&self, meter: &[&str]) -> String {
        let output = self.ask(meter);
        assert_eq!((output.status.code(), output.stdout), (Some(1), Vec::new()));
        String::from_utf8(output.stderr).unwrap()
    }

    fn ask(&self, meter: &[&str]) -> Output {
        Command::new(INSPECT).arg("read").args(meter).arg("--port").arg(&self.here).output().unwrap()
    }
}

#[test]
fn reads_a_modbus_unit() {
    if !have(&[SOCAT]) {
        return;
    }
    let pair = Pair::new();
    let _meter = pair.serve(&["modbus", "--unit", "17", "--set", "0x6B=555", "--set", "65535=7"]);
    let read = |range| pair.read(&["modbus", "--unit", "17", "--holding", range]);
    assert_eq!(read("0x6B:1"), "107 = 555\n");
    assert_eq!(read("98:2"), "98 = 1098\n99 = 1099\n");
    assert_eq!(read("0xFFFF:1"), "65535 = 7\n");
    let refused = pair.fail(&["modbus", "--unit", "17", "--holding", "99:2"]);
    assert!(refused.contains("exception 2 illegal data address"), "{refused}");
}

#[test]
fn reads_a_dlt645_meter() {
    if !have(&[SOCAT]) {
        return;
    }
    let pair = Pair::new();
    let _meter = pair.serve(&["dlt645", "--address", "260000123456"]);
    let meter = ["dlt645", "--address", "260000123456", "--id"];
    let read = |identifier| pair.read(&[&meter[..], &[identifier]].concat());
    assert_eq!(read("00010000"), "forward active energy, total: 1234.56 kWh\n");
    assert_eq!(
        read("02-01-FF-00"),
        "voltage, phase A: 229.7 V\nvoltage, phase B: 230.1 V\nvoltage, phase C: 230.5 V\n"
    );
    assert_eq!(read("02020100"), "current, phase A: -1.234 A\n");
    let anybody = pair.read(&["dlt645", "--address", "AAAAAAAAAAAA", "--id", "02800002"]);
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
    assert_eq!(pair.read(&["mbus", "--address", "1"]), expected);
}

#[test]
fn reads_a_pymodbus_unit() {
    if !have(&[SOCAT, PYMODBUS]) {
        return;
    }
    let pair = Pair::new();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pymodbus_server.py");
    let _meter = Running::serving(Command::new("python3").arg(script).arg(&pair.there));
    let registers = pair.read(&["modbus", "--unit", "17", "--holding", "0x6B:3"]);
    assert_eq!(registers, "107 = 555\n108 = 0\n109 = 100\n");
    let refused = pair.fail(&["modbus", "--unit", "17", "--holding", "0x6E:1"]);
    assert!(refused.contains("exception 2 illegal data address"), "{refused}");
}

#[test]
fn mbpoll_reads_and_writes_the_simulated_unit() {
    if !have(&[SOCAT, MBPOLL]) {
        return;
    }
    let pair = Pair::new();
    let sets = ["--set", "0x6B=555", "--set", "0x6C=0", "--set", "0x6D=100"];
    let _meter = pair.serve(&[&["modbus", "--unit", "17"][..], &sets].concat());
    let mbpoll = |arguments: &[&str], values: &[&str]| {
        let mut command = Command::new("mbpoll");
        command.args(["-m", "rtu", "-a", "17", "-b", "9600", "-P", "none", "-t", "4", "-1", "-o", "5"]);
        let output = command.args(arguments).arg(&pair.here).args(values).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        // mbpoll counts registers from 1.
        let lines = String::from_utf8(output.stdout).unwrap();
        let lines = lines.lines().filter(|line| line.starts_with('['));
        lines.map(|line| line.split_whitespace().collect()).collect::<Vec<String>>()
    };
    let three: &[&str] = &["-r", "108", "-c", "3"];
    assert_eq!(mbpoll(three, &[]), ["[108]:555", "[109]:0", "[110]:100"]);
    mbpoll(&["-r", "109"], &["7"]);
    assert_eq!(mbpoll(three, &[]), ["[108]:555", "[109]:7", "[110]:100"]);
}

#[test]
fn silence_and_noise_are_told_in_words() {
    if !have(&[SOCAT]) {
        return;
    }
    let pair = Pair::new();
    let patience = ["--timeout", "100ms", "--retries", "1"];
    for meter in [
        &["modbus", "--unit", "17", "--holding", "0:1"][..],
        &["dlt645", "--address", "1", "--id", "00010000"],
        &["mbus", "--address", "1"],
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
    let corrupt =
        pair.fail(&["modbus", "--unit", "17", "--holding", "0:1", "--timeout", "2s", "--retries", "0"]);
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
