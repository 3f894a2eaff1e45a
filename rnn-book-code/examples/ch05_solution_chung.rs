//! Solution: from z of Chung et al. to z of Cho et al.

use ndarray::{Array1, Array2, ArrayView2, array, s};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng, init,
    layer::Recurrent,
    original_gru::OriginalGru,
    product::{affine, matmul},
};

// ANCHOR: chung
/// One step as Chung et al. (2014) write it: `h = (1 − z) h_before + z n`.
fn chung_step(
    cell: &OriginalGru,
    x: ArrayView2<Real>,
    h: ArrayView2<Real>,
) -> Array2<Real> {
    let hidden = h.ncols();
    let gate = |k: usize, h: ArrayView2<Real>| {
        let columns = s![.., k * hidden..(k + 1) * hidden];
        let b = cell.b.slice(s![k * hidden..(k + 1) * hidden]);
        affine(x, cell.w_x.slice(columns), b) + matmul(h, cell.w_h.slice(columns))
    };
    let sigmoid = |a: Real| 1.0 / (1.0 + (-a).exp());
    let (r, z) = (gate(0, h).mapv(sigmoid), gate(1, h).mapv(sigmoid));
    let n = gate(2, (&r * &h).view()).mapv(Real::tanh);
    (1.0 - &z) * h + z * n
}

/// The same cell with the gate of Cho et al.: 1 − σ(a) = σ(−a).
fn turned(cell: &OriginalGru) -> OriginalGru {
    let hidden = cell.w_h.nrows();
    let mut cell = cell.clone();
    let update = hidden..2 * hidden;
    cell.w_x.slice_mut(s![.., update.clone()]).mapv_inplace(|w| -w);
    cell.w_h.slice_mut(s![.., update.clone()]).mapv_inplace(|w| -w);
    cell.b.slice_mut(s![update]).mapv_inplace(|b| -b);
    cell
}
// ANCHOR_END: chung

// ANCHOR: main
fn main() {
    let mut rng = Rng::seed_from_u64(1);
    let mut cell = OriginalGru::new(2, 3, &mut rng);
    cell.b = Array1::from_iter(init::normal(1, 9, 0.5, &mut rng));
    let cho = turned(&cell);
    let (mut a, mut b) = (Array2::zeros((1, 3)), Array2::zeros((1, 3)));
    for x in [array![[1.0, -0.5]], array![[0.3, 0.8]], array![[-2.0, 0.1]]] {
        a = chung_step(&cell, x.view(), a.view());
        b = cho.step(x.view(), &b);
        let taken_over = cell.step(x.view(), &a);
        println!(
            "Chung {:7.4}, turned {:7.4}, taken over {:7.4}",
            a.row(0),
            b.row(0),
            taken_over.row(0)
        );
    }
}
// ANCHOR_END: main
