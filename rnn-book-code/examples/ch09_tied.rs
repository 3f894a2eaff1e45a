//! One matrix with two readers: its gradient, and what is left of it when one of them
//! is forgotten.

use ndarray::{Array2, array};
use rand::SeedableRng;
use rnn_book_code_f64::{
    Real, Rng, dropout::Dropout, gradcheck::gradient_check, layer::Layer, lstm::Lstm,
    next_token::NextToken, parallel::Workers, parameters::Parameters, text::Window,
};

// ANCHOR: main
fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    let window = Window {
        x: array![[0, 3], [1, 1], [2, 0], [1, 4]],
        y: array![[1, 1], [2, 0], [1, 4], [3, 2]],
    };
    let layer = Lstm::new(6, 6, rng);
    let mut model = NextToken::new(5, layer, true, Dropout::new(0.3), rng);
    model.embedding.w *= 5.0; // rows so small would have gradients too small to check
    let start = model.layer.start(2);
    let pass = |model: &NextToken<Lstm>| -> (Real, NextToken<Lstm>) {
        let mut grad = model.zeros_like();
        let mut workers = Workers::new(model, 1);
        // The same seed each time: the same masks
        let mut rng = Rng::seed_from_u64(2);
        let loss =
            model.loss_and_gradient(&window, &start, &mut rng, &mut workers, &mut grad);
        (loss.0, grad)
    };

    println!("== check ==");
    let (_, grad) = pass(&model);
    for check in gradient_check(&model, &grad, 1e-5, |model| pass(model).0) {
        println!("{:12} {}", check.name, verdict(check.error));
    }

    println!("== forgotten ==");
    // The same weights in two matrices: each reader's part by itself
    let mut apart = model.clone();
    apart.out = Some(model.embedding.w.clone());
    let (_, parts) = pass(&apart);
    let (reads, scores) =
        (&parts.embedding.w, parts.out.as_ref().expect("it is there"));
    let norm = |a: &Array2<Real>| (a * a).sum().sqrt();
    println!("norm of what the look-up sends back  {:.4}", norm(reads));
    println!("norm of what the scores send back    {:.4}", norm(scores));
    let left = &grad.embedding.w - &(reads + scores);
    println!("the gradient minus both is zero:     {}", norm(&left) < 1e-12);
    for (name, part) in [("look-up", reads), ("scores", scores)] {
        let mut wrong = grad.clone();
        wrong.embedding.w = part.clone();
        let checks = gradient_check(&model, &wrong, 1e-5, |model| pass(model).0);
        println!("with the {name} alone, relative error {:.1}", checks[0].error);
    }
}
// ANCHOR_END: main

fn verdict(error: Real) -> String {
    if error < 1e-7 { "below 1e-7".into() } else { format!("{error:.1e}") }
}
