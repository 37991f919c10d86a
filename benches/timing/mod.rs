//! Takes the time of some work: the median and the least of several samples. No more than the standard library, as `cargo test`
//! would compile whatever else a benchmark needs.

use std::hint::black_box;
use std::time::{Duration, Instant};

const SAMPLES: usize = 11;
/// Work that is done sooner is done several times for a sample.
const SAMPLE: Duration = Duration::from_millis(20);

/// Measures, and prints how much of the amount is done in a second. `cargo bench -- WORD` measures what has the word in its name.
pub fn measure<T>(name: &str, amount: usize, unit: &str, mut work: impl FnMut() -> T) {
    if std::env::args().skip(1).any(|word| !word.starts_with('-') && !name.contains(&word)) {
        return;
    }
    let mut sample = |times: u32| {
        let start = Instant::now();
        (0..times).for_each(|_| drop(black_box(work())));
        start.elapsed() / times
    };
    let first = sample(1);
    let times = (SAMPLE.as_nanos() / first.as_nanos().max(1)).clamp(1, 100_000) as u32;
    let mut samples: Vec<Duration> = (0..SAMPLES).map(|_| sample(times)).collect();
    samples.sort();
    let (least, median) = (samples[0], samples[SAMPLES / 2]);
    let rate = amount as f64 / median.as_secs_f64();
    println!("{name:<28} median {median:>10.2?}  least {least:>10.2?}  {rate:>14.0} {unit}/s");
}
