//! The LSTM with parts taken away or added, in one layer: what the ablation trains.
//!
//! The shapes are those of [`lstm`](crate::lstm).
//!
//! In the book: [section 4.5].
//!
//! [section 4.5]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch04-lstm/experiments.html

use crate::{
    Real, Rng,
    elman::rows,
    init,
    layer::{Layer, Recurrent},
    lstm::{LstmState, LstmTape, quarters, quarters_mut},
    padding,
    parameters::Parameters,
    product::{Packed, add_matmul, affine, matmul},
    vector::{self, slice, slice_mut},
};
use ndarray::{
    Array1, Array2, Array3, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMutD, Axis,
    azip, s,
};

// ANCHOR: options
/// Where the forget gate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forget {
    /// Weights of its own (Gers et al. 2000).
    Own,
    /// It is always 1 (Hochreiter & Schmidhuber 1997).
    Open,
    /// It is `1 − i`: what is written takes the place of what was there.
    Coupled,
}

/// Which parts a cell has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The forget gate.
    pub forget: Forget,
    /// Whether there is an input gate; without one, `i = 1`.
    pub input: bool,
    /// Whether there is an output gate; without one, `o = 1`.
    pub output: bool,
    /// Whether the cell state goes through a tanh on its way out.
    pub bend: bool,
    /// Whether the gates see the cell state, each unit its own (Gers & Schmidhuber
    /// 2000).
    pub peepholes: bool,
}

impl Parts {
    /// Those of [`Lstm`](crate::lstm::Lstm).
    pub const STANDARD: Self = Self {
        forget: Forget::Own,
        input: true,
        output: true,
        bend: true,
        peepholes: false,
    };

    /// Which of `i`, `f`, `g` and `o` have weights.
    fn learned(self) -> [bool; 4] {
        [self.input, self.forget == Forget::Own, true, self.output]
    }

    /// The name of what gate `k` has in the array `name`, if it has anything there.
    fn named(self, k: usize, name: &str) -> Option<String> {
        let peeps = self.peepholes && NAMES[k] != "g";
        let there = self.learned()[k] && (name != "p" || peeps);
        there.then(|| format!("{}.{name}", NAMES[k]))
    }
}
// ANCHOR_END: options

/// The names of the gates, in the order of their columns.
const NAMES: [&str; 4] = ["i", "f", "g", "o"];

// ANCHOR: cell
/// An LSTM with some of its parts. The columns of each weight are those of `i`, `f`,
/// `g` and `o`, as in [`Lstm`](crate::lstm::Lstm); those of a gate that is not there
/// are 0, and count neither as parameters nor in anything that is computed.
#[derive(Clone, Debug)]
pub struct LstmVariant {
    /// Which parts there are.
    pub parts: Parts,
    /// From the input to the gates, `[D, 4H]`.
    pub w_x: Array2<Real>,
    /// From the state to the gates, `[H, 4H]`.
    pub w_h: Array2<Real>,
    /// The biases of the gates, `[4H]`.
    pub b: Array1<Real>,
    /// From each unit's cell state to its gates, `[4H]`; that of `g` is not used.
    pub p: Array1<Real>,
}

impl LstmVariant {
    /// Weights drawn uniformly between ±1/√`hidden`, peepholes too; biases 0, but
    /// `bias` for the forget gate where it has weights of its own.
    pub fn new(
        input: usize,
        hidden: usize,
        parts: Parts,
        bias: Real,
        rng: &mut Rng,
    ) -> Self {
        let limit = 1.0 / (hidden as Real).sqrt();
        let mut cell = Self {
            parts,
            w_x: init::uniform(input, 4 * hidden, limit, rng),
            w_h: init::uniform(hidden, 4 * hidden, limit, rng),
            b: Array1::zeros(4 * hidden),
            p: init::uniform(1, 4 * hidden, limit, rng).row(0).to_owned(),
        };
        cell.b.slice_mut(s![hidden..2 * hidden]).fill(bias);
        for (k, _) in parts.learned().iter().enumerate().filter(|(_, there)| !**there) {
            let columns = k * hidden..(k + 1) * hidden;
            cell.w_x.slice_mut(s![.., columns.clone()]).fill(0.0);
            cell.w_h.slice_mut(s![.., columns.clone()]).fill(0.0);
            cell.b.slice_mut(s![columns]).fill(0.0);
        }
        cell
    }
}
// ANCHOR_END: cell

