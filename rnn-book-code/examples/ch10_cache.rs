//! One token at a time with the cache, or everything again: the same scores.

use ndarray::{Array2, s};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Real, Rng,
    gpt::{Gpt, GptSizes},
    parameters::Parameters,
    positions::Positions,
    sampling::greedy,
};

fn main() {
    let mut rng = Rng::seed_from_u64(1);
    let positions = Positions::Rotary;
    let sizes = GptSizes {
        vocabulary: 20,
        context: 64,
        size: 32,
        heads: 4,
        blocks: 3,
        positions,
    };
    let mut model = Gpt::new(&sizes, &mut rng);
    // An untrained model repeats its token; with larger weights it does not.
    for (name, mut value) in model.parameters_mut() {
        if name.starts_with("blocks") && name.ends_with(".w") {
            value *= 10.0;
        }
    }
    // ANCHOR: compare
    println!("== compare ==");
    let ids = Array2::from_shape_simple_fn((64, 2), || rng.random_range(0..20));
    let whole = model.scores(ids.view());
    let mut cache = model.cache(2, 64);
    let mut largest: Real = 0.0;
    for (t, row) in ids.outer_iter().enumerate() {
        let scores = model.step(&row.to_vec(), &mut cache);
        let apart = &scores - &whole.slice(s![t, .., ..]);
        largest = apart.iter().fold(largest, |m, d| m.max(d.abs()));
    }
    println!(
        "64 places, 2 lanes: scores within 1e-5 of each other: {}",
        largest < 1e-5
    );
    let block = &cache.blocks[0];
    println!("keys of a block {:?}, values {:?}", block.k_t.dim(), block.v.dim());
    // ANCHOR_END: compare

    // ANCHOR: generate
    println!("== generate ==");
    let mut text = vec![3];
    for _ in 0..12 {
        let ids = Array2::from_shape_fn((text.len(), 1), |(t, _)| text[t]);
        text.push(greedy(model.scores(ids.view()).slice(s![-1, 0, ..])));
    }
    println!("all again:  {:?}", &text[1..]);
    println!("with cache: {:?}", model.generate(&[3], 12, greedy));
    // ANCHOR_END: generate
}
