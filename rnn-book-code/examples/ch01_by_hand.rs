//! The forward pass of the tiny example, step by step, as one would write it on paper.

use ndarray::Array2;
use rnn_book_code::{char_rnn::one_hot, tiny};

// ANCHOR: main
fn main() {
    let cell = tiny::cell();
    let x = one_hot(tiny::letters().view(), 2);
    let mut h = Array2::zeros((1, 2));

    for (t, x_t) in x.outer_iter().enumerate() {
        let from_x = x_t.dot(&cell.w_xh);
        let from_h = h.dot(&cell.w_hh);
        let a = &from_x + &from_h + &cell.b_h;
        h = cell.step(x_t, h.view());

        println!("t = {}", t + 1);
        println!("  x W_xh = {from_x:7.4}");
        println!("  h W_hh = {from_h:7.4}");
        println!("  a      = {a:7.4}");
        println!("  h      = {h:7.4}");
    }

    // The whole sequence at once gives the same states.
    let tape = cell.forward(x.view(), Array2::zeros((1, 2)).view());
    assert!((&tape.last() - &h).iter().all(|difference| difference.abs() < 1e-6));
}
// ANCHOR_END: main
