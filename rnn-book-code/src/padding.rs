//! Batches of sequences of different lengths: what happens where an example has ended.
//!
//! Padding stands after the last step of an example, and a state never looks ahead. So
//! a cell may run on over the padding: nothing that counts depends on it. Three things
//! are left to do: outputs beyond the end are set to 0, so is the gradient that comes
//! back for them, and the last state of an example is the one at its own end.
//!
//! Sequences are `[T, B, D]`, with one length an example, `[B]`.
//!
//! In the book: [section 6.4] and [section 7.1].
//!
//! [section 6.4]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch06-data/batches.html
//! [section 7.1]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch07-seq2seq/bidirectional.html

use crate::Real;
use ndarray::{
    Array2, Array3, ArrayView2, ArrayView3, ArrayViewMut3, Axis, CowArray, Ix3,
};

// ANCHOR: ends
/// The number of steps of each example of `x: [T, B, D]`: `lengths`, or `T` for all.
///
/// # Panics
/// If there is not one length an example, or one is above `T`.
pub fn ends(lengths: Option<&[usize]>, x: (usize, usize, usize)) -> Vec<usize> {
    let (steps, batch, _) = x;
    let Some(lengths) = lengths else {
        return vec![steps; batch];
    };
    let right = lengths.len() == batch && lengths.iter().all(|&end| end <= steps);
    assert!(right, "lengths {lengths:?} do not fit an input of shape {x:?}");
    lengths.to_vec()
}

/// The state of each example after its own last step, from `states: [T + 1, B, H]`, of
/// which `states[t]` came after `t` steps.
pub fn at_ends(states: ArrayView3<Real>, ends: &[usize]) -> Array2<Real> {
    let mut last = Array2::zeros((ends.len(), states.len_of(Axis(2))));
    for (b, (&end, mut last)) in ends.iter().zip(last.outer_iter_mut()).enumerate() {
        last.assign(&states.slice(ndarray::s![end, b, ..]));
    }
    last
}

/// Adds to `d` the rows of `d_last` whose examples have `t` steps.
pub fn add_ending(
    d: &mut Array2<Real>,
    d_last: ArrayView2<Real>,
    ends: &[usize],
    t: usize,
) {
    for (b, _) in ends.iter().enumerate().filter(|&(_, &end)| end == t) {
        let mut d = d.row_mut(b);
        d += &d_last.row(b);
    }
}
// ANCHOR_END: ends

// ANCHOR: clear
/// Sets the rows of `x: [T, B, D]` beyond the end of their examples to 0.
pub fn clear(mut x: ArrayViewMut3<Real>, ends: &[usize]) {
    let steps = x.len_of(Axis(0));
    for (b, &end) in ends.iter().enumerate().filter(|&(_, &end)| end < steps) {
        x.slice_mut(ndarray::s![end.., b, ..]).fill(0.0);
    }
}

/// The gradient of the outputs: 0 at the padding and, where the state is the output
/// and its last value had a reader, with that reader's gradient. Copied only if needed.
pub fn with_last<'a>(
    d_h: ArrayView3<'a, Real>,
    d_last: Option<ArrayView2<Real>>,
    ends: &[usize],
) -> CowArray<'a, Real, Ix3> {
    let padded = ends.iter().any(|&end| end < d_h.len_of(Axis(0)));
    if !padded && d_last.is_none() {
        return CowArray::from(d_h);
    }
    let mut d_h = d_h.to_owned();
    clear(d_h.view_mut(), ends);
    if let Some(d_last) = d_last {
        for (b, _) in ends.iter().enumerate().filter(|&(_, &end)| end > 0) {
            let mut d = d_h.slice_mut(ndarray::s![ends[b] - 1, b, ..]);
            d += &d_last.row(b);
        }
    }
    CowArray::from(d_h)
}
// ANCHOR_END: clear

// ANCHOR: reverse
/// Turns each example round within its own length, `[T, B, D]`: step `t` becomes step
/// `end − 1 − t`. The padding stays at the end, as 0. Twice gives back the start.
pub fn reverse(x: ArrayView3<Real>, ends: &[usize]) -> Array3<Real> {
    let mut reversed = Array3::zeros(x.dim());
    for (b, &end) in ends.iter().enumerate() {
        for t in 0..end {
            let mut row = reversed.slice_mut(ndarray::s![t, b, ..]);
            row.assign(&x.slice(ndarray::s![end - 1 - t, b, ..]));
        }
    }
    reversed
}
// ANCHOR_END: reverse
