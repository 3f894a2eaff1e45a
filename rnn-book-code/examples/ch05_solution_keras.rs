//! Solution: weights as Keras stores them, into the book's GRU.

use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate, s};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    gru::Gru,
    init,
    layer::{Layer, Tape},
};

// ANCHOR: keras
/// A Keras GRU with `reset_after=True`: `kernel: [D, 3H]`, `recurrent_kernel: [H, 3H]`
/// and `bias: [2, 3H]` with the gates in the order z, r, h. Nothing is transposed.
///
/// # Panics
/// If the shapes do not fit each other.
fn from_keras(
    kernel: ArrayView2<Real>,
    recurrent_kernel: ArrayView2<Real>,
    bias: ArrayView2<Real>,
) -> Gru {
    let hidden = recurrent_kernel.nrows();
    let columns = [kernel.ncols(), recurrent_kernel.ncols(), bias.ncols()];
    assert!(columns == [3 * hidden; 3], "{columns:?} columns for {hidden} units");
    let reordered = |w: ArrayView2<Real>| {
        let third = |k: usize| w.slice(s![.., k * hidden..(k + 1) * hidden]).to_owned();
        let (z, r, n) = (third(0), third(1), third(2));
        concatenate![Axis(1), r, z, n]
    };
    let bias = reordered(bias);
    let mut b: Array1<Real> = bias.row(0).to_owned();
    let mut gates = b.slice_mut(s![..2 * hidden]);
    gates += &bias.slice(s![1, ..2 * hidden]);
    Gru {
        w_x: reordered(kernel),
        w_h: reordered(recurrent_kernel),
        b,
        b_m: bias.slice(s![1, 2 * hidden..]).to_owned(),
    }
}
// ANCHOR_END: keras

// ANCHOR: main
fn main() {
    let (input, hidden) = (3, 4);
    let rng = &mut Rng::seed_from_u64(1);
    let kernel = init::uniform(input, 3 * hidden, 0.5, rng);
    let recurrent = init::uniform(hidden, 3 * hidden, 0.5, rng);
    let bias = init::uniform(2, 3 * hidden, 0.5, rng);
    let gru = from_keras(kernel.view(), recurrent.view(), bias.view());

    // The equations of the Keras documentation, by hand, for three steps
    let x =
        init::normal(3, input, 1.0, rng).into_shape_with_order((3, 1, input)).unwrap();
    let tape = gru.forward(x.view(), None, &Array2::zeros((1, hidden)));
    let sigmoid = |a: Real| 1.0 / (1.0 + (-a).exp());
    let mut h = Array1::<Real>::zeros(hidden);
    for (t, x) in x.outer_iter().enumerate() {
        let a = x.row(0).dot(&kernel) + bias.row(0);
        let c = h.dot(&recurrent) + bias.row(1);
        h = Array1::from_shape_fn(hidden, |j| {
            let z = sigmoid(a[j] + c[j]);
            let r = sigmoid(a[hidden + j] + c[hidden + j]);
            let n = (a[2 * hidden + j] + r * c[2 * hidden + j]).tanh();
            z * h[j] + (1.0 - z) * n
        });
        println!("Keras {h:7.4}, ours {:7.4}", tape.output().slice(s![t, 0, ..]));
    }
    assert!((&tape.last().row(0) - &h).iter().all(|d| d.abs() < 1e-6));
}
// ANCHOR_END: main
