//! One link between a device and its base: frames are sealed and opened, and what is no good is refused.
//!
//! ```console
//! $ cargo run -p meterwire-frame-crypto --example link
//! ```

use std::error::Error;

use frame_crypto::{Header, Key, Kind, Link, OVERHEAD, OpenError, Opener, Sealer, Volatile};

/// Device 7 of network 1, whose keys were never changed.
const LINK: Link = Link { network: 1, device: 7, epoch: 0 };

fn main() -> Result<(), Box<dyn Error>> {
    // Both ends have the device's key from the day it was made. What seals a direction is derived from it.
    let key: Key = Key::new(*b"the device's key");
    // `Volatile` forgets, so this key ends with the program. The example `power_cut` keeps its counter.
    let mut device = Sealer::new(&key, Kind::Uplink, LINK, Volatile::default())?;
    let mut base: Opener = Opener::new(&key, Kind::Uplink, LINK, 0);

    let (mut air, mut clear) = ([0; 64], [0; 64]);
    let frame = device.seal(false, b"1234.56 kWh", &mut air)?.to_vec();
    println!("sealed: {}", hex::encode_upper(&frame));
    println!("{} octets, {OVERHEAD} more than the reading", frame.len());

    // In clear is only what finds the opener. Nothing of it is proven yet.
    let header = Header::decode(&frame)?;
    println!("in clear: {:?} of device {}, counter {}", header.kind, header.device, header.counter);

    let opened = base.open(&frame, &mut clear)?;
    println!("opened: counter {}, {}", opened.counter, opened.plaintext.escape_ascii());

    show("the same frame again", base.open(&frame, &mut clear).err());

    let mut forged = device.seal(false, b"1234.57 kWh", &mut air)?.to_vec();
    forged.iter_mut().skip(Header::LEN).take(1).for_each(|octet| *octet ^= 1);
    show("one bit of the next one changed", base.open(&forged, &mut clear).err());

    let stranger: Key = Key::new(*b"some other key!!");
    let mut device = Sealer::new(&stranger, Kind::Uplink, LINK, Volatile::default())?;
    let frame = device.seal(false, b"9999.99 kWh", &mut air)?;
    show("sealed with another key", base.open(frame, &mut clear).err());

    let neighbour = Link { device: 8, ..LINK };
    let mut device = Sealer::new(&key, Kind::Uplink, neighbour, Volatile::default())?;
    let frame = device.seal(false, b"1234.58 kWh", &mut air)?;
    show("from another device", base.open(frame, &mut clear).err());
    Ok(())
}

/// Errors are for the operator; the sender of such a frame is never answered.
fn show(what: &str, error: Option<OpenError>) {
    match error {
        Some(error) => println!("{what}: {error}"),
        None => println!("{what}: opened"),
    }
}
