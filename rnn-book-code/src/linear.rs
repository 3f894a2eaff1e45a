//! The linear layer `Y = X W + b`, forward and backward.
//!
//! Rows `x: [N, I]` become rows `y: [N, O]`.
//!
//! In the book: [section 1.2] and [section 2.2].
//!
//! [section 1.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch01-foundations/cell.html
//! [section 2.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch02-backpropagation/bptt.html

use crate::{
    Real, Rng, init,
    parameters::Parameters,
    product::{add_matmul, affine, matmul},
};
use ndarray::{Array1, Array2, ArrayView2, ArrayViewD, ArrayViewMutD, Axis};

// ANCHOR: forward
/// A linear map from rows of size `I` to rows of size `O`.
#[derive(Clone, Debug)]
pub struct Linear {
    /// The weight, `[I, O]`.
    pub w: Array2<Real>,
    /// The bias, `[O]`.
    pub b: Array1<Real>,
}

impl Linear {
    /// Weights drawn uniformly between ±1/√`input`, bias 0.
    pub fn new(input: usize, output: usize, rng: &mut Rng) -> Self {
        let limit = 1.0 / (input as Real).sqrt();
        Self { w: init::uniform(input, output, limit, rng), b: Array1::zeros(output) }
    }

    /// `Y = X W + b` for the rows of `x: [N, I]`, eq. (1.4) #readout.
    pub fn forward(&self, x: ArrayView2<Real>) -> Array2<Real> {
        affine(x, self.w.view(), self.b.view())
    }
}
// ANCHOR_END: forward

// ANCHOR: backward
impl Linear {
    /// Takes the input `x: [N, I]` of [`forward`](Self::forward) and the gradient
    /// `d_y: [N, O]` of its output; adds the gradients of `w` and `b` to `grad`, and
    /// returns that of `x`. eq. (2.13) #linear-backward.
    pub fn backward(
        &self,
        x: ArrayView2<Real>,
        d_y: ArrayView2<Real>,
        grad: &mut Linear,
    ) -> Array2<Real> {
        add_matmul(x.t(), d_y, grad.w.view_mut()); // d_w += Xᵀ d_y
        grad.b += &d_y.sum_axis(Axis(0));
        matmul(d_y, self.w.t()) // d_x = d_y Wᵀ
    }
}
// ANCHOR_END: backward

impl Parameters for Linear {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        vec![
            ("w".into(), self.w.view().into_dyn()),
            ("b".into(), self.b.view().into_dyn()),
        ]
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        vec![
            ("w".into(), self.w.view_mut().into_dyn()),
            ("b".into(), self.b.view_mut().into_dyn()),
        ]
    }
}
