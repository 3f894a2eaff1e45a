//! Solution: the bias of the forget gate for a memory of a given length.

use ndarray::{Array1, Array2, Array3};
use rnn_book_code::{
    Real,
    layer::{Layer, Tape},
    lstm::{Lstm, LstmState},
};

// ANCHOR: main
/// The bias with which half of a cell state is left after so many steps.
fn bias_for(half_life: Real) -> Real {
    let f = (-Real::ln(2.0) / half_life).exp();
    (f / (1.0 - f)).ln()
}

fn main() {
    for half_life in [1_u16, 10, 100, 1000] {
        let bias = bias_for(half_life.into());
        // One unit with no weights, and an input gate that is shut
        let cell = Lstm {
            w_x: Array2::zeros((1, 4)),
            w_h: Array2::zeros((1, 4)),
            b: Array1::from_vec(vec![-20.0, bias, 0.0, 0.0]),
        };
        let start = LstmState { h: Array2::zeros((1, 1)), c: Array2::ones((1, 1)) };
        let steps = usize::from(half_life);
        let tape = cell.forward(Array3::zeros((steps, 1, 1)).view(), None, &start);
        let left = tape.last().c[[0, 0]];
        println!("half-life {half_life:4}: bias {bias:6.3}, left of c: {left:.3}");
    }
}
// ANCHOR_END: main
