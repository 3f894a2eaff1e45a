//! Gradients through both directions and up and down a stack, against central
//! differences in f64, with sequences of unequal length.

use ndarray::{Array3, ArrayViewD, ArrayViewMutD};
use rand::SeedableRng;
use rnn_book_code_f64::{
    Real, Rng,
    bidirectional::Bidirectional,
    dropout::Dropout,
    gradcheck::gradient_check,
    init,
    layer::{Layer, Tape},
    lstm::Lstm,
    parameters::Parameters,
    residual::{PreNorm, Residual},
    stacked::Stacked,
};

/// A layer and its input, so that one check covers both.
#[derive(Clone)]
struct Pass<L> {
    layer: L,
    x: Array3<Real>,
}

impl<L: Parameters> Parameters for Pass<L> {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = self.layer.parameters();
        list.push(("x".into(), self.x.view().into_dyn()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = self.layer.parameters_mut();
        list.push(("x".into(), self.x.view_mut().into_dyn()));
        list
    }
}

const STEPS: usize = 5;
const LENGTHS: [usize; 3] = [2, 5, 3];
const SIZE: usize = 4;

fn sequence(size: usize, rng: &mut Rng) -> Array3<Real> {
    let rows = init::normal(STEPS * LENGTHS.len(), size, 1.0, rng);
    rows.into_shape_with_order((STEPS, LENGTHS.len(), size)).expect("all the rows")
}

// ANCHOR: check
/// The largest relative error over all parameters and the input.
fn check<L: Layer>(name: &str, layer: L, rng: &mut Rng) {
    let (x, readers) = (sequence(SIZE, rng), sequence(layer.output_size(), rng));
    let start = layer.start(LENGTHS.len());
    let forward =
        |pass: &Pass<L>| pass.layer.forward(pass.x.view(), Some(&LENGTHS), &start);
    let pass = Pass { layer, x };
    let mut layer = pass.layer.zeros_like();
    let (x, _) = pass.layer.backward(&forward(&pass), readers.view(), None, &mut layer);
    let grad = Pass { layer, x };
    let loss = |pass: &Pass<L>| (&forward(pass).output() * &readers).sum();
    let checks = gradient_check(&pass, &grad, 1e-5, loss);
    let below = checks.iter().all(|check| check.error < 1e-7); // false for a NaN
    println!("{name}: {:2} arrays, all below 1e-7: {below}", checks.len());
}

fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    let lstm = |input, rng: &mut Rng| Lstm::new(input, SIZE, rng);
    let both = |input, rng: &mut Rng| Bidirectional {
        ahead: lstm(input, rng),
        back: lstm(input, rng),
    };
    let none = Dropout::new(0.0);
    let two = vec![both(SIZE, rng), both(2 * SIZE, rng)];
    let block = |rng: &mut Rng| Residual::new(PreNorm::new(lstm(SIZE, rng)));
    let blocks = vec![block(rng), block(rng), block(rng)];
    check("both directions", both(SIZE, rng), rng);
    check("two layers of both", Stacked::new(two, none), rng);
    check("three residual, normalised", Stacked::new(blocks, none), rng);
}
// ANCHOR_END: check
