//! The gated recurrent unit as the libraries compute it: the reset gate acts after the
//! matrix product.
//!
//! `x: [T, B, D]` becomes `[T, B, H]`; the three gates stand side by side, `[B, 3H]`.
//!
//! In the book: [section 5.1], [section 5.2] and [section 5.3].
//!
//! [section 5.1]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch05-gru/gates.html
//! [section 5.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch05-gru/backward.html
//! [section 5.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch05-gru/weights.html

use crate::{
    Real, Rng,
    elman::rows,
    init,
    layer::{Layer, Recurrent, Tape},
    padding,
    parameters::Parameters,
    product::{Packed, add_matmul, affine, matmul},
    vector::{self, slice, slice_mut},
};
use ndarray::{
    Array1, Array2, Array3, ArrayView1, ArrayView2, ArrayView3, ArrayViewD,
    ArrayViewMutD, Axis, azip, s,
};

// ANCHOR: cell
/// The GRU (Cho et al. 2014) with `D` inputs and `H` units, in the form of cuDNN and
/// PyTorch. The columns of each weight are, `H` at a time, those of the reset gate `r`,
/// the update gate `z` and the candidate `n`.
#[derive(Clone, Debug)]
pub struct Gru {
    /// From the input to the gates, `[D, 3H]`.
    pub w_x: Array2<Real>,
    /// From the state to the gates, `[H, 3H]`.
    pub w_h: Array2<Real>,
    /// The biases of the gates, `[3H]`.
    pub b: Array1<Real>,
    /// The bias that the reset gate scales too, `[H]`.
    pub b_m: Array1<Real>,
}

impl Gru {
    /// Weights drawn uniformly between ±1/√`hidden`, biases 0.
    pub fn new(input: usize, hidden: usize, rng: &mut Rng) -> Self {
        let limit = 1.0 / (hidden as Real).sqrt();
        Self {
            w_x: init::uniform(input, 3 * hidden, limit, rng),
            w_h: init::uniform(hidden, 3 * hidden, limit, rng),
            b: Array1::zeros(3 * hidden),
            b_m: Array1::zeros(hidden),
        }
    }

    /// The columns of `w_h` for both gates, `[H, 2H]`, and for the candidate, `[H, H]`.
    fn w_h_parts(&self) -> (ArrayView2<'_, Real>, ArrayView2<'_, Real>) {
        self.w_h.view().split_at(Axis(1), 2 * self.w_h.nrows())
    }
}
// ANCHOR_END: cell

// ANCHOR: torch
impl Gru {
    /// The weights of a `torch.nn.GRU`, by their names in its `state_dict`: `w_ih: [3H,
    /// D]`, `w_hh: [3H, H]`, `b_ih` and `b_hh: [3H]`. The order of the gates is the
    /// same; the matrices are transposed; two biases of each gate are one, but the
    /// candidate keeps both.
    ///
    /// # Panics
    /// If the shapes do not fit each other.
    pub fn from_torch(
        w_ih: ArrayView2<Real>,
        w_hh: ArrayView2<Real>,
        b_ih: ArrayView1<Real>,
        b_hh: ArrayView1<Real>,
    ) -> Self {
        let hidden = w_hh.ncols();
        let rows = [w_ih.nrows(), w_hh.nrows(), b_ih.len(), b_hh.len()];
        assert!(rows == [3 * hidden; 4], "{rows:?} rows for {hidden} units");
        let mut b = b_ih.to_owned();
        let mut gates = b.slice_mut(s![..2 * hidden]);
        gates += &b_hh.slice(s![..2 * hidden]);
        Self {
            w_x: w_ih.t().as_standard_layout().into_owned(),
            w_h: w_hh.t().as_standard_layout().into_owned(),
            b,
            b_m: b_hh.slice(s![2 * hidden..]).to_owned(),
        }
    }
}
// ANCHOR_END: torch

// ANCHOR: gates
/// One row of a batch: turns the pre-activations `a: [3H]` into gates and candidate, in
/// place, and `m = h W_m + b_m` and `h_before` into the new state.
fn open_gates(a: &mut [Real], m: &[Real], h_before: &[Real], h: &mut [Real]) {
    let [r, z, n] = thirds_mut(a);
    // R and Z, eq. (5.1) #gru-gates
    vector::sigmoid(r);
    vector::sigmoid(z);
    // N = tanh(X W_xn + b_n + R ⊙ M), eq. (5.3) #gru-after
    azip!((n in &mut *n, &r in &*r, &m in m) *n += r * m);
    vector::tanh(n);
    // H = (1 − Z) ⊙ N + Z ⊙ H_before, eq. (5.4) #gru-state
    azip!((h in h, &z in &*z, &n in &*n, &h_before in h_before)
        *h = (1.0 - z) * n + z * h_before);
}
// ANCHOR_END: gates

