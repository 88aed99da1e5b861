//! Our own octets, come back.

/// How much of what was sent last has come back, on a line that echoes.
#[derive(Clone, Debug)]
pub(crate) struct Echo(usize);

impl Echo {
    /// Nothing is to come back.
    pub(crate) const NONE: Self = Self(usize::MAX);

    /// Everything that is sent now is to come back.
    pub(crate) fn begin(&mut self) {
        self.0 = 0;
    }

    /// Takes what has come back of `sent` off the head of octets.
    pub(crate) fn strip<'a>(&mut self, sent: &[u8], octets: &'a [u8]) -> &'a [u8] {
        let expected = sent.get(self.0..).unwrap_or_default();
        let same = octets.iter().zip(expected).take_while(|(octet, expected)| octet == expected).count();
        let rest = octets.get(same..).unwrap_or_default();
        if rest.is_empty() {
            self.0 = self.0.saturating_add(same);
        } else {
            // The echo has ended, or is damaged, and what follows is not ours.
            *self = Self::NONE;
        }
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_echo_in_any_pieces_and_only_once() {
        let sent = [1, 2, 3, 4];
        let mut echo = Echo::NONE;
        assert_eq!(echo.strip(&sent, &[1, 2]), [1, 2]);
        echo.begin();
        assert!(echo.strip(&sent, &[1]).is_empty());
        assert!(echo.strip(&sent, &[2, 3]).is_empty());
        assert_eq!(echo.strip(&sent, &[4, 1, 2, 3, 4]), [1, 2, 3, 4]);
        assert_eq!(echo.strip(&sent, &sent), sent, "that is the answer");
        echo.begin();
        assert_eq!(echo.strip(&sent, &[1, 9]), [9], "damaged");
        assert_eq!(echo.strip(&sent, &[2, 3]), [2, 3]);
    }
}
