//! A model that reads a text and gives each label a score.
//!
//! `B` texts of words become scores `[B, C]`.
//!
//! In the book: [section 8.3].
//!
//! [section 8.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch08-emotion/models.html

use crate::{
    Real, Rng,
    dropout::{Dropout, masked},
    layer::{Layer, Tape},
    linear::Linear,
    parallel::Workers,
    parameters::{Parameters, prefixed},
    pooling::{Pool, Pooling, PoolingTape},
    subwords::{Word, WordEmbedding},
    vector,
    vocabulary::UNKNOWN,
};
use ndarray::{
    Array2, Array3, ArrayView2, ArrayViewD, ArrayViewMutD, Axis, concatenate,
};
use rand::{Rng as _, RngExt, SeedableRng};

// ANCHOR: model
/// Words to rows, rows through a layer, its outputs (with the rows beside them) to one
/// row a text, and that to one score a label.
#[derive(Clone, Debug)]
pub struct Classifier<L> {
    /// From words to inputs of size `D`.
    pub embedding: WordEmbedding,
    /// From `D` to `H`.
    pub layer: L,
    /// From steps of size `H + D` to one row of `P (H + D)`.
    pub pooling: Pooling,
    /// From that row to `C` scores.
    pub out: Linear,
}

impl<L: Layer> Classifier<L> {
    /// A random model around `layer`, for so many words, buckets and labels.
    pub fn new(
        (words, buckets): (usize, usize),
        layer: L,
        pools: &[Pool],
        labels: usize,
        rng: &mut Rng,
    ) -> Self {
        let embedding = WordEmbedding::new(words, buckets, layer.input_size(), rng);
        let size = layer.output_size() + layer.input_size();
        let pooling = Pooling::new(pools, size, rng);
        let out = Linear::new(pooling.output_size(), labels, rng);
        Self { embedding, layer, pooling, out }
    }

    /// The scores `[B, C]` of texts.
    pub fn scores(&self, texts: &[&[Word]]) -> Array2<Real> {
        let read = self.read(texts, None);
        self.out.forward(read.pooling.pooled.view())
    }
}
// ANCHOR_END: model

// ANCHOR: noise
/// What is random while training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// The share of words whose own row is replaced by that of the unknown word.
    pub words: f64,
    /// Dropout of the inputs of the layer.
    pub inputs: Dropout,
    /// Dropout of the pooled row.
    pub pooled: Dropout,
}

impl Noise {
    /// The text with some of its words unknown. Their pieces stay.
    fn spoil(&self, text: &[Word], rng: &mut Rng) -> Vec<Word> {
        let mut text = text.to_vec();
        for word in &mut text {
            if rng.random_bool(self.words) {
                word.id = UNKNOWN;
            }
        }
        text
    }
}
// ANCHOR_END: noise

/// What the backward pass needs from the forward pass.
struct Read<T> {
    tape: T,
    pooling: PoolingTape,
    /// The masks of the inputs and of the pooled rows, when training.
    masks: Option<(Array3<Real>, Array2<Real>)>,
}

// ANCHOR: read
impl<L: Layer> Classifier<L> {
    /// Reads texts side by side, with noise if some is given.
    fn read(
        &self,
        texts: &[&[Word]],
        noise: Option<(&Noise, &mut Rng)>,
    ) -> Read<L::Tape> {
        let ends: Vec<_> = texts.iter().map(|text| text.len()).collect();
        let mut x = self.embedding.forward(texts);
        let mut masks = None;
        if let Some((noise, rng)) = noise {
            let mask = noise.inputs.mask(x.dim(), rng);
            let shape = (1, texts.len(), self.pooling.output_size());
            let pooled = noise.pooled.mask(shape, rng).remove_axis(Axis(0));
            x = masked(x.view(), &mask);
            masks = Some((mask, pooled));
        }
        let start = self.layer.start(texts.len());
        let tape = self.layer.forward(x.view(), Some(&ends), &start);
        // The layer's outputs and its inputs side by side
        let h = concatenate(Axis(2), &[tape.output(), x.view()]).expect("equal steps");
        let mut pooling = self.pooling.forward(h.view(), &ends);
        if let Some((_, mask)) = &masks {
            pooling.pooled *= mask;
        }
        Read { tape, pooling, masks }
    }
    // ANCHOR_END: read

