//! Words whose bits have names.

use core::fmt;

/// A word of flags: a constant for each bit with a name, and texts for what is set.
macro_rules! flags {
    (
        $(#[$about:meta])*
        $type:ident($bits:ty), else $nothing:literal {
            $($(#[$doc:meta])* $name:ident = $bit:literal $text:literal,)*
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        pub struct $type(pub $bits);

        impl $type {
            $($(#[$doc])* pub const $name: Self = Self(1 << $bit);)*

            /// Whether every flag of `other` is set.
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// The names of the flags that are set, from bit 0 on, in lower case.
            pub fn names(self) -> impl Iterator<Item = &'static str> {
                self.bits().map(Self::text)
            }

            fn bits(self) -> impl Iterator<Item = u32> {
                (0..<$bits>::BITS).filter(move |bit| self.0 >> bit & 1 == 1)
            }

            const fn text(bit: u32) -> &'static str {
                match bit { $($bit => $text,)* _ => "reserved" }
            }
        }

        impl ::core::fmt::Display for $type {
            /// The names of the flags, with commas.
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                if self.0 == 0 {
                    return f.write_str($nothing);
                }
                $crate::flags::print(self.names(), f)
            }
        }

        impl ::core::fmt::Debug for $type {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                write!(f, concat!(stringify!($type), "({})"), self)
            }
        }
    };
}

pub(crate) use flags;

/// Prints names with commas.
pub(crate) fn print(names: impl Iterator<Item = &'static str>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, name) in names.enumerate() {
        write!(f, "{}{name}", if index == 0 { "" } else { ", " })?;
    }
    Ok(())
}
