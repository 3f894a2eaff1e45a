//! Solution: trained on sequences of one length, tested on longer ones.

use ndarray::Array1;
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    activation::Activation,
    elman::Elman,
    init,
    layer::Recurrent,
    loss::mean_squared_error,
    normed::Normed,
    optim::{Adam, Optimizer, clip_by_norm},
    parameters::Parameters,
    problems::adding,
    reader::Reader,
};

// ANCHOR: main
/// Trains on sequences of 10 steps; the mean squared error at each length.
fn train_and_test<L: Recurrent>(
    layer: L,
    lengths: &[usize],
    rng: &mut Rng,
) -> Vec<Real> {
    let mut model = Reader::new(layer, 1, rng);
    let mut grad = model.zeros_like();
    let mut adam = Adam::new(&model, 0.002);
    for _ in 0..2500 {
        let (x, y) = adding(10, 20, rng);
        grad.set_zero();
        let loss = |answers: ndarray::ArrayView2<Real>| {
            mean_squared_error(answers, y.view(), None)
        };
        model.loss_and_gradient(x.view(), None, loss, &mut grad);
        clip_by_norm(&mut grad, 1.0);
        adam.step(&mut model, &grad);
    }
    let error = |&steps: &usize| {
        let (x, y) = adding(steps, 500, rng);
        mean_squared_error(model.answer(x.view()).view(), y.view(), None).0
    };
    lengths.iter().map(error).collect()
}

fn main() {
    let (d, h, lengths) = (2, 32, [10, 20, 40, 80]);
    let mut rng = Rng::seed_from_u64(1);
    let irnn = Elman {
        w_xh: init::normal(d, h, 0.001, &mut rng),
        w_hh: init::identity(h, h, 1.0),
        b_h: Array1::zeros(h),
        phi: Activation::Relu,
    };
    let w_hh = init::orthogonal(h, h, 1.0, &mut rng);
    let tanh = Elman { w_hh, ..Elman::new(d, h, &mut rng) };
    let normed = Normed::new(d, h, &mut rng);
    println!("== errors ~ ==");
    for (name, errors) in [
        ("IRNN", train_and_test(irnn, &lengths, &mut rng)),
        ("orthogonal", train_and_test(tanh, &lengths, &mut rng)),
        ("normalised", train_and_test(normed, &lengths, &mut rng)),
    ] {
        for (steps, error) in lengths.iter().zip(errors) {
            println!("{name:10}  {steps:3} steps: squared error {error:.4}");
        }
    }
}
// ANCHOR_END: main
