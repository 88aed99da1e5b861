//! Laws of one frame.

/// What comes of octets that are decoded and encoded again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again<'a> {
    /// They are no frame.
    Refused,
    /// The buffer is too small.
    TooSmall { needed: usize, have: usize },
    /// The frame was written.
    Written(&'a [u8]),
}

/// Every `step`-th place of octets, from one on that they choose themselves: over many octets, every place.
pub(crate) fn places(octets: &[u8], step: usize, count: usize) -> impl Iterator<Item = usize> {
    let first = octets.last().map_or(0, |octet| usize::from(*octet) % step);
    (first..count).step_by(step)
}

/// The laws of an intact frame, given without a preamble.
///
/// `again` decodes octets and encodes what it got into the buffer; `intact` is the standard's own rule of
/// what is a frame. Every `step`-th prefix and flipped bit is tried.
pub(crate) fn laws(
    frame: &[u8],
    step: usize,
    intact: impl Fn(&[u8]) -> bool,
    again: impl for<'b> Fn(&[u8], &'b mut [u8]) -> Again<'b>,
) {
    let mut buffer = vec![0; frame.len() + 1];
    assert_eq!(again(frame, &mut buffer), Again::Written(frame), "a frame comes back as it was");
    let needed = frame.len();
    for have in places(frame, step, needed) {
        let result = again(frame, &mut buffer[..have]);
        assert_eq!(result, Again::TooSmall { needed, have }, "a buffer too small says what is needed");
    }
    for length in places(frame, step, needed) {
        let prefix = &frame[..length];
        if !intact(prefix) {
            assert_eq!(
                again(prefix, &mut buffer),
                Again::Refused,
                "{length} of {needed} octets are no frame"
            );
        }
    }
    let mut flipped = frame.to_vec();
    for bit in places(frame, step, 8 * needed) {
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(again(&flipped, &mut buffer), Again::Refused, "bit {bit} was flipped");
        flipped[bit / 8] ^= 1 << (bit % 8);
    }
}
