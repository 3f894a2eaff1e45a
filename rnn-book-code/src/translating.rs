//! Pairs of sequences as a task for the trainer.
//!
//! In the book: [section 7.6].
//!
//! [section 7.6]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch07-seq2seq/experiments.html

use crate::{
    Real, Rng,
    batching::buckets,
    encoder_decoder::EncoderDecoder,
    layer::{Layer, Recurrent},
    pairs::{PairBatch, TokenPair, exact_match},
    parallel::Workers,
    train::Task,
};
use std::{collections::BTreeMap, marker::PhantomData};

// ANCHOR: task
/// Training an [`EncoderDecoder`] on pairs, without what is random while training, such
/// as the dropout of a stack: see [`EncoderDecoder::loss_and_gradient`].
#[derive(Clone, Debug)]
pub struct Translating<E, D> {
    /// The pairs to learn from.
    pub train: Vec<TokenPair>,
    /// The pairs to judge by.
    pub dev: Vec<TokenPair>,
    /// Pairs in a batch.
    pub batch: usize,
    /// Threads that share a batch.
    pub threads: usize,
    /// What must be the same when a run is resumed.
    pub settings: BTreeMap<String, String>,
    /// What a program needs to use the model later.
    pub metadata: BTreeMap<String, String>,
    /// The kinds of layers.
    pub layers: PhantomData<(E, D)>,
}

impl<E: Layer, D: Recurrent> Task for Translating<E, D> {
    type Model = EncoderDecoder<E, D>;
    type Batch = PairBatch;
    type Memory = Workers<EncoderDecoder<E, D>>;

    fn batches(
        &self,
        _epoch: usize,
        rng: &mut Rng,
    ) -> Box<dyn Iterator<Item = PairBatch> + '_> {
        let lengths: Vec<_> = self.train.iter().map(|pair| pair.source.len()).collect();
        let batches = buckets(&lengths, self.batch, rng);
        Box::new(batches.into_iter().map(|batch| {
            let pairs: Vec<_> = batch.iter().map(|&i| &self.train[i]).collect();
            PairBatch::of(&pairs)
        }))
    }

    fn memory(&self, model: &Self::Model) -> Self::Memory {
        Workers::new(model, self.threads)
    }

    fn loss_and_gradient(
        &self,
        model: &Self::Model,
        batch: &PairBatch,
        workers: &mut Self::Memory,
        _rng: &mut Rng,
        grad: &mut Self::Model,
    ) -> Real {
        model.loss_and_gradient(batch, workers, grad)
    }

    /// The share of pairs that are not written exactly.
    fn evaluate(&self, model: &Self::Model) -> Real {
        1.0 - exact_match(model, &self.dev)
    }

    fn settings(&self) -> BTreeMap<String, String> {
        let mut settings = self.settings.clone();
        settings.insert("batch".into(), self.batch.to_string());
        settings.insert("threads".into(), self.threads.to_string());
        settings
    }

    fn metadata(&self) -> BTreeMap<String, String> {
        self.metadata.clone()
    }
}
// ANCHOR_END: task
