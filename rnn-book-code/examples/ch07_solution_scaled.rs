//! How sharp is a softmax of dot products when the states get wider?

use ndarray::Axis;
use rand::SeedableRng;
use rnn_book_code::{Real, Rng, init, loss::softmax};

// ANCHOR: main
fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    println!("   D  variance  largest weight  after division by the root of D");
    for size in [4, 16, 64, 256] {
        let (queries, keys) =
            (init::normal(200, size, 1.0, rng), init::normal(20, size, 1.0, rng));
        let e = queries.dot(&keys.t());
        let largest = |e: &ndarray::Array2<Real>| {
            let rows = softmax(e.view());
            rows.map_axis(Axis(1), |row| row.fold(0.0, |m: Real, &w| m.max(w)))
                .mean()
                .expect("there are rows")
        };
        let variance = e.mapv(|x| x * x).mean().expect("there are scores");
        let scaled = &e / (size as Real).sqrt();
        println!(
            "{size:4} {variance:9.1} {:15.3} {:30.3}",
            largest(&e),
            largest(&scaled)
        );
    }
}
// ANCHOR_END: main
