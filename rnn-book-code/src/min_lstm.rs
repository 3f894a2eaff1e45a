//! The minimal LSTM: two gates that look at the input only, made to sum to one.
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
/// The minLSTM (Feng et al. 2024) with `D` inputs and `H` units.
#[derive(Clone, Debug)]
pub struct MinLstm {
    /// The forget gate, `D` to `H`: 1 keeps.
    pub forget: Linear,
    /// The input gate, `D` to `H`: 1 writes.
    pub input: Linear,
    /// The candidate, `D` to `H`.
    pub candidate: Linear,
}

/// Forget gate, input gate and candidate of some rows.
type Gates = [Array2<Real>; 3];

impl MinLstm {
    /// Random weights; biases 0, but 1 for the forget gate.
    pub fn new(input: usize, hidden: usize, rng: &mut Rng) -> Self {
        let mut forget = Linear::new(input, hidden, rng);
        forget.b.fill(1.0);
        Self {
            forget,
            input: Linear::new(input, hidden, rng),
            candidate: Linear::new(input, hidden, rng),
        }
    }

    /// The gates of the rows of `x: [N, D]`, before they are made to sum to one.
    fn gates(&self, x: ArrayView2<Real>) -> Gates {
        let [f, i] = [&self.forget, &self.input].map(|gate| {
            let mut gate = gate.forward(x);
            gate.outer_iter_mut().for_each(|row| vector::sigmoid(slice_mut(row)));
            gate
        });
        [f, i, self.candidate.forward(x)]
    }
}

/// `a = f / (f + i)`, eq. (10.35) #modern-min-lstm.
fn kept(f: &Array2<Real>, i: &Array2<Real>) -> Array2<Real> {
    f / &(f + i)
}
// ANCHOR_END: cell

// ANCHOR: tape
/// What the backward pass of a [`MinLstm`] needs: `D + 5H` numbers for each step of
/// each example.
#[derive(Clone, Debug)]
pub struct MinLstmTape {
    /// The inputs, `[T, B, D]`.
    pub x: Array3<Real>,
    /// The forget gates, `[T · B, H]`.
    pub f: Array2<Real>,
    /// The input gates, `[T · B, H]`.
    pub i: Array2<Real>,
    /// What is kept of both, the candidates and the states.
    pub mean: GatedMean,
}

impl Tape for MinLstmTape {
    type State = Array2<Real>;

    fn output(&self) -> ArrayView3<'_, Real> {
        self.mean.output()
    }

    fn last(&self) -> Array2<Real> {
        self.mean.last()
    }
}
// ANCHOR_END: tape

impl Layer for MinLstm {
    type State = Array2<Real>;
    type Tape = MinLstmTape;

    fn input_size(&self) -> usize {
        self.forget.w.nrows()
    }

    fn output_size(&self) -> usize {
        self.forget.b.len()
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
    ) -> MinLstmTape {
        let ends = padding::ends(lengths, x.dim());
        let [f, i, v] = self.gates(rows(&x).view());
        let mean = GatedMean::of(kept(&f, &i), v, start, ends);
        MinLstmTape { x: x.to_owned(), f, i, mean }
    }

    fn backward(
        &self,
        tape: &MinLstmTape,
        d_h: ArrayView3<Real>,
        d_last: Option<&Array2<Real>>,
        grad: &mut MinLstm,
    ) -> (Array3<Real>, Array2<Real>) {
        let d = tape.mean.backward(d_h, d_last.map(|d_last| d_last.view()));
        // δ_f and δ_i, eq. (10.36) #modern-min-lstm-back
        let mut both = d.a;
        azip!((d in &mut both, &a in &tape.mean.a) *d *= a * (1.0 - a));
        let delta_f = &both * &(1.0 - &tape.f);
        let delta_i = -both * &(1.0 - &tape.i);
        let x = tape.x.view();
        let x = rows(&x);
        let mut d_x = self.forget.backward(x.view(), delta_f.view(), &mut grad.forget);
        d_x += &self.input.backward(x.view(), delta_i.view(), &mut grad.input);
        d_x += &self.candidate.backward(x.view(), d.v.view(), &mut grad.candidate);
        (d_x.into_shape_with_order(tape.x.dim()).expect("all rows"), d.start)
    }
    // ANCHOR_END: passes
}

// ANCHOR: step
impl Recurrent for MinLstm {
    fn step(&self, x: ArrayView2<Real>, state: &Array2<Real>) -> Array2<Real> {
        let [f, i, v] = self.gates(x);
        let mut h = state.clone();
        azip!((h in &mut h, &a in &kept(&f, &i), &v in &v) *h = a * *h + (1.0 - a) * v);
        h
    }

    fn output(state: &Array2<Real>) -> ArrayView2<'_, Real> {
        state.view()
    }
}
// ANCHOR_END: step

impl Parameters for MinLstm {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("forget", self.forget.parameters());
        list.extend(prefixed("input", self.input.parameters()));
        list.extend(prefixed("candidate", self.candidate.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("forget", self.forget.parameters_mut());
        list.extend(prefixed("input", self.input.parameters_mut()));
        list.extend(prefixed("candidate", self.candidate.parameters_mut()));
        list
    }
}
