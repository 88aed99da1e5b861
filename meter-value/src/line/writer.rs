//! Octets into a caller's buffer.

/// The caller's buffer cannot hold what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[error("the buffer has {have} octets where {needed} are needed")]
pub struct BufferTooSmall {
    /// How many octets there are to write.
    pub needed: usize,
    /// How many the buffer holds.
    pub have: usize,
}

/// Writes octets one after the other and keeps counting past the end, so that a buffer too small
/// learns what is needed.
///
/// ```
/// use meter_value::line::{BufferTooSmall, Writer};
///
/// let mut buffer = [0; 2];
/// let mut writer = Writer::new(&mut buffer);
/// writer.put(&[1, 2, 3]);
/// assert_eq!(writer.finish(), Err(BufferTooSmall { needed: 3, have: 2 }));
/// ```
#[derive(Debug)]
pub struct Writer<'a> {
    buffer: &'a mut [u8],
    length: usize,
}

impl<'a> Writer<'a> {
    /// Writes from the start of `buffer`.
    pub fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, length: 0 }
    }

    /// Appends octets.
    #[inline]
    pub fn put(&mut self, octets: &[u8]) {
        for (to, from) in self.reserve(octets.len()).iter_mut().zip(octets) {
            *to = *from;
        }
    }

    /// Appends octets to be filled in by the caller; none if the buffer does not hold them all.
    #[inline]
    pub fn reserve(&mut self, count: usize) -> &mut [u8] {
        let start = self.length;
        self.length = start.saturating_add(count);
        self.buffer.get_mut(start..self.length).unwrap_or_default()
    }

    /// Takes back what was put behind the first `length` octets.
    #[inline]
    pub fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    /// How many octets were put, held or not.
    #[inline]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether nothing was put yet.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// How many octets the buffer still holds.
    #[inline]
    pub fn room(&self) -> usize {
        self.buffer.len().saturating_sub(self.length)
    }

    /// What the buffer holds so far.
    #[inline]
    pub fn written(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or(self.buffer)
    }

    /// Overwrites the octet at `place` once its value is known, as for a length field.
    #[inline]
    pub fn set(&mut self, place: usize, octet: u8) {
        if let Some(slot) = self.buffer.get_mut(place) {
            *slot = octet;
        }
    }

    /// All that was put.
    ///
    /// # Errors
    /// [`BufferTooSmall`] if the buffer does not hold all of it.
    #[inline]
    pub fn finish(self) -> Result<&'a [u8], BufferTooSmall> {
        let short = BufferTooSmall { needed: self.length, have: self.buffer.len() };
        let buffer: &'a [u8] = self.buffer;
        buffer.get(..self.length).ok_or(short)
    }
}

impl Extend<u8> for Writer<'_> {
    fn extend<I: IntoIterator<Item = u8>>(&mut self, octets: I) {
        for octet in octets {
            self.set(self.length, octet);
            self.length = self.length.saturating_add(1);
        }
    }
}
