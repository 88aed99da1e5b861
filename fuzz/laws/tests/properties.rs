//! The laws over generated octets, frames and streams, and over frames of which each has a story.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use laws::{
    dlt645, frame_crypto, lora_clock, lora_plan, lora_region, lora_tdma, mbus, meter_value, modbus_rtu,
    radio_modem, telemetry,
};
use proptest::collection::vec;
use proptest::prelude::*;

type Octets = Vec<u8>;

fn octets() -> impl Strategy<Value = Octets> {
    vec(any::<u8>(), 0..300)
}

/// What a line carries: frames, parts of frames, noise.
fn line(frame: impl Strategy<Value = Octets> + Clone + 'static) -> impl Strategy<Value = Octets> {
    let part = (frame.clone(), any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(
        |(mut frame, end, place)| {
            let place = place.index(frame.len());
            frame[place] ^= 0x10;
            frame.truncate(end.index(frame.len()) + 1);
            frame
        },
    );
    let noise = vec(any::<u8>(), 0..12);
    vec(prop_oneof![3 => frame, 1 => part, 1 => noise], 0..6).prop_map(|pieces| pieces.concat())
}

/// What a line carries to a machine, after the octets that choose what the machine does.
fn script(line: impl Strategy<Value = Octets>) -> impl Strategy<Value = Octets> {
    (any::<[u8; 2]>(), line).prop_map(|(choice, line)| [&choice[..], &line].concat())
}

/// A decimal as the laws of numbers read it, at the ends of its range and anywhere.
fn decimal() -> impl Strategy<Value = Octets> {
    let exponent = prop_oneof![any::<i8>(), -10..10_i8, Just(i8::MIN), Just(i8::MAX)];
    let mantissa = prop_oneof![any::<i64>(), -100..100_i64, Just(i64::MIN), Just(i64::MAX), Just(10)];
    (any::<u8>(), exponent, mantissa).prop_map(|(shift, exponent, mantissa)| {
        let shift = if mantissa.unsigned_abs() < 100 { 0 } else { shift };
        [&[shift, exponent as u8][..], &mantissa.to_le_bytes()].concat()
    })
}

/// What a modem says, framed; some of it is longer than a run of stuffing.
fn modem_frame() -> impl Strategy<Value = Octets> + Clone {
    let frame = prop_oneof![vec(any::<u8>(), 0..20), vec(1..=255_u8, 230..=255), vec(0..3_u8, 0..=255)];
    frame
        .prop_map(|frame| {
            let ended = ::lora_tdma::LocalTime::from_us(u64::MAX);
            let message = ::radio_modem::FromModem::Received { ended, rssi_dbm: -1, frame: &frame };
            message.encode(&mut [0; ::radio_modem::MAX_FRAMED]).unwrap().to_vec()
        })
        .boxed()
}

mod modbus {
    use super::*;
    use ::modbus_rtu::{Decoder, Expect, Frame, FunctionCode, Range, Request, Response, UnitId};
    use laws::modbus_rtu::EXCHANGES;

    fn unit() -> impl Strategy<Value = u8> {
        prop_oneof![3 => Just(0x11), 1 => Just(0), 1 => any::<u8>()]
    }

    fn request() -> impl Strategy<Value = Octets> {
        let read = (any::<u16>(), 1..=125_u16).prop_filter_map("no such range", |(start, quantity)| {
            Some(Request::ReadHoldingRegisters { range: Range::new(start, quantity)? })
        });
        let write =
            any::<(u16, u16)>().prop_map(|(address, value)| Request::WriteSingleRegister { address, value });
        (unit(), prop_oneof![read, write])
            .prop_map(|(unit, request)| request.encode_frame(UnitId(unit), &mut [0; 256]).unwrap().to_vec())
    }

    fn response() -> impl Strategy<Value = Octets> {
        let registers = prop_oneof![Just(3..=3), Just(1..=125_usize)];
        (unit(), registers.prop_flat_map(|count| vec(any::<u16>(), count))).prop_map(|(unit, registers)| {
            let response = Response::ReadHoldingRegisters { registers: registers[..].into() };
            response.encode_frame(UnitId(unit), &mut [0; 256]).unwrap().to_vec()
        })
    }

    fn frame() -> impl Strategy<Value = Octets> + Clone {
        let function = prop::sample::select((1..=0x2B).chain([0x64, 0x81, 0x83, 0x90]).collect::<Vec<u8>>());
        let other = (unit(), function, vec(any::<u8>(), 0..253))
            .prop_map(|(unit, function, data)| modbus_rtu::framed(&[&[unit, function][..], &data].concat()));
        let small = (unit(), 1..=0x18_u8, vec(0..8_u8, 0..12))
            .prop_map(|(unit, function, data)| modbus_rtu::framed(&[&[unit, function][..], &data].concat()));
        let told = prop::sample::select(TOLD.iter().map(|(_, octets)| hex(octets)).collect::<Vec<_>>());
        prop_oneof![request(), response(), other, small, told, exchanged(), exchanged()].boxed()
    }

    /// A request, an answer, or both, of any function; zeros may follow, which leave the checksum as it is.
    fn exchanged() -> impl Strategy<Value = Octets> {
        let zeros = prop_oneof![4 => Just(0), 1 => 0..30_usize];
        (unit(), 0..EXCHANGES.len(), 0..3, zeros).prop_map(|(unit, index, which, zeros)| {
            let (request, answer) = EXCHANGES[index];
            let [request, answer] = [request, answer].map(|pdu| modbus_rtu::framed(&[&[unit], pdu].concat()));
            let frames = match which {
                0 => request,
                1 => answer,
                _ => [request, answer].concat(),
            };
            [frames, vec![0; zeros]].concat()
        })
    }

    /// Octets with their timing, as the law reads them.
    fn timed() -> impl Strategy<Value = Octets> {
        let pdus = EXCHANGES.iter().flat_map(|(request, answer)| [request.to_vec(), answer.to_vec()]);
        let pdu = prop_oneof![
            prop::sample::select(pdus.filter(|pdu| pdu.len() < 33).collect::<Vec<_>>()),
            vec(any::<u8>(), 1..32),
        ];
        let segment = (unit(), pdu, any::<[u8; 3]>()).prop_map(|(unit, pdu, [kind, before, hole])| {
            let kind = kind & 0xE0 | (pdu.len() as u8 - 1);
            [&[kind, before, hole, unit], &pdu[..]].concat()
        });
        (any::<u8>(), vec(segment, 0..8))
            .prop_map(|(line, segments)| [&[line], &segments.concat()[..]].concat())
    }

    /// What a client hears, after the octets that choose what it does.
    fn overheard() -> impl Strategy<Value = Octets> {
        let options = prop_oneof![Just(0), Just(0x40), Just(0x80), any::<u8>()];
        (any::<[u8; 2]>(), options, line(frame()))
            .prop_map(|(choice, options, line)| [&choice[..], &[options], &line].concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn decode(octets in prop_oneof![octets(), frame()]) { modbus_rtu::decode(&octets); }

        #[test]
        fn stream(octets in prop_oneof![1 => octets(), 3 => line(frame())]) { modbus_rtu::stream(&octets); }

        #[test]
        fn timed_stream(octets in timed()) { modbus_rtu::timed(&octets); }

        #[test]
        fn client(octets in overheard()) { modbus_rtu::client(&octets); }

        #[test]
        fn server(octets in prop_oneof![1 => octets(), 3 => line(frame())]) { modbus_rtu::server(&octets); }

        #[test]
        fn map(octets in octets()) { modbus_rtu::map(&octets); }

        #[test]
        fn requests_keep_their_fields(start: u16, quantity in 1..=125_u16, address: u16, value: u16) {
            let range = Range::new(start, quantity).or(Range::new(0, quantity)).unwrap();
            let mut buffer = [0; 8];
            for request in [
                Request::ReadHoldingRegisters { range },
                Request::WriteSingleRegister { address, value },
            ] {
                prop_assert_eq!(Request::decode(request.encode(&mut buffer).unwrap()), Ok(request));
            }
        }

        #[test]
        fn responses_keep_their_values(values in vec(any::<u16>(), 1..=125)) {
            let response = Response::ReadHoldingRegisters { registers: values[..].into() };
            let mut buffer = [0; 253];
            prop_assert_eq!(Response::decode(response.encode(&mut buffer).unwrap()), Ok(response));
        }
    }

    /// Frames of the standard's examples, to unit 17, and frames that other decoders fail on.
    const TOLD: &[(&str, &str)] = &[
        ("read holding registers", "11 03 00 6B 00 03 76 87"),
        ("write single register", "11 06 00 01 00 03 9A 9B"),
        ("read coils", "11 01 00 13 00 25 0E 84"),
        ("write multiple registers", "11 10 00 01 00 02 04 00 0A 01 02 C6 F0"),
        ("mask write register", "11 16 00 04 00 F2 00 25 66 E2"),
        ("read/write multiple registers", "11 17 00 03 00 06 00 0E 00 03 06 00 FF 00 FF 00 FF 4B 54"),
        ("read FIFO queue", "11 18 04 DE 07 87"),
        ("read device identification", "11 2B 0E 01 00 B1 B4"),
        ("three registers", "11 03 06 02 2B 00 00 00 64 C8 BA"),
        ("an exception", "11 83 02 C1 34"),
        ("a FIFO queue", "11 18 00 06 00 02 01 B8 12 84 18 8D"),
        ("file records", "11 14 0C 05 06 0D FE 00 20 05 06 33 CD 00 40 69 AD"),
        ("a read without registers, where others panic", "11 03 00 21 35"),
        ("a coil without a value, where others panic", "11 05 00 AC FF F7 0F 0D"),
        ("a coil value that is none, where others panic", "01 05 00 01 12 34 91 7D"),
        ("an exception without a name, which others take for success", "01 83 55 81 0F"),
    ];

    fn hex(octets: &str) -> Octets {
        octets.split(' ').map(|octet| u8::from_str_radix(octet, 16).unwrap()).collect()
    }

    #[test]
    fn told_frames_keep_every_law() {
        for (name, octets) in TOLD {
            println!("{name}");
            let octets = hex(octets);
            assert!(Frame::decode(&octets).is_ok(), "the checksum is right");
            keeps_every_law(&octets);
        }
    }

    #[test]
    fn exchanges_keep_every_law() {
        for (request, answer) in EXCHANGES {
            println!("{request:02X?} {answer:02X?}");
            let [request, answer] =
                [request, answer].map(|pdu| modbus_rtu::framed(&[&[0x11], &pdu[..]].concat()));
            keeps_every_law(&request);
            keeps_every_law(&answer);
            keeps_every_law(&[request, answer].concat());
        }
    }

    fn keeps_every_law(octets: &[u8]) {
        modbus_rtu::decode(octets);
        modbus_rtu::stream(octets);
        modbus_rtu::server(octets);
        for kind in 0..EXCHANGES.len() as u8 {
            for options in [0, 0x3F, 0x40, 0x80] {
                modbus_rtu::client(&[&[0x29, kind, options], octets].concat());
            }
        }
    }

    #[test]
    fn told_frames_end_where_their_function_says() {
        for (name, octets) in TOLD {
            let octets = hex(octets);
            let found = [Expect::Requests, Expect::Responses].iter().any(|expect| {
                let mut decoder = <Decoder>::new(*expect);
                assert_eq!(decoder.feed(&octets), octets.len());
                decoder.frame() == Some(Frame::decode(&octets))
            });
            // No read without registers exists.
            assert_eq!(found, octets != hex("11 03 00 21 35"), "{name}");
        }
    }

    #[test]
    fn an_exception_without_a_name_is_an_exception() {
        let octets = hex("01 83 55 81 0F");
        let Ok(Response::Exception { function, exception }) =
            Response::decode(Frame::decode(&octets).unwrap().pdu)
        else {
            panic!("no exception");
        };
        assert_eq!((function, exception.0), (FunctionCode::READ_HOLDING_REGISTERS, 0x55));
        assert_eq!(exception.name(), None);
    }

    #[test]
    fn a_header_that_claims_65541_octets_does_not_stall() {
        let mut decoder = <Decoder>::new(Expect::Responses);
        let octets = hex("11 18 FF FF 11 03 06 02 2B 00 00 00 64 C8 BA");
        assert_eq!(decoder.feed(&octets), octets.len());
        assert!(decoder.frame().unwrap().is_err());
        assert_eq!(decoder.frame().unwrap(), Frame::decode(&octets[4..]));
    }
}

mod dlt {
    use super::*;

    const METER: [u8; 6] = [0x43, 0x10, 0x00, 0x11, 0x34, 0x00];

    fn frame() -> impl Strategy<Value = Octets> + Clone {
        let address =
            prop_oneof![3 => Just(METER), 1 => Just([0xAA; 6]), 1 => Just([0x99; 6]), 1 => any::<[u8; 6]>()];
        // Besides what is read, each function with data of a length that one of them has.
        let control = prop_oneof![
            prop::sample::select(vec![0x11, 0x13, 0x91, 0x93, 0xB1, 0xD1]),
            any::<u8>(),
            0..32_u8
        ];
        let lengths = prop::sample::select(vec![1_usize, 2, 4, 5, 6, 8, 10, 12, 16]);
        let fields = lengths.prop_flat_map(|length| vec(any::<u8>(), length));
        let known = prop::sample::select(vec![
            [0x00, 0x01, 0x01, 0x02],
            [0x00, 0xFF, 0x01, 0x02],
            [0x00, 0xFF, 0x01, 0x00],
            [0x00, 0xFF, 0x06, 0x02],
        ]);
        let digits = vec(prop_oneof![0..0x9A_u8, Just(0xFF)], 0..40);
        let read = (known, digits).prop_map(|(identifier, digits)| [&identifier[..], &digits].concat());
        let data = prop_oneof![
            2 => read,
            2 => fields,
            1 => vec(any::<u8>(), 0..8),
            1 => vec(any::<u8>(), 0..=255)
        ];
        let preamble = (0..5_usize).prop_map(|length| vec![0xFE; length]);
        (preamble, address, control, data)
            .prop_map(|(preamble, address, control, data)| {
                [preamble, dlt645::framed(address, control, &data)].concat()
            })
            .boxed()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn decode(octets in prop_oneof![octets(), frame()]) { dlt645::decode(&octets); }

        #[test]
        fn stream(octets in prop_oneof![1 => octets(), 3 => line(frame())]) { dlt645::stream(&octets); }

        #[test]
        fn client(octets in script(line(frame()))) { dlt645::client(&octets); }

        #[test]
        fn server(octets in prop_oneof![1 => octets(), 3 => line(frame())]) { dlt645::server(&octets); }

        #[test]
        fn meter(octets in prop_oneof![1 => octets(), 3 => line(frame())]) { dlt645::meter(&octets); }

        #[test]
        fn pair(octets in octets()) { dlt645::pair(&octets); }

        #[test]
        fn search(octets in octets()) { dlt645::search(&octets); }
    }
}

mod heat {
    use super::*;
    use ::mbus::wireless::Format;

    /// An octet and those that it announces.
    fn chain(first: u8, rest: Octets) -> Octets {
        let mut chain = [&[first][..], &rest].concat();
        chain.iter_mut().for_each(|octet| *octet |= 0x80);
        if let Some(last) = chain.last_mut() {
            *last &= 0x7F;
        }
        chain
    }

    /// An entry as the laws of records read it.
    fn entry() -> impl Strategy<Value = Octets> {
        (any::<[u8; 22]>(), 0..0x7C_u8, vec(any::<u8>(), 0..4))
            .prop_map(|(fields, vif, vifes)| [&fields[..], &chain(vif, vifes)].concat())
    }

    /// Records that hold together, most of them of types in use.
    fn record() -> impl Strategy<Value = Octets> + Clone {
        let dif = prop::sample::select(vec![
            0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0A, 0x0C, 0x0D, 0x0E,
        ]);
        let difes = vec(any::<u8>(), 0..4);
        let vif = prop_oneof![4 => 0..0x80_u8, 1 => Just(0x6D), 1 => Just(0x6C), 1 => Just(0x7C)];
        let vifes = vec(any::<u8>(), 0..4);
        let data = vec(prop_oneof![2 => 0..10_u8, 1 => any::<u8>()], 8..30);
        (dif, 0..8_u8, difes, vif, vifes, data).prop_map(|(dif, high, difes, vif, vifes, data)| {
            let length = match dif {
                length @ 0..=4 => length,
                5 => 4,
                6 | 0x0E => 6,
                7 => 8,
                0x0D => data[0].saturating_add(1),
                bcd => bcd - 8,
            };
            let data: Octets = data.iter().copied().chain([0x21; 256]).take(length.into()).collect();
            let text = if vif == 0x7C { vec![2, b'k', b'q'] } else { Vec::new() };
            let vib = chain(vif, vifes);
            [chain(dif | high << 4, difes), vib[..1].to_vec(), text, vib[1..].to_vec(), data].concat()
        })
    }

    fn frame() -> impl Strategy<Value = Octets> + Clone {
        let short = (prop::sample::select(vec![0x40_u8, 0x5B, 0x7B]), prop_oneof![Just(5_u8), any::<u8>()])
            .prop_map(|(control, address)| vec![0x10, control, address, control.wrapping_add(address), 0x16]);
        let telegram =
            (prop::sample::select(vec![0x72, 0x78, 0x7A]), vec(record(), 0..6)).prop_map(|(ci, records)| {
                let header: &[u8] = match ci {
                    0x72 => &[0x78, 0x56, 0x34, 0x12, 0x2D, 0x2C, 1, 4, 9, 0, 0, 0],
                    0x7A => &[9, 0, 0, 0],
                    _ => &[],
                };
                let mut body = [&[0x08, 5, ci][..], header, &records.concat()].concat();
                body.truncate(255);
                mbus::framed(&body)
            });
        let counters = vec(
            prop_oneof![3 => (0..10_u8, 0..10_u8).prop_map(|(high, low)| high << 4 | low), 1 => any::<u8>()],
            8,
        );
        let fixed = (prop::sample::select(vec![0x73, 0x77]), any::<[u8; 8]>(), counters)
            .prop_map(|(ci, head, counters)| mbus::framed(&[&[0x08, 5, ci][..], &head, &counters].concat()));
        let other = vec(any::<u8>(), 3..=255).prop_map(|body| mbus::framed(&body));
        prop_oneof![1 => Just(vec![0xE5]), 2 => short, 3 => telegram, 1 => fixed, 1 => other].boxed()
    }

    /// A frame of the radio, without checksums or with them, with any layers.
    fn radio() -> impl Strategy<Value = Octets> {
        let layer = |start: &'static [u8], more: usize| {
            vec(any::<u8>(), more).prop_map(move |octets| [start, &octets].concat())
        };
        let link = prop_oneof![
            2 => Just(Vec::new()),
            1 => layer(&[0x8C], 2),
            1 => layer(&[0x8D], 8),
            1 => layer(&[0x8E], 10),
            1 => layer(&[0x8F], 16),
        ];
        let fragmentation = prop_oneof![
            2 => Just(Vec::new()),
            1 => layer(&[0x90, 0x0F, 0x00, 0x2C, 0x25], 12),
            1 => layer(&[0x90, 0x04, 0x01, 0x50], 2),
            1 => layer(&[0x90], 6),
        ];
        let transport = prop_oneof![
            layer(&[0x78], 0),
            layer(&[0x7A, 9, 0, 0x20, 0x05], 0),
            layer(&[0x72], 12),
            layer(&[0x7A, 9, 0, 0x10, 0x27, 0x50], 5),
            layer(&[], 1),
        ];
        let layers = (vec(any::<u8>(), 9), link, fragmentation, transport, vec(any::<u8>(), 0..180));
        (layers, 0..3).prop_map(|((head, link, fragmentation, transport, data), form)| {
            let body = [head, link, fragmentation, transport, data].concat();
            match form {
                0 => mbus::framed_wireless(Format::A, &body),
                1 => mbus::framed_wireless(Format::B, &body),
                _ => [&[body.len() as u8], &body[..]].concat(),
            }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn decode(octets in prop_oneof![octets(), entry(), frame()]) { mbus::decode(&octets); }

        #[test]
        fn records(octets in vec(record(), 0..8)) { mbus::records(&octets.concat()); }

        #[test]
        fn stream(octets in prop_oneof![1 => octets(), 3 => line(frame())]) { mbus::stream(&octets); }

        #[test]
        fn client(octets in script(line(frame()))) { mbus::client(&octets); }

        #[test]
        fn server(octets in prop_oneof![1 => octets(), 3 => line(frame())]) { mbus::server(&octets); }

        #[test]
        fn wireless(octets in prop_oneof![octets(), radio()]) { mbus::wireless(&octets); }

        #[test]
        fn pair(octets in octets()) { mbus::pair(&octets); }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn search(octets in octets()) { mbus::search(&octets); }
    }
}

proptest! {
    #[test]
    fn sealed_open(octets in octets(), head in 0..0x30_u8) {
        frame_crypto::open(&octets);
        // A head of a known version and kind gets as far as the tag.
        frame_crypto::open(&[&[head][..], &octets].concat());
    }

    #[test]
    fn sealed_link(octets in octets()) { frame_crypto::link(&octets); }

    #[test]
    fn sealed_join(octets in vec(any::<u8>(), 0..100)) { frame_crypto::join(&octets); }

    #[test]
    fn sealed_rename(octets in vec(any::<u8>(), 0..200)) { frame_crypto::rename(&octets); }

    #[test]
    fn sealed_store(octets in vec(any::<u8>(), 0..400)) { frame_crypto::store(&octets); }

    #[test]
    fn sealed_restart(octets in vec(any::<u8>(), 0..100)) { frame_crypto::restart(&octets); }

    #[test]
    fn radio_airtime(octets in vec(any::<u8>(), 0..32)) { lora_tdma::airtime(&octets); }

    #[test]
    fn radio_clock(octets in vec(prop_oneof![any::<u8>(), Just(0x7F), Just(0x81)], 0..600)) {
        lora_clock::bounds(&octets);
    }

    #[test]
    fn radio_clock_of_any_pairs(octets in octets()) { lora_clock::pairs(&octets); }

    #[test]
    fn radio_plan(what in vec(0..10_u16, 0..4), octets in vec(any::<u8>(), 0..80)) {
        let flags = what.iter().fold(0_u16, |flags, what| flags | 1 << what);
        lora_plan::demand(&[&flags.to_le_bytes()[..], &octets].concat());
    }

    #[test]
    fn radio_region(octets in vec(any::<u8>(), 0..40)) { lora_region::admits(&octets); }

    #[test]
    fn radio_budget(octets in octets()) { lora_region::duty(&octets); }

    #[test]
    fn radio_link(octets in octets()) { lora_tdma::link(&octets); }

    #[test]
    fn radio_delivery(octets in vec(any::<u8>(), 0..100)) { lora_tdma::delivery(&octets); }

    #[test]
    fn radio_layout(octets in vec(any::<u8>(), 0..48)) { lora_tdma::layout(&octets); }

    #[test]
    fn numbers(a in decimal(), b in decimal(), bits: u64) {
        meter_value::number(&[&a[..], &b, &bits.to_le_bytes()].concat());
    }

    #[test]
    fn numbers_in_text(text in "[-+]?[0-9]{0,25}(\\.[0-9]{0,25})?") { meter_value::number(text.as_bytes()); }

    #[test]
    fn modem_messages(kind in prop_oneof![any::<u8>(), 1..4_u8, 0x81..0x85_u8], octets in octets()) {
        radio_modem::decode(&octets);
        radio_modem::decode(&[&[kind][..], &octets].concat());
    }

    #[test]
    fn modem_stream(octets in prop_oneof![1 => octets(), 3 => line(modem_frame())]) {
        radio_modem::stream(&octets);
    }

    #[test]
    fn radio_messages(octets in octets()) { telemetry::messages(&octets); }

    #[test]
    fn radio_messages_of_small_octets(octets in vec(prop_oneof![3 => 0..10_u8, 1 => any::<u8>()], 0..60)) {
        telemetry::messages(&octets);
    }
}
