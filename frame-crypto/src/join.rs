//! Fresh sessions, for devices without storage and for ends that lost each other.
//!
//! ```text
//!            0      1        3       11        17    25
//!           ┌──────┬────────┬───────┬─────────┬─────┐
//!  request  │ head │ device │ nonce │ counter │ tag │
//!           └──────┴────────┴───────┴─────────┴─────┘
//!            0      1        3       9         39    47
//!           ┌──────┬────────┬───────┬─────────┬─────┐
//!  accept   │ head │ device │ nonce │ sealed  │ tag │
//!           └──────┴────────┴───────┴─────────┴─────┘
//!            0       2       8       14            30
//!           ┌───────┬───────┬───────┬─────────────┐
//!  sealed   │ epoch │ down  │ all   │ network key │   down, all: where those counters are
//!           └───────┴───────┴───────┴─────────────┘
//!            0       2       8              24    32
//!           ┌───────┬───────┬──────────────┬─────┐
//!  wrapped  │ epoch │ nonce │ network key  │ tag │
//!           └───────┴───────┴──────────────┴─────┘
//! ```
//!
//! The device draws its nonce of 64 bits, the base counts its own of 48 in a store that never goes back. Every
//! nonce of CCM is its class, network, device, and one of the two. The tag of an accept covers the device's
//! nonce, so an old one answers nothing.

use aes::Aes128;
use zeroize::Zeroize;

use crate::counter::Counter;
use crate::frame::{Header, NONCE_LEN, TAG_LEN, concat, counter_48, octets_48};
use crate::key::{Cipher, Key, Mode};
use crate::{CounterStore, Link, OpenError, SealError};

/// The kind of both frames, in the place of [`Kind`](crate::Kind)'s.
const KIND: u8 = 3;
const REQUEST: u8 = Header::VERSION << 6 | KIND << 4;
const ACCEPT: u8 = REQUEST | 1;
/// The class of a wrapped key's nonce. The other two frames have theirs from the first octet.
const WRAP: u8 = 0x80;

/// Octets of the accept that are sealed.
const OFFER_LEN: usize = 30;
const KEY_LEN: usize = 16;

/// What two ends derive a session's keys from, besides the root key. It is no secret, and a base keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Session {
    /// The device's nonce.
    pub node: u64,
    /// The base's nonce, of 48 bits.
    pub base: u64,
}

fn mode<C: Cipher>(key: &Key<C>, link: &Link) -> Mode<C> {
    key.mode(b'j', link.context())
}

/// The link of a device that does not know its epoch yet.
const fn unknown(network: u16, device: u16) -> Link {
    Link { network, device, epoch: 0 }
}

fn request_nonce(link: &Link, node: u64) -> [u8; NONCE_LEN] {
    // It takes the place of the epoch as well, which the device does not know yet.
    Link { epoch: (node >> 48) as u16, ..*link }.nonce(REQUEST, node)
}

/// A device that asks for a session.
pub struct Joining<C: Cipher = Aes128> {
    mode: Mode<C>,
    key: Key<C>,
    link: Link,
    node: u64,
    counter: u64,
    joined: Option<u64>,
}

impl<C: Cipher> Joining<C> {
    /// A device that asks under its root key. Of `nonce` a new one is drawn from a source of true randomness
    /// for every attempt to join: with a nonce that was used before, the device takes an old accept, and its
    /// counters begin again under an old key. `counter` is where its uplink will start: 0 without a store.
    pub fn new(key: Key<C>, network: u16, device: u16, nonce: u64, counter: u64) -> Self {
        let link = unknown(network, device);
        Self { mode: mode(&key, &link), key, link, node: nonce, counter, joined: None }
    }

    /// The frame to send, and to send again until an accept comes.
    pub fn request(&self) -> [u8; JoinRequest::LEN] {
        let request = JoinRequest { device: self.link.device, nonce: self.node, counter: self.counter };
        let content = request.octets();
        let tag = self.mode.seal(request_nonce(&self.link, self.node), &self.link.covered(&content), &mut []);
        concat(&content, &tag.unwrap_or_default())
    }

