//! Answers in several frames.

use std::collections::BTreeMap;
use std::num::NonZeroU8;

use dlt645::{Address, Data, Identifier};

/// What has come of the answers that go on.
#[derive(Default)]
pub struct Parts {
    answers: BTreeMap<Address, Answer>,
}

struct Answer {
    identifier: Identifier,
    octets: Vec<u8>,
    /// Of the last part; 0 of the first.
    sequence: u8,
}

impl Parts {
    /// A meter answers, and may go on.
    pub fn begin(&mut self, meter: Address, identifier: Identifier, data: Data<'_>, more: bool) {
        self.answers.remove(&meter);
        if more {
            let answer = Answer { identifier, octets: data.iter().collect(), sequence: 0 };
            self.answers.insert(meter, answer);
        }
    }

    /// A meter goes on: all that came so far, if its answer was heard from the beginning.
    pub fn go_on(
        &mut self,
        meter: Address,
        identifier: Identifier,
        data: Data<'_>,
        sequence: Option<NonZeroU8>,
    ) -> Option<&[u8]> {
        let answer = self.answers.get_mut(&meter).filter(|answer| answer.identifier == identifier)?;
        let next = answer.sequence.saturating_add(1);
        match sequence.map_or(next, NonZeroU8::get) {
            // A part may be asked for twice.
            same if same == answer.sequence => {}
            sequence if sequence == next => {
                answer.octets.extend(data.iter());
                answer.sequence = sequence;
            }
            _ => return None,
        }
        Some(&answer.octets)
    }
}
