//! Back-propagation through time that keeps few states and computes the others again.
//!
//! The shapes are those of [`elman`](crate::elman).
//!
//! In the book: [section 2.4].
//!
//! [section 2.4]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch02-backpropagation/cost.html

use crate::{Real, elman::Elman};
use ndarray::{Array2, Array3, ArrayView2, ArrayView3, Axis, s};

// ANCHOR: recompute
/// The same gradients as [`Elman::forward`] and [`Elman::backward`] over
/// `x: [T, B, D]`, with the states of one segment in memory at a time, and one state
/// kept at each segment's start. With segments of √T steps, that is about 2√T states in
/// place of T, for one forward pass more.
///
/// `d_h` gives, for a segment that starts at step `t` and its states `[S, B, H]`, the
/// gradient `[S, B, H]` that the readers of those states send back. Returns the
/// gradient of `h_0`.
///
/// # Panics
/// If `segment` is 0 or the shapes do not fit.
pub fn backward_in_segments(
    cell: &Elman,
    x: ArrayView3<Real>,
    h_0: ArrayView2<Real>,
    segment: usize,
    mut d_h: impl FnMut(usize, ArrayView3<Real>) -> Array3<Real>,
    grad: &mut Elman,
) -> Array2<Real> {
    assert!(segment > 0, "a segment needs at least one step");

    // First pass: keep the state at the start of each segment, forget the rest.
    let parts: Vec<_> = x.axis_chunks_iter(Axis(0), segment).collect();
    let mut starts = vec![h_0.to_owned()];
    for part in &parts {
        let last =
            cell.forward(*part, starts[starts.len() - 1].view()).last().to_owned();
        starts.push(last);
    }

    // Second pass, last segment first: compute its states again, then go back through
    // them.
    let mut from_later = Array2::zeros(h_0.dim());
    for (i, part) in parts.into_iter().enumerate().rev() {
        let tape = cell.forward(part, starts[i].view());
        let mut d_h_part = d_h(i * segment, tape.output());
        let mut last = d_h_part.slice_mut(s![-1, .., ..]);
        last += &from_later; // the next segment is one more reader of the last state
        (_, from_later) = cell.backward(&tape, d_h_part.view(), grad);
    }
    from_later
}
// ANCHOR_END: recompute
