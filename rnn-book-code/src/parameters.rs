//! One trait for everything that has parameters.
//!
//! Optimisers, gradient checks and counts know a model only through this trait. A
//! gradient, and every moment that an optimiser keeps, has the type of the model
//! itself: it has the same parameters, with the same names and shapes.
//!
//! A parameter may have any number of axes: `w: [I, O]` and `b: [O]` are typical.
//!
//! In the book: [section 1.2].
//!
//! [section 1.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch01-foundations/cell.html

use crate::Real;
use ndarray::{ArrayViewD, ArrayViewMutD};

// ANCHOR: trait
/// A model, seen as a list of named arrays.
pub trait Parameters: Clone {
    /// Every parameter with its name, always in the same order.
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)>;

    /// The same list, to write to.
    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)>;

    /// A model of the same shapes with every parameter 0: where gradients are added up.
    fn zeros_like(&self) -> Self {
        let mut zeros = self.clone();
        zeros.set_zero();
        zeros
    }

    /// Sets every parameter to 0.
    fn set_zero(&mut self) {
        for (_, mut value) in self.parameters_mut() {
            value.fill(0.0);
        }
    }

    /// The number of scalars in all parameters.
    fn count(&self) -> usize {
        self.parameters().iter().map(|(_, value)| value.len()).sum()
    }
}
// ANCHOR_END: trait

// ANCHOR: nested
/// Puts the name of a part before the names of its parameters: `w` of `out` becomes
/// `out.w`.
pub fn prefixed<V>(part: &str, parameters: Vec<(String, V)>) -> Vec<(String, V)> {
    parameters
        .into_iter()
        .map(|(name, value)| (format!("{part}.{name}"), value))
        .collect()
}
// ANCHOR_END: nested
