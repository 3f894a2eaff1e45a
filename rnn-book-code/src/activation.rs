//! The activation functions φ of the simple cell, with their derivatives.
//!
//! A matrix `[B, H]` goes in and comes out, entry by entry.
//!
//! In the book: [section 1.2] and [section 3.4].
//!
//! [section 1.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch01-foundations/cell.html
//! [section 3.4]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch03-vanishing/starts.html

use crate::{Real, vector};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Zip};

// ANCHOR: activation
/// The function φ between a pre-activation and a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Activation {
    /// `tanh(a)`, with derivative `1 − h²`.
    #[default]
    Tanh,
    /// `max(a, 0)`, with derivative 1 where the output is above 0, and 0 elsewhere.
    Relu,
}

impl Activation {
    /// `φ(A)`, in the memory of `A`.
    pub fn of(self, mut a: Array2<Real>) -> Array2<Real> {
        self.forward(a.view_mut());
        a
    }

    /// `φ(A)`, in place.
    pub fn forward(self, mut a: ArrayViewMut2<Real>) {
        match self {
            Self::Tanh => on_slices(&mut a, vector::tanh),
            Self::Relu => a.mapv_inplace(|a| a.max(0.0)),
        }
    }

    /// `d ⊙ φ′(A)`, in place, from the output `h = φ(A)`.
    pub fn backward(self, h: ArrayView2<Real>, d: ArrayViewMut2<Real>) {
        let pairs = Zip::from(d).and(h);
        match self {
            Self::Tanh => pairs.for_each(|d, &h| *d *= 1.0 - h * h),
            Self::Relu => pairs.for_each(|d, &h| *d = if h > 0.0 { *d } else { 0.0 }),
        }
    }
}
// ANCHOR_END: activation

/// Applies a function of slices to each row.
fn on_slices(a: &mut ArrayViewMut2<Real>, f: impl Fn(&mut [Real])) {
    for row in a.rows_mut() {
        f(row.into_slice().expect("the rows of a state must be contiguous"));
    }
}
