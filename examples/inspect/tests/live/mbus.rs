//! The M-Bus commands against each other.

use std::fs::File;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::thread;

use tempfile::TempDir;

use crate::peers::{INSPECT, PYTHON, Pair, Running, SOCAT, have, python};

/// A line with meters, a listener and a client.
struct Line {
    here: PathBuf,
    listener: Running,
    _meters: Vec<Running>,
    _bus: Running,
    _directory: TempDir,
}

impl Line {
    fn new(kind: &[&str], meters: &[&[&str]]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let [here, tap] = ["here", "tap"].map(|name| directory.path().join(name));
        let ends: Vec<PathBuf> =
            (0..meters.len()).map(|end| directory.path().join(format!("meter{end}"))).collect();
        let mut bus = python("bus.py");
        let bus = Running::that_says("serving", bus.args(kind).args([&here, &tap]).args(&ends));
        let serve = |(meter, end): (&&[&str], &PathBuf)| {
            let mut serve = Command::new(INSPECT);
            Running::that_says("serving", serve.args(["serve", "mbus"]).args(*meter).arg("--port").arg(end))
        };
        let meters = meters.iter().zip(&ends).map(serve).collect();
        let mut listener = Command::new(INSPECT);
        listener.args(["sniff", "mbus", "--port"]).arg(&tap);
        Self {
            here,
            listener: Running::that_says("listening", &mut listener),
            _meters: meters,
            _bus: bus,
            _directory: directory,
        }
    }

    fn output(&self, arguments: &[&str]) -> Output {
        let mut inspect = Command::new(INSPECT);
        let output = inspect.args(arguments).arg("--port").arg(&self.here).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        output
    }

    /// What a command prints.
    fn ask(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.output(arguments).stdout).unwrap()
    }

    /// The next frame that the listener tells, without its time and the noise before it.
    fn frame(&self) -> String {
        loop {
            let line = self.listener.line();
            let (time, rest) = line.trim_start().split_once(' ').unwrap();
            assert!(time.parse::<f64>().unwrap() < 600.0, "{line}");
            match rest {
                _ if rest.starts_with("command") || rest.starts_with("reply") => return rest.into(),
                _ => assert!(rest.ends_with(": 68"), "{rest}"),
            }
        }
    }
}

/// A false start; more octets would hide acknowledgements.
const NOISY: &[&str] = &["--echo", "--noise", "68"];

/// The number in a line of a name, before its unit.
fn number(lines: &str, name: &str, unit: &str) -> f64 {
    let rests = lines.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let numbers: Vec<&str> = rests.filter_map(|rest| rest.strip_suffix(unit)).collect();
    let [number] = numbers[..] else { panic!("{name} in {lines}") };
    number.trim().parse().unwrap()
}

#[test]
fn every_telegram_is_read_through_echo_and_noise() {
    if !have(&[PYTHON]) {
        return;
    }
    let line = Line::new(NOISY, &[&["--address", "5"]]);
    let read = line.ask(&["read", "mbus", "--echo", "--address", "5"]);
    let heads: Vec<&str> = read.lines().filter(|line| line.starts_with("MWE")).collect();
    assert_eq!(heads.len(), 3, "{read}");
    assert!(heads.iter().all(|head| head.starts_with("MWE 12345678 version 1, heat, access ")), "{read}");
    assert_eq!(read.matches("more follows\n").count(), 2);
    // Twelve months of 30 days with 5 kW and 300 litres an hour.
    assert!((43_200_000.0..43_202_000.0).contains(&number(&read, "energy", "Wh")), "{read}");
    assert!((2_592.0..2_592.1).contains(&number(&read, "volume", "m3")), "{read}");
    assert!((5_000.0..5_600.0).contains(&number(&read, "power", "W")), "{read}");
    assert!((70.0..73.0).contains(&number(&read, "flow temperature", "°C")), "{read}");
    for month in 1..=12 {
        let energy = number(&read, &format!("energy, storage {month}"), "Wh");
        assert_eq!(energy, f64::from(13 - month) * 3_600_000.0);
    }
    assert_eq!(line.ask(&["read", "mbus", "--echo", "--address", "5", "--alarm"]), "no alarm\n");
}

