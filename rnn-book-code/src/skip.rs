//! A cell with a second road back: each state also reads the one some steps before.
//!
//! `x: [T, B, D]` becomes `[T, B, H]`; a state holds the last few, each `[B, H]`.
//!
//! In the book: [section 3.5].
//!
//! [section 3.5]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch03-vanishing/roads.html

use crate::{
    Real, Rng,
    elman::{Elman, rows},
    layer::{Layer, Recurrent, Tape},
    padding,
    parameters::{Parameters, prefixed},
    product::{Packed, add_matmul, affine, matmul},
};
use ndarray::{
    Array2, Array3, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMutD, Axis, s,
};

// ANCHOR: cell
/// Elman's cell with a skip connection over time (after Lin et al. 1996): `H_t = φ(X_t
/// W_xh + H_{t−1} W_hh + H_{t−s} W_s + b_h)`, eq. (3.18) #vanish-skip. Its state is the
/// last `s` outputs, the oldest first.
#[derive(Clone, Debug)]
pub struct Skip {
    /// The cell, `D` to `H`.
    pub cell: Elman,
    /// The weight of the state `s` steps before, `[H, H]`.
    pub w_s: Array2<Real>,
    /// The number of steps skipped, `s`: at least 2.
    pub over: usize,
}

impl Skip {
    /// A cell with random weights.
    ///
    /// # Panics
    /// If `over` is less than 2.
    pub fn new(input: usize, hidden: usize, over: usize, rng: &mut Rng) -> Self {
        assert!(over >= 2, "a connection over {over} steps skips nothing");
        let cell = Elman::new(input, hidden, rng);
        let w_s = Elman::new(input, hidden, rng).w_hh;
        Self { cell, w_s, over }
    }
}
// ANCHOR_END: cell

/// What the backward pass of a [`Skip`] needs from the forward pass.
#[derive(Clone, Debug)]
pub struct SkipTape {
    /// The inputs, `[T, B, D]`.
    pub x: Array3<Real>,
    /// The states, `[s + T, B, H]`: the first `s` are the initial ones.
    pub h: Array3<Real>,
    /// The number of steps of each example, `[B]`.
    pub ends: Vec<usize>,
}

impl Tape for SkipTape {
    type State = Vec<Array2<Real>>;

    fn output(&self) -> ArrayView3<'_, Real> {
        let over = self.h.len_of(Axis(0)) - self.x.len_of(Axis(0));
        self.h.slice(s![over.., .., ..])
    }

    fn last(&self) -> Vec<Array2<Real>> {
        let steps = self.x.len_of(Axis(0));
        let over = self.h.len_of(Axis(0)) - steps;
        let from = |k| self.h.slice(s![k..=k + steps, .., ..]);
        (0..over).map(|k| padding::at_ends(from(k), &self.ends)).collect()
    }
}

impl Layer for Skip {
    type State = Vec<Array2<Real>>;
    type Tape = SkipTape;

    fn input_size(&self) -> usize {
        self.cell.w_xh.nrows()
    }

    fn output_size(&self) -> usize {
        self.cell.w_hh.nrows()
    }

    fn start(&self, batch: usize) -> Vec<Array2<Real>> {
        vec![Array2::zeros((batch, self.output_size())); self.over]
    }

    // ANCHOR: forward
    fn forward(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &Vec<Array2<Real>>,
    ) -> SkipTape {
        let (steps, batch, _) = x.dim();
        let (hidden, over) = (self.output_size(), self.over);
        let ends = padding::ends(lengths, x.dim());
        let u = affine(rows(&x).view(), self.cell.w_xh.view(), self.cell.b_h.view());
        let mut h = Array3::zeros((over + steps, batch, hidden));
        for (mut h, start) in h.outer_iter_mut().zip(start) {
            h.assign(start);
        }
        let u = u.into_shape_with_order((steps, batch, hidden)).unwrap();
        h.slice_mut(s![over.., .., ..]).assign(&u);

        let w_hh = Packed::new(self.cell.w_hh.view());
        let w_s = Packed::new(self.w_s.view());
        for t in over..over + steps {
            let (past, mut now) = h.view_mut().split_at(Axis(0), t);
            let mut h_t = now.index_axis_mut(Axis(0), 0);
            w_hh.add_matmul(past.index_axis(Axis(0), t - 1), h_t.view_mut());
            w_s.add_matmul(past.index_axis(Axis(0), t - over), h_t.view_mut());
            self.cell.phi.forward(h_t);
        }
        padding::clear(h.slice_mut(s![over.., .., ..]), &ends);
        SkipTape { x: x.to_owned(), h, ends }
    }
    // ANCHOR_END: forward

