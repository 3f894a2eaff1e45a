//! Pairs of sequences as batches, and how many of them are written exactly.
//!
//! Sources are `[S, B]`, inputs and targets `[T, B]`.
//!
//! In the book: [section 7.3].
//!
//! [section 7.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch07-seq2seq/encoder-decoder.html

use crate::{
    Real,
    batching::{Padded, pad},
    encoder_decoder::EncoderDecoder,
    layer::{Layer, Recurrent},
    search::greedy_batch,
    tasks::Pair,
    tokens::Tokenizer,
    vocabulary::{END, START},
};
use ndarray::{Array2, s};
use std::ops::Range;

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
