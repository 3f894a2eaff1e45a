//! Solution: the mean slope of tanh and of σ for normal pre-activations.

use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rnn_book_code::Rng;

// ANCHOR: main
fn main() {
    let mut rng = Rng::seed_from_u64(1);
    println!("deviation  mean slope of tanh  of σ  over 50 steps of tanh");
    for deviation in [0.1, 0.5, 1.0, 2.0, 5.0] {
        let n = 200_000;
        let (mut tanh, mut sigmoid) = (0.0, 0.0);
        for _ in 0..n {
            let a: f64 = deviation * rng.sample::<f64, _>(StandardNormal);
            tanh += 1.0 - a.tanh().powi(2);
            let s = 1.0 / (1.0 + (-a).exp());
            sigmoid += s * (1.0 - s);
        }
        let (tanh, sigmoid) = (tanh / f64::from(n), sigmoid / f64::from(n));
        println!(
            "{deviation:9.1}  {tanh:18.2}  {sigmoid:4.2}  {:21.0e}",
            tanh.powi(50)
        );
    }
}
// ANCHOR_END: main
