//! Pitfall: a sequence whose answer depends on its neighbours in the batch.

use ndarray::{Array3, s};
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    bidirectional::Bidirectional,
    init,
    layer::{Layer, Tape},
    lstm::Lstm,
};

// ANCHOR: main
fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    let (steps, longest, size) = (6, 12, 8);
    let layer = Bidirectional {
        ahead: Lstm::new(size, size, rng),
        back: Lstm::new(size, size, rng),
    };
    let x: Array3<f32> =
        init::normal(steps, size, 1.0, rng).insert_axis(ndarray::Axis(1));
    let start = layer.start(1);
    let alone = layer.forward(x.view(), None, &start);

    // The same sequence beside one of twelve steps: six steps of padding
    let mut padded = Array3::from_elem((longest, 1, size), 1.0);
    padded.slice_mut(s![..steps, .., ..]).assign(&x);
    for (name, lengths) in
        [("with lengths   ", Some(&[steps][..])), ("without lengths", None)]
    {
        let tape = layer.forward(padded.view(), lengths, &start);
        let h = tape.output();
        let apart = |half: ndarray::Slice| {
            let part =
                |h: ndarray::ArrayView3<f32>| h.slice(s![..steps, .., half]).to_owned();
            (part(h) - part(alone.output()))
                .iter()
                .fold(0.0, |m: f32, d| m.max(d.abs()))
        };
        println!(
            "{name}: forward half off by {:.4}, backward half by {:.4}",
            apart((..size).into()),
            apart((size..).into())
        );
    }
}
// ANCHOR_END: main
