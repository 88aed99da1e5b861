//! Messages out of what meters encrypt.

use super::crypto::{BLOCK, Key, Purpose};
use super::error::DecodeError;
use super::message::{FILLER, Layout, Message, Proof, Reason, Security};
use super::{Assembly, Direction, Mac, SecurityMode, Station, checksum};
use crate::Header;

/// Whose key a message needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Wanted {
    /// The meter; of what the link layer encrypts, the sender.
    pub meter: Station,
    /// Which of its keys, if the message says so.
    pub id: Option<u8>,
    /// Which version of it, if the message says so.
    pub version: Option<u8>,
}

/// Reads the message of a frame without checksums, and decrypts it in place if `keys` has the key. What could not
/// be verified stays encrypted; [`Message::security`] says why.
///
/// What remains for the caller: to refuse a message that is plain where the meter has a key, and one whose counter
/// or access number came before.
///
/// # Errors
/// [`DecodeError`]: too few or too many octets, or a layer that breaks a rule.
///
/// ```
/// use mbus::wireless::{Key, Proof, Security, open};
///
/// // OMS, an example of security profile A.
/// let mut octets = [
///     0x2E, 0x44, 0x93, 0x15, 0x78, 0x56, 0x34, 0x12, 0x33, 0x03, 0x7A, 0x2A, 0x00, 0x20, 0x25, 0x59,
///     0x23, 0xC9, 0x5A, 0xAA, 0x26, 0xD1, 0xB2, 0xE7, 0x49, 0x3B, 0x01, 0x3E, 0xC4, 0xA6, 0xF6, 0xD3,
///     0x52, 0x9B, 0x52, 0x0E, 0xDF, 0xF0, 0xEA, 0x6D, 0xEF, 0xC9, 0x9D, 0x6D, 0x69, 0xEB, 0xF3,
/// ];
/// let key = Key::new([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17]);
/// let message = open(&mut octets, |wanted| {
///     (wanted.meter.identification.to_string() == "12345678").then_some(&key)
/// })?;
/// assert_eq!(message.security, Security::Verified { by: Proof::Filler });
/// let mut records = message.telegram()?.records;
/// assert_eq!(records.next().unwrap().unwrap().value().to_string(), "28504.27");
/// # Ok::<(), mbus::wireless::DecodeError>(())
/// ```
pub fn open<'b, 'k>(
    octets: &'b mut [u8],
    mut keys: impl FnMut(Wanted) -> Option<&'k Key>,
) -> Result<Message<'b>, DecodeError> {
    let mut layout = Layout::of(octets, false)?;
    let mut proof = None;
    if layout.message.is_link_encrypted() {
        match link(&layout.message, octets.get_mut(layout.data_at..).unwrap_or_default(), &mut keys) {
            Ok(()) => {
                layout = Layout::of(octets, true)?;
                proof = Some(Proof::Checksum);
            }
            Err(reason) => layout.message.security = Security::Encrypted { reason },
        }
    }
    let (tpdu_at, data_at) = (layout.tpdu_at, layout.data_at);
    transport(&mut layout.message, octets, tpdu_at, data_at, &mut keys);
    if let (Some(by), Security::Plain) = (proof, layout.message.security) {
        layout.message.security = Security::Verified { by };
    }
    let octets: &'b [u8] = octets;
    Ok(layout.message(octets.get(data_at..).unwrap_or_default()))
}

impl<'b> Assembly<'b> {
    /// The whole message, decrypted in place if `keys` has the key.
    ///
    /// # Errors
    /// [`DecodeError::Fragment`] if fragments are missing; or a header that breaks a rule.
    pub fn open<'k>(
        self,
        mut keys: impl FnMut(Wanted) -> Option<&'k Key>,
    ) -> Result<Message<'b>, DecodeError> {
        let (mut layout, tpdu) = self.layout()?;
        transport(&mut layout.message, tpdu, 0, layout.data_at, &mut keys);
        let tpdu: &'b [u8] = tpdu;
        Ok(layout.message(tpdu.get(layout.data_at..).unwrap_or_default()))
    }
}

/// Decrypts what the link layer encrypts: a checksum and what it covers.
fn link<'k>(
    message: &Message<'_>,
    octets: &mut [u8],
    keys: &mut impl FnMut(Wanted) -> Option<&'k Key>,
) -> Result<(), Reason> {
    let (control, session) = match message.ell.map(|ell| (ell.control, ell.session.unwrap_or_default())) {
        Some((control, session)) if session.encryption() == 1 => (control, session),
        ell => return Err(Reason::Link { encryption: ell.map_or(0, |(_, session)| session.encryption()) }),
    };
    let key = keys(Wanted { meter: message.station, id: None, version: None }).ok_or(Reason::NoKey)?;
    key.link(&message.station, control, session, octets);
    let reason = match octets.split_first_chunk() {
        Some((received, covered)) => {
            let (received, computed) = (u16::from_le_bytes(*received), checksum(covered));
            if received == computed {
                return Ok(());
            }
            Reason::Checksum { received, computed }
        }
        None => Reason::Truncated { needed: 2, have: octets.len() },
    };
    // The same again restores what was sent.
    key.link(&message.station, control, session, octets);
    Err(reason)
}

