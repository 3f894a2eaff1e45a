//! Machines with weights set by hand: what a recurrent state can express before any
//! learning.
//!
//! In the book: [section 1.4].
//!
//! [section 1.4]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch01-foundations/machines.html

use crate::{Real, activation::Activation, elman::Elman, linear::Linear};
use ndarray::{Array2, array};

// ANCHOR: parity
/// A cell of two units and a read-out that say whether the bits so far hold an odd
/// number of ones.
///
/// Unit 0 asks "is the old parity or the new bit 1?", unit 1 asks "are both?". The
/// parity is half their difference, eq. (1.11) #parity-state. `gain` says how hard the
/// units switch. Start it from [`parity_start`].
pub fn parity(gain: Real) -> (Elman, Linear) {
    let cell = Elman {
        w_xh: array![[gain, gain]],
        w_hh: array![[gain / 2.0, gain / 2.0], [-gain / 2.0, -gain / 2.0]],
        b_h: array![-0.5 * gain, -1.5 * gain],
        phi: Activation::Tanh,
    };
    let read_out = Linear { w: array![[0.5], [-0.5]], b: array![0.0] };
    (cell, read_out)
}

/// The state of [`parity`] before the first bit: both units off, parity 0.
pub fn parity_start(batch: usize) -> Array2<Real> {
    Array2::from_elem((batch, 2), -1.0)
}
// ANCHOR_END: parity

// ANCHOR: counter
/// A cell of one unit that adds up its inputs, as well as a tanh can: the state stays
/// near `scale · (sum of the inputs)` while that is small against 1. The read-out
/// divides by `scale`.
pub fn counter(scale: Real) -> (Elman, Linear) {
    let cell = Elman {
        w_xh: array![[scale]],
        w_hh: array![[1.0]],
        b_h: array![0.0],
        phi: Activation::Tanh,
    };
    let read_out = Linear { w: array![[1.0 / scale]], b: array![0.0] };
    (cell, read_out)
}
// ANCHOR_END: counter
