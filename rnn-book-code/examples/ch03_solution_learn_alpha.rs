//! Solution: the gradient of a leaky cell by its leak, against a central difference.

use ndarray::{Array3, Axis, s};
use rand::SeedableRng;
use rnn_book_code_f64::{
    Real, Rng, flow::state_gradients, init, layer::Layer, layer::Tape, leaky::Leaky,
};

// ANCHOR: main
fn main() {
    let (steps, lanes, hidden) = (8, 3, 4);
    let mut rng = Rng::seed_from_u64(1);
    let mut layer = Leaky::new(2, hidden, 0.2, &mut rng);
    let x: Array3<Real> = init::normal(steps * lanes, 2, 1.0, &mut rng)
        .into_shape_with_order((steps, lanes, 2))
        .expect("as many numbers as the shape has");
    let (start, reader) =
        (layer.start(lanes), init::normal(lanes, hidden, 1.0, &mut rng));
    let loss = |layer: &Leaky| {
        let tape = layer.forward(x.view(), None, &start);
        (&tape.last() * &reader).sum()
    };

    // The sum over steps, examples and units of G_t ⊙ (S_t − H_{t−1})
    let tape = layer.forward(x.view(), None, &start);
    let g = state_gradients(&layer, x.view(), &start, reader.clone());
    let mut d_alpha = 0.0;
    for t in 0..steps {
        let change = &tape.s.index_axis(Axis(0), t) - &tape.h.slice(s![t, .., ..]);
        d_alpha += (&g[t + 1] * &change).sum();
    }

    let mut at = |alpha: Real| {
        layer.alpha = alpha;
        loss(&layer)
    };
    let numeric = (at(0.2 + 1e-5) - at(0.2 - 1e-5)) / 2e-5;
    println!("by the formula {d_alpha:.8}, numeric {numeric:.8}");
    assert!((d_alpha - numeric).abs() < 1e-8);
}
// ANCHOR_END: main
