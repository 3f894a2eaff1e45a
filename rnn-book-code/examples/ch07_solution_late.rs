//! Solution: an answer a few steps late is a look a few steps ahead.

use ndarray::{Array2, s};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Rng,
    lstm::Lstm,
    optim::{Adam, Optimizer, clip_by_norm},
    parameters::Parameters,
    tagger::{NO_TARGET, Tagger},
};

const STEPS: usize = 16;
const AHEAD: usize = 2;
const BIT: usize = 2;

// ANCHOR: task
/// Random bits; the answer at each step is whether the bits of this step and of the two
/// that follow have an odd sum. Answers are given `late` steps later.
fn draw(lanes: usize, late: usize, rng: &mut Rng) -> (Array2<usize>, Array2<usize>) {
    let bits = Array2::from_shape_simple_fn((STEPS + AHEAD, lanes), || {
        rng.random_range(0..BIT)
    });
    let mut targets = Array2::from_elem((STEPS + AHEAD, lanes), NO_TARGET);
    for b in 0..lanes {
        for t in 0..STEPS {
            let odd = bits.slice(s![t..=t + AHEAD, b]).sum() % 2;
            targets[[t + late, b]] = odd;
        }
    }
    (bits, targets)
}
// ANCHOR_END: task

// ANCHOR: main
fn main() {
    println!("== late ~ ==");
    for late in 0..=AHEAD {
        let mut rng = Rng::seed_from_u64(1);
        let layer = Lstm::new(4, 16, &mut rng);
        let mut model = Tagger::new(BIT, layer, BIT, &mut rng);
        let mut adam = Adam::new(&model, 0.02);
        let (mut grad, mut last) = (model.zeros_like(), 0.0);
        for _ in 0..400 {
            grad.set_zero();
            let (bits, targets) = draw(16, late, &mut rng);
            last =
                model.loss_and_gradient(bits.view(), None, targets.view(), &mut grad);
            clip_by_norm(&mut grad, 1.0);
            adam.step(&mut model, &grad);
        }
        println!("{late} steps late: loss {last:.3}");
    }
}
// ANCHOR_END: main
