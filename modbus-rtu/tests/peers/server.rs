//! What a server answers, and when it is silent.

use super::*;

#[test]
fn a_server_goes_on_after_bad_octets() {
    let request = framed(&[0x11, 0x03, 0x00, 0x00, 0x00, 0x01]);
    let header = [0x11, 0x10, 0x00, 0x00, 0x00, 0x7B, 0xF6];
    let mut random = Random(20);
    for count in [20, 10_000] {
        let noise = [
            vec![0x00; count],
            vec![0xFF; count],
            vec![0x11; count],
            header.into_iter().cycle().take(count).collect(),
            request[..7].iter().copied().cycle().take(count).collect(),
            random.octets(count),
        ];
        for noise in noise {
            let mut server = Server::new(everything(), LINE);
            server.receive(&noise, ms(10_000));
            assert!(replies(&mut server, ms(10_000)).is_empty(), "{noise:02X?}");
            server.receive(&request, ms(20_000));
            assert_eq!(replies(&mut server, ms(20_000)).len(), 1, "after a silence");
            server.receive(&[&noise[..], &request].concat(), ms(40_000));
            assert_eq!(replies(&mut server, ms(40_000)).len(), 1, "without a silence");
        }
    }
}

/// A unit with every function answers as the standard prints it, files and queues among it.
#[test]
fn every_printed_request_is_answered_as_printed() {
    let printed = [
        ("11 07 4C 22", "11 07 6D E2 18"),
        ("11 08 00 00 A5 37 D8 1D", "11 08 00 00 A5 37 D8 1D"),
        ("11 0F 00 13 00 0A 02 CD 01 BF 0B", "11 0F 00 13 00 0A 26 99"),
        ("11 10 00 01 00 02 04 00 0A 01 02 C6 F0", "11 10 00 01 00 02 12 98"),
        ("11 11 CD EC", "11 11 05 42 43 FF 01 02 5C 75"),
        (
            "11 14 0E 06 00 04 00 01 00 02 06 00 03 00 09 00 02 F9 38",
            "11 14 0C 05 06 0D FE 00 20 05 06 33 CD 00 40 69 AD",
        ),
        (
            "11 15 0D 06 00 04 00 07 00 03 06 AF 04 BE 10 0D DB C7",
            "11 15 0D 06 00 04 00 07 00 03 06 AF 04 BE 10 0D DB C7",
        ),
        ("11 16 00 04 00 F2 00 25 66 E2", "11 16 00 04 00 F2 00 25 66 E2"),
        ("11 18 04 DE 07 87", "11 18 00 06 00 02 01 B8 12 84 18 8D"),
    ];
    let mut unit = everything();
    unit.handler().bank.holding_registers[4] = 0x12;
    for (request, reply) in printed {
        let request = octets(request);
        assert_eq!(answer(&mut unit, Frame::decode(&request).unwrap().pdu), octets(reply));
    }
    let Everything { bank, files, .. } = unit.handler();
    assert_eq!(bank.holding_registers[1..5], [0x000A, 0x0102, 0, 0x17]);
    let coils = [true, false, true, true, false, false, true, true, true, false];
    assert_eq!(bank.coils[0x13..0x1D], coils);
    assert_eq!(files[3][7..10], [0x06AF, 0x04BE, 0x100D]);
}

#[test]
fn a_queue_is_answered_up_to_31_registers() {
    let mut unit = everything();
    for count in 0..=40_u8 {
        unit.handler().queue = vec![0xABCD; count.into()];
        let reply = answer(&mut unit, &[0x18, 0x00, 0x05]);
        let response = Response::decode(Frame::decode(&reply).unwrap().pdu).unwrap();
        match response {
            Response::ReadFifoQueue { registers } => assert_eq!(registers.len(), usize::from(count)),
            _ => assert_eq!(reply, framed(&[0x11, 0x98, 0x03]), "{count}"),
        }
        assert_eq!(matches!(response, Response::Exception { .. }), count > 31, "{count}");
    }
}

#[test]
fn a_server_answers_a_request_with_zeros_around_it() {
    let request = framed(&[0x11, 0x03, 0x00, 0x00, 0x00, 0x01]);
    for (before, behind) in [(&[0][..], &[][..]), (&[0xFF], &[]), (&[], &[0]), (&[0, 0], &[0, 0])] {
        let mut server = Server::new(everything(), LINE);
        server.receive(&[before, &request, behind].concat(), ms(100));
        let sent = replies(&mut server, ms(100));
        assert_eq!(sent, [framed(&[0x11, 0x03, 0x02, 0x00, 0x00])], "{before:?} {behind:?}");
    }
}

