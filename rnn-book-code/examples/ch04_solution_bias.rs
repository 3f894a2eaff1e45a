//! Solution: which bias of the forget gate suits which task?

use ndarray::{Array2, Array3, ArrayView2, s};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{
    Real, Rng,
    loss::mean_squared_error,
    lstm::Lstm,
    optim::{Adam, Optimizer, clip_by_norm},
    parameters::Parameters,
    reader::Reader,
};

// ANCHOR: main
const STEPS: usize = 30;

/// Random numbers, and the first of them, which a second input marks.
fn first(rng: &mut Rng) -> (Array3<Real>, Array2<Real>) {
    let (mut x, _) = recent(rng);
    x.slice_mut(s![0, .., 1]).fill(1.0);
    let y = x.slice(s![0, .., ..1]).to_owned();
    (x, y)
}

/// Random numbers, and the product of the last two: what came before only disturbs.
fn recent(rng: &mut Rng) -> (Array3<Real>, Array2<Real>) {
    let mut x = Array3::zeros((STEPS, 16, 2));
    x.slice_mut(s![.., .., 0]).mapv_inplace(|_| rng.random_range(-1.0..1.0));
    let y = &x.slice(s![STEPS - 1, .., ..1]) * &x.slice(s![STEPS - 2, .., ..1]);
    (x, y)
}

/// The mean loss of the last 50 of 200 updates.
fn train(
    bias: Real,
    seed: u64,
    draw: fn(&mut Rng) -> (Array3<Real>, Array2<Real>),
) -> Real {
    let mut rng = Rng::seed_from_u64(seed);
    let layer = Lstm::new(2, 12, &mut rng).with_forget_bias(bias);
    let mut model = Reader::new(layer, 1, &mut rng);
    let mut adam = Adam::new(&model, 0.01);
    let mut grad = model.zeros_like();
    let mut sum = 0.0;
    for update in 0..200 {
        grad.set_zero();
        let (x, y) = draw(&mut rng);
        let loss =
            |answer: ArrayView2<Real>| mean_squared_error(answer, y.view(), None);
        let loss = model.loss_and_gradient(x.view(), None, loss, &mut grad);
        clip_by_norm(&mut grad, 1.0);
        adam.step(&mut model, &grad);
        sum += if update >= 150 { loss / 50.0 } else { 0.0 };
    }
    sum
}

fn main() {
    println!("bias   the first of 30   the last two multiplied");
    for bias in [-2.0, 1.0, 4.0] {
        let mean = |draw| {
            [1, 2].map(|seed| train(bias, seed, draw)).iter().sum::<Real>() / 2.0
        };
        println!("{bias:4}   {:15.3}   {:23.3}", mean(first), mean(recent));
    }
}
// ANCHOR_END: main
