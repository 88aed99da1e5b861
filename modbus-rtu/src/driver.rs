//! A driver that runs a [`Client`](crate::Client) or a [`Server`](crate::Server) over any async UART.
//!
//! ```
//! use core::convert::Infallible;
//! use core::time::Duration;
//! use embassy_futures::block_on;
//! use embedded_hal_async::delay::DelayNs;
//! use embedded_io_async::{ErrorType, Read, Write};
//! use modbus_rtu::driver::Driver;
//! use modbus_rtu::{Bank, Client, Device, Frame, Line, Range, Request, Response, Unit, UnitId};
//!
//! /// Stands for a UART with a unit at its other end.
//! struct Uart {
//!     unit: Unit<Bank<0, 0, 4, 0>>,
//!     reply: Vec<u8>,
//! }
//!
//! impl Write for Uart {
//!     async fn write(&mut self, octets: &[u8]) -> Result<usize, Infallible> {
//!         let request = Frame::decode(octets).unwrap();
//!         self.reply = self.unit.answer(&request, &mut [0; Frame::MAX_LEN]).to_vec();
//!         Ok(octets.len())
//!     }
//! #     async fn flush(&mut self) -> Result<(), Infallible> {
//! #         Ok(())
//! #     }
//! }
//! # impl ErrorType for Uart {
//! #     type Error = Infallible;
//! # }
//! # impl Read for Uart {
//! #     async fn read(&mut self, octets: &mut [u8]) -> Result<usize, Infallible> {
//! #         if self.reply.is_empty() {
//! #             core::future::pending::<()>().await;
//! #         }
//! #         octets[..self.reply.len()].copy_from_slice(&self.reply);
//! #         Ok(self.reply.len())
//! #     }
//! # }
//! # struct Delay;
//! # impl DelayNs for Delay {
//! #     async fn delay_ns(&mut self, _: u32) {}
//! # }
//!
//! let mut bank = Bank::new();
//! bank.holding_registers = [1, 2, 3, 4];
//! let uart = Uart { unit: Unit::new(UnitId(17), bank), reply: Vec::new() };
//!
//! // On a microcontroller: its UART, its delay, and a closure that reads its clock.
//! # let mut ms = 0;
//! # let clock = || {
//! #     ms += 1;
//! #     Duration::from_millis(ms)
//! # };
//! let mut driver = Driver::new(uart, Delay, clock);
//! let mut client = Client::new(Line::new(9_600, 11));
//! let range = Range::new(1, 2).unwrap();
//! client.start(&Device::new(UnitId(17)), &Request::ReadHoldingRegisters { range })?;
//! let sum = block_on(driver.run(&mut client, |outcome| match outcome {
//!     Ok(Some(Response::ReadHoldingRegisters { registers })) => registers.iter().sum::<u16>(),
//!     other => panic!("{other:?}"),
//! }));
//! assert_eq!(sum, Ok(5));
//! # Ok::<(), modbus_rtu::EncodeError>(())
//! ```

pub use meter_value::line::{Driver, DriverError};
