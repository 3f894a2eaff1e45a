//! A model that answers at every step of a sequence that it may read as a whole.
//!
//! Tokens `[T, B]` become scores `[T, B, C]`.
//!
//! In the book: [section 7.1].
//!
//! [section 7.1]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch07-seq2seq/bidirectional.html

use crate::{
    Real, Rng,
    elman::rows,
    embedding::Embedding,
    layer::{Layer, Tape},
    linear::Linear,
    loss::CrossEntropy,
    parameters::{Parameters, prefixed},
};
use ndarray::{Array3, ArrayView2, ArrayViewD, ArrayViewMutD};

// ANCHOR: tagger
/// A class for each token: an embedding, a layer, a read-out at every step. The layer
/// may be bidirectional, since the answers are given when all has been read.
#[derive(Clone, Debug)]
pub struct Tagger<L> {
    /// One row of `D` numbers a token, `[V, D]`.
    pub embedding: Embedding,
    /// From the embedded tokens to the states, `D` to `H`.
    pub layer: L,
    /// From the states to the scores, `H` to `C`.
    pub out: Linear,
}

/// A target that counts nothing. At the padding there must be no other.
pub const NO_TARGET: usize = usize::MAX;

impl<L: Layer> Tagger<L> {
    /// A random model around `layer`.
    pub fn new(vocabulary: usize, layer: L, classes: usize, rng: &mut Rng) -> Self {
        Self {
            embedding: Embedding::new(vocabulary, layer.input_size(), rng),
            out: Linear::new(layer.output_size(), classes, rng),
            layer,
        }
    }

    /// The scores `[T, B, C]` of the tokens `ids: [T, B]`.
    pub fn scores(
        &self,
        ids: ArrayView2<usize>,
        lengths: Option<&[usize]>,
    ) -> Array3<Real> {
        let (steps, batch) = ids.dim();
        let x = self.embedding.forward(ids);
        let tape = self.layer.forward(x.view(), lengths, &self.layer.start(batch));
        let scores = self.out.forward(rows(&tape.output()).view());
        scores.into_shape_with_order((steps, batch, self.out.b.len())).expect("rows")
    }

    /// The mean cross-entropy in nats over the `targets: [T, B]` that count. Adds the
    /// gradients of all parameters to `grad`. It calls [`Layer::forward`], so the
    /// dropout of a stack is *off*.
    pub fn loss_and_gradient(
        &self,
        ids: ArrayView2<usize>,
        lengths: Option<&[usize]>,
        targets: ArrayView2<usize>,
        grad: &mut Self,
    ) -> Real {
        // Forward: tokens → X → H → scores → loss
        let x = self.embedding.forward(ids);
        let start = self.layer.start(ids.ncols());
        let tape = self.layer.forward(x.view(), lengths, &start);
        let output = tape.output();
        let h = rows(&output);
        let scores = self.out.forward(h.view());
        let counted = CrossEntropy { ignore: Some(NO_TARGET), label_smoothing: 0.0 };
        let targets: Vec<usize> = targets.iter().copied().collect();
        let (loss, d_scores) = counted.loss_and_gradient(scores.view(), &targets, None);
        // Backward: the same line from right to left
        let d_h = self.out.backward(h.view(), d_scores.view(), &mut grad.out);
        let d_h = d_h.into_shape_with_order(output.dim()).expect("as many rows");
        let (d_x, _) = self.layer.backward(&tape, d_h.view(), None, &mut grad.layer);
        self.embedding.backward(ids, d_x.view(), &mut grad.embedding);
        loss
    }
}
// ANCHOR_END: tagger

impl<L: Layer> Parameters for Tagger<L> {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("embedding", self.embedding.parameters());
        list.extend(prefixed("layer", self.layer.parameters()));
        list.extend(prefixed("out", self.out.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("embedding", self.embedding.parameters_mut());
        list.extend(prefixed("layer", self.layer.parameters_mut()));
        list.extend(prefixed("out", self.out.parameters_mut()));
        list
    }
}
