//! The parity machine at work: by the numbers, and on a long random stream at several
//! gains.

use ndarray::{Array1, array};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Real, Rng,
    machines::{parity, parity_start},
};

// ANCHOR: walk
fn walk() {
    let (cell, read_out) = parity(10.0);
    let mut h = parity_start(1);
    println!("bit  unit 0  unit 1  parity");
    for bit in [1.0, 0.0, 1.0, 1.0] {
        h = cell.step(array![[bit]].view(), h.view());
        let y = read_out.forward(h.view());
        println!("{bit:3}  {:6.3}  {:6.3}  {:6.3}", h[[0, 0]], h[[0, 1]], y[[0, 0]]);
    }
}
// ANCHOR_END: walk

// ANCHOR: endure
/// How many of 10 000 random bits pass before the machine first answers wrongly.
fn right_until(gain: Real, rng: &mut Rng) -> usize {
    let (cell, read_out) = parity(gain);
    let (mut h, mut odd) = (parity_start(1), false);
    for step in 0..10_000 {
        let bit: bool = rng.random();
        odd ^= bit;
        let x = Array1::from_elem(1, if bit { 1.0 } else { 0.0 })
            .insert_axis(ndarray::Axis(0));
        h = cell.step(x.view(), h.view());
        let answer = read_out.forward(h.view())[[0, 0]] > 0.5;
        if answer != odd {
            return step;
        }
    }
    10_000
}
// ANCHOR_END: endure

// ANCHOR: errors
/// The parity after a step, as a function of the old parity plus the bit, eq. (1.12)
/// #parity-map.
fn next(gain: Real, s: Real) -> Real {
    ((gain * (s - 0.5)).tanh() - (gain * (s - 1.5)).tanh()) / 2.0
}

fn errors() {
    println!("gain  answer for 0  for 1   for 2   slope at 0");
    for gain in [2.0, 3.0, 5.0, 10.0] {
        let [g0, g1, g2] = [0.0, 1.0, 2.0].map(|s| next(gain, s));
        let slope = (next(gain, 0.005) - next(gain, -0.005)) / 0.01;
        println!("{gain:4}  {g0:12.4}  {g1:.4}  {g2:.4}  {slope:11.4}");
    }
}
// ANCHOR_END: errors

fn main() {
    println!("== walk ==");
    walk();
    println!("== errors ==");
    errors();
    println!("== endure ==");
    for gain in [1.5, 2.0, 2.5, 3.0, 5.0, 10.0] {
        let mut rng = Rng::seed_from_u64(7);
        println!(
            "gain {gain:4}: right for {:5} of 10000 bits",
            right_until(gain, &mut rng)
        );
    }
}
