//! RWKV's mean is two linear recurrences, divided.

use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{Real, Rng};

// ANCHOR: direct
/// `y_t`: the mean of `v_1 … v_t` with weights `exp(k_s − (t − 1 − s) w)` for those
/// before, and `exp(k_t + u)` for the present one.
fn direct(k: &[Real], v: &[Real], w: Real, u: Real) -> Vec<Real> {
    (0..k.len())
        .map(|t| {
            let weight = |s: usize| match s == t {
                true => (k[t] + u).exp(),
                false => (k[s] - (t - 1 - s) as Real * w).exp(),
            };
            let total: Real = (0..=t).map(weight).sum();
            (0..=t).map(|s| weight(s) * v[s]).sum::<Real>() / total
        })
        .collect()
}
// ANCHOR_END: direct

// ANCHOR: recurrent
/// The same with two numbers of state: `a = e^{−w} a + e^k v`, `b = e^{−w} b + e^k`.
fn recurrent(k: &[Real], v: &[Real], w: Real, u: Real) -> Vec<Real> {
    let (mut a, mut b) = (0.0, 0.0);
    let mut out = Vec::with_capacity(k.len());
    for (k, v) in k.iter().zip(v) {
        let now = (k + u).exp();
        out.push((a + now * v) / (b + now));
        a = (-w).exp() * a + k.exp() * v;
        b = (-w).exp() * b + k.exp();
    }
    out
}
// ANCHOR_END: recurrent

// ANCHOR: safe
/// The same with all three exponents relative to the largest so far, `m`: nothing
/// overflows, whatever `k` is.
fn safe(k: &[Real], v: &[Real], w: Real, u: Real) -> Vec<Real> {
    let (mut a, mut b, mut m) = (0.0, 0.0, Real::NEG_INFINITY);
    let mut out = Vec::with_capacity(k.len());
    for (k, v) in k.iter().zip(v) {
        let top = m.max(k + u);
        let (past, now) = ((m - top).exp(), (k + u - top).exp());
        out.push((past * a + now * v) / (past * b + now));
        let top = (m - w).max(*k);
        let (past, now) = ((m - w - top).exp(), (k - top).exp());
        (a, b, m) = (past * a + now * v, past * b + now, top);
    }
    out
}
// ANCHOR_END: safe

// ANCHOR: main
fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    let mut draw =
        || (0..40).map(|_| rng.random_range(-2.0..2.0)).collect::<Vec<Real>>();
    let (k, v) = (draw(), draw());
    let right = direct(&k, &v, 0.3, 0.5);
    let same =
        |other: &[Real]| right.iter().zip(other).all(|(a, b)| (a - b).abs() < 1e-12);
    println!("two recurrences agree: {}", same(&recurrent(&k, &v, 0.3, 0.5)));
    println!("with the largest taken out: {}", same(&safe(&k, &v, 0.3, 0.5)));
    let large: Vec<Real> = k.iter().map(|k| k + 800.0).collect();
    println!("keys of 800: {:.3}", recurrent(&large, &v, 0.3, 0.5)[39]);
    println!("safely:      {:.3}", safe(&large, &v, 0.3, 0.5)[39]);
    println!("as before:   {:.3}", right[39]);
}
// ANCHOR_END: main
