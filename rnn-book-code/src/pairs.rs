//! Pairs of sequences as batches, and training on them.

use crate::{
    Real, Rng,
    batching::{Padded, buckets, pad},
    encoder_decoder::EncoderDecoder,
    layer::{Layer, Recurrent},
    parallel::Workers,
    sampling,
    search::greedy_batch,
    tasks::Pair,
    tokens::Tokenizer,
    train::Task,
    vocabulary::{END, START},
};
use ndarray::{Array2, s};
use rand::RngExt;
use std::{collections::BTreeMap, marker::PhantomData, ops::Range};

// ANCHOR: batch
/// A source and a target, as numbers of tokens, without [`START`] and [`END`].
#[derive(Clone, Debug, PartialEq)]
pub struct TokenPair {
    /// What is read.
    pub source: Vec<usize>,
    /// What is to be written.
    pub target: Vec<usize>,
}

impl TokenPair {
    /// The tokens of a pair of texts.
    pub fn of(pair: &Pair, tokens: &impl Tokenizer) -> Self {
        Self {
            source: tokens.encode(&pair.source),
            target: tokens.encode(&pair.target),
        }
    }

    /// The same with the source read from its end (Sutskever et al. 2014).
    pub fn reversed(mut self) -> Self {
        self.source.reverse();
        self
    }
}

/// Pairs side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct PairBatch {
    /// What is read, `[S, B]`.
    pub source: Padded,
    /// What the decoder reads, `[T, B]`: [`START`], then the target.
    pub inputs: Array2<usize>,
    /// What it is to write, `[T, B]`: the target, then [`END`], then padding.
    pub targets: Array2<usize>,
}

impl PairBatch {
    /// Puts pairs side by side.
    pub fn of(pairs: &[&TokenPair]) -> Self {
        let sources: Vec<&[usize]> =
            pairs.iter().map(|pair| &pair.source[..]).collect();
        let with = |before: &[usize], pair: &TokenPair, after: &[usize]| {
            [before, &pair.target, after].concat()
        };
        let inputs: Vec<_> =
            pairs.iter().map(|pair| with(&[START], pair, &[])).collect();
        let targets: Vec<_> =
            pairs.iter().map(|pair| with(&[], pair, &[END])).collect();
        Self {
            source: pad(&sources),
            inputs: pad(&inputs).ids,
            targets: pad(&targets).ids,
        }
    }

    /// Some examples of the batch.
    pub fn lanes(&self, lanes: Range<usize>) -> Self {
        let part = |ids: &Array2<usize>| ids.slice(s![.., lanes.clone()]).to_owned();
        Self {
            source: Padded {
                ids: part(&self.source.ids),
                lengths: self.source.lengths[lanes.clone()].to_vec(),
            },
            inputs: part(&self.inputs),
            targets: part(&self.targets),
        }
    }
}
// ANCHOR_END: batch

// ANCHOR: scheduled
impl<E: Layer, D: Recurrent> EncoderDecoder<E, D> {
    /// The inputs of a batch, some of them replaced by what the model itself would have
    /// written there: each with probability `own`, drawn from the model's distribution
    /// after the inputs before it (Bengio et al. 2015).
    pub fn scheduled_inputs(
        &self,
        batch: &PairBatch,
        own: f64,
        rng: &mut Rng,
    ) -> Array2<usize> {
        let mut inputs = batch.inputs.clone();
        let read = self.read(&batch.source);
        let mut state = read.start;
        for t in 1..inputs.nrows() {
            let before = inputs.row(t - 1).to_vec();
            let (written, scores) = self.step(&before, &state, read.memory.as_ref());
            for (input, scores) in inputs.row_mut(t).iter_mut().zip(scores.outer_iter())
            {
                if rng.random_bool(own) {
                    *input = sampling::sample(scores, 1.0, rng);
                }
            }
            state = written.state;
        }
        inputs
    }
}
// ANCHOR_END: scheduled

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

// ANCHOR: exact
/// How many pairs are written side by side when a model is judged.
const SIDE_BY_SIDE: usize = 128;

/// What a model writes, greedily, for each source; at most twice as long as the longest
/// target.
pub fn write_all<E: Layer, D: Recurrent>(
    model: &EncoderDecoder<E, D>,
    pairs: &[TokenPair],
) -> Vec<Vec<usize>> {
    let longest = pairs.iter().map(|pair| pair.target.len()).max().unwrap_or(0);
    let sources: Vec<&[usize]> = pairs.iter().map(|pair| &pair.source[..]).collect();
    let chunks = sources.chunks(SIDE_BY_SIDE);
    chunks.flat_map(|chunk| greedy_batch(model, &pad(chunk), 2 * longest + 1)).collect()
}

/// The share of pairs whose target is written without a single wrong token; NaN if
/// there is no pair.
pub fn exact_match<E: Layer, D: Recurrent>(
    model: &EncoderDecoder<E, D>,
    pairs: &[TokenPair],
) -> Real {
    let written = write_all(model, pairs);
    let right = written.iter().zip(pairs).filter(|(ours, pair)| **ours == pair.target);
    right.count() as Real / pairs.len() as Real
}
// ANCHOR_END: exact
