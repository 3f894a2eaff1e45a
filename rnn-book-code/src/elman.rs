//! Elman's recurrent cell: one step, a whole sequence, and back-propagation through
//! time.
//!
//! A sequence `x: [T, B, D]` and a first state `[B, H]` become states `[T, B, H]`.
//!
//! In the book: [section 1.2] and [section 2.2].
//!
//! [section 1.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch01-foundations/cell.html
//! [section 2.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch02-backpropagation/bptt.html

use crate::{
    Real, Rng,
    activation::Activation,
    init,
    parameters::Parameters,
    product::{Packed, add_matmul, affine, matmul},
};
use ndarray::{
    Array1, Array2, Array3, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMutD, Axis,
    azip, s,
};

// ANCHOR: cell
/// The simple recurrent cell of Elman (1990) with `D` inputs and `H` units.
#[derive(Clone, Debug)]
pub struct Elman {
    /// From the input to the state, `[D, H]`.
    pub w_xh: Array2<Real>,
    /// From the state to the next state, `[H, H]`.
    pub w_hh: Array2<Real>,
    /// The bias of the state, `[H]`.
    pub b_h: Array1<Real>,
    /// The function between the sum and the state, φ: tanh, unless said otherwise.
    pub phi: Activation,
}

impl Elman {
    /// Weights drawn uniformly between ±1/√`hidden`, bias 0.
    pub fn new(input: usize, hidden: usize, rng: &mut Rng) -> Self {
        let limit = 1.0 / (hidden as Real).sqrt();
        Self {
            w_xh: init::uniform(input, hidden, limit, rng),
            w_hh: init::uniform(hidden, hidden, limit, rng),
            b_h: Array1::zeros(hidden),
            phi: Activation::Tanh,
        }
    }
}
// ANCHOR_END: cell

// ANCHOR: step
impl Elman {
    /// One step for a batch, eq. (1.3) #elman: `x: [B, D]` and `h: [B, H]` give the
    /// next state `[B, H]`.
    pub fn step(&self, x: ArrayView2<Real>, h: ArrayView2<Real>) -> Array2<Real> {
        let (w_xh, w_hh) = (self.w_xh.view(), self.w_hh.view());
        self.phi.of(matmul(x, w_xh) + matmul(h, w_hh) + &self.b_h)
    }
}
// ANCHOR_END: step

// ANCHOR: tape
/// What [`Elman::backward`] needs from [`Elman::forward`].
#[derive(Clone, Debug)]
pub struct ElmanTape {
    /// The inputs, `[T, B, D]`.
    pub x: Array3<Real>,
    /// The states, `[T + 1, B, H]`: `h[0]` is the initial state, `h[t]` the state after
    /// step `t`.
    pub h: Array3<Real>,
}

impl ElmanTape {
    /// The states after each step, `[T, B, H]`: what the layer hands on.
    pub fn output(&self) -> ArrayView3<'_, Real> {
        self.h.slice(s![1.., .., ..])
    }

    /// The state after the last step, `[B, H]`.
    pub fn last(&self) -> ArrayView2<'_, Real> {
        self.h.index_axis(Axis(0), self.h.len_of(Axis(0)) - 1)
    }
}
// ANCHOR_END: tape

// ANCHOR: forward
impl Elman {
    /// The states of a whole sequence `x: [T, B, D]` from the initial state
    /// `h_0: [B, H]`.
    ///
    /// # Panics
    /// If the shapes do not fit each other.
    pub fn forward(&self, x: ArrayView3<Real>, h_0: ArrayView2<Real>) -> ElmanTape {
        let (steps, batch, input) = x.dim();
        let (w, h) = (self.w_xh.dim(), h_0.dim());
        let hidden = w.1;
        assert!(w.0 == input, "w_xh {w:?} does not fit x {:?}", x.dim());
        assert!(h == (batch, hidden), "h_0 {h:?} does not fit x {:?}", x.dim());

        let mut h = Array3::zeros((steps + 1, batch, hidden));
        h.index_axis_mut(Axis(0), 0).assign(&h_0);

        // U = X W_xh + b_h needs no state: all steps in one product, then copied to
        // where H_1 … H_T will be.
        let u = affine(rows(&x).view(), self.w_xh.view(), self.b_h.view());
        let u = u.into_shape_with_order((steps, batch, hidden)).unwrap();
        h.slice_mut(s![1.., .., ..]).assign(&u);

        let w_hh = Packed::new(self.w_hh.view());
        for t in 1..=steps {
            let (past, mut now) = h.view_mut().split_at(Axis(0), t);
            let h_before = past.index_axis(Axis(0), t - 1);
            let mut h_t = now.index_axis_mut(Axis(0), 0);
            // A_t = U_t + H_{t-1} W_hh, in place
            w_hh.add_matmul(h_before, h_t.view_mut());
            self.phi.forward(h_t);
        }
        ElmanTape { x: x.to_owned(), h }
    }
}

