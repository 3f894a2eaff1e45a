//! One cell, four ways to connect it to the world.

use ndarray::{Array2, array};
use rnn_book_code::{
    Real,
    activation::Activation,
    elman::Elman,
    machines::{counter, parity, parity_start},
};

// ANCHOR: aligned
/// Aligned many-to-many: an answer at every step. Here, the parity of the bits so far.
fn aligned(bits: &[Real]) -> Vec<bool> {
    let (cell, read_out) = parity(10.0);
    let mut h = parity_start(1);
    bits.iter()
        .map(|&bit| {
            h = cell.step(array![[bit]].view(), h.view());
            read_out.forward(h.view())[[0, 0]] > 0.5
        })
        .collect()
}
// ANCHOR_END: aligned

// ANCHOR: many_to_one
/// Many-to-one: read all, answer once. The same cell; only the last state has a reader.
fn many_to_one(bits: &[Real]) -> &'static str {
    let (cell, read_out) = parity(10.0);
    let mut h = parity_start(1);
    for &bit in bits {
        h = cell.step(array![[bit]].view(), h.view());
    }
    if read_out.forward(h.view())[[0, 0]] > 0.5 { "odd" } else { "even" }
}
// ANCHOR_END: many_to_one

// ANCHOR: one_to_many
/// One-to-many: one input, then the state runs on by itself. The recurrent matrix turns
/// the state by 36° and shrinks it by a tenth, so unit 0 plays a decaying wave.
fn one_to_many(pluck: Real, steps: usize) -> Vec<Real> {
    let (sin, cos) = (36.0 as Real).to_radians().sin_cos();
    let cell = Elman {
        w_xh: array![[1.0, 0.0]],
        w_hh: array![[cos, sin], [-sin, cos]] * 0.9,
        b_h: array![0.0, 0.0],
        phi: Activation::Tanh,
    };
    let mut h = cell.step(array![[pluck]].view(), Array2::zeros((1, 2)).view());
    (0..steps)
        .map(|_| {
            h = cell.step(array![[0.0]].view(), h.view());
            h[[0, 0]]
        })
        .collect()
}
// ANCHOR_END: one_to_many

// ANCHOR: unaligned
/// Unaligned many-to-many: an encoder reads everything, a decoder writes an answer of
/// its own length from the encoder's last state. Here: a mark for each 1, whatever
/// stood between them.
fn unaligned(bits: &[Real]) -> String {
    let (cell, read_out) = counter(0.001);
    let mut h = Array2::zeros((1, 1));
    for &bit in bits {
        h = cell.step(array![[bit]].view(), h.view()); // encode: add
    }
    let mut marks = String::new();
    while read_out.forward(h.view())[[0, 0]] > 0.5 {
        marks.push('I');
        h = cell.step(array![[-1.0]].view(), h.view()); // decode: take away
    }
    marks
}
// ANCHOR_END: unaligned

fn main() {
    let bits = [1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0];
    println!("== aligned ==");
    println!("bits {bits:?}\nodd so far: {:?}", aligned(&bits));
    println!("== many-to-one ==");
    println!("{}", many_to_one(&bits));
    println!("== one-to-many ==");
    println!("{:.2?}", one_to_many(0.5, 10));
    println!("== unaligned ==");
    println!("{}", unaligned(&bits));
}
