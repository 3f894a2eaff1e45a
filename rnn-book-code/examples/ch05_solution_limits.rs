//! Solution: gates held fast turn the GRU into older cells.

use ndarray::{Array3, ArrayView3, s};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    elman::Elman,
    gru::Gru,
    init,
    layer::{Layer, Tape},
    leaky::Leaky,
    parameters::Parameters,
};

// ANCHOR: held
/// A GRU around the weights of a simple cell, whose gates do not look at anything: σ of
/// `b_r` and σ of `b_z`, for ever.
fn held(cell: &Elman, b_r: Real, b_z: Real) -> Gru {
    let (input, hidden) = cell.w_xh.dim();
    let mut gru = Gru::new(input, hidden, &mut Rng::seed_from_u64(0)).zeros_like();
    gru.w_x.slice_mut(s![.., 2 * hidden..]).assign(&cell.w_xh);
    gru.w_h.slice_mut(s![.., 2 * hidden..]).assign(&cell.w_hh);
    gru.b.slice_mut(s![..hidden]).fill(b_r);
    gru.b.slice_mut(s![hidden..2 * hidden]).fill(b_z);
    gru.b.slice_mut(s![2 * hidden..]).assign(&cell.b_h);
    gru
}
// ANCHOR_END: held

fn apart(a: ArrayView3<Real>, b: ArrayView3<Real>) -> Real {
    (&a - &b).fold(0.0, |m: Real, d| m.max(d.abs()))
}

// ANCHOR: main
fn main() {
    let mut rng = Rng::seed_from_u64(1);
    let cell = Elman::new(3, 5, &mut rng);
    let x: Array3<Real> =
        init::normal(20, 3, 1.0, &mut rng).into_shape_with_order((10, 2, 3)).unwrap();
    let h_0 = init::normal(2, 5, 0.5, &mut rng);
    let run = |gru: Gru| gru.forward(x.view(), None, &h_0);

    let elman = Layer::forward(&cell, x.view(), None, &h_0);
    let gru = run(held(&cell, 40.0, -40.0));
    println!(
        "r = 1, z = 0, Elman's cell: {:.6} apart",
        apart(gru.output(), elman.output())
    );

    let alpha: Real = 0.2;
    let leaky = Leaky { cell: cell.clone(), alpha }.forward(x.view(), None, &h_0);
    let gru = run(held(&cell, 40.0, ((1.0 - alpha) / alpha).ln()));
    println!(
        "r = 1, z = 0.8, leaky unit: {:.6} apart",
        apart(gru.output(), leaky.output())
    );

    let gru = run(held(&cell, 40.0, 40.0));
    let still = h_0.broadcast((10, 2, 5)).expect("one state for each step");
    println!("r = 1, z = 1, nothing new:  {:.6} apart", apart(gru.output(), still));
}
// ANCHOR_END: main
