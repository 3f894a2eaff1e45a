//! Every score against autograd of PyTorch: `fixtures/torch_attention.json`, written by
//! `make_torch_attention.py`.

mod common;

use common::{array, assert_close};
use ndarray::{Array1, Array2, Array3};
use rnn_book_code::{Real, attention::Score, parameters::Parameters};
use serde_json::Value;

fn matrix(value: &Value) -> Array2<Real> {
    array(value).into_dimensionality().unwrap()
}

fn sequence(value: &Value) -> Array3<Real> {
    array(value).into_dimensionality().unwrap()
}

fn score(case: &Value) -> Score {
    let p = &case["parameters"];
    let row = |value| -> Array1<Real> { array(value).into_dimensionality().unwrap() };
    match case["score"].as_str().unwrap() {
        "dot" => Score::Dot,
        "general" => Score::General { w: matrix(&p["w"]) },
        _ => Score::Additive {
            w_s: matrix(&p["w_s"]),
            w_h: matrix(&p["w_h"]),
            v: row(&p["v"]),
        },
    }
}

/// All steps at once, and one at a time from the last on the way back, as the decoder
/// needs it that looks before the step.
#[test]
fn every_score_with_padding() {
    let text = include_str!("fixtures/torch_attention.json");
    let fixture: Value = serde_json::from_str(text).unwrap();
    let cases = fixture["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 3);
    for case in cases {
        let (name, score) = (case["score"].as_str().unwrap(), score(case));
        let lengths: Vec<usize> =
            array(&case["lengths"]).iter().map(|&x| x as usize).collect();
        let (values, queries) = (sequence(&case["values"]), sequence(&case["queries"]));
        let d_context = sequence(&case["d_context"]);
        let steps = queries.dim().0;
        let memory = score.memory(values.view(), &lengths);
        for at_once in [steps, 1] {
            let parts: Vec<_> =
                (0..steps).step_by(at_once).map(|t| t..t + at_once).collect();
            let mut tape = score.tape(&memory, queries.clone());
            for part in &parts {
                score.forward(&memory, part.clone(), &mut tape);
            }
            assert_close(name, tape.weights.view().into_dyn(), &case["weights"]);
            assert_close(name, tape.context.view().into_dyn(), &case["context"]);

            let mut grad = score.zeros_like();
            let mut d_memory = memory.zeros_like();
            let mut d_queries = Array3::zeros(queries.dim());
            for part in parts.into_iter().rev() {
                let steps = ndarray::s![part.clone(), .., ..];
                let d_context = d_context.slice(steps);
                let d = score.backward(
                    &memory,
                    &tape,
                    part,
                    d_context,
                    &mut d_memory,
                    &mut grad,
                );
                d_queries.slice_mut(steps).assign(&d);
            }
            let d_values = score.memory_backward(&memory, d_memory, &mut grad);
            assert_close(name, d_queries.view().into_dyn(), &case["d_queries"]);
            assert_close(name, d_values.view().into_dyn(), &case["d_values"]);
            for (parameter, ours) in grad.parameters() {
                assert_close(&parameter, ours, &case["gradients"][&parameter]);
            }
        }
    }
}