    /// Opens the accept that answers the request, once.
    ///
    /// # Errors
    /// [`OpenError`]; [`OpenError::Duplicate`] for what it took before.
    pub fn open(&mut self, frame: &[u8]) -> Result<Joined<C>, OpenError> {
        let truncated = OpenError::Truncated { needed: JoinRequest::ACCEPT_LEN, have: frame.len() };
        let (head, rest) = frame.split_first_chunk::<ACCEPT_HEAD_LEN>().ok_or(truncated)?;
        let (sealed, tag) = rest.split_first_chunk::<OFFER_LEN>().ok_or(truncated)?;
        let tag = <&[u8; TAG_LEN]>::try_from(tag).map_err(|_| truncated)?;
        let [kind, a, b, nonce @ ..] = *head;
        if kind != ACCEPT || u16::from_be_bytes([a, b]) != self.link.device {
            return Err(OpenError::Link);
        }
        let base = counter_48(nonce);
        if self.joined == Some(base) {
            return Err(OpenError::Duplicate { counter: base });
        }
        let mut offer = *sealed;
        let covered = accept_covered(&self.link, head, self.node);
        if self.joined.is_some() || !self.mode.open(self.link.nonce(ACCEPT, base), &covered, &mut offer, tag)
        {
            return Err(OpenError::Tag);
        }
        self.joined = Some(base);
        let joined = self.joined_with(base, &offer);
        offer.zeroize();
        Ok(joined)
    }

    fn joined_with(&self, base: u64, offer: &[u8; OFFER_LEN]) -> Joined<C> {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, network_key @ ..] = *offer;
        let link = Link { epoch: u16::from_be_bytes([a, b]), ..self.link };
        let session = Session { node: self.node, base };
        Joined {
            link,
            session,
            key: self.key.session(&link, session),
            network_key: Key::new(network_key),
            downlink: counter_48([c, d, e, f, g, h]),
            broadcast: counter_48([i, j, k, l, m, n]),
        }
    }
}

/// What a device knows after it joined.
pub struct Joined<C: Cipher = Aes128> {
    /// The device's link, with the current epoch.
    pub link: Link,
    /// What the session is known by.
    pub session: Session,
    /// The session's root key: for the sealer of the uplink and the opener of the downlink.
    pub key: Key<C>,
    /// The network's key: for the opener of what goes to all.
    pub network_key: Key<C>,
    /// Where the opener of the downlink starts.
    pub downlink: u64,
    /// Where the opener of what goes to all starts: older frames were not meant for this device.
    pub broadcast: u64,
}

/// What a device asks for. It is proven only by [`open`](Self::open).
///
/// ```
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// use frame_crypto::*;
///
/// let root = || Key::<Aes128>::new(*b"the device's key");
/// let mut registrar = Registrar::new(Volatile::default())?;
///
/// // The device draws a nonce and asks.
/// let mut device = Joining::new(root(), 1, 7, 0x5EED_0F7E_57AB_1E42, 0);
/// let request = device.request();
///
/// // The base finds the device's key, and answers.
/// assert_eq!(JoinRequest::device(&request), Some(7));
/// let asked = JoinRequest::open(&request, &root(), 1)?;
/// let network_key = Key::new(*b"the network's...");
/// let offer = Offer { epoch: 3, network_key: &network_key, downlink: 0, broadcast: 123_456_789 };
/// let (session, accept) = registrar.accept(&asked, &root(), 1, &offer)?;
///
/// // Both have the session.
/// let joined = device.open(&accept)?;
/// assert_eq!((joined.session, joined.broadcast), (session, 123_456_789));
/// let mut up = Sealer::new(&joined.key, Kind::Uplink, joined.link, Volatile::default())?;
/// let link = Link { network: 1, device: 7, epoch: 3 };
/// let mut base = Opener::new(&root().session(&link, session), Kind::Uplink, link, asked.counter);
/// let (mut air, mut clear) = ([0; 64], [0; 64]);
/// assert_eq!(base.open(up.seal(false, b"here I am", &mut air)?, &mut clear)?.plaintext, b"here I am");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct JoinRequest {
    /// The device.
    pub device: u16,
    /// Its nonce. A request with the nonce of a session that was granted is that request again: it gets the
    /// same accept again.
    pub nonce: u64,
    /// Where the opener of its uplink starts.
    pub counter: u64,
}

