//! Solution: an LSTM that counts, and why a GRU cannot do it in the same way.

use ndarray::{Array1, Array2, Array3, array, s};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    gru::Gru,
    init,
    layer::{Layer, Tape},
    lstm::Lstm,
};

// ANCHOR: count
/// One unit that adds 1 for `[1, 0]` and takes 1 away for `[0, 1]`: i = f = 1, g = ±1.
fn counter() -> Lstm {
    Lstm {
        w_x: array![[0.0, 0.0, 20.0, 0.0], [0.0, 0.0, -20.0, 0.0]],
        w_h: Array2::zeros((1, 4)),
        b: array![30.0, 30.0, 0.0, 30.0],
    }
}

/// The nearest that a GRU comes: z = 1 − 1/100, n = ±1.
fn would_be_counter() -> Gru {
    let b_z = (0.99_f32 / 0.01).ln() as Real;
    Gru {
        w_x: array![[0.0, 0.0, 20.0], [0.0, 0.0, -20.0]],
        w_h: Array2::zeros((1, 3)),
        b: array![0.0, b_z, 0.0],
        b_m: Array1::zeros(1),
    }
}
// ANCHOR_END: count

/// `up` times `[1, 0]`, then `down` times `[0, 1]`.
fn word(up: usize, down: usize) -> Array3<Real> {
    Array3::from_shape_fn((up + down, 1, 2), |(t, _, k)| {
        Real::from(u8::from((t < up) == (k == 0)))
    })
}

// ANCHOR: main
fn main() {
    let (lstm, gru) = (counter(), would_be_counter());
    println!("    n    LSTM: top, end    GRU: top, end");
    for n in [10, 100, 1000] {
        let x = word(n, n);
        let c = lstm.forward(x.view(), None, &lstm.start(1)).c;
        let h = gru.forward(x.view(), None, &gru.start(1)).h;
        let (top, end) = (s![n, 0, 0], s![2 * n, 0, 0]);
        println!(
            "{n:5} {:9.2} {:8.2} {:9.4} {:8.4}",
            c.slice(top),
            c.slice(end),
            h.slice(top),
            h.slice(end)
        );
    }

    // Any GRU at all, driven hard: the state stays in the box.
    let mut rng = Rng::seed_from_u64(1);
    let mut gru = Gru::new(2, 8, &mut rng);
    gru.w_x *= 50.0;
    gru.w_h *= 50.0;
    let x =
        init::normal(500, 2, 5.0, &mut rng).into_shape_with_order((500, 1, 2)).unwrap();
    let tape = gru.forward(x.view(), None, &gru.start(1));
    let largest = tape.output().fold(0.0, |m: Real, h| m.max(h.abs()));
    println!("largest state of a wild GRU, at most 1: {}", largest <= 1.0);
}
// ANCHOR_END: main
