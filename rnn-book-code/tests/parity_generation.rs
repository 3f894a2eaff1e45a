//! The shipped model of chapter 9 against PyTorch with the same weights:
//! `fixtures/torch_book_words.json`, written by `make_torch_book_words.py`.

mod common;

use common::assert_close;
use ndarray::{Array2, s};
use rand::SeedableRng;
use rnn_book_code::{
    Rng, dropout::Dropout, layer::Layer, lstm::Lstm, parallel::Workers,
    parameters::Parameters, saved::Saved, text::Window,
};
use serde_json::Value;

#[test]
fn the_tied_model_agrees_with_pytorch() {
    let fixture: Value =
        serde_json::from_str(include_str!("fixtures/torch_book_words.json")).unwrap();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/models/book-words.safetensors");
    let mut model = Saved::<Lstm>::load(path).unwrap().model;
    model.dropout = Dropout::new(0.0);
    let tokens = fixture["tokens"].as_array().unwrap();
    let tokens: Vec<usize> =
        tokens.iter().map(|id| id.as_u64().unwrap() as usize).collect();
    let n = tokens.len() - 1;
    let column = |from: usize| Array2::from_shape_fn((n, 1), |(t, _)| tokens[from + t]);
    let window = Window { x: column(0), y: column(1) };
    let mut grad = model.zeros_like();
    let (mut rng, mut workers) = (Rng::seed_from_u64(1), Workers::new(&model, 1));
    let start = model.layer.start(1);
    let (loss, _) =
        model.loss_and_gradient(&window, &start, &mut rng, &mut workers, &mut grad);
    assert!((f64::from(loss) - fixture["loss"].as_f64().unwrap()).abs() < 1e-5);

    let (mut state, mut scores) = (model.layer.start(1), Array2::zeros((1, 1)));
    for &id in &tokens[..n] {
        (state, scores) = model.step(&[id], &state);
    }
    let close = |name: &str, ours: ndarray::ArrayViewD<f32>| {
        assert_close(name, ours, &fixture[name]);
    };
    close("last_scores", scores.slice(s![0, ..40]).into_dyn());
    close("d_bias", grad.b.slice(s![..40]).into_dyn());
    let rows = grad.embedding.w.select(ndarray::Axis(0), &[4, 7, 50, 60]);
    close("d_embedding", rows.slice(s![.., ..8]).into_dyn());
    close("d_w_h", grad.layer.layers[0].w_h.slice(s![0, ..40]).into_dyn());
}
