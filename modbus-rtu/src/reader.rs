//! Answers as their requests want them.

use crate::length::{self, Direction, Length, length};
use crate::pdu::{FunctionCode, Registers, Request, Response};
use crate::{DecodeError, Dialect};

/// How the answers to a request are read.
///
/// There is one way for each function, so that a program has only the code for answers to what it asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader {
    /// How long the frame is, where the answer says so itself.
    pub length: fn(&[u8]) -> Length,
    /// What the PDU says, given that of the request.
    pub read: Read,
}

type Read = for<'a> fn(Dialect, &[u8], &'a [u8]) -> Result<Response<'a>, DecodeError>;

impl Reader {
    #[inline]
    pub fn of(request: &Request<'_>) -> Self {
        use FunctionCode as F;
        match *request {
            Request::ReadCoils { .. } => Self::to::<{ F::READ_COILS.0 }>(),
            Request::ReadDiscreteInputs { .. } => Self::to::<{ F::READ_DISCRETE_INPUTS.0 }>(),
            Request::ReadHoldingRegisters { .. } => Self::to::<{ F::READ_HOLDING_REGISTERS.0 }>(),
            Request::ReadInputRegisters { .. } => Self::to::<{ F::READ_INPUT_REGISTERS.0 }>(),
            Request::WriteSingleCoil { .. } => Self::to::<{ F::WRITE_SINGLE_COIL.0 }>(),
            Request::WriteSingleRegister { .. } => Self::to::<{ F::WRITE_SINGLE_REGISTER.0 }>(),
            Request::ReadExceptionStatus => Self::to::<{ F::READ_EXCEPTION_STATUS.0 }>(),
            Request::Diagnostics { .. } => Self::to::<{ F::DIAGNOSTICS.0 }>(),
            Request::GetCommEventCounter => Self::to::<{ F::GET_COMM_EVENT_COUNTER.0 }>(),
            Request::GetCommEventLog => Self::to::<{ F::GET_COMM_EVENT_LOG.0 }>(),
            Request::WriteMultipleCoils { .. } => Self::to::<{ F::WRITE_MULTIPLE_COILS.0 }>(),
            Request::WriteMultipleRegisters { .. } => Self::to::<{ F::WRITE_MULTIPLE_REGISTERS.0 }>(),
            Request::ReportServerId => Self::to::<{ F::REPORT_SERVER_ID.0 }>(),
            Request::ReadFileRecord { .. } => Self::to::<{ F::READ_FILE_RECORD.0 }>(),
            Request::WriteFileRecord { .. } => Self::to::<{ F::WRITE_FILE_RECORD.0 }>(),
            Request::MaskWriteRegister { .. } => Self::to::<{ F::MASK_WRITE_REGISTER.0 }>(),
            Request::ReadWriteMultipleRegisters { .. } => {
                Self::to::<{ F::READ_WRITE_MULTIPLE_REGISTERS.0 }>()
            }
            Request::ReadFifoQueue { .. } => Self::to::<{ F::READ_FIFO_QUEUE.0 }>(),
            Request::ReadDeviceIdentification { .. } | Request::EncapsulatedInterface { .. } => {
                Self::to::<{ F::ENCAPSULATED_INTERFACE_TRANSPORT.0 }>()
            }
            Request::Other { .. } => Self {
                length: |octets| length(Direction::Response, octets),
                read: |dialect, _, pdu| dialect.response(pdu),
            },
        }
    }

    /// For answers to one function.
    fn to<const FUNCTION: u8>() -> Self {
        Self { length: |octets| length::response(FUNCTION, octets), read: read::<FUNCTION> }
    }
}

/// Reads the answer to a function: an exception, or what the request asks for, without the bits that only fill up
/// its last octet.
fn read<'a, const FUNCTION: u8>(
    dialect: Dialect,
    request: &[u8],
    pdu: &'a [u8],
) -> Result<Response<'a>, DecodeError> {
    let function = FunctionCode(pdu.first().copied().unwrap_or(0));
    if function.0 >= FunctionCode::EXCEPTION {
        return Response::exception(function, pdu);
    }
    if function.0 != FUNCTION {
        return Err(DecodeError::Unasked { function });
    }
    let response = dialect.response_as(FunctionCode(FUNCTION), pdu)?;
    if fits(request, &response) {
        Ok(asked_for(request, response))
    } else {
        Err(DecodeError::Unasked { function })
    }
}

/// Whether the parts of an answer are those that a request's PDU asks for, where that takes more than a count.
#[inline(always)]
fn fits(request: &[u8], response: &Response<'_>) -> bool {
    match (request, *response) {
        ([_, _, ranges @ ..], Response::ReadFileRecord { records }) => {
            let (ranges, _) = ranges.as_chunks();
            let lengths = ranges.iter().map(|[.., high, low]: &[u8; 7]| u16::from_be_bytes([*high, *low]));
            records.iter().map(Registers::len).eq(lengths.map(usize::from))
        }
        // 4 is individual access.
        ([_, _, 4, object], Response::ReadDeviceIdentification { objects, .. }) => {
            objects.iter().next().is_some_and(|first| first.id.0 == *object)
        }
        _ => true,
    }
}

/// A response without the bits that only fill up its last octet.
#[inline(always)]
fn asked_for<'a>(request: &[u8], response: Response<'a>) -> Response<'a> {
    let quantity = match *request {
        [_, _, _, high, low, ..] => u16::from_be_bytes([high, low]).into(),
        _ => usize::MAX,
    };
    match response {
        Response::ReadCoils { coils } => Response::ReadCoils { coils: coils.first(quantity) },
        Response::ReadDiscreteInputs { inputs } => {
            Response::ReadDiscreteInputs { inputs: inputs.first(quantity) }
        }
        _ => response,
    }
}
