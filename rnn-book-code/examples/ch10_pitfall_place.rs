//! Pitfall: with the cache, every token is told that it stands at place 0.

use ndarray::{Array2, s};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Real, Rng,
    gpt::{Gpt, GptSizes},
    init::normal,
    positions::Positions,
};

fn main() {
    let mut rng = Rng::seed_from_u64(1);
    let positions = Positions::Learned;
    let sizes = GptSizes {
        vocabulary: 6,
        context: 8,
        size: 16,
        heads: 2,
        blocks: 2,
        positions,
    };
    let mut model = Gpt::new(&sizes, &mut rng);
    // As after training: tokens and places as large as each other
    model.tokens.w = normal(6, 16, 0.5, &mut rng);
    if let Some(places) = &mut model.places {
        places.w = normal(8, 16, 0.5, &mut rng);
    }
    let ids = Array2::from_shape_simple_fn((8, 1), || rng.random_range(0..6));
    let whole = model.scores(ids.view());
    // ANCHOR: wrong
    // One token comes in at a time, and row 0 of the table is added to each.
    let mut forgetful = model.clone();
    if let Some(places) = &mut forgetful.places {
        let first = places.w.row(0).to_owned();
        places.w.rows_mut().into_iter().for_each(|mut row| row.assign(&first));
    }
    // ANCHOR_END: wrong
    let (mut right, mut wrong) = (model.cache(1, 8), forgetful.cache(1, 8));
    for (t, &id) in ids.iter().enumerate() {
        let whole = whole.slice(s![t, .., ..]);
        let apart = |scores: Array2<Real>| {
            (&scores - &whole).iter().fold(0.0, |m: Real, d| m.max(d.abs()))
        };
        let right = apart(model.step(&[id], &mut right));
        let wrong = apart(forgetful.step(&[id], &mut wrong));
        println!(
            "place {t}: right by 1e-4: {}, without its place: {} apart",
            right < 1e-4,
            if wrong < 1e-4 { "not".into() } else { format!("{wrong:.2}") }
        );
    }
}
