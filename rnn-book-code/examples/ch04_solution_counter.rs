//! Solution: one unit that counts open brackets, set by hand.

use ndarray::{Array1, Array2};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    brackets::{SYMBOLS, brackets},
    char_rnn::one_hot,
    layer::{Layer, Recurrent},
    lstm::Lstm,
};

// ANCHOR: counter
/// The candidate of a bracket is ±tanh 1, and the input gate is open for brackets only.
fn counter() -> Lstm {
    let mut w_x = Array2::zeros((SYMBOLS.len(), 4));
    for (symbol, g) in [('(', 1.0), (')', -1.0)] {
        let row = SYMBOLS.iter().position(|s| *s == symbol).expect("a symbol");
        w_x[[row, 0]] = 40.0;
        w_x[[row, 2]] = g;
    }
    Lstm {
        w_x,
        w_h: Array2::zeros((1, 4)),
        b: Array1::from_vec(vec![-20.0, 20.0, 0.0, 20.0]),
    }
}
// ANCHOR_END: counter

// ANCHOR: main
fn main() {
    let (steps, lanes) = (10_000, 8);
    let text = brackets(steps, lanes, &mut Rng::seed_from_u64(1));
    let x = one_hot(text.window.x.view(), SYMBOLS.len());
    let cell = counter();
    let mut state = cell.start(lanes);
    let (mut worst, mut wrong) = (0.0, 0);
    for t in 0..steps {
        state = cell.step(x.index_axis(ndarray::Axis(0), t), &state);
        for b in 0..lanes {
            let counted = state.c[[b, 0]] / Real::tanh(1.0);
            let depth = text.depth[[t, b]] as Real;
            worst = Real::max(worst, (counted - depth).abs());
            wrong += usize::from(counted.round() != depth);
        }
    }
    println!("{} symbols, {wrong} depths wrong", steps * lanes);
    println!("largest distance from a whole number below 0.01: {}", worst < 0.01);
}
// ANCHOR_END: main
