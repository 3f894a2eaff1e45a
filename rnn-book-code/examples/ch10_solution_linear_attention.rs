//! Attention without its softmax is a linear recurrence whose state is a matrix.

use ndarray::{Array2, Axis};
use rand::SeedableRng;
use rnn_book_code::{Real, Rng, init};

// ANCHOR: both
/// All at once: place `t` weighs the values of the places up to it by `q_t · k_s`.
fn attending(q: &Array2<Real>, k: &Array2<Real>, v: &Array2<Real>) -> Array2<Real> {
    let mut scores = q.dot(&k.t());
    for ((t, s), score) in scores.indexed_iter_mut() {
        if s > t {
            *score = 0.0; // not −∞: there is no softmax
        }
    }
    scores.dot(v)
}

/// Step by step: the state is the sum of all `k_sᵀ v_s` so far, `[d, d]`.
fn recurrent(q: &Array2<Real>, k: &Array2<Real>, v: &Array2<Real>) -> Array2<Real> {
    let mut state = Array2::<Real>::zeros((k.ncols(), v.ncols()));
    let mut o = Array2::zeros(v.dim());
    for t in 0..q.nrows() {
        let column = k.row(t).insert_axis(Axis(1));
        state += &column.dot(&v.row(t).insert_axis(Axis(0)));
        o.row_mut(t).assign(&q.row(t).dot(&state));
    }
    o
}
// ANCHOR_END: both

// ANCHOR: main
fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    let [q, k, v] = [0; 3].map(|_| init::normal(50, 8, 1.0, rng));
    let (all, steps) = (attending(&q, &k, &v), recurrent(&q, &k, &v));
    let scale = all.fold(0.0, |m: Real, x| m.max(x.abs()));
    let apart = (&all - &steps).fold(0.0, |m: Real, x| m.max(x.abs()));
    println!("differ by less than 1e-5 of the largest: {}", apart < 1e-5 * scale);

    // How many keys can one matrix hold? Unit keys, random values, read with the key.
    println!("pairs  keys at right angles  random keys");
    for pairs in [4, 8, 16] {
        let errors = [true, false].map(|apart| recalled(8, pairs, apart, rng));
        println!("{pairs:5} {:21.3} {:12.3}", errors[0], errors[1]);
    }
}
// ANCHOR_END: main

// ANCHOR: recalled
/// The mean squared error of a value that is read back out of a `[d, d]` state after
/// `pairs` pairs were written, in units of the values' variance.
fn recalled(d: usize, pairs: usize, apart: bool, rng: &mut Rng) -> Real {
    let mut k = match apart {
        // With more pairs than d there are no such keys; the first ones come again.
        true => {
            let axes = init::orthogonal(d, d, 1.0, rng);
            Array2::from_shape_fn((pairs, d), |(s, j)| axes[[s % d, j]])
        }
        false => init::normal(pairs, d, 1.0, rng),
    };
    for mut row in k.rows_mut() {
        let length = row.dot(&row).sqrt();
        row /= length;
    }
    let v = init::normal(pairs, d, 1.0, rng);
    let state = k.t().dot(&v);
    let wrong = k.dot(&state) - &v;
    wrong.mapv(|w| w * w).mean().unwrap_or(0.0)
}
// ANCHOR_END: recalled