// ANCHOR: gates
impl LstmVariant {
    /// One row of a batch: turns the pre-activations `a: [4H]` into gates, in place,
    /// and `c_before: [H]` into the new cell state and output.
    fn open_gates(
        &self,
        a: &mut [Real],
        c_before: &[Real],
        c: &mut [Real],
        h: &mut [Real],
    ) {
        let [i, f, g, o] = quarters_mut(a);
        let [p_i, p_f, _, p_o] = quarters(slice(self.p.view()));
        if self.parts.peepholes {
            azip!((i in &mut *i, &p in p_i, &c in c_before) *i += p * c);
            azip!((f in &mut *f, &p in p_f, &c in c_before) *f += p * c);
        }
        vector::tanh(g);
        if self.parts.input {
            vector::sigmoid(i);
        } else {
            i.fill(1.0);
        }
        match self.parts.forget {
            Forget::Own => vector::sigmoid(f),
            Forget::Open => f.fill(1.0),
            Forget::Coupled => azip!((f in &mut *f, &i in &*i) *f = 1.0 - i),
        }
        azip!((c in &mut *c, &c_before in c_before, &i in &*i, &f in &*f, &g in &*g)
            *c = f * c_before + i * g);
        if self.parts.peepholes {
            azip!((o in &mut *o, &p in p_o, &c in &*c) *o += p * c);
        }
        if self.parts.output {
            vector::sigmoid(o);
        } else {
            o.fill(1.0);
        }
        h.copy_from_slice(c);
        if self.parts.bend {
            vector::tanh(h);
        }
        azip!((h in h, &o in &*o) *h *= o);
    }
}
// ANCHOR_END: gates

// ANCHOR: row
/// One row of the batch at one step, on the way back.
struct Row<'a> {
    gates: [&'a [Real]; 4],
    c: &'a [Real],
    c_before: &'a [Real],
    d_h: &'a [Real],
}

impl Row<'_> {
    /// From the gradient of `h` and, from later steps, of `c`: those of the four
    /// pre-activations, into `delta: [4H]`, and that of `c_before`, into `d_c`.
    fn backward(self, cell: &LstmVariant, d_c: &mut [Real], delta: &mut [Real]) {
        let [i, f, g, o] = self.gates;
        let [d_i, d_f, d_g, d_o] = quarters_mut(delta);
        let [p_i, p_f, _, p_o] = quarters(slice(cell.p.view()));
        let parts = cell.parts;
        let mut shown = self.c.to_vec();
        if parts.bend {
            vector::tanh(&mut shown);
        }

        azip!((d_o in &mut *d_o, &d_h in self.d_h, &shown in &shown, &o in o)
            *d_o = if parts.output { d_h * shown * o * (1.0 - o) } else { 0.0 });
        azip!((d_c in &mut *d_c, &d_h in self.d_h, &shown in &shown, &o in o)
            *d_c += d_h * o * if parts.bend { 1.0 - shown * shown } else { 1.0 });
        if parts.peepholes {
            // c_t has one reader more: its own output gate
            azip!((d_c in &mut *d_c, &d_o in &*d_o, &p in p_o) *d_c += d_o * p);
        }
        // What i and f are multiplied with; coupled, f is 1 − i and no value of its own
        azip!((d_i in &mut *d_i, &d_c in &*d_c, &g in g) *d_i = d_c * g);
        azip!((d_f in &mut *d_f, &d_c in &*d_c, &c_before in self.c_before)
            *d_f = d_c * c_before);
        if parts.forget == Forget::Coupled {
            azip!((d_i in &mut *d_i, &d_f in &*d_f) *d_i -= d_f);
        }
        azip!((d_i in &mut *d_i, &i in i)
            *d_i = if parts.input { *d_i * i * (1.0 - i) } else { 0.0 });
        let own = parts.forget == Forget::Own;
        azip!((d_f in &mut *d_f, &f in f)
            *d_f = if own { *d_f * f * (1.0 - f) } else { 0.0 });
        azip!((d_g in d_g, &d_c in &*d_c, &i in i, &g in g)
            *d_g = d_c * i * (1.0 - g * g));

        azip!((d_c in &mut *d_c, &f in f) *d_c *= f);
        if parts.peepholes {
            // c_{t−1} has two readers more: the input and the forget gate
            azip!((d_c in &mut *d_c, &d_i in &*d_i, &p in p_i) *d_c += d_i * p);
            azip!((d_c in &mut *d_c, &d_f in &*d_f, &p in p_f) *d_c += d_f * p);
        }
    }
}
// ANCHOR_END: row

