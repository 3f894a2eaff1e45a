//! Two steps of one unit, forward and back, every number that one would write on paper.

use ndarray::{Array3, array};
use rnn_book_code::{
    Real,
    layer::{Layer, Tape},
    lstm::Lstm,
    parameters::Parameters,
};

// ANCHOR: cell
/// One input, one unit; the columns are i, f, g, o.
fn cell() -> Lstm {
    Lstm {
        w_x: array![[1.0, 0.0, 1.0, 0.5]],
        w_h: array![[0.5, 0.0, -1.0, 1.0]],
        b: array![0.0, 1.0, 0.0, 0.0],
    }
}
// ANCHOR_END: cell

// ANCHOR: main
fn main() {
    let cell = cell();
    let x = Array3::from_shape_vec((2, 1, 1), vec![1.0, -1.0]).expect("two steps");
    let tape = cell.forward(x.view(), None, &cell.start(1));

    println!("== forward ==");
    let gate = |t: usize, k: usize| tape.gates[[t, 0, k]];
    for t in 0..2 {
        let [i, f, g, o] = [0, 1, 2, 3].map(|k| gate(t, k));
        let (c, h) = (tape.c[[t + 1, 0, 0]], tape.h[[t + 1, 0, 0]]);
        println!("t = {}: i = {i:.4}, f = {f:.4}, g = {g:.4}, o = {o:.4}", t + 1);
        println!("       c = {c:.4}, tanh c = {:.4}, h = {h:.4}", c.tanh());
    }

    // The loss is h_2, so its gradient is 1 at step 2 and 0 at step 1
    println!("== backward ==");
    let d_read = [0.0, 1.0];
    let (mut d_h, mut d_c): (Real, Real) = (0.0, 0.0);
    for t in (0..2).rev() {
        let [i, f, g, o] = [0, 1, 2, 3].map(|k| gate(t, k));
        let tanh_c = tape.c[[t + 1, 0, 0]].tanh();
        d_h += d_read[t];
        println!("t = {}: d_h = {d_h:.4}, d_c from later = {d_c:.4}", t + 1);
        d_c += d_h * o * (1.0 - tanh_c * tanh_c);
        let delta = [
            d_c * g * i * (1.0 - i),
            d_c * tape.c[[t, 0, 0]] * f * (1.0 - f),
            d_c * i * (1.0 - g * g),
            d_h * tanh_c * o * (1.0 - o),
        ];
        println!("       d_c = {d_c:.4}, delta = {delta:.4?}");
        d_h = delta.iter().zip(&cell.w_h).map(|(delta, w)| delta * w).sum();
        d_c *= f;
    }
    println!("       d_h_0 = {d_h:.4}, d_c_0 = {d_c:.4}");

    println!("== gradients ==");
    let mut grad = cell.zeros_like();
    let d_outputs = Array3::from_shape_vec((2, 1, 1), vec![0.0, 1.0]).expect("two");
    let (_, d_start) = cell.backward(&tape, d_outputs.view(), None, &mut grad);
    for (name, value) in grad.parameters() {
        println!("d_{name} = {value:7.4}");
    }
    println!("d_h_0 = {:.4}, d_c_0 = {:.4}", d_start.h[[0, 0]], d_start.c[[0, 0]]);
    assert!((d_start.c[[0, 0]] - d_c).abs() < 1e-6);
    assert_eq!(tape.last().h[[0, 0]], tape.output()[[1, 0, 0]]);
}
// ANCHOR_END: main
