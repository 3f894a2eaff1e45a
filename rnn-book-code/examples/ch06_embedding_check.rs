//! The gradient of an embedding, dense and sparse, against central differences in f64.

use ndarray::{Array3, array};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{
    Rng, embedding::Embedding, gradcheck::gradient_check, parameters::Parameters,
};

// ANCHOR: check
fn main() {
    let mut rng = Rng::seed_from_u64(1);
    let embedding = Embedding::new(6, 3, &mut rng);
    // Tokens 1 and 4 three times, 2 and 5 never
    let ids = array![[4, 1], [1, 1], [0, 4], [4, 3]];
    let readers =
        Array3::from_shape_simple_fn((4, 2, 3), || rng.random_range(-1.0..1.0));
    let loss = |e: &Embedding| (e.forward(ids.view()).mapv(f64::tanh) * &readers).sum();

    let x = embedding.forward(ids.view());
    let d_x = readers.clone() * x.mapv(|x| 1.0 - x.tanh().powi(2));
    let mut dense = embedding.zeros_like();
    embedding.backward(ids.view(), d_x.view(), &mut dense);
    let sparse = embedding.sparse_gradient(ids.view(), d_x.view());
    let mut added = embedding.zeros_like();
    sparse.add_to(&mut added);

    println!("rows in use: {:?} of {}", sparse.ids, embedding.w.nrows());
    for (name, gradient) in [("dense", &dense), ("sparse", &added)] {
        for check in gradient_check(&embedding, gradient, 1e-5, loss) {
            println!(
                "{name:6} backward {:.9}, numeric {:.9}, below 1e-8: {}",
                check.analytic,
                check.numeric,
                check.error < 1e-8
            );
        }
    }
}
// ANCHOR_END: check
