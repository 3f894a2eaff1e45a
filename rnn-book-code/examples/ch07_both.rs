//! Two directions by hand: one unit each, two sequences of unequal length.

use ndarray::{Array3, array, s};
use rnn_book_code::{
    activation::Activation,
    bidirectional::{Bidirectional, Both},
    elman::Elman,
    layer::{Layer, Tape},
    padding,
    parameters::Parameters,
};

/// A ReLU unit: `w` times the input, half of the state before.
fn unit(w: f32) -> Elman {
    Elman {
        w_xh: array![[w]],
        w_hh: array![[0.5]],
        b_h: array![0.0],
        phi: Activation::Relu,
    }
}

fn print(name: &str, x: &Array3<f32>) {
    for b in 0..x.dim().1 {
        println!("{name}, example {}: {:5}", b + 1, x.slice(s![.., b, ..]).t());
    }
}

fn main() {
    // ANCHOR: reverse
    // [T, B, D] = [3, 2, 1]; the second example has two steps, 9 is padding
    let x = array![[[1.0], [4.0]], [[2.0], [2.0]], [[3.0], [9.0]]];
    let lengths = [3, 2];
    println!("== reverse ==");
    print("right", &padding::reverse(x.view(), &lengths));
    print("wrong", &x.slice(s![..;-1, .., ..]).to_owned());
    // ANCHOR_END: reverse

    // ANCHOR: forward
    println!("== forward ==");
    let layer = Bidirectional { ahead: unit(1.0), back: unit(2.0) };
    let tape = layer.forward(x.view(), Some(&lengths), &layer.start(2));
    let h = tape.output();
    print("forward ", &h.slice(s![.., .., ..1]).to_owned());
    print("backward", &h.slice(s![.., .., 1..]).to_owned());
    let last = tape.last();
    println!("last states, forward:  {:5}", last.ahead.t());
    println!("last states, backward: {:5}", last.back.t());
    // ANCHOR_END: forward

    // ANCHOR: backward
    println!("== backward ==");
    // L = the last state of both directions, summed; the outputs have no reader
    let ones = Both { ahead: array![[1.0], [1.0]], back: array![[1.0], [1.0]] };
    let nothing = Array3::zeros(h.dim());
    let mut grad = layer.zeros_like();
    let (d_x, _) = layer.backward(&tape, nothing.view(), Some(&ones), &mut grad);
    print("d_x", &d_x);
    // ANCHOR_END: backward

    println!("== wrong ==");
    let tape = layer.forward(x.view(), None, &layer.start(2));
    let h = tape.output();
    print("backward", &h.slice(s![.., .., 1..]).to_owned());
}
