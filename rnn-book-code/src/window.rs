//! A multi-layer perceptron on a window: the model that looks at the last `k` inputs
//! only.
//!
//! A sequence `x: [T, B, D]` becomes outputs `[B, C]`.
//!
//! In the book: [section 1.1].
//!
//! [section 1.1]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch01-foundations/order.html

use crate::{
    Real, Rng,
    linear::Linear,
    parameters::{Parameters, prefixed},
};
use ndarray::{Array2, ArrayView3, ArrayViewD, ArrayViewMutD, s};

// ANCHOR: model
/// Two linear layers with a tanh between them, on the last `k` inputs side by side.
#[derive(Clone, Debug)]
pub struct WindowMlp {
    /// How many inputs it sees.
    pub k: usize,
    /// From the window `[k·D]` to the hidden layer `[H]`: its weight grows with `k`.
    pub hidden: Linear,
    /// From the hidden layer `[H]` to the outputs `[C]`.
    pub out: Linear,
}

impl WindowMlp {
    /// A random model on windows of `k` inputs of size `input`.
    pub fn new(
        k: usize,
        input: usize,
        hidden: usize,
        output: usize,
        rng: &mut Rng,
    ) -> Self {
        Self {
            k,
            hidden: Linear::new(k * input, hidden, rng),
            out: Linear::new(hidden, output, rng),
        }
    }

    /// The outputs `[B, C]` after the last step of `x: [T, B, D]`.
    ///
    /// # Panics
    /// If `x` has fewer than `k` steps.
    pub fn forward(&self, x: ArrayView3<Real>) -> Array2<Real> {
        let (steps, batch, input) = x.dim();
        assert!(
            steps >= self.k,
            "a window of {} steps on a sequence of {steps}",
            self.k
        );
        let mut window = Array2::zeros((batch, self.k * input));
        for (i, t) in (steps - self.k..steps).enumerate() {
            window.slice_mut(s![.., i * input..(i + 1) * input]).assign(&x.slice(s![
                t,
                ..,
                ..
            ]));
        }
        let hidden = self.hidden.forward(window.view()).mapv_into(Real::tanh);
        self.out.forward(hidden.view())
    }
}
// ANCHOR_END: model

impl Parameters for WindowMlp {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("hidden", self.hidden.parameters());
        list.extend(prefixed("out", self.out.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("hidden", self.hidden.parameters_mut());
        list.extend(prefixed("out", self.out.parameters_mut()));
        list
    }
}
