//! Lines on the host's standard output, without `core::fmt`, which would hide what an implementation needs.

use cortex_m_semihosting::hio;

/// Writes `name number verdict`.
pub fn line(name: &str, number: u32, verdict: &str) {
    let mut digits = [b' '; 12];
    let mut rest = number;
    for digit in digits[1..11].iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let Ok(mut host) = hio::hstdout() else { return };
    for text in [name.as_bytes(), &digits, verdict.as_bytes(), b"\n"] {
        _ = host.write_all(text);
    }
}
