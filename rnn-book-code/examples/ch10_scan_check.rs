//! The gradients of the layers that are scans against central differences, in f64.

use ndarray::{Array3, ArrayViewD, ArrayViewMutD};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{
    Real, Rng,
    gradcheck::gradient_check,
    init,
    layer::{Layer, State, Tape},
    min_gru::MinGru,
    min_lstm::MinLstm,
    parameters::Parameters,
    selective::Selective,
};

const STEPS: usize = 5;
const LENGTHS: [usize; 3] = [5, 2, 4];
const SIZE: usize = 3;

// ANCHOR: pass
/// A layer with its inputs and its initial state as parameters too.
#[derive(Clone)]
struct Pass<L: Layer> {
    layer: L,
    x: Array3<Real>,
    start: L::State,
}

impl<L: Layer> Parameters for Pass<L> {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = self.layer.parameters();
        list.push(("x".into(), self.x.view().into_dyn()));
        let start = self.start.arrays().pop().expect("a state");
        list.push(("h_0".into(), start.into_dyn()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = self.layer.parameters_mut();
        list.push(("x".into(), self.x.view_mut().into_dyn()));
        let start = self.start.arrays_mut().pop().expect("a state");
        list.push(("h_0".into(), start.into_dyn()));
        list
    }
}
// ANCHOR_END: pass

fn sequence(rng: &mut Rng) -> Array3<Real> {
    let rows = init::normal(STEPS * LENGTHS.len(), SIZE, 1.0, rng);
    rows.into_shape_with_order((STEPS, LENGTHS.len(), SIZE)).expect("all rows")
}

// ANCHOR: check
/// The loss is a weighted sum of all outputs. Prints the worst of all parameters.
fn check<L: Layer>(name: &str, mut layer: L, rng: &mut Rng) {
    for (_, mut p) in layer.parameters_mut() {
        p.mapv_inplace(|p| p + rng.random_range(-0.3..0.3));
    }
    let (x, readers) = (sequence(rng), sequence(rng));
    let start = layer.start(LENGTHS.len());
    let start = start.map(&mut |a| init::normal(a.nrows(), a.ncols(), 0.7, rng));
    let pass = Pass { layer, x, start };
    let forward =
        |pass: &Pass<L>| pass.layer.forward(pass.x.view(), Some(&LENGTHS), &pass.start);
    let mut grad = pass.layer.zeros_like();
    let (x, start) =
        pass.layer.backward(&forward(&pass), readers.view(), None, &mut grad);
    let grad = Pass { layer: grad, x, start };
    let loss = |pass: &Pass<L>| (&forward(pass).output() * &readers).sum();
    for check in gradient_check(&pass, &grad, 1e-5, loss) {
        println!(
            "{name} {:11} backward {:12.8}, numeric {:12.8}, below 1e-7: {}",
            check.name,
            check.analytic,
            check.numeric,
            check.error < 1e-7
        );
    }
}

fn main() {
    let rng = &mut Rng::seed_from_u64(3);
    println!("== minimal ==");
    check("minGRU ", MinGru::new(SIZE, SIZE, rng), rng);
    check("minLSTM", MinLstm::new(SIZE, SIZE, rng), rng);
    println!("== selective ==");
    check("selective", Selective::new(SIZE, 2, rng), rng);
}
// ANCHOR_END: check
