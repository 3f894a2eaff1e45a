//! Real-time recurrent learning: the gradient carried forward with the state.
//!
//! One sequence, one step at a time: an input `[D]`, a state `[H]`.
//!
//! In the book: [section 2.4].
//!
//! [section 2.4]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch02-backpropagation/cost.html

use crate::{Real, elman::Elman};
use ndarray::{Array1, Array2, Array3, ArrayView1, Axis};

// ANCHOR: rtrl
/// The state of one sequence and its derivatives by every weight so far, eq. (2.24)
/// #rtrl. The gradient is ready after every step and nothing of the past is kept, but
/// the derivatives take H·(D + H + 1)·H numbers, and each step about H² times the work
/// of a forward step.
#[derive(Clone, Debug)]
pub struct Rtrl {
    /// The state, `[H]`.
    pub h: Array1<Real>,
    /// `∂h_k / ∂u_ij` at `[k, i, j]`, where `u` is `w_xh`, `w_hh` and `b_h`, one below
    /// the other: `[H, D + H + 1, H]`.
    pub influence: Array3<Real>,
}

impl Rtrl {
    /// The state 0, which does not depend on the weights.
    pub fn new(cell: &Elman) -> Self {
        let (input, hidden) = cell.w_xh.dim();
        Self {
            h: Array1::zeros(hidden),
            influence: Array3::zeros((hidden, input + hidden + 1, hidden)),
        }
    }

    /// Reads `x: [D]`: moves the state and the derivatives one step on.
    pub fn step(&mut self, cell: &Elman, x: ArrayView1<Real>) {
        let (_, rows, hidden) = self.influence.dim();
        let joined: Vec<Real> = x.iter().chain(&self.h).copied().chain([1.0]).collect();
        let h = (x.dot(&cell.w_xh) + self.h.dot(&cell.w_hh) + &cell.b_h)
            .mapv_into(Real::tanh);

        // Through the old state: Σ_l w_hh[l, k] ∂h_l/∂u_ij …
        let old = self.influence.to_shape((hidden, rows * hidden)).unwrap();
        let mut new = cell
            .w_hh
            .t()
            .dot(&old)
            .into_shape_with_order((hidden, rows, hidden))
            .unwrap();
        for (k, mut by_weight) in new.outer_iter_mut().enumerate() {
            // … and directly: weight u_ij feeds unit j only, with input i.
            for (i, &input) in joined.iter().enumerate() {
                by_weight[[i, k]] += input;
            }
            by_weight *= 1.0 - h[k] * h[k];
        }
        (self.h, self.influence) = (h, new);
    }

    /// The gradient of a loss whose gradient by the present state is `d_h: [H]`: by the
    /// weights `w_xh`, `w_hh` and `b_h`, one below the other, `[D + H + 1, H]`.
    pub fn gradient(&self, d_h: ArrayView1<Real>) -> Array2<Real> {
        let mut gradient = Array2::zeros((self.influence.len_of(Axis(1)), d_h.len()));
        for (by_weight, &d_h_k) in self.influence.outer_iter().zip(d_h) {
            gradient.scaled_add(d_h_k, &by_weight);
        }
        gradient
    }
}
// ANCHOR_END: rtrl