// ANCHOR: step
impl Recurrent for Gru {
    fn step(&self, x: ArrayView2<Real>, state: &Array2<Real>) -> Array2<Real> {
        let (w_rz, w_m) = self.w_h_parts();
        let mut a = affine(x, self.w_x.view(), self.b.view());
        let gates = s![.., ..w_rz.ncols()];
        add_matmul(state.view(), w_rz, a.slice_mut(gates));
        let m = affine(state.view(), w_m, self.b_m.view());
        let mut next = state.clone();
        for (b, a) in a.outer_iter_mut().enumerate() {
            let (m, h_before) = (slice(m.row(b)), slice(state.row(b)));
            open_gates(slice_mut(a), m, h_before, slice_mut(next.row_mut(b)));
        }
        next
    }

    fn output(state: &Array2<Real>) -> ArrayView2<'_, Real> {
        state.view()
    }
}
// ANCHOR_END: step

// ANCHOR: tape
/// What the backward pass of a [`Gru`] needs from the forward pass: `D + 5H` numbers
/// for each step of each example.
#[derive(Clone, Debug)]
pub struct GruTape {
    /// The inputs, `[T, B, D]`.
    pub x: Array3<Real>,
    /// The states, `[T + 1, B, H]`: `h[0]` is the initial one.
    pub h: Array3<Real>,
    /// Gates and candidate after their activations, `[T, B, 3H]`.
    pub gates: Array3<Real>,
    /// What the reset gate scales, `[T, B, H]`.
    pub m: Array3<Real>,
    /// The number of steps of each example, `[B]`.
    pub ends: Vec<usize>,
}

impl Tape for GruTape {
    type State = Array2<Real>;

    fn output(&self) -> ArrayView3<'_, Real> {
        self.h.slice(s![1.., .., ..])
    }

    fn last(&self) -> Array2<Real> {
        padding::at_ends(self.h.view(), &self.ends)
    }
}
// ANCHOR_END: tape

impl Layer for Gru {
    type State = Array2<Real>;
    type Tape = GruTape;

    fn input_size(&self) -> usize {
        self.w_x.nrows()
    }

    fn output_size(&self) -> usize {
        self.w_h.nrows()
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
    ) -> GruTape {
        let (steps, batch, _) = x.dim();
        let hidden = self.output_size();
        let ends = padding::ends(lengths, x.dim());
        let mut h = Array3::zeros((steps + 1, batch, hidden));
        h.index_axis_mut(Axis(0), 0).assign(start);

        // U = X W_x + b: all steps in one product
        let u = affine(rows(&x).view(), self.w_x.view(), self.b.view());
        let mut gates = u.into_shape_with_order((steps, batch, 3 * hidden)).unwrap();
        let mut m = Array3::zeros((steps, batch, hidden));
        m += &self.b_m;

        let (w_rz, w_m) = self.w_h_parts();
        let (w_rz, w_m) = (Packed::new(w_rz), Packed::new(w_m));
        for (t, mut a_t) in gates.outer_iter_mut().enumerate() {
            let (past, mut now) = h.view_mut().split_at(Axis(0), t + 1);
            let h_before = past.index_axis(Axis(0), t);
            // [A_r | A_z] += H_{t-1} [W_r | W_z]  and  M_t = H_{t-1} W_m + b_m
            w_rz.add_matmul(h_before, a_t.slice_mut(s![.., ..2 * hidden]));
            w_m.add_matmul(h_before, m.index_axis_mut(Axis(0), t));
            for (b, a) in a_t.outer_iter_mut().enumerate() {
                let (m, h_before) =
                    (slice(m.slice(s![t, b, ..])), slice(h_before.row(b)));
                let h = slice_mut(now.slice_mut(s![0, b, ..]));
                open_gates(slice_mut(a), m, h_before, h);
            }
        }
        padding::clear(h.slice_mut(s![1.., .., ..]), &ends);
        GruTape { x: x.to_owned(), h, gates, m, ends }
    }
    // ANCHOR_END: forward

