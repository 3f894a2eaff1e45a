//! The rules of Appendix B, each against central differences in f64.

use ndarray::{Array2, ArrayViewD, ArrayViewMutD, Axis, array, concatenate, s};
use rand::SeedableRng;
use rnn_book_code_f64::{
    Real, Rng, gradcheck::gradient_check, init, parameters::Parameters,
};

type Matrix = Array2<Real>;

// ANCHOR: rule
/// A function of matrices, and how a gradient goes back through it.
struct Rule {
    name: &'static str,
    /// The shapes of the inputs.
    shapes: &'static [(usize, usize)],
    /// The output.
    forward: fn(&[Matrix]) -> Matrix,
    /// From the inputs and the gradient of the output: the gradients of the inputs.
    backward: fn(&[Matrix], &Matrix) -> Vec<Matrix>,
}
// ANCHOR_END: rule

// ANCHOR: sums
const SUMS: [Rule; 4] = [
    Rule {
        name: "sum",
        shapes: &[(4, 3), (4, 3)],
        forward: |x| &x[0] + &x[1],
        backward: |_, d| vec![d.clone(), d.clone()],
    },
    Rule {
        name: "a row added to every row",
        shapes: &[(4, 3), (1, 3)],
        forward: |x| &x[0] + &x[1],
        backward: |_, d| vec![d.clone(), sum_of_rows(d)],
    },
    Rule {
        name: "sum of the rows",
        shapes: &[(4, 3)],
        forward: |x| sum_of_rows(&x[0]),
        backward: |x, d| vec![Matrix::zeros(x[0].dim()) + d],
    },
    Rule {
        name: "two matrices side by side",
        shapes: &[(4, 3), (4, 2)],
        forward: |x| concatenate![Axis(1), x[0], x[1]],
        backward: |_, d| {
            vec![d.slice(s![.., ..3]).to_owned(), d.slice(s![.., 3..]).to_owned()]
        },
    },
];

fn sum_of_rows(x: &Matrix) -> Matrix {
    x.sum_axis(Axis(0)).insert_axis(Axis(0))
}
// ANCHOR_END: sums

// ANCHOR: products
const PRODUCTS: [Rule; 4] = [
    Rule {
        name: "matrix product",
        shapes: &[(4, 3), (3, 2)],
        forward: |x| x[0].dot(&x[1]),
        backward: |x, d| vec![d.dot(&x[1].t()), x[0].t().dot(d)],
    },
    Rule {
        name: "product with a transpose",
        shapes: &[(4, 3), (5, 3)],
        forward: |x| x[0].dot(&x[1].t()),
        backward: |x, d| vec![d.dot(&x[1]), d.t().dot(&x[0])],
    },
    Rule {
        name: "entry by entry",
        shapes: &[(4, 3), (4, 3)],
        forward: |x| &x[0] * &x[1],
        backward: |x, d| vec![d * &x[1], d * &x[0]],
    },
    Rule {
        name: "a function of each entry",
        shapes: &[(4, 3)],
        forward: |x| x[0].mapv(Real::tanh),
        backward: |x, d| vec![d * x[0].mapv(|a| 1.0 - a.tanh() * a.tanh())],
    },
];
// ANCHOR_END: products

// ANCHOR: rows
const ROWS: [Rule; 3] = [
    Rule {
        name: "rows looked up",
        shapes: &[(5, 3)],
        forward: |x| x[0].select(Axis(0), &IDS),
        backward: |x, d| {
            let mut d_x = Matrix::zeros(x[0].dim());
            for (d, id) in d.outer_iter().zip(IDS) {
                let mut row = d_x.row_mut(id);
                row += &d;
            }
            vec![d_x]
        },
    },
    Rule {
        name: "rows in another order",
        shapes: &[(4, 3)],
        forward: |x| x[0].slice(s![..;-1, ..]).to_owned(),
        backward: |_, d| vec![d.slice(s![..;-1, ..]).to_owned()],
    },
    Rule {
        name: "rows masked",
        shapes: &[(4, 3)],
        forward: |x| &x[0] * &mask(),
        backward: |_, d| vec![d * &mask()],
    },
];

