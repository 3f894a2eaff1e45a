//! Softmax as the formula is written, and as it must be computed.

use ndarray::array;
use rnn_book_code::{
    Real,
    loss::{softmax, softmax_cross_entropy},
};

// ANCHOR: naive
/// The formula word for word. Right for small logits only.
fn naive(z: &[Real]) -> Vec<Real> {
    let exps: Vec<Real> = z.iter().map(|z_i| z_i.exp()).collect();
    let sum: Real = exps.iter().sum();
    exps.iter().map(|e| e / sum).collect()
}
// ANCHOR_END: naive

// ANCHOR: main
fn main() {
    println!("== stable ==");
    for z in [[1.0, 2.0, 3.0], [101.0, 102.0, 103.0], [-103.0, -102.0, -101.0]] {
        println!("logits {z:?}");
        println!("  word for word: {:.4?}", naive(&z));
        println!("  largest out:   {:.4}", softmax(array![z].view()).row(0));
    }

    println!("== gradient ==");
    let (loss, d_logits) = softmax_cross_entropy(array![[1.0, 2.0, 3.0]].view(), &[1]);
    println!("loss {loss:.4}, gradient {:.4}", d_logits.row(0));
}
// ANCHOR_END: main
