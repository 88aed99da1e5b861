//! The Modbus commands against each other, and against the programs of others.

use std::path::Path;
use std::process::Command;

use crate::peers::{INSPECT, LIBMODBUS, MBPOLL, PYMODBUS, PYTHON, Pair, Running, SOCAT, have, python};

const UNIT: &[&str] = &["modbus", "--unit", "17"];

fn read(pair: &Pair, what: &[&str]) -> String {
    pair.ask(&[&["read"], UNIT, what].concat())
}

fn write(pair: &Pair, what: &[&str]) -> String {
    pair.ask(&[&["write"], UNIT, what].concat())
}

fn refused(pair: &Pair, what: &[&str]) -> String {
    pair.fail(&[&["read"], UNIT, what].concat())
}

/// Has a script of the tests talk to the unit on a port.
fn run(script: &str, port: &Path) {
    let output = python(script).arg(port).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn reads_a_modbus_unit() {
    if !have(&[SOCAT]) {
        return;
    }
    let pair = Pair::new();
    let _meter = pair.serve(&[UNIT, &["--set", "0x6B=555", "--set", "65535=7"]].concat());
    assert_eq!(read(&pair, &["--holding", "0x6B:1"]), "107 = 555\n");
    assert_eq!(read(&pair, &["--holding", "98:2"]), "98 = 1098\n99 = 1099\n");
    assert_eq!(read(&pair, &["--holding", "0xFFFF:1"]), "65535 = 7\n");
    let wrong = refused(&pair, &["--holding", "99:2"]);
    assert!(wrong.contains("exception 2 illegal data address"), "{wrong}");
    assert_eq!(read(&pair, &["--input", "99:1"]), "99 = 2099\n");
    assert_eq!(read(&pair, &["--coils", "2:3"]), "2 = 0\n3 = 1\n4 = 0\n");
    assert_eq!(read(&pair, &["--discrete", "4:2"]), "4 = 0\n5 = 1\n");
    let status = "0 = 1\n1 = 0\n2 = 1\n3 = 1\n4 = 0\n5 = 1\n6 = 1\n7 = 0\n";
    assert_eq!(read(&pair, &["--exception-status"]), status);
    assert_eq!(read(&pair, &["--server-id"]), "server id: inspect\\xff\n");
    assert_eq!(read(&pair, &["--fifo", "100"]), "0 = 3000\n1 = 3001\n2 = 3002\n3 = 3003\n4 = 3004\n");
    assert_eq!(read(&pair, &["--file", "2:98:2"]), "98 = 2098\n99 = 2099\n");
    assert_eq!(read(&pair, &["--event-counter"]), "status 0000, 10 events\n");
    let log = read(&pair, &["--event-log"]);
    let log: Vec<&str> = log.lines().collect();
    assert_eq!(log[..4], ["status 0000, 10 events, 13 messages", "received", "sent", "received"]);
    assert!(log.contains(&"sent: read exception"), "{log:?}");
}

#[test]
fn reads_an_identification_in_several_answers() {
    if !have(&[SOCAT]) {
        return;
    }
    let pair = Pair::new();
    let _meter = pair.serve(UNIT);
    let basic =
        concat!("vendor name: meterwire\nproduct code: inspect\nrevision: ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(read(&pair, &["--identification", "basic"]), basic);
    let regular = format!("{basic}product name: simulated meter\nmodel name: modbus\n");
    assert_eq!(read(&pair, &["--identification", "regular"]), regular);
    let own = format!("object 128: {}\nobject 129: {}\n", "=".repeat(100), ["A5"; 200].join(" "));
    assert_eq!(read(&pair, &["--identification", "extended"]), regular + &own);
}

#[test]
fn writes_to_one_unit_and_to_all() {
    if !have(&[SOCAT]) {
        return;
    }
    let pair = Pair::new();
    let _meter = pair.serve(UNIT);
    assert_eq!(write(&pair, &["--coil", "1=on"]), "wrote 1\n");
    assert_eq!(write(&pair, &["--coil", "0=off"]), "wrote 0\n");
    assert_eq!(write(&pair, &["--coils", "4=1,1,0"]), "wrote 4 to 6\n");
    let coils = "0 = 0\n1 = 1\n2 = 0\n3 = 1\n4 = 1\n5 = 1\n6 = 0\n7 = 0\n";
    assert_eq!(read(&pair, &["--coils", "0:8"]), coils);
    assert_eq!(write(&pair, &["--register", "5=0x12"]), "wrote 5\n");
    assert_eq!(write(&pair, &["--mask", "5=0xF2:0x25"]), "wrote 5\n");
    assert_eq!(write(&pair, &["--registers", "6=7,0xFFFF"]), "wrote 6 to 7\n");
    assert_eq!(read(&pair, &["--holding", "5:4"]), "5 = 23\n6 = 7\n7 = 65535\n8 = 1008\n");

    let all = ["modbus", "--unit", "0"];
    let said = pair.ask(&[&["write"], &all[..], &["--register", "9=1"]].concat());
    assert_eq!(said, "sent to all units, of which none answers\n");
    assert_eq!(read(&pair, &["--holding", "9:1"]), "9 = 1\n");
    let refused = pair.fail(&[&["read"], &all[..], &["--holding", "9:1"]].concat());
    assert!(refused.contains("cannot be asked of all units at once"), "{refused}");
}

#[test]
fn both_ends_can_do_with_adapters_that_hear_themselves() {
    if !have(&[PYTHON]) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let [here, there] = ["here", "there"].map(|name| directory.path().join(name));
    let _bus = Running::that_says("serving", python("bus.py").arg("--echo").args([&here, &there]));
    let inspect = |command: &str, port: &Path, what: &[&str]| {
        let mut inspect = Command::new(INSPECT);
        inspect.arg(command).args(UNIT).args(what).arg("--port").arg(port);
        inspect
    };
    let _meter = Running::that_says("serving", &mut inspect("serve", &there, &["--echo"]));
    for (command, what, said) in [
        ("write", ["--register", "5=7"], "wrote 5\n"),
        ("read", ["--holding", "5:1"], "5 = 7\n"),
        ("read", ["--coils", "3:1"], "3 = 1\n"),
    ] {
        let output = inspect(command, &here, &what).arg("--echo").output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), said, "{output:?}");
    }
}