impl Layer for LstmVariant {
    type State = LstmState;
    type Tape = LstmTape;

    fn input_size(&self) -> usize {
        self.w_x.nrows()
    }

    fn output_size(&self) -> usize {
        self.w_h.nrows()
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
    ) -> LstmTape {
        let (steps, batch, _) = x.dim();
        let hidden = self.output_size();
        let ends = padding::ends(lengths, x.dim());
        let mut h = Array3::zeros((steps + 1, batch, hidden));
        let mut c = Array3::zeros((steps + 1, batch, hidden));
        h.index_axis_mut(Axis(0), 0).assign(&start.h);
        c.index_axis_mut(Axis(0), 0).assign(&start.c);

        let u = affine(rows(&x).view(), self.w_x.view(), self.b.view());
        let mut gates = u.into_shape_with_order((steps, batch, 4 * hidden)).unwrap();
        let w_h = Packed::new(self.w_h.view());
        for (t, mut a_t) in gates.outer_iter_mut().enumerate() {
            let (h_past, mut h_now) = h.view_mut().split_at(Axis(0), t + 1);
            let (c_past, mut c_now) = c.view_mut().split_at(Axis(0), t + 1);
            w_h.add_matmul(h_past.index_axis(Axis(0), t), a_t.view_mut());
            for (b, a) in a_t.outer_iter_mut().enumerate() {
                let c_before = slice(c_past.slice(s![t, b, ..]));
                let c = slice_mut(c_now.slice_mut(s![0, b, ..]));
                let h = slice_mut(h_now.slice_mut(s![0, b, ..]));
                self.open_gates(slice_mut(a), c_before, c, h);
            }
        }
        padding::clear(h.slice_mut(s![1.., .., ..]), &ends);
        LstmTape { x: x.to_owned(), h, c, gates, ends }
    }

    fn backward(
        &self,
        tape: &LstmTape,
        d_h: ArrayView3<Real>,
        d_last: Option<&LstmState>,
        grad: &mut LstmVariant,
    ) -> (Array3<Real>, LstmState) {
        let (steps, batch, hidden) = d_h.dim();
        let d_h = padding::with_last(d_h, d_last.map(|d| d.h.view()), &tape.ends);
        let mut delta = Array3::zeros((steps, batch, 4 * hidden));
        let mut later = self.start(batch);
        let w_h_t = Packed::new(self.w_h.t());
        for t in (0..steps).rev() {
            if let Some(d_last) = d_last {
                padding::add_ending(&mut later.c, d_last.c.view(), &tape.ends, t + 1);
            }
            later.h += &d_h.index_axis(Axis(0), t);
            let mut delta_t = delta.index_axis_mut(Axis(0), t);
            for (b, delta) in delta_t.outer_iter_mut().enumerate() {
                let row = Row {
                    gates: quarters(slice(tape.gates.slice(s![t, b, ..]))),
                    c: slice(tape.c.slice(s![t + 1, b, ..])),
                    c_before: slice(tape.c.slice(s![t, b, ..])),
                    d_h: slice(later.h.row(b)),
                };
                row.backward(self, slice_mut(later.c.row_mut(b)), slice_mut(delta));
            }
            if self.parts.peepholes {
                let c_before = tape.c.index_axis(Axis(0), t);
                let c = tape.c.index_axis(Axis(0), t + 1);
                add_peepholes(c_before, c, delta_t.view(), &mut grad.p);
            }
            later.h.fill(0.0);
            w_h_t.add_matmul(delta_t.view(), later.h.view_mut());
        }
        if let Some(d_last) = d_last {
            padding::add_ending(&mut later.h, d_last.h.view(), &tape.ends, 0);
            padding::add_ending(&mut later.c, d_last.c.view(), &tape.ends, 0);
        }

        let (x, h_before) = (tape.x.view(), tape.h.slice(s![..steps, .., ..]));
        let delta = delta.into_shape_with_order((steps * batch, 4 * hidden)).unwrap();
        add_matmul(rows(&x).t(), delta.view(), grad.w_x.view_mut());
        add_matmul(rows(&h_before).t(), delta.view(), grad.w_h.view_mut());
        grad.b += &delta.sum_axis(Axis(0));
        let d_x = matmul(delta.view(), self.w_x.t());
        (d_x.into_shape_with_order(x.dim()).unwrap(), later)
    }
}

