//! Linear recurrences `h_t = a_t ⊙ h_{t−1} + b_t`: one step after the other, as a tree,
//! and in blocks on several threads.
//!
//! All three take the factors `a: [T, N]` and a matrix `h: [T + 1, N]` that holds the
//! state before the first step in row 0 and `b` in the others, and leave in its rows
//! the states.
//!
//! In the book: [section 10.4].
//!
//! [section 10.4]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch10-modern/recurrences.html

use crate::{Real, vector::slice, vector::slice_mut};
use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis, azip, s};
use std::thread;

// ANCHOR: sequential
/// One step after the other, eq. (10.28) #modern-linear.
///
/// # Panics
/// If `h` does not have one row more than `a`, or another width.
pub fn sequential(a: ArrayView2<Real>, mut h: ArrayViewMut2<Real>) {
    check(a, h.view());
    for (t, a) in a.outer_iter().enumerate() {
        let (past, mut now) = h.view_mut().split_at(Axis(0), t + 1);
        let (h_before, h) = (slice(past.row(t)), slice_mut(now.row_mut(0)));
        azip!((h in h, &a in slice(a), &h_before in h_before) *h += a * h_before);
    }
}
// ANCHOR_END: sequential

fn check(a: ArrayView2<Real>, h: ArrayView2<Real>) {
    let fits = h.nrows() == a.nrows() + 1 && h.ncols() == a.ncols();
    assert!(fits, "factors {:?} do not fit states {:?}", a.dim(), h.dim());
}

// ANCHOR: backward
/// The way back, eq. (10.30) #modern-linear-back: a linear recurrence in the other
/// direction. `d: [T, N]` holds the gradients of `h_1 … h_T` from outside, and is left
/// with the whole gradients, which are also those of `b`. Returns those of the factors,
/// `[T, N]`, and of the state before the first step, `[N]`. `h: [T + 1, N]` are the
/// states.
pub fn backward(
    a: ArrayView2<Real>,
    h: ArrayView2<Real>,
    mut d: ArrayViewMut2<Real>,
) -> (Array2<Real>, Array1<Real>) {
    check(a, h);
    let steps = a.nrows();
    let mut d_a = h.slice(s![..steps, ..]).to_owned();
    for t in (1..steps).rev() {
        let (mut before, after) = d.view_mut().split_at(Axis(0), t);
        let (d, later) = (slice_mut(before.row_mut(t - 1)), after.row(0));
        azip!((d in d, &a in slice(a.row(t)), &later in later) *d += a * later);
    }
    d_a *= &d;
    let first = a.outer_iter().zip(d.outer_iter()).next();
    (d_a, first.map_or_else(|| Array1::zeros(a.ncols()), |(a, d)| &a * &d))
}
// ANCHOR_END: backward

// ANCHOR: tree
/// By halves, eq. (10.29) #modern-compose: neighbours are joined in pairs, the states
/// after each pair are found in the same way, and the states in between are one step
/// from them. About three times the products of [`sequential`], but all of one level
/// can be done at the same time, and there are only about log₂ T levels down and up
/// again.
///
/// # Panics
/// As [`sequential`].
pub fn tree(a: ArrayView2<Real>, mut h: ArrayViewMut2<Real>) {
    check(a, h.view());
    let (steps, width) = a.dim();
    if steps == 0 {
        return;
    }
    // Pair k: first step 2k, then step 2k + 1
    let pairs = steps / 2;
    let mut a_pairs = Array2::zeros((pairs, width));
    let mut h_pairs = Array2::zeros((pairs + 1, width));
    h_pairs.row_mut(0).assign(&h.row(0));
    for k in 0..pairs {
        let (a_1, a_2) = (a.row(2 * k), a.row(2 * k + 1));
        let (b_1, b_2) = (h.row(2 * k + 1), h.row(2 * k + 2));
        a_pairs.row_mut(k).assign(&(&a_2 * &a_1));
        h_pairs.row_mut(k + 1).assign(&(&a_2 * &b_1 + b_2));
    }
    tree(a_pairs.view(), h_pairs.view_mut());
    for t in 0..steps {
        // What came before step t is a state after whole pairs if t is even.
        if t % 2 == 0 {
            let state = &a.row(t) * &h_pairs.row(t / 2) + h.row(t + 1);
            h.row_mut(t + 1).assign(&state);
        } else {
            h.row_mut(t + 1).assign(&h_pairs.row(t / 2 + 1));
        }
    }
}
// ANCHOR_END: tree

// ANCHOR: blocks
/// In as many blocks of steps as `threads`. Each thread runs its block from a state of
/// zero, and multiplies its factors; then what enters each block is found, one product
/// a block; then each thread adds what that has become at each of its steps.
///
/// # Panics
/// As [`sequential`], or if `threads` is 0.
pub fn blocks(a: ArrayView2<Real>, mut h: ArrayViewMut2<Real>, threads: usize) {
    check(a, h.view());
    assert!(threads > 0, "at least one thread must work");
    let size = a.nrows().div_ceil(threads).max(1);
    let (mut enter, states) = h.view_mut().split_at(Axis(0), 1);
    let mut states = states;
    let each = || a.axis_chunks_iter(Axis(0), size);
    // 1. Every block at once, from zero
    let products: Vec<Array1<Real>> = thread::scope(|scope| {
        let blocks = each().zip(states.axis_chunks_iter_mut(Axis(0), size));
        let work: Vec<_> =
            blocks.map(|(a, h)| scope.spawn(move || from_zero(a, h))).collect();
        work.into_iter().map(|work| work.join().expect("a block")).collect()
    });
    // 2. What enters each block
    let mut enters = vec![enter.row_mut(0).to_owned()];
    for (product, h) in products.iter().zip(states.axis_chunks_iter(Axis(0), size)) {
        let last = h.row(h.nrows() - 1);
        let next = &enters[enters.len() - 1] * product + last;
        enters.push(next);
    }
    // 3. Every block at once: h_t += a_t … a_1 ⊙ what entered
    thread::scope(|scope| {
        let blocks = each().zip(states.axis_chunks_iter_mut(Axis(0), size));
        for ((a, h), entered) in blocks.zip(enters) {
            scope.spawn(move || add_entered(a, h, entered));
        }
    });
}

/// The states `h: [K, N]` of a block that starts from zero, in the place of `b`, and
/// the product of its factors.
fn from_zero(a: ArrayView2<Real>, mut h: ArrayViewMut2<Real>) -> Array1<Real> {
    let mut product = a.row(0).to_owned();
    for t in 1..a.nrows() {
        let (past, mut now) = h.view_mut().split_at(Axis(0), t);
        let (a, h_before) = (slice(a.row(t)), slice(past.row(t - 1)));
        azip!((h in slice_mut(now.row_mut(0)), &a in a, &h_before in h_before)
            *h += a * h_before);
        azip!((p in slice_mut(product.view_mut()), &a in a) *p *= a);
    }
    product
}

/// Adds to each state of a block what is left of `entered`.
fn add_entered(
    a: ArrayView2<Real>,
    mut h: ArrayViewMut2<Real>,
    mut entered: Array1<Real>,
) {
    for (a, h) in a.outer_iter().zip(h.outer_iter_mut()) {
        azip!((h in slice_mut(h), e in slice_mut(entered.view_mut()), &a in slice(a)) {
            *e *= a;
            *h += *e;
        });
    }
}
// ANCHOR_END: blocks
