//! Pooling by hand: two steps, two columns.

use ndarray::{Array3, array};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    parameters::Parameters,
    pooling::{Pool, Pooling},
};

fn main() {
    // ANCHOR: main
    let h: Array3<Real> = array![[[1.0, 0.0]], [[0.0, 1.0]]]; // [T, B, H]
    for pool in [Pool::Last, Pool::Max, Pool::Mean, Pool::Attention] {
        let mut pooling = Pooling::new(&[pool], 2, &mut Rng::seed_from_u64(0));
        pooling.v = array![Real::ln(3.0), 0.0];
        let tape = pooling.forward(h.view(), &[2]);
        let mut grad = pooling.zeros_like();
        let d_h = pooling.backward(&tape, &array![[1.0, -1.0]], &mut grad);
        println!("{pool:?}: pooled {:.3}", tape.pooled.row(0));
        for t in 0..2 {
            println!(
                "  d_h of step {}: {:.3}",
                t + 1,
                d_h.slice(ndarray::s![t, 0, ..])
            );
        }
        if pool == Pool::Attention {
            println!("  weights {:.3}, d_v {:.3}", tape.alpha.column(0), grad.v);
        }
    }
    // ANCHOR_END: main
}