#[test]
fn reads_and_writes_a_pymodbus_unit() {
    if !have(&[SOCAT, PYMODBUS]) {
        return;
    }
    let pair = Pair::new();
    let _meter = Running::that_says("serving", python("pymodbus_server.py").arg(&pair.there));
    assert_eq!(read(&pair, &["--holding", "0x6B:3"]), "107 = 555\n108 = 0\n109 = 100\n");
    let wrong = refused(&pair, &["--holding", "0x6E:1"]);
    assert!(wrong.contains("exception 2 illegal data address"), "{wrong}");
    assert_eq!(read(&pair, &["--input", "99:1"]), "99 = 2099\n");
    assert_eq!(read(&pair, &["--coils", "2:3"]), "2 = 0\n3 = 1\n4 = 0\n");
    assert_eq!(read(&pair, &["--discrete", "4:2"]), "4 = 0\n5 = 1\n");
    assert_eq!(read(&pair, &["--event-counter"]), "status 0000, 0 events\n");
    assert_eq!(read(&pair, &["--event-log"]), "status 0000, 0 events, 0 messages\n");
    assert_eq!(read(&pair, &["--server-id"]), "server id: meterwire-PM-3.16.1\\xff\n");
    let identification = format!(
        "vendor name: meterwire\nproduct code: PM\nrevision: 3.16.1\nproduct name: pymodbus\n\
         object 128: {}\nobject 129: {}\n",
        "x".repeat(200),
        "y".repeat(200)
    );
    assert_eq!(read(&pair, &["--identification", "extended"]), identification);

    assert_eq!(write(&pair, &["--coil", "1=on"]), "wrote 1\n");
    assert_eq!(write(&pair, &["--coils", "4=1,1,0"]), "wrote 4 to 6\n");
    assert_eq!(read(&pair, &["--coils", "0:7"]), "0 = 1\n1 = 1\n2 = 0\n3 = 1\n4 = 1\n5 = 1\n6 = 0\n");
    let all = pair.ask(&["write", "modbus", "--unit", "0", "--register", "5=0x12"]);
    assert_eq!(all, "sent to all units, of which none answers\n");
    assert_eq!(write(&pair, &["--mask", "5=0xF2:0x25"]), "wrote 5\n");
    assert_eq!(write(&pair, &["--registers", "6=7,0xFFFF"]), "wrote 6 to 7\n");
    assert_eq!(read(&pair, &["--holding", "5:3"]), "5 = 23\n6 = 7\n7 = 65535\n");
}

#[test]
fn pymodbus_reads_and_writes_the_simulated_unit() {
    if !have(&[SOCAT, PYMODBUS]) {
        return;
    }
    let pair = Pair::new();
    let _meter = pair.serve(UNIT);
    run("pymodbus_client.py", &pair.here);
}

#[test]
fn every_function_of_libmodbus_gets_its_answer() {
    if !have(&[SOCAT, LIBMODBUS]) {
        return;
    }
    let pair = Pair::new();
    let _meter = pair.serve(UNIT);
    run("libmodbus_client.py", &pair.here);
}

#[test]
fn mbpoll_reads_and_writes_the_simulated_unit() {
    if !have(&[SOCAT, MBPOLL]) {
        return;
    }
    let pair = Pair::new();
    let sets = ["--set", "0x6B=555", "--set", "0x6C=0", "--set", "0x6D=100"];
    let _meter = pair.serve(&[UNIT, &sets].concat());
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
