//! Elman's cell with layer normalisation of the pre-activations.
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
    layer_norm::{LayerNorm, LayerNormTape},
    padding,
    parameters::{Parameters, prefixed},
    product::{add_matmul, affine, matmul},
};
use ndarray::{
    Array2, Array3, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMutD, Axis, s,
};

// ANCHOR: cell
/// `H_t = φ(LN(X_t W_xh + H_{t−1} W_hh + b_h))` (Ba et al. 2016): every row of
/// pre-activations is brought to mean 0 and variance 1, then scaled and shifted.
#[derive(Clone, Debug)]
pub struct Normed {
    /// The cell, `D` to `H`.
    pub cell: Elman,
    /// The normalisation, of `H` columns.
    pub norm: LayerNorm,
}

impl Normed {
    /// A cell with random weights.
    pub fn new(input: usize, hidden: usize, rng: &mut Rng) -> Self {
        Self { cell: Elman::new(input, hidden, rng), norm: LayerNorm::new(hidden) }
    }

    /// The next state `[B, H]` from the inputs' part of the pre-activations and the
    /// state before, and what the way back needs of it.
    fn next(
        &self,
        mut a: Array2<Real>,
        h: ArrayView2<Real>,
    ) -> (Array2<Real>, LayerNormTape) {
        add_matmul(h, self.cell.w_hh.view(), a.view_mut());
        let (mut h, tape) = self.norm.forward(a.view());
        self.cell.phi.forward(h.view_mut());
        (h, tape)
    }
}
// ANCHOR_END: cell

/// What the backward pass of a [`Normed`] needs from the forward pass.
#[derive(Clone, Debug)]
pub struct NormedTape {
    /// The inputs, `[T, B, D]`.
    pub x: Array3<Real>,
    /// The states, `[T + 1, B, H]`: `h[0]` is the initial one.
    pub h: Array3<Real>,
    /// The tapes of the normalisation, one a step.
    pub norms: Vec<LayerNormTape>,
    /// The number of steps of each example, `[B]`.
    pub ends: Vec<usize>,
}

impl Tape for NormedTape {
    type State = Array2<Real>;

    fn output(&self) -> ArrayView3<'_, Real> {
        self.h.slice(s![1.., .., ..])
    }

    fn last(&self) -> Array2<Real> {
        padding::at_ends(self.h.view(), &self.ends)
    }
}

impl Layer for Normed {
    type State = Array2<Real>;
    type Tape = NormedTape;

    fn input_size(&self) -> usize {
        self.cell.w_xh.nrows()
    }

    fn output_size(&self) -> usize {
        self.cell.w_hh.nrows()
    }

    fn start(&self, batch: usize) -> Array2<Real> {
        Array2::zeros((batch, self.output_size()))
    }

    fn forward(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &Array2<Real>,
    ) -> NormedTape {
        let (steps, batch, _) = x.dim();
        let ends = padding::ends(lengths, x.dim());
        let mut h = Array3::zeros((steps + 1, batch, self.output_size()));
        h.index_axis_mut(Axis(0), 0).assign(start);
        let mut norms = Vec::with_capacity(steps);
        for (t, x_t) in x.outer_iter().enumerate() {
            let u = affine(x_t, self.cell.w_xh.view(), self.cell.b_h.view());
            let (h_t, tape) = self.next(u, h.index_axis(Axis(0), t));
            h.index_axis_mut(Axis(0), t + 1).assign(&h_t);
            norms.push(tape);
        }
        padding::clear(h.slice_mut(s![1.., .., ..]), &ends);
        NormedTape { x: x.to_owned(), h, norms, ends }
    }

    // ANCHOR: backward
    fn backward(
        &self,
        tape: &NormedTape,
        d_h: ArrayView3<Real>,
        d_last: Option<&Array2<Real>>,
        grad: &mut Normed,
    ) -> (Array3<Real>, Array2<Real>) {
        let (steps, batch, hidden) = d_h.dim();
        let d_h = padding::with_last(d_h, d_last.map(|d| d.view()), &tape.ends);
        let mut delta = Array3::zeros((steps, batch, hidden));
        let mut later = self.start(batch); // the gradient of H_t from step t + 1
        for t in (0..steps).rev() {
            later += &d_h.index_axis(Axis(0), t);
            // Through φ, through the normalisation, through W_hh
            self.cell.phi.backward(tape.h.index_axis(Axis(0), t + 1), later.view_mut());
            let delta_t =
                self.norm.backward(&tape.norms[t], later.view(), &mut grad.norm);
            later = matmul(delta_t.view(), self.cell.w_hh.t());
            delta.index_axis_mut(Axis(0), t).assign(&delta_t);
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

impl Recurrent for Normed {
    fn step(&self, x: ArrayView2<Real>, state: &Array2<Real>) -> Array2<Real> {
        let u = affine(x, self.cell.w_xh.view(), self.cell.b_h.view());
        self.next(u, state.view()).0
    }

    fn output(state: &Array2<Real>) -> ArrayView2<'_, Real> {
        state.view()
    }
}

impl Parameters for Normed {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("cell", self.cell.parameters());
        list.extend(prefixed("norm", self.norm.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("cell", self.cell.parameters_mut());
        list.extend(prefixed("norm", self.norm.parameters_mut()));
        list
    }
}
