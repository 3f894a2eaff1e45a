//! No layer allocates inside its loop over time, and what a pass keeps is linear in the
//! number of steps.

use allocation_counter::measure;
use ndarray::Array3;
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    bidirectional::Bidirectional,
    dropout::Dropout,
    elman::Elman,
    gru::Gru,
    layer::{Layer, Tape},
    lstm::Lstm,
    original_gru::OriginalGru,
    stacked::Stacked,
};

/// So small that all steps of all examples fit one piece of a weight gradient, which
/// copies 384 of them at a time.
const BATCH: usize = 4;
const INPUT: usize = 24;
const HIDDEN: usize = 32;

/// Allocations, and bytes at the highest point, of a pass forward and back.
fn pass<L: Layer>(layer: &L, steps: usize) -> (u64, u64) {
    let x = Array3::from_elem((steps, BATCH, INPUT), 0.1);
    let d_h = Array3::from_elem((steps, BATCH, layer.output_size()), 0.1);
    let (start, mut grad) = (layer.start(BATCH), layer.zeros_like());
    let counted = measure(|| {
        let tape = layer.forward(x.view(), None, &start);
        assert_eq!(tape.output().dim(), d_h.dim());
        layer.backward(&tape, d_h.view(), None, &mut grad);
    });
    (counted.count_total, counted.bytes_max)
}

/// `floats` is what a pass needs for each step of each example, at most.
fn check<L: Layer>(name: &str, layer: &L, floats: usize) {
    pass(layer, 8);
    let ((few, _), (many, _)) = (pass(layer, 16), pass(layer, 48));
    assert_eq!(few, many, "{name}: three times the steps, other allocations");
    let ((_, small), (_, large)) = (pass(layer, 200), pass(layer, 600));
    let per_token = (large - small) / (400 * BATCH * size_of::<f32>()) as u64;
    let what = format!("{name}: {per_token} floats a token, {floats} at most");
    assert!(per_token <= floats as u64, "{what}");
}

#[test]
fn allocations_do_not_grow_with_the_steps() {
    let rng = &mut Rng::seed_from_u64(1);
    let (d, h) = (INPUT, HIDDEN);
    check("Elman", &Elman::new(d, h, rng), 2 * d + 2 * h);
    check("LSTM", &Lstm::new(d, h, rng), 2 * d + 10 * h);
    check("GRU", &Gru::new(d, h, rng), 2 * d + 9 * h);
    check("original GRU", &OriginalGru::new(d, h, rng), 2 * d + 8 * h);
    let both =
        Bidirectional { ahead: Lstm::new(d, h, rng), back: Lstm::new(d, h, rng) };
    check("bidirectional LSTM", &both, 5 * d + 22 * h);
    let layers = vec![Lstm::new(d, h, rng), Lstm::new(h, h, rng)];
    check("two LSTMs", &Stacked::new(layers, Dropout::new(0.0)), 2 * d + 20 * h);
}
