//! Solution: the mean squared error, its gradient, and the check.

use ndarray::{Array2, ArrayView2};
use rand::SeedableRng;
use rnn_book_code_f64::{
    Real, Rng, gradcheck::gradient_check, init, linear::Linear, parameters::Parameters,
};

// ANCHOR: mse
/// The mean of the squared errors over all entries of `y: [N, C]`, and its gradient
/// `[N, C]`.
fn mean_squared_error(
    y: ArrayView2<Real>,
    targets: ArrayView2<Real>,
) -> (Real, Array2<Real>) {
    assert_eq!(
        y.dim(),
        targets.dim(),
        "outputs {:?}, targets {:?}",
        y.dim(),
        targets.dim()
    );
    let entries = y.len() as Real;
    let difference = &y - &targets;
    ((&difference * &difference).sum() / entries, difference * (2.0 / entries))
}
// ANCHOR_END: mse

// ANCHOR: main
fn main() {
    let (rows, input, output) = (6, 4, 3);
    let mut rng = Rng::seed_from_u64(1);
    let layer = Linear::new(input, output, &mut rng);
    let x = init::normal(rows, input, 1.0, &mut rng);
    let targets = init::normal(rows, output, 1.0, &mut rng);

    let loss = |layer: &Linear| {
        mean_squared_error(layer.forward(x.view()).view(), targets.view())
    };
    let mut grad = layer.zeros_like();
    let (_, d_y) = loss(&layer);
    layer.backward(x.view(), d_y.view(), &mut grad);
    for check in gradient_check(&layer, &grad, 1e-5, |layer| loss(layer).0) {
        println!("{}: relative error below 1e-8: {}", check.name, check.error < 1e-8);
        assert!(check.error < 1e-8);
    }
}
// ANCHOR_END: main
