//! Associative recall: pairs are read, then some of their first halves are asked for.
//!
//! Tokens and targets are `[T, B]`.
//!
//! In the book: [section 10.6].
//!
//! [section 10.6]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch10-modern/arena.html

use crate::{Rng, text::Window};
use ndarray::Array2;
use rand::{RngExt, seq::SliceRandom};

// ANCHOR: recall
/// The sizes of a recall problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recall {
    /// The distinct keys that there are.
    pub keys: usize,
    /// The distinct values.
    pub values: usize,
    /// The pairs that are read first, in `2 · pairs` steps.
    pub pairs: usize,
    /// The steps after them; at each, one of the keys that were read is asked for.
    pub questions: usize,
}

/// What a question asks back over.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The tokens, and the right answers.
    pub window: Window,
    /// How many steps before its question the value was read, `[T, B]`; 0 where there
    /// is no question.
    pub distance: Array2<usize>,
}

impl Recall {
    /// The tokens: keys, then values, then one that stands for "no answer".
    pub fn tokens(&self) -> usize {
        self.keys + self.values + 1
    }

    /// Pairs of a key and a value, no key twice, then questions (in the manner of Arora
    /// et al. 2023). The right answer to a key among the questions is its value; before
    /// the questions it is the last token.
    ///
    /// # Panics
    /// If there are fewer keys than pairs.
    pub fn draw(&self, lanes: usize, rng: &mut Rng) -> Asked {
        assert!(self.pairs <= self.keys, "{} keys for {} pairs", self.keys, self.pairs);
        let steps = 2 * self.pairs + self.questions;
        let mut x = Array2::zeros((steps, lanes));
        let mut y = Array2::from_elem((steps, lanes), self.tokens() - 1);
        let mut distance = Array2::zeros((steps, lanes));
        let mut keys: Vec<usize> = (0..self.keys).collect();
        for b in 0..lanes {
            keys.shuffle(rng);
            for k in 0..self.pairs {
                x[[2 * k, b]] = keys[k];
                x[[2 * k + 1, b]] = self.keys + rng.random_range(0..self.values);
            }
            for t in 2 * self.pairs..steps {
                let k = rng.random_range(0..self.pairs);
                x[[t, b]] = keys[k];
                y[[t, b]] = x[[2 * k + 1, b]];
                distance[[t, b]] = t - (2 * k + 1);
            }
        }
        Asked { window: Window { x, y }, distance }
    }
}
// ANCHOR_END: recall
