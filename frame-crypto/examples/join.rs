//! A device without storage: whenever it starts, it asks for a session, and has its keys from the answer.
//!
//! ```console
//! $ cargo run -p meterwire-frame-crypto --example join
//! ```

use std::error::Error;

use frame_crypto::{
    JoinRequest, Joining, Key, Kind, Link, Offer, OpenError, Opened, Opener, Overlap, Registrar, SealError,
    Sealer, Volatile,
};

const NETWORK: u16 = 1;
const DEVICE: u16 = 7;

fn main() -> Result<(), Box<dyn Error>> {
    let mut base = Base::new()?;
    let mut old = Vec::new();
    for start in 1..=2 {
        let mut device = Device::join(&mut base)?;
        let frame = device.send(b"1234.56 kWh")?;
        let mut clear = [0; 64];
        let opened = base.receive(&frame, &mut clear)?;
        println!("start {start}: counter {}, {}", opened.counter, opened.plaintext.escape_ascii());
        if start == 1 {
            old = frame;
        }
    }

    // The counter began again, but under another key. When the overlap is over, the session before is gone.
    base.uplink.retire();
    match base.receive(&old, &mut [0; 64]) {
        Err(error) => println!("a frame of the session before: {error}"),
        Ok(_) => println!("a frame of the session before is taken"),
    }
    Ok(())
}

/// The device has its key, its number, and nothing else that lasts.
fn root() -> Key {
    Key::new(*b"the device's key")
}

struct Device {
    uplink: Sealer<Volatile>,
    /// For the beacons, which go to all.
    beacons: Opener,
}

impl Device {
    fn join(base: &mut Base) -> Result<Self, Box<dyn Error>> {
        // On a board: its random number generator. With a nonce that comes again, so does an old session.
        let nonce = getrandom::u64()?;
        let mut joining = Joining::new(root(), NETWORK, DEVICE, nonce, 0);
        // Over the air it is sent again until an answer comes.
        let accept = base.answer(&joining.request())?;
        let joined = joining.open(&accept)?;

        let everybody = Link { device: Link::EVERYBODY, ..joined.link };
        let device = Self {
            uplink: Sealer::new(&joined.key, Kind::Uplink, joined.link, Volatile::default())?,
            beacons: Opener::new(&joined.network_key, Kind::Broadcast, everybody, joined.broadcast),
        };
        println!("joined in epoch {}, beacons from {} on", joined.link.epoch, device.beacons.next());
        Ok(device)
    }

    fn send(&mut self, message: &[u8]) -> Result<Vec<u8>, SealError> {
        Ok(self.uplink.seal(false, message, &mut [0; 64])?.to_vec())
    }
}

struct Base {
    /// With a store that lasts, in earnest: its nonces never come again.
    registrar: Registrar<Volatile>,
    network_key: Key,
    /// Of the one device there is.
    uplink: Overlap,
}

impl Base {
    fn new() -> Result<Self, SealError> {
        let link = Link { network: NETWORK, device: DEVICE, epoch: 3 };
        Ok(Self {
            registrar: Registrar::new(Volatile::default())?,
            network_key: Key::new(*b"the network's..."),
            uplink: Overlap::new(Opener::new(&root(), Kind::Uplink, link, 0)),
        })
    }

    fn answer(&mut self, request: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
        // A base of many looks the key up by this number, which anybody may have written.
        let number = JoinRequest::device(request).ok_or("no request to join")?;
        let asked = JoinRequest::open(request, &root(), NETWORK)?;
        let offer = Offer { epoch: 3, network_key: &self.network_key, downlink: 0, broadcast: 123_456 };
        let (session, accept) = self.registrar.accept(&asked, &root(), NETWORK, &offer)?;

        // The session before stays good until a frame comes in the new one: an old request does no harm.
        let link = Link { network: NETWORK, device: number, epoch: offer.epoch };
        let key = root().session(&link, session);
        self.uplink.renew(Opener::new(&key, Kind::Uplink, link, asked.counter));
        Ok(accept.to_vec())
    }

    fn receive<'b>(&mut self, frame: &[u8], clear: &'b mut [u8]) -> Result<Opened<'b>, OpenError> {
        self.uplink.open(frame, clear)
    }
}
