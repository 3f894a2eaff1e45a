//! The product of Jacobians of a cell with two units, step by step, beside what
//! back-propagation gives.

use ndarray::{Array1, Array2, Array3, Axis, array};
use rnn_book_code::{
    Real,
    activation::Activation,
    elman::Elman,
    flow::{norm, state_gradients},
    layer::Layer,
};

// ANCHOR: main
fn main() {
    let cell = Elman {
        w_xh: array![[1.0, 0.5]],
        w_hh: array![[0.8, 0.4], [-0.3, 0.6]],
        b_h: array![0.0, 0.0],
        phi: Activation::Tanh,
    };
    let x: Array3<Real> = array![[[0.5]], [[-1.0]], [[0.3]]];
    let start = cell.start(1);
    let tape = Layer::forward(&cell, x.view(), None, &start).tape;

    // From the last step to the first: g ← g D_t W_hhᵀ
    let mut g = array![[1.0, 0.0]];
    println!("g_3 = {g:.4}");
    for t in (1..=3).rev() {
        let slopes: Array1<Real> =
            tape.h.slice(ndarray::s![t, 0, ..]).mapv(|h| 1.0 - h * h);
        let m: Array2<Real> = &cell.w_hh.t() * &slopes.clone().insert_axis(Axis(1));
        g = g.dot(&m);
        let before = t - 1;
        println!("D_{t} = diag{slopes:.4}, g_{before} = {g:.4}, norm {:.4}", norm(&g));
    }

    let all = state_gradients(&cell, x.view(), &start, array![[1.0, 0.0]]);
    println!("back-propagation: g_0 = {:.4}", all[0]);
}
// ANCHOR_END: main
