//! Forward and backward through the tiny example, every number that one would write on
//! paper.

use ndarray::{Array2, Array3, Axis};
use rnn_book_code::{
    char_rnn::one_hot, elman::rows, loss::softmax_cross_entropy,
    parameters::Parameters, tiny,
};

// ANCHOR: main
fn main() {
    let (cell, read_out) = (tiny::cell(), tiny::read_out());
    let x = one_hot(tiny::letters().view(), 2);
    let targets = [1, 0, 1]; // after a comes b, after b comes a, after a comes b

    // Forward
    let tape = cell.forward(x.view(), Array2::zeros((1, 2)).view());
    let h = tape.output();
    let logits = read_out.forward(rows(&h).view());
    let (loss, d_logits) = softmax_cross_entropy(logits.view(), &targets);

    // Backward
    let mut d_out = read_out.zeros_like();
    let mut d_cell = cell.zeros_like();
    let d_h = read_out.backward(rows(&h).view(), d_logits.view(), &mut d_out);
    let d_h: Array3<_> = d_h.into_shape_with_order(h.dim()).unwrap();
    let (_, d_h_0) = cell.backward(&tape, d_h.view(), &mut d_cell);

    println!("== forward ==");
    for t in 0..3 {
        let h_t = h.index_axis(Axis(0), t);
        println!(
            "t = {}: h = {:7.4}, logits = {:7.4}",
            t + 1,
            h_t.row(0),
            logits.row(t)
        );
    }
    println!("loss = {loss:.4}");

    println!("== backward ==");
    let mut from_later = Array2::<f32>::zeros((1, 2));
    for t in (0..3).rev() {
        let (h_t, d_h_t) = (h.index_axis(Axis(0), t), d_h.index_axis(Axis(0), t));
        let delta = (&d_h_t + &from_later) * h_t.mapv(|h| 1.0 - h * h);
        println!("t = {}: d_logits   = {:7.4}", t + 1, d_logits.row(t));
        println!("       from read-out {:7.4}", d_h_t.row(0));
        println!("       from later    {:7.4}", from_later.row(0));
        println!("       delta         {:7.4}", delta.row(0));
        from_later = delta.dot(&cell.w_hh.t());
    }
    assert!((from_later - &d_h_0).iter().all(|d| d.abs() < 1e-6));

    println!("== gradients ==");
    for (name, value) in d_cell.parameters() {
        println!("d_{name} = {value:7.4}");
    }
    println!("d_w_hy = {:7.4}", d_out.w);
    println!("d_b_y = {:7.4}", d_out.b);
    println!("d_h_0 = {d_h_0:7.4}");
}
// ANCHOR_END: main
