//! Parameters and scores of the three kinds of attention.

use rand::SeedableRng;
use rnn_book_code::{Rng, attention::Score, parameters::Parameters};

// ANCHOR: main
fn main() {
    let rng = &mut Rng::seed_from_u64(0);
    let (d, e, a) = (64, 128, 64);
    let scores = [
        ("general", Score::general(d, e, rng), e * d),
        ("additive", Score::additive(d, e, a, rng), a * (d + e + 1)),
        ("dot", Score::Dot, 0),
    ];
    for (name, score, formula) in scores {
        assert_eq!(score.count(), formula);
        println!("{name:8} {formula:6} parameters");
    }
    for (s, t) in [(30, 10), (300, 100), (3000, 1000)] {
        println!("{s:5} read, {t:5} written: {:8} scores", s * t);
    }
}
// ANCHOR_END: main
