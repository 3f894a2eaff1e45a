//! Two steps of both GRUs, forward and back, every number that one would write on
//! paper.

use ndarray::{Array1, Array2, Array3, Axis, array, concatenate, s};
use rnn_book_code::{
    Real, gru::Gru, layer::Layer, original_gru::OriginalGru, parameters::Parameters,
};

const HIDDEN: usize = 2;

// ANCHOR: weights
/// One input, two units; the columns are those of r, z and n, two each.
fn weights() -> OriginalGru {
    OriginalGru {
        w_x: array![[1.0, -1.0, 0.5, 0.0, 1.0, -0.5]],
        w_h: array![[0.5, 0.0, 0.0, 1.0, 0.5, -1.0], [0.0, 0.5, 1.0, 0.0, 1.0, 0.5]],
        b: Array1::zeros(3 * HIDDEN),
    }
}
// ANCHOR_END: weights

/// The part of a row of `[3H]` that belongs to r, z or n.
fn part(row: &Array1<Real>, k: usize) -> Array1<Real> {
    row.slice(s![k * HIDDEN..(k + 1) * HIDDEN]).to_owned()
}

fn slope_sigmoid(y: &Array1<Real>) -> Array1<Real> {
    y.mapv(|y| y * (1.0 - y))
}

fn slope_tanh(y: &Array1<Real>) -> Array1<Real> {
    y.mapv(|y| 1.0 - y * y)
}

fn main() {
    let before = weights();
    let after = Gru {
        w_x: before.w_x.clone(),
        w_h: before.w_h.clone(),
        b: before.b.clone(),
        b_m: Array1::zeros(HIDDEN),
    };
    let x: Array3<Real> = array![[[1.0]], [[-1.0]]];
    let h_0: Array2<Real> = array![[0.5, -0.5]];
    // Only the first unit of the last state has a reader: L = h_2[0].
    let d_h: Array3<Real> = array![[[0.0, 0.0]], [[1.0, 0.0]]];
    let (w_rz, w_n) = (
        before.w_h.slice(s![.., ..2 * HIDDEN]).to_owned(),
        before.w_h.slice(s![.., 2 * HIDDEN..]).to_owned(),
    );

    println!("== after ==");
    let tape = after.forward(x.view(), None, &h_0);
    for t in 0..2 {
        let gates = tape.gates.slice(s![t, 0, ..]).to_owned();
        println!(
            "t = {}: r = {:7.4}, z = {:7.4}",
            t + 1,
            part(&gates, 0),
            part(&gates, 1)
        );
        println!(
            "       m = {:7.4}, n = {:7.4}",
            tape.m.slice(s![t, 0, ..]),
            part(&gates, 2)
        );
        println!("       h = {:7.4}", tape.h.slice(s![t + 1, 0, ..]));
    }

    println!("== after, back ==");
    let mut g = Array1::<Real>::zeros(HIDDEN);
    for t in (0..2).rev() {
        g += &d_h.slice(s![t, 0, ..]);
        let gates = tape.gates.slice(s![t, 0, ..]).to_owned();
        let [r, z, n] = [0, 1, 2].map(|k| part(&gates, k));
        let (m, h) = (tape.m.slice(s![t, 0, ..]), tape.h.slice(s![t, 0, ..]));
        let d_z = &g * &(&h - &n) * slope_sigmoid(&z) + 0.0;
        let d_n = &g * &(1.0 - &z) * slope_tanh(&n);
        let d_r = &d_n * &m * slope_sigmoid(&r) + 0.0;
        let d_m = &d_n * &r;
        println!("t = {}: d_h = {g:7.4}", t + 1);
        println!("       d_z = {d_z:7.4}, d_n = {d_n:7.4}");
        println!("       d_r = {d_r:7.4}, d_m = {d_m:7.4}");
        let delta: Array1<Real> = concatenate![Axis(0), d_r, d_z, d_m];
        g = &g * &z + delta.dot(&after.w_h.t());
    }
    println!("d_h_0       = {g:7.4}");
    let mut grad = after.zeros_like();
    let (_, d_h_0) = after.backward(&tape, d_h.view(), None, &mut grad);
    assert!((&d_h_0.row(0) - &g).iter().all(|d| d.abs() < 1e-6));

    println!("== before ==");
    let tape = before.forward(x.view(), None, &h_0);
    for t in 0..2 {
        let gates = tape.gates.slice(s![t, 0, ..]).to_owned();
        let (r, h) = (part(&gates, 0), tape.h.slice(s![t, 0, ..]));
        println!("t = {}: r = {r:7.4}, z = {:7.4}", t + 1, part(&gates, 1));
        println!("       k = {:7.4}, n = {:7.4}", &r * &h, part(&gates, 2));
        println!("       h = {:7.4}", tape.h.slice(s![t + 1, 0, ..]));
    }

    println!("== before, back ==");
    let mut g = Array1::<Real>::zeros(HIDDEN);
    for t in (0..2).rev() {
        g += &d_h.slice(s![t, 0, ..]);
        let gates = tape.gates.slice(s![t, 0, ..]).to_owned();
        let [r, z, n] = [0, 1, 2].map(|k| part(&gates, k));
        let h = tape.h.slice(s![t, 0, ..]);
        let d_z = &g * &(&h - &n) * slope_sigmoid(&z) + 0.0;
        let d_n = &g * &(1.0 - &z) * slope_tanh(&n);
        let d_k = d_n.dot(&w_n.t());
        let d_r = &d_k * &h * slope_sigmoid(&r);
        println!("t = {}: d_h = {g:7.4}", t + 1);
        println!("       d_z = {d_z:7.4}, d_n = {d_n:7.4}");
        println!("       d_k = {d_k:7.4}, d_r = {d_r:7.4}");
        let delta: Array1<Real> = concatenate![Axis(0), d_r, d_z];
        g = &g * &z + &d_k * &r + delta.dot(&w_rz.t());
    }
    println!("d_h_0       = {g:7.4}");
    let mut grad = before.zeros_like();
    let (_, d_h_0) = before.backward(&tape, d_h.view(), None, &mut grad);
    assert!((&d_h_0.row(0) - &g).iter().all(|d| d.abs() < 1e-6));
}