const IDS: [usize; 6] = [3, 0, 3, 3, 1, 0];

fn mask() -> Matrix {
    array![[1.0], [1.0], [0.0], [1.0]]
}
// ANCHOR_END: rows

// ANCHOR: normalised
const NORMALISED: [Rule; 4] = [
    Rule {
        name: "softmax of each row",
        shapes: &[(4, 3)],
        forward: |x| softmax(&x[0]),
        backward: |x, d| {
            let p = softmax(&x[0]);
            vec![&p * &(d - &column((d * &p).sum_axis(Axis(1))))]
        },
    },
    Rule {
        name: "log-sum-exp of each row",
        shapes: &[(4, 3)],
        forward: |x| column(x[0].mapv(Real::exp).sum_axis(Axis(1)).mapv(Real::ln)),
        backward: |x, d| vec![softmax(&x[0]) * d],
    },
    Rule {
        name: "length of each row made 1",
        shapes: &[(4, 3)],
        forward: |x| &x[0] / &lengths(&x[0]),
        backward: |x, d| {
            let (r, n) = (lengths(&x[0]), &x[0] / &lengths(&x[0]));
            vec![(d - &n * &column((d * &n).sum_axis(Axis(1)))) / r]
        },
    },
    Rule {
        name: "mean of each row made 0",
        shapes: &[(4, 3)],
        forward: |x| &x[0] - &column(means(&x[0])),
        backward: |_, d| vec![d - &column(means(d))],
    },
];

fn softmax(x: &Matrix) -> Matrix {
    let e = x.mapv(Real::exp);
    &e / &column(e.sum_axis(Axis(1)))
}

fn lengths(x: &Matrix) -> Matrix {
    column((x * x).sum_axis(Axis(1)).mapv(Real::sqrt))
}

fn means(x: &Matrix) -> ndarray::Array1<Real> {
    x.sum_axis(Axis(1)) / x.ncols() as Real
}

fn column(x: ndarray::Array1<Real>) -> Matrix {
    x.insert_axis(Axis(1))
}
// ANCHOR_END: normalised

// ANCHOR: check
/// Matrices as the parameters of a function.
#[derive(Clone)]
struct Inputs(Vec<Matrix>);

impl Parameters for Inputs {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let all = self.0.iter().enumerate();
        all.map(|(k, x)| (k.to_string(), x.view().into_dyn())).collect()
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let all = self.0.iter_mut().enumerate();
        all.map(|(k, x)| (k.to_string(), x.view_mut().into_dyn())).collect()
    }
}

/// The largest relative error of a rule. The loss is the sum of all entries of the
/// output, each times a random number, and these numbers are its gradient.
fn error(rule: &Rule, rng: &mut Rng) -> Real {
    let draw = |&(rows, columns)| init::normal(rows, columns, 1.0, rng);
    let inputs = Inputs(rule.shapes.iter().map(draw).collect());
    let y = (rule.forward)(&inputs.0);
    let d_y = init::normal(y.nrows(), y.ncols(), 1.0, rng);
    let gradient = Inputs((rule.backward)(&inputs.0, &d_y));
    let loss = |inputs: &Inputs| ((rule.forward)(&inputs.0) * &d_y).sum();
    let checks = gradient_check(&inputs, &gradient, 1e-5, loss);
    checks.iter().map(|check| check.error).fold(0.0, Real::max)
}

fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    for rule in SUMS.iter().chain(&PRODUCTS).chain(&ROWS).chain(&NORMALISED) {
        let agrees = error(rule, rng) < 1e-8;
        println!("{:26} error below 1e-8: {agrees}", rule.name);
    }
}
// ANCHOR_END: check