/// Checks the MAC and decrypts what the transport layer encrypts.
fn transport<'k>(
    message: &mut Message<'_>,
    octets: &mut [u8],
    tpdu_at: usize,
    data_at: usize,
    keys: &mut impl FnMut(Wanted) -> Option<&'k Key>,
) {
    let is_encrypted = match message.security {
        _ if message.is_link_encrypted() => return,
        Security::Encrypted { reason: Reason::NoKey } => true,
        Security::Unverified { reason: Reason::NoKey } => false,
        _ => return,
    };
    let Some(key) = keys(message.wanted()) else { return };
    message.security = match unlock(message, key, octets, tpdu_at, data_at) {
        Ok(by) => Security::Verified { by },
        Err(reason) if is_encrypted => Security::Encrypted { reason },
        Err(reason) => Security::Unverified { reason },
    };
}

fn unlock(
    message: &Message<'_>,
    key: &Key,
    octets: &mut [u8],
    tpdu_at: usize,
    data_at: usize,
) -> Result<Proof, Reason> {
    let mut proof = Proof::Filler;
    if let Some((afl, mac)) = message.afl.and_then(|afl| Some((afl, afl.mac?))) {
        let key = message.mac_key(key, &mac)?;
        if !key.proves(&mac, &afl, octets.get(tpdu_at..).unwrap_or_default()) {
            return Err(Reason::Mac);
        }
        proof = Proof::Mac;
    }
    if message.is_plain() {
        return Ok(proof);
    }
    let needed = message.configuration().map_or(0, |configuration| configuration.encrypted());
    let data = octets.get_mut(data_at..).unwrap_or_default();
    let truncated = Reason::Truncated { needed, have: data.len() };
    let data = data.get_mut(..needed).ok_or(truncated)?;
    let mut first: [u8; BLOCK] = *data.first_chunk().ok_or(truncated)?;
    message.with_cipher(key, |key, iv| {
        key.decrypt(iv, &mut first);
        match first {
            [a, b, ..] if [a, b] != FILLER => Err(Reason::Filler { octets: [a, b] }),
            _ => {
                key.decrypt(iv, data);
                Ok(proof)
            }
        }
    })?
}

impl Message<'_> {
    fn wanted(&self) -> Wanted {
        let information = self.afl.and_then(|afl| afl.key);
        let id = self.extension.map(|extension| extension.key_id()).or(information.map(|key| key.id()));
        let version =
            self.extension.and_then(|extension| extension.version).or(information.map(|key| key.version()));
        Wanted { meter: self.meter(), id, version }
    }

    /// The message's own key.
    fn derived(&self, key: &Key, purpose: Purpose) -> Result<Key, Reason> {
        let of_header = self.extension.map(|extension| extension.derivation());
        let of_layer = self.afl.and_then(|afl| afl.key).map(|key| key.derivation());
        let counter = self.extension.and_then(|extension| extension.counter);
        let counter = counter.or(self.afl.and_then(|afl| afl.counter));
        match of_header.or(of_layer) {
            None | Some(1) => {
                let counter = counter.ok_or(Reason::NoCounter)?;
                Ok(key.derived(purpose, Direction::of(self.control), counter, self.meter().identification))
            }
            Some(derivation) => Err(Reason::Derivation { derivation }),
        }
    }

    /// The key of the MAC, if it is one that can be checked.
    pub(crate) fn mac_key(&self, key: &Key, mac: &Mac) -> Result<Key, Reason> {
        let control = self.afl.and_then(|afl| afl.message_control).unwrap_or_default();
        let length = mac.octets().len();
        if control.cmac_length() != Some(length) {
            return Err(Reason::Authentication { authentication: control.authentication(), length });
        }
        self.derived(key, Purpose::Authentication)
    }

    /// Calls `f` with the key and initialisation vector of the mode.
    pub(crate) fn with_cipher<T>(
        &self,
        key: &Key,
        f: impl FnOnce(&Key, &[u8; BLOCK]) -> T,
    ) -> Result<T, Reason> {
        let mode = self.configuration().map_or(SecurityMode::NONE, |configuration| configuration.mode());
        match mode {
            SecurityMode::AES_DYNAMIC => {
                let access = match self.header {
                    Header::None | Header::Fixed(_) => 0,
                    Header::Short(header) => header.access,
                    Header::Long(header) => header.access,
                };
                let mut iv = [access; BLOCK];
                for (to, from) in iv.iter_mut().zip(self.meter().octets()) {
                    *to = from;
                }
                Ok(f(key, &iv))
            }
            SecurityMode::AES_DERIVED => Ok(f(&self.derived(key, Purpose::Encryption)?, &[0; BLOCK])),
            mode => Err(Reason::Mode { mode }),
        }
    }
}
