//! Clipping by norm and by value: the length, and the direction.

use ndarray::array;
use rnn_book_code::{
    linear::Linear,
    optim::{clip_by_norm, clip_by_value, norm},
};

// ANCHOR: main
fn main() {
    let gradient = Linear { w: array![[3.0], [0.4]], b: array![0.0] };
    let angle = |clipped: &Linear| {
        let along = (&clipped.w * &gradient.w).sum();
        let cosine = along / (norm(clipped) * norm(&gradient));
        cosine.clamp(-1.0, 1.0).acos().to_degrees()
    };
    let (mut by_norm, mut by_value) = (gradient.clone(), gradient.clone());
    let before = clip_by_norm(&mut by_norm, 1.0);
    clip_by_value(&mut by_value, 1.0);
    println!("gradient (3.00, 0.40), norm {before:.3}");
    for (name, clipped) in [("norm", by_norm), ("value", by_value)] {
        let (first, second) = (clipped.w[[0, 0]], clipped.w[[1, 0]]);
        println!(
            "by {name}: ({first:.2}, {second:.2}), norm {:.3}, turned by {:.0}°",
            norm(&clipped),
            angle(&clipped)
        );
    }
}
// ANCHOR_END: main
