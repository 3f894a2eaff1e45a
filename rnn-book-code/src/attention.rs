//! Attention: a state of the decoder is compared with all states of the encoder, and
//! gets their mean, weighted by how well they fit.
//!
//! Queries `[T, B, D]` and the states `[S, B, E]` of an encoder become contexts
//! `[T, B, E]`, by weights `[B, T, S]`.
//!
//! In the book: [section 7.4].
//!
//! [section 7.4]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch07-seq2seq/attention.html

use crate::{
    Real, Rng,
    elman::rows,
    init,
    parameters::Parameters,
    product::{add_matmul, matmul},
    vector::{self, slice, slice_mut},
};
use ndarray::{
    Array1, Array2, Array3, Array4, ArrayView3, ArrayViewD, ArrayViewMutD, azip, s,
};
use std::ops::Range;

// ANCHOR: score
/// How well a state `s: [D]` of the decoder and a state `h: [E]` of the encoder fit.
#[derive(Clone, Debug)]
pub enum Score {
    /// `s · h`, for `D = E` (Luong et al. 2015).
    Dot,
    /// `s · (h W)` (Luong et al. 2015).
    General {
        /// From the state of the encoder to that of the decoder, `[E, D]`.
        w: Array2<Real>,
    },
    /// `tanh(s W_s + h W_h) · v` (Bahdanau et al. 2015).
    Additive {
        /// From the state of the decoder, `[D, A]`.
        w_s: Array2<Real>,
        /// From the state of the encoder, `[E, A]`.
        w_h: Array2<Real>,
        /// From the bent sum to the score, `[A]`.
        v: Array1<Real>,
    },
}

impl Score {
    /// A random bilinear score.
    pub fn general(decoder: usize, encoder: usize, rng: &mut Rng) -> Self {
        let limit = 1.0 / (encoder as Real).sqrt();
        Self::General { w: init::uniform(encoder, decoder, limit, rng) }
    }

    /// A random additive score with `size` units.
    pub fn additive(
        decoder: usize,
        encoder: usize,
        size: usize,
        rng: &mut Rng,
    ) -> Self {
        let limit = |from: usize| 1.0 / (from as Real).sqrt();
        Self::Additive {
            w_s: init::uniform(decoder, size, limit(decoder), rng),
            w_h: init::uniform(encoder, size, limit(encoder), rng),
            v: init::uniform(1, size, limit(size), rng).row(0).to_owned(),
        }
    }
}
// ANCHOR_END: score

// ANCHOR: memory
/// What a decoder looks at.
#[derive(Clone, Debug)]
pub struct Memory {
    /// The states of the encoder, `[S, B, E]`.
    pub values: Array3<Real>,
    /// What is compared with the decoder's state, `[S, B, A]`: the part of the score
    /// that does not depend on that state.
    pub keys: Array3<Real>,
    /// How many states of each example count, `[B]`; the others are padding.
    pub lengths: Vec<usize>,
}

impl Score {
    /// Computes the keys of `values: [S, B, E]`, once for all steps of the decoder.
    ///
    /// # Panics
    /// If there is not one length an example, or one of them is above `S`.
    pub fn memory(&self, values: ArrayView3<Real>, lengths: &[usize]) -> Memory {
        let (source, batch, _) = values.dim();
        assert!(lengths.len() == batch, "{} lengths for {batch}", lengths.len());
        assert!(lengths.iter().all(|&n| n <= source), "a length above {source}");
        let keys = match self {
            Self::Dot => values.to_owned(),
            Self::General { w } | Self::Additive { w_h: w, .. } => {
                let keys = matmul(rows(&values).view(), w.view());
                keys.into_shape_with_order((source, batch, w.ncols())).unwrap()
            }
        };
        Memory { values: values.to_owned(), keys, lengths: lengths.to_vec() }
    }
}

/// What was looked at in `T` steps of a decoder, and what `backward` needs.
#[derive(Clone, Debug)]
pub struct AttentionTape {
    /// The states of the decoder that ask, `[T, B, D]`.
    pub queries: Array3<Real>,
    /// The weights, `[B, T, S]`: one map a batch entry, 0 at the padding.
    pub weights: Array3<Real>,
    /// The weighted means of the values, `[T, B, E]`.
    pub context: Array3<Real>,
    /// `tanh(s W_s + h W_h)` of the additive score, `[T, B, S, A]`; else empty.
    pub bent: Array4<Real>,
}
// ANCHOR_END: memory

