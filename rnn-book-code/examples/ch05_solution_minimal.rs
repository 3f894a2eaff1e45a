//! Solution: the minimal gated unit, one gate that resets and updates, with its
//! backward pass, checked in f64.

use ndarray::{Array1, Array2, Array3, ArrayView3, ArrayViewD, ArrayViewMutD, Axis, s};
use rand::SeedableRng;
use rnn_book_code_f64::{
    Real, Rng,
    elman::rows,
    gradcheck::gradient_check,
    init,
    parameters::Parameters,
    product::{add_matmul, affine, matmul},
};

// ANCHOR: cell
/// The minimal gated unit (Zhou et al. 2016) with `D` inputs and `H` units. The columns
/// of each weight are those of the gate `f`, then those of the candidate `n`.
#[derive(Clone)]
struct Minimal {
    w_x: Array2<Real>, // [D, 2H]
    w_h: Array2<Real>, // [H, 2H]
    b: Array1<Real>,   // [2H]
}

struct Tape {
    x: Array3<Real>,    // [T, B, D]
    h: Array3<Real>,    // [T + 1, B, H]
    f: Array3<Real>,    // [T, B, H]
    n: Array3<Real>,    // [T, B, H]
    kept: Array3<Real>, // F ⊙ H_{t−1}, [T, B, H]
}

fn sigmoid(a: Real) -> Real {
    1.0 / (1.0 + (-a).exp())
}

impl Minimal {
    /// F = σ(X W_xf + H W_hf + b_f), N = tanh(X W_xn + (F ⊙ H) W_hn + b_n),
    /// H ← (1 − F) ⊙ H + F ⊙ N.
    fn forward(&self, x: ArrayView3<Real>, h_0: &Array2<Real>) -> Tape {
        let (steps, batch, _) = x.dim();
        let hidden = h_0.ncols();
        let zeros = || Array3::zeros((steps, batch, hidden));
        let (mut f, mut n, mut kept) = (zeros(), zeros(), zeros());
        let mut h = Array3::zeros((steps + 1, batch, hidden));
        h.index_axis_mut(Axis(0), 0).assign(h_0);
        let (w_f, w_n) = self.w_h.view().split_at(Axis(1), hidden);
        for t in 0..steps {
            let h_before = h.index_axis(Axis(0), t).to_owned();
            let u = affine(x.index_axis(Axis(0), t), self.w_x.view(), self.b.view());
            let (u_f, u_n) = u.view().split_at(Axis(1), hidden);
            let f_t = (&u_f + &matmul(h_before.view(), w_f)).mapv(sigmoid);
            let kept_t = &f_t * &h_before;
            let n_t = (&u_n + &matmul(kept_t.view(), w_n)).mapv(Real::tanh);
            h.index_axis_mut(Axis(0), t + 1)
                .assign(&((1.0 - &f_t) * &h_before + &f_t * &n_t));
            f.index_axis_mut(Axis(0), t).assign(&f_t);
            n.index_axis_mut(Axis(0), t).assign(&n_t);
            kept.index_axis_mut(Axis(0), t).assign(&kept_t);
        }
        Tape { x: x.to_owned(), h, f, n, kept }
    }
}
// ANCHOR_END: cell

