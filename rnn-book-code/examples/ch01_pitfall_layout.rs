//! Pitfall: a batch-major array read as time-major. When T = B the shapes fit, and
//! nothing warns.

use ndarray::{Array2, Array3, s};
use rand::SeedableRng;
use rnn_book_code::{Real, Rng, elman::Elman};

// ANCHOR: main
fn main() {
    let cell = Elman::new(1, 4, &mut Rng::seed_from_u64(1));
    // Batch-major [B, T, D]: sequence 0 is 0, 1, 0 and the two others are silent.
    let mut x = Array3::zeros((3, 3, 1));
    x[[0, 1, 0]] = 1.0;

    let zeros = Array2::zeros((3, 4));
    let wrong = cell.forward(x.view(), zeros.view());
    let right = cell.forward(x.view().permuted_axes([1, 0, 2]), zeros.view());
    for (name, tape) in [("read as it stands", wrong), ("axes swapped", right)] {
        let strength = |t, b| {
            let h = tape.output();
            let h = h.slice(s![t, b, ..]);
            (&h * &h).sum().sqrt()
        };
        println!("{name}:");
        for b in 0..3 {
            let norms: [Real; 3] = [0, 1, 2].map(|t| strength(t, b));
            println!("  ‖h‖ of sequence {b} at t = 1, 2, 3: {norms:.3?}");
        }
    }
}
// ANCHOR_END: main
