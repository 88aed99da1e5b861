//! Nothing is computed.

use crate::Factor;

pub struct Radio(Factor);

impl Radio {
    pub fn new(factor: Factor) -> Self {
        Self(factor)
    }

    #[inline(never)]
    pub fn airtime_us(&self, _payload: u8) -> u64 {
        self.0 as u64
    }
}
