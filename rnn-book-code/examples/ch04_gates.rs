//! One memory cell whose gates are set by hand, one gate more in each run.

use ndarray::{Array1, Array2, Array3, s};
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    layer::{Layer, Tape},
    lstm_variants::{Forget, LstmVariant, Parts},
};

// ANCHOR: stream
/// The number, and whether it is to be stored, the memory emptied, the sum told.
const STREAM: [(f32, bool, bool, bool); 10] = [
    (3.0, true, false, false),
    (9.0, false, false, false),
    (4.0, true, false, false),
    (7.0, false, false, false),
    (8.0, false, false, true), // 3 + 4
    (6.0, false, true, false),
    (2.0, true, false, false),
    (9.0, false, false, false),
    (5.0, true, false, false),
    (1.0, false, false, true), // 2 + 5
];
// ANCHOR_END: stream

// ANCHOR: cell
/// A hundredth, so that tanh is the identity to four digits.
const SCALE: f32 = 0.01;

/// One unit that reads number, store, empty, tell. A gate's weight of 40 and bias of
/// ±20 make σ a switch.
fn cell(parts: Parts) -> LstmVariant {
    let mut cell = LstmVariant::new(4, 1, parts, 0.0, &mut Rng::seed_from_u64(0));
    cell.w_h = Array2::zeros((1, 4));
    cell.b = Array1::from_vec(vec![-20.0, 20.0, 0.0, -20.0]);
    cell.w_x = Array2::zeros((4, 4));
    cell.w_x[[1, 0]] = 40.0; // the input gate opens to store
    cell.w_x[[2, 1]] = -40.0; // the forget gate closes to empty
    cell.w_x[[0, 2]] = SCALE; // the candidate is the number
    cell.w_x[[3, 3]] = 40.0; // the output gate opens to tell
    cell
}
// ANCHOR_END: cell

// ANCHOR: main
fn main() {
    let x = Array3::from_shape_fn((STREAM.len(), 1, 4), |(t, _, k)| {
        let (number, store, empty, tell) = STREAM[t];
        [number, store.into(), empty.into(), tell.into()][k]
    });
    let bare = Parts {
        forget: Forget::Open,
        input: false,
        output: false,
        bend: false,
        peepholes: false,
    };
    let with_input = Parts { input: true, ..bare };
    let with_forget = Parts { forget: Forget::Own, ..with_input };
    let all = Parts { output: true, ..with_forget };

    println!("number              {}", line(STREAM.map(|step| step.0)));
    for (name, parts) in [
        ("a sum, no gates    ", bare),
        ("with an input gate ", with_input),
        ("and a forget gate  ", with_forget),
        ("and an output gate ", all),
    ] {
        let cell = cell(parts);
        let tape = cell.forward(x.view(), None, &cell.start(1));
        let shown = tape.output().slice(s![.., 0, 0]).mapv(|h| h / SCALE);
        println!("{name} {}", line(shown));
    }
}

fn line(numbers: impl IntoIterator<Item = f32>) -> String {
    numbers.into_iter().map(|number| format!("{:4.0}", number.round())).collect()
}
// ANCHOR_END: main
