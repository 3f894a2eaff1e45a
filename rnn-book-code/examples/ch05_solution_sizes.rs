//! Solution: sizes at which three cells have equally many parameters.

use rand::SeedableRng;
use rnn_book_code::{Rng, elman::Elman, gru::Gru, lstm::Lstm, parameters::Parameters};

// ANCHOR: size
/// The positive root of `H² + (D + 1) H = P / k`: the units of a layer of `k` blocks.
fn units(blocks: f64, input: f64, parameters: f64) -> f64 {
    let half = 0.5 * (input + 1.0);
    (half * half + parameters / blocks).sqrt() - half
}
// ANCHOR_END: size

// ANCHOR: main
fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    for (input, hidden) in [(2, 32), (64, 128), (256, 512)] {
        let budget = Gru::new(input, hidden, rng).count();
        let root = |blocks| units(blocks, input as f64, budget as f64);
        let (rnn, lstm) = (root(1.0), root(4.0));
        let rnn_count = Elman::new(input, rnn.round() as usize, rng).count();
        let lstm_count = Lstm::new(input, lstm.round() as usize, rng).count();
        println!("D = {input:3}: GRU        {hidden:6}   units, {budget:8} parameters");
        println!("         simple RNN {rnn:8.1} units, {rnn_count:8} when rounded");
        println!("         LSTM       {lstm:8.1} units, {lstm_count:8} when rounded");
    }
}
// ANCHOR_END: main