// ANCHOR: forward
impl Score {
    /// A tape for these queries, `[T, B, D]`, with nothing looked at yet.
    pub fn tape(&self, memory: &Memory, queries: Array3<Real>) -> AttentionTape {
        let (steps, batch, _) = queries.dim();
        let (source, _, size) = memory.keys.dim();
        let size = if let Self::Additive { .. } = self { size } else { 0 };
        AttentionTape {
            queries,
            weights: Array3::zeros((batch, steps, source)),
            context: Array3::zeros((steps, batch, memory.values.dim().2)),
            bent: Array4::zeros((steps, batch, source, size)),
        }
    }

    /// Weights and contexts of some steps, from the queries of the tape. Each step must
    /// be looked at once only: what is found is added to the zeros of a fresh tape.
    pub fn forward(&self, memory: &Memory, at: Range<usize>, tape: &mut AttentionTape) {
        self.scores(memory, at.clone(), tape);
        for (b, &end) in memory.lengths.iter().enumerate() {
            // α = softmax(e) over what is no padding, eq. (7.22) #seq-weights
            let mut weights = tape.weights.slice_mut(s![b, at.clone(), ..end]);
            for row in weights.outer_iter_mut().filter(|row| !row.is_empty()) {
                vector::softmax(slice_mut(row));
            }
            // c = Σ_s α_s h_s, eq. (7.23) #seq-context: all steps in one product
            let values = memory.values.slice(s![..end, b, ..]);
            let context = tape.context.slice_mut(s![at.clone(), b, ..]);
            add_matmul(weights.view(), values, context);
        }
    }

    /// Adds the scores to the weights, which are 0 before.
    fn scores(&self, memory: &Memory, at: Range<usize>, tape: &mut AttentionTape) {
        let AttentionTape { queries, weights, bent, .. } = tape;
        if let Self::Additive { w_s, v, .. } = self {
            let asked = queries.slice(s![at.clone(), .., ..]);
            let q = matmul(rows(&asked).view(), w_s.view()); // s W_s, [T·B, A]
            for (k, q) in q.outer_iter().enumerate() {
                let (t, b) =
                    (at.start + k / memory.lengths.len(), k % memory.lengths.len());
                let end = memory.lengths[b];
                // e = tanh(s W_s + h W_h) · v, eq. (7.24) #seq-additive
                let mut bent = bent.slice_mut(s![t, b, ..end, ..]);
                bent.assign(&memory.keys.slice(s![..end, b, ..]));
                bent += &q;
                vector::tanh(bent.as_slice_mut().expect("contiguous rows"));
                weights.slice_mut(s![b, t, ..end]).assign(&bent.dot(v));
            }
        } else {
            // E = S Kᵀ: all steps of an example in one product
            for (b, &end) in memory.lengths.iter().enumerate() {
                let keys = memory.keys.slice(s![..end, b, ..]);
                let asked = queries.slice(s![at.clone(), b, ..]);
                add_matmul(
                    asked,
                    keys.t(),
                    weights.slice_mut(s![b, at.clone(), ..end]),
                );
            }
        }
    }
}
// ANCHOR_END: forward

// ANCHOR: backward
impl Score {
    /// Takes the gradient `d_context: [t, B, E]` of the contexts of some steps. Adds
    /// the gradients of keys and values to `d_memory` and that of the parameters to
    /// `grad`, and returns that of the queries, `[t, B, D]`.
    pub fn backward(
        &self,
        memory: &Memory,
        tape: &AttentionTape,
        at: Range<usize>,
        d_context: ArrayView3<Real>,
        d_memory: &mut Memory,
        grad: &mut Score,
    ) -> Array3<Real> {
        let mut d_e =
            Array3::zeros((memory.lengths.len(), at.len(), memory.keys.dim().0));
        for (b, &end) in memory.lengths.iter().enumerate() {
            let weights = tape.weights.slice(s![b, at.clone(), ..end]);
            let values = memory.values.slice(s![..end, b, ..]);
            let d_context = d_context.slice(s![.., b, ..]);
            // The mean reads each value with its weight, and each weight with its value
            let d_values = d_memory.values.slice_mut(s![..end, b, ..]);
            add_matmul(weights.t(), d_context, d_values);
            let mut d_e = d_e.slice_mut(s![b, .., ..end]);
            add_matmul(d_context, values.t(), d_e.view_mut());
            // Through the softmax, eq. (7.32) #seq-d-scores
            for (mut d, alpha) in d_e.outer_iter_mut().zip(weights.outer_iter()) {
                let mean = d.dot(&alpha);
                azip!((d in &mut d, &alpha in &alpha) *d = alpha * (*d - mean));
            }
        }
        self.scores_backward(memory, tape, at, d_e.view(), d_memory, grad)
    }

