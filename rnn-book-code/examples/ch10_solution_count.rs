//! The parameters of a GPT by a formula, and by counting.

use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    gpt::{Gpt, GptSizes},
    parameters::Parameters,
    positions::Positions,
};

// ANCHOR: count
/// eq. (10.25) #modern-count, with a learned table of positions.
fn count(s: &GptSizes) -> usize {
    let d = s.size;
    (s.vocabulary + s.context) * d + s.blocks * (12 * d * d + 13 * d) + 2 * d
}
// ANCHOR_END: count

fn main() {
    let sizes = |vocabulary, context, size, heads, blocks| GptSizes {
        vocabulary,
        context,
        size,
        heads,
        blocks,
        positions: Positions::Learned,
    };
    // ANCHOR: main
    let small = sizes(65, 32, 24, 4, 3);
    let model = Gpt::new(&small, &mut Rng::seed_from_u64(1));
    println!("counted {}, by the formula {}", model.count(), count(&small));
    for (name, d, heads, blocks) in [
        ("GPT-2 small", 768, 12, 12),
        ("GPT-2 medium", 1024, 16, 24),
        ("GPT-2 large", 1280, 20, 36),
        ("GPT-2 XL", 1600, 25, 48),
    ] {
        let s = sizes(50_257, 1024, d, heads, blocks);
        let table = 100 * s.vocabulary * d / count(&s);
        println!("{name:12} {:10} parameters, {table:2}% for tokens", count(&s));
    }
    // ANCHOR_END: main
}
