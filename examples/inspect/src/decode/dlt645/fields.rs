//! What a command or reply of DL/T 645 says besides identifier and values. Passwords stay in the data.

use dlt645::{BaudRate, ClockTime, Command, Direction, Frame, Operator, Password, Reply};
use meter_value::MeterTime;
use serde_json::{Value, json};

use crate::decode::joined;

/// The fields; none of what is not typed.
pub fn fields(frame: &Frame<'_>) -> Value {
    let fields = match frame.control.direction() {
        Direction::Command => Command::decode(frame).map(command),
        Direction::Reply => Reply::decode(frame).map(reply),
    };
    fields.unwrap_or_else(|_| json!({}))
}

fn command(command: Command<'_>) -> Value {
    match command {
        Command::ReadLoadRecords { count, from, .. } => {
            json!({ "count": count, "from": from.and_then(|from| time(from.time())) })
        }
        Command::ReadFollowUp { sequence: Some(sequence), .. } => json!({ "sequence": sequence }),
        Command::Write { password, operator, .. } | Command::ClearMaximumDemand { password, operator } => {
            rights(password, operator)
        }
        Command::WriteAddress { address, .. } => json!({ "new_address": address.to_string() }),
        Command::Authenticate { operator, .. } => json!({ "operator": operator.to_string() }),
        Command::BroadcastTime { time } => json!({ "time": clock(time) }),
        Command::Freeze { time } => json!({ "freeze": time.to_string() }),
        Command::ChangeBaudRate { rate } => baud_rate(rate),
        Command::ChangePassword { old, new, .. } => {
            joined([rights(old, None), json!({ "new_password_level": format!("{:02X}", new.level) })])
        }
        Command::ClearMeter { password, operator } => rights(password, Some(operator)),
        Command::ClearEvents { password, operator, events } => {
            joined([rights(password, Some(operator)), json!({ "events": events.to_string() })])
        }
        Command::ControlRelay { password, operator, action, duration, until } => joined([
            rights(password, Some(operator)),
            json!({
                "action": format!("{:02X}", action.0),
                "action_name": action.name(),
                "duration": duration,
                "until": clock(until),
            }),
        ]),
        Command::MultifunctionTerminal { signal } => {
            json!({ "signal": format!("{:02X}", signal.0), "signal_name": signal.name() })
        }
        _ => json!({}),
    }
}

fn reply(reply: Reply<'_>) -> Value {
    match reply {
        Reply::ReadFollowUp { sequence: Some(sequence), .. } => json!({ "sequence": sequence }),
        Reply::ChangeBaudRate { rate } => baud_rate(rate),
        Reply::ChangePassword { password, .. } => rights(password, None),
        Reply::ControlRelay { status } => {
            let flags: Vec<&str> = status.names().collect();
            json!({ "status": { "word": format!("{:04X}", status.0), "flags": flags } })
        }
        Reply::MultifunctionTerminal { signal } => {
            json!({ "signal": format!("{:02X}", signal.0), "signal_name": signal.name() })
        }
        _ => json!({}),
    }
}

fn rights(password: Password, operator: Option<Operator>) -> Value {
    let level = json!({ "password_level": format!("{:02X}", password.level) });
    match operator {
        Some(operator) => joined([level, json!({ "operator": operator.to_string() })]),
        None => level,
    }
}

fn baud_rate(rate: BaudRate) -> Value {
    json!({ "baud_word": format!("{:02X}", rate.word()), "baud_rate": rate.bits_per_second() })
}

fn clock(time_of_clock: ClockTime) -> Option<String> {
    time(time_of_clock.time())
}

/// The time, if it is one.
fn time(time: MeterTime) -> Option<String> {
    matches!(time, MeterTime::At(_)).then(|| time.to_string())
}
