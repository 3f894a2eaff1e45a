//! Solution: Nesterov's momentum as an optimiser, against plain momentum in the valley.

use ndarray::{Zip, array};
use rnn_book_code::{
    Real,
    linear::Linear,
    optim::{Momentum, Optimizer},
    parameters::Parameters,
};

// ANCHOR: nesterov
/// Momentum with the gradient of the place where the velocity is about to carry the
/// weights. The model holds that place: v ← μv + g, w ← w − η(g + μv).
#[derive(Clone, Debug)]
struct Nesterov<M> {
    rate: Real,
    mu: Real,
    velocity: M,
}

impl<M: Parameters> Nesterov<M> {
    fn new(model: &M, rate: Real) -> Self {
        Self { rate, mu: 0.9, velocity: model.zeros_like() }
    }
}

impl<M: Parameters> Optimizer<M> for Nesterov<M> {
    fn step(&mut self, model: &mut M, gradient: &M) {
        let (eta, mu) = (self.rate, self.mu);
        let (mut w, g) = (model.parameters_mut(), gradient.parameters());
        let mut v = self.velocity.parameters_mut();
        for k in 0..w.len() {
            Zip::from(&mut w[k].1).and(&g[k].1).and(&mut v[k].1).for_each(
                |w, &g, v| {
                    *v = mu * *v + g;
                    *w -= eta * (g + mu * *v);
                },
            );
        }
    }
}
// ANCHOR_END: nesterov

// ANCHOR: valley
/// The gradient of the valley L = ½(w₁² + 25 w₂²).
fn gradient(model: &Linear) -> Linear {
    Linear { w: &model.w * &array![[1.0, 25.0]], b: array![] }
}

/// From which step on |w_i| stays below a hundredth of its start, for i = 1 (along the
/// valley) and i = 2 (across it). The directions do not touch each other, so the start
/// does not matter.
fn settled(mut optimizer: impl Optimizer<Linear>, start: &Linear) -> [String; 2] {
    let mut model = start.clone();
    let mut last_above = [0, 0];
    for step in 0..2000 {
        for (i, last) in last_above.iter_mut().enumerate() {
            let share = (model.w[[0, i]] / start.w[[0, i]]).abs();
            if share.is_nan() || share > 0.01 {
                *last = step;
            }
        }
        let grad = gradient(&model);
        optimizer.step(&mut model, &grad);
    }
    last_above
        .map(|step| if step < 1999 { (step + 1).to_string() } else { "never".into() })
}
// ANCHOR_END: valley

// ANCHOR: main
fn main() {
    let start = Linear { w: array![[1.0, 1.0]], b: array![] };
    println!("        momentum         Nesterov");
    println!(" rate   along  across    along  across");
    for rate in [0.003, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.1, 0.15, 0.16] {
        let [along, across] = settled(Momentum::new(&start, rate), &start);
        let [n_along, n_across] = settled(Nesterov::new(&start, rate), &start);
        println!("{rate:5}  {along:>6}  {across:>6}   {n_along:>6}  {n_across:>6}");
    }
}
// ANCHOR_END: main
