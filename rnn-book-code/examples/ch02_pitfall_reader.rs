//! Pitfall: the second reader of the state is forgotten. The loss falls all the same.

use ndarray::{Array2, Array3, Axis, s};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{
    Real, Rng,
    char_rnn::{CharRnn, one_hot},
    elman::{Elman, ElmanTape, rows},
    gradcheck::gradient_check,
    loss::softmax_cross_entropy,
    optim::{Optimizer, Sgd},
    parameters::Parameters,
    text::Window,
};

// ANCHOR: wrong
/// Back-propagation that does not go through time: nothing comes back from the step
/// after.
fn forgetful_backward(tape: &ElmanTape, d_h: &Array3<Real>, grad: &mut Elman) {
    for t in 0..d_h.len_of(Axis(0)) {
        let h_t = tape.h.index_axis(Axis(0), t + 1);
        let delta = &d_h.index_axis(Axis(0), t) * &h_t.mapv(|h| 1.0 - h * h);
        grad.w_xh += &tape.x.index_axis(Axis(0), t).t().dot(&delta);
        grad.w_hh += &tape.h.index_axis(Axis(0), t).t().dot(&delta);
        grad.b_h += &delta.sum_axis(Axis(0));
    }
}
// ANCHOR_END: wrong

/// Loss and gradient of a window, through the right or the wrong backward pass.
fn pass(
    model: &CharRnn,
    window: &Window,
    through_time: bool,
    grad: &mut CharRnn,
) -> Real {
    let h_0 = model.start(window.x.ncols());
    if through_time {
        return model.loss_and_gradient(window, h_0.view(), grad).0;
    }
    let tape = model.cell.forward(one_hot(window.x.view(), 4).view(), h_0.view());
    let h = tape.h.slice(s![1.., .., ..]);
    let logits = model.out.forward(rows(&h).view());
    let targets: Vec<usize> = window.y.iter().copied().collect();
    let (loss, d_logits) = softmax_cross_entropy(logits.view(), &targets);
    let d_h = model.out.backward(rows(&h).view(), d_logits.view(), &mut grad.out);
    forgetful_backward(
        &tape,
        &d_h.into_shape_with_order(h.dim()).unwrap(),
        &mut grad.cell,
    );
    loss
}

fn main() {
    let mut rng = Rng::seed_from_u64(1);
    let start = CharRnn::new(4, 8, &mut rng);
    // The answer is the input of two steps before: it must come through the state.
    let ids = Array2::from_shape_simple_fn((14, 8), || rng.random_range(0..4));
    let window = Window {
        x: ids.slice(s![2.., ..]).to_owned(),
        y: ids.slice(s![..-2, ..]).to_owned(),
    };

    for through_time in [false, true] {
        println!("through time: {through_time}");
        let mut model = start.clone();
        for step in 0..=2000 {
            let mut grad = model.zeros_like();
            let loss = pass(&model, &window, through_time, &mut grad);
            if step % 1000 == 0 {
                println!("  step {step:4}: loss {loss:.2}");
            }
            Sgd { rate: 0.5 }.step(&mut model, &grad);
        }

        let mut grad = start.zeros_like();
        pass(&start, &window, through_time, &mut grad);
        let h_0 = start.start(8);
        for check in
            gradient_check(&start, &grad, 1e-5, |m| m.loss(&window, h_0.view()))
        {
            if check.error.is_nan() || check.error > 1e-7 {
                println!(
                    "  {} is wrong: relative error {:.2}",
                    check.name, check.error
                );
            }
        }
    }
}
