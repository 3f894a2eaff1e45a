//! Problems that are easy but for the distance between a cause and its effect.
//!
//! Each is drawn at random, so that there is no training set to learn by heart.
//!
//! Inputs are `[T, B, D]`; answers are `[B, O]`, or one class a lane.
//!
//! In the book: [section 3.6].
//!
//! [section 3.6]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch03-vanishing/experiment.html

use crate::{Real, Rng, text::Window};
use ndarray::{Array2, Array3};
use rand::RngExt;

// ANCHOR: adding
/// The adding problem (Hochreiter & Schmidhuber 1997, in the form of Le et al. 2015):
/// inputs `[T, B, 2]` of a number from 0 to 1 and a mark, 1 at one step of the first
/// half and at one of the second, and as targets `[B, 1]` the sums of the marked
/// numbers. The answer 1 to everything has a mean squared error of 1/6.
///
/// # Panics
/// If there are fewer than two steps.
pub fn adding(
    steps: usize,
    lanes: usize,
    rng: &mut Rng,
) -> (Array3<Real>, Array2<Real>) {
    assert!(steps >= 2, "{steps} steps cannot hold two marks");
    let mut x = Array3::zeros((steps, lanes, 2));
    let mut y = Array2::zeros((lanes, 1));
    for b in 0..lanes {
        for t in 0..steps {
            x[[t, b, 0]] = rng.random();
        }
        for t in [rng.random_range(0..steps / 2), rng.random_range(steps / 2..steps)] {
            x[[t, b, 1]] = 1.0;
            y[[b, 0]] += x[[t, b, 0]];
        }
    }
    (x, y)
}
// ANCHOR_END: adding

// ANCHOR: order
/// The temporal-order problem (Hochreiter & Schmidhuber 1997, in the form of Pascanu et
/// al. 2013): one-hot inputs `[T, B, 6]`, at each step one of four letters that mean
/// nothing, except that an X or a Y, the last two, stands at one place between 10 % and
/// 20 % of the steps and at one between 50 % and 60 %. The class, of four, is which was
/// first and which second.
///
/// # Panics
/// If there are fewer than ten steps.
pub fn temporal_order(
    steps: usize,
    lanes: usize,
    rng: &mut Rng,
) -> (Array3<Real>, Vec<usize>) {
    assert!(steps >= 10, "{steps} steps are too few");
    let mut x = Array3::zeros((steps, lanes, 6));
    let mut classes = vec![0; lanes];
    for b in 0..lanes {
        let places = [1, 5].map(|tenth| {
            rng.random_range(tenth * steps / 10..(tenth + 1) * steps / 10)
        });
        for t in 0..steps {
            let letter = if places.contains(&t) {
                let y = usize::from(rng.random::<bool>());
                classes[b] = 2 * classes[b] + y;
                4 + y
            } else {
                rng.random_range(0..4)
            };
            x[[t, b, letter]] = 1.0;
        }
    }
    (x, classes)
}
// ANCHOR_END: order

// ANCHOR: copy
/// Tokens of [`copy_memory`]: eight symbols, a blank and the sign to start.
pub const COPY_TOKENS: usize = 10;

/// The copy problem (Hochreiter & Schmidhuber 1997, in the form of Arjovsky et al.
/// 2016): ten symbols, then blanks, then a sign, after which the ten are to be written
/// while blanks are read; `delay + 20` steps. Before the sign the right answer is the
/// blank. The sign stands `delay` steps after the first blank. Whoever remembers
/// nothing pays 10 ln 8 nats for the whole, 10 ln 8 / (delay + 20) a step.
///
/// # Panics
/// If `delay` is 0.
pub fn copy_memory(delay: usize, lanes: usize, rng: &mut Rng) -> Window {
    const SYMBOLS: usize = 8;
    const LENGTH: usize = 10;
    let (blank, sign) = (SYMBOLS, SYMBOLS + 1);
    assert!(delay > 0, "the delay must be at least 1");
    let steps = delay + 2 * LENGTH;
    let mut x = Array2::from_elem((steps, lanes), blank);
    let mut y = x.clone();
    for b in 0..lanes {
        for k in 0..LENGTH {
            let symbol = rng.random_range(0..SYMBOLS);
            x[[k, b]] = symbol;
            y[[LENGTH + delay + k, b]] = symbol;
        }
        x[[LENGTH + delay - 1, b]] = sign;
    }
    Window { x, y }
}
// ANCHOR_END: copy
