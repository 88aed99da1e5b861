//! A message out of its fragments.

use super::error::{DecodeError, FragmentError};
use super::message::{Layout, Message, Security};

/// Collects the fragments of one message in the caller's buffer. A fragment with number 1 starts anew.
///
/// A fragment that does not fit changes nothing: a repeated one can be passed over, after a lost one the
/// sender has to start again.
#[derive(Debug)]
pub struct Assembly<'b> {
    buffer: &'b mut [u8],
    length: usize,
    /// The number of the fragment that is next.
    next: u8,
    /// What the fragments so far say, if there are any.
    message: Option<Message<'static>>,
    is_whole: bool,
}

impl<'b> Assembly<'b> {
    /// An empty one. The buffer holds the whole message without its link header.
    pub fn new(buffer: &'b mut [u8]) -> Self {
        Self { buffer, length: 0, next: 1, message: None, is_whole: false }
    }

    /// Adds a fragment, as [`Message::decode`] or `open` gives it; says whether it was the last.
    ///
    /// # Errors
    /// [`FragmentError`] if it is not the one that is next, or does not fit.
    pub fn push(&mut self, fragment: &Message<'_>) -> Result<bool, FragmentError> {
        let afl = fragment.afl.filter(|_| fragment.security == Security::Fragment);
        let afl = afl.ok_or(FragmentError::Whole)?;
        let (received, has_more) = (afl.control.id(), afl.control.has_more());
        let (start, message) = match self.message {
            _ if received == 1 => (0, Message { data: &[], ..*fragment }),
            Some(first) if received == self.next && !self.is_whole => (self.length, first),
            _ => return Err(FragmentError::Id { expected: self.next, received }),
        };
        if message.station != fragment.station {
            return Err(FragmentError::Station);
        }
        let afl = message.afl.map_or(afl, |first| first.joined(afl));
        let end = start.saturating_add(fragment.data.len());
        match afl.length {
            Some(told) if usize::from(told) < end || !has_more && usize::from(told) != end => {
                return Err(FragmentError::Length { told, have: end });
            }
            _ => {}
        }
        let short = FragmentError::BufferTooSmall { needed: end, have: self.buffer.len() };
        let place = self.buffer.get_mut(start..end).ok_or(short)?;
        for (to, from) in place.iter_mut().zip(fragment.data) {
            *to = *from;
        }
        self.length = end;
        // The numbers never roll over: after the last one, none is next.
        self.next = received.saturating_add(1);
        self.message = Some(Message { afl: Some(afl), ..message });
        self.is_whole = !has_more;
        Ok(self.is_whole)
    }

    /// The whole message. What is encrypted stays so; `open` opens it.
    ///
    /// # Errors
    /// [`DecodeError::Fragment`] if fragments are missing; or a header that breaks a rule.
    pub fn decode(self) -> Result<Message<'b>, DecodeError> {
        let (layout, tpdu) = self.layout()?;
        let tpdu: &'b [u8] = tpdu;
        Ok(layout.message(tpdu.get(layout.data_at..).unwrap_or_default()))
    }

    /// The layers of the whole message, and the message from its CI field on.
    pub(crate) fn layout(self) -> Result<(Layout, &'b mut [u8]), DecodeError> {
        let message = self.message.filter(|_| self.is_whole).ok_or(DecodeError::Fragment)?;
        let tpdu = self.buffer.get_mut(..self.length).unwrap_or_default();
        let layout = Layout::of_tpdu(Message { security: Security::Plain, ..message }, tpdu)?;
        Ok((layout, tpdu))
    }
}