    // ANCHOR: backward
    /// From the gradient of the scores to those of all parameters.
    fn backward(
        &self,
        texts: &[&[Word]],
        read: &Read<L::Tape>,
        d_scores: ArrayView2<Real>,
        grad: &mut Self,
    ) {
        let mut d_pooled =
            self.out.backward(read.pooling.pooled.view(), d_scores, &mut grad.out);
        if let Some((_, mask)) = &read.masks {
            d_pooled *= mask;
        }
        let d_h = self.pooling.backward(&read.pooling, &d_pooled, &mut grad.pooling);
        // Two readers of the inputs: the layer, and the pooling beside it
        let (d_out, d_beside) = d_h.view().split_at(Axis(2), self.layer.output_size());
        let (mut d_x, _) =
            self.layer.backward(&read.tape, d_out, None, &mut grad.layer);
        d_x += &d_beside;
        if let Some((mask, _)) = &read.masks {
            d_x *= mask;
        }
        self.embedding.backward(texts, d_x.view(), &mut grad.embedding);
    }
}
// ANCHOR_END: backward

// ANCHOR: goal
/// What the scores should say of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Goal {
    /// This label and no other: softmax.
    One(usize),
    /// Exactly these: a sigmoid for each label.
    Any(Vec<usize>),
}

/// A text to learn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// Its words.
    pub words: Vec<Word>,
    /// Its labels.
    pub goal: Goal,
    /// How much it counts.
    pub weight: Real,
}
// ANCHOR_END: goal

// ANCHOR: loss
/// The weighted sum of the losses of scores `[B, C]`, and its gradient. For one label
/// it is the cross-entropy of the softmax, for any number the sum of the
/// cross-entropies of the sigmoids, eq. (8.14) #emo-sigmoid-loss.
fn loss(scores: ArrayView2<Real>, lessons: &[&Lesson]) -> (Real, Array2<Real>) {
    let mut d_scores = scores.to_owned();
    let mut loss = 0.0;
    for (mut z, lesson) in d_scores.outer_iter_mut().zip(lessons) {
        match &lesson.goal {
            Goal::One(label) => {
                let score = z[*label];
                loss += lesson.weight
                    * (vector::softmax(vector::slice_mut(z.view_mut())) - score);
                z[*label] -= 1.0;
            }
            Goal::Any(labels) => {
                for (c, z) in z.iter_mut().enumerate() {
                    let y = if labels.contains(&c) { 1.0 } else { 0.0 };
                    // ln(1 + exp(z)) − y z, without overflow
                    let softplus = z.max(0.0) + (-z.abs()).exp().ln_1p();
                    loss += lesson.weight * (softplus - y * *z);
                    *z = 1.0 / (1.0 + (-*z).exp()) - y;
                }
            }
        }
        z *= lesson.weight;
    }
    (loss, d_scores)
}

impl<L: Layer + Clone> Classifier<L> {
    /// The weighted mean loss of some lessons in nats, with noise. Adds the gradients
    /// of all parameters to `grad`. The lessons are shared out among `workers`.
    pub fn loss_and_gradient(
        &self,
        lessons: &[&Lesson],
        noise: &Noise,
        rng: &mut Rng,
        workers: &mut Workers<Self>,
        grad: &mut Self,
    ) -> Real {
        let seed = rng.next_u64();
        let total: Real = lessons.iter().map(|lesson| lesson.weight).sum();
        let losses = workers.run(lessons.len(), grad, |lanes, grad| {
            let mut rng = Rng::seed_from_u64(seed.wrapping_add(lanes.start as u64));
            let lessons = &lessons[lanes];
            let texts: Vec<_> =
                lessons.iter().map(|l| noise.spoil(&l.words, &mut rng)).collect();
            let texts: Vec<&[Word]> = texts.iter().map(Vec::as_slice).collect();
            let read = self.read(&texts, Some((noise, &mut rng)));
            let scores = self.out.forward(read.pooling.pooled.view());
            let (loss, mut d_scores) = loss(scores.view(), lessons);
            d_scores /= total;
            self.backward(&texts, &read, d_scores.view(), grad);
            loss
        });
        losses.iter().sum::<Real>() / total
    }
}
// ANCHOR_END: loss

impl<L: Parameters> Parameters for Classifier<L> {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("embedding", self.embedding.parameters());
        list.extend(prefixed("layer", self.layer.parameters()));
        list.extend(prefixed("pooling", self.pooling.parameters()));
        list.extend(prefixed("out", self.out.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("embedding", self.embedding.parameters_mut());
        list.extend(prefixed("layer", self.layer.parameters_mut()));
        list.extend(prefixed("pooling", self.pooling.parameters_mut()));
        list.extend(prefixed("out", self.out.parameters_mut()));
        list
    }
}
