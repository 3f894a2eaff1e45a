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

/// The norm of the gradient at the input of 16 layers, relative to that at the top,
/// normalised after the sum and before the layer, with weights `scale` times as large.
fn gradients(scale: Real, x: &Array3<Real>, d_y: &Array3<Real>) -> [Real; 2] {
    let rng = &mut Rng::seed_from_u64(2);
    let lstms: Vec<Lstm> = (0..DEPTH)
        .map(|_| {
            let mut lstm = Lstm::new(SIZE, SIZE, rng);
            lstm.w_x *= scale;
            lstm.w_h *= scale;
            lstm
        })
        .collect();
    let (mut h, mut tapes) = (x.clone(), Vec::new());
    for lstm in &lstms {
        let layer =
            PostNorm { inner: Residual::new(lstm.clone()), norm: LayerNorm::new(SIZE) };
        let (y, tape) = layer.forward(h.view());
        h = y;
        tapes.push((layer, tape));
    }
    let mut after = d_y.clone();
    for (layer, tape) in tapes.iter().rev() {
        after = layer.backward(tape, after.view(), &mut layer.zeros_like());
    }

    let (mut h, mut tapes) = (x.clone(), Vec::new());
    for lstm in lstms {
        let layer = Residual::new(PreNorm::new(lstm));
        let tape = layer.forward(h.view(), None, &layer.start(LANES));
        h = tape.output().to_owned();
        tapes.push((layer, tape));
    }
    let mut before = d_y.clone();
    for (layer, tape) in tapes.iter().rev() {
        before = layer.backward(tape, before.view(), None, &mut layer.zeros_like()).0;
    }
    [after, before].map(|d| size(&d) / size(d_y))
}

// ANCHOR: main
fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    let inner = Residual::new(Lstm::new(SIZE, SIZE, rng));
    let layer = PostNorm { inner, norm: LayerNorm::new(SIZE) };
    let (x, d_y) = (draw(rng), draw(rng));
    let mut grad = layer.zeros_like();
    layer.backward(&layer.forward(x.view()).1, d_y.view(), &mut grad);
    let loss = |layer: &PostNorm| (&layer.forward(x.view()).0 * &d_y).sum();
    let checks = gradient_check(&layer, &grad, 1e-5, loss);
    println!("all below 1e-7: {}", checks.iter().all(|check| check.error < 1e-7));

    for scale in [1.0, 3.0, 10.0] {
        let [after, before] = gradients(scale, &x, &d_y);
        println!(
            "weights times {scale:2}: after the sum {after:.2}, before the layer \
             {before:.2}"
        );
    }
}
// ANCHOR_END: main
