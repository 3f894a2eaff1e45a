//! A classifier trained with class weights, and its probabilities put right.

use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Real, Rng,
    balance::{class_weights, counts},
    linear::Linear,
    loss::CrossEntropy,
    optim::{Adam, Optimizer},
    parameters::Parameters,
};

// ANCHOR: main
/// One number, which is 1 more on average in the rare class: one example in ten.
fn draw(n: usize, rng: &mut Rng) -> (Array2<Real>, Vec<usize>) {
    let labels: Vec<usize> =
        (0..n).map(|_| usize::from(rng.random_bool(0.1))).collect();
    let noise = rnn_book_code::init::normal(n, 1, 1.0, rng);
    let shift = Array2::from_shape_fn((n, 1), |(i, _)| labels[i] as Real);
    (noise + shift, labels)
}

fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    let (x, labels) = draw(5000, rng);
    let (fresh, truth) = draw(5000, rng);
    let weights = class_weights(&labels, 2);
    let each: Vec<Real> = labels.iter().map(|&label| weights[label]).collect();
    let mut model = Linear::new(1, 2, rng);
    let mut adam = Adam::new(&model, 0.05);
    for _ in 0..300 {
        let mut grad = model.zeros_like();
        let z = model.forward(x.view());
        let loss = CrossEntropy::default();
        let (_, d_z) = loss.loss_and_gradient(z.view(), &labels, Some(&each));
        model.backward(x.view(), d_z.view(), &mut grad);
        adam.step(&mut model, &grad);
    }
    // Odds q / (1 − q) times w_0 / w_1
    let z = model.forward(fresh.view());
    let odds = z.outer_iter().map(|z| (z[1] - z[0]).exp());
    let mean = |factor: Real| {
        let all = odds.clone().map(|odds| odds * factor / (1.0 + odds * factor));
        all.sum::<Real>() / truth.len() as Real
    };
    let share = counts(&truth, 2)[1] as Real / truth.len() as Real;
    println!("weights {weights:.2?}");
    println!("share of the rare class   {share:.3}");
    println!("mean probability          {:.3}", mean(1.0));
    println!("with the odds put right   {:.3}", mean(weights[0] / weights[1]));
}
// ANCHOR_END: main
