//! Jordan's network: what is fed back is the output, not the hidden state.
//!
//! An input `[B, D]` and the last output `[B, C]` become the next output `[B, C]`.
//!
//! In the book: [section 1.3].
//!
//! [section 1.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch01-foundations/tasks.html

use crate::{Real, Rng, init, linear::Linear};
use ndarray::{Array2, ArrayView2};

// ANCHOR: jordan
/// The network of Jordan (1986), its plan and its decay left out: the hidden layer
/// reads the input and the previous *output*.
#[derive(Clone, Debug)]
pub struct Jordan {
    /// From the input and its bias to the hidden layer, `[D, H]` and `[H]`.
    pub hidden: Linear,
    /// From the previous output to the hidden layer, `[C, H]`.
    pub w_yh: Array2<Real>,
    /// From the hidden layer to the output, `[H, C]` and `[C]`.
    pub out: Linear,
}

impl Jordan {
    /// Weights drawn uniformly between ±1/√(number of rows), bias 0.
    pub fn new(input: usize, hidden: usize, output: usize, rng: &mut Rng) -> Self {
        Self {
            hidden: Linear::new(input, hidden, rng),
            w_yh: init::uniform(output, hidden, 1.0 / (output as Real).sqrt(), rng),
            out: Linear::new(hidden, output, rng),
        }
    }

    /// One step, eq. (1.8) #jordan: the input `x: [B, D]` and the previous output
    /// `y: [B, C]` give the next output.
    pub fn step(&self, x: ArrayView2<Real>, y: ArrayView2<Real>) -> Array2<Real> {
        let h = (self.hidden.forward(x) + y.dot(&self.w_yh)).mapv_into(Real::tanh);
        self.out.forward(h.view())
    }
}
// ANCHOR_END: jordan
