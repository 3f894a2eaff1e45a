//! A layer that puts out nothing: what is left of a classifier without recurrence.
//!
//! `x: [T, B, D]` becomes `[T, B, 0]`.
//!
//! In the book: [section 8.3].
//!
//! [section 8.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch08-emotion/models.html

use crate::{
    Real,
    layer::{Layer, Tape},
    parameters::Parameters,
};
use ndarray::{Array2, Array3, ArrayView3, ArrayViewD, ArrayViewMutD};

// ANCHOR: layer
/// Reads inputs of some size and puts out rows of size 0.
#[derive(Clone, Debug)]
pub struct NoLayer {
    /// The size of an input, `D`.
    pub input: usize,
}

/// The outputs, `[T, B, 0]`.
#[derive(Clone, Debug)]
pub struct NoTape(Array3<Real>);
// ANCHOR_END: layer

impl Tape for NoTape {
    type State = Array2<Real>;

    fn output(&self) -> ArrayView3<'_, Real> {
        self.0.view()
    }

    fn last(&self) -> Array2<Real> {
        Array2::zeros((self.0.dim().1, 0))
    }
}

impl Layer for NoLayer {
    type State = Array2<Real>;
    type Tape = NoTape;

    fn input_size(&self) -> usize {
        self.input
    }

    fn output_size(&self) -> usize {
        0
    }

    fn start(&self, batch: usize) -> Array2<Real> {
        Array2::zeros((batch, 0))
    }

    fn forward(
        &self,
        x: ArrayView3<Real>,
        _lengths: Option<&[usize]>,
        _start: &Array2<Real>,
    ) -> NoTape {
        NoTape(Array3::zeros((x.dim().0, x.dim().1, 0)))
    }

    fn backward(
        &self,
        _tape: &NoTape,
        d_h: ArrayView3<Real>,
        _d_last: Option<&Array2<Real>>,
        _grad: &mut Self,
    ) -> (Array3<Real>, Array2<Real>) {
        let (steps, batch, _) = d_h.dim();
        (Array3::zeros((steps, batch, self.input)), Array2::zeros((batch, 0)))
    }
}

impl Parameters for NoLayer {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        Vec::new()
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        Vec::new()
    }
}
