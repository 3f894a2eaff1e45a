//! Solution: Elman's cell with ReLU, and the check that fails now and then.

use ndarray::{Array2, Array3, ArrayView2, ArrayView3, Axis, s};
use rand::SeedableRng;
use rnn_book_code_f64::{
    Real, Rng,
    elman::{Elman, ElmanTape},
    gradcheck::gradient_check,
    init,
    parameters::Parameters,
};

// ANCHOR: relu
/// The states of `x: [T, B, D]` from `h_0: [B, H]` with the parameters of Elman's cell:
/// H_t = max(0, X_t W_xh + H_{t-1} W_hh + b_h).
fn relu_forward(cell: &Elman, x: ArrayView3<Real>, h_0: ArrayView2<Real>) -> ElmanTape {
    let (steps, batch, _) = x.dim();
    let mut h = Array3::zeros((steps + 1, batch, cell.b_h.len()));
    h.index_axis_mut(Axis(0), 0).assign(&h_0);
    for (t, x_t) in x.outer_iter().enumerate() {
        let a =
            x_t.dot(&cell.w_xh) + h.index_axis(Axis(0), t).dot(&cell.w_hh) + &cell.b_h;
        h.index_axis_mut(Axis(0), t + 1).assign(&a.mapv(|a| a.max(0.0)));
    }
    ElmanTape { x: x.to_owned(), h }
}

/// Adds the gradients of the parameters to `grad`, given those of the states,
/// `d_h: [T, B, H]`.
fn relu_backward(
    cell: &Elman,
    tape: &ElmanTape,
    d_h: ArrayView3<Real>,
    grad: &mut Elman,
) {
    let (steps, batch, hidden) = d_h.dim();
    let mut from_later = Array2::zeros((batch, hidden));
    for t in (0..steps).rev() {
        // δ_t = (∂L/∂H_t + δ_{t+1} W_hhᵀ) ⊙ [H_t > 0]: the only line that is new
        let open =
            tape.h.index_axis(Axis(0), t + 1).mapv(|h| if h > 0.0 { 1.0 } else { 0.0 });
        let delta = (&d_h.index_axis(Axis(0), t) + &from_later) * open;
        grad.w_xh += &tape.x.index_axis(Axis(0), t).t().dot(&delta);
        grad.w_hh += &tape.h.index_axis(Axis(0), t).t().dot(&delta);
        grad.b_h += &delta.sum_axis(Axis(0));
        from_later = delta.dot(&cell.w_hh.t());
    }
}
// ANCHOR_END: relu

// ANCHOR: check
/// The largest relative error of all parameters of the random cell number `seed`.
fn largest_error(seed: u64, epsilon: Real) -> Real {
    let (steps, batch, input, hidden) = (6, 3, 2, 4);
    let mut rng = Rng::seed_from_u64(seed);
    let mut cell = Elman::new(input, hidden, &mut rng);
    cell.b_h = init::normal(1, hidden, 0.5, &mut rng).row(0).to_owned();
    let x = init::normal(steps * batch, input, 1.0, &mut rng);
    let x: Array3<Real> = x.into_shape_with_order((steps, batch, input)).unwrap();
    let h_0 = init::normal(batch, hidden, 0.5, &mut rng);
    let d_h = init::normal(steps * batch, hidden, 1.0, &mut rng);
    let d_h: Array3<Real> = d_h.into_shape_with_order((steps, batch, hidden)).unwrap();

    // Every state has a reader: the loss is Σ H ⊙ d_h, whose gradient by H is d_h.
    let loss = |cell: &Elman| {
        (&relu_forward(cell, x.view(), h_0.view()).h.slice(s![1.., .., ..]) * &d_h)
            .sum()
    };
    let mut grad = cell.zeros_like();
    let tape = relu_forward(&cell, x.view(), h_0.view());
    relu_backward(&cell, &tape, d_h.view(), &mut grad);
    gradient_check(&cell, &grad, epsilon, loss).iter().fold(0.0, |largest, check| {
        if check.error <= largest { largest } else { check.error }
    })
}

fn main() {
    let error = largest_error(1, 1e-5);
    println!(
        "one cell, step 1e-5: largest relative error below 1e-9: {}",
        error < 1e-9
    );
    assert!(error < 1e-9);

    let mut failing: Vec<u64> = (1..=1000).collect();
    for step in [1e-3, 1e-4, 1e-5, 1e-6] {
        let tried = failing.len();
        failing.retain(|&seed| largest_error(seed, step) > 1e-3);
        println!("step {step:.0e}: {} of {tried} cells fail", failing.len());
    }
    assert!(failing.is_empty());
}
// ANCHOR_END: check
