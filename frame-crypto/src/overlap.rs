//! Two openers of one link while its keys change.

use aes::Aes128;

use crate::key::Cipher;
use crate::{OpenError, Opened, Opener};

/// The openers of one direction while its key changes: a new session or epoch is known, but frames of the
/// one before may still come.
///
/// The former opener stays until it is retired, which is a matter of time. A session that nobody ever used
/// does not displace one that somebody did: whoever repeats a join request gains nothing.
pub struct Overlap<C: Cipher = Aes128> {
    newest: Opener<C>,
    /// Whether `newest` opened a frame.
    proven: bool,
    former: Option<Opener<C>>,
}

impl<C: Cipher> Overlap<C> {
    /// A link with one opener.
    pub const fn new(opener: Opener<C>) -> Self {
        Self { newest: opener, proven: false, former: None }
    }

    /// Takes the opener of a new session or epoch. The one before becomes the former, unless it never opened
    /// a frame while another did.
    pub fn renew(&mut self, opener: Opener<C>) {
        let before = core::mem::replace(&mut self.newest, opener);
        if self.proven || self.former.is_none() {
            self.former = Some(before);
        }
        self.proven = false;
    }

    /// The newest opener takes frames from where the former is, or later: to be called after each frame while both
    /// keys count the same frames, as those of two epochs do. Else it would not know them once it has missed
    /// [`JUMP`](Opener::JUMP).
    pub fn follow(&mut self) {
        if let Some(former) = &self.former {
            self.newest.skip_to(former.next());
        }
    }

    /// Forgets the former opener.
    pub fn retire(&mut self) {
        self.former = None;
    }

    /// Whether the newest opener opened a frame: the other end knows the new key, and so may be spoken to in
    /// it.
    pub const fn is_proven(&self) -> bool {
        self.proven
    }

    /// The newest opener.
    pub const fn newest(&self) -> &Opener<C> {
        &self.newest
    }

    /// The former opener, until it is retired.
    pub const fn former(&self) -> Option<&Opener<C>> {
        self.former.as_ref()
    }

    /// Opens a frame of either.
    ///
    /// # Errors
    /// [`OpenError`] as of [`Opener::open`]; of the newest if neither knows the frame.
    pub fn open<'b>(&mut self, frame: &[u8], buffer: &'b mut [u8]) -> Result<Opened<'b>, OpenError> {
        let error = match self.newest.check(frame, buffer) {
            Ok(checked) => {
                self.proven = true;
                return Ok(checked.opened(buffer));
            }
            Err(error @ (OpenError::Link | OpenError::Tag)) => error,
            Err(error) => return Err(error),
        };
        match self.former.as_mut().map(|former| former.check(frame, buffer)) {
            Some(Ok(checked)) => Ok(checked.opened(buffer)),
            Some(Err(OpenError::Link | OpenError::Tag)) | None => Err(error),
            Some(Err(error)) => Err(error),
        }
    }
}
