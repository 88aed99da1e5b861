//! A driver that runs a [`Client`](crate::Client), [`Search`](crate::Search),
//! [`Detection`](crate::Detection) or [`Server`](crate::Server) over any async UART.
//!
//! ```
//! use core::convert::Infallible;
//! use core::time::Duration;
//! use dlt645::driver::Driver;
//! use dlt645::{Address, Client, Command, Data, Device, Frame, Identifier, Line, Reply};
//! use embassy_futures::block_on;
//! use embedded_hal_async::delay::DelayNs;
//! use embedded_io_async::{ErrorType, Read, Write};
//!
//! /// Stands for a UART with a meter at its other end.
//! struct Uart {
//!     meter: Address,
//!     reply: Vec<u8>,
//! }
//!
//! impl Write for Uart {
//!     async fn write(&mut self, octets: &[u8]) -> Result<usize, Infallible> {
//!         let command = Command::decode(&Frame::decode(octets).unwrap()).unwrap();
//!         let Command::Read { identifier } = command else { panic!() };
//!         let reply = Reply::Read { identifier, data: Data::plain(&[0x97, 0x22]), more: false };
//!         self.reply = reply.encode_frame(self.meter, &mut [0; Frame::MAX_LEN]).unwrap().to_vec();
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
//! let meter = "161".parse::<Address>()?;
//! let uart = Uart { meter, reply: Vec::new() };
//!
//! // On a microcontroller: its UART, its delay, and a closure that reads its clock.
//! # let mut ms = 0;
//! # let clock = || {
//! #     ms += 1;
//! #     Duration::from_millis(ms)
//! # };
//! let mut driver = Driver::new(uart, Delay, clock);
//! let mut client: Client = Client::new(Line::new(2_400));
//! client.start(&Device::new(meter), &Command::Read { identifier: Identifier::VOLTAGE_A })?;
//! let voltage = block_on(driver.run(&mut client, |outcome| match outcome {
//!     Ok(Some(reply)) => reply.values().next().unwrap().value.to_string(),
//!     other => panic!("{other:?}"),
//! }));
//! assert_eq!(voltage.unwrap(), "229.7");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub use meter_value::line::{Driver, DriverError};
