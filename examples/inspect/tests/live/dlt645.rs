//! The DL/T 645 commands against each other, and against the programs of others.

use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::peers::{DLT645, INSPECT, PYTHON, Pair, Running, SOCAT, have, python};

const METER: &[&str] = &["--address", "260000123456"];

/// A line with a meter, a listener and a client, on which everybody hears himself and noise goes before every
/// frame.
struct Noisy {
    here: PathBuf,
    listener: Running,
    _meter: Running,
    _bus: Running,
    _directory: TempDir,
}

impl Noisy {
    fn new(edition: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let [here, there, tap] = ["here", "there", "tap"].map(|name| directory.path().join(name));
        let mut bus = python("bus.py");
        // A false start that is none when a frame with its four octets FE follows.
        bus.args(["--echo", "--noise", "00FF6813"]).args([&here, &there, &tap]);
        let bus = Running::that_says("serving", &mut bus);
        let mut meter = Command::new(INSPECT);
        meter.args(["serve", "dlt645", "--edition", edition, "--password", "4:123456"]).args(METER);
        let mut listener = Command::new(INSPECT);
        listener.args(["sniff", "dlt645", "--port"]).arg(&tap);
        Self {
            here,
            listener: Running::that_says("listening", &mut listener),
            _meter: Running::that_says("serving", meter.arg("--port").arg(&there)),
            _bus: bus,
            _directory: directory,
        }
    }

    fn output(&self, command: &str, arguments: &[&str]) -> Output {
        let mut inspect = Command::new(INSPECT);
        inspect.args([command, "dlt645", "--echo"]).args(arguments).arg("--port").arg(&self.here);
        inspect.output().unwrap()
    }

    /// What a command prints, which has to succeed.
    fn ask(&self, command: &str, arguments: &[&str]) -> String {
        let output = self.output(command, arguments);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn read(&self, arguments: &[&str]) -> String {
        self.ask("read", &[METER, arguments].concat())
    }

    /// What a command says on standard error, which has to fail.
    fn fail(&self, command: &str, arguments: &[&str]) -> String {
        let output = self.output(command, arguments);
        assert_eq!((output.status.code(), output.stdout), (Some(1), Vec::new()));
        String::from_utf8(output.stderr).unwrap()
    }

    /// The next frame that the listener tells, without its time.
    fn frame(&self) -> String {
        loop {
            let line = self.listener.line();
            let (time, rest) = line.trim_start().split_once(' ').unwrap();
            assert!(time.parse::<f64>().unwrap() < 600.0, "{line}");
            match rest {
                _ if rest.starts_with("command") || rest.starts_with("reply") => return rest.into(),
                _ => assert!(rest.ends_with(": 00 FF 68 13"), "{rest}"),
            }
        }
    }
}

/// The number at the end of a line, before its unit.
fn number(line: &str, name: &str, unit: &str) -> f64 {
    let value = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(": "));
    value.and_then(|rest| rest.strip_suffix(unit)).unwrap_or_else(|| panic!("{line}")).trim().parse().unwrap()
}

#[test]
fn a_meter_of_2007_is_read_through_echo_and_noise() {
    if !have(&[PYTHON]) {
        return;
    }
    let line = Noisy::new("2007");
    let read = line.read(&["--id", "00010000", "02-01-FF-00", "04000103"]);
    let read: Vec<&str> = read.lines().collect();
    let [energy, a, b, c, period] = read[..] else { panic!("{read:?}") };
    // 7493.79 kWh at first, then four days and a half of 3.6 to 5.4 kW.
    assert!((7_900.0..8_100.0).contains(&number(energy, "forward active energy, total", "kWh")), "{energy}");
    for (line, phase) in [(a, "A"), (b, "B"), (c, "C")] {
        let voltage = number(line, &format!("voltage, phase {phase}"), "V");
        assert!((229.0..232.0).contains(&voltage), "{line}");
    }
    assert_eq!(period, "maximum demand period: 15 min");
    assert_eq!(line.ask("read", &["--own-address"]), "260000123456\n");
    let anybody = line.ask("read", &["--id", "04000204"]);
    assert_eq!(anybody, "meter 260000123456\ntariffs: 4\n");
    let chinese = line.read(&["--chinese", "--id", "04000103"]);
    assert!(chinese.ends_with(": 15 min\n") && !chinese.is_ascii(), "{chinese}");
    let refused = line.fail("read", &[METER, &["--id", "00630000"]].concat());
    assert!(refused.contains("refused: no such data"), "{refused}");
}

