//! The additive score against PyTorch's autograd.

use ndarray::{Array1, Array2, Array3, ArrayView, Dimension};
use rnn_book_code::{Real, attention::Score, parameters::Parameters};
use serde::Deserialize;
use std::{collections::HashMap, error::Error};

/// What PyTorch wrote of one score.
#[derive(Deserialize)]
struct Case {
    score: String,
    lengths: Vec<usize>,
    values: Vec<Vec<Vec<Real>>>,
    queries: Vec<Vec<Vec<Real>>>,
    parameters: HashMap<String, serde_json::Value>,
    gradients: HashMap<String, serde_json::Value>,
    weights: Vec<Vec<Vec<Real>>>,
    context: Vec<Vec<Vec<Real>>>,
    d_context: Vec<Vec<Vec<Real>>>,
    d_queries: Vec<Vec<Vec<Real>>>,
    d_values: Vec<Vec<Vec<Real>>>,
}

#[derive(Deserialize)]
struct Fixture {
    cases: Vec<Case>,
}

fn matrix(rows: &[Vec<Real>]) -> Result<Array2<Real>, ndarray::ShapeError> {
    let columns = rows.first().map_or(0, Vec::len);
    Array2::from_shape_vec((rows.len(), columns), rows.concat())
}

fn sequence(steps: &[Vec<Vec<Real>>]) -> Result<Array3<Real>, ndarray::ShapeError> {
    let rows = matrix(&steps.concat())?;
    let shape = (steps.len(), rows.nrows() / steps.len(), rows.ncols());
    rows.into_shape_with_order(shape)
}

fn print_apart<D: Dimension>(what: &str, a: ArrayView<Real, D>, b: ArrayView<Real, D>) {
    let close = a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-5);
    println!("{what} agree to 1e-5: {}", a.shape() == b.shape() && close);
}

fn main() -> Result<(), Box<dyn Error>> {
    let text = include_str!("../tests/fixtures/torch_attention.json");
    let fixture: Fixture = serde_json::from_str(text)?;
    let torch = fixture.cases.into_iter().find(|case| case.score == "additive");
    let torch = torch.ok_or("the fixture has no additive score")?;
    let matrix_of = |all: &HashMap<String, serde_json::Value>, name: &str| {
        let rows: Vec<Vec<Real>> = serde_json::from_value(all[name].clone())?;
        Ok::<_, Box<dyn Error>>(matrix(&rows)?)
    };
    let v: Vec<Real> = serde_json::from_value(torch.parameters["v"].clone())?;
    let score = Score::Additive {
        w_s: matrix_of(&torch.parameters, "w_s")?,
        w_h: matrix_of(&torch.parameters, "w_h")?,
        v: Array1::from(v),
    };

    // ANCHOR: parity
    let (values, queries) = (sequence(&torch.values)?, sequence(&torch.queries)?);
    let steps = queries.dim().0;
    let memory = score.memory(values.view(), &torch.lengths);
    let mut tape = score.tape(&memory, queries);
    score.forward(&memory, 0..steps, &mut tape);
    print_apart("weights", tape.weights.view(), sequence(&torch.weights)?.view());
    print_apart("contexts", tape.context.view(), sequence(&torch.context)?.view());

    let (mut grad, mut d_memory) = (score.zeros_like(), memory.zeros_like());
    let d_context = sequence(&torch.d_context)?;
    let d_queries = score.backward(
        &memory,
        &tape,
        0..steps,
        d_context.view(),
        &mut d_memory,
        &mut grad,
    );
    let d_values = score.memory_backward(&memory, d_memory, &mut grad);
    print_apart("d_queries", d_queries.view(), sequence(&torch.d_queries)?.view());
    print_apart("d_values", d_values.view(), sequence(&torch.d_values)?.view());
    // ANCHOR_END: parity
    for (name, ours) in grad.parameters().into_iter().take(2) {
        let theirs = matrix_of(&torch.gradients, &name)?.into_dyn();
        print_apart(&format!("d_{name}"), ours, theirs.view());
    }
    Ok(())
}
