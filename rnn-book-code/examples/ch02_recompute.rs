//! The same gradients from a fraction of the states.

use ndarray::{Array2, Array3, ArrayView3, s};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng, elman::Elman, init, optim::norm, parameters::Parameters,
    recompute::backward_in_segments,
};

// ANCHOR: main
fn main() {
    let (steps, batch, input, hidden) = (400, 2, 8, 16);
    let mut rng = Rng::seed_from_u64(1);
    let cell = Elman::new(input, hidden, &mut rng);
    let mut noise = |size| -> Array3<Real> {
        let flat = init::normal(steps * batch, size, 1.0, &mut rng);
        flat.into_shape_with_order((steps, batch, size)).unwrap()
    };
    let (x, d_h) = (noise(input), noise(hidden));
    let h_0 = Array2::zeros((batch, hidden));

    let tape = cell.forward(x.view(), h_0.view());
    let mut whole = cell.zeros_like();
    cell.backward(&tape, d_h.view(), &mut whole);
    println!("whole tape:       401 states kept");

    for segment in [5, 20, 80] {
        let reader = |t: usize, h: ArrayView3<Real>| {
            d_h.slice(s![t..t + h.dim().0, .., ..]).to_owned()
        };
        let mut grad = cell.zeros_like();
        backward_in_segments(&cell, x.view(), h_0.view(), segment, reader, &mut grad);

        let mut difference = grad.clone();
        for ((_, mut d), (_, w)) in
            difference.parameters_mut().into_iter().zip(whole.parameters())
        {
            d -= &w;
        }
        let kept = steps / segment + 1 + segment + 1;
        let same = norm(&difference) / norm(&whole) < 1e-5;
        println!(
            "segments of {segment:3}:  {kept:3} states kept, same gradient: {same}"
        );
    }
}
// ANCHOR_END: main
