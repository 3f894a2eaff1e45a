//! Pitfall: the softmax over the wrong axis. The shapes fit, the sums do not.

use ndarray::{Array2, Axis, array};
use rnn_book_code::{Real, loss::softmax};

fn main() {
    // ANCHOR: axis
    // Scores of three queries (rows) and three keys; the mask hides the future.
    let hidden = Real::NEG_INFINITY;
    let scores: Array2<Real> =
        array![[1.0, hidden, hidden], [0.5, 2.0, hidden], [0.0, 1.0, 1.5]];
    let right = softmax(scores.view());
    let wrong = softmax(scores.t()).reversed_axes();
    // ANCHOR_END: axis
    for (name, p) in [("right", right), ("wrong", wrong)] {
        println!("== {name} ==");
        for row in p.outer_iter() {
            println!("{row:6.3}");
        }
        println!("rows sum to    {:6.3}", p.sum_axis(Axis(1)));
    }
    // ANCHOR: later
    println!("== later ==");
    let mut changed = scores;
    changed[[2, 0]] = 3.0; // the last query likes the first key more
    println!("right, place 0: {:6.3}", softmax(changed.view()).row(0));
    println!("wrong, place 0: {:6.3}", softmax(changed.t()).reversed_axes().row(0));
    // ANCHOR_END: later
}
