//! Attention, blocks and a tiny GPT against PyTorch's: `fixtures/torch_attention.json`,
//! written by `make_torch_attention.py`.

mod common;

use common::{array, assert_close};
use ndarray::{Array2, Array3};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    gelu::gelu,
    gpt::{Gpt, GptSizes},
    parallel::Workers,
    parameters::Parameters,
    positions::Positions,
    self_attention::SelfAttention,
    text::Window,
    transformer::{Block, NormPlace},
};
use serde_json::Value;

fn fixture() -> Value {
    serde_json::from_str(include_str!("fixtures/torch_attention.json")).unwrap()
}

fn sequence(value: &Value) -> Array3<Real> {
    array(value).into_dimensionality().unwrap()
}

fn numbers(value: &Value) -> Vec<usize> {
    array(value).iter().map(|&x| x as usize).collect()
}

fn ids(value: &Value) -> Array2<usize> {
    let ids: Array2<Real> = array(value).into_dimensionality().unwrap();
    ids.mapv(|x| x as usize)
}

fn set<M: Parameters>(model: &mut M, values: &Value) {
    assert_eq!(model.parameters().len(), values.as_object().unwrap().len());
    for (name, mut value) in model.parameters_mut() {
        value.assign(&array(&values[&name]));
    }
}

/// The bias of the keys has no gradient, since a softmax ignores it: PyTorch's is
/// rounding, and so is ours. Such numbers are small beside those of the queries.
fn assert_model<M: Parameters>(what: &str, ours: &M, theirs: &Value) {
    for (name, value) in ours.parameters() {
        assert_close(&format!("{what} {name}"), value, &theirs[&name]);
    }
}

#[test]
fn attention() {
    for case in fixture()["attention"].as_array().unwrap() {
        let what = format!("causal {}, lengths {}", case["causal"], case["lengths"]);
        let causal = case["causal"].as_bool().unwrap();
        let mut layer = SelfAttention::new(4, 2, causal, &mut Rng::seed_from_u64(0));
        set(&mut layer, &case["parameters"]);
        let (x, lengths) = (sequence(&case["x"]), numbers(&case["lengths"]));
        let (y, tape) = layer.forward(x.view(), Some(&lengths));
        assert_close(&what, y.view().into_dyn(), &case["y"]);
        assert_close(&what, tape.p.view().into_dyn(), &case["p"]);
        let mut grad = layer.zeros_like();
        let d_x = layer.backward(&tape, sequence(&case["d_y"]).view(), &mut grad);
        assert_close(&what, d_x.view().into_dyn(), &case["d_x"]);
        assert_model(&what, &grad, &case["gradients"]);
    }
}

#[test]
fn block() {
    for case in fixture()["block"].as_array().unwrap() {
        let what =
            format!("norm first: {}, causal: {}", case["norm_first"], case["causal"]);
        let causal = case["causal"].as_bool().unwrap();
        let mut layer = Block::new(4, 2, causal, 1.0, &mut Rng::seed_from_u64(0));
        if !case["norm_first"].as_bool().unwrap() {
            layer.place = NormPlace::Post;
        }
        set(&mut layer, &case["parameters"]);
        let (x, lengths) = (sequence(&case["x"]), numbers(&case["lengths"]));
        let (y, tape) = layer.forward(x.view(), Some(&lengths));
        assert_close(&what, y.view().into_dyn(), &case["y"]);
        let mut grad = layer.zeros_like();
        let d_x = layer.backward(&tape, sequence(&case["d_y"]).view(), &mut grad);
        assert_close(&what, d_x.view().into_dyn(), &case["d_x"]);
        assert_model(&what, &grad, &case["gradients"]);
    }
}

#[test]
fn gpt() {
    let case = &fixture()["gpt"];
    let of = |key: &str| case[key].as_u64().unwrap() as usize;
    let sizes = GptSizes {
        vocabulary: of("vocabulary"),
        context: of("context"),
        size: 4,
        heads: 2,
        blocks: of("blocks"),
        positions: Positions::Learned,
    };
    let mut model = Gpt::new(&sizes, &mut Rng::seed_from_u64(0));
    set(&mut model, &case["parameters"]);
    let window = Window { x: ids(&case["x"]), y: ids(&case["y"]) };
    let scores = model.scores(window.x.view());
    assert_close("scores", scores.view().into_dyn(), &case["scores"]);
    let mut grad = model.zeros_like();
    let mut workers = Workers::new(&model, 2);
    let loss = model.loss_and_gradient(&window, &mut workers, &mut grad);
    assert_close("loss", ndarray::arr0(loss).into_dyn().view(), &case["loss"]);
    assert_model("gpt", &grad, &case["gradients"]);
}

#[test]
fn gelu_of_pytorch() {
    let case = &fixture()["gelu"];
    let mut x = array(&case["x"]);
    let mut slope = x.clone();
    gelu(x.as_slice_mut().unwrap(), slope.as_slice_mut().unwrap());
    assert_close("GELU", x.view(), &case["y"]);
}