#[test]
fn meters_are_read_by_secondary_address_and_overheard() {
    if !have(&[PYTHON]) {
        return;
    }
    let line = Line::new(
        NOISY,
        &[
            &["--address", "5", "--kind", "water", "--id", "12345678"],
            &["--address", "5", "--kind", "electricity", "--id", "12345679"],
        ],
    );
    let by = |meter: &[&str]| line.ask(&[&["read", "mbus", "--echo"], meter].concat());
    let water = by(&["--id", "12345678"]);
    assert!(water.starts_with("MWE 12345678 version 1, water, "), "{water}");
    assert_eq!(line.frame(), "command selected meter SND_UD fcb=0 selection: 12345678");
    assert_eq!(line.frame(), "reply   acknowledged");
    assert_eq!(line.frame(), "command selected meter REQ_UD2 fcb=1");
    let heard = line.frame();
    let head = "reply   meter 5 RSP_UD: MWE 12345678 version 1, water, access 1, status 00; volume: ";
    assert!(heard.starts_with(head) && heard.ends_with("; more follows"), "{heard}");
    assert_eq!(line.frame(), "command selected meter REQ_UD2 fcb=0");

    let power =
        by(&["--id", "1234FFFF", "--manufacturer", "MWE", "--version", "1", "--medium", "electricity"]);
    assert!(power.starts_with("MWE 12345679 version 1, electricity, "), "{power}");
    assert!((230.0..231.0).contains(&number(&power, "voltage", "V")), "{power}");
    let heard = (0..20).map(|_| line.frame()).find(|frame| frame.contains(" selection: MWE"));
    let selected = "command selected meter SND_UD fcb=0 selection: MWE 1234FFFF version 1, electricity";
    assert_eq!(heard.as_deref(), Some(selected));
}

#[test]
fn a_search_finds_the_meters() {
    if !have(&[PYTHON]) {
        return;
    }
    let meters: [&[&str]; 2] = [
        &["--address", "1", "--kind", "gas", "--id", "12345678"],
        &["--address", "2", "--kind", "water", "--id", "22345678"],
    ];
    let line = Line::new(&[], &meters);
    let found = line.ask(&["scan", "mbus", "--secondary"]);
    assert_eq!(found, "meter 1: MWE 12345678 version 1, gas\nmeter 2: MWE 22345678 version 1, water\n");

    let mut scan = Command::new(INSPECT);
    let scan =
        Running::that_says("meter 1: MWE 12345678 ", scan.args(["scan", "mbus", "--port"]).arg(&line.here));
    assert_eq!(scan.line(), "meter 2: MWE 22345678 version 1, water");

    let line = Line::new(&[], &meters[..1]);
    let found = line.output(&["scan", "mbus", "--secondary", "--hex"]);
    assert_eq!(String::from_utf8(found.stdout).unwrap(), "meter 1: MWE 12345678 version 1, gas\n");
    let frames = String::from_utf8(found.stderr).unwrap();
    assert_eq!(frames, "inspect: 7 frames sent\n");
}

/// A long frame of meter 5.
fn long(control: u8, ci: u8, data: &[u8]) -> Vec<u8> {
    let body = [&[control, 5, ci], data].concat();
    let sum = body.iter().fold(0, |sum: u8, octet| sum.wrapping_add(*octet));
    let length = body.len() as u8;
    [&[0x68, length, length, 0x68], &body[..], &[sum, 0x16]].concat()
}