    /// From the gradient `d_e: [B, t, S]` of the scores.
    fn scores_backward(
        &self,
        memory: &Memory,
        tape: &AttentionTape,
        at: Range<usize>,
        d_e: ArrayView3<Real>,
        d_memory: &mut Memory,
        grad: &mut Score,
    ) -> Array3<Real> {
        let queries = tape.queries.slice(s![at.clone(), .., ..]);
        let (steps, batch, _) = queries.dim();
        if let (
            Self::Additive { w_s, v, .. },
            Self::Additive { w_s: d_w_s, v: d_v, .. },
        ) = (self, grad)
        {
            let mut d_q = Array2::zeros((steps * batch, v.len()));
            let (v, d_v) = (slice(v.view()), slice_mut(d_v.view_mut()));
            for (k, mut d_q) in d_q.outer_iter_mut().enumerate() {
                let (t, b) = (k / batch, k % batch);
                let d_q = slice_mut(d_q.view_mut());
                for s in 0..memory.lengths[b] {
                    let d_e = d_e[[b, t, s]];
                    let bent = slice(tape.bent.slice(s![at.start + t, b, s, ..]));
                    let d_k = slice_mut(d_memory.keys.slice_mut(s![s, b, ..]));
                    // The delta at the sum has two readers, eq. (7.34) #seq-d-additive
                    azip!((d_q in &mut *d_q, d_k in d_k, &v in v, &bent in bent) {
                        let delta = d_e * v * (1.0 - bent * bent);
                        *d_q += delta;
                        *d_k += delta;
                    });
                    azip!((d_v in &mut *d_v, &bent in bent) *d_v += d_e * bent);
                }
            }
            add_matmul(rows(&queries).t(), d_q.view(), d_w_s.view_mut());
            let d_queries = matmul(d_q.view(), w_s.t());
            return d_queries.into_shape_with_order(queries.dim()).unwrap();
        }
        let mut d_queries = Array3::zeros(queries.dim());
        for (b, &end) in memory.lengths.iter().enumerate() {
            // e = s · k: each factor is the other's gradient, eq. (7.33) #seq-d-dot
            let (d_e, keys) =
                (d_e.slice(s![b, .., ..end]), memory.keys.slice(s![..end, b, ..]));
            add_matmul(d_e, keys, d_queries.slice_mut(s![.., b, ..]));
            let d_keys = d_memory.keys.slice_mut(s![..end, b, ..]);
            add_matmul(d_e.t(), queries.slice(s![.., b, ..]), d_keys);
        }
        d_queries
    }

    /// From the gradients of keys and values, after all steps, to that of the states of
    /// the encoder, `[S, B, E]`.
    pub fn memory_backward(
        &self,
        memory: &Memory,
        d_memory: Memory,
        grad: &mut Score,
    ) -> Array3<Real> {
        let Memory { values: mut d_h, keys: d_keys, .. } = d_memory;
        let (w, d_w) = match (self, grad) {
            (Self::General { w }, Self::General { w: d_w })
            | (Self::Additive { w_h: w, .. }, Self::Additive { w_h: d_w, .. }) => {
                (w, d_w)
            }
            _ => return d_h + d_keys,
        };
        let (values, d_keys) = (memory.values.view(), d_keys.view());
        let (values, d_keys) = (rows(&values), rows(&d_keys));
        add_matmul(values.t(), d_keys.view(), d_w.view_mut());
        let (source, batch, size) = d_h.dim();
        let flat =
            d_h.view_mut().into_shape_with_order((source * batch, size)).unwrap();
        add_matmul(d_keys.view(), w.t(), flat);
        d_h
    }
}

impl Memory {
    /// Zeros of the same shapes: where gradients are added up.
    pub fn zeros_like(&self) -> Self {
        Self {
            values: Array3::zeros(self.values.dim()),
            keys: Array3::zeros(self.keys.dim()),
            lengths: self.lengths.clone(),
        }
    }
}
// ANCHOR_END: backward

impl Parameters for Score {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        match self {
            Self::Dot => vec![],
            Self::General { w } => vec![("w".into(), w.view().into_dyn())],
            Self::Additive { w_s, w_h, v } => vec![
                ("w_s".into(), w_s.view().into_dyn()),
                ("w_h".into(), w_h.view().into_dyn()),
                ("v".into(), v.view().into_dyn()),
            ],
        }
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        match self {
            Self::Dot => vec![],
            Self::General { w } => vec![("w".into(), w.view_mut().into_dyn())],
            Self::Additive { w_s, w_h, v } => vec![
                ("w_s".into(), w_s.view_mut().into_dyn()),
                ("w_h".into(), w_h.view_mut().into_dyn()),
                ("v".into(), v.view_mut().into_dyn()),
            ],
        }
    }
}
