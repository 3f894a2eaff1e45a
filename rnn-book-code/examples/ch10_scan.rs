//! A linear recurrence by hand, in pairs, and by three scans.

use ndarray::{Array2, array};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{Real, Rng, init, scan};

// ANCHOR: compose
/// A step `h → a h + b`. First `one`, then `two`, as one step.
fn compose(one: (Real, Real), two: (Real, Real)) -> (Real, Real) {
    (two.0 * one.0, two.0 * one.1 + two.1)
}
// ANCHOR_END: compose

fn main() {
    // ANCHOR: hand
    println!("== hand ==");
    let a = array![[0.5], [0.0], [1.0], [0.5]];
    let mut h = array![[8.0], [1.0], [2.0], [3.0], [4.0]]; // h_0, then b_1 … b_4
    scan::sequential(a.view(), h.view_mut());
    println!("states: {}", h.column(0));
    let steps = [(0.5, 1.0), (0.0, 2.0), (1.0, 3.0), (0.5, 4.0)];
    let (first, last) = (compose(steps[0], steps[1]), compose(steps[2], steps[3]));
    println!("steps 1 and 2 as one: {first:?}, steps 3 and 4: {last:?}");
    let whole = compose(first, last);
    println!("all four: {whole:?}, so h_4 = {}", whole.0 * 8.0 + whole.1);
    println!("the other way round: {:?}", compose(last, first));
    // ANCHOR_END: hand

    // ANCHOR: same
    println!("== same ==");
    let mut rng = Rng::seed_from_u64(1);
    let (steps, width) = (1000, 64);
    let a = Array2::from_shape_simple_fn((steps, width), || rng.random_range(0.8..1.0));
    let b = init::normal(steps + 1, width, 1.0, &mut rng);
    let mut right = b.clone();
    scan::sequential(a.view(), right.view_mut());
    let mut tree = b.clone();
    scan::tree(a.view(), tree.view_mut());
    println!(
        "tree:     largest difference below 1e-5: {}",
        apart(&tree, &right) < 1e-5
    );
    for threads in [1, 2, 3, 7] {
        let mut blocks = b.clone();
        scan::blocks(a.view(), blocks.view_mut(), threads);
        let close = apart(&blocks, &right) < 1e-5;
        println!("{threads} blocks: largest difference below 1e-5: {close}");
    }
    // ANCHOR_END: same
}

/// The largest difference, relative to the largest entry.
fn apart(a: &Array2<Real>, b: &Array2<Real>) -> Real {
    let largest = |m: &Array2<Real>| m.fold(0.0, |m: Real, x| m.max(x.abs()));
    largest(&(a - b)) / largest(b)
}
