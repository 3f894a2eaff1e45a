//! What each decoder makes of one distribution, and where a beam beats greed.

use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    decoding::{Decoder, Predictor, beam, entropy},
};

// ANCHOR: table
const WORDS: [&str; 6] = ["state", "cell", "gate", "gradient", "river", "the"];

fn table() {
    let scores = [2.0, 1.5, 1.0, 0.5, -1.0, -2.0];
    let plain = Decoder::default();
    let decoders = [
        ("as the model says", plain.clone()),
        ("temperature 0.5", Decoder { temperature: 0.5, ..plain.clone() }),
        ("temperature 2", Decoder { temperature: 2.0, ..plain.clone() }),
        ("top-k, k = 3", Decoder { top_k: Some(3), ..plain.clone() }),
        ("nucleus, p = 0.7", Decoder { top_p: Some(0.7), ..plain.clone() }),
        ("penalty 1.5 on state", Decoder { penalty: 1.5, ..plain.clone() }),
        ("greedy", Decoder { temperature: 0.0, ..plain }),
    ];
    print!("{:21}", "");
    WORDS.iter().for_each(|word| print!("{word:>9}"));
    println!("  entropy");
    for (name, decoder) in decoders {
        let p = decoder.distribution(&scores, &[0]); // "state" was the last word
        print!("{name:21}");
        p.iter().for_each(|p| print!("{p:9.3}"));
        println!("{:9.3}", entropy(&p));
    }
    // Drawn often enough, the shares are the probabilities
    let (mut rng, mut counts) = (Rng::seed_from_u64(1), [0; 6]);
    let decoder = Decoder { top_k: Some(3), ..Decoder::default() };
    (0..10_000).for_each(|_| counts[decoder.choose(&scores, &[], &mut rng)] += 1);
    println!("10000 draws, k = 3   {counts:?}");
}
// ANCHOR_END: table

// ANCHOR: tree
/// A model of two words and two steps.
#[derive(Clone)]
struct Tree(Vec<usize>);

impl Predictor for Tree {
    fn read(&mut self, id: usize) {
        self.0.push(id);
    }

    fn scores(&self) -> Vec<Real> {
        let p: [Real; 2] = match self.0[..] {
            [] => [0.6, 0.4],
            [0] => [0.55, 0.45],
            _ => [0.9, 0.1],
        };
        p.iter().map(|p| p.ln()).collect()
    }
}

fn tree() {
    for width in [1, 2] {
        println!("width {width}");
        for (text, log_p) in beam(&Tree(vec![]), 2, width, &[]) {
            println!("  {text:?} with probability {:.2}", log_p.exp());
        }
    }
}
// ANCHOR_END: tree

fn main() {
    println!("== table ==");
    table();
    println!("== tree ==");
    tree();
}
