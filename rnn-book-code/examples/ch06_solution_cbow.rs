//! Solution: the continuous bag of words, the other model of the paper.

use ndarray::{Array1, Axis};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{
    Real, Rng, gradcheck::gradient_check, init, parameters::Parameters,
    skip_gram::SkipGram,
};

/// Words around a place, and the word of that place with others that were drawn.
struct Example {
    around: Vec<usize>,
    words: Vec<usize>,
}

// ANCHOR: cbow
/// The loss of one example. Here the rows of `center` belong to the words around.
fn loss_and_gradient(model: &SkipGram, e: &Example, grad: &mut SkipGram) -> Real {
    // Forward: the mean of the rows around, then scores as in skip-gram
    let share = 1.0 / e.around.len() as Real;
    let around = model.center.w.select(Axis(0), &e.around);
    let v = around.sum_axis(Axis(0)) * share;
    let u = model.context.w.select(Axis(0), &e.words);
    let scores = u.dot(&v);
    // Backward
    let mut g: Array1<Real> = scores.mapv(|s| 1.0 / (1.0 + (-s).exp()));
    g[0] -= 1.0;
    let d_v = g.dot(&u) * share; // each word around gets its share
    for &word in &e.around {
        let mut row = grad.center.w.row_mut(word);
        row += &d_v;
    }
    for (&word, &g) in e.words.iter().zip(&g) {
        grad.context.w.row_mut(word).scaled_add(g, &v);
    }
    let signs = (0..e.words.len()).map(|j| if j == 0 { 1.0 } else { -1.0 });
    signs.zip(&scores).map(|(sign, &s)| (-sign * s).exp().ln_1p()).sum()
}
// ANCHOR_END: cbow

fn main() {
    let mut rng = Rng::seed_from_u64(1);
    let mut model = SkipGram::new(6, 3, &mut rng);
    model.center.w = init::normal(6, 3, 1.0, &mut rng);
    model.context.w = init::normal(6, 3, 1.0, &mut rng);
    let mut draw =
        |n: usize| (0..n).map(|_| rng.random_range(0..6)).collect::<Vec<_>>();
    let example = Example { around: draw(5), words: draw(4) };
    let mut grad = model.zeros_like();
    loss_and_gradient(&model, &example, &mut grad);
    let loss = |m: &SkipGram| loss_and_gradient(m, &example, &mut m.zeros_like());
    for check in gradient_check(&model, &grad, 1e-5, loss) {
        println!("{:9} below 1e-8: {}", check.name, check.error < 1e-8);
    }
}
