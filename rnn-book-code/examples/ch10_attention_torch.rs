//! The weights of `torch.nn.MultiheadAttention` and of a `TransformerEncoderLayer`: the
//! same outputs, the same attention, the same gradients.

use ndarray::{Array3, Array4, ArrayD, IxDyn};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng, parameters::Parameters, self_attention::SelfAttention,
    transformer::Block,
};
use serde_json::Value;
use std::error::Error;

/// Nested lists as an array.
fn array(value: &Value) -> Result<ArrayD<Real>, Box<dyn Error>> {
    let (mut shape, mut at) = (Vec::new(), value);
    while let Value::Array(items) = at {
        shape.push(items.len());
        at = &items[0];
    }
    fn flat(value: &Value, numbers: &mut Vec<Real>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| flat(item, numbers)),
            number => numbers.extend(number.as_f64().map(|x| x as Real)),
        }
    }
    let mut numbers = Vec::new();
    flat(value, &mut numbers);
    Ok(ArrayD::from_shape_vec(IxDyn(&shape), numbers)?)
}

/// The largest difference of any entry.
fn apart(
    ours: ndarray::ArrayViewD<Real>,
    theirs: &Value,
) -> Result<Real, Box<dyn Error>> {
    let theirs = array(theirs)?;
    Ok(ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, Real::max))
}

// ANCHOR: set
/// The script has written PyTorch's parameters under the names of the book.
fn set<M: Parameters>(model: &mut M, values: &Value) -> Result<(), Box<dyn Error>> {
    for (name, mut parameter) in model.parameters_mut() {
        parameter.assign(&array(&values[&name])?);
    }
    Ok(())
}

fn largest<M: Parameters>(grad: &M, theirs: &Value) -> Result<Real, Box<dyn Error>> {
    let mut largest: Real = 0.0;
    for (name, value) in grad.parameters() {
        largest = largest.max(apart(value, &theirs[&name])?);
    }
    Ok(largest)
}
// ANCHOR_END: set

fn main() -> Result<(), Box<dyn Error>> {
    let text = include_str!("../tests/fixtures/torch_self_attention.json");
    let torch: Value = serde_json::from_str(text)?;
    let sequence = |value: &Value| -> Result<Array3<Real>, Box<dyn Error>> {
        Ok(array(value)?.into_dimensionality()?)
    };
    let small = |difference: Real| difference < 1e-5;

    // ANCHOR: attention
    println!("== attention ==");
    let case = &torch["attention"][1]; // causal
    let mut layer = SelfAttention::new(4, 2, true, &mut Rng::seed_from_u64(0));
    set(&mut layer, &case["parameters"])?;
    let (y, tape) = layer.forward(sequence(&case["x"])?.view(), None);
    let mut grad = layer.zeros_like();
    let d_x = layer.backward(&tape, sequence(&case["d_y"])?.view(), &mut grad);
    let alike = small(apart(y.view().into_dyn(), &case["y"])?);
    println!("outputs differ by less than 1e-5:   {alike}");
    let alike = small(apart(tape.p.view().into_dyn(), &case["p"])?);
    println!("weights differ by less than 1e-5:   {alike}");
    let alike = small(largest(&grad, &case["gradients"])?)
        && small(apart(d_x.view().into_dyn(), &case["d_x"])?);
    println!("gradients differ by less than 1e-5: {alike}");
    let theirs: Array4<Real> = array(&case["p"])?.into_dimensionality()?;
    for t in 0..5 {
        let row = |p: &Array4<Real>| {
            (0..5).map(|s| format!("{:6.3}", p[[0, 1, t, s]])).collect::<String>()
        };
        println!("lane 0, head 1, place {t}: {} |{}", row(&tape.p), row(&theirs));
    }
    // ANCHOR_END: attention

    // ANCHOR: block
    println!("== block ==");
    let case = &torch["block"][1]; // norm_first=True, activation="gelu", causal
    let mut block = Block::new(4, 2, true, 1.0, &mut Rng::seed_from_u64(0));
    set(&mut block, &case["parameters"])?;
    let (y, tape) = block.forward(sequence(&case["x"])?.view(), None);
    let mut grad = block.zeros_like();
    let d_x = block.backward(&tape, sequence(&case["d_y"])?.view(), &mut grad);
    let alike = small(apart(y.view().into_dyn(), &case["y"])?);
    println!("outputs differ by less than 1e-5:   {alike}");
    let theirs = &case["gradients"];
    let scale = grad.mlp.down.w.iter().fold(1.0, |m: Real, g| m.max(g.abs()));
    let alike = small(largest(&grad, theirs)? / scale)
        && small(apart(d_x.view().into_dyn(), &case["d_x"])? / scale);
    println!("gradients differ by less than 1e-5, relative: {alike}");
    // ANCHOR_END: block
    Ok(())
}