#[test]
fn alarms_refusals_and_qualifiers_are_told() {
    if !have(&[SOCAT]) {
        return;
    }
    let pair = Pair::new();
    let answering = |answer: Vec<u8>| {
        let mut far = File::options().read(true).write(true).open(&pair.there).unwrap();
        thread::spawn(move || {
            for octets in [&[0xE5][..], &answer] {
                far.read_exact(&mut [0; 5]).unwrap();
                far.write_all(octets).unwrap();
            }
        })
    };
    let read = ["read", "mbus", "--address", "5"];
    let meter = answering(long(0x28, 0x71, &[0x01]));
    assert_eq!(pair.ask(&[&read[..], &["--alarm"]].concat()), "alarm 01\n");
    meter.join().unwrap();

    let meter = answering(long(0x08, 0x70, &[0x08]));
    let refused = pair.fail(&read);
    assert!(refused.contains("refused: application busy"), "{refused}");
    meter.join().unwrap();

    // 230.0 V of phase 1, and energy that the meter does not have.
    let records = [0x02, 0xFD, 0xC8, 0xFC, 0x01, 0xFC, 0x08, 0x02, 0x86, 0x15, 0x00, 0x00];
    let meter = answering(long(0x08, 0x78, &records));
    assert_eq!(pair.ask(&read), "voltage, at phase L1: 230.0 V\nenergy: no value: no data available\n");
    meter.join().unwrap();
}

#[test]
fn what_is_written_is_read_back() {
    if !have(&[SOCAT]) {
        return;
    }
    let pair = Pair::new();
    let meter = pair.serve(&["mbus", "--address", "5"]);
    let write = |arguments: &[&str]| pair.ask(&[&["write", "mbus"], arguments].concat());
    assert_eq!(write(&["--address", "5", "--set-address", "9"]), "set the address to 9\n");
    assert_eq!(write(&["--id", "12345678", "--set-address", "7"]), "set the address to 7\n");
    assert_eq!(write(&["--address", "7", "--set-baud", "9600"]), "set the speed to 9600 baud\n");
    assert_eq!(meter.line(), "at 9600 baud");

    let reset = write(&["--baud", "9600", "--address", "7", "--reset", "instantaneous values"]);
    assert_eq!(reset, "reset, to show instantaneous values\n");
    let read = |address: &str| pair.ask(&["read", "mbus", "--baud", "9600", "--address", address]);
    assert!(!read("7").contains("more follows"));
    assert_eq!(write(&["--baud", "9600", "--address", "7", "--reset"]), "reset\n");
    assert_eq!(read("7").matches("more follows\n").count(), 2);

    let selected = write(&["--baud", "9600", "--id", "1234FFFF", "--medium", "heat", "--select"]);
    assert_eq!(selected, "selected; --address 253 means it\n");
    assert!(read("253").starts_with("MWE 12345678 version 1, heat, "));
    let all = write(&["--baud", "9600", "--address", "255", "--reset", "20"]);
    assert_eq!(all, "sent to all meters, of which none answers\n");
    assert!(read("7").starts_with("MWE 12345678 version 1, heat, access "));
    assert_eq!(read("7").matches("energy, storage").count(), 12);

    let error = pair.fail(&["write", "mbus", "--address", "7", "--select"]);
    assert!(error.contains("a selection needs a secondary address"), "{error}");
    let error = pair.fail(&["write", "mbus", "--address", "255", "--set-address", "7"]);
    assert!(error.contains("a broadcast has no answer"), "{error}");
}

#[test]
fn a_write_that_is_acknowledged_and_refused_is_no_success() {
    if !have(&[SOCAT]) {
        return;
    }
    let pair = Pair::new();
    let mut far = File::options().read(true).write(true).open(&pair.there).unwrap();
    let meter = thread::spawn(move || {
        // The application reset and a request, each behind a reset.
        let ack = vec![0xE5];
        let answers = [(5, &ack), (9, &ack), (5, &ack), (5, &long(0x08, 0x70, &[0x01]))];
        for (length, answer) in answers {
            far.read_exact(&mut vec![0; length]).unwrap();
            far.write_all(answer).unwrap();
        }
    });
    let error = pair.fail(&["write", "mbus", "--address", "5", "--reset"]);
    assert_eq!(error, "inspect: acknowledged, but then: refused: CI field not implemented\n");
    meter.join().unwrap();
}
