//! All layers, losses and optimisers against PyTorch's: `fixtures/torch_layers.json`,
//! written by `make_torch_layers.py`.

mod common;

use common::{array, assert_close};
use ndarray::{Array2, Array3, arr0};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    activation::Activation,
    bidirectional::Bidirectional,
    dropout::Dropout,
    elman::Elman,
    embedding::{Embedding, SparseAdam},
    gru::Gru,
    layer::{Layer, State, Tape},
    layer_norm::LayerNorm,
    loss::CrossEntropy,
    lstm::Lstm,
    optim::{AdamW, Optimizer},
    parameters::Parameters,
    schedule::{Decay, Schedule},
    stacked::Stacked,
};
use serde_json::Value;

fn fixture() -> Value {
    serde_json::from_str(include_str!("fixtures/torch_layers.json")).unwrap()
}

fn matrix(value: &Value) -> Array2<Real> {
    array(value).into_dimensionality().unwrap()
}

fn sequence(value: &Value) -> Array3<Real> {
    array(value).into_dimensionality().unwrap()
}

fn numbers(value: &Value) -> Vec<usize> {
    array(value).iter().map(|&x| x as usize).collect()
}

fn set<M: Parameters>(model: &mut M, values: &Value) {
    let count = values.as_object().unwrap().len();
    assert_eq!(model.parameters().len(), count);
    for (name, mut value) in model.parameters_mut() {
        value.assign(&array(&values[&name]));
    }
}

fn assert_model<M: Parameters>(what: &str, ours: &M, theirs: &Value) {
    for (name, value) in ours.parameters() {
        assert_close(&format!("{what} {name}"), value, &theirs[&name]);
    }
}

fn set_state<S: State>(state: &S, values: &Value) -> S {
    let mut values = values.as_array().unwrap().iter();
    state.map(&mut |_| matrix(values.next().unwrap()))
}

fn assert_state<S: State>(what: &str, ours: &S, theirs: &Value) {
    for (k, ours) in ours.arrays().into_iter().enumerate() {
        assert_close(what, ours.into_dyn(), &theirs[k]);
    }
}

/// One recurrent case: outputs, last states, and all gradients.
fn recurrent<L: Layer>(case: &Value, mut layer: L) {
    let what = format!("{} × {}, both: {}", case["kind"], case["layers"], case["both"]);
    set(&mut layer, &case["parameters"]);
    let (x, lengths) = (sequence(&case["x"]), numbers(&case["lengths"]));
    let start = set_state(&layer.start(lengths.len()), &case["start"]);
    let d_last = set_state(&start, &case["d_last"]);

    let tape = layer.forward(x.view(), Some(&lengths), &start);
    assert_close(&what, tape.output().into_dyn(), &case["output"]);
    assert_state(&what, &tape.last(), &case["last"]);

    let mut grad = layer.zeros_like();
    let d_h = sequence(&case["d_output"]);
    let (d_x, d_start) = layer.backward(&tape, d_h.view(), Some(&d_last), &mut grad);
    assert_model(&what, &grad, &case["gradients"]);
    assert_close(&what, d_x.view().into_dyn(), &case["d_x"]);
    assert_state(&what, &d_start, &case["d_start"]);
}

fn stack<L: Layer>(case: &Value, make: impl Fn(usize, &mut Rng) -> L) {
    let mut rng = Rng::seed_from_u64(0);
    let input = case["x"][0][0].as_array().unwrap().len();
    let count = case["layers"].as_u64().unwrap();
    let dropout = Dropout::new(0.0);
    if case["both"] == true {
        let mut layers: Vec<Bidirectional<L>> = Vec::new();
        for _ in 0..count {
            let input = layers.last().map_or(input, Layer::output_size);
            let (ahead, back) = (make(input, &mut rng), make(input, &mut rng));
            layers.push(Bidirectional { ahead, back });
        }
        recurrent(case, Stacked::new(layers, dropout));
    } else {
        let mut layers: Vec<L> = Vec::new();
        for _ in 0..count {
            let input = layers.last().map_or(input, Layer::output_size);
            layers.push(make(input, &mut rng));
        }
        recurrent(case, Stacked::new(layers, dropout));
    }
}

#[test]
fn recurrent_layers_stacked_in_both_directions_with_padding() {
    let fixture = fixture();
    let cases = fixture["recurrent"].as_array().unwrap();
    assert_eq!(cases.len(), 16);
    for case in cases {
        let hidden = 3;
        match case["kind"].as_str().unwrap() {
            "rnn_tanh" => stack(case, |d, rng| Elman::new(d, hidden, rng)),
            "rnn_relu" => stack(case, |d, rng| Elman {
                phi: Activation::Relu,
                ..Elman::new(d, hidden, rng)
            }),
            "gru" => stack(case, |d, rng| Gru::new(d, hidden, rng)),
            _ => stack(case, |d, rng| Lstm::new(d, hidden, rng)),
        }
    }
}

#[test]
fn layer_normalisation() {
    let f = &fixture()["layer_norm"];
    let mut norm = LayerNorm::new(5);
    norm.gamma = array(&f["gamma"]).into_dimensionality().unwrap();
    norm.beta = array(&f["beta"]).into_dimensionality().unwrap();
    let (y, tape) = norm.forward(matrix(&f["x"]).view());
    assert_close("y", y.view().into_dyn(), &f["y"]);
    let mut grad = norm.zeros_like();
    let d_x = norm.backward(&tape, matrix(&f["d_y"]).view(), &mut grad);
    assert_close("d_x", d_x.view().into_dyn(), &f["d_x"]);
    assert_close("d_gamma", grad.gamma.view().into_dyn(), &f["d_gamma"]);
    assert_close("d_beta", grad.beta.view().into_dyn(), &f["d_beta"]);
}

