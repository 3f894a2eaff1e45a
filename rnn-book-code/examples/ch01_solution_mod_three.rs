//! Solution: any finite automaton over the bits as an Elman cell.

use ndarray::{Array2, array};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Real, Rng, activation::Activation, elman::Elman, linear::Linear, sampling::greedy,
};

// ANCHOR: automaton
/// A cell, a read-out `[2Q + 1, Q]` and an initial state `[1, 2Q + 1]` that run the
/// automaton with the transition table `next`: in state `q` it reads `bit` and goes to
/// `next[q][bit]`.
///
/// Unit 2q + s is on (+1) when the automaton was in state q and read the bit s, and off
/// (−1) otherwise. The last unit is on before the first bit only. The read-out gives 1
/// for the present state and 0 for the others.
fn automaton(
    next: &[[usize; 2]],
    start: usize,
    gain: Real,
) -> (Elman, Linear, Array2<Real>) {
    let (states, units) = (next.len(), 2 * next.len() + 1);

    // The state that a unit leads to: the automaton is in q when a unit that leads to q
    // is on. A unit h is −1 or 1, so (h + 1) / 2 is 0 or 1.
    let leads_to =
        |unit: usize| if unit < 2 * states { next[unit / 2][unit % 2] } else { start };
    let mut read_out =
        Linear { w: Array2::zeros((units, states)), b: ndarray::Array1::zeros(states) };
    for unit in 0..units {
        read_out.w[[unit, leads_to(unit)]] = 0.5;
        read_out.b[leads_to(unit)] += 0.5;
    }

    // Unit 2q + s asks: in state q, and the bit is s? Two yes make 2, above 1.5.
    let mut cell = Elman {
        w_xh: Array2::zeros((1, units)),
        w_hh: Array2::zeros((units, units)),
        b_h: ndarray::Array1::from_elem(units, -gain),
        phi: Activation::Tanh,
    };
    for q in 0..states {
        for s in 0..2 {
            let unit = 2 * q + s;
            cell.w_hh.column_mut(unit).assign(&(gain * &read_out.w.column(q)));
            cell.w_xh[[0, unit]] = if s == 1 { gain } else { -gain };
            let is_0 = if s == 0 { 1.0 } else { 0.0 };
            cell.b_h[unit] = gain * (read_out.b[q] + is_0 - 1.5);
        }
    }

    let mut h_0 = Array2::from_elem((1, units), -1.0);
    h_0[[0, units - 1]] = 1.0;
    (cell, read_out, h_0)
}
// ANCHOR_END: automaton

// ANCHOR: test
/// Runs the cell and the table side by side over random bits. Returns the largest
/// distance of the read-out from 0 or 1, whichever it should be.
fn largest_error(
    next: &[[usize; 2]],
    start: usize,
    bits: usize,
    rng: &mut Rng,
) -> Real {
    let (cell, read_out, mut h) = automaton(next, start, 10.0);
    let (mut state, mut largest) = (start, 0.0);
    for _ in 0..bits {
        let bit = usize::from(rng.random::<bool>());
        state = next[state][bit];
        h = cell.step(array![[bit as Real]].view(), h.view());
        let y = read_out.forward(h.view());
        assert_eq!(greedy(y.row(0)), state);
        for (q, &y_q) in y.iter().enumerate() {
            largest =
                Real::max(largest, (y_q - if q == state { 1.0 } else { 0.0 }).abs());
        }
    }
    largest
}

fn main() {
    let mut rng = Rng::seed_from_u64(1);
    let named: [(&str, &[[usize; 2]]); 3] = [
        ("ones modulo 3", &[[0, 1], [1, 2], [2, 0]]),
        ("binary number modulo 5", &[[0, 1], [2, 3], [4, 0], [1, 2], [3, 4]]),
        ("has seen 101", &[[0, 1], [2, 1], [0, 3], [3, 3]]),
    ];
    for (name, next) in named {
        let error = largest_error(next, 0, 1000, &mut rng);
        println!("{name}: right for 1000 bits, error below 0.001: {}", error < 0.001);
    }

    let mut largest: Real = 0.0;
    for _ in 0..100 {
        let states = rng.random_range(1..=8);
        let next: Vec<[usize; 2]> =
            (0..states).map(|_| [0, 1].map(|_| rng.random_range(0..states))).collect();
        let start = rng.random_range(0..states);
        largest = largest.max(largest_error(&next, start, 1000, &mut rng));
    }
    println!(
        "100 random tables: right for 1000 bits each, error below 0.001: {}",
        largest < 0.001
    );
}
// ANCHOR_END: test