// ANCHOR: backward
impl Minimal {
    /// From the gradient `d_h: [T, B, H]` of the outputs; adds to `grad` and returns
    /// the gradients of `x` and `h_0`.
    fn backward(
        &self,
        tape: &Tape,
        d_h: ArrayView3<Real>,
        grad: &mut Minimal,
    ) -> (Array3<Real>, Array2<Real>) {
        let (steps, batch, hidden) = d_h.dim();
        let (w_f, w_n) = self.w_h.view().split_at(Axis(1), hidden);
        let mut delta = Array3::zeros((steps, batch, 2 * hidden));
        let mut g = Array2::zeros((batch, hidden));
        for t in (0..steps).rev() {
            let at = |a: &Array3<Real>| a.index_axis(Axis(0), t).to_owned();
            let (h_before, f, n) = (at(&tape.h), at(&tape.f), at(&tape.n));
            g += &d_h.index_axis(Axis(0), t);
            let d_n = &g * &f * n.mapv(|n| 1.0 - n * n);
            let d_kept = matmul(d_n.view(), w_n.t());
            // The gate has two readers: the new state, and what is kept of the old one
            let d_f = (&g * &(&n - &h_before) + &d_kept * &h_before)
                * f.mapv(|f| f * (1.0 - f));
            g = &g * &(1.0 - &f) + &d_kept * &f + matmul(d_f.view(), w_f.t());
            delta.slice_mut(s![t, .., ..hidden]).assign(&d_f);
            delta.slice_mut(s![t, .., hidden..]).assign(&d_n);
        }
        let h_before = tape.h.slice(s![..steps, .., ..]).to_owned();
        let delta = delta.into_shape_with_order((steps * batch, 2 * hidden)).unwrap();
        let (d_f, d_n) = delta.view().split_at(Axis(1), hidden);
        let (g_f, g_n) = grad.w_h.view_mut().split_at(Axis(1), hidden);
        add_matmul(rows(&h_before.view()).t(), d_f, g_f);
        add_matmul(rows(&tape.kept.view()).t(), d_n, g_n);
        add_matmul(rows(&tape.x.view()).t(), delta.view(), grad.w_x.view_mut());
        grad.b += &delta.sum_axis(Axis(0));
        let d_x = matmul(delta.view(), self.w_x.t());
        (d_x.into_shape_with_order(tape.x.dim()).unwrap(), g)
    }
}
// ANCHOR_END: backward

/// The cell with its inputs and its initial state, for one check of all.
#[derive(Clone)]
struct Pass {
    cell: Minimal,
    x: Array3<Real>,
    h_0: Array2<Real>,
}

impl Parameters for Pass {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        vec![
            ("w_x".into(), self.cell.w_x.view().into_dyn()),
            ("w_h".into(), self.cell.w_h.view().into_dyn()),
            ("b".into(), self.cell.b.view().into_dyn()),
            ("x".into(), self.x.view().into_dyn()),
            ("h_0".into(), self.h_0.view().into_dyn()),
        ]
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        vec![
            ("w_x".into(), self.cell.w_x.view_mut().into_dyn()),
            ("w_h".into(), self.cell.w_h.view_mut().into_dyn()),
            ("b".into(), self.cell.b.view_mut().into_dyn()),
            ("x".into(), self.x.view_mut().into_dyn()),
            ("h_0".into(), self.h_0.view_mut().into_dyn()),
        ]
    }
}

// ANCHOR: main
fn main() {
    let (steps, batch, input, hidden) = (6, 3, 2, 4);
    let rng = &mut Rng::seed_from_u64(1);
    let cell = Minimal {
        w_x: init::normal(input, 2 * hidden, 0.5, rng),
        w_h: init::normal(hidden, 2 * hidden, 0.5, rng),
        b: Array1::from_iter(init::normal(1, 2 * hidden, 0.5, rng)),
    };
    let mut sequence = |size| {
        let rows = init::normal(steps * batch, size, 1.0, rng);
        rows.into_shape_with_order((steps, batch, size)).unwrap()
    };
    let (x, readers) = (sequence(input), sequence(hidden));
    let pass = Pass { cell, x, h_0: init::normal(batch, hidden, 0.5, rng) };

    let mut grad = pass.zeros_like();
    let tape = pass.cell.forward(pass.x.view(), &pass.h_0);
    (grad.x, grad.h_0) = pass.cell.backward(&tape, readers.view(), &mut grad.cell);
    let loss = |pass: &Pass| {
        let h = pass.cell.forward(pass.x.view(), &pass.h_0).h;
        (&h.slice(s![1.., .., ..]) * &readers).sum()
    };
    for check in gradient_check(&pass, &grad, 1e-5, loss) {
        println!("{:4} below 1e-8: {}", check.name, check.error < 1e-8);
    }
    let parameters = grad.cell.w_x.len() + grad.cell.w_h.len() + grad.cell.b.len();
    println!(
        "{parameters} parameters; a GRU of this size has {}",
        parameters / 2 * 3 + hidden
    );
}
// ANCHOR_END: main
