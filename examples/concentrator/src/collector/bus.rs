//! One task owns one bus: it asks one meter after the other, round by round.

mod dlt645;
mod mbus;
mod modbus;

use std::collections::VecDeque;
use std::time::Duration;

use meter_value::Decimal;
use meter_value::line::{Machine, Output};
use telemetry::Missed;

use crate::collector::{Asked, Taken};
use crate::meters::{Clock, Meter, Point, Protocol, Twin, on_bus};
use crate::serial::{Bus, Format};

/// From the start of one round to the next.
const ROUND: Duration = Duration::from_secs(15);
/// Between two transactions.
const PAUSE: Duration = Duration::from_millis(50);

/// A bus as its collector runs it.
pub trait Port {
    /// Moves what is due, adds the readings that were taken, says when to come again.
    fn step(&mut self, now: Duration, chance: &mut fastrand::Rng, taken: &mut VecDeque<Taken>) -> Duration;
}

/// The buses of collector `number`, with their meters.
pub fn ports(number: u16, clock: &Clock) -> [Box<dyn Port>; 3] {
    [
        Box::new(Task::<modbus::Bus>::new(number, clock)),
        Box::new(Task::<dlt645::Bus>::new(number, clock)),
        Box::new(Task::<mbus::Bus>::new(number, clock)),
    ]
}

/// A meter that answers, whatever it speaks.
pub trait Answer {
    fn receive(&mut self, octets: &[u8], now: Duration);

    /// The octets of an answer, which then leave, or when to come again.
    fn poll(&mut self, now: Duration) -> Result<Vec<u8>, Option<Duration>>;
}

impl<M: Machine> Answer for M {
    fn receive(&mut self, octets: &[u8], now: Duration) {
        Machine::receive(self, octets, now);
    }

    fn poll(&mut self, now: Duration) -> Result<Vec<u8>, Option<Duration>> {
        loop {
            let octets = match Machine::poll(self, now) {
                Output::Transmit(octets) => octets.to_vec(),
                Output::Wait(until) => return Err(until),
                Output::Done(_) => continue,
            };
            self.transmitted(now);
            return Ok(octets);
        }
    }
}

/// The meters of collector `number`, of all buses.
pub fn meters(number: u16, clock: &Clock) -> Vec<Box<dyn Answer>> {
    fn boxed<Q: Questions<Server: 'static>>(number: u16, clock: &Clock) -> Vec<Box<dyn Answer>> {
        servers::<Q>(number, clock).map(|server| Box::new(server) as Box<dyn Answer>).collect()
    }
    let mut all = boxed::<modbus::Bus>(number, clock);
    all.extend(boxed::<dlt645::Bus>(number, clock));
    all.extend(boxed::<mbus::Bus>(number, clock));
    all
}

/// The meters of one bus.
fn servers<Q: Questions>(collector: u16, clock: &Clock) -> impl Iterator<Item = Q::Server> {
    on_bus(Q::PROTOCOL)
        .map(move |(row, meter)| Q::server(meter.place, Twin { collector, row, clock: clock.clone() }))
}

/// How one protocol asks its meters.
trait Questions {
    type Client: Machine;
    type Server: Machine;

    const PROTOCOL: Protocol;
    const FORMAT: Format;

    fn client() -> Self::Client;

    fn server(place: u8, twin: Twin) -> Self::Server;

    /// Into how many questions the points of a meter fall.
    fn split(points: &'static [Point]) -> Vec<&'static [Point]>;

    /// Asks a question.
    fn ask(client: &mut Self::Client, question: &Question);

    /// The answer, a value for each of the question's points.
    fn answer(
        question: &Question,
        outcome: <Self::Client as Machine>::Outcome<'_>,
    ) -> Vec<Result<Decimal, Missed>>;
}

/// What one transaction asks one meter.
struct Question {
    /// The meter's row in the table, and its number on the bus.
    row: u8,
    place: u8,
    /// The first point asked, and all of them.
    first: usize,
    points: &'static [Point],
}

struct Task<Q: Questions> {
    bus: Bus<Q::Client, Q::Server>,
    questions: Vec<Question>,
    /// The question that runs or comes next.
    next: usize,
    /// When it was asked.
    asked: Option<Duration>,
    /// When the next one is to be asked, and when its round began.
    due: Duration,
    round: Duration,
}

impl<Q: Questions> Task<Q> {
    fn new(collector: u16, clock: &Clock) -> Self {
        let meters: Vec<(u8, &Meter)> = on_bus(Q::PROTOCOL).collect();
        let questions = meters.iter().flat_map(|&(row, meter)| {
            let mut first = 0;
            Q::split(meter.points).into_iter().map(move |points| {
                let question = Question { row, place: meter.place, first, points };
                first += points.len();
                question
            })
        });
        // Collectors do not start in the same instant.
        let due = Duration::from_millis(137 * u64::from(collector));
        Self {
            bus: Bus::new(Q::client(), servers::<Q>(collector, clock).collect(), Q::FORMAT),
            questions: questions.collect(),
            next: 0,
            asked: None,
            due,
            round: due,
        }
    }
}

impl<Q: Questions> Port for Task<Q> {
    fn step(&mut self, now: Duration, chance: &mut fastrand::Rng, taken: &mut VecDeque<Taken>) -> Duration {
        loop {
            let Some(question) = self.questions.get(self.next) else {
                self.next = 0;
                self.round += ROUND;
                self.due = self.round.max(now);
                continue;
            };
            if self.asked.is_none() {
                if now < self.due {
                    return self.due;
                }
                Q::ask(&mut self.bus.client, question);
                self.asked = Some(now);
            }
            let mut answer = None;
            let wake = self.bus.step(now, chance, |outcome| answer = Some(Q::answer(question, outcome)));
            let (Some(values), Some(from)) = (answer, self.asked) else {
                return wake.unwrap_or(Duration::MAX);
            };
            let asked = Asked { from, to: now };
            taken.extend((question.first..).zip(values).map(|(point, value)| Taken {
                meter: question.row,
                point: point as u8,
                value,
                asked,
            }));
            self.asked = None;
            self.next += 1;
            self.due = now + PAUSE;
        }
    }
}

/// The same reason for every point of a question.
fn all_missed(question: &Question, missed: Missed) -> Vec<Result<Decimal, Missed>> {
    vec![Err(missed); question.points.len()]
}
