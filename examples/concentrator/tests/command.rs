//! The command as a person calls it.
#![allow(clippy::unwrap_used)]

use std::process::Command;

use collector_identity::Identity;

fn concentrator(arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_concentrator")).args(arguments).output().unwrap();
    let text = |octets: Vec<u8>| String::from_utf8(octets).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[test]
fn writes_lines_and_a_report() {
    let path = std::env::temp_dir().join(format!("concentrator-{}.json", std::process::id()));
    let report = path.to_str().unwrap();
    let arguments = ["--for", "200ms", "--speed", "200", "--seed", "7", "--report", report];
    let (success, lines, errors) = concentrator(&arguments);
    assert!(success, "{errors}");
    assert!(lines.lines().any(|line| line.contains("voltage") && line.ends_with("ok")), "{lines}");
    let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    std::fs::remove_file(path).unwrap();
    assert_eq!(
        (&json["collectors"], &json["meters"], &json["simulated_seconds"]),
        (&16.into(), &80.into(), &40.into())
    );
    assert_eq!((&json["wrong"], &json["radio"]["collisions"]), (&0.into(), &0.into()));
    for protocol in ["modbus", "dlt645", "mbus"] {
        assert!(json["readings"][protocol].as_u64().unwrap() > 0);
    }
}

#[test]
fn says_what_is_wrong() {
    let (success, _, errors) = concentrator(&["--for", "200ms", "--report", "/no/such/folder/out.json"]);
    assert!(!success && errors.contains("cannot write /no/such/folder/out.json"), "{errors}");
    let (success, _, errors) = concentrator(&["--for", "soon"]);
    assert!(!success && errors.contains("soon"), "{errors}");
}

#[test]
fn writes_the_identity_of_a_collector() {
    let path = std::env::temp_dir().join(format!("concentrator-{}.identity", std::process::id()));
    let provision = |options: &[&str]| {
        let (success, _, errors) =
            concentrator(&[&["provision", "--out", path.to_str().unwrap()], options].concat());
        assert!(success, "{errors}");
        let octets: [u8; Identity::LEN] = std::fs::read(&path).unwrap().try_into().unwrap();
        std::fs::remove_file(&path).unwrap();
        Identity::decode(&octets).unwrap()
    };
    let identity = provision(&["--number", "7"]);
    assert_eq!((identity.network, identity.number, identity.serial), (0x4D57, 7, 2_026_000_007));
    assert_eq!((&identity.root, identity.name.as_str()), (b"simulated node\0\x07", "collector 7"));
    let root = "000102030405060708090A0b0c0d0e0f";
    let identity = provision(&["--number", "65520", "--network", "1", "--root", root]);
    assert_eq!((identity.network, identity.number), (1, 65_520));
    assert_eq!(identity.root, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
}

#[test]
fn says_what_collectors_outside_lack() {
    let (success, _, errors) = concentrator(&["provision", "--number", "0", "--out", "/tmp/no"]);
    assert!(!success && errors.contains("0 is not in 1..=65520"), "{errors}");
    let (success, _, errors) =
        concentrator(&["provision", "--number", "7", "--root", "00", "--out", "/tmp/no"]);
    assert!(!success && errors.contains("--root"), "{errors}");
    let (success, _, errors) = concentrator(&["--collector", "localhost:4001,localhost:4002"]);
    assert!(!success && errors.contains("tcp:HOST:RADIO_PORT,HOST:BUS_PORT"), "{errors}");
    // Nobody listens on port 1.
    let (success, _, errors) = concentrator(&["--collector", "tcp:127.0.0.1:1,127.0.0.1:1"]);
    assert!(!success && errors.contains("collector 1") && errors.contains("no bus"), "{errors}");
    let output =
        Command::new(env!("CARGO_BIN_EXE_concentrator")).args(["emulate", "1"]).env("PATH", "").output();
    let errors = String::from_utf8(output.unwrap().stderr).unwrap();
    assert!(errors.contains("qemu-system-arm is missing: apt-get install"), "{errors}");
}
