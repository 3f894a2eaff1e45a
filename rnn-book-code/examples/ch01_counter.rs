//! A counter on one tanh unit: exact for small counts, lost for large ones.

use ndarray::{Array2, array};
use rnn_book_code::machines::counter;

// ANCHOR: main
fn main() {
    for scale in [0.01, 0.001] {
        println!("== scale {scale} ==");
        let (cell, read_out) = counter(scale);
        let mut h = Array2::zeros((1, 1));
        for n in 1..=1000 {
            h = cell.step(array![[1.0]].view(), h.view());
            if [1, 10, 20, 50, 100, 200, 1000].contains(&n) {
                let read = read_out.forward(h.view())[[0, 0]];
                println!("after {n:4} ones it reads {read:8.2}");
            }
        }
    }
}
// ANCHOR_END: main
