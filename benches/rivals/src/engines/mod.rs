//! The engines. Each prepares rules once and answers events: in nanoseconds, with the conditions that hold, and with the
//! decision where it makes one.

pub mod cedar;
pub mod ours;
pub mod python;
pub mod regexes;
pub mod vectorscan;

use std::time::{Duration, Instant};

/// What an engine did with the rules and each event.
#[derive(Default)]
pub struct Outcome {
    pub name: &'static str,
    pub prepare_ms: f64,
    pub kib: Option<f64>,
    pub load_us: Option<f64>,
    /// One for each event; `None` where it would take too long.
    pub answers: Vec<Option<Answer>>,
}

/// What an engine said of one event.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub nanoseconds: f64,
    /// The conditions that it can express, with whether they hold; `None` where it does not tell.
    pub held: Option<Vec<(usize, bool)>>,
    /// `allow`, `review` or `block`, where it decides.
    pub status: Option<String>,
}

/// The median of some batches, in nanoseconds a call; a call that takes long is made once. Nothing where it is not to be
/// measured.
pub fn time<T>(measured: bool, mut call: impl FnMut() -> T) -> f64 {
    if !measured {
        return f64::NAN;
    }
    let once = |call: &mut dyn FnMut() -> T, times: u32| {
        let start = Instant::now();
        for _ in 0..times {
            std::hint::black_box(call());
        }
        start.elapsed().as_secs_f64() * 1e9 / f64::from(times)
    };
    let cold = once(&mut call, 1);
    if cold > Duration::from_millis(300).as_secs_f64() * 1e9 {
        return cold;
    }
    let warm = once(&mut call, 1);
    let times = (1e6 / warm.max(1.0)).clamp(1.0, 2_000.0) as u32;
    let batches = if warm > 1e7 { 3 } else { 9 };
    let mut all: Vec<f64> = (0..batches).map(|_| once(&mut call, times)).collect();
    all.sort_by(f64::total_cmp);
    all[batches / 2]
}

/// Milliseconds since.
pub fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}
