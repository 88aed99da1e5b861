//! The sending end of a link.

use aes::Aes128;

use crate::counter::Counter;
use crate::frame::{Kind, Link, MAX_PLAINTEXT, OVERHEAD};
use crate::key::{Cipher, Key, Mode};
use crate::{CounterStore, SealError};

/// Seals frames of one kind on one link. It counts by itself, and never repeats a counter as long as its
/// store remembers and no other sealer has the same key, kind and link.
pub struct Sealer<S, C: Cipher = Aes128> {
    mode: Mode<C>,
    kind: Kind,
    link: Link,
    counter: Counter<S>,
}

impl<S: CounterStore, C: Cipher> Sealer<S, C> {
    /// A sealer that goes on counting where `store` says.
    ///
    /// # Errors
    /// [`SealError::Store`] if the store cannot be read.
    pub fn new(key: &Key<C>, kind: Kind, link: Link, store: S) -> Result<Self, SealError> {
        Ok(Self { mode: key.frames(kind, &link), kind, link, counter: Counter::load(store)? })
    }

    /// Goes on with another key, another device number or epoch. The counter goes on as well, so that nothing
    /// repeats if the key is an old one.
    pub fn renew(&mut self, key: &Key<C>, link: Link) {
        self.mode = key.frames(self.kind, &link);
        self.link = link;
    }

    /// The counter of the next frame: where the opener of a new key or epoch starts.
    pub fn next(&self) -> u64 {
        self.counter.peek()
    }

    /// Writes the sealed frame and returns it. To repeat a frame, send the same octets again.
    ///
    /// # Errors
    /// [`SealError`]; after [`SealError::Store`] and [`SealError::Exhausted`] nothing was sealed.
    pub fn seal<'b>(
        &mut self,
        flag: bool,
        plaintext: &[u8],
        buffer: &'b mut [u8],
    ) -> Result<&'b [u8], SealError> {
        let long = SealError::TooLong { limit: MAX_PLAINTEXT, have: plaintext.len() };
        if plaintext.len() > MAX_PLAINTEXT {
            return Err(long);
        }
        let short = SealError::BufferTooSmall { needed: plaintext.len() + OVERHEAD, have: buffer.len() };
        let frame = buffer.get_mut(..plaintext.len() + OVERHEAD).ok_or(short)?;
        let (head, rest) = frame.split_first_chunk_mut().ok_or(short)?;
        let (body, tag) = rest.split_last_chunk_mut().ok_or(short)?;

        let counter = self.counter.next()?;
        let header = self.link.header(self.kind, flag, counter as u16);
        *head = header.octets();
        for (to, from) in body.iter_mut().zip(plaintext) {
            *to = *from;
        }
        let nonce = self.link.nonce(self.kind.code(), counter);
        *tag = self.mode.seal(nonce, &self.link.associated(head), body).ok_or(long)?;
        Ok(frame)
    }
}
