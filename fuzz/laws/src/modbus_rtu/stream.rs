//! Laws of frames in a stream.

use core::time::Duration;

use modbus_rtu::{Decoder, Direction, Expect, Frame, Line, UnitSet};

use super::layout::{Length, answer, head, length, merged};
use super::{UNIT, framed, intact};
use crate::{Seed, stream};

impl stream::Decoder for Decoder {
    fn feed(&mut self, octets: &[u8]) -> usize {
        Decoder::feed(self, octets)
    }

    fn silence(&mut self) {
        Decoder::silence(self);
    }

    fn frame(&mut self) -> Option<Option<Vec<u8>>> {
        let result = Decoder::frame(self).map(|result| {
            let mut buffer = [0; Frame::MAX_LEN];
            let frame = result.ok()?;
            Some(frame.encode(&mut buffer).unwrap().to_vec())
        });
        if let Some(Some(octets)) = &result {
            assert_eq!(octets, Decoder::octets(self), "the frame's octets stay");
        }
        result
    }
}

/// A decoder of both directions; an octet in front of each frame tells which.
struct Listener(Decoder);

impl stream::Decoder for Listener {
    fn feed(&mut self, octets: &[u8]) -> usize {
        self.0.feed(octets)
    }

    fn silence(&mut self) {
        self.0.silence();
    }

    fn forget(&mut self) {
        self.0.clear();
    }

    fn frame(&mut self) -> Option<Option<Vec<u8>>> {
        let result = stream::Decoder::frame(&mut self.0)?;
        Some(result.map(|frame| told(self.0.direction(), &frame)))
    }
}

fn told(direction: Direction, frame: &[u8]) -> Vec<u8> {
    [&[matches!(direction, Direction::Response).into()], frame].concat()
}

/// How many octets at the head of those that silence follows a decoder takes for a frame, and what it says of
/// it, if anything.
type Model = Box<dyn FnMut(&[u8]) -> Option<(usize, Option<Vec<u8>>)>>;

/// What a server of the unit does with the head of octets.
enum Own {
    /// A request to it, or to all.
    Taken(usize),
    /// A frame of somebody else.
    Passed(usize),
}

/// What a server of the unit does with the head of octets that silence follows.
fn own(octets: &[u8]) -> Option<Own> {
    let is_own = match *octets {
        [unit, function, ..] if unit == UNIT.0 => function != 0 && function < 0x80,
        [0, function, ..] => {
            let is_write = [0x05, 0x06, 0x0F, 0x10, 0x15, 0x16].contains(&function);
            is_write || matches!(function, 65..=72 | 100..=110)
        }
        _ => false,
    };
    if is_own {
        let whole =
            (octets.len() <= 256 && has_impossible_count(octets) && intact(octets)).then_some(octets.len());
        return head(Direction::Request, octets).or(whole).map(Own::Taken);
    }
    let fixed = |direction| match length(direction, octets) {
        Some(Length::Octets(_)) => head(direction, octets),
        _ => None,
    };
    [fixed(Direction::Request), fixed(Direction::Response)].into_iter().flatten().min().map(Own::Passed)
}

/// Whether a request has a count that its function does not allow, so that only a silence tells its end.
fn has_impossible_count(octets: &[u8]) -> bool {
    let place = match octets.get(1) {
        Some(0x0F | 0x10) => 6,
        Some(0x14 | 0x15) => 2,
        Some(0x17) => 10,
        _ => return false,
    };
    octets.len() > place && length(Direction::Request, octets).is_none()
}

/// What a listener tells: the shortest frame there is at the head, and of equally long ones the answer to the
/// last request, else a request, else a response. Nobody answers as everybody. If there is none, a request
/// whose answer follows at once.
fn either(asked: Option<&[u8]>, octets: &[u8]) -> Option<(Direction, usize)> {
    let answer = asked.and_then(|asked| answer(asked, octets));
    let response = head(Direction::Response, octets).filter(|_| octets[0] != 0);
    let readings = [
        (Direction::Response, answer),
        (Direction::Request, head(Direction::Request, octets)),
        (Direction::Response, response),
    ];
    readings
        .into_iter()
        .filter_map(|(direction, length)| Some((direction, length?)))
        .min_by_key(|(_, length)| *length)
        .or_else(|| Some((Direction::Request, merged(octets)?)))
}

/// Frames that the decoder of each mode finds in octets between two silences, after those of octets before.
fn models() -> [(Expect, Model); 4] {
    let one = |head: fn(&[u8]) -> Option<usize>| -> Model {
        Box::new(move |octets| {
            let length = head(octets)?;
            Some((length, Some(octets[..length].to_vec())))
        })
    };
    let mut asked: Option<Vec<u8>> = None;
    let both = move |octets: &[u8]| {
        let (direction, length) = either(asked.as_deref(), octets)?;
        let frame = &octets[..length];
        asked = matches!(direction, Direction::Request).then(|| frame.to_vec());
        Some((length, Some(told(direction, frame))))
    };
    let server: Model = Box::new(|octets| {
        Some(match own(octets)? {
            Own::Taken(length) => (length, Some(octets[..length].to_vec())),
            Own::Passed(length) => (length, None),
        })
    });
    [
        (Expect::Requests, one(|octets| head(Direction::Request, octets))),
        (Expect::Responses, one(|octets| head(Direction::Response, octets))),
        (Expect::RequestsTo(UnitSet::NONE.with(UNIT)), server),
        (Expect::Both, Box::new(both)),
    ]
}

