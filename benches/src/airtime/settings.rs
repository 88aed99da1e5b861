//! Settings of a radio in plain numbers, and their airtime by the data sheets' formula.

/// All that makes a frame longer or shorter.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Of the older family, SX1272 to SX1279.
    pub sx127x: bool,
    pub factor: u32,
    /// 500 kHz divided by this.
    pub divider: u32,
    /// Check bits for every 4 bits.
    pub rate: u32,
    pub preamble: u16,
    pub explicit_header: bool,
    pub crc: bool,
    pub low_data_rate: bool,
}

impl Settings {
    pub fn symbol_us(&self) -> u64 {
        u64::from(self.divider) << (self.factor + 1)
    }

    /// SX1261/2 data sheet, 6.1.4, and SX1276 data sheet, 4.1.1.7.
    pub fn airtime_us(&self, payload: u8) -> u64 {
        let factor = i64::from(self.factor);
        let short = !self.sx127x && factor < 7;
        let bits = 8 * i64::from(payload) + if self.crc { 16 } else { 0 } - 4 * factor
            + if short { 0 } else { 8 }
            + if self.explicit_header { 20 } else { 0 };
        let block = 4 * if self.low_data_rate { factor - 2 } else { factor };
        let blocks = u64::try_from(bits).unwrap_or(0).div_ceil(block as u64);
        let sync = if short { 25 } else { 17 };
        let quarters = 4 * u64::from(self.preamble) + sync + 4 * (8 + blocks * u64::from(4 + self.rate));
        quarters * self.symbol_us() / 4
    }
}

/// Settings, octets of payload, and microseconds.
pub type Sample = (Settings, u8, u64);

/// The values that the tests of `lora-tdma` have from other people's calculators.
pub fn calculators() -> Vec<Sample> {
    let lines = include_str!("../../../lora-tdma/tests/vectors/airtime.txt").lines();
    lines.filter(|line| !line.starts_with('#')).map(|line| sample(line).expect(line)).collect()
}

/// `name | settings | octets of payload | microseconds | source`.
fn sample(line: &str) -> Option<Sample> {
    let mut fields = line.split(" | ").skip(1);
    let mut words = fields.next()?.split(' ');
    let settings = Settings {
        sx127x: words.next()? == "SX127x",
        factor: words.next()?.strip_prefix("SF")?.parse().ok()?,
        divider: (500.0 / words.next()?.parse::<f64>().ok()?).round() as u32,
        rate: words.nth(1)?.strip_prefix("4/")?.parse::<u32>().ok()? - 4,
        preamble: words.nth(1)?.parse().ok()?,
        explicit_header: words.next()? == "explicit",
        crc: words.clone().any(|flag| flag == "CRC"),
        low_data_rate: words.any(|flag| flag == "LDRO"),
    };
    Some((settings, fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// Everything that an SX126x can do with a preamble of 12 symbols, and four lengths.
pub fn grid() -> Vec<Sample> {
    let mut samples = vec![];
    for number in 0..8_u32 * 10 * 4 * 2 * 2 {
        let mut rest = number;
        let mut digit = |base: u32| {
            let digit = rest % base;
            rest /= base;
            digit
        };
        let mut settings = Settings {
            sx127x: false,
            factor: 5 + digit(8),
            divider: [64, 48, 32, 24, 16, 12, 8, 4, 2, 1][digit(10) as usize],
            rate: 1 + digit(4),
            preamble: 12,
            explicit_header: digit(2) == 1,
            crc: digit(2) == 1,
            low_data_rate: false,
        };
        settings.low_data_rate = settings.symbol_us() >= 16_000;
        samples.extend([1, 10, 64, 255].map(|payload| (settings, payload, settings.airtime_us(payload))));
    }
    samples
}
