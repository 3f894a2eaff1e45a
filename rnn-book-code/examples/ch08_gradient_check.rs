//! The whole classifier against central differences: words and pieces, a bidirectional
//! GRU, four pools, noise with a fixed seed, texts of unequal length, both goals.

use rand::SeedableRng;
use rnn_book_code_f64::{
    Real, Rng,
    bidirectional::Bidirectional,
    classifier::{Classifier, Goal, Lesson, Noise},
    dropout::Dropout,
    gradcheck::gradient_check,
    gru::Gru,
    init,
    parallel::Workers,
    parameters::Parameters,
    pooling::Pool,
    subwords::Word,
};

fn main() {
    // ANCHOR: main
    let rng = &mut Rng::seed_from_u64(8);
    // Random biases: no two steps tie, where a largest number would have a kink
    let mut gru = || {
        let mut bias = |n| init::normal(1, n, 1.0, rng).row(0).to_owned();
        let (b, b_m) = (bias(12), bias(4));
        Gru { b, b_m, ..Gru::new(3, 4, rng) }
    };
    let layer = Bidirectional { ahead: gru(), back: gru() };
    let pools = [Pool::Last, Pool::Max, Pool::Mean, Pool::Attention];
    let model = Classifier::new((6, 5), layer, &pools, 3, rng);
    let word = |id: usize| Word { id, pieces: vec![id % 5, (id + 2) % 5] };
    let lesson = |ids: &[usize], goal, weight| Lesson {
        words: ids.iter().map(|&id| word(id)).collect(),
        goal,
        weight,
    };
    let lessons = [
        lesson(&[1, 4, 2, 5], Goal::One(2), 1.0),
        lesson(&[3, 2], Goal::Any(vec![0, 2]), 0.5),
        lesson(&[5, 1, 4], Goal::One(0), 2.0),
    ];
    let lessons: Vec<&Lesson> = lessons.iter().collect();
    let noise =
        Noise { words: 0.2, inputs: Dropout::new(0.2), pooled: Dropout::new(0.2) };
    let gradient = |model: &Classifier<_>| {
        let (mut grad, mut workers) = (model.zeros_like(), Workers::new(model, 1));
        let rng = &mut Rng::seed_from_u64(1); // the same noise each time
        let loss =
            model.loss_and_gradient(&lessons, &noise, rng, &mut workers, &mut grad);
        (loss, grad)
    };
    let (_, grad) = gradient(&model);
    let mut worst: Real = 0.0;
    for check in gradient_check(&model, &grad, 1e-5, |model| gradient(model).0) {
        worst = worst.max(check.error);
        println!(
            "{:<24} {}",
            check.name,
            if check.error < 1e-7 { "ok" } else { "WRONG" }
        );
    }
    println!("largest relative error below 1e-7: {}", worst < 1e-7);
    // ANCHOR_END: main
}
