//! Laws of frames in a stream.

/// Any crate's `Decoder`.
pub(crate) trait Decoder {
    fn feed(&mut self, octets: &[u8]) -> usize;
    fn silence(&mut self);
    /// Forgets what a silence does not end.
    fn forget(&mut self) {}
    /// The octets of the next frame, `Some(None)` for an error.
    fn frame(&mut self) -> Option<Option<Vec<u8>>>;
}

/// How a stream may be cut: the size of the next chunk by the octets that are left.
const CHUNKS: [fn(&[u8]) -> usize; 4] =
    [|_| 1, |_| 7, |rest| 1 + usize::from(rest[0] % 64), |rest| rest.len()];

/// A decoder finds the same frames in any chunking: those that sliding over the octets finds, where
/// `head` says how long the frame at the head of some octets is, if one is there and silence follows.
pub(crate) fn laws(decoder: &mut impl Decoder, octets: &[u8], head: impl FnMut(&[u8]) -> Option<usize>) {
    finds(decoder, octets, &slide(octets, head));
}

/// A decoder finds these frames in any chunking.
pub(crate) fn finds(decoder: &mut impl Decoder, octets: &[u8], expected: &[Vec<u8>]) {
    // One decoder for all: after a silence it is as new.
    for (index, chunk) in CHUNKS.iter().enumerate() {
        decoder.forget();
        assert_eq!(frames(decoder, octets, chunk), expected, "chunking {index}");
    }
}

/// The frames that sliding by one octet finds.
pub(crate) fn slide(mut octets: &[u8], mut head: impl FnMut(&[u8]) -> Option<usize>) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    while !octets.is_empty() {
        let length = head(octets);
        if let Some(length) = length {
            frames.push(octets[..length].to_vec());
        }
        octets = &octets[length.unwrap_or(1)..];
    }
    frames
}

/// The frames that a decoder finds, silence at the end.
fn frames(decoder: &mut impl Decoder, octets: &[u8], chunk: impl Fn(&[u8]) -> usize) -> Vec<Vec<u8>> {
    let mut found = Found::default();
    let mut rest = octets;
    while !rest.is_empty() {
        let given = &rest[..chunk(rest).min(rest.len())];
        let taken = decoder.feed(given);
        assert!(taken <= given.len(), "{taken} octets taken of {}", given.len());
        assert!(taken > 0, "a decoder with nothing to say takes octets");
        rest = &rest[taken..];
        found.take(decoder, octets.len());
    }
    decoder.silence();
    found.take(decoder, octets.len());
    assert!(decoder.frame().is_none(), "nothing comes after nothing");
    found.frames
}

#[derive(Default)]
struct Found {
    frames: Vec<Vec<u8>>,
    results: usize,
    failed: bool,
}

impl Found {
    fn take(&mut self, decoder: &mut impl Decoder, limit: usize) {
        while let Some(result) = decoder.frame() {
            self.results += 1;
            assert!(self.results <= limit, "more results than octets");
            assert!(result.is_some() || !self.failed, "a run of octets has one error");
            self.failed = result.is_none();
            self.frames.extend(result);
        }
    }
}

/// The first frame a decoder finds in octets, before a silence or after one.
pub(crate) fn first(decoder: &mut impl Decoder, octets: &[u8], silence: bool) -> Option<Vec<u8>> {
    if decoder.feed(octets) < octets.len() {
        return None;
    }
    if silence {
        decoder.silence();
    }
    decoder.frame().flatten()
}