    // ANCHOR: backward
    fn backward(
        &self,
        tape: &SkipTape,
        d_h: ArrayView3<Real>,
        d_last: Option<&Vec<Array2<Real>>>,
        grad: &mut Skip,
    ) -> (Array3<Real>, Vec<Array2<Real>>) {
        let (steps, batch, hidden) = d_h.dim();
        let over = self.over;
        // The gradient of every state, the initial ones first
        let mut g = Array3::zeros((over + steps, batch, hidden));
        g.slice_mut(s![over.., .., ..]).assign(&d_h);
        padding::clear(g.slice_mut(s![over.., .., ..]), &tape.ends);
        for (k, d_last) in d_last.into_iter().flatten().enumerate() {
            for (b, &end) in tape.ends.iter().enumerate() {
                let mut g = g.slice_mut(s![end + k, b, ..]);
                g += &d_last.row(b);
            }
        }
        let mut delta = Array3::zeros((steps, batch, hidden));

        let w_hh_t = Packed::new(self.cell.w_hh.t());
        let w_s_t = Packed::new(self.w_s.t());
        for t in (over..over + steps).rev() {
            let (mut past, now) = g.view_mut().split_at(Axis(0), t);
            let mut delta_t = delta.index_axis_mut(Axis(0), t - over);
            // δ_t = H̄_t ⊙ φ′(A_t)
            delta_t.assign(&now.index_axis(Axis(0), 0));
            self.cell.phi.backward(tape.h.index_axis(Axis(0), t), delta_t.view_mut());
            // Two roads back, eq. (3.19) #vanish-skip-gradient
            w_hh_t.add_matmul(delta_t.view(), past.index_axis_mut(Axis(0), t - 1));
            w_s_t.add_matmul(delta_t.view(), past.index_axis_mut(Axis(0), t - over));
        }

        let x = tape.x.view();
        let one_before = tape.h.slice(s![over - 1..over - 1 + steps, .., ..]);
        let long_before = tape.h.slice(s![..steps, .., ..]);
        let delta = delta.into_shape_with_order((steps * batch, hidden)).unwrap();
        add_matmul(rows(&x).t(), delta.view(), grad.cell.w_xh.view_mut());
        add_matmul(rows(&one_before).t(), delta.view(), grad.cell.w_hh.view_mut());
        add_matmul(rows(&long_before).t(), delta.view(), grad.w_s.view_mut());
        grad.cell.b_h += &delta.sum_axis(Axis(0));
        let d_x = matmul(delta.view(), self.cell.w_xh.t());
        let d_start = g.outer_iter().take(over).map(|g| g.to_owned()).collect();
        (d_x.into_shape_with_order(x.dim()).unwrap(), d_start)
    }
    // ANCHOR_END: backward
}

impl Recurrent for Skip {
    fn step(
        &self,
        x: ArrayView2<Real>,
        state: &Vec<Array2<Real>>,
    ) -> Vec<Array2<Real>> {
        let (cell, before) = (&self.cell, &state[self.over - 1]);
        let mut h = affine(x, cell.w_xh.view(), cell.b_h.view());
        add_matmul(before.view(), cell.w_hh.view(), h.view_mut());
        add_matmul(state[0].view(), self.w_s.view(), h.view_mut());
        cell.phi.forward(h.view_mut());
        state[1..].iter().cloned().chain([h]).collect()
    }

    fn output(state: &Vec<Array2<Real>>) -> ArrayView2<'_, Real> {
        state[state.len() - 1].view()
    }
}

impl Parameters for Skip {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("cell", self.cell.parameters());
        list.push(("w_s".into(), self.w_s.view().into_dyn()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("cell", self.cell.parameters_mut());
        list.push(("w_s".into(), self.w_s.view_mut().into_dyn()));
        list
    }
}
