//! The example that chapters 1 and 2 work through with a pencil: two letters, two
//! units.
//!
//! In the book: [section 1.2] and [section 2.2].
//!
//! [section 1.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch01-foundations/cell.html
//! [section 2.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch02-backpropagation/bptt.html

use crate::{activation::Activation, elman::Elman, linear::Linear};
use ndarray::{Array2, array};

// ANCHOR: tiny
/// A cell that reads the letters a and b as one-hot rows, with numbers that fit on
/// paper.
pub fn cell() -> Elman {
    Elman {
        w_xh: array![[0.5, -1.0], [1.0, 0.5]],
        w_hh: array![[0.5, 0.25], [-0.5, 1.0]],
        b_h: array![0.0, 0.2],
        phi: Activation::Tanh,
    }
}

/// Scores for "the next letter is a" and "the next letter is b".
pub fn read_out() -> Linear {
    Linear { w: array![[1.0, 0.0], [-0.5, 1.0]], b: array![0.0, 0.0] }
}

/// The inputs a, b, a as numbers, `[T, B] = [3, 1]`.
pub fn letters() -> Array2<usize> {
    array![[0], [1], [0]]
}
// ANCHOR_END: tiny
