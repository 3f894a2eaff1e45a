//! Solution: the last state of a sequence as a fold over its steps.

use ndarray::{Array2, Array3, ArrayView2, ArrayView3};
use rand::SeedableRng;
use rnn_book_code::{Real, Rng, elman::Elman, init};

// ANCHOR: fold
/// The state `[B, H]` after the last step of `x: [T, B, D]`.
fn last_state(
    cell: &Elman,
    x: ArrayView3<Real>,
    h_0: ArrayView2<Real>,
) -> Array2<Real> {
    x.outer_iter().fold(h_0.to_owned(), |h, x_t| cell.step(x_t, h.view()))
}
// ANCHOR_END: fold

// ANCHOR: main
fn main() {
    let (steps, batch, input, hidden) = (9, 3, 2, 5);
    let mut rng = Rng::seed_from_u64(1);
    let cell = Elman::new(input, hidden, &mut rng);
    let x = init::normal(steps * batch, input, 1.0, &mut rng);
    let x: Array3<Real> = x.into_shape_with_order((steps, batch, input)).unwrap();
    let h_0 = init::normal(batch, hidden, 0.5, &mut rng);

    let folded = last_state(&cell, x.view(), h_0.view());
    let tape = cell.forward(x.view(), h_0.view());
    let same =
        (&folded - &tape.last()).iter().all(|difference| difference.abs() < 1e-6);
    println!("fold and forward give the same last state to 1e-6: {same}");

    let nothing = last_state(&cell, x.slice(ndarray::s![..0, .., ..]), h_0.view());
    println!("no steps give the initial state: {}", nothing == h_0);
    assert!(same && nothing == h_0);
}
// ANCHOR_END: main
