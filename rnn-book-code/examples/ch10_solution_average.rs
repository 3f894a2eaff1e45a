//! Attention whose queries are 0: the mean of everything seen so far.

use ndarray::{Array2, Axis, s};
use rand::SeedableRng;
use rnn_book_code::{Real, Rng, init::normal, self_attention::SelfAttention};

fn main() {
    let mut rng = Rng::seed_from_u64(1);
    // ANCHOR: main
    let mut layer = SelfAttention::new(3, 1, true, &mut rng);
    layer.qkv.w.fill(0.0);
    layer.qkv.w.slice_mut(s![.., 6..]).assign(&Array2::<Real>::eye(3)); // V = X
    layer.out.w.assign(&Array2::eye(3));
    let x = normal(5, 3, 1.0, &mut rng);
    let y = layer.forward(x.view().insert_axis(Axis(0)), None).0;
    for t in 0..5 {
        let mean = x.slice(s![..=t, ..]).mean_axis(Axis(0)).expect("a row");
        println!("place {t}: {:7.4}, mean of x: {mean:7.4}", y.slice(s![0, t, ..]));
    }
    // ANCHOR_END: main
}
