//! Frame count bits, and readouts of several telegrams.

use super::*;

/// Reads a meter that has one telegram, with this request and nothing before it.
fn read(bench: &mut Bench, device: &Device, expected: &[u8]) {
    bench.start(device, &Command::Read);
    assert_eq!(bench.sent(), expected);
    bench.heard(&water(METER, expected[1], RECORDS));
    assert!(bench.done().is_ok());
}

#[test]
fn the_bit_toggles_with_each_answer_and_is_kept_for_each_meter() {
    let mut bench = Bench::new();
    let other = Device { retry: RETRY, ..Device::new(Address(6)) };
    for (device, address) in [(&DEVICE, 5), (&other, 6)] {
        bench.start(device, &Command::Reset);
        bench.acknowledged(&short(0x40, address));
        assert_eq!(bench.done(), Ok(Some(Reply::Acknowledged)));
    }
    read(&mut bench, &DEVICE, &short(0x7B, 5));
    read(&mut bench, &DEVICE, &short(0x5B, 5));
    bench.start(&other, &Command::Read);
    assert_eq!(bench.sent(), short(0x7B, 6));
    bench.heard(&water(Address(6), 1, RECORDS));
    assert!(bench.done().is_ok());
    read(&mut bench, &DEVICE, &short(0x7B, 5));
    // What is sent has a bit of its own.
    for control in [0x73, 0x53, 0x73] {
        bench.start(&DEVICE, &Command::Write { ci: Ci::COMMAND, data: &[0x2F] });
        assert_eq!(bench.sent()[4], control);
        bench.heard(&ACK);
        assert_eq!(bench.done(), Ok(Some(Reply::Acknowledged)));
    }
    read(&mut bench, &DEVICE, &short(0x5B, 5));
}

#[test]
fn a_repetition_has_the_same_bit_and_a_failure_is_followed_by_a_reset() {
    let mut bench = Bench::new();
    bench.start(&DEVICE, &Command::Read);
    bench.acknowledged(&short(0x40, 5));
    assert_eq!(bench.sent(), short(0x7B, 5));
    assert_eq!(bench.sent(), short(0x7B, 5));
    bench.heard(&water(METER, 1, RECORDS));
    assert!(bench.done().is_ok());
    bench.start(&DEVICE, &Command::Read);
    assert_eq!(bench.sent(), short(0x5B, 5));
    assert_eq!(bench.sent(), short(0x5B, 5));
    assert_eq!(bench.exhaust(&[]), TransactionError::NoReply { timeout: RETRY.timeout, attempts: 2 });
    bench.start(&DEVICE, &Command::Read);
    assert_eq!(bench.sent(), short(0x40, 5));
    bench.heard(&ACK);
    assert_eq!(bench.sent(), short(0x7B, 5));
}

#[test]
fn what_is_abandoned_or_meant_in_other_ways_is_followed_by_a_reset() {
    let mut bench = Bench::new();
    bench.start(&DEVICE, &Command::Reset);
    bench.acknowledged(&short(0x40, 5));
    assert!(bench.done().is_ok());
    for device in [&SELECTED, &Device::new(Address::TEST), &Device::BROADCAST] {
        read_after_reset(&mut bench);
        let command = if *device == Device::BROADCAST { Command::Reset } else { Command::Read };
        bench.start(device, &command);
        bench.sent();
    }
    read_after_reset(&mut bench);
}

#[test]
fn a_meter_that_moved_is_reset_at_either_address() {
    let mut bench = Bench::new();
    for address in [5, 9] {
        bench.start(&Device { retry: RETRY, ..Device::new(Address(address)) }, &Command::Reset);
        bench.acknowledged(&short(0x40, address));
        assert!(bench.done().is_ok());
    }
    bench.start(&DEVICE, &Command::SetAddress { address: Address(9) });
    assert_eq!(bench.sent()[4], 0x73);
    bench.heard(&ACK);
    assert_eq!(bench.done(), Ok(Some(Reply::Acknowledged)));
    for address in [5, 9] {
        bench.start(&Device { retry: RETRY, ..Device::new(Address(address)) }, &Command::Read);
        assert_eq!(bench.sent(), short(0x40, address));
    }
}

fn read_after_reset(bench: &mut Bench) {
    bench.start(&DEVICE, &Command::Read);
    if bench.sent() == short(0x40, 5) {
        bench.heard(&ACK);
        assert_eq!(bench.sent(), short(0x7B, 5));
    } else {
        assert_eq!(bench.client.counts().started, 2, "only right behind a reset there is none");
    }
    bench.heard(&water(METER, 1, RECORDS));
    assert!(bench.done().is_ok());
}

#[test]
fn a_readout_goes_on_with_toggled_bits_to_its_last_telegram() {
    for device in [&DEVICE, &SELECTED] {
        let mut bench = Bench::new();
        bench.start(device, &Command::Read);
        bench.sent();
        bench.heard(&ACK);
        let more = [RECORDS, &[0x1F, 0x01, 0x02]].concat();
        for (access, control) in [(1, 0x7B), (2, 0x5B), (3, 0x7B)] {
            assert_eq!(bench.sent()[1], control);
            bench.heard(&water(METER, access, &more));
            assert!(matches!(bench.done(), Ok(Some(Reply::Data { more: true, .. }))));
        }
        assert_eq!(bench.sent()[1], 0x5B);
        bench.heard(&water(METER, 4, RECORDS));
        assert!(matches!(bench.done(), Ok(Some(Reply::Data { more: false, .. }))));
        assert_eq!(bench.client.poll(bench.now), Output::Wait(None));
        assert_eq!(bench.client.counts().answers, 4);
    }
}

#[test]
fn a_telegram_that_comes_twice_is_passed_over() {
    let mut bench = Bench::new();
    bench.start(&DEVICE, &Command::Read);
    bench.acknowledged(&short(0x40, 5));
    bench.sent();
    let first = water(METER, 1, &[0x02, 0x06, 0x39, 0x30, 0x1F]);
    bench.heard(&first);
    assert!(bench.done().is_ok());
    assert_eq!(bench.sent(), short(0x5B, 5));
    bench.heard(&first);
    assert!(bench.waits());
    bench.heard(&water(METER, 2, RECORDS));
    assert!(matches!(bench.done(), Ok(Some(Reply::Data { more: false, .. }))));
}

#[test]
fn a_meter_that_stays_at_a_telegram_is_told() {
    let mut bench = Bench::new();
    bench.start(&DEVICE, &Command::Read);
    bench.acknowledged(&short(0x40, 5));
    bench.sent();
    let first = water(METER, 1, &[0x02, 0x06, 0x39, 0x30, 0x1F]);
    bench.heard(&first);
    assert!(bench.done().is_ok());
    assert_eq!(bench.exhaust(&first), TransactionError::Repeated { telegrams: 1 });
    assert_eq!(bench.client.counts().repeated, 1);
}
