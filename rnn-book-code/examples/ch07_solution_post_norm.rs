//! Solution: a normalisation after the sum, checked, and beside the one before.

use ndarray::{Array2, Array3, ArrayView3, ArrayViewD, ArrayViewMutD};
use rand::SeedableRng;
use rnn_book_code_f64::{
    Real, Rng,
    elman::rows,
    gradcheck::gradient_check,
    init,
    layer::{Layer, Tape},
    layer_norm::{LayerNorm, LayerNormTape},
    lstm::Lstm,
    parameters::{Parameters, prefixed},
    residual::{PreNorm, Residual},
};

// ANCHOR: post
/// `Y = LN(X + F(X))`, for sequences of full length from the zero state.
#[derive(Clone)]
struct PostNorm {
    inner: Residual<Lstm>,
    norm: LayerNorm,
}

type PostTape = (<Residual<Lstm> as Layer>::Tape, LayerNormTape);

impl PostNorm {
    fn forward(&self, x: ArrayView3<Real>) -> (Array3<Real>, PostTape) {
        let inner = self.inner.forward(x, None, &self.inner.start(x.dim().1));
        let (y, norm) = self.norm.forward(rows(&inner.output()).view());
        (y.into_shape_with_order(x.dim()).expect("as many rows"), (inner, norm))
    }

    fn backward(
        &self,
        tape: &PostTape,
        d_y: ArrayView3<Real>,
        grad: &mut Self,
    ) -> Array3<Real> {
        // The other way round: first the normalisation, then the sum
        let d_sum = self.norm.backward(&tape.1, rows(&d_y).view(), &mut grad.norm);
        let d_sum = d_sum.into_shape_with_order(d_y.dim()).expect("as many rows");
        self.inner.backward(&tape.0, d_sum.view(), None, &mut grad.inner).0
    }
}
// ANCHOR_END: post

impl Parameters for PostNorm {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("inner", self.inner.parameters());
        list.extend(prefixed("norm", self.norm.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("inner", self.inner.parameters_mut());
        list.extend(prefixed("norm", self.norm.parameters_mut()));
        list
    }
}

const STEPS: usize = 5;
const LANES: usize = 3;
const SIZE: usize = 16;
const DEPTH: usize = 16;

fn draw(rng: &mut Rng) -> Array3<Real> {
    let rows: Array2<Real> = init::normal(STEPS * LANES, SIZE, 1.0, rng);
    rows.into_shape_with_order((STEPS, LANES, SIZE)).expect("all the rows")
}

fn size(a: &Array3<Real>) -> Real {
    a.iter().map(|a| a * a).sum::<Real>().sqrt()
}

// ANCHOR: main
fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    let block = |rng: &mut Rng| Residual::new(Lstm::new(SIZE, SIZE, rng));
    let post =
        |rng: &mut Rng| PostNorm { inner: block(rng), norm: LayerNorm::new(SIZE) };

    let (layer, x, d_y) = (post(rng), draw(rng), draw(rng));
    let mut grad = layer.zeros_like();
    layer.backward(&layer.forward(x.view()).1, d_y.view(), &mut grad);
    let loss = |layer: &PostNorm| (&layer.forward(x.view()).0 * &d_y).sum();
    let checks = gradient_check(&layer, &grad, 1e-5, loss);
    println!("all below 1e-7: {}", checks.iter().all(|check| check.error < 1e-7));

    // The gradient at the input of 16 layers, relative to that at the top
    let layers: Vec<PostNorm> = (0..DEPTH).map(|_| post(rng)).collect();
    let (mut h, mut tapes) = (x.clone(), Vec::new());
    for layer in &layers {
        let (y, tape) = layer.forward(h.view());
        h = y;
        tapes.push(tape);
    }
    let mut d = d_y.clone();
    for (layer, tape) in layers.iter().zip(&tapes).rev() {
        d = layer.backward(tape, d.view(), &mut layer.zeros_like());
    }
    println!("after the sum: {:.2}", size(&d) / size(&d_y));

    let layers: Vec<_> = (0..DEPTH)
        .map(|_| Residual::new(PreNorm::new(Lstm::new(SIZE, SIZE, rng))))
        .collect();
    let (mut h, mut tapes) = (x, Vec::new());
    for layer in &layers {
        let tape = layer.forward(h.view(), None, &layer.start(LANES));
        h = tape.output().to_owned();
        tapes.push(tape);
    }
    let mut d = d_y.clone();
    for (layer, tape) in layers.iter().zip(&tapes).rev() {
        d = layer.backward(tape, d.view(), None, &mut layer.zeros_like()).0;
    }
    println!("before the layer: {:.2}", size(&d) / size(&d_y));
}
// ANCHOR_END: main
