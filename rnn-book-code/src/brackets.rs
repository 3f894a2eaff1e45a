//! Random text with brackets in brackets: to predict it well one must count.
//!
//! Symbols and depths are `[T, B]`.
//!
//! In the book: [section 4.5].
//!
//! [section 4.5]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch04-lstm/experiments.html

use crate::{Real, Rng, text::Window};
use ndarray::Array2;
use rand::RngExt;

// ANCHOR: brackets
/// The symbols of the text. The full stop ends a sentence, at depth 0 only.
pub const SYMBOLS: [char; 5] = ['a', 'b', '(', ')', '.'];

/// The depth at which no further bracket is opened.
pub const DEEPEST: usize = 6;

/// Text in `B` lanes, each from the start of a sentence on.
#[derive(Clone, Debug)]
pub struct Brackets {
    /// The symbols, and the symbol after each.
    pub window: Window,
    /// How many brackets are open after each symbol, `[T, B]`.
    pub depth: Array2<usize>,
    /// The loss, in nats a symbol, of the best prediction that there can be.
    pub best_loss: Real,
}

/// How probable each symbol is where `depth` brackets are open.
pub fn chances(depth: usize) -> [Real; 5] {
    let (open, close) = if depth < DEEPEST { (0.3, 0.3) } else { (0.0, 0.6) };
    let (bracket, stop) = if depth > 0 { (close, 0.0) } else { (0.0, close) };
    [0.2, 0.2, open, bracket, stop]
}

/// Draws `steps` symbols for each of `lanes` lanes.
pub fn brackets(steps: usize, lanes: usize, rng: &mut Rng) -> Brackets {
    let mut depths = Array2::zeros((steps + 1, lanes));
    let mut ids = Array2::zeros((steps + 1, lanes));
    let mut best = 0.0;
    for b in 0..lanes {
        let mut depth = 0;
        for t in 0..=steps {
            let chances = chances(depth);
            if t > 0 {
                // What the symbol after step t costs whoever knows the depth
                best -= chances
                    .iter()
                    .filter(|p| **p > 0.0)
                    .map(|p| p * p.ln())
                    .sum::<Real>();
            }
            let id = draw(&chances, rng);
            match SYMBOLS[id] {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            ids[[t, b]] = id;
            depths[[t, b]] = depth;
        }
    }
    let window = Window {
        x: ids.slice(ndarray::s![..steps, ..]).to_owned(),
        y: ids.slice(ndarray::s![1.., ..]).to_owned(),
    };
    let depth = depths.slice(ndarray::s![..steps, ..]).to_owned();
    Brackets { window, depth, best_loss: best / (steps * lanes) as Real }
}
// ANCHOR_END: brackets

/// A number drawn with these chances.
fn draw(chances: &[Real], rng: &mut Rng) -> usize {
    let mut left = rng.random::<Real>();
    let last = chances.len() - 1;
    let place = chances.iter().position(|p| {
        left -= p;
        left < 0.0
    });
    // Rounding may leave a little over; the last symbol that can occur takes it.
    place.or_else(|| chances.iter().rposition(|p| *p > 0.0)).unwrap_or(last)
}
