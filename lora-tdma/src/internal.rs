//! What base and nodes tell each other for the network's own sake, in messages marked as internal.

use crate::layout::Layout;

/// From a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Up {
    /// A message to this node came: the low bits of its last frame's counter.
    Confirm { counter: u16 },
    /// A message to all came.
    ConfirmAll { counter: u16 },
    /// The node uses this version of the schedule from the moment the beacon names it.
    Ready { version: u8 },
    /// The node leaves.
    Leave,
    /// The node has nothing to say, when it is asked.
    Here,
}

impl Up {
    pub(crate) const LEN: usize = 3;

    pub(crate) fn decode(octets: &[u8]) -> Option<Self> {
        let &[kind, a, b] = octets else { return None };
        let counter = u16::from_be_bytes([a, b]);
        match kind {
            1 => Some(Self::Confirm { counter }),
            2 => Some(Self::ConfirmAll { counter }),
            3 => Some(Self::Ready { version: b }),
            4 => Some(Self::Leave),
            5 => Some(Self::Here),
            _ => None,
        }
    }

    pub(crate) const fn encode(self) -> [u8; Self::LEN] {
        let (kind, value) = match self {
            Self::Confirm { counter } => (1, counter),
            Self::ConfirmAll { counter } => (2, counter),
            Self::Ready { version } => (3, version as u16),
            Self::Leave => (4, 0),
            Self::Here => (5, 0),
        };
        let [a, b] = value.to_be_bytes();
        [kind, a, b]
    }
}

/// What a message from the base is about, by its first octet.
pub(crate) const SCHEDULE: u8 = 1;
pub(crate) const NETWORK_KEY: u8 = 2;
pub(crate) const DISMISSED: u8 = 3;

/// Octets of the longest of them.
pub(crate) const MAX_DOWN: usize = 1 + Layout::MAX_LEN;
