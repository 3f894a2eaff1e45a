//! The bias of the keys has no gradient.

use ndarray::{Axis, s};
use rand::SeedableRng;
use rnn_book_code_f64::{
    Rng, init::normal, parameters::Parameters, self_attention::SelfAttention,
};

fn main() {
    let mut rng = Rng::seed_from_u64(1);
    // ANCHOR: main
    let mut layer = SelfAttention::new(6, 2, true, &mut rng);
    let x = normal(7, 6, 1.0, &mut rng).insert_axis(Axis(0));
    let d_y = normal(7, 6, 1.0, &mut rng).insert_axis(Axis(0));
    let (y, tape) = layer.forward(x.view(), None);
    let mut grad = layer.zeros_like();
    layer.backward(&tape, d_y.view(), &mut grad);
    for (part, columns) in [("queries", 0..6), ("keys", 6..12), ("values", 12..18)] {
        let largest =
            grad.qkv.b.slice(s![columns]).fold(0.0_f64, |m, g| m.max(g.abs()));
        println!("gradient of the bias of the {part:7} is 0: {}", largest < 1e-12);
    }
    layer.qkv.b.slice_mut(s![6..12]).fill(5.0);
    let apart = layer.forward(x.view(), None).0 - y;
    let largest = apart.fold(0.0_f64, |m, d| m.max(d.abs()));
    println!("a bias of 5 for every key changes nothing: {}", largest < 1e-12);
    // ANCHOR_END: main
}
