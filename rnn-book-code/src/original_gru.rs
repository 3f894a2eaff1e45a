//! The gated recurrent unit of the first paper: the reset gate acts on the state before
//! the matrix product.
//!
//! The shapes are those of [`gru`](crate::gru).
//!
//! In the book: [section 5.1] and [section 5.2].
//!
//! [section 5.1]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch05-gru/gates.html
//! [section 5.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch05-gru/backward.html

use crate::{
    Real, Rng,
    elman::rows,
    init,
    layer::{Layer, Recurrent, Tape},
    padding,
    parameters::Parameters,
    product::{Packed, add_matmul, affine, matmul},
    vector::{self, slice_mut},
};
use ndarray::{
    Array1, Array2, Array3, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMut2,
    ArrayViewMutD, Axis, azip, s,
};

// ANCHOR: cell
/// The GRU of Cho et al. (2014) with `D` inputs and `H` units. The columns of each
/// weight are, `H` at a time, those of the reset gate `r`, the update gate `z` and the
/// candidate `n`.
#[derive(Clone, Debug)]
pub struct OriginalGru {
    /// From the input to the gates, `[D, 3H]`.
    pub w_x: Array2<Real>,
    /// From the state to the gates, `[H, 3H]`.
    pub w_h: Array2<Real>,
    /// The biases of the gates, `[3H]`.
    pub b: Array1<Real>,
}

impl OriginalGru {
    /// Weights drawn uniformly between ±1/√`hidden`, biases 0.
    pub fn new(input: usize, hidden: usize, rng: &mut Rng) -> Self {
        let limit = 1.0 / (hidden as Real).sqrt();
        Self {
            w_x: init::uniform(input, 3 * hidden, limit, rng),
            w_h: init::uniform(hidden, 3 * hidden, limit, rng),
            b: Array1::zeros(3 * hidden),
        }
    }

    /// The columns of `w_h` for both gates, `[H, 2H]`, and for the candidate, `[H, H]`.
    fn w_h_parts(&self) -> (ArrayView2<'_, Real>, ArrayView2<'_, Real>) {
        self.w_h.view().split_at(Axis(1), 2 * self.w_h.nrows())
    }
}
// ANCHOR_END: cell

// ANCHOR: gates
/// The gates `[R | Z]`, eq. (5.1) #gru-gates, from their pre-activations, in place; and
/// what the reset gate leaves of the state, `kept = R ⊙ H_before`.
fn open_gates(
    mut rz: ArrayViewMut2<Real>,
    h_before: ArrayView2<Real>,
    kept: &mut Array2<Real>,
) {
    for mut row in rz.outer_iter_mut() {
        vector::sigmoid(slice_mut(row.view_mut()));
    }
    let r = rz.slice(s![.., ..h_before.ncols()]);
    azip!((kept in kept, &r in &r, &h_before in &h_before) *kept = r * h_before);
}

/// The candidate `N = tanh(A_n)`, eq. (5.2) #gru-before, in place, and the new state
/// `(1 − Z) ⊙ N + Z ⊙ H_before`, eq. (5.4) #gru-state.
fn new_state(
    mut a: ArrayViewMut2<Real>,
    h_before: ArrayView2<Real>,
    mut h: ArrayViewMut2<Real>,
) {
    let hidden = h.ncols();
    for (b, mut a) in a.outer_iter_mut().enumerate() {
        let (z, mut n) = a.slice_mut(s![hidden..]).split_at(Axis(0), hidden);
        vector::tanh(slice_mut(n.view_mut()));
        azip!((h in h.row_mut(b), &z in &z, &n in &n, &h_before in &h_before.row(b))
            *h = (1.0 - z) * n + z * h_before);
    }
}
// ANCHOR_END: gates

// ANCHOR: step
impl Recurrent for OriginalGru {
    fn step(&self, x: ArrayView2<Real>, state: &Array2<Real>) -> Array2<Real> {
        let (w_rz, w_n) = self.w_h_parts();
        let gates = s![.., ..w_rz.ncols()];
        let mut a = affine(x, self.w_x.view(), self.b.view());
        add_matmul(state.view(), w_rz, a.slice_mut(gates));
        let mut kept = state.clone();
        open_gates(a.slice_mut(gates), state.view(), &mut kept);
        add_matmul(kept.view(), w_n, a.slice_mut(s![.., w_rz.ncols()..]));
        let mut next = kept;
        new_state(a.view_mut(), state.view(), next.view_mut());
        next
    }

    fn output(state: &Array2<Real>) -> ArrayView2<'_, Real> {
        state.view()
    }
}
// ANCHOR_END: step

// ANCHOR: tape
/// What the backward pass of an [`OriginalGru`] needs from the forward pass: `D + 4H`
/// numbers for each step of each example.
#[derive(Clone, Debug)]
pub struct OriginalGruTape {
    /// The inputs, `[T, B, D]`.
    pub x: Array3<Real>,
    /// The states, `[T + 1, B, H]`: `h[0]` is the initial one.
    pub h: Array3<Real>,
    /// Gates and candidate after their activations, `[T, B, 3H]`.
    pub gates: Array3<Real>,
    /// The number of steps of each example, `[B]`.
    pub ends: Vec<usize>,
}

impl Tape for OriginalGruTape {
    type State = Array2<Real>;

    fn output(&self) -> ArrayView3<'_, Real> {
        self.h.slice(s![1.., .., ..])
    }

    fn last(&self) -> Array2<Real> {
        padding::at_ends(self.h.view(), &self.ends)
    }
}
// ANCHOR_END: tape

