//! A driver that runs a [`Client`](crate::Client), [`Search`](crate::Search) or [`Server`](crate::Server)
//! over any async UART.
//!
//! ```
//! use core::convert::Infallible;
//! use core::time::Duration;
//! use embassy_futures::block_on;
//! use embedded_hal_async::delay::DelayNs;
//! use embedded_io_async::{ErrorType, Read, Write};
//! use mbus::driver::Driver;
//! use mbus::{Address, Client, Command, Device, Line, Machine, Meter, Output, Reply, Server};
//!
//! /// Stands for a UART with a meter at its other end.
//! struct Uart {
//!     meter: Server<Meter>,
//!     answer: Vec<u8>,
//! }
//!
//! impl Write for Uart {
//!     async fn write(&mut self, octets: &[u8]) -> Result<usize, Infallible> {
//!         self.meter.receive(octets, Duration::ZERO);
//!         if let Output::Transmit(octets) = self.meter.poll(Duration::from_secs(1)) {
//!             self.answer = octets.to_vec();
//!         }
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
//! #         if self.answer.is_empty() {
//! #             core::future::pending::<()>().await;
//! #         }
//! #         let count = octets.len().min(self.answer.len());
//! #         let rest = self.answer.split_off(count);
//! #         octets[..count].copy_from_slice(&self.answer);
//! #         self.answer = rest;
//! #         Ok(count)
//! #     }
//! # }
//! # struct Delay;
//! # impl DelayNs for Delay {
//! #     async fn delay_ns(&mut self, _: u32) {}
//! # }
//!
//! let uart = Uart { meter: Server::new(Address(5), Meter::heat(12_345_678)), answer: Vec::new() };
//!
//! // On a microcontroller: its UART, its delay, and a closure that reads its clock.
//! # let mut ms = 0;
//! # let clock = || {
//! #     ms += 1;
//! #     Duration::from_millis(ms)
//! # };
//! let mut driver = Driver::new(uart, Delay, clock);
//! let mut client = Client::new(Line::new(2_400));
//! client.start(&Device::new(Address(5)), &Command::Read)?;
//! let mut more = true;
//! while more {
//!     more = block_on(driver.run(&mut client, |outcome| match outcome {
//!         Ok(Some(Reply::Data { frame, more })) => {
//!             let energy = frame.telegram().unwrap().records.next().unwrap().unwrap();
//!             assert_eq!(energy.value().to_string(), "0");
//!             more
//!         }
//!         other => panic!("{other:?}"),
//!     }))?;
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub use meter_value::line::{Driver, DriverError};
