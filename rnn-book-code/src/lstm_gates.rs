//! The long short-term memory with two products for each gate: the same function as
//! [`Lstm`], slower, and written as the equations are.
//!
//! One step: `x: [B, D]` and a state of two matrices `[B, H]`.
//!
//! In the book: [section 4.2] and [section 4.3].
//!
//! [section 4.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch04-lstm/cell.html
//! [section 4.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch04-lstm/backward.html

use crate::{
    Real,
    layer::{Layer, Recurrent, Tape},
    linear::Linear,
    lstm::{Lstm, LstmState},
    padding,
    parameters::{Parameters, prefixed},
    product::matmul,
};
use ndarray::{
    Array2, Array3, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMutD, Axis, s,
};

// ANCHOR: gate
/// The pre-activation of one gate: linear in the input and in the last output.
#[derive(Clone, Debug)]
pub struct Gate {
    /// From the input, with the bias: `[D, H]` and `[H]`.
    pub x: Linear,
    /// From the last output, `[H, H]`.
    pub w_h: Array2<Real>,
}

impl Gate {
    /// `X W_x + H W_h + b` for `x: [B, D]` and `h: [B, H]`.
    fn sum(&self, x: ArrayView2<Real>, h: &Array2<Real>) -> Array2<Real> {
        self.x.forward(x) + matmul(h.view(), self.w_h.view())
    }

    /// Takes the gradient `delta: [B, H]` of the sum; adds those of the parameters to
    /// `grad`, and returns those of `x` and `h`.
    fn backward(
        &self,
        (x, h): (ArrayView2<Real>, &Array2<Real>),
        delta: &Array2<Real>,
        grad: &mut Gate,
    ) -> (Array2<Real>, Array2<Real>) {
        grad.w_h += &matmul(h.t(), delta.view());
        let d_x = self.x.backward(x, delta.view(), &mut grad.x);
        (d_x, matmul(delta.view(), self.w_h.t()))
    }
}
// ANCHOR_END: gate

// ANCHOR: cell
/// The LSTM as four gates. [`Lstm`] holds the same numbers side by side.
#[derive(Clone, Debug)]
pub struct FourGates {
    /// The input gate: how much of the candidate is written.
    pub i: Gate,
    /// The forget gate: how much of the cell state is kept.
    pub f: Gate,
    /// The candidate: what may be written.
    pub g: Gate,
    /// The output gate: how much of the cell state is shown.
    pub o: Gate,
}

impl From<&Lstm> for FourGates {
    fn from(lstm: &Lstm) -> Self {
        let hidden = lstm.w_h.nrows();
        let gate = |k: usize| {
            let own = s![.., k * hidden..(k + 1) * hidden];
            let b = lstm.b.slice(s![k * hidden..(k + 1) * hidden]).to_owned();
            let x = Linear { w: lstm.w_x.slice(own).to_owned(), b };
            Gate { x, w_h: lstm.w_h.slice(own).to_owned() }
        };
        Self { i: gate(0), f: gate(1), g: gate(2), o: gate(3) }
    }
}
// ANCHOR_END: cell

// ANCHOR: tape
/// One step, with everything that the way back needs; `[B, D]` and `[B, H]`.
#[derive(Clone, Debug)]
pub struct Step {
    /// The input.
    pub x: Array2<Real>,
    /// The state before the step.
    pub before: LstmState,
    /// The input gate.
    pub i: Array2<Real>,
    /// The forget gate.
    pub f: Array2<Real>,
    /// The candidate.
    pub g: Array2<Real>,
    /// The output gate.
    pub o: Array2<Real>,
    /// The state after the step.
    pub after: LstmState,
}
// ANCHOR_END: tape

// ANCHOR: step
fn sigmoid(a: Array2<Real>) -> Array2<Real> {
    a.mapv_into(|a| 1.0 / (1.0 + (-a).exp()))
}

impl FourGates {
    /// One step forward.
    pub fn open(&self, x: ArrayView2<Real>, before: &LstmState) -> Step {
        // eq. (4.6) #lstm-gates
        let i = sigmoid(self.i.sum(x, &before.h));
        let f = sigmoid(self.f.sum(x, &before.h));
        let g = self.g.sum(x, &before.h).mapv_into(Real::tanh);
        let o = sigmoid(self.o.sum(x, &before.h));

        let c = &f * &before.c + &i * &g; // eq. (4.7) #lstm-cell
        let h = &o * &c.mapv(Real::tanh); // eq. (4.8) #lstm-hidden
        let after = LstmState { h, c };
        Step { x: x.to_owned(), before: before.clone(), i, f, g, o, after }
    }
}
// ANCHOR_END: step

