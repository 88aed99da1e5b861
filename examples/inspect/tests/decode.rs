//! `inspect decode` prints exactly the objects of `vectors/PROTOCOL.txt`: each has a line with its name,
//! a line with the octets, and a line with the object.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

/// What is printed for `input`, and whether the exit status is success.
fn decode(protocol: &str, input: &str) -> (String, bool) {
    decode_with(&[protocol], input)
}

/// The same with arguments.
fn decode_with(arguments: &[&str], input: &str) -> (String, bool) {
    let mut inspect = Command::new(env!("CARGO_BIN_EXE_inspect"))
        .arg("decode")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end before it reads all.
    let _ = inspect.stdin.take().unwrap().write_all(input.as_bytes());
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
        ("wmbus", include_str!("vectors/wmbus.txt")),
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

/// The gas meter of OMS Specification Volume 2, annex N.2.1, and CEN/TR 17167, F.3.
#[test]
fn keys_open_wireless_frames() {
    let mode_5 =
        "2E449315785634123303 7A2A0020255923C95AAA26D1B2E7493B013EC4A6F6D3529B520EDFF0EA6DEFC99D6D69EBF3";
    let mode_7 = "53082448443322110337 8E80753A63665544330A31 900F002C25B30A0000AF5D74DF73A600D9 \
        7278563412931533037500200710 9058475F4BC91DF878B80A1B0F98B629024AAC727942BFC549233C0140829B93";
    let keys = tempfile::NamedTempFile::new().unwrap();
    fs::write(keys.path(), "# gas\n12345678 0102030405060708090A0b0c0d0e0f11\n").unwrap();
    let file = ["--keys", keys.path().to_str().unwrap()];
    let every = ["--key", "000102030405060708090A0B0C0D0E0F"];
    let (gas, why) = (r#""value":"28504.27","unit":"m3""#, r#""verified":false,"encrypted":true,"reason":"#);
    for (octets, keys, expected) in [
        (mode_5, &file[..], [r#""security":5,"verified":true,"proof":"2F 2F""#, gas]),
        (mode_7, &every, [r#""security":7,"verified":true,"proof":"MAC""#, gas]),
        (mode_5, &every, [why, "2F 2F expected"]),
        (mode_7, &[], [why, r#""no key""#]),
        // The file goes first, and its key is the wrong one.
        (mode_7, &[file, every].concat(), [why, "wrong message authentication code"]),
    ] {
        let arguments = [&["wmbus"], keys].concat();
        let (output, success) = decode_with(&arguments, octets);
        assert!(success && expected.iter().all(|part| output.contains(part)), "{output}");
    }
    let (output, success) = decode_with(&["wmbus", "--key", "01"], mode_5);
    assert_eq!((output.as_str(), success), ("", false));
}