#[test]
fn answers_in_several_frames_are_put_together() {
    if !have(&[PYTHON]) {
        return;
    }
    let line = Noisy::new("2007");
    let outage = line.read(&["--id", "03110001"]);
    let expected =
        "power-down, record 1: start: 2026-06-28T03:00:00\npower-down, record 1: end: 2026-06-28T03:05:00\n";
    assert_eq!(outage, expected);
    // 202 octets: the time, the operator and 24 maxima.
    let cleared = line.read(&["--id", "03300201"]);
    assert_eq!(cleared.lines().count(), 26, "{cleared}");
    assert!(
        cleared.starts_with("maximum demand clearing, record 1: time: 2026-06-28T08:00:00\n"),
        "{cleared}"
    );
    assert!(!cleared.contains("no value"), "{cleared}");
    let records = line.read(&["--id", "06000002", "--count", "40"]);
    // Time, 7 + 8 + 4 + 4 + 4 values of classes 1 to 5 and 2 of class 6.
    let times = records.lines().filter(|line| line.contains(": time: "));
    assert_eq!((times.count(), records.lines().count()), (40, 40 * (1 + 7 + 8 + 4 + 4 + 4 + 2)));
    assert!(records.contains("\nload record 40: time: 2026-07-02T12:"), "{records}");
    let records = line.read(&["--id", "06010001", "--count", "2", "--from", "2026-07-02T10:00"]);
    assert!(records.contains("class 1 load record 2: time: 2026-07-02T10:15:00\n"), "{records}");
    let daily = line.read(&["--id", "0506FF01"]);
    assert!(daily.starts_with("daily freeze, record 1: time: 2026-07-02T00:00:00\n"), "{daily}");
}

#[test]
fn a_meter_of_1997_is_read_and_written_through_echo_and_noise() {
    if !have(&[PYTHON]) {
        return;
    }
    let line = Noisy::new("1997");
    let read = line.read(&["--id", "9010", "B611", "C111"]);
    let read: Vec<&str> = read.lines().collect();
    let [energy, voltage, period] = read[..] else { panic!("{read:?}") };
    assert!((7_900.0..8_100.0).contains(&number(energy, "forward active energy, total", "kWh")), "{energy}");
    assert!((229.0..232.0).contains(&number(voltage, "voltage, phase A", "V")), "{voltage}");
    assert_eq!(period, "maximum demand period: 15 min");
    // 5 octets, year zones, and eight tables of day slots, each block with its end: two frames.
    let tables = line.read(&["--id", "C3FF"]);
    let octets =
        tables.strip_prefix("C3FF: data [01 01 01 04 00 AA ").and_then(|rest| rest.strip_suffix("]\n"));
    assert_eq!(
        octets.map(|octets| octets.split(' ').count()),
        Some(14 * 3 + 1 + 8 * (10 * 3 + 1)),
        "{tables}"
    );
    let write =
        |password, set| line.output("write", &[METER, &["--password", password, "--set", set]].concat());
    assert_eq!(String::from_utf8_lossy(&write("4:123456", "C111=30").stdout), "wrote C111\n");
    let refused = write("4:000000", "C111=45");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("unauthorised"), "{refused:?}");
    assert_eq!(line.read(&["--id", "C111"]), "maximum demand period: 30 min\n");
    let detected = line.ask("detect", METER);
    assert_eq!(detected, "meter 260000123456 of 1997 at 2400 baud\n");
}

