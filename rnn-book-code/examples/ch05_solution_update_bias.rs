//! Solution: the start of the update gate, on a short and on a long lag.

use ndarray::{Array3, s};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Real, Rng,
    gru::Gru,
    loss::softmax_cross_entropy,
    optim::{Adam, Optimizer, clip_by_norm},
    parameters::Parameters,
    reader::Reader,
};

// ANCHOR: task
/// The first of `steps` random symbols is the answer to give after the last.
fn first_of(steps: usize, rng: &mut Rng) -> (Array3<Real>, Vec<usize>) {
    let (lanes, symbols) = (16, 4);
    let mut x = Array3::zeros((steps, lanes, symbols));
    let mut first = vec![0; lanes];
    for b in 0..lanes {
        for t in 0..steps {
            let symbol = rng.random_range(0..symbols);
            x[[t, b, symbol]] = 1.0;
            if t == 0 {
                first[b] = symbol;
            }
        }
    }
    (x, first)
}

/// Updates until the loss of a batch is below 0.1, if it happens within 400.
fn updates(steps: usize, b_z: Real, seed: u64) -> Option<usize> {
    let mut rng = Rng::seed_from_u64(seed);
    let mut gru = Gru::new(4, 16, &mut rng);
    gru.b.slice_mut(s![16..32]).fill(b_z);
    let mut model = Reader::new(gru, 4, &mut rng);
    let mut adam = Adam::new(&model, 0.01);
    let mut grad = model.zeros_like();
    (1..=400).find(|_| {
        grad.set_zero();
        let (x, y) = first_of(steps, &mut rng);
        let loss = model.loss_and_gradient(
            x.view(),
            None,
            |scores| softmax_cross_entropy(scores, &y),
            &mut grad,
        );
        clip_by_norm(&mut grad, 1.0);
        adam.step(&mut model, &grad);
        loss < 0.1
    })
}
// ANCHOR_END: task

// ANCHOR: main
fn main() {
    println!("== updates ~ ==");
    println!("b_z    3 steps  20 steps");
    for b_z in [-1.0, 0.0, 1.0, 3.0] {
        let median = |steps| {
            let mut all: Vec<usize> =
                (1..=3).map(|seed| updates(steps, b_z, seed).unwrap_or(401)).collect();
            all.sort_unstable();
            if all[1] > 400 { "not in 400".into() } else { all[1].to_string() }
        };
        println!("{b_z:4.1} {:>9} {:>9}", median(3), median(20));
    }
}
// ANCHOR_END: main
