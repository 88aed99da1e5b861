//! The laws over the committed corpus, and over the crates' vectors.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::panic, clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use laws::{TARGETS, dlt645, laws_of, modbus_rtu};

/// The files of a folder below the workspace.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

#[test]
fn the_corpus_keeps_the_laws() {
    for (target, law) in TARGETS {
        let files = files(&format!("fuzz/corpus/{target}"));
        assert!(!files.is_empty(), "{target} has no corpus");
        for file in files {
            println!("{}", file.display());
            law(&fs::read(file).unwrap());
        }
    }
}

#[test]
fn every_target_calls_its_law() {
    let targets = files("fuzz/fuzz_targets");
    assert_eq!(targets.len(), TARGETS.len());
    for (target, _) in TARGETS {
        let file = targets.iter().find(|file| file.file_stem().is_some_and(|stem| stem == *target)).unwrap();
        let (module, law) = target.rsplit_once('_').unwrap();
        assert!(fs::read_to_string(file).unwrap().contains(&format!("laws::{module}::{law}")), "{target}");
    }
}

#[test]
fn the_vectors_keep_the_laws() {
    // Clients take what they do from the first octets.
    for (folder, kinds, more) in [
        ("modbus-rtu", modbus_rtu::EXCHANGES.len() as u8, &[0][..]),
        ("dlt645", dlt645::COMMANDS, &[]),
        ("mbus", 3, &[]),
    ] {
        let mut count = 0;
        for file in files(&format!("{folder}/tests/vectors")) {
            for line in fs::read_to_string(&file).unwrap().lines().filter(|line| !line.starts_with('#')) {
                println!("{}: {line}", file.display());
                let octets = line.split(" | ").nth(1).unwrap().split(' ');
                let octets: Vec<u8> = octets.map(|octet| u8::from_str_radix(octet, 16).unwrap()).collect();
                for (name, law) in laws_of(folder) {
                    law(&octets);
                    if name.ends_with("_client") {
                        (0..kinds).for_each(|kind| law(&[&[0x29, kind], more, &octets].concat()));
                    }
                }
                count += 1;
            }
        }
        assert!(count > 0, "{folder} has no vectors");
    }
}
