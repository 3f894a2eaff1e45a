//! The long short-term memory: one step, a whole sequence, and back-propagation through
//! time. The four gates share one product.
//!
//! `x: [T, B, D]` becomes `[T, B, H]`; a state is two matrices `[B, H]`, `h` and `c`.
//!
//! In the book: [section 4.2] and [section 4.3].
//!
//! [section 4.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch04-lstm/cell.html
//! [section 4.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch04-lstm/backward.html

use crate::{
    Real, Rng,
    elman::rows,
    init,
    layer::{Layer, Recurrent, State, Tape},
    padding,
    parameters::Parameters,
    product::{Packed, add_matmul, add_matmuls, affine, matmul},
    vector::{self, slice, slice_mut},
};
use ndarray::{
    Array1, Array2, Array3, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMut2,
    ArrayViewMutD, Axis, azip, s,
};

// ANCHOR: cell
/// The LSTM with a forget gate (Hochreiter & Schmidhuber 1997; Gers et al. 2000), with
/// `D` inputs and `H` units. The columns of each weight are, `H` at a time, those of
/// the input gate `i`, the forget gate `f`, the candidate `g` and the output gate `o`.
#[derive(Clone, Debug)]
pub struct Lstm {
    /// From the input to the gates, `[D, 4H]`.
    pub w_x: Array2<Real>,
    /// From the state to the gates, `[H, 4H]`.
    pub w_h: Array2<Real>,
    /// The biases of the gates, `[4H]`.
    pub b: Array1<Real>,
}

impl Lstm {
    /// Weights drawn uniformly between ±1/√`hidden`; biases 0, but 1 for the forget
    /// gate, which starts open (Jozefowicz et al. 2015).
    pub fn new(input: usize, hidden: usize, rng: &mut Rng) -> Self {
        let limit = 1.0 / (hidden as Real).sqrt();
        let cell = Self {
            w_x: init::uniform(input, 4 * hidden, limit, rng),
            w_h: init::uniform(hidden, 4 * hidden, limit, rng),
            b: Array1::zeros(4 * hidden),
        };
        cell.with_forget_bias(1.0)
    }

    /// The same with this bias at every forget gate.
    pub fn with_forget_bias(mut self, bias: Real) -> Self {
        let hidden = self.w_h.nrows();
        self.b.slice_mut(s![hidden..2 * hidden]).fill(bias);
        self
    }
}
// ANCHOR_END: cell

// ANCHOR: state
/// The two matrices that an LSTM hands on.
#[derive(Clone, Debug, PartialEq)]
pub struct LstmState {
    /// The output of the layer, `[B, H]`.
    pub h: Array2<Real>,
    /// The cell state, `[B, H]`.
    pub c: Array2<Real>,
}

impl State for LstmState {
    fn arrays(&self) -> Vec<ArrayView2<'_, Real>> {
        vec![self.h.view(), self.c.view()]
    }

    fn arrays_mut(&mut self) -> Vec<ArrayViewMut2<'_, Real>> {
        vec![self.h.view_mut(), self.c.view_mut()]
    }

    fn map(&self, f: &mut dyn FnMut(ArrayView2<Real>) -> Array2<Real>) -> Self {
        Self { h: f(self.h.view()), c: f(self.c.view()) }
    }
}
// ANCHOR_END: state

// ANCHOR: gates
/// One row of a batch: turns the pre-activations `a: [4H]` into gates, in place, and
/// `c_before: [H]` into the new cell state and output.
fn open_gates(a: &mut [Real], c_before: &[Real], c: &mut [Real], h: &mut [Real]) {
    let [i, f, g, o] = quarters_mut(a);
    vector::sigmoid(i);
    vector::sigmoid(f);
    vector::tanh(g);
    vector::sigmoid(o);
    // c_t = f ⊙ c_{t−1} + i ⊙ g, eq. (4.7) #lstm-cell
    azip!((c in &mut *c, &c_before in c_before, &i in &*i, &f in &*f, &g in &*g)
        *c = f * c_before + i * g);
    // h_t = o ⊙ tanh(c_t), eq. (4.8) #lstm-hidden
    h.copy_from_slice(c);
    vector::tanh(h);
    azip!((h in h, &o in &*o) *h *= o);
}
// ANCHOR_END: gates

