//! Every gradient of the LSTM against central differences, in f64.

use ndarray::{Array2, Array3, ArrayViewD, ArrayViewMutD};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{
    Real, Rng,
    gradcheck::gradient_check,
    init,
    layer::{Layer, Tape},
    lstm::{Lstm, LstmState},
    parameters::Parameters,
};

// ANCHOR: pass
/// Everything that a pass depends on, as one model.
#[derive(Clone)]
struct Pass {
    cell: Lstm,
    x: Array3<Real>,
    start: LstmState,
}

impl Parameters for Pass {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = self.cell.parameters();
        list.push(("x".into(), self.x.view().into_dyn()));
        list.push(("h_0".into(), self.start.h.view().into_dyn()));
        list.push(("c_0".into(), self.start.c.view().into_dyn()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = self.cell.parameters_mut();
        list.push(("x".into(), self.x.view_mut().into_dyn()));
        list.push(("h_0".into(), self.start.h.view_mut().into_dyn()));
        list.push(("c_0".into(), self.start.c.view_mut().into_dyn()));
        list
    }
}
// ANCHOR_END: pass

// ANCHOR: main
/// Examples of 7, 4 and 0 steps.
const LENGTHS: [usize; 3] = [7, 4, 0];

/// A loss that reads every output, with the weights `read`, and both last states.
fn loss(pass: &Pass, read: &Array3<Real>, last: &LstmState) -> Real {
    let tape = pass.cell.forward(pass.x.view(), Some(&LENGTHS), &pass.start);
    let end = tape.last();
    (&tape.output() * read).sum() + (end.h * &last.h).sum() + (end.c * &last.c).sum()
}

fn main() {
    let (steps, batch, input, hidden) = (7, 3, 4, 5);
    let mut rng = Rng::seed_from_u64(1);
    let mut cell = Lstm::new(input, hidden, &mut rng);
    cell.b.mapv_inplace(|b| b + rng.random_range(-0.5..0.5));
    let mut noise = |rows, columns| init::normal(rows, columns, 0.7, &mut rng);
    let sequence = |flat: Array2<Real>| {
        let size = flat.ncols();
        flat.into_shape_with_order((steps, batch, size)).expect("a row each")
    };
    let x = sequence(noise(steps * batch, input));
    let read = sequence(noise(steps * batch, hidden));
    let start = LstmState { h: noise(batch, hidden), c: noise(batch, hidden) };
    let last = LstmState { h: noise(batch, hidden), c: noise(batch, hidden) };

    let pass = Pass { cell, x, start };
    let tape = pass.cell.forward(pass.x.view(), Some(&LENGTHS), &pass.start);
    let mut grad = pass.cell.zeros_like();
    let (d_x, d_start) = pass.cell.backward(&tape, read.view(), Some(&last), &mut grad);
    let grad = Pass { cell: grad, x: d_x, start: d_start };

    for check in gradient_check(&pass, &grad, 1e-5, |pass| loss(pass, &read, &last)) {
        println!(
            "{:4} worst entry: backward {:12.9}, numeric {:12.9}, below 1e-8: {}",
            check.name,
            check.analytic,
            check.numeric,
            check.error < 1e-8
        );
    }
}
// ANCHOR_END: main
