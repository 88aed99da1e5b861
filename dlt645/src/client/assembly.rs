//! The data of an answer in several frames.

use core::num::NonZeroU8;

use crate::{Command, Data, Edition, Identifier, Reply, TransactionError};

/// What has come of an answer so far, as plain octets.
#[derive(Clone, Debug)]
pub(super) struct Assembly<const N: usize> {
    octets: [u8; N],
    length: usize,
    /// What is read.
    identifier: Identifier,
    /// Whether it is read once more.
    again: bool,
    /// How many follow-ups were asked for.
    follow_ups: u8,
}

impl<const N: usize> Assembly<N> {
    pub const fn new() -> Self {
        Self { octets: [0; N], length: 0, identifier: Identifier::Y2007(0), again: false, follow_ups: 0 }
    }

    /// Forgets what came.
    pub fn clear(&mut self) {
        (self.length, self.follow_ups) = (0, 0);
    }

    /// Whether follow-ups are asked for.
    pub fn is_begun(&self) -> bool {
        self.follow_ups > 0
    }

    /// Begins with the data of the first frame.
    pub fn begin(
        &mut self,
        identifier: Identifier,
        again: bool,
        data: Data<'_>,
    ) -> Result<(), TransactionError> {
        self.clear();
        (self.identifier, self.again) = (identifier, again);
        self.push(data)
    }

    /// Appends the data of the next frame.
    pub fn push(&mut self, data: Data<'_>) -> Result<(), TransactionError> {
        let have = self.length.saturating_add(data.len());
        let Some(free) = self.octets.get_mut(self.length..have) else {
            return Err(TransactionError::TooLong { have, limit: N });
        };
        for (to, from) in free.iter_mut().zip(data.iter()) {
            *to = from;
        }
        self.length = have;
        Ok(())
    }

    /// The command that asks for the next frame.
    pub fn follow_up(&mut self) -> Result<Command<'static>, TransactionError> {
        let follow_ups = self.follow_ups;
        let next = follow_ups.checked_add(1).ok_or(TransactionError::Endless { follow_ups })?;
        self.follow_ups = next;
        let identifier = self.identifier;
        let sequence = NonZeroU8::new(next).filter(|_| identifier.edition() == Edition::Y2007);
        Ok(Command::ReadFollowUp { identifier, sequence })
    }

    /// All that came, in one reply.
    pub fn reply(&self, more: bool) -> Reply<'_> {
        let data = Data::plain(self.octets.get(..self.length).unwrap_or_default());
        let identifier = self.identifier;
        match self.again {
            false => Reply::Read { identifier, data, more },
            true => Reply::ReadAgain { identifier, data, more },
        }
    }

    /// The command that begins anew what cannot be taken up where it was left: a meter of 1997 that was not
    /// heard may have gone on, and its frames have no numbers.
    pub fn anew(&self) -> Option<Command<'static>> {
        let identifier = self.identifier;
        let can = self.is_begun() && !self.again && identifier.edition() == Edition::Y1997;
        can.then_some(Command::Read { identifier })
    }

    /// Whether a follow-up may be asked for once more.
    pub fn is_numbered(&self) -> bool {
        self.identifier.edition() == Edition::Y2007
    }
}