#[test]
fn a_meter_of_2007_is_written_and_reports_events() {
    if !have(&[PYTHON]) {
        return;
    }
    let line = Noisy::new("2007");
    let write = |set| line.ask("write", &[METER, &["--password", "4:123456", "--set", set]].concat());
    for (set, said, id) in [
        ("04000103=30", "maximum demand period: 30 min", "04000103"),
        ("04000B01=15T01", "settlement day 1: every month on day 15 in hour 1", "04000B01"),
        ("04000403=hello", "asset code: hello", "04000403"),
        ("04000102=08:09:10", "time: 08:09:1", "04000102"),
        ("04000601=04", "", "04000601"),
        ("04000104=0x05", "sliding time: 5 min", "04000104"),
    ] {
        assert_eq!(write(set), format!("wrote {id}\n"));
        let read = line.read(&["--id", id]);
        assert!(read.starts_with(said), "{read}");
    }
    for (set, why) in [
        ("00010000=1", "00010000 can only be read"),
        ("0FFF0000=1", "0FFF0000 is unknown"),
        ("04000103=1.5", "1.5 does not fit"),
        ("04010001=1", "takes octets"),
    ] {
        let refused = line.fail("write", &[METER, &["--password", "4:123456", "--set", set]].concat());
        assert!(refused.contains(why), "{refused}");
    }
    let forced = ["--password", "4:123456", "--force", "--set", "00010000=0x00000000"];
    let refused = line.fail("write", &[METER, &forced].concat());
    assert!(refused.contains("refused: password wrong or unauthorised"), "{refused}");
    let all = ["--address", "999999999999"];
    for order in [["--freeze", "now"], ["--time", "2026-07-02T08:09:00"]] {
        let said = line.ask("write", &[all, order].concat());
        assert_eq!(said, "sent to all meters, of which none answers\n");
    }
    let frozen = line.read(&["--id", "05010001"]);
    assert!(frozen.starts_with("instant freeze, record 1: time: 2026-07-02T08:09:00"), "{frozen}");
    let monthly = line.ask("write", &[METER, &["--freeze", "99-01T00:00"]].concat());
    assert_eq!(monthly, "registers are copied every month on day 1 at 00:00\n");

    assert_eq!(write("04001101=04"), "wrote 04001101\n");
    let read = line.read(&["--id", "04000103"]);
    assert!(
        read.starts_with("maximum demand period: 30 min\nan event waits\nreport: events: bit 0\n"),
        "{read}"
    );
}

#[test]
fn meters_are_found_through_echo_and_noise() {
    if !have(&[PYTHON]) {
        return;
    }
    let line = Noisy::new("2007");
    assert_eq!(line.ask("detect", &[]), "meter 260000123456 of 2007 at 2400 baud\n");
    assert_eq!(line.ask("detect", METER), "meter 260000123456 of 2007 at 2400 baud\n");
    let nobody = line.fail("detect", &["--address", "1", "--baud", "9600", "--timeout", "100ms"]);
    assert!(nobody.contains("at 9600 baud"), "{nobody}");
}

#[test]
fn the_only_meter_of_a_line_is_found_by_a_search() {
    if !have(&[SOCAT]) {
        return;
    }
    let pair = Pair::new();
    let meter = pair.serve(&[&["dlt645"], METER].concat());
    assert_eq!(pair.ask(&["scan", "dlt645"]), "meter 260000123456\n");
    drop(meter);
    let nobody = pair.fail(&["scan", "dlt645", "--timeout", "100ms"]);
    assert!(nobody.contains("no meter answers"), "{nobody}");
}

#[test]
fn a_listener_tells_editions_directions_and_values() {
    if !have(&[PYTHON]) {
        return;
    }
    let meter = "meter 260000123456";
    let line = Noisy::new("2007");
    line.read(&["--id", "04000103"]);
    assert_eq!(line.frame(), format!("command 2007 {meter} read 04000103"));
    assert_eq!(line.frame(), format!("reply   2007 {meter} read 04000103: maximum demand period: 15 min"));
    line.fail("read", &[METER, &["--id", "00630000"]].concat());
    assert_eq!(line.frame(), format!("command 2007 {meter} read 00630000"));
    assert_eq!(line.frame(), format!("reply   2007 {meter} read refused: no such data"));
    line.read(&["--id", "03300201"]);
    assert_eq!(line.frame(), format!("command 2007 {meter} read 03300201"));
    assert_eq!(line.frame(), format!("reply   2007 {meter} read 03300201 goes on"));
    assert_eq!(line.frame(), format!("command 2007 {meter} read follow-up 03300201 sequence=1"));
    let all = line.frame();
    let head = format!(
        "reply   2007 {meter} read follow-up 03300201 sequence=1: maximum demand clearing, record 1: time: 2026-06-28T08:00:00; "
    );
    assert!(all.starts_with(&head) && all.split("; ").count() == 26, "{all}");
    line.ask("write", &["--address", "999999999999", "--time", "2026-07-02T12:00:30"]);
    let time = "command both meter 999999999999 broadcast time time=2026-07-02T12:00:30";
    assert_eq!(line.frame(), time);
    line.output("read", &[METER, &["--timeout", "100ms", "--retries", "0", "--id", "9010"]].concat());
    assert_eq!(line.frame(), format!("command 1997 {meter} read 9010"));
}

