//! Parts of the data of commands and replies.

use crate::frame::SECURITY;
use crate::{Data, DecodeError, Edition, EncodeError, Function, Identifier, Operator, Password};

/// No data.
pub(crate) const NONE: Data<'_> = Data::plain(&[]);

/// A field that 2007 has, and only 2007, is there in that edition only.
pub(crate) fn in_edition(function: Function, edition: Edition, has_field: bool) -> Result<(), EncodeError> {
    if has_field == (edition == Edition::Y2007) {
        Ok(())
    } else {
        Err(EncodeError::Edition { function, edition })
    }
}

/// Whether function 03 of 2007 has the identifier.
pub(crate) fn is_security(identifier: Identifier) -> bool {
    matches!(identifier, Identifier::Y2007(number) if number.to_be_bytes().first() == Some(&SECURITY))
}

/// Whether [`Command::ClearEvents`](crate::Command::ClearEvents) has the identifier.
pub(crate) fn names_events(identifier: Identifier) -> bool {
    matches!(identifier, Identifier::Y2007(number) if number & 0xFF == 0xFF)
}

/// Data that starts with an identifier, and what follows it.
pub(crate) fn identified(edition: Edition, data: Data<'_>) -> Result<(Identifier, Data<'_>), DecodeError> {
    let needed = match edition {
        Edition::Y1997 => 2,
        Edition::Y2007 => 4,
    };
    Identifier::split(edition, data).ok_or(DecodeError::Truncated { needed, have: data.len() })
}

/// A password, an operator, and what follows them.
pub(crate) fn rights(data: Data<'_>) -> Option<(Password, Operator, Data<'_>)> {
    let (password, rest) = Password::split(data)?;
    let (operator, rest) = Operator::split(rest)?;
    Some((password, operator, rest))
}

pub(crate) fn only_rights(data: Data<'_>) -> Option<(Password, Operator)> {
    let (password, operator, rest) = rights(data)?;
    rest.is_empty().then_some((password, operator))
}

/// Data of `N` octets.
pub(crate) fn exactly<const N: usize>(data: Data<'_>) -> Result<[u8; N], DecodeError> {
    let have = data.len();
    match data.whole() {
        Some(octets) => Ok(octets),
        None if have > N => Err(DecodeError::TooLong { limit: N, have }),
        None => Err(DecodeError::Truncated { needed: N, have }),
    }
}
