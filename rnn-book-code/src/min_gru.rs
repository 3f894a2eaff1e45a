//! The minimal GRU: a gate that looks at the input only, so that all steps are one scan.
//!
//! `x: [T, B, D]` becomes `[T, B, H]`.
//!
//! In the book: [section 10.4].
//!
//! [section 10.4]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch10-modern/recurrences.html

use crate::{
    Real, Rng,
    elman::rows,
    gated_mean::GatedMean,
    layer::{Layer, Recurrent, Tape},
    linear::Linear,
    padding,
    parameters::{Parameters, prefixed},
    vector::{self, slice_mut},
};
use ndarray::{
    Array2, Array3, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMutD, azip,
};

// ANCHOR: cell
/// The minGRU (Feng et al. 2024) with `D` inputs and `H` units. Unlike in the GRU of
/// chapter 5, `z = 1` writes and `z = 0` keeps.
#[derive(Clone, Debug)]
pub struct MinGru {
    /// The update gate, `D` to `H`.
    pub gate: Linear,
    /// The candidate, `D` to `H`.
    pub candidate: Linear,
}

impl MinGru {
    /// Random weights; the bias of the gate is −1, so that a unit keeps σ(1) = 0.73 of
    /// its state a step, as the LSTM of chapter 4 does at its start.
    pub fn new(input: usize, hidden: usize, rng: &mut Rng) -> Self {
        let mut gate = Linear::new(input, hidden, rng);
        gate.b.fill(-1.0);
        Self { gate, candidate: Linear::new(input, hidden, rng) }
    }

    /// Gate and candidate of the rows of `x: [N, D]`, eq. (10.31) #modern-min-gru.
    fn gates(&self, x: ArrayView2<Real>) -> [Array2<Real>; 2] {
        let mut z = self.gate.forward(x);
        z.outer_iter_mut().for_each(|z| vector::sigmoid(slice_mut(z)));
        [z, self.candidate.forward(x)]
    }
}
// ANCHOR_END: cell

// ANCHOR: tape
/// What the backward pass of a [`MinGru`] needs: `D + 3H` numbers for each step of each
/// example.
#[derive(Clone, Debug)]
pub struct MinGruTape {
    /// The inputs, `[T, B, D]`.
    pub x: Array3<Real>,
    /// `a = 1 − z`, the candidates and the states.
    pub mean: GatedMean,
}

impl Tape for MinGruTape {
    type State = Array2<Real>;

    fn output(&self) -> ArrayView3<'_, Real> {
        self.mean.output()
    }

    fn last(&self) -> Array2<Real> {
        self.mean.last()
    }
}
// ANCHOR_END: tape

impl Layer for MinGru {
    type State = Array2<Real>;
    type Tape = MinGruTape;

    fn input_size(&self) -> usize {
        self.gate.w.nrows()
    }

    fn output_size(&self) -> usize {
        self.gate.b.len()
    }

    fn start(&self, batch: usize) -> Array2<Real> {
        Array2::zeros((batch, self.output_size()))
    }

    // ANCHOR: passes
    fn forward(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &Array2<Real>,
    ) -> MinGruTape {
        let ends = padding::ends(lengths, x.dim());
        // All steps at once: no gate looks at a state
        let [z, v] = self.gates(rows(&x).view());
        MinGruTape { mean: GatedMean::of(1.0 - z, v, start, ends), x: x.to_owned() }
    }

    fn backward(
        &self,
        tape: &MinGruTape,
        d_h: ArrayView3<Real>,
        d_last: Option<&Array2<Real>>,
        grad: &mut MinGru,
    ) -> (Array3<Real>, Array2<Real>) {
        let d = tape.mean.backward(d_h, d_last.map(|d_last| d_last.view()));
        // δ_z = −d_a ⊙ z ⊙ (1 − z), eq. (10.34) #modern-min-gru-back
        let mut delta_z = d.a;
        azip!((delta in &mut delta_z, &a in &tape.mean.a) *delta *= -a * (1.0 - a));
        let x = tape.x.view();
        let x = rows(&x);
        let mut d_x = self.gate.backward(x.view(), delta_z.view(), &mut grad.gate);
        d_x += &self.candidate.backward(x.view(), d.v.view(), &mut grad.candidate);
        (d_x.into_shape_with_order(tape.x.dim()).expect("all rows"), d.start)
    }
    // ANCHOR_END: passes
}

// ANCHOR: step
impl Recurrent for MinGru {
    fn step(&self, x: ArrayView2<Real>, state: &Array2<Real>) -> Array2<Real> {
        let [z, v] = self.gates(x);
        let mut h = state.clone();
        azip!((h in &mut h, &z in &z, &v in &v) *h = (1.0 - z) * *h + z * v);
        h
    }

    fn output(state: &Array2<Real>) -> ArrayView2<'_, Real> {
        state.view()
    }
}
// ANCHOR_END: step

impl Parameters for MinGru {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("gate", self.gate.parameters());
        list.extend(prefixed("candidate", self.candidate.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("gate", self.gate.parameters_mut());
        list.extend(prefixed("candidate", self.candidate.parameters_mut()));
        list
    }
}
