//! A network of `torch.nn.LSTM`, translated: the same outputs and gradients.

use ndarray::{Array1, Array2, Array3, ArrayD, IxDyn};
use rnn_book_code::{
    Real,
    layer::{Layer, Tape},
    lstm::{Lstm, LstmState},
    parameters::Parameters,
};
use serde_json::Value;

/// Nested lists as an array.
fn array(value: &Value) -> ArrayD<Real> {
    fn collect(
        value: &Value,
        depth: usize,
        shape: &mut Vec<usize>,
        flat: &mut Vec<Real>,
    ) {
        if let Value::Array(items) = value {
            if shape.len() == depth {
                shape.push(items.len());
            }
            items.iter().for_each(|item| collect(item, depth + 1, shape, flat));
        } else {
            flat.push(value.as_f64().expect("a number") as Real);
        }
    }
    let (mut shape, mut flat) = (Vec::new(), Vec::new());
    collect(value, 0, &mut shape, &mut flat);
    ArrayD::from_shape_vec(IxDyn(&shape), flat).expect("lists of one length")
}

fn matrix(value: &Value) -> Array2<Real> {
    array(value).into_dimensionality().expect("a matrix")
}

fn sequence(value: &Value) -> Array3<Real> {
    array(value).into_dimensionality().expect("a sequence")
}

// ANCHOR: translate
/// The parameters of a `torch.nn.LSTM` of one layer, in the book's form.
fn translate(named: &Value) -> Lstm {
    let row = |name: &str| -> Array1<Real> {
        array(&named[name]).into_dimensionality().expect("a row")
    };
    // PyTorch keeps [4H, D] and multiplies by the transpose; the order of the gates,
    // i, f, g, o, is the book's
    let w = |name: &str| matrix(&named[name]).t().as_standard_layout().into_owned();
    Lstm {
        w_x: w("weight_ih_l0"),
        w_h: w("weight_hh_l0"),
        // Two biases, which only ever occur as their sum
        b: row("bias_ih_l0") + row("bias_hh_l0"),
    }
}
// ANCHOR_END: translate

// ANCHOR: main
fn largest<D: ndarray::Dimension>(a: &ndarray::Array<Real, D>) -> Real {
    a.fold(0.0, |m, x| m.max(x.abs()))
}

fn main() {
    let text = include_str!("../tests/fixtures/torch_lstm.json");
    let fixture: Value = serde_json::from_str(text).expect("the committed fixture");
    let cell = translate(&fixture["state_dict"]);
    let start = LstmState { h: matrix(&fixture["h_0"]), c: matrix(&fixture["c_0"]) };
    let tape = cell.forward(sequence(&fixture["x"]).view(), None, &start);
    let apart = &tape.output() - &sequence(&fixture["output"]);
    println!("outputs agree to 1e-6: {}", largest(&apart) < 1e-6);
    let apart = &tape.last().c - &matrix(&fixture["c_n"]);
    println!("last cell state, too:  {}", largest(&apart) < 1e-6);

    let d_last = LstmState { h: Array2::zeros((2, 4)), c: matrix(&fixture["d_c_n"]) };
    let d_output = sequence(&fixture["d_output"]);
    let mut grad = cell.zeros_like();
    cell.backward(&tape, d_output.view(), Some(&d_last), &mut grad);
    let theirs = |name: &str| matrix(&fixture["gradients"][name]).reversed_axes();
    let apart = &grad.w_h - &theirs("weight_hh_l0");
    println!("gradient of w_h:       {}", largest(&apart) < 1e-5);
    let b: Array1<Real> = array(&fixture["gradients"]["bias_ih_l0"])
        .into_dimensionality()
        .expect("a row");
    let apart = &grad.b - &b;
    println!("gradient of either b:  {}", largest(&apart) < 1e-5);
}
// ANCHOR_END: main
