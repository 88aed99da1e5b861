//! Nothing is sealed.

pub struct Ends;

impl Ends {
    pub fn new(_key: [u8; 16]) -> Self {
        Self
    }

    pub fn seal(&mut self, _plaintext: &[u8], _air: &mut [u8; 256]) -> Option<usize> {
        None
    }

    pub fn open(&mut self, _frame: &[u8], _clear: &mut [u8; 256]) -> Option<usize> {
        None
    }
}
