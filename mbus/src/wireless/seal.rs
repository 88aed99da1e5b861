//! What a meter encrypts.

use super::crypto::Key;
use super::error::EncodeError;
use super::message::{FILLER, Message, Reason};
use meter_value::line::Writer;

impl Message<'_> {
    /// Writes the frame without checksums that carries the message, protected as its layers say, and returns what
    /// it wrote: the MAC of the AFL, if it has one, is computed, and its octets here count only for their length.
    ///
    /// The data are plain; the blocks that the configuration field says are encrypted start with 2F 2F. A message
    /// that is still encrypted goes as it is.
    ///
    /// # Errors
    /// [`EncodeError`]: data that do not fill the blocks or do not start so, a mode that is not supported, a
    /// frame too long, or a buffer too small.
    ///
    /// ```
    /// use mbus::wireless::{Key, Message, Station, open};
    /// use mbus::{Ci, Control, Header, Identification, Manufacturer, Medium, ShortHeader, Status};
    ///
    /// let key = Key::new([7; 16]);
    /// let station = Station {
    ///     manufacturer: Manufacturer(0x2C2D),
    ///     identification: Identification(0x12345678),
    ///     version: 1,
    ///     medium: Medium::WATER,
    /// };
    /// let mut data = [0x2F; 16];
    /// data[2..6].copy_from_slice(&[0x02, 0x5A, 0xC8, 0x02]);
    /// // Mode 5, one block.
    /// let header = ShortHeader { access: 9, status: Status(0), configuration: 0x0510 };
    /// let message = Message {
    ///     ci: Some(Ci::RESPONSE_SHORT),
    ///     header: Header::Short(header),
    ///     data: &data,
    ///     ..Message::new(Control::SND_NR, station)
    /// };
    /// let mut buffer = [0; 64];
    /// let mut sent = message.seal(&key, &mut buffer)?.to_vec();
    /// assert_ne!(sent[15..], data);
    /// assert_eq!(open(&mut sent, |_| Some(&key)).unwrap().data, data);
    /// # Ok::<(), mbus::wireless::EncodeError>(())
    /// ```
    pub fn seal<'b>(&self, key: &Key, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let places = self.write(buffer)?;
        let frame = buffer.get_mut(..places.end).unwrap_or_default();
        if self.is_plain() {
            self.encrypt(key, frame.get_mut(places.data_at..).unwrap_or_default())?;
            let (lower, tpdu) = frame.split_at_mut_checked(places.tpdu_at).unwrap_or_default();
            self.authenticate(key, lower.get_mut(places.afl_at..).unwrap_or_default(), tpdu)?;
        }
        places.finish(frame);
        if let (Some(at), Some(ell)) = (places.sum_at, self.ell) {
            let session = ell.session.unwrap_or_default();
            match session.encryption() {
                0 => {}
                1 => {
                    let covered = frame.get_mut(at..).unwrap_or_default();
                    key.link(&self.station, ell.control, session, covered);
                }
                encryption => return Err(Reason::Link { encryption }.into()),
            }
        }
        Ok(frame)
    }

    /// Encrypts the data as the configuration field says.
    fn encrypt(&self, key: &Key, data: &mut [u8]) -> Result<(), EncodeError> {
        let Some(configuration) = self.configuration().filter(|configuration| configuration.encrypts())
        else {
            return Ok(());
        };
        let (needed, have) = (configuration.encrypted(), data.len());
        self.with_cipher(key, |key, iv| {
            let data = data.get_mut(..needed).ok_or(Reason::Truncated { needed, have })?;
            match *data {
                [a, b, ..] if [a, b] != FILLER => Err(EncodeError::Filler { octets: [a, b] }),
                _ => {
                    key.encrypt(iv, data);
                    Ok(())
                }
            }
        })?
    }

    /// Writes the MAC into the layer `afl`.
    fn authenticate(&self, key: &Key, afl: &mut [u8], tpdu: &[u8]) -> Result<(), EncodeError> {
        let Some((layer, mac)) = self.afl.and_then(|afl| Some((afl, afl.mac?))) else { return Ok(()) };
        let mac = self.mac_key(key, &mac)?.mac(&layer, tpdu, mac.octets().len());
        super::Afl { mac, ..layer }.write(&mut Writer::new(afl));
        Ok(())
    }
}