// ANCHOR: back
impl FourGates {
    /// One step back, from the gradient `d` of the state after it: adds the gradients
    /// of the parameters to `grad`, and returns those of the input and of the state
    /// before.
    pub fn back(
        &self,
        step: &Step,
        d: &LstmState,
        grad: &mut FourGates,
    ) -> (Array2<Real>, LstmState) {
        let Step { x, before, i, f, g, o, after } = step;
        let tanh_c = &after.c.mapv(Real::tanh);
        let one_minus = |a: &Array2<Real>| 1.0 - a;

        // C_t has two readers, C_{t+1} and H_t, eq. (4.13) #lstm-d-cell
        let d_c = &d.c + &d.h * o * one_minus(&(tanh_c * tanh_c));
        // The four pre-activations, eq. (4.14) #lstm-deltas
        let delta_o = &d.h * tanh_c * o * one_minus(o);
        let delta_i = &d_c * g * i * one_minus(i);
        let delta_f = &d_c * &before.c * f * one_minus(f);
        let delta_g = &d_c * i * one_minus(&(g * g));

        // Each gate has read X_t and H_{t−1}, eq. (4.15) #lstm-d-before
        let read = (x.view(), &before.h);
        let (x_i, h_i) = self.i.backward(read, &delta_i, &mut grad.i);
        let (x_f, h_f) = self.f.backward(read, &delta_f, &mut grad.f);
        let (x_g, h_g) = self.g.backward(read, &delta_g, &mut grad.g);
        let (x_o, h_o) = self.o.backward(read, &delta_o, &mut grad.o);
        let d_before = LstmState { h: h_i + h_f + h_g + h_o, c: d_c * f };
        (x_i + x_f + x_g + x_o, d_before)
    }
}
// ANCHOR_END: back

/// The steps of one pass over a sequence.
#[derive(Clone, Debug)]
pub struct GatesTape {
    /// Every step.
    pub steps: Vec<Step>,
    start: LstmState,
    output: Array3<Real>,
    ends: Vec<usize>,
}

impl Tape for GatesTape {
    type State = LstmState;

    fn output(&self) -> ArrayView3<'_, Real> {
        self.output.view()
    }

    fn last(&self) -> LstmState {
        let mut last = self.start.clone();
        for (b, &end) in self.ends.iter().enumerate().filter(|&(_, &end)| end > 0) {
            let after = &self.steps[end - 1].after;
            last.h.row_mut(b).assign(&after.h.row(b));
            last.c.row_mut(b).assign(&after.c.row(b));
        }
        last
    }
}

impl Layer for FourGates {
    type State = LstmState;
    type Tape = GatesTape;

    fn input_size(&self) -> usize {
        self.i.x.w.nrows()
    }

    fn output_size(&self) -> usize {
        self.i.w_h.nrows()
    }

    fn start(&self, batch: usize) -> LstmState {
        let zeros = Array2::zeros((batch, self.output_size()));
        LstmState { h: zeros.clone(), c: zeros }
    }

    fn forward(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &LstmState,
    ) -> GatesTape {
        let (steps, batch, _) = x.dim();
        let ends = padding::ends(lengths, x.dim());
        let mut output = Array3::zeros((steps, batch, self.output_size()));
        let mut tape: Vec<Step> = Vec::with_capacity(steps);
        for (x_t, mut h_t) in x.outer_iter().zip(output.outer_iter_mut()) {
            let before = tape.last().map_or(start, |step| &step.after);
            let step = self.open(x_t, before);
            h_t.assign(&step.after.h);
            tape.push(step);
        }
        padding::clear(output.view_mut(), &ends);
        GatesTape { steps: tape, start: start.clone(), output, ends }
    }

    fn backward(
        &self,
        tape: &GatesTape,
        d_h: ArrayView3<Real>,
        d_last: Option<&LstmState>,
        grad: &mut FourGates,
    ) -> (Array3<Real>, LstmState) {
        let (steps, batch, _) = d_h.dim();
        let d_h = padding::with_last(d_h, d_last.map(|d| d.h.view()), &tape.ends);
        let mut d_x = Array3::zeros((steps, batch, self.input_size()));
        let mut later = self.start(batch);
        for t in (0..steps).rev() {
            if let Some(d_last) = d_last {
                padding::add_ending(&mut later.c, d_last.c.view(), &tape.ends, t + 1);
            }
            later.h += &d_h.index_axis(Axis(0), t);
            let (d_x_t, before) = self.back(&tape.steps[t], &later, grad);
            d_x.index_axis_mut(Axis(0), t).assign(&d_x_t);
            later = before;
        }
        if let Some(d_last) = d_last {
            padding::add_ending(&mut later.h, d_last.h.view(), &tape.ends, 0);
            padding::add_ending(&mut later.c, d_last.c.view(), &tape.ends, 0);
        }
        (d_x, later)
    }
}

impl Recurrent for FourGates {
    fn step(&self, x: ArrayView2<Real>, state: &LstmState) -> LstmState {
        self.open(x, state).after
    }

    fn output(state: &LstmState) -> ArrayView2<'_, Real> {
        state.h.view()
    }
}

impl Parameters for Gate {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("x", self.x.parameters());
        list.push(("w_h".into(), self.w_h.view().into_dyn()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("x", self.x.parameters_mut());
        list.push(("w_h".into(), self.w_h.view_mut().into_dyn()));
        list
    }
}

impl Parameters for FourGates {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let gates = [("i", &self.i), ("f", &self.f), ("g", &self.g), ("o", &self.o)];
        let named = gates.into_iter().map(|(name, g)| prefixed(name, g.parameters()));
        named.flatten().collect()
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let Self { i, f, g, o } = self;
        let gates = [("i", i), ("f", f), ("g", g), ("o", o)].into_iter();
        gates.flat_map(|(name, g)| prefixed(name, g.parameters_mut())).collect()
    }
}
