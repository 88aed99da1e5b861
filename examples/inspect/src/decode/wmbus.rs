//! Wireless M-Bus frames as JSON.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use hex::FromHex;
use mbus::wireless::{
    DecodeError, Ell, Format, Frame, Key, Message, Proof, Security, Station, Wanted, open, strip,
};
use mbus::{Content, Header, ShortHeader};
use serde_json::{Value, json};

use super::joined;
use super::mbus::{octet, other, records};

/// Where the keys of wireless meters are.
#[derive(clap::Args)]
pub struct KeyArguments {
    /// The key of every wireless meter, 32 hex digits
    #[arg(long, value_name = "HEX")]
    key: Option<String>,
    /// Keys of wireless meters: a line each with its number and its key, which go before `--key`
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
}

/// Keys of wireless meters.
pub struct Keys {
    every: Option<Key>,
    meters: Vec<(String, Key)>,
}

impl KeyArguments {
    /// The keys themselves.
    pub fn load(&self) -> anyhow::Result<Keys> {
        let every = self.key.as_deref().map(key).transpose().context("--key")?;
        let meters = self.keys.as_deref().map(meters).transpose()?.unwrap_or_default();
        Ok(Keys { every, meters })
    }
}

fn key(text: &str) -> anyhow::Result<Key> {
    // The error tells which digit is wrong, never the key.
    Ok(Key::new(<[u8; 16]>::from_hex(text)?))
}

fn meters(path: &Path) -> anyhow::Result<Vec<(String, Key)>> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let lines =
        text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    let meters = lines.map(|(number, line)| {
        let place = || format!("{}, line {}", path.display(), number + 1);
        let words = line.split_once(char::is_whitespace).ok_or_else(|| anyhow!("no key"));
        let (id, text) = words.with_context(place)?;
        Ok((id.to_uppercase(), key(text.trim()).with_context(place)?))
    });
    meters.collect()
}

impl Keys {
    fn find(&self, wanted: Wanted) -> Option<&Key> {
        let id = wanted.meter.identification.to_string();
        let own = self.meters.iter().find(|(meter, _)| *meter == id);
        own.map(|(_, key)| key).or(self.every.as_ref())
    }
}

/// Decodes a frame with its checksums or without. A message that stays encrypted is still a good frame.
pub fn decode(octets: &[u8], keys: &Keys) -> Result<Value, DecodeError> {
    let mut buffer = [0; Frame::MAX_LEN];
    let (format, stripped) = strip(octets, &mut buffer)?;
    let length = stripped.len();
    let message = open(stripped, |wanted| keys.find(wanted))?;
    let format = format.map(|format| match format {
        Format::A => "A",
        Format::B => "B",
    });
    let sender = match message.meter() {
        meter if meter == message.station => json!({}),
        _ => json!({ "sender": station(&message.station) }),
    };
    Ok(joined([
        json!({
            "ok": true,
            "protocol": "wmbus",
            "format": format,
            "control": octet(message.control.0),
        }),
        station(&message.meter()),
        sender,
        message.ell.as_ref().map_or(json!({}), |layer| json!({ "ell": ell(layer) })),
        json!({ "ci": message.ci.map(|ci| octet(ci.0)) }),
        security(&message),
        state(&message),
        content(&message, length),
    ]))
}

fn station(station: &Station) -> Value {
    json!({
        "id": station.identification.to_string(),
        "manufacturer": station.manufacturer.to_string(),
        "version": station.version,
        "medium": station.medium.to_string(),
    })
}

fn ell(ell: &Ell) -> Value {
    json!({
        "ci": octet(ell.ci().0),
        "control": octet(ell.control.0),
        "access": ell.access,
        "receiver": ell.receiver.as_ref().map(station),
        "session": ell.session.map(|session| format!("{:08X}", session.0)),
    })
}

/// How the message is protected, and whether that proves anything.
fn security(message: &Message<'_>) -> Value {
    let mode = message.configuration().map(|configuration| configuration.mode().0);
    let (is_verified, more) = match message.security {
        Security::Verified { by } => {
            let proof = match by {
                Proof::Filler => "2F 2F",
                Proof::Checksum => "checksum",
                Proof::Mac => "MAC",
            };
            (true, json!({ "proof": proof }))
        }
        Security::Plain => (false, json!({})),
        Security::Unverified { reason } => (false, json!({ "reason": reason.to_string() })),
        Security::Encrypted { reason } => (false, json!({ "encrypted": true, "reason": reason.to_string() })),
        Security::Fragment => (false, json!({ "fragment": message.afl.map(|afl| afl.control.id()) })),
    };
    joined([json!({ "security": mode.unwrap_or(0), "verified": is_verified }), more])
}

/// Access number and status, as far as a header tells.
fn state(message: &Message<'_>) -> Value {
    let (access, status) = match message.header {
        Header::None => return message.ell.map_or(json!({}), |ell| json!({ "access": ell.access })),
        Header::Short(ShortHeader { access, status, .. }) => (access, status.0),
        Header::Long(header) => (header.access, header.status.0),
        Header::Fixed(header) => (header.access, header.status.0),
    };
    json!({ "access": access, "status": octet(status) })
}

/// The records of a message in a frame of `length` octets without checksums, or else its data.
fn content(message: &Message<'_>, length: usize) -> Value {
    let data = json!({ "data": hex::encode_upper(message.data) });
    match message.content() {
        Ok(Content::Telegram(telegram)) => records(telegram.records, length - message.data.len()),
        Ok(content) => joined([other(&content), data]),
        Err(_) => data,
    }
}
