//! Solution: a many-to-one model. Only the last state has a reader.

use ndarray::{Array2, Array3, ArrayD, ArrayView3, ArrayViewD, ArrayViewMutD, Axis};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{
    Real, Rng,
    elman::Elman,
    gradcheck::gradient_check,
    init,
    linear::Linear,
    loss::softmax_cross_entropy,
    parameters::{Parameters, prefixed},
    spectral::spectral_radius,
};

// ANCHOR: model
/// Reads a sequence and scores `C` classes once, from the last state.
#[derive(Clone)]
struct Classifier {
    cell: Elman,
    out: Linear,
}

impl Classifier {
    /// The mean loss of `x: [T, B, D]` against the classes `targets: [B]`.
    fn loss(&self, x: ArrayView3<Real>, targets: &[usize]) -> Real {
        let h_0 = Array2::zeros((targets.len(), self.cell.b_h.len()));
        let tape = self.cell.forward(x, h_0.view());
        softmax_cross_entropy(self.out.forward(tape.last()).view(), targets).0
    }

    /// Adds the gradients of the parameters to `grad` and returns that of `x`.
    fn backward(
        &self,
        x: ArrayView3<Real>,
        targets: &[usize],
        grad: &mut Self,
    ) -> Array3<Real> {
        let h_0 = Array2::zeros((targets.len(), self.cell.b_h.len()));
        let tape = self.cell.forward(x, h_0.view());
        let logits = self.out.forward(tape.last());
        let (_, d_logits) = softmax_cross_entropy(logits.view(), targets);

        let d_last = self.out.backward(tape.last(), d_logits.view(), &mut grad.out);
        // Nobody reads the other states
        let mut d_h = Array3::zeros(tape.output().dim());
        d_h.index_axis_mut(Axis(0), x.len_of(Axis(0)) - 1).assign(&d_last);
        self.cell.backward(&tape, d_h.view(), &mut grad.cell).0
    }
}

impl Parameters for Classifier {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("cell", self.cell.parameters());
        list.extend(prefixed("out", self.out.parameters()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("cell", self.cell.parameters_mut());
        list.extend(prefixed("out", self.out.parameters_mut()));
        list
    }
}
// ANCHOR_END: model

// ANCHOR: main
/// A random model with `H` = 32 units, and a batch of `T` = `steps` for it.
fn random(steps: usize, seed: u64) -> (Classifier, Array3<Real>, Vec<usize>) {
    let (batch, input, hidden, classes) = (4, 3, 32, 2);
    let mut rng = Rng::seed_from_u64(seed);
    let model = Classifier {
        cell: Elman::new(input, hidden, &mut rng),
        out: Linear::new(hidden, classes, &mut rng),
    };
    let x = init::normal(steps * batch, input, 1.0, &mut rng);
    let targets = (0..batch).map(|_| rng.random_range(0..classes)).collect();
    (model, x.into_shape_with_order((steps, batch, input)).unwrap(), targets)
}

fn main() {
    println!("== check ==");
    let (model, x, targets) = random(6, 1);
    let mut grad = model.zeros_like();
    let d_x = model.backward(x.view(), &targets, &mut grad);
    for check in gradient_check(&model, &grad, 1e-5, |m| m.loss(x.view(), &targets)) {
        println!("{}: relative error below 1e-7: {}", check.name, check.error < 1e-7);
        assert!(check.error < 1e-7);
    }
    let checks =
        gradient_check(&Input(x.into_dyn()), &Input(d_x.into_dyn()), 1e-5, |x| {
            model.loss(x.0.view().into_dimensionality().unwrap(), &targets)
        });
    println!("x: relative error below 1e-7: {}", checks[0].error < 1e-7);
    assert!(checks[0].error < 1e-7);

    println!("== reach ==");
    println!(" T  gradient of x_1 / gradient of x_T  radius to the power T - 1");
    for steps in [5, 20, 80] {
        let (mut ratios, mut powers) = (Vec::new(), Vec::new());
        for seed in 1..=21 {
            let (model, x, targets) = random(steps, seed);
            let d_x = model.backward(x.view(), &targets, &mut model.zeros_like());
            let norm = |t| d_x.index_axis(Axis(0), t).mapv(|d| d * d).sum().sqrt();
            ratios.push(norm(0) / norm(steps - 1));
            powers.push(spectral_radius(model.cell.w_hh.view()).powi(steps as i32 - 1));
        }
        println!("{steps:2}  {:33.0e}  {:26.0e}", median(ratios), median(powers));
    }
}

/// The median of an odd number of values.
fn median(mut values: Vec<Real>) -> Real {
    values.sort_by(Real::total_cmp);
    values[values.len() / 2]
}
// ANCHOR_END: main

/// An array seen as a model with one parameter, to check the gradient of an input.
#[derive(Clone)]
struct Input(ArrayD<Real>);

impl Parameters for Input {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        vec![("x".into(), self.0.view())]
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        vec![("x".into(), self.0.view_mut())]
    }
}
