//! Why a meter refuses a command.

use core::fmt;

use meter_value::line::Writer;

use crate::flags::{flags, print};
use crate::{Data, Edition, Function, RelayErrors};

flags! {
    /// Why a meter refuses a command: every reason is a bit (DL/T 645-2007, chapter 7). In the 1997 edition
    /// bit 0 stands for illegal data, and bit 3 is reserved.
    ///
    /// ```
    /// use dlt645::{Edition, ErrorFlags};
    ///
    /// let error = ErrorFlags(0b011);
    /// assert!(error.contains(ErrorFlags::NO_SUCH_DATA));
    /// assert_eq!(error.to_string(), "other error, no such data");
    /// assert!(error.names_in(Edition::Y1997).eq(["illegal data", "no such data"]));
    /// ```
    ErrorFlags(u8), else "no reason" {
        /// A reason without a bit of its own.
        OTHER = 0 "other error",
        /// The meter does not have the data.
        NO_SUCH_DATA = 1 "no such data",
        /// The password is wrong, or does not give the right.
        UNAUTHORISED = 2 "password wrong or unauthorised",
        /// The meter does not have the baud rate.
        BAUD_RATE = 3 "baud rate cannot change",
        /// The meter has fewer year zones.
        YEAR_ZONES = 4 "too many year zones",
        /// The meter has fewer day slots.
        DAY_SLOTS = 5 "too many day slots",
        /// The meter has fewer tariffs.
        TARIFFS = 6 "too many tariffs",
        /// Has no meaning.
        RESERVED = 7 "reserved error",
    }
}

impl ErrorFlags {
    /// The names that the reasons have in an edition; [`names`](Self::names) has those of 2007.
    pub fn names_in(self, edition: Edition) -> impl Iterator<Item = &'static str> {
        self.bits().map(move |bit| match (edition, bit) {
            (Edition::Y1997, 0) => "illegal data",
            (Edition::Y1997, 3) => "reserved error",
            _ => Self::text(bit),
        })
    }
}

flags! {
    /// Why a meter refuses function 03 of 2007: every reason is a bit (amendment to DL/T 645-2007).
    SecurityErrors(u16), else "no reason" {
        /// A reason without a bit of its own.
        OTHER = 0 "other error",
        /// The recharge was made before.
        REPEATED_RECHARGE = 1 "repeated recharge",
        /// The meter's security module does not accept the data.
        VERIFICATION = 2 "verification failed",
        /// The identity was not authenticated.
        AUTHENTICATION = 3 "identity authentication failed",
        /// The customer number is another one.
        CUSTOMER_NUMBER = 4 "customer number does not match",
        /// The count of purchases is not the next one.
        PURCHASE_COUNT = 5 "purchase count wrong",
        /// More would be bought than the meter may hold.
        HOARDING = 6 "hoarding limit exceeded",
    }
}

/// Why a meter refuses a command, in the form its function has. It prints as the names of the reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Refusal {
    /// One octet: any function.
    Flags(ErrorFlags),
    /// Two octets: [`Function::SECURITY_AUTHENTICATION`].
    Security(SecurityErrors),
    /// Two octets: [`Function::CONTROL_RELAY`], of meters that answer it with a status.
    Relay(RelayErrors),
}

impl Refusal {
    /// The refusal of a function; `None` if it has no such form.
    pub(crate) fn decode(function: Function, data: Data<'_>) -> Option<Self> {
        if let Some([flags]) = data.whole() {
            return Some(Self::Flags(ErrorFlags(flags)));
        }
        let word = u16::from_le_bytes(data.whole()?);
        match function {
            Function::SECURITY_AUTHENTICATION => Some(Self::Security(SecurityErrors(word))),
            Function::CONTROL_RELAY => Some(Self::Relay(RelayErrors(word))),
            _ => None,
        }
    }

    pub(crate) const fn is_of(self, function: Function) -> bool {
        match self {
            Self::Flags(_) => true,
            Self::Security(_) => function.0 == Function::SECURITY_AUTHENTICATION.0,
            Self::Relay(_) => function.0 == Function::CONTROL_RELAY.0,
        }
    }

    pub(crate) fn put(self, writer: &mut Writer<'_>) {
        match self {
            Self::Flags(ErrorFlags(flags)) => writer.put(&[flags]),
            Self::Security(SecurityErrors(word)) | Self::Relay(RelayErrors(word)) => {
                writer.put(&word.to_le_bytes());
            }
        }
    }
}

impl From<ErrorFlags> for Refusal {
    fn from(flags: ErrorFlags) -> Self {
        Self::Flags(flags)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flags(errors) => errors.fmt(f),
            Self::Security(errors) => errors.fmt(f),
            Self::Relay(errors) => errors.fmt(f),
        }
    }
}

/// The reasons by the names that they have in the edition of the function.
pub(crate) struct Reasons {
    pub function: Function,
    pub error: Refusal,
}

impl fmt::Display for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.error, self.function.edition()) {
            (Refusal::Flags(flags), Some(edition)) if flags.0 != 0 => print(flags.names_in(edition), f),
            (error, _) => error.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TransactionError;
    use std::string::ToString;
    use std::vec::Vec;

    #[test]
    fn reasons_print_by_name() {
        assert_eq!(ErrorFlags(0b110).to_string(), "no such data, password wrong or unauthorised");
        assert_eq!(ErrorFlags(0).to_string(), "no reason");
        assert_eq!(ErrorFlags(0x80).to_string(), "reserved error");
        assert!(ErrorFlags(0b110).contains(ErrorFlags::NO_SUCH_DATA));
        assert!(!ErrorFlags(0b110).contains(ErrorFlags::OTHER));
        let of_1997: Vec<_> = ErrorFlags(0b1001).names_in(Edition::Y1997).collect();
        assert_eq!(of_1997, ["illegal data", "reserved error"]);
        assert_eq!(
            Refusal::Security(SecurityErrors(0x8042)).to_string(),
            "repeated recharge, hoarding limit exceeded, reserved"
        );
    }

    #[test]
    fn an_error_names_the_reasons_as_the_edition_does() {
        let refused = |function, flags| {
            let error = ErrorFlags(flags).into();
            TransactionError::Refused { function, error }.to_string()
        };
        assert_eq!(
            refused(Function::WRITE_1997, 0b101),
            "write was refused: illegal data, password wrong or unauthorised"
        );
        assert_eq!(
            refused(Function::WRITE, 0b1001),
            "write was refused: other error, baud rate cannot change"
        );
        assert_eq!(refused(Function::WRITE_1997, 0), "write was refused: no reason");
        assert_eq!(refused(Function::BROADCAST_TIME, 1), "broadcast time was refused: other error");
    }

    #[test]
    fn only_two_functions_refuse_with_two_octets() {
        let decode = |function, data: &'static [u8]| Refusal::decode(function, Data::plain(data));
        let relay = Some(Refusal::Relay(RelayErrors::EXPIRED));
        assert_eq!(decode(Function::CONTROL_RELAY, &[0x10, 0]), relay);
        let security = Some(Refusal::Security(SecurityErrors(0x0102)));
        assert_eq!(decode(Function::SECURITY_AUTHENTICATION, &[2, 1]), security);
        for function in [Function::CONTROL_RELAY, Function::SECURITY_AUTHENTICATION, Function::READ] {
            assert_eq!(decode(function, &[2]), Some(Refusal::Flags(ErrorFlags::NO_SUCH_DATA)));
            assert_eq!(decode(function, &[]), None);
            assert_eq!(decode(function, &[0; 3]), None);
        }
        assert_eq!(decode(Function::READ, &[2, 1]), None);
    }
}
