//! The CI fields that the radio adds, and the header that each of them announces (EN 13757-7:2018).

use super::error::DecodeError;
use crate::{Ci, Header};

/// The layers below the transport layer, and the transport layer alone.
impl Ci {
    /// A transport layer alone, to a meter.
    pub const TRANSPORT_TO_METER: Self = Self(0x80);
    /// The network layer.
    pub const NETWORK: Self = Self(0x81);
    /// The extended link layer of type V.
    pub const ELL_V: Self = Self(0x86);
    /// A transport layer alone, from a meter, short header.
    pub const TRANSPORT_SHORT: Self = Self(0x8A);
    /// A transport layer alone, from a meter, long header.
    pub const TRANSPORT_LONG: Self = Self(0x8B);
    /// The extended link layer of type I: access number.
    pub const ELL_I: Self = Self(0x8C);
    /// The extended link layer of type II: access number, session.
    pub const ELL_II: Self = Self(0x8D);
    /// The extended link layer of type III: access number, receiver.
    pub const ELL_III: Self = Self(0x8E);
    /// The extended link layer of type IV: access number, receiver, session.
    pub const ELL_IV: Self = Self(0x8F);
    /// The authentication and fragmentation layer.
    pub const AFL: Self = Self(0x90);

    /// Whether records follow the header.
    pub(crate) const fn has_records(self) -> bool {
        matches!(self.0, 0x51 | 0x5A | 0x5B | 0x72 | 0x78 | 0x7A)
    }

    /// Reads the header that the field announces, and returns what follows too. Where sources differ on the
    /// header, as where there is none, all that follows is data.
    pub(crate) fn header(self, octets: &[u8]) -> Result<(Header, &[u8]), DecodeError> {
        let like = match self.0 {
            0x5A | 0x61 | 0x67 | 0x6A | 0x6E | 0x74 | 0x7A | 0x7B | 0x7D | 0x88 | 0x8A | 0x9E | 0xC1 => {
                Self::RESPONSE_SHORT
            }
            0x53
            | 0x55
            | 0x5B
            | 0x5F
            | 0x60
            | 0x68
            | 0x6B..=0x6D
            | 0x6F
            | 0x72
            | 0x73
            | 0x75
            | 0x7C
            | 0x80
            | 0x82
            | 0x84
            | 0x85
            | 0x87
            | 0x8B
            | 0x9F
            | 0xC0
            | 0xC2 => Self::RESPONSE_LONG,
            _ => Self::RESPONSE,
        };
        Header::decode(like, octets).map_err(|error| match error {
            crate::DecodeError::Truncated { needed, have } => DecodeError::Truncated { needed, have },
            _ => DecodeError::NoRecords { ci: Some(self) },
        })
    }
}
