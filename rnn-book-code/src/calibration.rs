//! Whether a model that says 80 % is right four times in five.
//!
//! Scores are `[N, C]`, right labels are `[N]`.
//!
//! In the book: [section 8.4].
//!
//! [section 8.4]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch08-emotion/results.html

use crate::{Real, loss};
use ndarray::ArrayView2;

// ANCHOR: reliability
/// The answers whose probability lies in one part of 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    /// How many there are.
    pub count: usize,
    /// The mean of their probabilities.
    pub confidence: f64,
    /// The share of them that are right.
    pub accuracy: f64,
}

/// The answers to scores `[N, C]` in `bins` equal parts of 0 to 1.
///
/// # Panics
/// If `bins` is 0.
pub fn reliability(scores: ArrayView2<Real>, right: &[usize], bins: usize) -> Vec<Bin> {
    let mut sums = vec![Bin::default(); bins];
    let probabilities = loss::softmax(scores);
    for (p, &right) in probabilities.outer_iter().zip(right) {
        let answer = best(p.as_slice().expect("a row"));
        let p = f64::from(p[answer] as f32);
        let bin = &mut sums[((p * bins as f64) as usize).min(bins - 1)];
        bin.count += 1;
        bin.confidence += p;
        bin.accuracy += f64::from(u8::from(answer == right));
    }
    for bin in &mut sums {
        bin.confidence /= bin.count.max(1) as f64;
        bin.accuracy /= bin.count.max(1) as f64;
    }
    sums
}

/// The expected calibration error (Naeini et al. 2015), eq. (8.15) #emo-ece: the mean
/// distance of confidence and accuracy, each part by its answers.
pub fn calibration_error(bins: &[Bin]) -> f64 {
    let all: usize = bins.iter().map(|bin| bin.count).sum();
    let distance = |b: &Bin| b.count as f64 * (b.confidence - b.accuracy).abs();
    bins.iter().map(distance).sum::<f64>() / all.max(1) as f64
}
// ANCHOR_END: reliability

/// The place of the largest of some numbers, the first of equals.
pub fn best(scores: &[Real]) -> usize {
    let mut best = 0;
    for (c, &score) in scores.iter().enumerate() {
        if score > scores[best] {
            best = c;
        }
    }
    best
}

// ANCHOR: temperature
/// The temperature by which to divide scores `[N, C]` so that their mean cross-entropy
/// is least (Guo et al. 2017). Its derivative by the inverse temperature,
/// eq. (8.16) #emo-temperature-slope, grows, so halving an interval finds its zero.
/// If all answers are right it has none, and the smallest temperature allowed is given.
pub fn temperature(scores: ArrayView2<Real>, right: &[usize]) -> Real {
    let slope = |beta: Real| -> Real {
        let p = loss::softmax((&scores * beta).view());
        let rows = p.outer_iter().zip(scores.outer_iter()).zip(right);
        rows.map(|((p, z), &right)| p.dot(&z) - z[right]).sum()
    };
    let (mut low, mut high): (Real, Real) = (0.01, 100.0);
    for _ in 0..40 {
        let middle = (low * high).sqrt();
        if slope(middle) < 0.0 { low = middle } else { high = middle }
    }
    1.0 / (low * high).sqrt()
}
// ANCHOR_END: temperature
