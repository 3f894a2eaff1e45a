//! Every gradient of an encoder-decoder with each kind of attention, in f64, on a
//! padded batch.

use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{
    Rng,
    attention::Score,
    bidirectional::Bidirectional,
    decoder::{Decoder, Place},
    encoder_decoder::EncoderDecoder,
    gradcheck::gradient_check,
    gru::Gru,
    pairs::{PairBatch, TokenPair},
    parallel::Workers,
    parameters::Parameters,
};

// ANCHOR: check
const HIDDEN: usize = 3;
const SEEN: usize = 2 * HIDDEN;

fn check(name: &str, place: Place, score: Score, rng: &mut Rng) {
    // Sources of 5, 2 and 4 tokens, targets of 3, 4 and 0
    let pair = |source: &[usize], target: &[usize]| TokenPair {
        source: source.to_vec(),
        target: target.to_vec(),
    };
    let pairs = [
        pair(&[4, 5, 6, 5, 4], &[6, 5, 4]),
        pair(&[6, 6], &[4, 4, 5, 6]),
        pair(&[5, 4, 4, 6], &[]),
    ];
    let batch = PairBatch::of(&pairs.iter().collect::<Vec<_>>());

    let ahead = Gru::new(2, HIDDEN, rng);
    let encoder = Bidirectional { back: Gru::new(2, HIDDEN, rng), ahead };
    let input = if place == Place::Before { 2 + SEEN } else { 2 };
    let layer = Gru::new(input, HIDDEN, rng);
    let decoder = Decoder::looking(layer, place, score, SEEN, rng);
    let mut model = EncoderDecoder::new(7, encoder, decoder, rng);
    for (_, mut p) in model.parameters_mut() {
        p.mapv_inplace(|p| p + rng.random_range(-1.0..1.0)); // no bias is 0
    }

    let loss = |model: &EncoderDecoder<_, _>| {
        let (mut workers, mut grad) = (Workers::new(model, 1), model.zeros_like());
        (model.loss_and_gradient(&batch, &mut workers, &mut grad), grad)
    };
    let (_, grad) = loss(&model);
    let checks = gradient_check(&model, &grad, 1e-5, |model| loss(model).0);
    let below = checks.iter().all(|check| check.error < 1e-7); // false for a NaN
    println!("{name}: {} arrays, all below 1e-7: {below}", checks.len());
    for check in checks.iter().filter(|check| check.name.contains("score")) {
        let (analytic, numeric) = (check.analytic, check.numeric);
        println!("  {:18} {analytic:12.9} {numeric:12.9}", check.name);
    }
}

fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    let additive = Score::additive(HIDDEN, SEEN, 4, rng);
    check("additive, before the step", Place::Before, additive, rng);
    let general = Score::general(HIDDEN, SEEN, rng);
    check("general, after the step", Place::After, general, rng);
    let general = Score::general(HIDDEN, SEEN, rng);
    check("general, before the step", Place::Before, general, rng);
}
// ANCHOR_END: check
