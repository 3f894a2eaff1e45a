//! A long stream without a forget gate: the cell state wanders off.

use ndarray::Array3;
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng, init,
    layer::Layer,
    lstm_variants::{Forget, LstmVariant, Parts},
};

// ANCHOR: main
fn main() {
    for (name, forget, bias) in [
        ("no forget gate", Forget::Open, 0.0),
        ("forget gate, bias 2", Forget::Own, 2.0),
    ] {
        let mut rng = Rng::seed_from_u64(1);
        let parts = Parts { forget, ..Parts::STANDARD };
        let cell = LstmVariant::new(4, 32, parts, bias, &mut rng);
        let x: Array3<Real> = init::normal(3000 * 4, 4, 1.0, &mut rng)
            .into_shape_with_order((3000, 4, 4))
            .expect("3000 steps of 4 lanes");
        let tape = cell.forward(x.view(), None, &cell.start(4));
        println!("{name}:");
        for t in [10, 100, 1000, 3000] {
            let c = tape.c.slice(ndarray::s![t, .., ..]);
            let size = c.mapv(Real::abs).mean().expect("units");
            let stuck = c.mapv(|c| Real::from(u8::from(c.tanh().abs() > 0.99)));
            println!(
                "  t = {t:4}: mean |c| = {size:5.2}, {:2.0} % of the units beyond 0.99",
                100.0 * stuck.mean().expect("units")
            );
        }
    }
}
// ANCHOR_END: main
