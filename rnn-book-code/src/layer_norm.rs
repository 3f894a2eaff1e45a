//! Layer normalisation, forward and backward.
//!
//! Rows `x: [N, D]` stay rows `[N, D]`.
//!
//! In the book: [section 3.5].
//!
//! [section 3.5]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch03-vanishing/roads.html

use crate::{Real, parameters::Parameters};
use ndarray::{
    Array1, Array2, ArrayView1, ArrayView2, ArrayViewD, ArrayViewMutD, Axis, Zip,
};

// ANCHOR: forward
/// Normalises each row to mean 0 and variance 1, then scales and shifts its columns (Ba
/// et al. 2016).
#[derive(Clone, Debug)]
pub struct LayerNorm {
    /// The scale of each column, `[D]`.
    pub gamma: Array1<Real>,
    /// The shift of each column, `[D]`.
    pub beta: Array1<Real>,
    /// Added to the variance.
    pub epsilon: Real,
}

/// What [`LayerNorm::backward`] needs from [`LayerNorm::forward`].
#[derive(Clone, Debug)]
pub struct LayerNormTape {
    /// The rows with mean 0 and variance 1, `[N, D]`.
    pub x_hat: Array2<Real>,
    /// 1/√(variance + ε) of each row, `[N]`.
    pub inverse_deviation: Array1<Real>,
}

impl LayerNorm {
    /// Scale 1, shift 0, ε = 1e-5.
    pub fn new(size: usize) -> Self {
        Self { gamma: Array1::ones(size), beta: Array1::zeros(size), epsilon: 1e-5 }
    }

    /// The rows of `x: [N, D]` normalised, scaled and shifted, and the tape.
    pub fn forward(&self, x: ArrayView2<Real>) -> (Array2<Real>, LayerNormTape) {
        let size = x.ncols() as Real;
        let mut x_hat = x.to_owned();
        let inverse_deviation = x_hat
            .rows_mut()
            .into_iter()
            .map(|mut row| {
                row -= row.sum() / size;
                let variance = row.dot(&row) / size;
                let inverse = 1.0 / (variance + self.epsilon).sqrt();
                row *= inverse;
                inverse
            })
            .collect();
        let y = &x_hat * &self.gamma + &self.beta;
        (y, LayerNormTape { x_hat, inverse_deviation })
    }
}
// ANCHOR_END: forward

// ANCHOR: backward
impl LayerNorm {
    /// Takes the tape and the gradient `d_y: [N, D]` of the output; adds the gradients
    /// of scale and shift to `grad`, and returns that of the input.
    pub fn backward(
        &self,
        tape: &LayerNormTape,
        d_y: ArrayView2<Real>,
        grad: &mut LayerNorm,
    ) -> Array2<Real> {
        grad.gamma += &(&d_y * &tape.x_hat).sum_axis(Axis(0));
        grad.beta += &d_y.sum_axis(Axis(0));
        // From x̂ to x: what moves the mean or the variance of the row is taken out.
        let mut d_x = &d_y * &self.gamma;
        let size = d_x.ncols() as Real;
        let rows = Zip::from(d_x.rows_mut()).and(tape.x_hat.rows());
        rows.and(&tape.inverse_deviation).for_each(
            |mut d: ndarray::ArrayViewMut1<Real>, x_hat: ArrayView1<Real>, &inverse| {
                let (mean, along) = (d.sum() / size, d.dot(&x_hat) / size);
                Zip::from(&mut d)
                    .and(&x_hat)
                    .for_each(|d, &x_hat| *d = inverse * (*d - mean - along * x_hat));
            },
        );
        d_x
    }
}
// ANCHOR_END: backward

impl Parameters for LayerNorm {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        vec![
            ("gamma".into(), self.gamma.view().into_dyn()),
            ("beta".into(), self.beta.view().into_dyn()),
        ]
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        vec![
            ("gamma".into(), self.gamma.view_mut().into_dyn()),
            ("beta".into(), self.beta.view_mut().into_dyn()),
        ]
    }
}
