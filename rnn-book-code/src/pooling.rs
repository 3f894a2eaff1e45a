//! From a row a step to one row an example: the largest, the mean, and a mean under
//! learned weights.
//!
//! Rows `[T, B, H]` become `[B, P H]`, for `P` pools.
//!
//! In the book: [section 8.3].
//!
//! [section 8.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch08-emotion/models.html

use crate::{Real, Rng, init, parameters::Parameters, vector};
use ndarray::{Array1, Array2, Array3, ArrayView3, ArrayViewD, ArrayViewMutD, Axis, s};
use serde::{Deserialize, Serialize};

// ANCHOR: pooling
/// One way to make one row of many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pool {
    /// The row of the last step.
    Last,
    /// The largest number of each column.
    Max,
    /// The mean of each column.
    Mean,
    /// The sum of each column over the root of the number of steps.
    Sum,
    /// The mean under weights that a learned vector gives.
    Attention,
}

/// Several of them side by side.
#[derive(Clone, Debug)]
pub struct Pooling {
    /// In the order in which their results stand.
    pub pools: Vec<Pool>,
    /// The vector of the attention, `[H]`.
    pub v: Array1<Real>,
}

/// What the backward pass of a [`Pooling`] needs from the forward pass.
#[derive(Clone, Debug)]
pub struct PoolingTape {
    /// The rows, `[T, B, H]`.
    pub h: Array3<Real>,
    /// The step at which each column is largest, `[B, H]`.
    pub winners: Array2<usize>,
    /// The weights of the attention, `[T, B]`; 0 at the padding.
    pub alpha: Array2<Real>,
    /// The number of steps of each example, `[B]`.
    pub ends: Vec<usize>,
    /// The pooled rows, `[B, P H]` for `P` pools.
    pub pooled: Array2<Real>,
}
// ANCHOR_END: pooling

impl Pooling {
    /// For rows of `size` numbers.
    pub fn new(pools: &[Pool], size: usize, rng: &mut Rng) -> Self {
        let limit = 1.0 / (size as Real).sqrt();
        let v = init::uniform(1, size, limit, rng).remove_axis(Axis(0));
        Self { pools: pools.to_vec(), v }
    }

    /// The size of a pooled row.
    pub fn output_size(&self) -> usize {
        self.pools.len() * self.v.len()
    }

    // ANCHOR: forward
    /// Pools the first `ends[b]` rows of each example of `h: [T, B, H]`. An example
    /// without rows gives zeros.
    pub fn forward(&self, h: ArrayView3<Real>, ends: &[usize]) -> PoolingTape {
        let (steps, batch, size) = h.dim();
        let mut winners = Array2::zeros((batch, size));
        let mut alpha = Array2::zeros((steps, batch));
        let mut pooled = Array3::zeros((batch, self.pools.len(), size));
        for (b, &end) in ends.iter().enumerate().filter(|&(_, &end)| end > 0) {
            let h = h.slice(s![..end, b, ..]);
            for (k, pool) in self.pools.iter().enumerate() {
                let mut c = pooled.slice_mut(s![b, k, ..]);
                match pool {
                    Pool::Last => c.assign(&h.row(end - 1)),
                    // eq. (8.9) #emo-max
                    Pool::Max => {
                        let mut winners = winners.row_mut(b);
                        c.assign(&h.row(0));
                        for (t, h) in h.outer_iter().enumerate() {
                            for j in 0..size {
                                if h[j] > c[j] {
                                    (c[j], winners[j]) = (h[j], t);
                                }
                            }
                        }
                    }
                    // eq. (8.10) #emo-mean
                    Pool::Mean => c.assign(&(h.sum_axis(Axis(0)) / end as Real)),
                    Pool::Sum => {
                        c.assign(&(h.sum_axis(Axis(0)) / (end as Real).sqrt()));
                    }
                    // eq. (8.11) #emo-attention
                    Pool::Attention => {
                        let mut weights = h.dot(&self.v);
                        vector::softmax(vector::slice_mut(weights.view_mut()));
                        c.assign(&weights.dot(&h));
                        alpha.slice_mut(s![..end, b]).assign(&weights);
                    }
                }
            }
        }
        let shape = (batch, self.output_size());
        let pooled = pooled.into_shape_with_order(shape).expect("a new array");
        PoolingTape { h: h.to_owned(), winners, alpha, ends: ends.to_vec(), pooled }
    }
    // ANCHOR_END: forward

    // ANCHOR: backward
    /// From the gradient `d_pooled: [B, P H]`: adds that of the vector to `grad`, and
    /// returns that of the rows, `[T, B, H]`.
    pub fn backward(
        &self,
        tape: &PoolingTape,
        d_pooled: &Array2<Real>,
        grad: &mut Self,
    ) -> Array3<Real> {
        let size = self.v.len();
        let mut d_h = Array3::zeros(tape.h.dim());
        for (b, &end) in tape.ends.iter().enumerate().filter(|&(_, &end)| end > 0) {
            for (k, pool) in self.pools.iter().enumerate() {
                let d_c = d_pooled.slice(s![b, k * size..(k + 1) * size]);
                let mut d_h = d_h.slice_mut(s![..end, b, ..]);
                match pool {
                    Pool::Last => {
                        let mut d_h = d_h.row_mut(end - 1);
                        d_h += &d_c;
                    }
                    Pool::Max => {
                        for (j, &t) in tape.winners.row(b).iter().enumerate() {
                            d_h[[t, j]] += d_c[j];
                        }
                    }
                    Pool::Mean => d_h.scaled_add(
                        1.0 / end as Real,
                        &d_c.broadcast((end, size)).expect("one row for all"),
                    ),
                    Pool::Sum => d_h.scaled_add(
                        1.0 / (end as Real).sqrt(),
                        &d_c.broadcast((end, size)).expect("one row for all"),
                    ),
                    Pool::Attention => {
                        let h = tape.h.slice(s![..end, b, ..]);
                        let alpha = tape.alpha.slice(s![..end, b]);
                        // eq. (8.12) #emo-attention-delta
                        let d_alpha = h.dot(&d_c);
                        let delta = &alpha * &(&d_alpha - alpha.dot(&d_alpha));
                        // eq. (8.13) #emo-attention-backward
                        for (t, mut d_h) in d_h.outer_iter_mut().enumerate() {
                            d_h.scaled_add(alpha[t], &d_c);
                            d_h.scaled_add(delta[t], &self.v);
                        }
                        grad.v += &delta.dot(&h);
                    }
                }
            }
        }
        d_h
    }
    // ANCHOR_END: backward
}

impl Parameters for Pooling {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        vec![("v".into(), self.v.view().into_dyn())]
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        vec![("v".into(), self.v.view_mut().into_dyn())]
    }
}
