//! What is measured of frames.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::{Ends, Implementation};
use crate::case::{self, Case, Meter};

pub const ALL: [Case<Implementation>; 12] = [
    case("AES-128: seal 16 octets", 16, |ends| seal((ends.aes)(), 16)),
    case("AES-128: open 16 octets", 16, |ends| open((ends.aes)(), 16)),
    case("AES-128: seal 64 octets", 64, |ends| seal((ends.aes)(), 64)),
    case("AES-128: open 64 octets", 64, |ends| open((ends.aes)(), 64)),
    case("AES-128: seal 240 octets", 240, |ends| seal((ends.aes)(), 240)),
    case("AES-128: open 240 octets", 240, |ends| open((ends.aes)(), 240)),
    case("SM4: seal 16 octets", 16, |ends| seal((ends.sm4)(), 16)),
    case("SM4: open 16 octets", 16, |ends| open((ends.sm4)(), 16)),
    case("SM4: seal 64 octets", 64, |ends| seal((ends.sm4)(), 64)),
    case("SM4: open 64 octets", 64, |ends| open((ends.sm4)(), 64)),
    case("SM4: seal 240 octets", 240, |ends| seal((ends.sm4)(), 240)),
    case("SM4: open 240 octets", 240, |ends| open((ends.sm4)(), 240)),
];

/// Frames that are opened without a look at the clock.
const BATCH: usize = 64;

const fn case(
    name: &'static str,
    octets: usize,
    meter: fn(&Implementation) -> Option<Meter>,
) -> Case<Implementation> {
    Case { name, octets, meter, counted: None }
}

fn seal(mut ends: Box<dyn Ends>, octets: usize) -> Option<Meter> {
    let (plaintext, mut frame) = (vec![0x42; octets], [0; 256]);
    Some(case::meter(move || {
        black_box(ends.seal(black_box(&plaintext), &mut frame));
    }))
}

/// No frame is opened twice, so there are frames to be sealed, which does not count.
fn open(mut ends: Box<dyn Ends>, octets: usize) -> Option<Meter> {
    let (plaintext, mut opened) = (vec![0x42; octets], [0; 256]);
    let mut frames = vec![([0; 256], 0); BATCH];
    Some(Box::new(move |calls| {
        let mut time = Duration::ZERO;
        let mut left = calls as usize;
        while left > 0 {
            let frames = &mut frames[..left.min(BATCH)];
            for (frame, length) in &mut *frames {
                *length = ends.seal(&plaintext, frame).unwrap();
            }
            let start = Instant::now();
            for (frame, length) in &*frames {
                black_box(ends.open(black_box(&frame[..*length]), &mut opened));
            }
            time += start.elapsed();
            left -= frames.len();
        }
        time
    }))
}
