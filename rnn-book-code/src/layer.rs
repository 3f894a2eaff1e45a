//! What all recurrent layers have in common: a state, a pass over a whole sequence and
//! back, one step at a time.
//!
//! A layer reads `x: [T, B, D]` and puts out `[T, B, H]`; a state is one matrix
//! `[B, H]` or several.
//!
//! In the book: [section 3.2] and [chapter 7].
//!
//! [section 3.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch03-vanishing/flow.html
//! [chapter 7]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch07-seq2seq/index.html

use crate::{Real, Rng, parameters::Parameters};
use ndarray::{
    Array2, Array3, ArrayView2, ArrayView3, ArrayViewMut2, Axis, concatenate,
};
use std::ops::Range;

// ANCHOR: state
/// What a layer hands from one step to the next: one matrix `[B, H]` or several. The
/// gradient of a state has the same type.
pub trait State: Clone + Send + Sync {
    /// The matrices, always in the same order.
    fn arrays(&self) -> Vec<ArrayView2<'_, Real>>;

    /// The same list, to write to.
    fn arrays_mut(&mut self) -> Vec<ArrayViewMut2<'_, Real>>;

    /// A state of the same kind whose matrices are `f` of these.
    fn map(&self, f: &mut dyn FnMut(ArrayView2<Real>) -> Array2<Real>) -> Self;

    /// The rows of some lanes of the batch.
    fn lanes(&self, lanes: Range<usize>) -> Self {
        self.map(&mut |a| a.slice(ndarray::s![lanes.clone(), ..]).to_owned())
    }

    /// The rows with these numbers, in this order; a row may be taken more than once.
    fn select(&self, rows: &[usize]) -> Self {
        self.map(&mut |a| a.select(Axis(0), rows))
    }

    /// The states of several groups of lanes as one.
    ///
    /// # Panics
    /// If there is no group.
    fn join(groups: &[Self]) -> Self {
        let mut k = 0;
        groups[0].map(&mut |_| {
            let all: Vec<_> = groups.iter().map(|group| group.arrays()[k]).collect();
            k += 1;
            concatenate(Axis(0), &all).expect("states of equal width")
        })
    }
}

impl State for Array2<Real> {
    fn arrays(&self) -> Vec<ArrayView2<'_, Real>> {
        vec![self.view()]
    }

    fn arrays_mut(&mut self) -> Vec<ArrayViewMut2<'_, Real>> {
        vec![self.view_mut()]
    }

    fn map(&self, f: &mut dyn FnMut(ArrayView2<Real>) -> Array2<Real>) -> Self {
        f(self.view())
    }
}
// ANCHOR_END: state

// ANCHOR: layer
/// A layer that reads a whole sequence.
pub trait Layer: Parameters + Send + Sync {
    /// What it hands from step to step.
    type State: State;
    /// What `backward` needs from `forward`.
    type Tape: Tape<State = Self::State> + Send;

    /// The size of an input, `D`.
    fn input_size(&self) -> usize;

    /// The size of an output, `H`.
    fn output_size(&self) -> usize;

    /// The state before the first step: zeros.
    fn start(&self, batch: usize) -> Self::State;

    /// Reads `x: [T, B, D]` from the state `start`. Example `b` has `lengths[b]` steps,
    /// or `T` if no lengths are given; what follows in `x` is padding, which does not
    /// matter as long as it is finite.
    ///
    /// # Panics
    /// If the shapes do not fit each other, or a length is above `T`.
    fn forward(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &Self::State,
    ) -> Self::Tape;

    /// [`forward`](Self::forward) with what is random while training, such as dropout.
    fn forward_training(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &Self::State,
        _rng: &mut Rng,
    ) -> Self::Tape {
        self.forward(x, lengths, start)
    }

    /// Takes the gradient `d_h: [T, B, H]` of the output and, where the last state had
    /// a reader, the gradient `d_last` of [`Tape::last`]. Adds the gradients of the
    /// parameters to `grad`, and returns those of `x` and of `start`.
    fn backward(
        &self,
        tape: &Self::Tape,
        d_h: ArrayView3<Real>,
        d_last: Option<&Self::State>,
        grad: &mut Self,
    ) -> (Array3<Real>, Self::State);
}

/// The record of one pass over a sequence.
pub trait Tape {
    /// The state of the layer.
    type State;

    /// The output after each step, `[T, B, H]`; 0 where an example has ended.
    fn output(&self) -> ArrayView3<'_, Real>;

    /// The state after the last step of each example.
    fn last(&self) -> Self::State;
}

/// A layer that can also be run one step at a time, because no step looks ahead.
pub trait Recurrent: Layer {
    /// One step: `x: [B, D]` and a state give the next state.
    fn step(&self, x: ArrayView2<Real>, state: &Self::State) -> Self::State;

    /// The output `[B, H]` that belongs to a state.
    fn output(state: &Self::State) -> ArrayView2<'_, Real>;
}
// ANCHOR_END: layer

impl<S: State> State for Vec<S> {
    fn arrays(&self) -> Vec<ArrayView2<'_, Real>> {
        self.iter().flat_map(State::arrays).collect()
    }

    fn arrays_mut(&mut self) -> Vec<ArrayViewMut2<'_, Real>> {
        self.iter_mut().flat_map(State::arrays_mut).collect()
    }

    fn map(&self, f: &mut dyn FnMut(ArrayView2<Real>) -> Array2<Real>) -> Self {
        self.iter().map(|state| state.map(f)).collect()
    }
}
