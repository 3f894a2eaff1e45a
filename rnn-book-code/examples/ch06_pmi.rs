//! What the scores of skip-gram become when there is room enough: shifted mutual
//! information, and nothing is drawn.

use ndarray::{Array2, array};
use rand::SeedableRng;
use rnn_book_code_f64::{Rng, init};

const NEGATIVES: f64 = 2.0;

fn main() {
    // ANCHOR: optimum
    // How often word j stood near word i
    let near: Array2<f64> =
        array![[2., 8., 4., 2.], [8., 2., 1., 5.], [4., 1., 2., 9.], [2., 5., 9., 4.]];
    let counts = near.sum_axis(ndarray::Axis(1));
    let powered = counts.mapv(|n| n.powf(0.75));
    let noise = &powered / powered.sum();

    // Gradient descent on the whole expected loss, with D = V: nothing is squeezed
    let mut rng = Rng::seed_from_u64(1);
    let (mut v, mut u) =
        (init::normal(4, 4, 0.5, &mut rng), init::normal(4, 4, 0.5, &mut rng));
    for _ in 0..20_000 {
        let scores = v.dot(&u.t());
        let d = Array2::from_shape_fn((4, 4), |(i, j)| {
            let p = 1.0 / (1.0 + (-scores[[i, j]]).exp());
            near[[i, j]] * (p - 1.0) + NEGATIVES * counts[i] * noise[j] * p
        });
        let (d_v, d_u) = (d.dot(&u), d.t().dot(&v));
        v.scaled_add(-0.01, &d_v);
        u.scaled_add(-0.01, &d_u);
    }

    let scores = v.dot(&u.t());
    let predicted = Array2::from_shape_fn((4, 4), |(i, j)| {
        (near[[i, j]] / (counts[i] * noise[j])).ln() - NEGATIVES.ln()
    });
    println!("scores after training:\n{scores:6.3}");
    println!("by the formula:\n{predicted:6.3}");
    // ANCHOR_END: optimum
}
