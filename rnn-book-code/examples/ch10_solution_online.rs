//! Attention without the map: keys are read in blocks, and the softmax is mended as
//! they come.

use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use rand::SeedableRng;
use rnn_book_code::{Real, Rng, init::normal, self_attention::attend};

// ANCHOR: online
/// `softmax(Q Kᵀ / √d) V` with no more than `[T, block]` scores at a time.
fn attend_online([q, k, v]: [ArrayView2<Real>; 3], block: usize) -> Array2<Real> {
    let scale = 1.0 / (q.ncols() as Real).sqrt();
    let mut largest = Array1::from_elem(q.nrows(), Real::NEG_INFINITY);
    let mut sum: Array1<Real> = Array1::zeros(q.nrows());
    let mut o = Array2::zeros((q.nrows(), v.ncols()));
    for (k, v) in
        k.axis_chunks_iter(Axis(0), block).zip(v.axis_chunks_iter(Axis(0), block))
    {
        let mut e = q.dot(&k.t()) * scale;
        for t in 0..q.nrows() {
            let before = largest[t];
            largest[t] = e.row(t).fold(before, |m: Real, &s| m.max(s));
            // All that was summed so far was relative to another largest score.
            let mend = (before - largest[t]).exp();
            e.row_mut(t).mapv_inplace(|s| (s - largest[t]).exp());
            sum[t] = mend * sum[t] + e.row(t).sum();
            o.row_mut(t).mapv_inplace(|o| mend * o);
        }
        o += &e.dot(&v);
    }
    o / sum.insert_axis(Axis(1))
}
// ANCHOR_END: online

fn main() {
    let mut rng = Rng::seed_from_u64(1);
    let [q, k, v] = [(); 3].map(|()| normal(300, 16, 1.0, &mut rng));
    let qkv = [q.view(), k.view(), v.view()];
    let (mut p, mut right) = (Array2::zeros((300, 300)), Array2::zeros((300, 16)));
    attend(qkv, |_| 300, p.view_mut(), right.view_mut());
    for block in [1, 32, 300] {
        let apart = attend_online(qkv, block) - &right;
        let largest = apart.iter().fold(0.0, |m: Real, d| m.max(d.abs()));
        println!("blocks of {block:3}: outputs within 1e-5: {}", largest < 1e-5);
    }
    println!("scores kept: {} in place of {}", 300 * 32, p.slice(s![.., ..]).len());
}
