//! Three decoders of the exercises: a floor, noise, and a penalty by count.

use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Real, Rng,
    decoding::{entropy, softmax, temper},
};

// ANCHOR: floor
/// Leaves the tokens that are at least `share` as probable as the best one.
fn min_p(scores: &mut [Real], share: Real) {
    let best = scores.iter().copied().fold(Real::NEG_INFINITY, Real::max);
    for z in scores {
        if *z < best + share.ln() {
            *z = Real::NEG_INFINITY;
        }
    }
}
// ANCHOR_END: floor

// ANCHOR: gumbel
/// The token whose score plus noise is largest. The noise is −ln(−ln u), u uniform.
fn gumbel(scores: &[Real], rng: &mut Rng) -> usize {
    let noisy = scores.iter().map(|z| {
        let u: Real = rng.random_range(Real::MIN_POSITIVE..1.0);
        z - (-u.ln()).ln()
    });
    let best = noisy.enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
    best.expect("there is a token").0
}
// ANCHOR_END: gumbel

// ANCHOR: cooling
/// The entropy at a temperature, and its derivative by the formula of the solution.
fn cooling(scores: &[Real], temperature: Real) -> (Real, Real) {
    let mut z = scores.to_vec();
    temper(&mut z, temperature);
    let p = softmax(&z);
    let mean: Real = p.iter().zip(scores).map(|(p, z)| p * z).sum();
    let square: Real = p.iter().zip(scores).map(|(p, z)| p * (z - mean).powi(2)).sum();
    (entropy(&p), square / temperature.powi(3))
}
// ANCHOR_END: cooling

fn main() {
    let scores = [2.0, 1.5, 1.0, 0.5, -1.0, -2.0];
    println!("== floor ==");
    for (name, scores) in
        [("sure", [5.0, 1.0, 0.0, 0.0]), ("unsure", [0.3, 0.2, 0.1, 0.0])]
    {
        let mut z = scores;
        min_p(&mut z, 0.2);
        println!("{name:6} {:.3?}", softmax(&z));
    }
    println!("== gumbel ==");
    let (mut rng, mut shares) = (Rng::seed_from_u64(1), [0.0; 6]);
    const DRAWS: usize = 100_000;
    (0..DRAWS).for_each(|_| shares[gumbel(&scores, &mut rng)] += 1.0 / DRAWS as Real);
    println!("noise    {shares:.2?}");
    println!("softmax  {:.2?}", softmax(&scores));
    println!("== cooling ==");
    println!("temperature  entropy  derivative  difference quotient");
    for temperature in [0.25, 0.5, 1.0, 2.0, 4.0] {
        let (h, slope) = cooling(&scores, temperature);
        let step = 0.01 * temperature;
        let above = cooling(&scores, temperature + step).0;
        let below = cooling(&scores, temperature - step).0;
        let quotient = (above - below) / (2.0 * step);
        println!("{temperature:11} {h:8.3} {slope:11.3} {quotient:20.3}");
    }
}
