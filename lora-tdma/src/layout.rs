//! What a schedule is made of, and its octets.

use crate::airtime::{Bandwidth, CodingRate, Family, Profile, SpreadingFactor};
use crate::superframe::MAX_SLOTS;
use crate::{DecodeError, EncodeError};

/// How devices get their turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Access {
    /// By time, in slots that begin at the beacon.
    Slots,
    /// By roll call: a device answers when the base speaks to it.
    Polling,
}

/// What a schedule is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Layout {
    /// The schedule's version: nodes of another one are silent.
    pub version: u8,
    /// How devices get their turn.
    pub access: Access,
    /// The radio's settings.
    pub profile: Profile,
    /// Microseconds from one beacon to the next.
    pub period_us: u32,
    /// In how many superframes each device has its slot once.
    pub cycle: u16,
    /// The number of the first slot's device in the first superframe of the cycle; the others follow.
    pub first: u16,
    /// Most octets of a message in each slot, at least [`MIN_MESSAGE`](Self::MIN_MESSAGE); 0 where there is no
    /// slot, nor any behind.
    pub messages: [u8; MAX_SLOTS],
    /// Microseconds between two frames of neighbouring slots.
    pub guard_us: u32,
    /// Microseconds of listening before each frame.
    pub listen_us: u32,
    /// Microseconds from one slot to the next; 0 if they follow each other closely. Only for devices that
    /// know no more: the device of slot n answers this long, times n, after the beacon's end.
    pub interval_us: u32,
    /// Most octets of a message to a device in one frame; 0 if nothing goes down.
    pub downlink: u8,
    /// Slots where devices without keys ask for them.
    pub joins: u8,
    /// Slots for the alarms of any device.
    pub alarms: u8,
    /// Most octets of an alarm.
    pub alarm: u8,
    /// Slots that the beacon grants, each as long as the longest of the others.
    pub extras: u8,
}

impl Layout {
    /// The smallest message of a slot: whatever the network itself has to say fits, and so does a piece of a
    /// longer message.
    pub const MIN_MESSAGE: u8 = 8;

    /// A superframe of nothing but a beacon and slots for messages of up to `message` octets.
    pub const fn plain(profile: Profile, slots: u8, message: u8, guard_us: u32, period_us: u32) -> Self {
        let mut messages = [0; MAX_SLOTS];
        let mut rest: &mut [u8] = &mut messages;
        let mut slot = 0;
        while let Some((first, others)) = rest.split_first_mut() {
            *first = if slot < slots { message } else { 0 };
            rest = others;
            slot += 1;
        }
        Self {
            version: 1,
            access: Access::Slots,
            profile,
            period_us,
            cycle: 1,
            first: 1,
            messages,
            guard_us,
            listen_us: 0,
            interval_us: 0,
            downlink: 0,
            joins: 0,
            alarms: 0,
            alarm: 0,
            extras: 0,
        }
    }

    /// Most octets of an encoded layout. One with slots of the same length has
    /// [`SHORT_LEN`](Self::SHORT_LEN).
    pub const MAX_LEN: usize = Self::HEAD_LEN + MAX_SLOTS;

    /// Octets of an encoded layout with slots of the same length.
    pub const SHORT_LEN: usize = Self::HEAD_LEN + 2;

    const HEAD_LEN: usize = 26;

