//! Is one classifier better than another on the same texts? Two intervals, and one.

use rand::{RngExt, SeedableRng};
use rnn_book_code::{Rng, scores::bootstrap};

fn main() {
    // ANCHOR: main
    // On 1000 texts: B misses 10 that A had right, and has 40 right that A missed
    let rng = &mut Rng::seed_from_u64(3);
    let a: Vec<f64> =
        (0..1000).map(|_| f64::from(u8::from(rng.random_bool(0.8)))).collect();
    let mut b = a.clone();
    let mut flip = |from: f64, times: usize| {
        let places: Vec<usize> = (0..1000).filter(|&k| a[k] == from).collect();
        places
            .iter()
            .step_by(places.len() / times)
            .take(times)
            .for_each(|&k| b[k] = 1.0 - from);
    };
    flip(1.0, 10);
    flip(0.0, 40);
    let mean = |list: &[f64], sample: &[usize]| {
        sample.iter().map(|&k| list[k]).sum::<f64>() / sample.len() as f64
    };
    let (low, high) = bootstrap(1000, 2000, 0.95, rng, |sample| mean(&a, sample));
    println!("A alone:  {low:.3} to {high:.3}");
    let (low, high) = bootstrap(1000, 2000, 0.95, rng, |sample| mean(&b, sample));
    println!("B alone:  {low:.3} to {high:.3}");
    let (low, high) =
        bootstrap(1000, 2000, 0.95, rng, |sample| mean(&b, sample) - mean(&a, sample));
    println!("B less A: {low:.3} to {high:.3}");
    // ANCHOR_END: main
}
