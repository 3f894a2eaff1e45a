//! Pitfall: each array is clipped for itself, and the step points elsewhere.

use ndarray::array;
use rnn_book_code::{
    Real,
    linear::Linear,
    optim::{clip_by_norm, norm},
    parameters::Parameters,
};

// ANCHOR: main
fn main() {
    let gradient = Linear { w: array![[6.0], [8.0]], b: array![0.5] };

    let mut whole = gradient.clone();
    clip_by_norm(&mut whole, 1.0);

    let mut parts = gradient.clone();
    for (_, mut array) in parts.parameters_mut() {
        let norm = (&array * &array).sum().sqrt();
        array *= (1.0 / norm).min(1.0);
    }

    for (name, clipped) in [("as a whole", whole), ("array by array", parts)] {
        let along = (&clipped.w * &gradient.w).sum() + (&clipped.b * &gradient.b).sum();
        let cosine: Real = along / (norm(&clipped) * norm(&gradient));
        println!(
            "{name}: w ({:.2}, {:.2}), b {:.2}, turned by {:.0}°",
            clipped.w[[0, 0]],
            clipped.w[[1, 0]],
            clipped.b[0],
            cosine.clamp(-1.0, 1.0).acos().to_degrees()
        );
    }
}
// ANCHOR_END: main
