//! Solution: the last real state of each sequence of a padded batch.

use ndarray::{Array2, Array3, s};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    elman::{Elman, ElmanTape},
    init,
};

// ANCHOR: function
/// The state `[B, H]` of each sequence after its own last step. `lengths: [B]` counts
/// the steps before the padding; a sequence of length 0 has its initial state.
///
/// # Panics
/// If there is not one length a sequence, or a length exceeds the steps on the tape.
fn last_states(tape: &ElmanTape, lengths: &[usize]) -> Array2<Real> {
    let (states, batch, hidden) = tape.h.dim();
    assert_eq!(
        lengths.len(),
        batch,
        "{} lengths for a batch of {batch}",
        lengths.len()
    );
    let mut last = Array2::zeros((batch, hidden));
    for (b, &length) in lengths.iter().enumerate() {
        assert!(
            length < states,
            "sequence {b}: length {length} of {} steps",
            states - 1
        );
        last.row_mut(b).assign(&tape.h.slice(s![length, b, ..]));
    }
    last
}
// ANCHOR_END: function

// ANCHOR: main
fn main() {
    let (steps, batch, input, hidden) = (6, 4, 2, 3);
    let lengths = [6, 2, 0, 4];
    let mut rng = Rng::seed_from_u64(1);
    let cell = Elman::new(input, hidden, &mut rng);
    let x = init::normal(steps * batch, input, 1.0, &mut rng);
    let x: Array3<Real> = x.into_shape_with_order((steps, batch, input)).unwrap();
    let h_0 = init::normal(batch, hidden, 0.5, &mut rng);

    // What each sequence gives when it is run alone, with no padding at all.
    let mut alone = Array2::zeros((batch, hidden));
    for (b, &length) in lengths.iter().enumerate() {
        let tape =
            cell.forward(x.slice(s![..length, b..=b, ..]), h_0.slice(s![b..=b, ..]));
        alone.row_mut(b).assign(&tape.last().row(0));
    }

    let same = |a: &Array2<Real>| {
        (a - &alone).iter().all(|difference| difference.abs() < 1e-6)
    };
    for padding in [0.0, 1000.0, Real::NAN] {
        let mut padded = x.clone();
        for (b, &length) in lengths.iter().enumerate() {
            padded.slice_mut(s![length.., b, ..]).fill(padding);
        }
        let tape = cell.forward(padded.view(), h_0.view());
        let (ours, naive) = (last_states(&tape, &lengths), tape.last().to_owned());
        println!(
            "padding {padding:4}: last_states is right: {}, tape.last() is right: {}",
            same(&ours),
            same(&naive)
        );
        assert!(same(&ours) && !same(&naive));
    }
}
// ANCHOR_END: main
