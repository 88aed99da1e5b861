//! `inspect decode` prints exactly the objects of `vectors/PROTOCOL.txt`: each has a line with its name,
//! a line with the octets, and a line with the object.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::process::{Command, Stdio};

/// What is printed for `input`, and whether the exit status is success.
fn decode(protocol: &str, input: &str) -> (String, bool) {
    let mut inspect = Command::new(env!("CARGO_BIN_EXE_inspect"))
        .args(["decode", protocol])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    inspect.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = inspect.wait_with_output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.success())
}

#[test]
fn every_frame_becomes_its_object() {
    for (protocol, vectors) in [
        ("modbus-request", include_str!("vectors/modbus-request.txt")),
        ("modbus-response", include_str!("vectors/modbus-response.txt")),
        ("dlt645", include_str!("vectors/dlt645.txt")),
        ("dlt645-1997", include_str!("vectors/dlt645-1997.txt")),
        ("dlt645-2007", include_str!("vectors/dlt645-2007.txt")),
        ("mbus", include_str!("vectors/mbus.txt")),
    ] {
        let lines: Vec<&str> = vectors.lines().collect();
        let (vectors, []) = lines.as_chunks::<3>() else { panic!("{protocol}: a vector has three lines") };
        let input: Vec<&str> = vectors.iter().map(|[_, octets, _]| *octets).collect();
        let (output, success) = decode(protocol, &input.join("\n"));
        assert_eq!(output.lines().count(), vectors.len(), "{protocol}");
        for (printed, [name, _, object]) in output.lines().zip(vectors) {
            assert_eq!(printed, *object, "{protocol} {name}");
        }
        assert_eq!(success, !output.contains(r#""ok":false"#), "{protocol}");
    }
}

#[test]
fn a_line_that_is_no_frame_does_not_end_the_run() {
    let (output, success) = decode("mbus", "E5\n\n \t\nE\nE6\nGG\r\ne 5\r\n");
    let expected = r#"{"ok":true,"protocol":"mbus","frame":"ack"}
{"ok":false,"error":"Odd number of digits"}
{"ok":false,"error":"no frame starts with E6"}
{"ok":false,"error":"Invalid character 'G' at position 0"}
{"ok":true,"protocol":"mbus","frame":"ack"}
"#;
    assert_eq!((output.as_str(), success), (expected, false));
}

#[test]
fn nothing_is_decoded_without_failure() {
    assert_eq!(decode("dlt645", ""), (String::new(), true));
}

#[test]
fn wireless_frames_are_refused_in_words() {
    let (output, success) = decode("wmbus", "2E 44\n");
    let expected = "{\"ok\":false,\"error\":\"wireless M-Bus is not decoded yet\"}\n";
    assert_eq!((output.as_str(), success), (expected, false));
}
