//! One look at three states, forward and back, in numbers for a pencil.

use ndarray::{Array3, arr3, prelude::*};
use rnn_book_code::{Real, attention::Score, parameters::Parameters};

fn row(values: ArrayView1<Real>) -> String {
    let row: Vec<String> = values.iter().map(|x| format!("{x:8.4}")).collect();
    row.join("")
}

fn main() {
    // ANCHOR: forward
    // Three states of an encoder, [S = 3, B = 1, E = 2], the last one padding
    let values = arr3(&[[[1.0, 0.0]], [[0.0, 2.0]], [[9.0, 9.0]]]);
    let query: Array3<Real> = arr3(&[[[1.0, 0.5]]]); // s, [T = 1, B = 1, D = 2]
    let score = Score::General { w: arr2(&[[1.0, 0.0], [1.0, 1.0]]) };
    let memory = score.memory(values.view(), &[2]);
    let mut tape = score.tape(&memory, query);
    score.forward(&memory, 0..1, &mut tape);
    // ANCHOR_END: forward
    println!("== forward ==");
    for (s, key) in memory.keys.outer_iter().enumerate() {
        println!("key of state {}{}", s + 1, row(key.row(0)));
    }
    println!("weights       {}", row(tape.weights.slice(s![0, 0, ..])));
    println!("context       {}", row(tape.context.slice(s![0, 0, ..])));

    // ANCHOR: backward
    let d_context = arr3(&[[[1.0, -1.0]]]);
    let (mut grad, mut d_memory) = (score.zeros_like(), memory.zeros_like());
    let d_query = score.backward(
        &memory,
        &tape,
        0..1,
        d_context.view(),
        &mut d_memory,
        &mut grad,
    );
    let d_keys = d_memory.keys.clone();
    let d_values = score.memory_backward(&memory, d_memory, &mut grad);
    // ANCHOR_END: backward
    println!("== backward ==");
    println!("d_query       {}", row(d_query.slice(s![0, 0, ..])));
    for s in 0..3 {
        println!("d_key   {}     {}", s + 1, row(d_keys.slice(s![s, 0, ..])));
    }
    for s in 0..3 {
        println!("d_state {}     {}", s + 1, row(d_values.slice(s![s, 0, ..])));
    }
    let (_, d_w) = &grad.parameters()[0];
    for i in 0..2 {
        let line = d_w.index_axis(Axis(0), i);
        println!("d_w, row {}    {}", i + 1, row(line.into_dimensionality().unwrap()));
    }
}
