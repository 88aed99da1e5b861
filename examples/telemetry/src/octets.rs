//! Fields into and out of octets.

use meter_value::Decimal;
use meter_value::line::Writer;

use crate::{DecodeError, Field, VERSION};

/// The first octet of a message.
pub fn head(kind: u8) -> [u8; 1] {
    [VERSION << 4 | kind]
}

/// Appends a number with 7 bits an octet, low first.
pub fn put_number(writer: &mut Writer<'_>, mut number: u64) {
    while number > 0x7F {
        writer.put(&[number as u8 | 0x80]);
        number >>= 7;
    }
    writer.put(&[number as u8]);
}

pub fn put_decimal(writer: &mut Writer<'_>, decimal: Decimal) {
    writer.put(&[decimal.exponent() as u8]);
    let mantissa = decimal.mantissa();
    put_number(writer, (mantissa << 1 ^ mantissa >> 63) as u64);
}

/// Takes fields off the front of a message.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    left: &'a [u8],
    taken: usize,
}

impl<'a> Reader<'a> {
    pub const fn new(octets: &'a [u8]) -> Self {
        Self { left: octets, taken: 0 }
    }

    /// The kind of a message of this version.
    pub fn head(&mut self) -> Result<u8, DecodeError> {
        let head = self.u8()?;
        let version = head >> 4;
        if version == VERSION { Ok(head & 0x0F) } else { Err(DecodeError::Version { version }) }
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let Some((octets, left)) = self.left.split_first_chunk() else {
            return Err(DecodeError::Truncated {
                needed: self.taken + N,
                have: self.taken + self.left.len(),
            });
        };
        self.left = left;
        self.taken += N;
        Ok(*octets)
    }

    pub fn u8(&mut self) -> Result<u8, DecodeError> {
        self.array().map(u8::from_be_bytes)
    }

    pub fn u16(&mut self) -> Result<u16, DecodeError> {
        self.array().map(u16::from_be_bytes)
    }

    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        self.array().map(u32::from_be_bytes)
    }

    pub fn flag(&mut self) -> Result<bool, DecodeError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            code => Err(DecodeError::Code { field: Field::Flag, code }),
        }
    }

    /// A number as [`put_number`] writes it.
    pub fn number(&mut self) -> Result<u64, DecodeError> {
        let mut number = 0_u64;
        let mut unit = Some(1_u64);
        while let Some(one) = unit {
            let octet = self.u8()?;
            number |= u64::from(octet & 0x7F).checked_mul(one).ok_or(DecodeError::Range)?;
            unit = one.checked_mul(0x80);
            match octet {
                0 if one > 1 => return Err(DecodeError::Padded),
                0..=0x7F => return Ok(number),
                _ => {}
            }
        }
        Err(DecodeError::Range)
    }

    /// A number of 32 bits.
    pub fn short(&mut self) -> Result<u32, DecodeError> {
        u32::try_from(self.number()?).map_err(|_| DecodeError::Range)
    }

    pub fn mantissa(&mut self) -> Result<i64, DecodeError> {
        let zigzag = self.number()?;
        Ok((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64))
    }

    pub fn decimal(&mut self) -> Result<Decimal, DecodeError> {
        let exponent = self.u8()? as i8;
        Ok(Decimal::new(self.mantissa()?, exponent))
    }

    pub const fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// What is not taken yet.
    pub const fn left(&self) -> &'a [u8] {
        self.left
    }

    /// All that is not taken yet.
    pub fn rest(&mut self) -> &'a [u8] {
        self.taken += self.left.len();
        core::mem::take(&mut self.left)
    }

    pub fn finish(&self) -> Result<(), DecodeError> {
        match self.left.len() {
            0 => Ok(()),
            count => Err(DecodeError::Trailing { count }),
        }
    }
}
