//! The adaptive softmax: it sums to 1, its gradient is right, and what it saves.

use ndarray::Array2;
use rand::SeedableRng;
use rnn_book_code_f64::{
    Real, Rng, adaptive::Adaptive, gradcheck::gradient_check, init,
    parameters::Parameters,
};

// ANCHOR: main
fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    let model = Adaptive::new(4, &[3, 6, 12], rng);
    let h: Array2<Real> = init::normal(5, 4, 1.0, rng);
    let targets = [0, 2, 4, 11, 7];

    println!("== sums ==");
    let log_p = model.log_probabilities(h.view());
    let sums = log_p.mapv(Real::exp).sum_axis(ndarray::Axis(1));
    println!("{} rows, the sums of their probabilities: {sums:.6}", h.nrows());

    println!("== check ==");
    let loss = |model: &Adaptive, grad: &mut Adaptive| {
        model.loss_and_gradient(h.view(), &targets, grad).0
    };
    let mut grad = model.zeros_like();
    loss(&model, &mut grad);
    let checks = gradient_check(&model, &grad, 1e-5, |model| {
        loss(model, &mut model.zeros_like())
    });
    for check in checks {
        let good = if check.error < 1e-7 { "below 1e-7" } else { "wrong" };
        println!("{:8} {good}", check.name);
    }

    println!("== scores ==");
    // Zipf: the k-th token is as frequent as 1 / k
    let v = 30_000;
    let share = |from: usize, to: usize| -> f64 {
        let sum =
            |a: usize, b: usize| (a..b).map(|k| 1.0 / (k + 1) as f64).sum::<f64>();
        sum(from, to) / sum(0, v)
    };
    println!("head    cluster 1  cluster 2  scores a token");
    for cuts in [[300, 3_000], [1_000, 6_000], [3_000, 10_000], [10_000, 20_000]] {
        let [a, b] = cuts;
        let scores = (a + 2) as f64
            + share(a, b) * (b - a) as f64
            + share(b, v) * (v - b) as f64;
        println!("{a:5} {:11} {:10} {scores:15.0}", b - a, v - b);
    }
}
// ANCHOR_END: main
