//! The latest of many records.

/// The latest `N` records.
#[derive(Clone, Debug)]
pub(super) struct Ring<R, const N: usize> {
    records: [R; N],
    next: usize,
    count: usize,
}

impl<R: Copy, const N: usize> Ring<R, N> {
    pub const fn new(empty: R) -> Self {
        Self { records: [empty; N], next: 0, count: 0 }
    }

    pub fn push(&mut self, record: R) {
        if let Some(slot) = self.records.get_mut(self.next) {
            *slot = record;
        }
        self.next = (self.next + 1).checked_rem(N).unwrap_or(0);
        self.count = (self.count + 1).min(N);
    }

    /// The record so many back, 1 being the latest; an empty one if there are fewer.
    pub fn back(&self, back: usize) -> Option<&R> {
        let place = (self.next + N).checked_sub(back).filter(|_| (1..=N).contains(&back))?;
        self.records.get(place.checked_rem(N)?)
    }

    /// All records, the earliest first.
    pub fn iter(&self) -> impl Iterator<Item = &R> {
        (1..=self.count).rev().filter_map(|back| self.back(back))
    }
}
