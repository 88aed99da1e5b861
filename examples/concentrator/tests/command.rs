//! The command as a person calls it.
#![allow(clippy::unwrap_used)]

use std::process::Command;

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
