//! The octets that say what a record is.

/// The bit that announces another octet.
pub(crate) const EXTENSION: u8 = 0x80;

/// A VIF, its text and its VIFEs, and what follows them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Vib<'a> {
    pub(crate) vif: u8,
    /// The unit in words, last character first.
    pub(crate) text: Option<&'a [u8]>,
    pub(crate) vifes: &'a [u8],
    pub(crate) rest: &'a [u8],
}

impl<'a> Vib<'a> {
    /// Reads what is at the head of `octets`; if that is cut, says how many octets are missing.
    #[inline]
    pub(crate) fn decode(octets: &'a [u8]) -> Result<Self, usize> {
        let [vif, behind @ ..] = octets else { return Err(1) };
        if matches!(*vif, 0x7C | 0xFC) {
            return Self::in_words(*vif, behind);
        }
        let (vifes, rest) = extensions(*vif, behind)?;
        Ok(Self { vif: *vif, text: None, vifes, rest })
    }

    /// A meter puts the text before the VIFEs or behind them: only one of the two is text, as a rule.
    fn in_words(vif: u8, behind: &'a [u8]) -> Result<Self, usize> {
        match (Self::text_last(vif, behind), Self::text_first(vif, behind)) {
            (Ok(last), first) if last.is_plausible() || !first.is_ok_and(|first| first.is_plausible()) => {
                Ok(last)
            }
            (_, Ok(first)) => Ok(first),
            (_, Err(missing)) => Err(missing),
        }
    }

    /// The text behind the VIFEs (EN 13757-3:2018, annex C.2).
    fn text_last(vif: u8, behind: &'a [u8]) -> Result<Self, usize> {
        let (vifes, rest) = extensions(vif, behind)?;
        let (text, rest) = text(rest)?;
        Ok(Self { vif, text: Some(text), vifes, rest })
    }

    /// The text before the VIFEs, as older meters have it.
    fn text_first(vif: u8, behind: &'a [u8]) -> Result<Self, usize> {
        let (text, rest) = text(behind)?;
        let (vifes, rest) = extensions(vif, rest)?;
        Ok(Self { vif, text: Some(text), vifes, rest })
    }

    /// Whether the unit is short, all its characters print, and the VIFEs end.
    fn is_plausible(&self) -> bool {
        let prints = |octet: &u8| matches!(octet, 0x20..=0x7E | 0xA0..=0xFF);
        !is_endless(self.vifes)
            && self.text.is_some_and(|text| (1..=16).contains(&text.len()) && text.iter().all(prints))
    }
}

/// The extensions that `first` announces, ten at most, and what follows; or how many octets are missing.
// Most records have none: a call costs more than to see that.
#[inline(always)]
pub(crate) fn extensions(first: u8, octets: &[u8]) -> Result<(&[u8], &[u8]), usize> {
    if first & EXTENSION == 0 { Ok((&[], octets)) } else { announced(octets) }
}

#[inline]
fn announced(octets: &[u8]) -> Result<(&[u8], &[u8]), usize> {
    let more = octets.iter().take(9).take_while(|&&octet| octet & EXTENSION != 0).count();
    octets.split_at_checked(more + 1).ok_or(1)
}

/// Whether the last of ten extensions announces one more.
pub(crate) fn is_endless(extensions: &[u8]) -> bool {
    extensions.last().is_some_and(|octet| octet & EXTENSION != 0)
}

/// A length and so many octets.
fn text(octets: &[u8]) -> Result<(&[u8], &[u8]), usize> {
    let [length, rest @ ..] = octets else { return Err(1) };
    let length = usize::from(*length);
    rest.split_at_checked(length).ok_or(length.saturating_sub(rest.len()))
}
