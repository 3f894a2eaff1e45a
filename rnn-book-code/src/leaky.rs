//! A leaky cell: each step replaces only a part of the state.
//!
//! `x: [T, B, D]` becomes `[T, B, H]`.
//!
//! In the book: [section 3.5].
//!
//! [section 3.5]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch03-vanishing/roads.html

use crate::{
    Real, Rng,
    elman::{Elman, rows},
    layer::{Layer, Recurrent, Tape},
    padding,
    parameters::Parameters,
    product::{Packed, add_matmul, affine, matmul},
};
use ndarray::{
    Array2, Array3, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMutD, Axis, azip, s,
};

// ANCHOR: cell
/// Elman's cell with a leak (Jaeger et al. 2007): `H_t = (1 − α) H_{t−1} + α S_t`,
/// where `S_t` is what Elman's cell would make of `X_t` and `H_{t−1}`, eq. (3.15)
/// #vanish-leaky.
#[derive(Clone, Debug)]
pub struct Leaky {
    /// The cell that makes the new part, `D` to `H`.
    pub cell: Elman,
    /// The share of the state that a step replaces, α: over 0, at most 1.
    pub alpha: Real,
}

impl Leaky {
    /// A cell with random weights.
    pub fn new(input: usize, hidden: usize, alpha: Real, rng: &mut Rng) -> Self {
        Self { cell: Elman::new(input, hidden, rng), alpha }
    }
}
// ANCHOR_END: cell

/// What the backward pass of a [`Leaky`] needs from the forward pass.
#[derive(Clone, Debug)]
pub struct LeakyTape {
    /// The inputs, `[T, B, D]`.
    pub x: Array3<Real>,
    /// The states, `[T + 1, B, H]`: `h[0]` is the initial one.
    pub h: Array3<Real>,
    /// The new parts, `[T, B, H]`.
    pub s: Array3<Real>,
    /// The number of steps of each example, `[B]`.
    pub ends: Vec<usize>,
}

impl Tape for LeakyTape {
    type State = Array2<Real>;

    fn output(&self) -> ArrayView3<'_, Real> {
        self.h.slice(s![1.., .., ..])
    }

    fn last(&self) -> Array2<Real> {
        padding::at_ends(self.h.view(), &self.ends)
    }
}

impl Layer for Leaky {
    type State = Array2<Real>;
    type Tape = LeakyTape;

    fn input_size(&self) -> usize {
        self.cell.w_xh.nrows()
    }

    fn output_size(&self) -> usize {
        self.cell.w_hh.nrows()
    }

    fn start(&self, batch: usize) -> Array2<Real> {
        Array2::zeros((batch, self.output_size()))
    }

    // ANCHOR: forward
    fn forward(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &Array2<Real>,
    ) -> LeakyTape {
        let (steps, batch, _) = x.dim();
        let hidden = self.output_size();
        let ends = padding::ends(lengths, x.dim());
        let mut h = Array3::zeros((steps + 1, batch, hidden));
        h.index_axis_mut(Axis(0), 0).assign(start);

        let u = affine(rows(&x).view(), self.cell.w_xh.view(), self.cell.b_h.view());
        let mut s = u.into_shape_with_order((steps, batch, hidden)).unwrap();
        let w_hh = Packed::new(self.cell.w_hh.view());
        for (t, mut s_t) in s.outer_iter_mut().enumerate() {
            let (past, mut now) = h.view_mut().split_at(Axis(0), t + 1);
            let h_before = past.index_axis(Axis(0), t);
            w_hh.add_matmul(h_before, s_t.view_mut());
            self.cell.phi.forward(s_t.view_mut());
            // H_t = (1 − α) H_{t−1} + α S_t, eq. (3.15) #vanish-leaky
            let keep = 1.0 - self.alpha;
            azip!((h in now.index_axis_mut(Axis(0), 0), &before in h_before, &s in &s_t)
                *h = keep * before + self.alpha * s);
        }
        padding::clear(h.slice_mut(s![1.., .., ..]), &ends);
        LeakyTape { x: x.to_owned(), h, s, ends }
    }
    // ANCHOR_END: forward

    // ANCHOR: backward
    fn backward(
        &self,
        tape: &LeakyTape,
        d_h: ArrayView3<Real>,
        d_last: Option<&Array2<Real>>,
        grad: &mut Leaky,
    ) -> (Array3<Real>, Array2<Real>) {
        let (steps, batch, hidden) = d_h.dim();
        let d_h = padding::with_last(d_h, d_last.map(|d| d.view()), &tape.ends);
        let mut delta = Array3::zeros((steps, batch, hidden));
        let mut later = self.start(batch); // the gradient of H_t from step t + 1

        let w_hh_t = Packed::new(self.cell.w_hh.t());
        for t in (0..steps).rev() {
            later += &d_h.index_axis(Axis(0), t);
            let mut delta_t = delta.index_axis_mut(Axis(0), t);
            // δ_t = α H̄_t ⊙ φ′(A_t), eq. (3.16) #vanish-leaky-delta
            azip!((d in &mut delta_t, &g in &later) *d = self.alpha * g);
            self.cell.phi.backward(tape.s.index_axis(Axis(0), t), delta_t.view_mut());
            // H̄_{t−1} ← (1 − α) H̄_t + δ_t W_hhᵀ
            later *= 1.0 - self.alpha;
            w_hh_t.add_matmul(delta_t.view(), later.view_mut());
        }
        if let Some(d_last) = d_last {
            padding::add_ending(&mut later, d_last.view(), &tape.ends, 0);
        }

        let (x, h_before) = (tape.x.view(), tape.h.slice(s![..steps, .., ..]));
        let delta = delta.into_shape_with_order((steps * batch, hidden)).unwrap();
        add_matmul(rows(&x).t(), delta.view(), grad.cell.w_xh.view_mut());
        add_matmul(rows(&h_before).t(), delta.view(), grad.cell.w_hh.view_mut());
        grad.cell.b_h += &delta.sum_axis(Axis(0));
        let d_x = matmul(delta.view(), self.cell.w_xh.t());
        (d_x.into_shape_with_order(x.dim()).unwrap(), later)
    }
    // ANCHOR_END: backward
}

impl Recurrent for Leaky {
    fn step(&self, x: ArrayView2<Real>, state: &Array2<Real>) -> Array2<Real> {
        let new = self.cell.step(x, state.view());
        state * (1.0 - self.alpha) + new * self.alpha
    }

    fn output(state: &Array2<Real>) -> ArrayView2<'_, Real> {
        state.view()
    }
}

impl Parameters for Leaky {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        self.cell.parameters()
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        self.cell.parameters_mut()
    }
}
