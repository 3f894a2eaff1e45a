//! Reading fixtures, and comparing with them.

use ndarray::{ArrayD, ArrayViewD, IxDyn};
use rnn_book_code::Real;
use serde_json::Value;

/// The largest difference of any entry, relative to the largest entry.
const TOLERANCE: f64 = 1e-5;

/// Nested lists as an array.
pub fn array(value: &Value) -> ArrayD<Real> {
    fn collect(
        value: &Value,
        shape: &mut Vec<usize>,
        depth: usize,
        flat: &mut Vec<Real>,
    ) {
        match value {
            Value::Array(items) => {
                if shape.len() == depth {
                    shape.push(items.len());
                }
                items.iter().for_each(|item| collect(item, shape, depth + 1, flat));
            }
            number => flat.push(number.as_f64().unwrap() as Real),
        }
    }
    let (mut shape, mut flat) = (Vec::new(), Vec::new());
    collect(value, &mut shape, 0, &mut flat);
    ArrayD::from_shape_vec(IxDyn(&shape), flat).unwrap()
}

/// Equal to 1e-5 relative.
pub fn assert_close(what: &str, ours: ArrayViewD<Real>, theirs: &Value) {
    let theirs = array(theirs);
    assert_eq!(ours.shape(), theirs.shape(), "{what}");
    let scale = theirs.fold(0.0, |m: Real, x| m.max(x.abs()));
    let worst =
        ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, Real::max);
    let error = f64::from(worst / scale);
    assert!(error < TOLERANCE, "{what}: relative difference {error:e}");
}