// ANCHOR: step
impl Recurrent for Lstm {
    fn step(&self, x: ArrayView2<Real>, state: &LstmState) -> LstmState {
        let mut a = affine(x, self.w_x.view(), self.b.view());
        add_matmul(state.h.view(), self.w_h.view(), a.view_mut());
        let mut next = state.clone();
        for (b, a) in a.outer_iter_mut().enumerate() {
            let (c, h) = (next.c.row_mut(b), next.h.row_mut(b));
            let c_before = state.c.row(b);
            open_gates(slice_mut(a), slice(c_before), slice_mut(c), slice_mut(h));
        }
        next
    }

    fn output(state: &LstmState) -> ArrayView2<'_, Real> {
        state.h.view()
    }
}
// ANCHOR_END: step

// ANCHOR: tape
/// What the backward pass of an [`Lstm`] needs from the forward pass: `D + 6H` numbers
/// for each step of each example.
#[derive(Clone, Debug)]
pub struct LstmTape {
    /// The inputs, `[T, B, D]`.
    pub x: Array3<Real>,
    /// The outputs, `[T + 1, B, H]`: `h[0]` is the initial one.
    pub h: Array3<Real>,
    /// The cell states, `[T + 1, B, H]`: `c[0]` is the initial one.
    pub c: Array3<Real>,
    /// The gates after their activations, `[T, B, 4H]`.
    pub gates: Array3<Real>,
    /// The number of steps of each example, `[B]`.
    pub ends: Vec<usize>,
}

impl Tape for LstmTape {
    type State = LstmState;

    fn output(&self) -> ArrayView3<'_, Real> {
        self.h.slice(s![1.., .., ..])
    }

    fn last(&self) -> LstmState {
        let at_ends =
            |states: &Array3<Real>| padding::at_ends(states.view(), &self.ends);
        LstmState { h: at_ends(&self.h), c: at_ends(&self.c) }
    }
}
// ANCHOR_END: tape

impl Layer for Lstm {
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

    // ANCHOR: forward
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

        // U = X W_x + b: all steps in one product
        let u = affine(rows(&x).view(), self.w_x.view(), self.b.view());
        let mut gates = u.into_shape_with_order((steps, batch, 4 * hidden)).unwrap();

