//! Attention set by hand that reads a word backwards.

use ndarray::{Array2, Array3, s};
use rnn_book_code::{Real, attention::Score};

const LONGEST: usize = 5;

// ANCHOR: main
/// A row with a 1 at each place given.
fn one_hot(at: &[usize]) -> Array3<Real> {
    let mut x = Array3::zeros((at.len(), 1, LONGEST));
    for (t, &i) in at.iter().enumerate() {
        x[[t, 0, i]] = 1.0;
    }
    x
}

fn main() {
    // The state at place s counts how many letters are left, S − s: it can be had by
    // reading from the end. The decoder counts its steps.
    let letters = ["s", "t", "o", "v", "e"];
    let left: Vec<usize> = (0..letters.len()).rev().collect();
    let steps: Vec<usize> = (0..letters.len()).collect();
    let score = Score::General { w: Array2::eye(LONGEST) * 20.0 };
    let memory = score.memory(one_hot(&left).view(), &[letters.len()]);
    let mut tape = score.tape(&memory, one_hot(&steps));
    score.forward(&memory, 0..steps.len(), &mut tape);
    for t in steps {
        let weights = tape.weights.slice(s![0, t, ..]);
        let (place, weight) = weights
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1))
            .expect("a word has letters");
        println!("step {}: {} with weight {weight:.4}", t + 1, letters[place]);
    }
}
// ANCHOR_END: main
