//! Solution: the loss before training, with equal and with random logits.

use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rnn_book_code::{Real, Rng, init, loss::softmax_cross_entropy};

// ANCHOR: main
fn main() {
    let (rows, classes) = (10_000, 31);
    let mut rng = Rng::seed_from_u64(1);
    let targets: Vec<usize> = (0..rows).map(|_| rng.random_range(0..classes)).collect();
    let uniform = (classes as Real).ln();

    let (loss, d_logits) =
        softmax_cross_entropy(Array2::zeros((1, classes)).view(), &[7]);
    println!("equal logits: loss {loss:.3}, ln 31 is {uniform:.3}");
    println!(
        "  gradient: right class {:.4}, any other {:.4}",
        d_logits[[0, 7]],
        d_logits[[0, 0]]
    );
    assert!((loss - uniform).abs() < 1e-5);

    let mut before = loss;
    for deviation in [0.1, 1.0, 10.0] {
        let logits = init::normal(rows, classes, deviation, &mut rng);
        let (loss, _) = softmax_cross_entropy(logits.view(), &targets);
        println!("random logits, deviation {deviation:4}: loss {loss:.2}");
        assert!(loss > before);
        before = loss;
    }
}
// ANCHOR_END: main
