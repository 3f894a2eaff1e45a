//! Pitfall: the last output of two directions is not the summary of the sequence.

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
    let rng = &mut Rng::seed_from_u64(2);
    let (steps, size) = (20, 4);
    let layer = Bidirectional {
        ahead: Lstm::new(size, size, rng),
        back: Lstm::new(size, size, rng),
    };
    let x: Array3<f32> =
        init::normal(steps, size, 1.0, rng).insert_axis(ndarray::Axis(1));
    let mut other = x.clone();
    other.slice_mut(s![steps - 2, .., ..]).fill(3.0); // the step before the last

    let [a, b] = [&x, &other].map(|x| layer.forward(x.view(), None, &layer.start(1)));
    let at_the_end = s![steps - 1, .., size..];
    let same = a.output().slice(at_the_end) == b.output().slice(at_the_end);
    println!("backward half of the last output has not changed: {same}");
    let same = a.last().back == b.last().back;
    println!("last state of the backward layer has not changed: {same}");
    let first = a.output().slice(s![0, .., size..]).to_owned();
    println!("it stands in the first output: {}", first == a.last().back.h);
}
// ANCHOR_END: main