// ANCHOR: peepholes
/// Adds the gradient of the peepholes at one step: what each gate saw, the cell state
/// `c: [B, H]` before the step or, for the output gate, after it, times the gradient
/// `delta: [B, 4H]` of its pre-activation, summed over the batch.
fn add_peepholes(
    c_before: ArrayView2<Real>,
    c: ArrayView2<Real>,
    delta: ArrayView2<Real>,
    d_p: &mut Array1<Real>,
) {
    let hidden = c.ncols();
    for (k, seen) in [(0, c_before), (1, c_before), (3, c)] {
        let own = k * hidden..(k + 1) * hidden;
        let sum = (&seen * &delta.slice(s![.., own.clone()])).sum_axis(Axis(0));
        let mut d_p = d_p.slice_mut(s![own]);
        d_p += &sum;
    }
}
// ANCHOR_END: peepholes

impl Recurrent for LstmVariant {
    fn step(&self, x: ArrayView2<Real>, state: &LstmState) -> LstmState {
        let mut a = affine(x, self.w_x.view(), self.b.view());
        add_matmul(state.h.view(), self.w_h.view(), a.view_mut());
        let mut next = state.clone();
        for (b, a) in a.outer_iter_mut().enumerate() {
            let (c, h) = (next.c.row_mut(b), next.h.row_mut(b));
            let c_before = state.c.row(b);
            self.open_gates(slice_mut(a), slice(c_before), slice_mut(c), slice_mut(h));
        }
        next
    }

    fn output(state: &LstmState) -> ArrayView2<'_, Real> {
        state.h.view()
    }
}

/// The columns of the gates that have weights, with their names: `w_x` of `f` is
/// `f.w_x`.
impl Parameters for LstmVariant {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let hidden = self.output_size();
        let matrices = [("w_x", &self.w_x), ("w_h", &self.w_h)];
        let rows = [("b", &self.b), ("p", &self.p)];
        let mut list = Vec::new();
        for (name, w) in matrices {
            for (k, part) in w.axis_chunks_iter(Axis(1), hidden).enumerate() {
                list.extend(self.parts.named(k, name).map(|n| (n, part.into_dyn())));
            }
        }
        for (name, row) in rows {
            for (k, part) in row.axis_chunks_iter(Axis(0), hidden).enumerate() {
                list.extend(self.parts.named(k, name).map(|n| (n, part.into_dyn())));
            }
        }
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let hidden = self.output_size();
        let parts = self.parts;
        let matrices = [("w_x", &mut self.w_x), ("w_h", &mut self.w_h)];
        let rows = [("b", &mut self.b), ("p", &mut self.p)];
        let mut list = Vec::new();
        for (name, w) in matrices {
            for (k, part) in w.axis_chunks_iter_mut(Axis(1), hidden).enumerate() {
                list.extend(parts.named(k, name).map(|n| (n, part.into_dyn())));
            }
        }
        for (name, row) in rows {
            for (k, part) in row.axis_chunks_iter_mut(Axis(0), hidden).enumerate() {
                list.extend(parts.named(k, name).map(|n| (n, part.into_dyn())));
            }
        }
        list
    }
}
