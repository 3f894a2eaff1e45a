//! A head with weights set by hand: each place gives back the token before it.

use ndarray::{Array2, Array3, Axis, s};
use rand::SeedableRng;
use rnn_book_code::{Rng, sampling::greedy, self_attention::SelfAttention};

const TOKENS: usize = 4;
const PLACES: usize = 7;
const SIZE: usize = TOKENS + PLACES;

fn main() {
    // ANCHOR: weights
    // A row is [one-hot token | one-hot place].
    let mut layer = SelfAttention::new(SIZE, 1, true, &mut Rng::seed_from_u64(0));
    layer.qkv.w.fill(0.0);
    let (q, k, v) = (0, SIZE, 2 * SIZE); // where their columns begin
    for t in 0..PLACES {
        layer.qkv.w[[TOKENS + t, q + t]] = 40.0 * (SIZE as f32).sqrt();
        if t + 1 < PLACES {
            layer.qkv.w[[TOKENS + t, k + t + 1]] = 1.0; // the key for the next place
        }
    }
    for token in 0..TOKENS {
        layer.qkv.w[[token, v + token]] = 1.0;
    }
    layer.out.w.assign(&Array2::eye(SIZE));
    // ANCHOR_END: weights

    let tokens = [2, 0, 3, 3, 1, 0, 2];
    let mut x = Array3::zeros((1, PLACES, SIZE));
    for (t, &token) in tokens.iter().enumerate() {
        x[[0, t, token]] = 1.0;
        x[[0, t, TOKENS + t]] = 1.0;
    }
    let (y, tape) = layer.forward(x.view(), None);
    let copied: Vec<usize> = y
        .index_axis(Axis(0), 0)
        .outer_iter()
        .map(|row| greedy(row.slice(s![..TOKENS])))
        .collect();
    println!("tokens: {tokens:?}");
    println!("copies: {copied:?}");
    let on_previous = (1..PLACES).map(|t| tape.p[[0, 0, t, t - 1]]);
    let least = on_previous.fold(1.0, f32::min);
    println!("attention on the place before, at least: {least:.4}");
}
