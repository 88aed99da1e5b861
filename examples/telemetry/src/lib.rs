//! What crosses the radio between a collector and its concentrator: upwards reports of readings, alarms and
//! answers, downwards commands, among them the rows of the table that says how to read which meter. A field
//! and how many octets it has, the first octet in hex:
//!
//! ```text
//!  up                                             down
//!  10 sequence 2 time 4 reading …    Report       10 tag 1 (meter 1)                    Read
//!  11 sequence 2 time 4 event        Alarm        11 tag 1 seconds 4 (meter 1)          Interval
//!  12 tag 1 result 1                 Answer       12 tag 1 run 1                        Run
//!  13 tag 1 result 1 octets …        Forwarded    13 tag 1 seconds 4                    Time
//!  14 uptime 4 boots 2 lost 4        Status       14 tag 1 meter 1 point 1 which 1      Limits
//!     stored 2 stack 2 queue 1                       (low decimal) (high decimal)
//!     sequence 2 running 1 table 2                15 tag 1 octets …                     Rename
//!                                                 16 tag 1                              Reset
//!  reading: meter 1 point 1 after 1-5,            17 tag 1 line 1 wait 2 octets …       Forward
//!           decimal or reason 1 (78-7F)           18 tag 1 row 1 rows 1 octets …        Row
//!  decimal: exponent 1 mantissa 1-10              19 tag 1                              Status
//!  event:   00-02 meter 1 point 1 decimal   above, below, within
//!           03-04 meter 1                   silent, answers
//!           05 boots 2, 06 readings 4       restarted, lost
//! ```
//!
//! The first octet holds [`VERSION`] and kind; each direction counts its own kinds, since its keys tell it
//! from the other. Integers are big-endian; `after` and `mantissa` have 7 bits an octet, low first, the
//! mantissa as zigzag. A message has one encoding: what decodes encodes to the same octets.
//!
//! A reading names meter and point as rows of the table that both sides hold, which knows unit and
//! quantity; so an energy register takes about 7 octets, and an unanswered question 4.
//!
//! The layout is by hand and not by postcard because every octet costs airtime: postcard spends one more on
//! each reading to say whether there is a value, where here exponents leave room for reasons. And its
//! octets follow the fields of Rust types, while collectors in the field need a version in the first octet
//! and a layout that no refactoring moves.
#![no_std]

mod down;
mod error;
mod meter;
mod octets;
mod point;
mod reading;
mod up;

pub use down::{Command, Down};
pub use error::{DecodeError, Field};
pub use meter::{Address, Baud, Edition, Line, Meter, Parity};
pub use meter_value::line::BufferTooSmall;
pub use point::{Order, Point, Points, RegisterKind, RegisterTable};
pub use reading::{Missed, Reading, Readings, Report};
pub use up::{Alarm, Answer, Event, Forwarded, Refusal, Status, Up};

/// The version of all messages and of the table's rows.
pub const VERSION: u8 = 1;
