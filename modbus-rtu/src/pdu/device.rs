//! The device's identification (function 2B/0E, section 6.21).

use meter_value::line::Writer;
use meter_value::names;

use super::items::Item;
use crate::DecodeError;

/// Which objects of the identification are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Access {
    /// The mandatory ones, from one on.
    Basic = 1,
    /// Those and the optional ones, from one on.
    Regular = 2,
    /// Those and the maker's own, from one on.
    Extended = 3,
    /// One alone.
    Individual = 4,
}

impl Access {
    pub(crate) const fn decode(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::Basic,
            2 => Self::Regular,
            3 => Self::Extended,
            4 => Self::Individual,
            _ => return None,
        })
    }
}

/// Which identification a device has.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Conformity(pub u8);

names!(Conformity {
    /// The mandatory objects, as a stream only.
    BASIC_STREAM = 0x01 "basic, stream only",
    /// The optional objects too, as a stream only.
    REGULAR_STREAM = 0x02 "regular, stream only",
    /// The maker's own objects too, as a stream only.
    EXTENDED_STREAM = 0x03 "extended, stream only",
    /// The mandatory objects, also one by one.
    BASIC = 0x81 "basic",
    /// The optional objects too, also one by one.
    REGULAR = 0x82 "regular",
    /// The maker's own objects too, also one by one.
    EXTENDED = 0x83 "extended",
});

impl Conformity {
    /// The widest stream the device has; a device that says nothing usable has the basic one.
    pub const fn level(self) -> Access {
        match self.0 & 0x7F {
            3 => Access::Extended,
            2 => Access::Regular,
            _ => Access::Basic,
        }
    }

    /// Whether objects can be read one by one.
    pub const fn has_individual(self) -> bool {
        self.0 & 0x80 != 0
    }
}

/// Which object of the identification.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ObjectId(pub u8);

names!(ObjectId {
    /// Who made the device. Mandatory.
    VENDOR_NAME = 0x00 "vendor name",
    /// The maker's code of the product. Mandatory.
    PRODUCT_CODE = 0x01 "product code",
    /// The revision. Mandatory.
    MAJOR_MINOR_REVISION = 0x02 "revision",
    /// The maker's address in the web.
    VENDOR_URL = 0x03 "vendor url",
    /// The product's name.
    PRODUCT_NAME = 0x04 "product name",
    /// The model's name.
    MODEL_NAME = 0x05 "model name",
    /// The name its user gave the application.
    USER_APPLICATION_NAME = 0x06 "user application name",
});

/// An object of the identification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Object<'a> {
    /// Which one.
    pub id: ObjectId,
    /// Its value, up to [`MAX_LEN`](Self::MAX_LEN) octets; ASCII text in objects 00 to 06.
    pub value: &'a [u8],
}

impl Object<'_> {
    /// Octets of the longest value that an answer can hold.
    pub const MAX_LEN: usize = 244;
}

impl<'a> Item<'a> for Object<'a> {
    fn split(octets: &'a [u8]) -> Result<(Self, &'a [u8]), DecodeError> {
        let [id, length, rest @ ..] = octets else {
            return Err(DecodeError::Truncated { needed: 2, have: octets.len() });
        };
        let length = usize::from(*length);
        let Some((value, rest)) = rest.split_at_checked(length) else {
            return Err(DecodeError::Truncated { needed: 2 + length, have: octets.len() });
        };
        Ok((Self { id: ObjectId(*id), value }, rest))
    }

    fn put(&self, writer: &mut Writer<'_>) {
        // A value too long makes the PDU too long, which is refused.
        let length = u8::try_from(self.value.len()).unwrap_or(u8::MAX);
        writer.put(&[self.id.0, length]);
        writer.put(self.value);
    }
}
