//! Numbers with names.

/// Gives numbers of an open registry their names: a constant each, `name()`, and `Debug` that prints the
/// name, or the number if it has none.
///
/// ```
/// /// What a frame is for.
/// struct Function(u8);
///
/// meter_value::names!(Function {
///     /// Reads data.
///     READ = 0x11 "read",
/// });
///
/// assert_eq!(Function::READ.name(), Some("read"));
/// assert_eq!(format!("{:?} {:?}", Function::READ, Function(0x12)), "read Function(0x12)");
/// ```
#[macro_export]
macro_rules! names {
    ($type:ident { $($(#[$doc:meta])* $name:ident = $code:literal $text:literal,)* }) => {
        impl $type {
            $($(#[$doc])* pub const $name: Self = Self($code);)*

            /// Its name in the standard, in lower case; `None` for a number without one.
            pub const fn name(&self) -> Option<&'static str> {
                match self.0 { $($code => Some($text),)* _ => None }
            }
        }

        impl ::core::fmt::Debug for $type {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, concat!(stringify!($type), "({:#04X})"), self.0),
                }
            }
        }
    };
}