impl JoinRequest {
    /// Octets of a request.
    pub const LEN: usize = Self::CONTENT_LEN + TAG_LEN;
    /// Octets of the accept that answers it.
    pub const ACCEPT_LEN: usize = ACCEPT_HEAD_LEN + OFFER_LEN + TAG_LEN;

    const CONTENT_LEN: usize = 17;

    /// The device that octets claim to come from, if they are a request.
    pub fn device(frame: &[u8]) -> Option<u16> {
        match *frame {
            [REQUEST, a, b, ..] if frame.len() == Self::LEN => Some(u16::from_be_bytes([a, b])),
            _ => None,
        }
    }

    /// Checks a request under the device's root key.
    ///
    /// Anyone can send it again, so it ends no session: see [`Overlap`](crate::Overlap).
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open<C: Cipher>(frame: &[u8], key: &Key<C>, network: u16) -> Result<Self, OpenError> {
        let truncated = OpenError::Truncated { needed: Self::LEN, have: frame.len() };
        let (content, tag) = frame.split_first_chunk::<{ Self::CONTENT_LEN }>().ok_or(truncated)?;
        let tag = <&[u8; TAG_LEN]>::try_from(tag).map_err(|_| truncated)?;
        let [kind, a, b, c, d, e, f, g, h, i, j, counter @ ..] = *content;
        if kind != REQUEST {
            return Err(OpenError::Link);
        }
        let device = u16::from_be_bytes([a, b]);
        let nonce = u64::from_be_bytes([c, d, e, f, g, h, i, j]);
        let link = unknown(network, device);
        let covered = link.covered(content);
        if !mode(key, &link).open(request_nonce(&link, nonce), &covered, &mut [], tag) {
            return Err(OpenError::Tag);
        }
        Ok(Self { device, nonce, counter: counter_48(counter) })
    }

    fn octets(&self) -> [u8; Self::CONTENT_LEN] {
        let [a, b] = self.device.to_be_bytes();
        let [c, d, e, f, g, h, i, j] = self.nonce.to_be_bytes();
        let [k, l, m, n, o, p] = octets_48(self.counter);
        [REQUEST, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]
    }
}

/// What a base tells a device that joins.
pub struct Offer<'a, C: Cipher = Aes128> {
    /// The current epoch.
    pub epoch: u16,
    /// The key of what goes to all in that epoch.
    pub network_key: &'a Key<C>,
    /// Where the sealer of the downlink starts in the new session: 0 with a new store.
    pub downlink: u64,
    /// The [`next`](crate::Sealer::next) counter of the sealer of what goes to all.
    pub broadcast: u64,
}

/// Octets of a network key wrapped for one device.
pub const WRAPPED_LEN: usize = 2 + 6 + KEY_LEN + TAG_LEN;

/// Grants sessions and wraps network keys, each under a nonce that never comes again. A base has one, with a
/// store of its own.
pub struct Registrar<S> {
    nonces: Counter<S>,
}

impl<S: CounterStore> Registrar<S> {
    /// A registrar whose nonces go on where `store` says.
    ///
    /// # Errors
    /// [`SealError::Store`] if the store cannot be read.
    pub fn new(store: S) -> Result<Self, SealError> {
        Ok(Self { nonces: Counter::load(store)? })
    }

