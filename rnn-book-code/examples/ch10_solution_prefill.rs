//! A prompt read in one pass, its keys and values put into the cache.

use ndarray::{Array2, ArrayView2, Axis, s};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Real, Rng,
    gpt::{Gpt, GptCache, GptSizes},
    positions::Positions,
};

// ANCHOR: prefill
/// Reads `ids: [T, B]` into an empty cache. The tape holds what the cache wants: the
/// keys are turned already, and belong to their places.
fn read_prompt(model: &Gpt, ids: ArrayView2<usize>, cache: &mut GptCache) {
    let tape = model.forward(ids);
    let steps = ids.nrows();
    for (block, cache) in tape.blocks.iter().zip(&mut cache.blocks) {
        let (batch, heads, size, _) = cache.k_t.dim();
        for b in 0..batch {
            for a in 0..heads {
                let of_head = |part: usize| {
                    let start = (part * heads + a) * size;
                    block.attention.qkv.slice(s![b, .., start..start + size])
                };
                cache.k_t.slice_mut(s![b, a, .., ..steps]).assign(&of_head(1).t());
                cache.v.slice_mut(s![b, a, ..steps, ..]).assign(&of_head(2));
            }
        }
    }
    cache.read = steps;
}
// ANCHOR_END: prefill

fn main() {
    let mut rng = Rng::seed_from_u64(1);
    let positions = Positions::Rotary;
    let sizes = GptSizes {
        vocabulary: 9,
        context: 20,
        size: 16,
        heads: 2,
        blocks: 2,
        positions,
    };
    let model = Gpt::new(&sizes, &mut rng);
    // ANCHOR: main
    let ids = Array2::from_shape_simple_fn((15, 3), || rng.random_range(0..9));
    let (mut slow, mut fast) = (model.cache(3, 20), model.cache(3, 20));
    ids.axis_iter(Axis(0)).for_each(|row| drop(model.step(&row.to_vec(), &mut slow)));
    read_prompt(&model, ids.view(), &mut fast);
    for _ in 0..3 {
        let (a, b) =
            (model.step(&[1, 2, 3], &mut slow), model.step(&[1, 2, 3], &mut fast));
        let apart = (a - b).iter().fold(0.0, |m: Real, d| m.max(d.abs()));
        println!("after {} places, scores within 1e-5: {}", fast.read, apart < 1e-5);
    }
    // ANCHOR_END: main
}