#[test]
fn reads_and_writes_a_meter_of_pypi() {
    if !have(&[SOCAT, DLT645]) {
        return;
    }
    let pair = Pair::new();
    let _meter = Running::that_says("serving", python("dlt645_server.py").arg(&pair.there));
    let meter = ["dlt645", "--address", "123456789012"];
    for (id, line) in [
        ("00000000", "combined active energy, total: -1234.56 kWh"),
        ("00010000", "forward active energy, total: 123456.78 kWh"),
        ("00010400", "forward active energy, tariff 4: 56790.12 kWh"),
        ("00010001", "forward active energy, total, 1 settlement day back: 120000.01 kWh"),
        ("0001000C", "forward active energy, total, 12 settlement days back: 12.12 kWh"),
        ("00030000", "combined reactive energy 1, total: -799999.99 kvarh"),
        ("01010000", "forward active maximum demand, total: 12.3456 kW at 2024-11-10T09:08:00"),
        ("01030000", "combined reactive maximum demand 1, total: -79.9999 kvar at 2023-12-31T23:59:00"),
        ("02010100", "voltage, phase A: 220.1 V"),
        ("02020200", "current, phase B: -5.678 A"),
        ("02030000", "active power, total: -12.3456 kW"),
        ("02060000", "power factor, total: 0.980"),
        ("02060100", "power factor, phase A: -0.987"),
        ("02070100", "phase angle, phase A: 120.5 °"),
        ("02800002", "frequency: 50.01 Hz"),
        ("02800007", "internal temperature: -25.5 °C"),
        ("0280000A", "battery working time: 1234567 min"),
        ("03110000", "power-down: count: 7"),
        ("04000101", "date: 2024-11-10"),
        ("04000102", "time: 09:08:07"),
        ("04000103", "maximum demand period: 15 min"),
        ("04000204", "tariffs: 4"),
        ("04000401", "address: 123456789012"),
        ("04000402", "meter number: 000000654321"),
        ("04000B01", "settlement day 1: every month on day 1 in hour 0"),
    ] {
        assert_eq!(pair.ask(&[&["read"], &meter[..], &["--id", id]].concat()), format!("{line}\n"));
    }
    assert_eq!(pair.ask(&["read", "dlt645", "--own-address"]), "123456789012\n");
    assert_eq!(pair.ask(&["detect", "dlt645"]), "meter 123456789012 of 2007 at 2400 baud\n");
    // It has no blocks.
    let refused = pair.fail(&[&["read"], &meter[..], &["--id", "0001FF00"]].concat());
    assert!(refused.contains("refused: no such data"), "{refused}");

    let set = |password| [&["write"], &meter[..], &["--set", "04000103=30", "--password", password]].concat();
    let refused = pair.fail(&set("4:444445"));
    assert!(refused.contains("refused: password wrong or unauthorised"), "{refused}");
    assert_eq!(pair.ask(&set("4:444444")), "wrote 04000103\n");
    let read = pair.ask(&[&["read"], &meter[..], &["--id", "04000103"]].concat());
    assert_eq!(read, "maximum demand period: 30 min\n");
    let frozen = pair.ask(&[&["write"], &meter[..], &["--freeze", "now"]].concat());
    assert_eq!(frozen, "registers are copied now\n");
}

#[test]
fn the_client_of_pypi_reads_and_writes_the_simulated_meter() {
    if !have(&[SOCAT, DLT645]) {
        return;
    }
    let pair = Pair::new();
    let passwords = ["--password", "4:444444", "--password", "2:222222"];
    let _meter = pair.serve(&[&["dlt645"], METER, &passwords].concat());
    let output = python("dlt645_client.py").arg(&pair.here).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
