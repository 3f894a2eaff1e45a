//! The backward passes of the leaky, the skipping and the normalised cell against
//! central differences, in f64.

use rand::SeedableRng;
use rnn_book_code_f64::{
    Real, Rng, gradcheck::gradient_check, layer::Recurrent, leaky::Leaky,
    loss::mean_squared_error, normed::Normed, parameters::Parameters, problems::adding,
    reader::Reader, skip::Skip,
};

// ANCHOR: main
fn check<L: Recurrent>(name: &str, layer: L, rng: &mut Rng) {
    let model = Reader::new(layer, 1, rng);
    let (x, y) = adding(9, 3, rng);
    let mut grad = model.zeros_like();
    model.loss_and_gradient(
        x.view(),
        None,
        |answers| mean_squared_error(answers, y.view(), None),
        &mut grad,
    );

    let loss = |model: &Reader<L>| {
        mean_squared_error(model.answer(x.view()).view(), y.view(), None).0
    };
    let checks = gradient_check(&model, &grad, 1e-5, loss);
    let worst = checks.iter().map(|c| c.error).fold(0.0, Real::max);
    println!("{name}: {} arrays, worst relative error {worst:.0e}", checks.len());
}

fn main() {
    let mut rng = Rng::seed_from_u64(1);
    check("leaky     ", Leaky::new(2, 5, 0.2, &mut rng), &mut rng);
    check("skip      ", Skip::new(2, 5, 3, &mut rng), &mut rng);
    check("normalised", Normed::new(2, 5, &mut rng), &mut rng);
}
// ANCHOR_END: main