/// `[T, B, D]` as `[T·B, D]`: one row for each step of each example.
pub fn rows<'a>(x: &'a ArrayView3<Real>) -> ndarray::CowArray<'a, Real, ndarray::Ix2> {
    let (steps, batch, size) = x.dim();
    x.to_shape((steps * batch, size)).unwrap()
}
// ANCHOR_END: forward

// ANCHOR: backward
impl Elman {
    /// Back-propagation through time. Takes the tape of [`forward`](Self::forward) and
    /// the gradient `d_h: [T, B, H]` that the readers of each state send back; adds the
    /// gradients of the parameters to `grad`, and returns those of the inputs
    /// `[T, B, D]` and of the initial state `[B, H]`.
    pub fn backward(
        &self,
        tape: &ElmanTape,
        d_h: ArrayView3<Real>,
        grad: &mut Elman,
    ) -> (Array3<Real>, Array2<Real>) {
        let (steps, batch, hidden) = d_h.dim();
        let mut delta = Array3::zeros((steps, batch, hidden));
        // δ_{t+1} W_hhᵀ, which is 0 after the last step
        let mut from_later = Array2::zeros((batch, hidden));

        let w_hh_t = Packed::new(self.w_hh.t());
        for t in (0..steps).rev() {
            let mut delta_t = delta.index_axis_mut(Axis(0), t);
            let g_t = d_h.index_axis(Axis(0), t);
            let h_t = tape.h.index_axis(Axis(0), t + 1);
            // δ_t = (G_t + δ_{t+1} W_hhᵀ) ⊙ φ′(A_t), eq. (2.10) #bptt-delta
            azip!((d in &mut delta_t, &g in &g_t, &from in &from_later) *d = g + from);
            self.phi.backward(h_t, delta_t.view_mut());
            // from_later = δ_t W_hhᵀ, for the step before
            from_later.fill(0.0);
            w_hh_t.add_matmul(delta_t.view(), from_later.view_mut());
        }

        // Sums over steps and examples at once, eq. (2.14) #bptt-batched
        let (x, h_before) = (tape.x.view(), tape.h.slice(s![..steps, .., ..]));
        let delta = delta.into_shape_with_order((steps * batch, hidden)).unwrap();
        add_matmul(rows(&x).t(), delta.view(), grad.w_xh.view_mut());
        add_matmul(rows(&h_before).t(), delta.view(), grad.w_hh.view_mut());
        grad.b_h += &delta.sum_axis(Axis(0));

        let d_x = matmul(delta.view(), self.w_xh.t());
        let d_x = d_x.into_shape_with_order(tape.x.dim()).unwrap();
        (d_x, from_later)
    }
}
// ANCHOR_END: backward

// ANCHOR: parameters
impl Parameters for Elman {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        vec![
            ("w_xh".into(), self.w_xh.view().into_dyn()),
            ("w_hh".into(), self.w_hh.view().into_dyn()),
            ("b_h".into(), self.b_h.view().into_dyn()),
        ]
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        vec![
            ("w_xh".into(), self.w_xh.view_mut().into_dyn()),
            ("w_hh".into(), self.w_hh.view_mut().into_dyn()),
            ("b_h".into(), self.b_h.view_mut().into_dyn()),
        ]
    }
}
// ANCHOR_END: parameters
