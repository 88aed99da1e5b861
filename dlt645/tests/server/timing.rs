//! When an answer leaves.

use super::*;

#[test]
fn the_rate_changes_when_the_answer_has_left() {
    let mut server = bench(Edition::Y2007);
    let mut buffer = [0; 32];
    let command = Command::ChangeBaudRate { rate: BaudRate::Y2007(8) };
    server.receive(command.encode_frame(OWN, &mut buffer).unwrap(), Duration::ZERO);
    assert!(matches!(server.poll(RESPONSE_DELAY), Output::Transmit(_)));
    assert_eq!(server.handler().done, ["change baud rate"]);
    server.transmitted(RESPONSE_DELAY);
    assert_eq!(server.handler().done, ["change baud rate", "switch baud rate"]);
    server.transmitted(RESPONSE_DELAY);
    assert_eq!(server.handler().done.len(), 2);
}

#[test]
fn the_answer_waits_and_its_echo_is_no_command() {
    for (asked, due) in [(0, 20), (20, 20), (100, 100), (900, 500)] {
        let mut server = bench(Edition::Y2007).delayed(Duration::from_millis(asked));
        let mut buffer = [0; 32];
        let heard = Duration::from_secs(7);
        server.receive(read(0x0001_0000).encode_frame(OWN, &mut buffer).unwrap(), heard);
        let due = heard + Duration::from_millis(due);
        assert_eq!(server.poll(heard), Output::Wait(Some(due)));
        assert_eq!(server.poll(due - Duration::from_nanos(1)), Output::Wait(Some(due)));
        let Output::Transmit(octets) = server.poll(due) else { panic!() };
        let echo = octets.to_vec();
        server.transmitted(due);
        server.receive(&echo, due);
        assert_eq!(server.poll(due + Duration::from_secs(1)), Output::Wait(None));
    }
}

#[test]
fn a_gap_ends_what_was_incomplete() {
    let mut buffer = [0; 32];
    let command = read(0x0001_0000).encode_frame(OWN, &mut buffer).unwrap().to_vec();
    let (start, rest) = command.split_at(9);
    // What comes at once has come one octet after the other.
    for (gap, piece, is_answered) in [(500, 1, true), (501, 1, false), (501, rest.len(), true)] {
        let mut server = bench(Edition::Y2007);
        let later = Duration::from_millis(gap);
        server.receive(start, Duration::ZERO);
        rest.chunks(piece).for_each(|octets| server.receive(octets, later));
        let answered = matches!(server.poll(later + RESPONSE_DELAY), Output::Transmit(_));
        assert_eq!(answered, is_answered, "{gap} ms, {piece} at once");
        server.receive(&command, later + later);
        let answered = matches!(server.poll(later + later + RESPONSE_DELAY), Output::Transmit(_));
        assert!(answered, "the next command is whole");
    }
}

#[test]
fn a_command_behind_a_false_start_is_found_at_the_end_of_the_gap() {
    let mut server = bench(Edition::Y2007);
    let mut buffer = [0; 32];
    let command = read(0x0001_0000).encode_frame(OWN, &mut buffer).unwrap();
    // The preamble stands where an address would, and an octet of the address where the length would.
    server.receive(&[0x68, 0x00, 0x00, 0xFE, 0xFE, 0xFE, 0xFE], Duration::ZERO);
    server.receive(command, Duration::ZERO);
    let gap = Duration::from_millis(500);
    assert_eq!(server.poll(RESPONSE_DELAY), Output::Wait(Some(gap)));
    assert!(matches!(server.poll(gap), Output::Transmit(_)));
}

#[test]
fn an_answer_that_the_master_does_not_wait_for_is_dropped() {
    let mut server = bench(Edition::Y2007);
    let mut buffer = [0; 32];
    server.receive(read(0x0001_0000).encode_frame(OWN, &mut buffer).unwrap(), Duration::ZERO);
    server.receive(read(0x0001_0000).encode_frame(NEW, &mut buffer).unwrap(), Duration::from_millis(1));
    assert_eq!(server.poll(Duration::from_secs(1)), Output::Wait(None));
}

#[test]
fn what_was_heard_before_an_answer_is_over_when_that_leaves() {
    let mut server = bench(Edition::Y2007);
    let mut buffer = [0; 32];
    let command = read(0x0001_0000).encode_frame(OWN, &mut buffer).unwrap();
    server.receive(command, Duration::ZERO);
    // The command behind would be found at the end of the gap.
    server.receive(&[0x68, 0, 0, 0, 0, 0, 0x68], Duration::ZERO);
    server.receive(command, Duration::ZERO);
    assert!(matches!(server.poll(RESPONSE_DELAY), Output::Transmit(_)));
    server.transmitted(RESPONSE_DELAY);
    let gap = Duration::from_millis(500);
    assert_eq!(server.poll(RESPONSE_DELAY), Output::Wait(Some(gap)));
    assert_eq!(server.poll(gap), Output::Wait(None));
}