    // ANCHOR: backward
    fn backward(
        &self,
        tape: &GruTape,
        d_h: ArrayView3<Real>,
        d_last: Option<&Array2<Real>>,
        grad: &mut Gru,
    ) -> (Array3<Real>, Array2<Real>) {
        let (steps, batch, hidden) = d_h.dim();
        let d_last = d_last.map(|d_last| d_last.view());
        let d_h = padding::with_last(d_h, d_last, &tape.ends);
        // Of r, z and m, which the state reaches, and of n, which the input reaches
        let mut delta = Array3::zeros((steps, batch, 3 * hidden));
        let mut delta_n = Array3::zeros((steps, batch, hidden));
        let mut later = self.start(batch);

        let w_h_t = Packed::new(self.w_h.t());
        for t in (0..steps).rev() {
            later += &d_h.index_axis(Axis(0), t);
            for b in 0..batch {
                let row = Row {
                    gates: thirds(slice(tape.gates.slice(s![t, b, ..]))),
                    m: slice(tape.m.slice(s![t, b, ..])),
                    h_before: slice(tape.h.slice(s![t, b, ..])),
                };
                row.backward(
                    slice_mut(later.row_mut(b)),
                    slice_mut(delta.slice_mut(s![t, b, ..])),
                    slice_mut(delta_n.slice_mut(s![t, b, ..])),
                );
            }
            // For the step before: what went past the gates, and δ_t W_hᵀ, eq. (5.10)
            // #gru-after-state
            w_h_t.add_matmul(delta.index_axis(Axis(0), t), later.view_mut());
        }
        if let Some(d_last) = d_last {
            padding::add_ending(&mut later, d_last, &tape.ends, 0);
        }

        let (x, h_before) = (tape.x.view(), tape.h.slice(s![..steps, .., ..]));
        let (x, h_before) = (rows(&x), rows(&h_before));
        let delta = delta.into_shape_with_order((steps * batch, 3 * hidden)).unwrap();
        let delta_n = delta_n.into_shape_with_order((steps * batch, hidden)).unwrap();
        add_matmul(h_before.t(), delta.view(), grad.w_h.view_mut());
        grad.b_m += &delta.slice(s![.., 2 * hidden..]).sum_axis(Axis(0));

        let delta_rz = delta.slice(s![.., ..2 * hidden]);
        let gates = s![.., ..2 * hidden];
        let candidate = s![.., 2 * hidden..];
        add_matmul(x.t(), delta_rz, grad.w_x.slice_mut(gates));
        add_matmul(x.t(), delta_n.view(), grad.w_x.slice_mut(candidate));
        let mut b = grad.b.slice_mut(s![..2 * hidden]);
        b += &delta_rz.sum_axis(Axis(0));
        let mut b = grad.b.slice_mut(s![2 * hidden..]);
        b += &delta_n.sum_axis(Axis(0));
        let mut d_x = matmul(delta_rz, self.w_x.slice(gates).t());
        add_matmul(delta_n.view(), self.w_x.slice(candidate).t(), d_x.view_mut());
        (d_x.into_shape_with_order(tape.x.dim()).unwrap(), later)
    }
    // ANCHOR_END: backward
}

// ANCHOR: row
/// One row of the batch at one step, on the way back.
struct Row<'a> {
    gates: [&'a [Real]; 3],
    m: &'a [Real],
    h_before: &'a [Real],
}

impl Row<'_> {
    /// From the gradient of `h`: those of the pre-activations of `r` and `z` and of
    /// `m`, into `delta: [3H]`, and of `n`, into `d_n`. Leaves in `d_h` what goes past
    /// the gates to `h_before`.
    fn backward(self, d_h: &mut [Real], delta: &mut [Real], d_n: &mut [Real]) {
        let [r, z, n] = self.gates;
        let (m, h_before) = (self.m, self.h_before);
        let [d_r, d_z, d_m] = thirds_mut(delta);
        // δ_z and δ_n, eq. (5.8) #gru-delta
        azip!((d_z in d_z, &d_h in &*d_h, &h_before in h_before, &n in n, &z in z)
            *d_z = d_h * (h_before - n) * z * (1.0 - z));
        azip!((d_n in &mut *d_n, &d_h in &*d_h, &z in z, &n in n)
            *d_n = d_h * (1.0 - z) * (1.0 - n * n));
        // δ_r and δ_m, eq. (5.9) #gru-after-delta
        azip!((d_r in d_r, &d_n in &*d_n, &m in m, &r in r)
            *d_r = d_n * m * r * (1.0 - r));
        azip!((d_m in d_m, &d_n in &*d_n, &r in r) *d_m = d_n * r);
        azip!((d_h in d_h, &z in z) *d_h *= z);
    }
}
// ANCHOR_END: row

/// The three thirds of a row of `[3H]`.
fn thirds(row: &[Real]) -> [&[Real]; 3] {
    let hidden = row.len() / 3;
    std::array::from_fn(|k| &row[k * hidden..(k + 1) * hidden])
}

/// The three thirds of a row of `[3H]`, to write to.
fn thirds_mut(row: &mut [Real]) -> [&mut [Real]; 3] {
    let hidden = row.len() / 3;
    let (a, rest) = row.split_at_mut(hidden);
    let (b, c) = rest.split_at_mut(hidden);
    [a, b, c]
}

impl Parameters for Gru {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        vec![
            ("w_x".into(), self.w_x.view().into_dyn()),
            ("w_h".into(), self.w_h.view().into_dyn()),
            ("b".into(), self.b.view().into_dyn()),
            ("b_m".into(), self.b_m.view().into_dyn()),
        ]
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        vec![
            ("w_x".into(), self.w_x.view_mut().into_dyn()),
            ("w_h".into(), self.w_h.view_mut().into_dyn()),
            ("b".into(), self.b.view_mut().into_dyn()),
            ("b_m".into(), self.b_m.view_mut().into_dyn()),
        ]
    }
}
