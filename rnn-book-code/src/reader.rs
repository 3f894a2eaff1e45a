//! A model that reads a whole sequence and answers once.
//!
//! A sequence `x: [T, B, D]` becomes answers `[B, O]`.
//!
//! In the book: [section 3.6].
//!
//! [section 3.6]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch03-vanishing/experiment.html

use crate::{
    Real, Rng,
    layer::{Recurrent, Tape},
    linear::Linear,
    parameters::{Parameters, prefixed},
};
use ndarray::{
    Array2, Array3, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMutD, Axis,
};

// ANCHOR: reader
/// A recurrent layer and a linear read-out of its last output.
#[derive(Clone, Debug)]
pub struct Reader<L> {
    /// From the inputs to the states, `D` to `H`.
    pub layer: L,
    /// From the last output to the answer, `H` to `O`.
    pub out: Linear,
}

impl<L: Recurrent> Reader<L> {
    /// A random read-out of `answers` numbers on `layer`.
    pub fn new(layer: L, answers: usize, rng: &mut Rng) -> Self {
        Self { out: Linear::new(layer.output_size(), answers, rng), layer }
    }

    /// The answers `[B, O]` to `x: [T, B, D]`.
    pub fn answer(&self, x: ArrayView3<Real>) -> Array2<Real> {
        let tape = self.layer.forward(x, None, &self.layer.start(x.dim().1));
        self.out.forward(L::output(&tape.last()))
    }

    /// The loss of the answers to `x: [T, B, D]`, where `loss` gives the loss of
    /// answers `[B, O]` and its gradient. Adds the gradients of all parameters to
    /// `grad`, over the last `window` steps if one is given.
    pub fn loss_and_gradient(
        &self,
        x: ArrayView3<Real>,
        window: Option<usize>,
        loss: impl FnOnce(ArrayView2<Real>) -> (Real, Array2<Real>),
        grad: &mut Self,
    ) -> Real {
        let (steps, lanes, _) = x.dim();
        let window = window.map_or(steps, |window| window.min(steps));
        let mut start = self.layer.start(lanes);
        let (before, x) = x.split_at(Axis(0), steps - window);
        if window < steps {
            start = self.layer.forward(before, None, &start).last();
        }
        // Forward: X → H_T → answers → loss
        let tape = self.layer.forward(x, None, &start);
        let last = tape.last();
        let h = L::output(&last);
        let (loss, d_y) = loss(self.out.forward(h).view());
        // Backward: only the last output has a reader
        let mut d_h = Array3::zeros((window, lanes, self.layer.output_size()));
        let d_last = self.out.backward(h, d_y.view(), &mut grad.out);
        d_h.index_axis_mut(Axis(0), window - 1).assign(&d_last);
        self.layer.backward(&tape, d_h.view(), None, &mut grad.layer);
        loss
    }
}
// ANCHOR_END: reader

impl<L: Recurrent> Parameters for Reader<L> {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("layer", self.layer.parameters());
        list.extend(prefixed("out", self.out.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("layer", self.layer.parameters_mut());
        list.extend(prefixed("out", self.out.parameters_mut()));
        list
    }
}