impl Layer for OriginalGru {
    type State = Array2<Real>;
    type Tape = OriginalGruTape;

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
    ) -> OriginalGruTape {
        let (steps, batch, _) = x.dim();
        let hidden = self.output_size();
        let ends = padding::ends(lengths, x.dim());
        let mut h = Array3::zeros((steps + 1, batch, hidden));
        h.index_axis_mut(Axis(0), 0).assign(start);

        // U = X W_x + b: all steps in one product
        let u = affine(rows(&x).view(), self.w_x.view(), self.b.view());
        let mut gates = u.into_shape_with_order((steps, batch, 3 * hidden)).unwrap();

        let (w_rz, w_n) = self.w_h_parts();
        let (w_rz, w_n) = (Packed::new(w_rz), Packed::new(w_n));
        let mut kept = self.start(batch);
        for (t, mut a_t) in gates.outer_iter_mut().enumerate() {
            let (past, mut now) = h.view_mut().split_at(Axis(0), t + 1);
            let h_before = past.index_axis(Axis(0), t);
            let gates = s![.., ..2 * hidden];
            w_rz.add_matmul(h_before, a_t.slice_mut(gates));
            open_gates(a_t.slice_mut(gates), h_before, &mut kept);
            w_n.add_matmul(kept.view(), a_t.slice_mut(s![.., 2 * hidden..]));
            new_state(a_t, h_before, now.index_axis_mut(Axis(0), 0));
        }
        padding::clear(h.slice_mut(s![1.., .., ..]), &ends);
        OriginalGruTape { x: x.to_owned(), h, gates, ends }
    }
    // ANCHOR_END: forward

    // ANCHOR: backward
    fn backward(
        &self,
        tape: &OriginalGruTape,
        d_h: ArrayView3<Real>,
        d_last: Option<&Array2<Real>>,
        grad: &mut OriginalGru,
    ) -> (Array3<Real>, Array2<Real>) {
        let (steps, batch, hidden) = d_h.dim();
        let d_last = d_last.map(|d_last| d_last.view());
        let d_h = padding::with_last(d_h, d_last, &tape.ends);
        let mut delta = Array3::zeros((steps, batch, 3 * hidden));
        let mut later = self.start(batch);
        let mut d_kept = self.start(batch);

        let (w_rz, w_n) = self.w_h_parts();
        let (w_rz_t, w_n_t) = (Packed::new(w_rz.t()), Packed::new(w_n.t()));
        for t in (0..steps).rev() {
            let gates = tape.gates.index_axis(Axis(0), t);
            let (r, gates) = gates.split_at(Axis(1), hidden);
            let (z, n) = gates.split_at(Axis(1), hidden);
            let h_before = tape.h.index_axis(Axis(0), t);
            let delta_t = delta.index_axis_mut(Axis(0), t);
            let (mut d_rz, mut d_n) = delta_t.split_at(Axis(1), 2 * hidden);
            let (mut d_r, mut d_z) = d_rz.view_mut().split_at(Axis(1), hidden);

            later += &d_h.index_axis(Axis(0), t);
            // δ_z and δ_n, eq. (5.8) #gru-delta
            azip!((d in &mut d_z, &d_h in &later, &h in &h_before, &n in &n, &z in &z)
                *d = d_h * (h - n) * z * (1.0 - z));
            azip!((d in &mut d_n, &d_h in &later, &z in &z, &n in &n)
                *d = d_h * (1.0 - z) * (1.0 - n * n));
            // δ_k and δ_r, eq. (5.12) #gru-before-delta
            d_kept.fill(0.0);
            w_n_t.add_matmul(d_n.view(), d_kept.view_mut());
            azip!((d in &mut d_r, &d_kept in &d_kept, &h_before in &h_before, &r in &r)
                *d = d_kept * h_before * r * (1.0 - r));
            // For the step before: past the gates, through the reset gate, and from
            // both gates, eq. (5.13) #gru-before-state
            azip!((d in &mut later, &z in &z, &d_kept in &d_kept, &r in &r)
                *d = *d * z + d_kept * r);
            w_rz_t.add_matmul(d_rz.view(), later.view_mut());
        }
        if let Some(d_last) = d_last {
            padding::add_ending(&mut later, d_last, &tape.ends, 0);
        }

        let h_before = tape.h.slice(s![..steps, .., ..]);
        let kept = &tape.gates.slice(s![.., .., ..hidden]) * &h_before;
        let (x, kept) = (tape.x.view(), kept.view());
        let (x, h_before, kept) = (rows(&x), rows(&h_before), rows(&kept));
        let delta = delta.into_shape_with_order((steps * batch, 3 * hidden)).unwrap();
        let (d_rz, d_n) = delta.view().split_at(Axis(1), 2 * hidden);
        let (g_rz, g_n) = grad.w_h.view_mut().split_at(Axis(1), 2 * hidden);
        add_matmul(h_before.t(), d_rz, g_rz);
        add_matmul(kept.t(), d_n, g_n);
        add_matmul(x.t(), delta.view(), grad.w_x.view_mut());
        grad.b += &delta.sum_axis(Axis(0));
        let d_x = matmul(delta.view(), self.w_x.t());
        (d_x.into_shape_with_order(tape.x.dim()).unwrap(), later)
    }
    // ANCHOR_END: backward
}

impl Parameters for OriginalGru {
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
