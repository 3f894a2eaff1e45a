//! A mask that is forgotten: the same source, alone and beside a longer one.

use ndarray::{Axis, s};
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    attention::Score,
    batching::pad,
    embedding::Embedding,
    gru::Gru,
    init,
    layer::{Layer, Tape},
};

// ANCHOR: main
fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    let (embedding, encoder) = (Embedding::new(9, 4, rng), Gru::new(4, 6, rng));
    let score = Score::additive(6, 6, 6, rng);
    let query = init::normal(1, 6, 1.0, rng).insert_axis(Axis(0));
    let short = vec![4, 5, 6];

    for neighbour in [3, 6, 30] {
        let source = pad(&[short.clone(), vec![7; neighbour]]);
        let (x, steps) = (embedding.forward(source.ids.view()), source.ids.nrows());
        let read = encoder.forward(x.view(), Some(&source.lengths), &encoder.start(2));
        let queries = query.broadcast((1, 2, 6)).expect("one for each").to_owned();
        // Right, and with the padding taken for states of the source
        for (what, lengths) in
            [("masked", source.lengths.clone()), ("forgotten", vec![steps; 2])]
        {
            let memory = score.memory(read.output(), &lengths);
            let mut tape = score.tape(&memory, queries.clone());
            score.forward(&memory, 0..1, &mut tape);
            let own = tape.weights.slice(s![0, 0, ..3]).sum();
            println!(
                "beside {neighbour:2} letters, mask {what:9}: \
                 weight of its own letters {own:.3}, \
                 context {:.3}",
                tape.context.slice(s![0, 0, ..2])
            );
        }
    }
}
// ANCHOR_END: main
