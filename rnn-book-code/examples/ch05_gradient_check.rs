//! Every gradient of both GRUs against central differences, in f64.

use ndarray::{Array2, Array3, ArrayViewD, ArrayViewMutD};
use rand::SeedableRng;
use rnn_book_code_f64::{
    Real, Rng,
    gradcheck::gradient_check,
    gru::Gru,
    init,
    layer::{Layer, Tape},
    original_gru::OriginalGru,
    parameters::Parameters,
};

// ANCHOR: pass
/// A layer with its inputs and its initial state as parameters too, so that one check
/// covers all three.
#[derive(Clone)]
struct Pass<L> {
    layer: L,
    x: Array3<Real>,
    h_0: Array2<Real>,
}

impl<L: Parameters> Parameters for Pass<L> {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = self.layer.parameters();
        list.push(("x".into(), self.x.view().into_dyn()));
        list.push(("h_0".into(), self.h_0.view().into_dyn()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = self.layer.parameters_mut();
        list.push(("x".into(), self.x.view_mut().into_dyn()));
        list.push(("h_0".into(), self.h_0.view_mut().into_dyn()));
        list
    }
}
// ANCHOR_END: pass

const STEPS: usize = 5;
const LENGTHS: [usize; 3] = [5, 2, 4];
const INPUT: usize = 3;
const HIDDEN: usize = 4;

fn sequence(size: usize, rng: &mut Rng) -> Array3<Real> {
    let rows = init::normal(STEPS * LENGTHS.len(), size, 1.0, rng);
    rows.into_shape_with_order((STEPS, LENGTHS.len(), size)).unwrap()
}

// ANCHOR: check
/// The loss is a weighted sum of all outputs, with random weights.
fn check<L: Layer<State = Array2<Real>>>(name: &str, mut layer: L, rng: &mut Rng) {
    for (_, mut p) in layer.parameters_mut() {
        p.mapv_inplace(|p| p + 0.3); // no bias is 0
    }
    let (x, readers) = (sequence(INPUT, rng), sequence(HIDDEN, rng));
    let h_0 = init::normal(LENGTHS.len(), HIDDEN, 0.7, rng);
    let pass = Pass { layer, x, h_0 };
    let forward =
        |pass: &Pass<L>| pass.layer.forward(pass.x.view(), Some(&LENGTHS), &pass.h_0);

    let mut grad = pass.layer.zeros_like();
    let tape = forward(&pass);
    let (x, h_0) = pass.layer.backward(&tape, readers.view(), None, &mut grad);
    let grad = Pass { layer: grad, x, h_0 };
    let loss = |pass: &Pass<L>| (&forward(pass).output() * &readers).sum();
    for check in gradient_check(&pass, &grad, 1e-5, loss) {
        println!(
            "{name} {:4} backward {:12.9}, numeric {:12.9}, below 1e-8: {}",
            check.name,
            check.analytic,
            check.numeric,
            check.error < 1e-8
        );
    }
}

fn main() {
    let mut rng = Rng::seed_from_u64(1);
    let after = Gru::new(INPUT, HIDDEN, &mut rng);
    let before = OriginalGru::new(INPUT, HIDDEN, &mut rng);
    check("after: ", after, &mut rng);
    check("before:", before, &mut rng);
}
// ANCHOR_END: check
