//! Which coils, inputs or registers.

use crate::ExceptionCode;

/// A range of coils, inputs or registers that holds one at least and does not pass address 0xFFFF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Range {
    start: u16,
    quantity: u16,
}

impl Range {
    /// Most coils or inputs one request may read.
    pub const MAX_READ_BITS: u16 = 2_000;
    /// Most coils one request may write.
    pub const MAX_WRITE_BITS: u16 = 1_968;
    /// Most registers one request may read.
    pub const MAX_READ: u16 = 125;
    /// Most registers one request may write.
    pub const MAX_WRITE: u16 = 123;
    /// Most registers one request may write that also reads.
    pub const MAX_READ_WRITE: u16 = 121;

    /// `quantity` addresses from `start`, if they exist.
    ///
    /// ```
    /// use modbus_rtu::Range;
    ///
    /// assert!(Range::new(0xFFFF, 1).is_some());
    /// assert!(Range::new(0xFFFF, 2).is_none());
    /// assert!(Range::new(0, 0).is_none());
    /// ```
    #[inline]
    pub const fn new(start: u16, quantity: u16) -> Option<Self> {
        if quantity == 0 || start.checked_add(quantity - 1).is_none() {
            return None;
        }
        Some(Self { start, quantity })
    }

    /// The range of so many values as a request that was decoded has.
    #[inline]
    pub(crate) const fn decoded(start: u16, values: usize) -> Self {
        Self { start, quantity: values as u16 }
    }

    /// One address.
    pub const fn one(address: u16) -> Self {
        Self { start: address, quantity: 1 }
    }

    /// The first address.
    #[inline]
    pub const fn start(self) -> u16 {
        self.start
    }

    /// How many addresses.
    #[inline]
    pub const fn quantity(self) -> u16 {
        self.quantity
    }

    /// The last address.
    pub const fn last(self) -> u16 {
        self.start.saturating_add(self.quantity - 1)
    }

    /// The addresses in order.
    pub fn iter(self) -> impl Iterator<Item = u16> {
        self.start..=self.last()
    }

    /// What is at these addresses of a table that starts at address 0.
    ///
    /// # Errors
    /// [`ExceptionCode::ILLEGAL_DATA_ADDRESS`] if the table does not reach that far.
    pub fn of<T>(self, table: &[T]) -> Result<&[T], ExceptionCode> {
        let (start, quantity) = (usize::from(self.start), usize::from(self.quantity));
        table.get(start..start + quantity).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
    }

    /// The same, to be changed.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn of_mut<T>(self, table: &mut [T]) -> Result<&mut [T], ExceptionCode> {
        let (start, quantity) = (usize::from(self.start), usize::from(self.quantity));
        table.get_mut(start..start + quantity).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
    }
}
