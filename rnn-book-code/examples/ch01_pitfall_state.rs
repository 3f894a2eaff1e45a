//! Pitfall: the state of one sequence is left in place for the next one.

use ndarray::array;
use rnn_book_code::machines::{parity, parity_start};

// ANCHOR: main
fn main() {
    let (cell, read_out) = parity(10.0);
    let sequences = [vec![1.0, 1.0, 1.0], vec![0.0, 0.0], vec![1.0, 0.0]];

    for reset in [false, true] {
        println!("state reset between sequences: {reset}");
        let mut h = parity_start(1);
        for bits in &sequences {
            if reset {
                h = parity_start(1);
            }
            for &bit in bits {
                h = cell.step(array![[bit]].view(), h.view());
            }
            let odd = read_out.forward(h.view())[[0, 0]] > 0.5;
            println!("  {bits:?} is odd: {odd}");
        }
    }
}
// ANCHOR_END: main