    /// Reads a layout. Whether it makes a schedule, [`Schedule::new`](crate::Schedule::new) says.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(octets: &[u8]) -> Result<Self, DecodeError> {
        let is_long = octets.get(1).is_some_and(|flags| flags & 0x80 != 0);
        let needed = if is_long { Self::MAX_LEN } else { Self::SHORT_LEN };
        let length = DecodeError::Length { needed, have: octets.len() };
        let (head, lengths) = octets.split_first_chunk::<{ Self::HEAD_LEN }>().ok_or(length)?;
        let (&[version, flags, factor, preamble_high, preamble_low], rest) =
            head.split_first_chunk().ok_or(length)?;
        let (period, rest) = rest.split_first_chunk().ok_or(length)?;
        let (cycle, rest) = rest.split_first_chunk().ok_or(length)?;
        let (first, rest) = rest.split_first_chunk().ok_or(length)?;
        let (guard, rest) = rest.split_first_chunk().ok_or(length)?;
        let (listen, rest) = rest.split_first_chunk().ok_or(length)?;
        let (interval, rest) = rest.split_first_chunk().ok_or(length)?;
        let &[downlink, slots, alarm, extras] = rest.first_chunk().ok_or(length)?;
        let messages = match *lengths {
            [count, message] if !is_long => alike(count, message),
            _ if is_long => <[u8; MAX_SLOTS]>::try_from(lengths).map_err(|_| length)?,
            _ => return Err(length),
        };
        // There is one form only of every layout.
        let form = count_alike(&messages).map(|count| [count, message_of(&messages)]);
        if form.as_ref().map_or(&messages[..], |form| form) != lengths {
            return Err(DecodeError::Slots);
        }
        let setting = DecodeError::Radio { factor };
        let profile = Profile {
            family: if flags & 2 == 0 { Family::Sx126x } else { Family::Sx127x },
            spreading_factor: *FACTORS.get(usize::from(factor >> 4)).ok_or(setting)?,
            bandwidth: *BANDWIDTHS.get(usize::from(factor & 15)).ok_or(setting)?,
            coding_rate: *RATES.get(usize::from(flags >> 5 & 3)).ok_or(setting)?,
            preamble: u16::from_be_bytes([preamble_high, preamble_low]),
            explicit_header: flags & 4 != 0,
            crc: flags & 8 != 0,
            low_data_rate: flags & 16 != 0,
        };
        Ok(Self {
            version,
            access: if flags & 1 == 0 { Access::Slots } else { Access::Polling },
            profile,
            period_us: u32::from_be_bytes(*period),
            cycle: u16::from_be_bytes(*cycle),
            first: u16::from_be_bytes(*first),
            messages,
            guard_us: u24(*guard),
            listen_us: u24(*listen),
            interval_us: u24(*interval),
            downlink,
            joins: slots >> 4,
            alarms: slots & 15,
            alarm,
            extras,
        })
    }

    /// Writes the layout's octets. Times of a guard, of listening and of an interval have 24 bits, and counts
    /// of slots 4: what is more makes no schedule.
    ///
    /// # Errors
    /// [`EncodeError::BufferTooSmall`].
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let profile = &self.profile;
        let index = |found: Option<usize>| found.unwrap_or_default() as u8;
        let factor = index(FACTORS.iter().position(|&factor| factor == profile.spreading_factor));
        let bandwidth = index(BANDWIDTHS.iter().position(|&bandwidth| bandwidth == profile.bandwidth));
        let rate = index(RATES.iter().position(|&rate| rate == profile.coding_rate));
        let flags = u8::from(self.access == Access::Polling)
            | u8::from(profile.family == Family::Sx127x) << 1
            | u8::from(profile.explicit_header) << 2
            | u8::from(profile.crc) << 3
            | u8::from(profile.low_data_rate) << 4
            | rate << 5;
        let counts = [self.downlink, self.joins << 4 | self.alarms & 15, self.alarm, self.extras];
        let short = count_alike(&self.messages).map(|count| [count, message_of(&self.messages)]);
        let head = [self.version, flags | u8::from(short.is_none()) << 7, factor << 4 | bandwidth];
        let lengths = short.as_ref().map_or(&self.messages[..], |short| short);
        let parts = [
            &head[..],
            &profile.preamble.to_be_bytes(),
            &self.period_us.to_be_bytes(),
            &self.cycle.to_be_bytes(),
            &self.first.to_be_bytes(),
            &octets_24(self.guard_us),
            &octets_24(self.listen_us),
            &octets_24(self.interval_us),
            &counts,
            lengths,
        ];
        let needed = Self::HEAD_LEN + lengths.len();
        let short = EncodeError::BufferTooSmall { needed, have: buffer.len() };
        let octets = buffer.get_mut(..needed).ok_or(short)?;
        for (to, from) in octets.iter_mut().zip(parts.into_iter().flatten()) {
            *to = *from;
        }
        Ok(octets)
    }
}

/// How many slots there are, if all have the same length.
fn count_alike(messages: &[u8; MAX_SLOTS]) -> Option<u8> {
    let alike = |&&other: &&u8| other == message_of(messages) && other != 0;
    let count = messages.iter().take_while(alike).count();
    messages.iter().skip(count).all(|&other| other == 0).then_some(count as u8)
}

const fn message_of(messages: &[u8; MAX_SLOTS]) -> u8 {
    let [first, ..] = *messages;
    first
}

/// So many slots of one length.
fn alike(count: u8, message: u8) -> [u8; MAX_SLOTS] {
    let mut messages = [0; MAX_SLOTS];
    messages.iter_mut().take(count.into()).for_each(|place| *place = message);
    messages
}

const fn u24([a, b, c]: [u8; 3]) -> u32 {
    u32::from_be_bytes([0, a, b, c])
}

const fn octets_24(value: u32) -> [u8; 3] {
    let [_, a, b, c] = value.to_be_bytes();
    [a, b, c]
}

const FACTORS: [SpreadingFactor; 8] = {
    use SpreadingFactor::{Sf5, Sf6, Sf7, Sf8, Sf9, Sf10, Sf11, Sf12};
    [Sf5, Sf6, Sf7, Sf8, Sf9, Sf10, Sf11, Sf12]
};

const BANDWIDTHS: [Bandwidth; 10] = {
    use Bandwidth::{Khz7_8, Khz10_4, Khz15_6, Khz20_8, Khz31_2, Khz41_7, Khz62_5, Khz125, Khz250, Khz500};
    [Khz7_8, Khz10_4, Khz15_6, Khz20_8, Khz31_2, Khz41_7, Khz62_5, Khz125, Khz250, Khz500]
};

const RATES: [CodingRate; 4] = {
    use CodingRate::{Cr4_5, Cr4_6, Cr4_7, Cr4_8};
    [Cr4_5, Cr4_6, Cr4_7, Cr4_8]
};
