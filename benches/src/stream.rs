//! Seeded streams of frames as a disturbed line carries them, and the frames that arrive intact.

use fastrand::Rng;

/// Octets of a stream.
pub const LEN: usize = 65_536;

/// Octets that come in at once.
pub const CHUNK: usize = 64;

/// A frame as it is sent, and as it is compared with what an implementation finds.
pub struct Sent {
    pub octets: Vec<u8>,
    pub content: Vec<u8>,
}

pub struct Stream {
    pub octets: Vec<u8>,
    /// The content of each intact frame.
    pub intact: Vec<Vec<u8>>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    pub intact: usize,
    pub others: usize,
}

impl Stream {
    /// Frames without gaps, 1 % of the octets wrong.
    pub fn corrupted(seed: u64, frame: impl Fn(&mut Rng) -> Sent) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut stream = Self { octets: Vec::new(), intact: Vec::new() };
        while stream.octets.len() < LEN {
            let Sent { octets, content } = frame(&mut rng);
            let received: Vec<u8> = octets.iter().map(|&octet| disturbed(&mut rng, octet)).collect();
            stream.push(&received, (received == octets).then_some(content));
        }
        stream
    }

    /// Intact frames, and before each the octets that `stray` makes.
    pub fn stray(seed: u64, stray: impl Fn(&mut Rng) -> Vec<u8>, frame: impl Fn(&mut Rng) -> Sent) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut stream = Self { octets: Vec::new(), intact: Vec::new() };
        while stream.octets.len() < LEN {
            stream.push(&stray(&mut rng), None);
            let Sent { octets, content } = frame(&mut rng);
            stream.push(&octets, Some(content));
        }
        stream
    }

    fn push(&mut self, octets: &[u8], intact: Option<Vec<u8>>) {
        let fits = octets.len() <= LEN - self.octets.len();
        self.octets.extend_from_slice(octets);
        self.octets.truncate(LEN);
        self.intact.extend(intact.filter(|_| fits));
    }

    /// How many intact frames an implementation finds, and how many others. It reports their content.
    pub fn count(&self, find: impl FnOnce(&[u8], &mut dyn FnMut(&[u8]))) -> Found {
        let mut expected = self.intact.iter();
        let mut found = Found { intact: 0, others: 0 };
        find(&self.octets, &mut |content| {
            let rest = expected.clone();
            // Frames come in order: the search goes on behind the one found last.
            if expected.any(|frame| frame == content) {
                found.intact += 1;
            } else {
                expected = rest;
                found.others += 1;
            }
        });
        found
    }
}

/// Up to 24 random octets.
pub fn noise(rng: &mut Rng) -> Vec<u8> {
    (0..rng.usize(..=24)).map(|_| rng.u8(..)).collect()
}

fn disturbed(rng: &mut Rng, octet: u8) -> u8 {
    if rng.u8(..100) == 0 { octet ^ rng.u8(1..) } else { octet }
}
