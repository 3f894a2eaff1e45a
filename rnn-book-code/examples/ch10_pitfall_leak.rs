//! Pitfall: the future leaks. The loss is better than it can be.

use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Real, Rng,
    gpt::{Gpt, GptSizes},
    optim::{Adam, Optimizer},
    parallel::Workers,
    parameters::Parameters,
    positions::Positions,
    text::Window,
};

/// Tokens of 4 that follow no rule: nobody can do better than ln 4 nats.
fn dice(lanes: usize, rng: &mut Rng) -> Window {
    let ids = Array2::from_shape_simple_fn((9, lanes), || rng.random_range(0..4));
    let (x, y) = (ids.slice(ndarray::s![..8, ..]), ids.slice(ndarray::s![1.., ..]));
    Window { x: x.to_owned(), y: y.to_owned() }
}

// ANCHOR: test
/// Changes the last token, and looks whether any score before it moves.
fn leaks(model: &Gpt, rng: &mut Rng) -> bool {
    let mut x = dice(1, rng).x;
    let before = model.scores(x.view());
    x[[7, 0]] = (x[[7, 0]] + 1) % 4;
    let after = model.scores(x.view());
    let early = ndarray::s![..7, .., ..];
    before.slice(early) != after.slice(early)
}
// ANCHOR_END: test

fn main() {
    println!("a fair guess: {:.2} nats", Real::from(4_u8).ln());
    for causal in [false, true] {
        let mut rng = Rng::seed_from_u64(1);
        let positions = Positions::Learned;
        let sizes = GptSizes {
            vocabulary: 4,
            context: 8,
            size: 16,
            heads: 2,
            blocks: 2,
            positions,
        };
        let mut model = Gpt::new(&sizes, &mut rng);
        // ANCHOR: wrong
        for block in &mut model.blocks {
            block.attention.causal = causal;
        }
        // ANCHOR_END: wrong
        let mut adam = Adam::new(&model, 0.01);
        let mut workers = Workers::new(&model, 1);
        let mut mean = 0.0;
        for step in 0..300 {
            let mut grad = model.zeros_like();
            let window = dice(32, &mut rng);
            let loss = model.loss_and_gradient(&window, &mut workers, &mut grad);
            adam.step(&mut model, &grad);
            mean += if step < 250 { 0.0 } else { loss / 50.0 };
        }
        let leaks = leaks(&model, &mut rng);
        println!("causal: {causal:5}, loss {mean:.1} nats on new dice, leaks: {leaks}");
    }
}
