//! How a gradient fares on its way back through time.
//!
//! A sequence `x: [T, B, D]` gives `T + 1` gradients, each with the shape of a state.
//!
//! In the book: [section 3.2].
//!
//! [section 3.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch03-vanishing/flow.html

use crate::{
    Real,
    layer::{Layer, State, Tape},
};
use ndarray::{Array3, ArrayView3, Axis};

// ANCHOR: flow
/// The gradients of a loss by the state before every step, and by the last state: `T +
/// 1` of them, from a sequence `x: [T, B, D]` and the gradient `d_last` of the last
/// state, which alone is read. Every step gets a tape of its own, and the gradient is
/// handed from each to the one before.
pub fn state_gradients<L: Layer>(
    layer: &L,
    x: ArrayView3<Real>,
    start: &L::State,
    d_last: L::State,
) -> Vec<L::State> {
    let (steps, lanes, _) = x.dim();
    let mut state = start.clone();
    let mut tapes = Vec::with_capacity(steps);
    for x in x.axis_chunks_iter(Axis(0), 1) {
        let tape = layer.forward(x, None, &state);
        state = tape.last();
        tapes.push(tape);
    }
    let no_reader = Array3::zeros((1, lanes, layer.output_size()));
    let mut unused = layer.zeros_like();
    let mut gradients = vec![d_last];
    for tape in tapes.iter().rev() {
        let d_state = &gradients[gradients.len() - 1];
        let (_, d_before) =
            layer.backward(tape, no_reader.view(), Some(d_state), &mut unused);
        gradients.push(d_before);
    }
    gradients.reverse();
    gradients
}

/// The norm of all numbers of a state, or of its gradient, together.
pub fn norm<S: State>(state: &S) -> Real {
    let squares =
        state.arrays().into_iter().map(|array| array.fold(0.0, |s, x| s + x * x));
    squares.sum::<Real>().sqrt()
}
// ANCHOR_END: flow