/// The frames that sliding by one octet finds.
fn slide(octets: &[u8], model: &mut Model) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    stream::slide(octets, |octets| {
        let (length, frame) = model(octets)?;
        frames.extend(frame);
        Some(length)
    });
    frames
}

/// In any chunking the same frames come, in either direction and in both, and none that sliding would find is
/// lost.
pub fn stream(octets: &[u8]) {
    for (expect, mut model) in models() {
        let decoder = Decoder::new(expect);
        if expect == Expect::Both {
            stream::finds(&mut Listener(decoder), octets, &slide(octets, &mut model));
        } else {
            stream::finds(&mut { decoder }, octets, &slide(octets, &mut model));
        }
    }
    timed(octets);
}

/// Octets that come one character after the other are found as sliding finds them, a silence of the line's gap
/// or longer before and behind; so a frame with such a gap inside is none. A shorter gap is nothing.
pub fn timed(octets: &[u8]) {
    let mut seed = Seed(octets);
    let choice = seed.u8();
    let baud = [300, 1_200, 9_600, 19_200, 38_400, 115_200][usize::from(choice % 6)];
    let bits = 10 + u32::from(choice >> 3 & 1);
    let line = match choice >> 4 & 3 {
        0 => Line::strict(baud, bits),
        1 => Line::new(baud, bits).buffered(Duration::from_millis(50)),
        _ => Line::new(baud, bits),
    };
    let segments = segments(&mut seed);
    for (expect, mut model) in models() {
        let expected: Vec<_> =
            segments.iter().flat_map(|segment| slide(&segment.octets, &mut model)).collect();
        for whole in [false, true] {
            let found = arrive(Decoder::new(expect), &line, &segments, expect == Expect::Both, whole);
            assert_eq!(found, expected, "{expect:?} on {line:?}, at once: {whole}");
        }
    }
}

/// Octets between two silences.
struct Segment {
    octets: Vec<u8>,
    /// How much longer than the gap the silence before is.
    before: Duration,
    /// Behind this octet comes a gap that is just too short.
    hole: usize,
}

/// Octets cut into pieces: frames, parts of frames, noise.
fn segments(seed: &mut Seed<'_>) -> Vec<Segment> {
    let mut segments = Vec::new();
    while !seed.is_empty() && segments.len() < 16 {
        let [kind, before, hole] = seed.octets();
        let body = seed.slice(2 + usize::from(kind & 0x1F));
        let octets = if kind & 0x20 == 0 { framed(body) } else { body.to_vec() };
        let cut = if kind & 0xC0 == 0 { usize::from(hole) % octets.len().max(1) } else { 0 };
        let (part, rest) = octets.split_at(cut);
        let before = Duration::from_micros(u64::from(before & !1) << 8);
        segments.extend([part, rest].into_iter().filter(|part| !part.is_empty()).map(|octets| Segment {
            octets: octets.to_vec(),
            before,
            hole: hole.into(),
        }));
    }
    segments
}

/// The frames that a decoder finds in octets that arrive in time: one by one, or what comes without a hole at
/// once.
fn arrive(mut decoder: Decoder, line: &Line, segments: &[Segment], tell: bool, whole: bool) -> Vec<Vec<u8>> {
    let (mut now, mut frames) = (Duration::ZERO, Vec::new());
    let mut take = |decoder: &mut Decoder| {
        while let Some(result) = stream::Decoder::frame(decoder) {
            frames.extend(result.map(|frame| if tell { told(decoder.direction(), &frame) } else { frame }));
        }
    };
    for segment in segments {
        now += line.gap + segment.before;
        let (start, end) = segment.octets.split_at((segment.hole + 1).min(segment.octets.len()));
        for (index, part) in [start, end].into_iter().enumerate() {
            if index == 1 && !part.is_empty() {
                now += line.gap - Duration::from_nanos(1);
            }
            for chunk in part.chunks(if whole { 256 } else { 1 }) {
                now += line.time(chunk.len());
                let mut rest = chunk;
                while !rest.is_empty() {
                    let taken = decoder.feed_at(rest, now, line);
                    rest = &rest[taken..];
                    take(&mut decoder);
                }
            }
        }
    }
    let silent = decoder.silent_at(line);
    assert_eq!(silent, (!segments.is_empty()).then_some(now + line.gap));
    if let Some(silent) = silent {
        assert!(!decoder.elapse(silent - Duration::from_nanos(1), line), "not yet");
        take(&mut decoder);
        assert!(decoder.elapse(silent, line) && !decoder.elapse(silent, line), "once");
    }
    take(&mut decoder);
    frames
}
