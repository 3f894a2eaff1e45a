//! The reset gate before and after the product: the same weights, other numbers.

use ndarray::{Array2, Array3, Axis, s};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    gru::Gru,
    init,
    layer::{Layer, Tape},
    original_gru::OriginalGru,
};

// ANCHOR: both
/// The two cells with the same weights; the bias that only one of them has is 0.
fn both(after: &Gru) -> OriginalGru {
    OriginalGru { w_x: after.w_x.clone(), w_h: after.w_h.clone(), b: after.b.clone() }
}

/// The largest difference between the outputs of both at each step.
fn apart(after: &Gru, x: &Array3<Real>, h_0: &Array2<Real>) -> Vec<Real> {
    let before = both(after);
    let a = after.forward(x.view(), None, h_0);
    let b = before.forward(x.view(), None, h_0);
    let difference = &a.output() - &b.output();
    difference.outer_iter().map(|d| d.fold(0.0, |m: Real, d| m.max(d.abs()))).collect()
}
// ANCHOR_END: both

fn print(name: &str, differences: &[Real]) {
    let shown: Vec<String> = differences.iter().map(|d| format!("{d:.4}")).collect();
    println!("{name:32} {}", shown.join("  "));
}

// ANCHOR: main
fn main() {
    let (steps, batch, input, hidden) = (5, 2, 3, 4);
    let mut rng = Rng::seed_from_u64(1);
    let gru = Gru::new(input, hidden, &mut rng);
    let x = init::normal(steps * batch, input, 1.0, &mut rng);
    let x = x.into_shape_with_order((steps, batch, input)).unwrap();
    let h_0 = init::normal(batch, hidden, 0.5, &mut rng);
    let zeros = Array2::zeros((batch, hidden));
    let candidate = s![.., 2 * hidden..];

    print("random weights", &apart(&gru, &x, &h_0));
    print("random weights, h_0 = 0", &apart(&gru, &x, &zeros));

    let mut open = gru.clone();
    open.b.slice_mut(s![..hidden]).fill(30.0);
    print("reset gate open", &apart(&open, &x, &h_0));

    // Every unit reads the same weights for its reset gate, so all r are equal.
    let mut shared = gru.clone();
    for mut w in [shared.w_x.view_mut(), shared.w_h.view_mut()] {
        let first = w.column(0).to_owned().insert_axis(Axis(1));
        w.slice_mut(s![.., ..hidden]).assign(&first);
    }
    print("one reset gate for all units", &apart(&shared, &x, &h_0));

    let mut diagonal = gru.clone();
    let part = diagonal.w_h.slice(candidate).diag().to_owned();
    diagonal.w_h.slice_mut(candidate).assign(&Array2::from_diag(&part));
    print("diagonal W_hn", &apart(&diagonal, &x, &h_0));

    let mut bias = diagonal;
    bias.b_m.fill(0.5);
    print("diagonal W_hn, b_m = 0.5", &apart(&bias, &x, &h_0));
}
// ANCHOR_END: main
