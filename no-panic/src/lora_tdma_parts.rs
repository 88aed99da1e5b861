//! What base and node are made of: airtime, the rules of a region, plans, clocks.

use core::hint::black_box;
use core::num::NonZeroU32;

use ::lora_tdma::Timer;
use ::lora_tdma::airtime::Profile;
use ::lora_tdma::plan::{Demand, USUAL};
use ::lora_tdma::region::{ChannelPlan, DutyCycle, Grid, Listening, Region, microwatts};

use crate::lora_tdma::{any_base, any_clock, any_local, any_profile};

pub fn run() {
    airtime();
    region();
    plan();
    clock();
    timer();
}

fn airtime() {
    let profile = any_profile();
    black_box(Profile::usual(profile.spreading_factor, profile.bandwidth));
    black_box((profile.symbol_us(), profile.wants_low_data_rate(), profile.airtime_us(black_box(0))));
    black_box((profile.payload_in(black_box(0)), profile.cad_us(), profile.check().is_ok()));
}

fn region() {
    let profile = any_profile();
    for region in [Region::CHINA, Region::EU433, Region::EU868] {
        let listening = black_box(Listening::Nothing);
        let region = black_box(Region { occupied_permille: black_box(0), listening, ..region });
        let band = region.admits(black_box(0), &profile, microwatts(black_box(0)), black_box(0));
        black_box(band.is_ok_and(|band| band.limit_uw(black_box(0)) == 0));
        black_box(region.occupied_hz(profile.bandwidth));
        black_box((region.admits_crystal(black_box(0)).is_ok(), region.listening_us(&profile)));
    }
    black_box(black_box(ChannelPlan::CN470).up.iter().flat_map(|grid| grid.iter()).count());
    let grid = black_box(Grid::new(black_box(0), black_box(0)));
    black_box((grid.hz(black_box(0)), grid.index(black_box(0)), grid.count()));
    let mut budget = black_box(<DutyCycle>::new(black_box(0)));
    black_box(black_box(&mut budget).spend(black_box(0), black_box(0)).is_ok());
    black_box(budget.left_us(black_box(0)));
}

fn plan() {
    let demand = black_box(Demand::default());
    black_box(demand.plan_for(&any_profile()).is_ok());
    let Ok(plan) = black_box(demand.plan(&black_box(USUAL))) else { return };
    black_box(demand.survey(&black_box(USUAL)).iter().any(|(_, plan)| plan.is_ok()));
    black_box((plan.channels(), plan.devices(), plan.schedule(black_box(0)), plan.channel(black_box(0))));
    black_box((plan.frequency_hz(black_box(0)), plan.round_us(), plan.base_bps(), plan.slot_bps()));
    black_box((plan.downlink_bps(), plan.used_permille(), plan.airtime_permille()));
}

fn clock() {
    let (base, local) = (any_base(), any_local());
    black_box((base.after(black_box(0)), base.before(black_box(0)), base.since(any_base()), base.us()));
    black_box((local.after(black_box(0)), local.before(black_box(0)), local.since(any_local()), local.us()));
    let mut clock = any_clock();
    black_box(black_box(&mut clock).synchronize(any_base(), any_local()));
    black_box(black_box(&mut clock).base_time(any_local()));
    black_box(black_box(&mut clock).local_time(any_base()));
    black_box(black_box(&mut clock).error_us(any_local()));
    black_box(black_box(&mut clock).admits(any_base(), any_local()));
    black_box(&mut clock).forget();
}

fn timer() {
    let mut timer = black_box(Timer::<16>::new(black_box(NonZeroU32::MIN)));
    black_box((black_box(&mut timer).extend(black_box(0)), timer.counter(any_local())));
    let mut timer = black_box(Timer::<32>::new(black_box(NonZeroU32::MIN)));
    black_box((black_box(&mut timer).extend(black_box(0)), timer.counter(any_local())));
}
