//! PyTorch's numbers for stacked and bidirectional LSTMs on packed sequences.

use ndarray::{Array3, ArrayD, ArrayViewD, Axis};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    bidirectional::Bidirectional,
    dropout::Dropout,
    layer::{Layer, State, Tape},
    lstm::Lstm,
    stacked::Stacked,
};
use serde_json::Value;
use std::error::Error;

/// Nested lists as an array.
fn array(value: &Value) -> Result<ArrayD<Real>, Box<dyn Error>> {
    match value.as_array() {
        None => {
            let number = value.as_f64().ok_or("not a number")?;
            Ok(ndarray::arr0(number as Real).into_dyn())
        }
        Some(list) => {
            let parts = list.iter().map(array).collect::<Result<Vec<_>, _>>()?;
            let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
            Ok(ndarray::stack(Axis(0), &views)?)
        }
    }
}

fn sequence(value: &Value) -> Result<Array3<Real>, Box<dyn Error>> {
    Ok(array(value)?.into_dimensionality()?)
}

/// Whether the shapes are the same, and no two entries are further apart than 1e-5.
fn agree(ours: ArrayViewD<Real>, theirs: &Value) -> Result<bool, Box<dyn Error>> {
    let theirs = array(theirs)?;
    let close = ours.iter().zip(&theirs).all(|(a, b)| (a - b).abs() < 1e-5);
    Ok(ours.shape() == theirs.shape() && close)
}

// ANCHOR: compare
/// Takes over the weights of a network of PyTorch; compares output, last states and
/// the gradient of the input.
fn compare<L: Layer>(mut layer: L, torch: &Value) -> Result<(), Box<dyn Error>> {
    for (name, mut value) in layer.parameters_mut() {
        value.assign(&array(&torch["parameters"][&name])?);
    }
    let lengths: Vec<usize> = serde_json::from_value(torch["lengths"].clone())?;
    let fill = |state: &L::State, values: &Value| -> Result<L::State, Box<dyn Error>> {
        let values = values.as_array().ok_or("no list of states")?;
        let arrays = values.iter().map(array).collect::<Result<Vec<_>, _>>()?;
        let like = state.arrays();
        let like = like.iter().map(|a| a.shape());
        if !like.eq(arrays.iter().map(|a| a.shape())) {
            return Err("states of other shapes".into());
        }
        let mut next = arrays.into_iter().flat_map(ArrayD::into_dimensionality);
        Ok(state.map(&mut |_| next.next().expect("as many arrays")))
    };
    let start = fill(&layer.start(lengths.len()), &torch["start"])?;
    let d_last = fill(&start, &torch["d_last"])?;

    let tape = layer.forward(sequence(&torch["x"])?.view(), Some(&lengths), &start);
    let d_h = sequence(&torch["d_output"])?;
    let mut grad = layer.zeros_like();
    let (d_x, _) = layer.backward(&tape, d_h.view(), Some(&d_last), &mut grad);

    let last = tape.last();
    let mut same_last = true;
    for (k, state) in last.arrays().into_iter().enumerate() {
        same_last &= agree(state.into_dyn(), &torch["last"][k])?;
    }
    println!("lengths {lengths:?}, {} parameters", layer.count());
    println!("  outputs agree: {}", agree(tape.output().into_dyn(), &torch["output"])?);
    println!("  last states agree: {same_last}");
    println!("  gradient of the input agrees: {}", {
        agree(d_x.view().into_dyn(), &torch["d_x"])?
    });
    Ok(())
}
// ANCHOR_END: compare

fn main() -> Result<(), Box<dyn Error>> {
    let text = include_str!("../tests/fixtures/torch_layers.json");
    let fixture: Value = serde_json::from_str(text)?;
    let cases = fixture["recurrent"].as_array().ok_or("no cases")?;
    let rng = &mut Rng::seed_from_u64(0);
    let (input, hidden, none) = (2, 3, Dropout::new(0.0));
    for case in cases.iter().filter(|case| case["kind"] == "lstm") {
        let two = case["layers"] == 2;
        if case["both"] == true {
            println!("== {} ==", if two { "both, two layers" } else { "both" });
            let make = |input, rng: &mut Rng| Bidirectional {
                ahead: Lstm::new(input, hidden, rng),
                back: Lstm::new(input, hidden, rng),
            };
            let mut layers = vec![make(input, rng)];
            if two {
                layers.push(make(2 * hidden, rng));
            }
            compare(Stacked::new(layers, none), case)?;
        } else if two {
            println!("== two layers ==");
            let layers =
                vec![Lstm::new(input, hidden, rng), Lstm::new(hidden, hidden, rng)];
            compare(Stacked::new(layers, none), case)?;
        }
    }
    Ok(())
}
