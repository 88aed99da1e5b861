//! What stands before the data of a record.

use crate::qualifier::Meaning;
use crate::value::Coding;
use crate::vib::{Vib, extensions, is_endless};
use crate::{DecodeError, Function, Record};

/// Manufacturer's data up to the end.
const MANUFACTURER: u8 = 0x0F;
/// Manufacturer's data up to the end, and another telegram.
pub(crate) const MORE_FOLLOWS: u8 = 0x1F;
/// Asks for every record.
const READ_ALL: u8 = 0x7F;

/// The header of a record, and how many octets of data it announces.
pub(crate) struct Head<'a> {
    /// Every octet of it.
    pub(crate) header: &'a [u8],
    /// Of the data.
    pub(crate) length: usize,
    /// What follows the header.
    pub(crate) behind: &'a [u8],
    dif: u8,
    difes: &'a [u8],
    vif: Option<u8>,
    vifes: &'a [u8],
    coding: Coding,
}

impl<'a> Head<'a> {
    /// Reads the header at the head of `octets`. If the data do not follow it, `apart` says how many octets there
    /// are.
    // Where it is inlined, what the caller does not ask for is not put together.
    #[inline]
    pub(crate) fn decode(octets: &'a [u8], apart: Option<usize>) -> Result<Self, DecodeError> {
        let have = octets.len();
        let truncated = |missing| DecodeError::Truncated { needed: have.saturating_add(missing), have };
        let [dif, behind @ ..] = octets else { return Err(truncated(1)) };
        let dif = *dif;
        if dif & 0x0F == 0x0F {
            let length = match dif {
                MANUFACTURER | MORE_FOLLOWS => apart.unwrap_or(behind.len()),
                READ_ALL => 0,
                _ => return Err(DecodeError::Dif { dif }),
            };
            return Ok(Self::bare(octets, behind, length));
        }
        let (difes, behind) = extensions(dif, behind).map_err(truncated)?;
        if is_endless(difes) {
            return Err(DecodeError::TooManyDifes);
        }
        let Vib { vif, vifes, rest: behind, .. } = Vib::decode(behind).map_err(truncated)?;
        if is_endless(vifes) {
            return Err(DecodeError::TooManyVifes);
        }
        let (coding, length, behind) = match (Coding::fixed(dif), behind) {
            (Some((coding, length)), behind) => (coding, length, behind),
            (None, [lvar, behind @ ..]) => {
                let (coding, length) = Coding::variable(*lvar).ok_or(DecodeError::Lvar { lvar: *lvar })?;
                (coding, length, behind)
            }
            (None, []) => return Err(truncated(1)),
        };
        let header = octets.get(..have - behind.len()).unwrap_or_default();
        Ok(Self { header, length: length.into(), behind, dif, difes, vif: Some(vif), vifes, coding })
    }

    /// A DIF that no VIF follows. Its bits are neither a function nor numbers.
    fn bare(octets: &'a [u8], behind: &'a [u8], length: usize) -> Self {
        let header = octets.get(..1).unwrap_or_default();
        Self { header, length, behind, dif: 0, difes: &[], vif: None, vifes: &[], coding: Coding::Octets }
    }

    /// The record with this header.
    #[inline]
    pub(crate) fn record(self, data: &'a [u8], offset: usize, is_command: bool) -> Record<'a> {
        let Self { header, dif, difes, vif, vifes, coding, .. } = self;
        let (storage, tariff, subunit) = numbers(dif, difes);
        Record {
            offset,
            function: match dif >> 4 & 3 {
                0 => Function::Instantaneous,
                1 => Function::Maximum,
                2 => Function::Minimum,
                _ => Function::Error,
            },
            storage,
            tariff,
            subunit,
            vif,
            vifes,
            header,
            data,
            coding,
            meaning: vif.map_or(Meaning::NONE, |vif| Meaning::new(vif, vifes, is_command)),
        }
    }
}

/// The numbers of the storage, the tariff and the subunit.
#[inline]
fn numbers(dif: u8, difes: &[u8]) -> (u64, u32, u16) {
    let (mut storage, mut tariff, mut subunit) = (0, 0, 0);
    for dife in difes.iter().rev() {
        storage = storage << 4 | u64::from(dife & 0x0F);
        tariff = tariff << 2 | u32::from(dife >> 4 & 3);
        subunit = subunit << 1 | u16::from(dife >> 6 & 1);
    }
    (storage << 1 | u64::from(dif >> 6 & 1), tariff, subunit)
}
