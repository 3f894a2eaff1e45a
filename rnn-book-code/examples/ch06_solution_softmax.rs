//! Solution: skip-gram with the whole softmax.

use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{
    Real, Rng, gradcheck::gradient_check, init, loss::softmax_cross_entropy,
    parameters::Parameters, skip_gram::SkipGram,
};

// ANCHOR: softmax
/// The mean of `−ln p(o | c)` over the pairs, where `p` is the softmax over all words.
fn loss_and_gradient(
    model: &SkipGram,
    centers: &[usize],
    near: &[usize],
    grad: &mut SkipGram,
) -> Real {
    let v = model.center.w.select(ndarray::Axis(0), centers); // [N, D]
    let scores = v.dot(&model.context.w.t()); // [N, V]
    let (loss, d_scores) = softmax_cross_entropy(scores.view(), near); // P − Y
    let d_v = d_scores.dot(&model.context.w);
    grad.context.w += &d_scores.t().dot(&v); // every row, at every pair
    for (&c, d_v) in centers.iter().zip(d_v.outer_iter()) {
        let mut row = grad.center.w.row_mut(c);
        row += &d_v;
    }
    loss
}
// ANCHOR_END: softmax

fn main() {
    let mut rng = Rng::seed_from_u64(1);
    let mut model = SkipGram::new(6, 3, &mut rng);
    model.center.w = init::normal(6, 3, 1.0, &mut rng);
    model.context.w = init::normal(6, 3, 1.0, &mut rng);
    let mut draw = || (0..9).map(|_| rng.random_range(0..6)).collect::<Vec<usize>>();
    let (centers, near) = (draw(), draw());
    let mut grad = model.zeros_like();
    loss_and_gradient(&model, &centers, &near, &mut grad);
    let loss =
        |m: &SkipGram| loss_and_gradient(m, &centers, &near, &mut m.zeros_like());
    for check in gradient_check(&model, &grad, 1e-5, loss) {
        println!("{:9} below 1e-8: {}", check.name, check.error < 1e-8);
    }
    let used = grad.context.w.outer_iter().filter(|row| row.iter().any(|g| *g != 0.0));
    println!("rows of the contexts with a gradient: {} of 6", used.count());
}