#[test]
fn cross_entropy_with_options() {
    for case in fixture()["cross_entropy"].as_array().unwrap() {
        let options = CrossEntropy {
            ignore: usize::try_from(case["ignore"].as_i64().unwrap()).ok(),
            label_smoothing: case["smoothing"].as_f64().unwrap() as Real,
        };
        let (logits, targets) = (matrix(&case["logits"]), numbers(&case["targets"]));
        let (loss, d) = options.loss_and_gradient(logits.view(), &targets, None);
        assert_close("loss", arr0(loss).view().into_dyn(), &case["loss"]);
        assert_close("d_logits", d.view().into_dyn(), &case["d_logits"]);
    }
}

#[test]
fn embeddings_and_sparse_adam() {
    let f = &fixture()["embedding"];
    let mut embedding = Embedding { w: matrix(&f["w"]) };
    let ids = array(&f["ids"]).mapv(|id| id as usize);
    let ids: Array2<usize> = ids.into_dimensionality().unwrap();
    let d_x = sequence(&f["d_x"]);
    let x = embedding.forward(ids.view());
    assert_close("x", x.view().into_dyn(), &f["x"]);
    let mut grad = embedding.zeros_like();
    embedding.backward(ids.view(), d_x.view(), &mut grad);
    assert_close("d_w", grad.w.view().into_dyn(), &f["d_w"]);

    let mut adam = SparseAdam::new(&embedding, 0.1);
    for steps in (1..=3).rev() {
        let (ids, d_x) = (
            ids.slice(ndarray::s![..steps, ..]),
            d_x.slice(ndarray::s![..steps, .., ..]),
        );
        let gradient = embedding.sparse_gradient(ids, d_x);
        adam.step(&mut embedding, &gradient);
    }
    let after = embedding.w.view().into_dyn();
    assert_close("after SparseAdam", after, &f["after_three_steps"]);
}

#[test]
fn adam_with_weight_decay() {
    let f = &fixture()["adamw"];
    let target = matrix(&f["target"]);
    let mut model = Embedding { w: matrix(&f["w"]) };
    let mut optimiser = AdamW::new(&model, 0.05);
    optimiser.decay = 0.2;
    for _ in 0..3 {
        let gradient = Embedding { w: &model.w - &target };
        optimiser.step(&mut model, &gradient);
    }
    assert_close("after AdamW", model.w.view().into_dyn(), &f["after_three_steps"]);
}

#[test]
fn learning_rates() {
    let f = &fixture()["schedules"];
    let rates = |warm_up, decay| {
        let schedule = Schedule { rate: 0.8, warm_up, decay };
        ndarray::Array1::from_shape_fn(12, |t| schedule.rate_at(t)).into_dyn()
    };
    let step = rates(0, Decay::Step { every: 3, factor: 0.5 });
    assert_close("step", step.view(), &f["step"]);
    let cosine = rates(0, Decay::Cosine { steps: 11, lowest: 0.1 });
    assert_close("cosine", cosine.view(), &f["cosine"]);
    // PyTorch's starts at 1/4 and climbs by 1/4: ours with a warm-up of 4.
    let warm = rates(4, Decay::None);
    assert_close("warm-up", warm.view(), &f["warm_up"]);
    let both = Schedule {
        rate: 1.0,
        warm_up: 2,
        decay: Decay::Cosine { steps: 4, lowest: 0.0 },
    };
    let rates: Vec<Real> = (0..8).map(|t| both.rate_at(t)).collect();
    for (ours, right) in
        rates.iter().zip([0.5, 1.0, 1.0, 0.853_553_4, 0.5, 0.146_446_6, 0.0, 0.0])
    {
        assert!((ours - right).abs() < 1e-6, "{rates:?}");
    }
}

#[test]
fn a_gru_by_the_names_of_pytorch() {
    let text = include_str!("fixtures/torch_gru.json");
    let case: Value = serde_json::from_str(text).unwrap();
    let weights = &case["state_dict"];
    let bias = |name: &str| array(&weights[name]).into_dimensionality().unwrap();
    let b_ih: ndarray::Array1<Real> = bias("bias_ih_l0");
    let b_hh: ndarray::Array1<Real> = bias("bias_hh_l0");
    let layer = Gru::from_torch(
        matrix(&weights["weight_ih_l0"]).view(),
        matrix(&weights["weight_hh_l0"]).view(),
        b_ih.view(),
        b_hh.view(),
    );
    let (x, h_0) = (sequence(&case["x"]), matrix(&case["h_0"]));
    let tape = layer.forward(x.view(), None, &h_0);
    assert_close("output", tape.output().into_dyn(), &case["output"]);
    let mut grad = layer.zeros_like();
    layer.backward(&tape, sequence(&case["d_output"]).view(), None, &mut grad);
    let theirs = &case["gradients"];
    assert_close("w_x", grad.w_x.t().into_dyn(), &theirs["weight_ih_l0"]);
    assert_close("w_h", grad.w_h.t().into_dyn(), &theirs["weight_hh_l0"]);
    assert_close("b", grad.b.view().into_dyn(), &theirs["bias_ih_l0"]);
}

#[test]
#[should_panic(expected = "[9, 9, 6, 9] rows for 3 units")]
fn a_bias_of_pytorch_that_does_not_fit() {
    let (w_ih, w_hh) = (Array2::zeros((9, 2)), Array2::zeros((9, 3)));
    let (b_ih, b_hh) = (ndarray::Array1::zeros(6), ndarray::Array1::zeros(9));
    Gru::from_torch(w_ih.view(), w_hh.view(), b_ih.view(), b_hh.view());
}