#[test]
fn a_server_does_not_answer_its_own_echo() {
    let line = LINE.echoing();
    let mut server = Server::new(everything(), line);
    let request = framed(&[0x11, 0x06, 0x00, 0x01, 0x00, 0x03]);
    server.receive(&request, ms(100));
    let Output::Transmit(reply) = server.poll(ms(110)) else { panic!() };
    assert_eq!(reply, request);
    server.transmitted(ms(120));
    server.receive(&request, ms(121));
    assert!(replies(&mut server, ms(121)).is_empty(), "that was the echo");
    server.receive(&request, ms(200));
    let Output::Transmit(reply) = server.poll(ms(210)) else { panic!("that is a request") };
    assert_eq!(reply, request);
}

#[test]
fn a_broadcast_is_obeyed_in_silence_if_it_is_a_write() {
    let mut unit = everything();
    let mut reply = [0; Frame::MAX_LEN];
    let write = Frame { unit: UnitId::BROADCAST, pdu: &[0x06, 0, 1, 0, 3] };
    assert!(unit.answer(&write, &mut reply).is_empty());
    assert_eq!(unit.handler().bank.holding_registers[1], 3);
    let illegal = Frame { unit: UnitId::BROADCAST, pdu: &[0x06, 0xFF, 0xFF, 0, 3] };
    assert!(unit.answer(&illegal, &mut reply).is_empty());
    let read = Frame { unit: UnitId::BROADCAST, pdu: &[0x03, 0, 1, 0, 1] };
    assert!(unit.answer(&read, &mut reply).is_empty());
    let both = Frame { unit: UnitId::BROADCAST, pdu: &[0x17, 0, 1, 0, 1, 0, 1, 0, 1, 2, 0, 9] };
    assert!(unit.answer(&both, &mut reply).is_empty());
    assert_eq!(unit.handler().bank.holding_registers[1], 3, "what reads is not for all");
}

