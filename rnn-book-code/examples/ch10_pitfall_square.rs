//! A square weight read without turning it over: every shape fits.

use ndarray::Array2;
use rand::SeedableRng;
use rnn_book_code::{Rng, init, linear::Linear};

fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    let layer = Linear::new(4, 4, rng);
    let x = init::normal(3, 4, 1.0, rng);
    // ANCHOR: wrong
    // PyTorch's file holds Wᵀ: [O, I]. Here both are 4.
    let stored = layer.w.t().to_owned();
    let read_as_it_is = Linear { w: stored.clone(), b: layer.b.clone() };
    let turned_over = Linear { w: stored.t().to_owned(), b: layer.b.clone() };
    let apart = |other: &Linear| {
        let difference: Array2<_> = layer.forward(x.view()) - other.forward(x.view());
        difference.fold(0.0_f32, |m, d| m.max(d.abs()))
    };
    println!("read as it is:  outputs differ by {:.2}", apart(&read_as_it_is));
    println!("turned over:    outputs differ by {:.2}", apart(&turned_over));
    // ANCHOR_END: wrong
}
