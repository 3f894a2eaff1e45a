//! Solution: skip-gram with one matrix in place of two.

use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{
    Rng,
    embedding::Embedding,
    gradcheck::gradient_check,
    parameters::Parameters,
    skip_gram::{Pairs, SkipGram},
};

// ANCHOR: tied
/// One matrix has two readers, so it gets the sum of two gradients.
fn loss_and_gradient(rows: &Embedding, pairs: &Pairs, grad: &mut Embedding) -> f64 {
    let both = SkipGram { center: rows.clone(), context: rows.clone() };
    let mut two = both.zeros_like();
    let loss = both.loss_and_gradient(pairs, &mut two);
    grad.w += &two.center.w;
    grad.w += &two.context.w;
    loss
}
// ANCHOR_END: tied

fn main() {
    let mut rng = Rng::seed_from_u64(1);
    let rows = Embedding::new(6, 3, &mut rng);
    let mut draw =
        |n, m| Array2::from_shape_simple_fn((n, m), || rng.random_range(0..6));
    let pairs = Pairs { centers: draw(8, 1), words: draw(8, 3) };
    let mut grad = rows.zeros_like();
    loss_and_gradient(&rows, &pairs, &mut grad);
    let loss =
        |rows: &Embedding| loss_and_gradient(rows, &pairs, &mut rows.zeros_like());
    let check = &gradient_check(&rows, &grad, 1e-5, loss)[0];
    println!("backward {:.9}, numeric {:.9}", check.analytic, check.numeric);
    println!("below 1e-8: {}", check.error < 1e-8);
}
