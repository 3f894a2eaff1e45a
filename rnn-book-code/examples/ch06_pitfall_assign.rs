//! Pitfall: rows that are written where they should be added.

use ndarray::{Array2, Array3, s};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{
    Rng, embedding::Embedding, gradcheck::gradient_check, parameters::Parameters,
};

// ANCHOR: assign
/// The fault: the last gradient of a token replaces the others.
fn assigned(ids: &Array2<usize>, d_x: &Array3<f64>, grad: &mut Embedding) {
    for ((t, b), &id) in ids.indexed_iter() {
        grad.w.row_mut(id).assign(&d_x.slice(s![t, b, ..]));
    }
}
// ANCHOR_END: assign

fn main() {
    // ANCHOR: main
    let mut rng = Rng::seed_from_u64(1);
    let embedding = Embedding::new(5, 2, &mut rng);
    let d_x = Array3::from_shape_simple_fn((2, 2, 2), || rng.random_range(-1.0..1.0));
    for ids in [ndarray::array![[3, 1], [0, 4]], ndarray::array![[3, 1], [1, 4]]] {
        let loss = |e: &Embedding| (e.forward(ids.view()) * &d_x).sum();
        let mut grad = embedding.zeros_like();
        assigned(&ids, &d_x, &mut grad);
        let check = &gradient_check(&embedding, &grad, 1e-5, loss)[0];
        let error = if check.error < 1e-8 { 0.0 } else { check.error };
        println!(
            "tokens {:?}: relative error {error:.2}",
            ids.as_slice().unwrap_or_default()
        );
    }
    // ANCHOR_END: main
}
