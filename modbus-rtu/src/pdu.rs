//! What a frame asks or answers (Modbus Application Protocol V1.1b3, sections 6 and 7).

mod bits;
mod device;
mod diagnostics;
mod fields;
mod file;
mod function;
mod items;
mod range;
mod registers;
mod request;
mod response;

pub use bits::{Bits, BitsOut};
pub use device::{Access, Conformity, Object, ObjectId};
pub use diagnostics::{Diagnostic, Event};
pub(crate) use fields::{is_bit_count, is_register_count, put_words, range_of};
pub use file::{FileRange, FileRecord};
pub use function::{ExceptionCode, FunctionCode, Functions};
pub use items::{Item, Items};
pub use range::Range;
pub use registers::{Registers, RegistersOut};
pub use request::Request;
pub(crate) use request::{IDENTIFICATION, answer_octets};
pub use response::Response;
