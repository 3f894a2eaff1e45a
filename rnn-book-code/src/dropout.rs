//! Dropout: some of the numbers, other ones each time, are set to 0 while training.
//!
//! A mask has the shape of what it multiplies, `[T, B, D]`.
//!
//! In the book: [section 7.2].
//!
//! [section 7.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch07-seq2seq/stacked.html

use crate::{Real, Rng};
use ndarray::{Array3, ArrayView3, Axis};
use rand::RngExt;

// ANCHOR: dropout
/// Sets each number to 0 with probability `rate` and divides the others by `1 − rate`,
/// so that the mean stays what it was (Srivastava et al. 2014). When a model is used,
/// not trained, it is left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    rate: Real,
}

impl Dropout {
    /// # Panics
    /// If `rate` is not in `0 ≤ rate < 1`.
    pub fn new(rate: Real) -> Self {
        assert!((0.0..1.0).contains(&rate), "a dropout rate of {rate} is not in 0..1");
        Self { rate }
    }

    /// The probability that a number becomes 0.
    pub fn rate(&self) -> Real {
        self.rate
    }

    /// A mask `[T, B, D]` of factors 0 and `1 / (1 − rate)`, to multiply inputs with on
    /// the way forward and gradients on the way back. A rate of 0 draws no random
    /// numbers.
    pub fn mask(&self, shape: (usize, usize, usize), rng: &mut Rng) -> Array3<Real> {
        let factor = 1.0 / (1.0 - self.rate);
        if self.rate == 0.0 {
            return Array3::ones(shape);
        }
        // 24 bits are enough for a probability, and the same in f32 and f64.
        let below = (f64::from(1 << 24) * self.rate as f64) as u32;
        Array3::from_shape_simple_fn(shape, || {
            let drop = rng.random::<u32>() >> 8 < below;
            if drop { 0.0 } else { factor }
        })
    }

    /// A mask that is the same at every step of an example (Gal & Ghahramani 2016).
    pub fn mask_over_time(
        &self,
        shape: (usize, usize, usize),
        rng: &mut Rng,
    ) -> Array3<Real> {
        let (steps, batch, size) = shape;
        let one = self.mask((1, batch, size), rng);
        one.broadcast((steps, batch, size)).expect("a mask for each step").to_owned()
    }
}

/// `x ⊙ mask`; its backward pass is `d_y ⊙ mask`.
pub fn masked(x: ArrayView3<Real>, mask: &Array3<Real>) -> Array3<Real> {
    debug_assert_eq!(x.len_of(Axis(0)), mask.len_of(Axis(0)));
    &x * mask
}
// ANCHOR_END: dropout
