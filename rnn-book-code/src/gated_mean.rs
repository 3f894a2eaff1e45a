//! A running mean whose weight is set by the input: the recurrence that the minimal
//! GRU and the minimal LSTM share.
//!
//! Weights and candidates are `[T · B, H]`, the states `[T, B, H]`.
//!
//! In the book: [section 10.4].
//!
//! [section 10.4]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch10-modern/recurrences.html

use crate::{Real, padding, scan};
use ndarray::{Array2, Array3, ArrayView2, ArrayView3, azip, s};

// ANCHOR: forward
/// `h_t = a_t ⊙ h_{t−1} + (1 − a_t) ⊙ v_t`, eq. (10.32) #modern-mean, for a batch.
#[derive(Clone, Debug)]
pub struct GatedMean {
    /// How much is kept, `[T · B, H]`.
    pub a: Array2<Real>,
    /// What is let in, `[T · B, H]`.
    pub v: Array2<Real>,
    /// The states, `[T + 1, B, H]`: `h[0]` is the initial one.
    pub h: Array3<Real>,
    /// The number of steps of each example, `[B]`.
    pub ends: Vec<usize>,
}

impl GatedMean {
    /// From `a` and `v: [T · B, H]`, which no state has touched, by one scan.
    pub fn of(
        a: Array2<Real>,
        v: Array2<Real>,
        start: &Array2<Real>,
        ends: Vec<usize>,
    ) -> Self {
        let (batch, hidden) = start.dim();
        let width = batch * hidden;
        let steps = a.len() / width.max(1);
        let mut b = v.clone();
        azip!((b in &mut b, &a in &a) *b *= 1.0 - a);
        let by_steps = (steps, width);
        let mut h = Array2::zeros((steps + 1, width));
        h.row_mut(0).assign(&start.flatten());
        let b = b.into_shape_with_order(by_steps).expect("all steps");
        h.slice_mut(s![1.., ..]).assign(&b);
        scan::sequential(a.to_shape(by_steps).expect("all steps").view(), h.view_mut());
        let shape = (steps + 1, batch, hidden);
        let mut h = h.into_shape_with_order(shape).expect("states of all steps");
        padding::clear(h.slice_mut(s![1.., .., ..]), &ends);
        Self { a, v, h, ends }
    }
}
// ANCHOR_END: forward

// ANCHOR: backward
/// The gradients of a [`GatedMean`].
#[derive(Clone, Debug)]
pub struct GatedMeanGradient {
    /// Of the weights, `[T · B, H]`.
    pub a: Array2<Real>,
    /// Of what is let in, `[T · B, H]`.
    pub v: Array2<Real>,
    /// Of the state before the first step, `[B, H]`.
    pub start: Array2<Real>,
}

impl GatedMean {
    /// Takes the gradient `d_h: [T, B, H]` of the states and that of the last one.
    pub fn backward(
        &self,
        d_h: ArrayView3<Real>,
        d_last: Option<ArrayView2<Real>>,
    ) -> GatedMeanGradient {
        let (steps, batch, hidden) = d_h.dim();
        let width = batch * hidden;
        let d = padding::with_last(d_h, d_last, &self.ends);
        let mut d = d.to_shape((steps, width)).expect("all steps").into_owned();
        let h = self.h.to_shape((steps + 1, width)).expect("all states");
        let a = self.a.to_shape((steps, width)).expect("all steps");
        // The whole gradients of the states, and with them those of a and b
        let (d_a, start) = scan::backward(a.view(), h.view(), d.view_mut());
        let by_rows = |m: Array2<Real>| {
            m.into_shape_with_order((steps * batch, hidden)).expect("all rows")
        };
        let (mut d_a, mut d_v) = (by_rows(d_a), by_rows(d));
        // b = (1 − a) ⊙ v, eq. (10.33) #modern-mean-back
        azip!((d_a in &mut d_a, d_v in &mut d_v, &a in &self.a, &v in &self.v) {
            *d_a -= *d_v * v;
            *d_v *= 1.0 - a;
        });
        let start = start.into_shape_with_order((batch, hidden));
        let mut start = start.expect("a row an example");
        if let Some(d_last) = d_last {
            padding::add_ending(&mut start, d_last, &self.ends, 0);
        }
        GatedMeanGradient { a: d_a, v: d_v, start }
    }

    /// The states after each step, `[T, B, H]`.
    pub fn output(&self) -> ArrayView3<'_, Real> {
        self.h.slice(s![1.., .., ..])
    }

    /// The state after the last step of each example, `[B, H]`.
    pub fn last(&self) -> Array2<Real> {
        padding::at_ends(self.h.view(), &self.ends)
    }
}
// ANCHOR_END: backward
