//! Two clocks that must never be mixed up.

macro_rules! time {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        pub struct $name {
            us: u64,
        }

        impl $name {
            /// The time this many microseconds after the clock's start.
            pub const fn from_us(us: u64) -> Self {
                Self { us }
            }

            /// Microseconds since the clock's start.
            pub const fn us(self) -> u64 {
                self.us
            }

            /// The time this many microseconds later.
            pub const fn after(self, us: u64) -> Self {
                Self { us: self.us.saturating_add(us) }
            }

            /// The time this many microseconds earlier, but not before the clock's start.
            pub const fn before(self, us: u64) -> Self {
                Self { us: self.us.saturating_sub(us) }
            }

            /// Microseconds from `earlier` to this time; 0 if it is later.
            pub const fn since(self, earlier: Self) -> u64 {
                self.us.saturating_sub(earlier.us)
            }
        }
    };
}

time! {
    /// A time on a node's own clock, which starts anywhere and runs a little fast or slow.
    LocalTime
}

time! {
    /// A time on the base's clock, in microseconds since 1970-01-01 00:00 UTC.
    BaseTime
}
