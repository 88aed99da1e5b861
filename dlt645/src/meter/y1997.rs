//! What a meter of 1997 says: mostly what one of 2007 does, under other identifiers and with fewer digits.

use meter_value::line::Writer;

use super::Meter;
use super::y2007::put;
use crate::Identifier;

/// Ends a block.
const BLOCK_END: u8 = 0xAA;

/// F in an identifier: all there is.
const ALL: u16 = 0xF;

/// Kinds of 2007 by the high digit of DI0: of active energy, then of reactive energy.
const KINDS: [[u32; 6]; 2] = [[1, 2, 0, 0, 0, 0], [3, 4, 5, 8, 6, 7]];

impl<const T: usize, const R: usize> Meter<T, R> {
    /// Appends what an identifier of 1997 names, a block and its end, or each block of a set, if there is such
    /// a thing.
    pub(super) fn put_1997(&self, number: u16, data: &mut Writer<'_>) -> bool {
        let before = data.len();
        match number {
            _ if number & 0xFF == 0xFF => {
                (0..ALL).for_each(|digit| self.put_block(number & 0xFF0F | digit << 4, data));
            }
            _ if number & ALL == ALL => self.put_block(number, data),
            _ => _ = self.put_single(number, data),
        }
        data.len() > before
    }

    fn put_block(&self, number: u16, data: &mut Writer<'_>) {
        let before = data.len();
        (0..ALL).for_each(|digit| _ = self.put_single(number & !ALL | digit, data));
        if data.len() > before {
            data.put(&[BLOCK_END]);
        }
    }

    fn put_single(&self, number: u16, data: &mut Writer<'_>) -> bool {
        let identifier = Identifier::Y1997(number);
        match number >> 12 {
            9 => put(data, identifier, equivalent(number).and_then(|same| Some((self.energy(same)?, 2)))),
            0xA => {
                let peak = equivalent(number).and_then(|same| self.peak(same | 0x0100_0000));
                put(data, identifier, peak.map(|peak| (peak.value.into(), 4)))
            }
            0xB if number & 0x0300 < 0x0200 => {
                let peak = equivalent(number).and_then(|same| self.peak(same | 0x0100_0000));
                // The year is not said.
                peak.map(|peak| data.put(peak.at.get(..4).unwrap_or_default())).is_some()
            }
            0xB => self.put_variable(number, data),
            0xC => self.put_parameter_1997(number, data),
            _ => false,
        }
    }

    fn put_variable(&self, number: u16, data: &mut Writer<'_>) -> bool {
        let phase = u32::from(number & ALL);
        let identifier = Identifier::Y1997(number);
        let losses = &self.events.losses;
        let place = usize::from(number & ALL);
        let of_phases = |counts: [u32; 3]| {
            let all = counts.iter().fold(0, |sum: u32, count| sum.saturating_add(*count));
            place.checked_sub(1).map_or(Some(all), |place| counts.get(place).copied())
        };
        let [a, b, c] = losses;
        match number {
            0xB210 => self.put_log_time(self.events.programming.back(1).map(|record| &record[..]), data),
            0xB211 => self.put_log_time(self.events.demand_clear.back(1).map(|record| &record[..]), data),
            0xB212 => put(data, identifier, Some((self.events.programming.count.into(), 0))),
            0xB213 => put(data, identifier, Some((self.events.demand_clear.count.into(), 0))),
            0xB214 => put(data, identifier, self.variable(0x0280_000A)),
            0xB310..=0xB313 => {
                put(data, identifier, of_phases([a.count, b.count, c.count]).map(|count| (count.into(), 0)))
            }
            0xB320..=0xB323 => {
                put(data, identifier, of_phases(self.events.loss_minutes).map(|minutes| (minutes.into(), 0)))
            }
            0xB330..=0xB333 | 0xB340..=0xB343 => {
                let start = if number < 0xB340 { 0 } else { 6 };
                let times =
                    losses.each_ref().map(|log| log.back(1).and_then(|record| record.get(start..start + 6)));
                let latest = match place.checked_sub(1) {
                    Some(place) => times.get(place).copied().flatten(),
                    None => times.into_iter().flatten().max_by(|a, b| a.iter().rev().cmp(b.iter().rev())),
                };
                self.put_log_time(latest, data)
            }
            0xB634 | 0xB635 => self.put_kept(number, data),
            0xB611..=0xB653 => {
                // 2007 has apparent power before the power factor.
                let same = match u32::from(number >> 4 & ALL) {
                    5 => 6,
                    quantity => quantity,
                };
                put(data, identifier, self.variable(0x0200_0000 | same << 16 | phase << 8))
            }
            _ => false,
        }
    }

    /// Minute, hour, day and month of a record that starts with the second.
    fn put_log_time(&self, record: Option<&[u8]>, data: &mut Writer<'_>) -> bool {
        let time = record.and_then(|record| record.get(1..5));
        time.map(|time| data.put(time)).is_some()
    }

    fn put_parameter_1997(&self, number: u16, data: &mut Writer<'_>) -> bool {
        let [second, minute, hour, day, month, year] = self.clock_octets();
        match number {
            0xC010 => data.put(&[self.clock.weekday(), day, month, year]),
            0xC011 => data.put(&[second, minute, hour]),
            0xC020 => data.put(&[self.status(1) as u8]),
            0xC021 => {
                let off = |bit: u8, is_off: bool| u8::from(is_off) << bit;
                let losses = (0..).zip(&self.losses);
                data.put(&[losses.fold(0, |word, (bit, loss)| word | off(bit, loss.is_some()))]);
            }
            _ => return self.put_kept(number, data),
        }
        true
    }

    fn put_kept(&self, number: u16, data: &mut Writer<'_>) -> bool {
        self.parameters.octets(number.into()).map(|octets| data.put(octets)).is_some()
    }
}

/// The identifier of 2007 for energy, maximum demand or the time of that, without its family.
fn equivalent(number: u16) -> Option<u32> {
    let (back, reactive) = (u32::from(number >> 10 & 3), usize::from(number >> 8 & 3));
    let (kind, tariff) = (usize::from(number >> 4 & ALL), u32::from(number & ALL));
    let kind = *KINDS.get(reactive)?.get(kind.checked_sub(1)?)?;
    (kind > 0 && back < 3).then_some(kind << 16 | tariff << 8 | back)
}
