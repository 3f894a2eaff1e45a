//! Two layers that read the same sequence, one from each end.
//!
//! `x: [T, B, D]` becomes `[T, B, 2H]`.
//!
//! In the book: [section 7.1].
//!
//! [section 7.1]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch07-seq2seq/bidirectional.html

use crate::{
    Real, Rng,
    layer::{Layer, State, Tape},
    padding,
    parameters::{Parameters, prefixed},
};
use ndarray::{
    Array2, Array3, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMut2, ArrayViewMutD,
    Axis, concatenate, s,
};

// ANCHOR: layer
/// Reads a sequence from both ends; the output of a step is `[forward | backward]`,
/// `[2H]`. It needs the whole sequence, so it has no single step.
#[derive(Clone, Debug)]
pub struct Bidirectional<L> {
    /// Reads from the first step to the last.
    pub ahead: L,
    /// Reads from the last step of each example to its first.
    pub back: L,
}

/// What belongs to each of two directions.
#[derive(Clone, Debug, PartialEq)]
pub struct Both<S> {
    /// Of the layer that reads from the first step on.
    pub ahead: S,
    /// Of the layer that reads from the last step on.
    pub back: S,
}

/// What the backward pass of a [`Bidirectional`] layer needs from the forward pass.
#[derive(Clone, Debug)]
pub struct BidirectionalTape<T> {
    /// The tapes of both directions; that of `back` in reading order.
    pub tapes: Both<T>,
    /// The outputs, `[T, B, 2H]`.
    pub h: Array3<Real>,
    /// The number of steps of each example, `[B]`.
    pub ends: Vec<usize>,
}
// ANCHOR_END: layer

impl<T: Tape> Tape for BidirectionalTape<T> {
    type State = Both<T::State>;

    fn output(&self) -> ArrayView3<'_, Real> {
        self.h.view()
    }

    fn last(&self) -> Both<T::State> {
        Both { ahead: self.tapes.ahead.last(), back: self.tapes.back.last() }
    }
}

// ANCHOR: join
/// Both outputs side by side, that of `back` turned round, eq. (7.2) #seq-both.
fn join<T: Tape>(ahead: T, back: T, ends: Vec<usize>) -> BidirectionalTape<T> {
    let from_back = padding::reverse(back.output(), &ends);
    let h = concatenate(Axis(2), &[ahead.output(), from_back.view()])
        .expect("outputs of equal length");
    BidirectionalTape { tapes: Both { ahead, back }, h, ends }
}
// ANCHOR_END: join

impl<L: Layer> Layer for Bidirectional<L> {
    type State = Both<L::State>;
    type Tape = BidirectionalTape<L::Tape>;

    fn input_size(&self) -> usize {
        self.ahead.input_size()
    }

    fn output_size(&self) -> usize {
        self.ahead.output_size() + self.back.output_size()
    }

    fn start(&self, batch: usize) -> Self::State {
        Both { ahead: self.ahead.start(batch), back: self.back.start(batch) }
    }

    // ANCHOR: passes
    fn forward(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &Self::State,
    ) -> Self::Tape {
        let ends = padding::ends(lengths, x.dim());
        let reversed = padding::reverse(x, &ends);
        let ahead = self.ahead.forward(x, lengths, &start.ahead);
        let back = self.back.forward(reversed.view(), lengths, &start.back);
        join(ahead, back, ends)
    }

    fn backward(
        &self,
        tape: &Self::Tape,
        d_h: ArrayView3<Real>,
        d_last: Option<&Self::State>,
        grad: &mut Self,
    ) -> (Array3<Real>, Self::State) {
        let tapes = &tape.tapes;
        let width = self.ahead.output_size();
        let (d_ahead, d_back) =
            (d_h.slice(s![.., .., ..width]), d_h.slice(s![.., .., width..]));
        let (mut d_x, ahead) = self.ahead.backward(
            &tapes.ahead,
            d_ahead,
            d_last.map(|d_last| &d_last.ahead),
            &mut grad.ahead,
        );
        let (d_reversed, back) = self.back.backward(
            &tapes.back,
            padding::reverse(d_back, &tape.ends).view(),
            d_last.map(|d_last| &d_last.back),
            &mut grad.back,
        );
        d_x += &padding::reverse(d_reversed.view(), &tape.ends);
        (d_x, Both { ahead, back })
    }
    // ANCHOR_END: passes

    fn forward_training(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &Self::State,
        rng: &mut Rng,
    ) -> Self::Tape {
        let ends = padding::ends(lengths, x.dim());
        let reversed = padding::reverse(x, &ends);
        let ahead = self.ahead.forward_training(x, lengths, &start.ahead, rng);
        let reversed = reversed.view();
        let back = self.back.forward_training(reversed, lengths, &start.back, rng);
        join(ahead, back, ends)
    }
}

impl<S: State> State for Both<S> {
    fn arrays(&self) -> Vec<ArrayView2<'_, Real>> {
        let mut list = self.ahead.arrays();
        list.extend(self.back.arrays());
        list
    }

    fn arrays_mut(&mut self) -> Vec<ArrayViewMut2<'_, Real>> {
        let mut list = self.ahead.arrays_mut();
        list.extend(self.back.arrays_mut());
        list
    }

    fn map(&self, f: &mut dyn FnMut(ArrayView2<Real>) -> Array2<Real>) -> Self {
        Self { ahead: self.ahead.map(f), back: self.back.map(f) }
    }
}

impl<L: Parameters> Parameters for Bidirectional<L> {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("ahead", self.ahead.parameters());
        list.extend(prefixed("back", self.back.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("ahead", self.ahead.parameters_mut());
        list.extend(prefixed("back", self.back.parameters_mut()));
        list
    }
}
