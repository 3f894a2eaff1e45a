//! A loss that counts padding, on one batch of a short and a long target.

use ndarray::{Array2, s};
use rnn_book_code::{
    Real,
    loss::CrossEntropy,
    vocabulary::{END, PADDING},
};

// ANCHOR: main
fn main() {
    // Two targets of 2 and 8 tokens, step by step, the second token of a pair first
    let targets: Vec<usize> = (0..8)
        .flat_map(|t| {
            [
                4 + t % 3,
                if t == 0 {
                    4
                } else if t == 1 {
                    END
                } else {
                    PADDING
                },
            ]
        })
        .collect();
    // A model that knows nothing but where a target has ended
    let logits = |sure: Real| {
        let mut z = Array2::zeros((targets.len(), 7));
        for (mut row, &target) in z.outer_iter_mut().zip(&targets) {
            row[PADDING] = if target == PADDING { sure } else { -sure };
        }
        z
    };
    for sure in [0.0, 3.0, 9.0] {
        let z = logits(sure);
        let (counted, d) =
            CrossEntropy::default().loss_and_gradient(z.view(), &targets, None);
        let skip = CrossEntropy { ignore: Some(PADDING), ..CrossEntropy::default() };
        let (skipped, _) = skip.loss_and_gradient(z.view(), &targets, None);
        let at_padding: Real = targets
            .iter()
            .enumerate()
            .filter(|&(_, &target)| target == PADDING)
            .map(|(i, _)| d.slice(s![i, ..]).mapv(Real::abs).sum())
            .sum();
        println!(
            "sure of padding by {sure}: counted {counted:.3}, left out {skipped:.3}, \
             part of the gradient at padding {:.2}",
            at_padding / d.mapv(Real::abs).sum()
        );
    }
}
// ANCHOR_END: main
