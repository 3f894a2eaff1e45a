//! Two pairs side by side: what is read, what the decoder reads, what it writes.

use ndarray::Array2;
use rnn_book_code::{
    pairs::{PairBatch, TokenPair},
    tasks::Pair,
    tokens::Graphemes,
};

fn print(what: &str, ids: &Array2<usize>, tokens: &Graphemes) {
    println!("{what}");
    for lane in ids.columns() {
        let row: Vec<_> = lane
            .iter()
            .map(|&id| format!("{:5}", tokens.vocabulary.token(id)))
            .collect();
        println!("  {}", row.join(" ").trim_end());
    }
}

// ANCHOR: main
fn main() {
    let pair = |source: &str, target: &str| Pair {
        source: source.into(),
        target: target.into(),
    };
    let pairs = [pair("cat", "tac"), pair("stove", "evots")];
    let tokens = Graphemes::of("acestvo", 1);
    let pairs = pairs.each_ref().map(|pair| TokenPair::of(pair, &tokens));
    let batch = PairBatch::of(&pairs.iter().collect::<Vec<_>>());
    print("read by the encoder", &batch.source.ids, &tokens);
    print("read by the decoder", &batch.inputs, &tokens);
    print("to be written", &batch.targets, &tokens);
}
// ANCHOR_END: main