        let w_h = Packed::new(self.w_h.view());
        for (t, mut a_t) in gates.outer_iter_mut().enumerate() {
            let (h_past, mut h_now) = h.view_mut().split_at(Axis(0), t + 1);
            let (c_past, mut c_now) = c.view_mut().split_at(Axis(0), t + 1);
            // A_t = U_t + H_{t-1} W_h, in place
            w_h.add_matmul(h_past.index_axis(Axis(0), t), a_t.view_mut());
            for (b, a) in a_t.outer_iter_mut().enumerate() {
                let c_before = slice(c_past.slice(s![t, b, ..]));
                let c = slice_mut(c_now.slice_mut(s![0, b, ..]));
                let h = slice_mut(h_now.slice_mut(s![0, b, ..]));
                open_gates(slice_mut(a), c_before, c, h);
            }
        }
        padding::clear(h.slice_mut(s![1.., .., ..]), &ends);
        LstmTape { x: x.to_owned(), h, c, gates, ends }
    }
    // ANCHOR_END: forward

    // ANCHOR: backward
    fn backward(
        &self,
        tape: &LstmTape,
        d_h: ArrayView3<Real>,
        d_last: Option<&LstmState>,
        grad: &mut Lstm,
    ) -> (Array3<Real>, LstmState) {
        let (steps, batch, hidden) = d_h.dim();
        let d_last_h = d_last.map(|d_last| d_last.h.view());
        let d_h = padding::with_last(d_h, d_last_h, &tape.ends);
        let mut delta = Array3::zeros((steps, batch, 4 * hidden));
        // What comes from step t + 1: the gradients of H_t and C_t
        let mut later = self.start(batch);
        let mut tanh_c = vec![0.0; hidden];

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
                let d_c = slice_mut(later.c.row_mut(b));
                row.backward(d_c, slice_mut(delta), &mut tanh_c);
            }
            // For the step before: δ_t W_hᵀ
            later.h.fill(0.0);
            w_h_t.add_matmul(delta_t.view(), later.h.view_mut());
        }
        if let Some(d_last) = d_last {
            padding::add_ending(&mut later.h, d_last.h.view(), &tape.ends, 0);
            padding::add_ending(&mut later.c, d_last.c.view(), &tape.ends, 0);
        }

        let (x, h_before) = (tape.x.view(), tape.h.slice(s![..steps, .., ..]));
        let delta = delta.into_shape_with_order((steps * batch, 4 * hidden)).unwrap();
        let (x_rows, h_rows) = (rows(&x), rows(&h_before));
        let d_w_x = (x_rows.t(), grad.w_x.view_mut());
        let d_w_h = (h_rows.t(), grad.w_h.view_mut());
        add_matmuls([d_w_x, d_w_h], delta.view());
        grad.b += &delta.sum_axis(Axis(0));
        let d_x = matmul(delta.view(), self.w_x.t());
        (d_x.into_shape_with_order(x.dim()).unwrap(), later)
    }
    // ANCHOR_END: backward
}

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
    fn backward(self, d_c: &mut [Real], delta: &mut [Real], tanh_c: &mut [Real]) {
        let [i, f, g, o] = self.gates;
        let [d_i, d_f, d_g, d_o] = quarters_mut(delta);
        let d_h = self.d_h;
        tanh_c.copy_from_slice(self.c);
        vector::tanh(tanh_c);
        let tanh_c = &*tanh_c;

        azip!((d_o in d_o, &d_h in d_h, &tanh_c in tanh_c, &o in o)
            *d_o = d_h * tanh_c * o * (1.0 - o));
        // The cell state's two readers, eq. (4.13) #lstm-d-cell
        azip!((d_c in &mut *d_c, &d_h in d_h, &tanh_c in tanh_c, &o in o)
            *d_c += d_h * o * (1.0 - tanh_c * tanh_c));
        // The pre-activations, eq. (4.14) #lstm-deltas
        azip!((d_i in d_i, &d_c in &*d_c, &g in g, &i in i)
            *d_i = d_c * g * i * (1.0 - i));
        azip!((d_f in d_f, &d_c in &*d_c, &c_before in self.c_before, &f in f)
            *d_f = d_c * c_before * f * (1.0 - f));
        azip!((d_g in d_g, &d_c in &*d_c, &i in i, &g in g)
            *d_g = d_c * i * (1.0 - g * g));
        // What the step before is owed along the cell state
        azip!((d_c in d_c, &f in f) *d_c *= f);
    }
}
// ANCHOR_END: row

/// The four quarters of a row of `[4H]`.
pub fn quarters(row: &[Real]) -> [&[Real]; 4] {
    let hidden = row.len() / 4;
    std::array::from_fn(|k| &row[k * hidden..(k + 1) * hidden])
}

/// The four quarters of a row of `[4H]`, to write to.
pub fn quarters_mut(row: &mut [Real]) -> [&mut [Real]; 4] {
    let (a, b) = row.split_at_mut(row.len() / 2);
    let (a, b) = (a.split_at_mut(a.len() / 2), b.split_at_mut(b.len() / 2));
    [a.0, a.1, b.0, b.1]
}

impl Parameters for Lstm {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        vec![
            ("w_x".into(), self.w_x.view().into_dyn()),
            ("w_h".into(), self.w_h.view().into_dyn()),
            ("b".into(), self.b.view().into_dyn()),
        ]
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        vec![
            ("w_x".into(), self.w_x.view_mut().into_dyn()),
            ("w_h".into(), self.w_h.view_mut().into_dyn()),
            ("b".into(), self.b.view_mut().into_dyn()),
        ]
    }
}
