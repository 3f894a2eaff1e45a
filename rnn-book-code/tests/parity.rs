//! Our layers against PyTorch's: `fixtures/torch_rnn.json`, written by
//! `make_torch_rnn.py`.

mod common;

use common::{array, assert_close};
use ndarray::{Array2, ArrayD};
use rnn_book_code::{
    Real,
    activation::Activation,
    char_rnn::CharRnn,
    elman::{Elman, rows},
    linear::Linear,
    loss::softmax_cross_entropy,
    optim::{Adam, Momentum, Optimizer, RmsProp, Sgd, clip_by_norm},
    parameters::Parameters,
};
use serde_json::Value;

fn fixture() -> Value {
    serde_json::from_str(include_str!("fixtures/torch_rnn.json")).unwrap()
}

fn assert_all_close<M: Parameters>(what: &str, ours: &M, theirs: &Value) {
    for (name, value) in ours.parameters() {
        assert_close(&format!("{what} {name}"), value, &theirs[&name]);
    }
}

/// The model with the fixture's parameters: Elman's cell and a linear read-out.
fn model(fixture: &Value) -> CharRnn {
    let p = |name: &str| array(&fixture["parameters"][name]);
    CharRnn {
        cell: Elman {
            w_xh: p("cell.w_xh").into_dimensionality().unwrap(),
            w_hh: p("cell.w_hh").into_dimensionality().unwrap(),
            b_h: p("cell.b_h").into_dimensionality().unwrap(),
            phi: Activation::Tanh,
        },
        out: Linear {
            w: p("out.w").into_dimensionality().unwrap(),
            b: p("out.b").into_dimensionality().unwrap(),
        },
    }
}

struct Pass {
    h: ArrayD<Real>,
    logits: Array2<Real>,
    loss: Real,
    grad: CharRnn,
    d_x: ArrayD<Real>,
    d_h_0: ArrayD<Real>,
}

fn pass(fixture: &Value, model: &CharRnn) -> Pass {
    let x = array(&fixture["x"]).into_dimensionality().unwrap();
    let h_0 = array(&fixture["h_0"]).into_dimensionality().unwrap();
    let y: Vec<usize> = array(&fixture["y"]).iter().map(|&y| y as usize).collect();
    let mut grad = model.zeros_like();

    let tape = model.cell.forward(x.view(), h_0.view());
    let h = tape.output();
    let logits = model.out.forward(rows(&h).view());
    let (loss, d_logits) = softmax_cross_entropy(logits.view(), &y);
    let d_h = model.out.backward(rows(&h).view(), d_logits.view(), &mut grad.out);
    let d_h = d_h.into_shape_with_order(h.dim()).unwrap();
    let (d_x, d_h_0) = model.cell.backward(&tape, d_h.view(), &mut grad.cell);
    let (h, d_x, d_h_0) = (h.to_owned().into_dyn(), d_x.into_dyn(), d_h_0.into_dyn());
    Pass { h, logits, loss, grad, d_x, d_h_0 }
}

#[test]
fn outputs_loss_and_all_gradients() {
    let fixture = fixture();
    let p = pass(&fixture, &model(&fixture));
    assert_close("h", p.h.view(), &fixture["h"]);
    let logits =
        p.logits.into_shape_with_order(array(&fixture["logits"]).shape()).unwrap();
    assert_close("logits", logits.view().into_dyn(), &fixture["logits"]);
    assert_close("loss", ndarray::arr0(p.loss).view().into_dyn(), &fixture["loss"]);
    assert_all_close("gradient", &p.grad, &fixture["gradients"]);
    assert_close("d_x", p.d_x.view(), &fixture["d_x"]);
    assert_close("d_h_0", p.d_h_0.view(), &fixture["d_h_0"]);
}

#[test]
fn clipping_by_norm() {
    let fixture = fixture();
    let mut grad = pass(&fixture, &model(&fixture)).grad;
    let norm = clip_by_norm(&mut grad, 0.1);
    assert_close("norm", ndarray::arr0(norm).view().into_dyn(), &fixture["norm"]);
    assert_all_close("clipped", &grad, &fixture["clipped"]);
}

#[test]
fn three_steps_of_each_optimiser() {
    let fixture = fixture();
    let start = model(&fixture);
    let optimisers: [(&str, Box<dyn Optimizer<CharRnn>>); 4] = [
        ("sgd", Box::new(Sgd { rate: 0.1 })),
        ("momentum", Box::new(Momentum::new(&start, 0.1))),
        ("rmsprop", Box::new(RmsProp::new(&start, 0.01))),
        ("adam", Box::new(Adam::new(&start, 0.01))),
    ];
    for (name, mut optimiser) in optimisers {
        let mut model = start.clone();
        for _ in 0..3 {
            let grad = pass(&fixture, &model).grad;
            optimiser.step(&mut model, &grad);
        }
        assert_all_close(name, &model, &fixture["after_three_steps"][name]);
    }
}
