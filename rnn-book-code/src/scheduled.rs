//! Scheduled sampling: a decoder that sometimes reads its own tokens while it learns.
//!
//! The inputs are `[T, B]`, before and after.
//!
//! In the book: [section 7.3].
//!
//! [section 7.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch07-seq2seq/encoder-decoder.html

use crate::{
    Rng,
    encoder_decoder::EncoderDecoder,
    layer::{Layer, Recurrent},
    pairs::PairBatch,
    sampling,
};
use ndarray::Array2;
use rand::RngExt;

// ANCHOR: scheduled
/// The inputs of a batch, some of them replaced by what the model itself would have
/// written there: each with probability `own`, drawn from the model's distribution
/// after the inputs before it (Bengio et al. 2015).
pub fn scheduled_inputs<E: Layer, D: Recurrent>(
    model: &EncoderDecoder<E, D>,
    batch: &PairBatch,
    own: f64,
    rng: &mut Rng,
) -> Array2<usize> {
    let mut inputs = batch.inputs.clone();
    let read = model.read(&batch.source);
    let mut state = read.start;
    for t in 1..inputs.nrows() {
        let before = inputs.row(t - 1).to_vec();
        let (written, scores) = model.step(&before, &state, read.memory.as_ref());
        for (input, scores) in inputs.row_mut(t).iter_mut().zip(scores.outer_iter()) {
            if rng.random_bool(own) {
                *input = sampling::sample(scores, 1.0, rng);
            }
        }
        state = written.state;
    }
    inputs
}
// ANCHOR_END: scheduled