    /// Grants a session: what to keep of it, and the frame that answers the request.
    ///
    /// # Errors
    /// [`SealError::Store`] or [`SealError::Exhausted`].
    pub fn accept<C: Cipher>(
        &mut self,
        request: &JoinRequest,
        key: &Key<C>,
        network: u16,
        offer: &Offer<'_, C>,
    ) -> Result<(Session, [u8; JoinRequest::ACCEPT_LEN]), SealError> {
        let link = unknown(network, request.device);
        let base = self.nonces.next()?;
        let [a, b] = request.device.to_be_bytes();
        let [c, d, e, f, g, h] = octets_48(base);
        let head = [ACCEPT, a, b, c, d, e, f, g, h];
        let [a, b] = offer.epoch.to_be_bytes();
        let [c, d, e, f, g, h] = octets_48(offer.downlink);
        let [i, j, k, l, m, n] = octets_48(offer.broadcast);
        let counters = [a, b, c, d, e, f, g, h, i, j, k, l, m, n];
        let mut body: [u8; OFFER_LEN] = concat(&counters, offer.network_key.octets());
        let covered = accept_covered(&link, &head, request.nonce);
        // CCM refuses nothing as short as this.
        let tag = mode(key, &link).seal(link.nonce(ACCEPT, base), &covered, &mut body).unwrap_or_default();
        let sealed: [u8; OFFER_LEN + TAG_LEN] = concat(&body, &tag);
        Ok((Session { node: request.nonce, base }, concat(&head, &sealed)))
    }

    /// Wraps the network key of a new epoch for one device, to be sent to it in a downlink. `link` has the
    /// new epoch.
    ///
    /// # Errors
    /// [`SealError::Store`] or [`SealError::Exhausted`].
    pub fn wrap<C: Cipher>(
        &mut self,
        key: &Key<C>,
        link: &Link,
        network_key: &Key<C>,
    ) -> Result<[u8; WRAPPED_LEN], SealError> {
        let counter = self.nonces.next()?;
        let [a, b] = link.epoch.to_be_bytes();
        let [c, d, e, f, g, h] = octets_48(counter);
        let mut body = *network_key.octets();
        let mode = key.mode(b'w', link.context());
        let tag = mode.seal(link.nonce(WRAP, counter), &[], &mut body).unwrap_or_default();
        let sealed: [u8; KEY_LEN + TAG_LEN] = concat(&body, &tag);
        Ok(concat(&[a, b, c, d, e, f, g, h], &sealed))
    }
}

impl<C: Cipher> Key<C> {
    /// Opens a network key wrapped for the device of this root key: the link with the new epoch, and the key.
    /// `link` has the current epoch.
    ///
    /// # Errors
    /// [`OpenError::Truncated`], [`OpenError::Tag`], or [`OpenError::Epoch`] if the epoch is not newer.
    pub fn unwrap_key(&self, link: &Link, octets: &[u8]) -> Result<(Link, Self), OpenError> {
        let truncated = OpenError::Truncated { needed: WRAPPED_LEN, have: octets.len() };
        let (&[a, b, c, d, e, f, g, h], rest) = octets.split_first_chunk().ok_or(truncated)?;
        let (sealed, tag) = rest.split_first_chunk::<KEY_LEN>().ok_or(truncated)?;
        let tag = <&[u8; TAG_LEN]>::try_from(tag).map_err(|_| truncated)?;
        let renewed = Link { epoch: u16::from_be_bytes([a, b]), ..*link };
        let mut body = *sealed;
        let nonce = renewed.nonce(WRAP, counter_48([c, d, e, f, g, h]));
        if !self.mode(b'w', renewed.context()).open(nonce, &[], &mut body, tag) {
            return Err(OpenError::Tag);
        }
        let network_key = Self::new(body);
        body.zeroize();
        if renewed.epoch <= link.epoch {
            return Err(OpenError::Epoch { epoch: renewed.epoch, current: link.epoch });
        }
        Ok((renewed, network_key))
    }
}

const ACCEPT_HEAD_LEN: usize = 9;

/// What the tag of an accept covers: its head, the network, and the request it answers.
fn accept_covered(link: &Link, head: &[u8; ACCEPT_HEAD_LEN], node: u64) -> [u8; ACCEPT_HEAD_LEN + 2 + 8] {
    let [a, b] = link.network.to_be_bytes();
    let network: [u8; ACCEPT_HEAD_LEN + 2] = concat(head, &[a, b]);
    concat(&network, &node.to_be_bytes())
}

impl Link {
    /// What the tag of a request covers: its content and the network.
    fn covered(&self, content: &[u8; JoinRequest::CONTENT_LEN]) -> [u8; JoinRequest::CONTENT_LEN + 2] {
        concat(content, &self.network.to_be_bytes())
    }
}
