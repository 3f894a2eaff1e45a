//! Every gradient of attention, block and GPT against central differences, in f64.

use ndarray::{Array2, Array3, ArrayViewD, ArrayViewMutD};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{
    Real, Rng,
    gpt::{Gpt, GptSizes},
    gradcheck::{Check, gradient_check},
    init::normal,
    parallel::Workers,
    parameters::Parameters,
    positions::{Positions, Rotary},
    self_attention::SelfAttention,
    text::Window,
    transformer::{Block, NormPlace},
};

/// Three lanes of five places of four numbers; two lanes are shorter.
const SHAPE: (usize, usize, usize) = (3, 5, 4);
const LENGTHS: [usize; 3] = [5, 2, 4];

/// A layer with its input as a parameter too.
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

fn sequence(rng: &mut Rng) -> Array3<Real> {
    let rows = normal(SHAPE.0 * SHAPE.1, SHAPE.2, 1.0, rng);
    rows.into_shape_with_order(SHAPE).unwrap()
}

/// Zeros hide faults: no bias is 0, no scale is 1.
fn shake<M: Parameters>(model: &mut M, rng: &mut Rng) {
    for (_, mut value) in model.parameters_mut() {
        let noise = normal(1, value.len(), 0.3, rng);
        value.iter_mut().zip(&noise).for_each(|(x, e)| *x += e);
    }
}

// ANCHOR: print
/// The parameter with the largest error. A bias of the keys has no gradient, only
/// rounding: differences below 1e-10 are passed over.
fn print_worst(name: &str, checks: &[Check]) {
    let error = |c: &Check| {
        if (c.analytic - c.numeric).abs() < 1e-10 { 0.0 } else { c.error }
    };
    let worst = checks.iter().map(error).fold(0.0, Real::max);
    let below = worst < 1e-7;
    println!("{name:34} {:2} arrays, all below 1e-7: {below}", checks.len());
}
// ANCHOR_END: print

// ANCHOR: check
fn check_attention(name: &str, causal: bool, rotary: bool, rng: &mut Rng) {
    let mut layer = SelfAttention::new(4, 2, causal, rng);
    shake(&mut layer, rng);
    layer.rotary = rotary.then(|| Rotary::new(5, 2));
    let (pass, readers) = (Pass { layer, x: sequence(rng) }, sequence(rng));
    let forward =
        |pass: &Pass<SelfAttention>| pass.layer.forward(pass.x.view(), Some(&LENGTHS));
    let mut grad = pass.layer.zeros_like();
    let x = pass.layer.backward(&forward(&pass).1, readers.view(), &mut grad);
    let grad = Pass { layer: grad, x };
    let loss = |pass: &Pass<SelfAttention>| (forward(pass).0 * &readers).sum();
    print_worst(name, &gradient_check(&pass, &grad, 1e-5, loss));
}
// ANCHOR_END: check

fn check_block(name: &str, place: NormPlace, rng: &mut Rng) {
    let mut layer = Block::new(4, 2, true, 1.0, rng);
    shake(&mut layer, rng);
    layer.place = place;
    let (pass, readers) = (Pass { layer, x: sequence(rng) }, sequence(rng));
    let forward =
        |pass: &Pass<Block>| pass.layer.forward(pass.x.view(), Some(&LENGTHS));
    let mut grad = pass.layer.zeros_like();
    let x = pass.layer.backward(&forward(&pass).1, readers.view(), &mut grad);
    let grad = Pass { layer: grad, x };
    let loss = |pass: &Pass<Block>| (forward(pass).0 * &readers).sum();
    print_worst(name, &gradient_check(&pass, &grad, 1e-5, loss));
}

fn check_gpt(name: &str, positions: Positions, rng: &mut Rng) {
    let sizes =
        GptSizes { vocabulary: 5, context: 6, size: 4, heads: 2, blocks: 2, positions };
    let mut model = Gpt::new(&sizes, rng);
    shake(&mut model, rng);
    let mut ids = || Array2::from_shape_simple_fn((6, 3), || rng.random_range(0..5));
    let window = Window { x: ids(), y: ids() };
    let mut grad = model.zeros_like();
    let mut workers = Workers::new(&model, 2);
    model.loss_and_gradient(&window, &mut workers, &mut grad);
    print_worst(name, &gradient_check(&model, &grad, 1e-5, |m| m.loss(&window)));
}

fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    println!("== attention ==");
    check_attention("attention, lengths", false, false, rng);
    check_attention("attention, lengths, causal", true, false, rng);
    check_attention("attention, lengths, causal, rotary", true, true, rng);
    println!("== blocks ==");
    check_block("block, normalised before", NormPlace::Pre, rng);
    check_block("block, normalised after", NormPlace::Post, rng);
    println!("== model ==");
    check_gpt("GPT, no positions", Positions::None, rng);
    check_gpt("GPT, sines and cosines", Positions::Sinusoidal, rng);
    check_gpt("GPT, learned positions", Positions::Learned, rng);
    check_gpt("GPT, rotary positions", Positions::Rotary, rng);
}