/// Each of these is wrong in several ways; the first check that fails decides.
#[test]
fn a_unit_checks_the_function_then_the_values_then_the_addresses() {
    const FUNCTION: u8 = 1;
    const ADDRESS: u8 = 2;
    const VALUE: u8 = 3;
    let mut wrong = Vec::new();
    for (pdu, code, why) in [
        (&[0x09, 0xFF, 0xFF, 0, 0][..], FUNCTION, "no such function"),
        (&[0x42], FUNCTION, "no such function of a user's own"),
        (&[0x2B, 0x0F], FUNCTION, "no such interface"),
        (&[0x01, 0xFF, 0xFF, 0, 0], VALUE, "no coil, from a coil that is not there"),
        (&[0x01, 0xFF, 0xFF, 0x07, 0xD1], VALUE, "too many coils, beyond the last"),
        (&[0x01, 0xFF, 0xFF, 0, 2], ADDRESS, "coils beyond the last"),
        (&[0x01, 0, 63, 0, 2], ADDRESS, "coils that are not there"),
        (&[0x03, 0xFF, 0xFF, 0, 126], VALUE, "too many registers, beyond the last"),
        (&[0x03, 0xFF, 0xFF, 0, 2], ADDRESS, "registers beyond the last"),
        (&[0x03, 0, 63, 0, 2], ADDRESS, "registers that are not there"),
        (&[0x04, 0, 64, 0, 0], VALUE, "no input register, from one that is not there"),
        (&[0x05, 0xFF, 0xFF, 0x12, 0x34], VALUE, "neither on nor off, of a coil that is not there"),
        (&[0x05, 0xFF, 0xFF, 0xFF, 0x00], ADDRESS, "a coil that is not there"),
        (&[0x06, 0, 64, 0, 0], ADDRESS, "a register that is not there"),
        (&[0x0F, 0xFF, 0xFF, 0, 0, 0], VALUE, "no coil is written, beyond the last"),
        (&[0x0F, 0xFF, 0xFF, 0, 2, 2, 0, 0], VALUE, "a wrong byte count of coils, beyond the last"),
        (&[0x0F, 0, 63, 0, 2, 1, 0], ADDRESS, "coils that are not there are written"),
        (&[0x10, 0xFF, 0xFF, 0, 0, 0], VALUE, "no register is written, beyond the last"),
        (&[0x10, 0xFF, 0xFF, 0, 2, 2, 0, 0], VALUE, "a wrong byte count of registers, beyond the last"),
        (&[0x10, 0xFF, 0xFF, 0, 2, 4, 0, 0, 0, 0], ADDRESS, "registers beyond the last are written"),
        (&[0x10, 0, 63, 0, 2, 4, 0, 0, 0, 0], ADDRESS, "registers that are not there are written"),
        (&[0x16, 0, 64, 0, 0, 0, 0], ADDRESS, "a register that is not there is masked"),
        (&[0x17, 0xFF, 0xFF, 0, 2, 0, 0, 0, 0, 0], VALUE, "no register is written, beyond the last read"),
        (
            &[0x17, 0xFF, 0xFF, 0, 2, 0, 0, 0, 1, 4, 0, 0, 0, 0],
            VALUE,
            "a wrong byte count, and registers beyond the last are read",
        ),
        (&[0x17, 0, 0, 0, 126, 0xFF, 0xFF, 0, 2, 4, 0, 0, 0, 0], VALUE, "too many, and beyond the last"),
        (&[0x17, 0, 64, 0, 1, 0, 0, 0, 1, 2, 0, 0], ADDRESS, "registers that are not there are read"),
        (&[0x17, 0, 0, 0, 1, 0, 64, 0, 1, 2, 0, 0], ADDRESS, "registers that are not there are written"),
        (&[0x14, 6, 6, 0, 1, 0, 0, 0], VALUE, "an impossible byte count of a file read"),
        (&[0x14, 7, 6, 0, 5, 0, 0, 0, 1], ADDRESS, "a file that is not there"),
        (&[0x14, 7, 6, 0, 0, 0, 0, 0, 1], ADDRESS, "file 0"),
        (&[0x15, 9, 6, 0, 1, 0, 16, 0, 1, 0, 0], ADDRESS, "a record that is not there"),
        (&[0x2B, 0x0E, 5, 0], VALUE, "an impossible access"),
        (&[0x2B, 0x0E, 4, 3], ADDRESS, "an object that is not there"),
        (&[0x08, 0, 1, 0, 1], VALUE, "a restart with an impossible word"),
        (&[0x08, 0, 0x13, 0, 0], FUNCTION, "no such subfunction"),
        (&[0x03, 0, 0], VALUE, "too few octets"),
        (&[0x06, 0, 64, 0, 0, 0], VALUE, "too many octets"),
    ] {
        let reply = answer(&mut everything(), pdu);
        if reply != framed(&[0x11, pdu[0] | 0x80, code]) {
            wrong.push(format!("{why}: {pdu:02X?} is answered {reply:02X?} instead of exception {code}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_write_that_reads_does_neither_if_either_is_refused() {
    let mut unit = everything();
    let reply = answer(&mut unit, &[0x17, 0, 64, 0, 1, 0, 0, 0, 1, 2, 0, 7]);
    assert_eq!(reply, framed(&[0x11, 0x97, 0x02]));
    assert_eq!(unit.handler().bank.holding_registers[0], 0);
    let reply = answer(&mut unit, &[0x17, 0, 0, 0, 1, 0, 0, 0, 1, 2, 0, 7]);
    assert_eq!(reply, framed(&[0x11, 0x17, 0x02, 0x00, 0x07]), "it writes before it reads");
}

#[test]
fn a_unit_that_only_listens_is_silent_until_it_is_restarted() {
    let mut unit = everything();
    let write = [0x06, 0, 1, 0, 3];
    assert!(answer(&mut unit, &[0x08, 0, 4, 0, 0]).is_empty());
    assert!(answer(&mut unit, &write).is_empty());
    assert!(answer(&mut unit, &[0x08, 0, 0x0B, 0, 0]).is_empty());
    assert!(answer(&mut unit, &[0x08, 0, 1, 0xFF, 0]).is_empty(), "nor does it answer the restart");
    assert_eq!(unit.handler().bank.holding_registers[1], 0);
    let reply = answer(&mut unit, &write);
    assert_eq!(reply, framed(&[[0x11].as_slice(), &write].concat()));
    let reply = answer(&mut unit, &[0x0C]);
    let pdu = Frame::decode(&reply).unwrap().pdu;
    let Response::GetCommEventLog { log, .. } = Response::decode(pdu).unwrap() else { panic!() };
    assert_eq!(log.last(), Some(&Event::RESTART.0), "the log was cleared");
}

/// Objects are not split, and asking again from the one named next gets all of them, each once.
#[test]
fn an_identification_comes_in_as_many_parts_as_it_takes() {
    let parts = |access: u8| {
        let mut unit = everything();
        let mut ids = Vec::new();
        let mut from = 0;
        loop {
            let reply = answer(&mut unit, &[0x2B, 0x0E, access, from]);
            let response = Response::decode(Frame::decode(&reply).unwrap().pdu).unwrap();
            let Response::ReadDeviceIdentification { more, next, objects, .. } = response else { panic!() };
            ids.push(objects.iter().map(|object| object.id.0).collect::<Vec<_>>());
            if !more {
                assert_eq!(next, ObjectId(0));
                return ids;
            }
            from = next.0;
        }
    };
    assert_eq!(parts(1), [vec![0, 1, 2]]);
    assert_eq!(parts(2), [vec![0, 1, 2, 4], vec![5]]);
    assert_eq!(parts(3), [vec![0, 1, 2, 4], vec![5], vec![0x80]]);
    let reply = answer(&mut everything(), &[0x2B, 0x0E, 1, 7]);
    assert_eq!(reply[8..10], [0, 3], "an unknown object starts the stream again");
    let reply = answer(&mut everything(), &[0x2B, 0x0E, 4, 1]);
    assert_eq!(reply, framed(&[0x11, 0x2B, 0x0E, 4, 0x83, 0, 0, 1, 1, 2, b'D', b'1']));
}
