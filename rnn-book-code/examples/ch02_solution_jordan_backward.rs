//! Solution: back-propagation through time for Jordan's network.

use ndarray::{
    Array2, Array3, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMutD, Axis,
};
use rand::SeedableRng;
use rnn_book_code_f64::{
    Real, Rng,
    gradcheck::gradient_check,
    init,
    jordan::Jordan,
    parameters::{Parameters, prefixed},
};

// ANCHOR: model
/// Jordan's network with its inputs, so that one check sees all gradients.
#[derive(Clone)]
struct Model {
    net: Jordan,
    /// The inputs, `[T, B, D]`.
    x: Array3<Real>,
    /// The output before the first step, `[B, C]`.
    y_0: Array2<Real>,
}

impl Parameters for Model {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("hidden", self.net.hidden.parameters());
        list.push(("w_yh".into(), self.net.w_yh.view().into_dyn()));
        list.extend(prefixed("out", self.net.out.parameters()));
        list.push(("x".into(), self.x.view().into_dyn()));
        list.push(("y_0".into(), self.y_0.view().into_dyn()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("hidden", self.net.hidden.parameters_mut());
        list.push(("w_yh".into(), self.net.w_yh.view_mut().into_dyn()));
        list.extend(prefixed("out", self.net.out.parameters_mut()));
        list.push(("x".into(), self.x.view_mut().into_dyn()));
        list.push(("y_0".into(), self.y_0.view_mut().into_dyn()));
        list
    }
}
// ANCHOR_END: model

// ANCHOR: forward
/// What the backward pass needs.
struct JordanTape {
    /// The inputs, `[T, B, D]`.
    x: Array3<Real>,
    /// The hidden layer, `[T, B, H]`.
    h: Array3<Real>,
    /// The outputs, `[T + 1, B, C]`: `y[0]` stands before the first step.
    y: Array3<Real>,
}

fn forward(net: &Jordan, x: ArrayView3<Real>, y_0: ArrayView2<Real>) -> JordanTape {
    let (steps, batch, _) = x.dim();
    let mut h = Array3::zeros((steps, batch, net.hidden.b.len()));
    let mut y = Array3::zeros((steps + 1, batch, net.out.b.len()));
    y.index_axis_mut(Axis(0), 0).assign(&y_0);
    for (t, x_t) in x.outer_iter().enumerate() {
        let a = net.hidden.forward(x_t) + y.index_axis(Axis(0), t).dot(&net.w_yh);
        let h_t = a.mapv_into(Real::tanh);
        y.index_axis_mut(Axis(0), t + 1).assign(&net.out.forward(h_t.view()));
        h.index_axis_mut(Axis(0), t).assign(&h_t);
    }
    JordanTape { x: x.to_owned(), h, y }
}
// ANCHOR_END: forward

// ANCHOR: backward
/// Takes the gradient `d_y: [T, B, C]` that the loss sends back to each output; adds
/// the gradients of the parameters to `grad`, and returns those of `x: [T, B, D]` and
/// of `y_0: [B, C]`.
fn backward(
    net: &Jordan,
    tape: &JordanTape,
    d_y: ArrayView3<Real>,
    grad: &mut Jordan,
) -> (Array3<Real>, Array2<Real>) {
    let mut d_x = Array3::zeros(tape.x.dim());
    // δ_{t+1} W_yhᵀ
    let mut from_later = Array2::zeros(d_y.index_axis(Axis(0), 0).dim());
    for (t, h_t) in tape.h.outer_iter().enumerate().rev() {
        // γ_t: the output has two readers, the loss and the next hidden layer
        let gamma = &d_y.index_axis(Axis(0), t) + &from_later;
        // δ_t = (γ_t W_hyᵀ) ⊙ (1 − H_t²): the hidden layer has one reader, the output
        let delta = net.out.backward(h_t, gamma.view(), &mut grad.out)
            * h_t.mapv(|h| 1.0 - h * h);
        let x_t = tape.x.index_axis(Axis(0), t);
        d_x.index_axis_mut(Axis(0), t).assign(&net.hidden.backward(
            x_t,
            delta.view(),
            &mut grad.hidden,
        ));
        // y[t] stands before this step
        grad.w_yh += &tape.y.index_axis(Axis(0), t).t().dot(&delta);
        from_later = delta.dot(&net.w_yh.t());
    }
    (d_x, from_later)
}
// ANCHOR_END: backward

// ANCHOR: main
fn main() {
    let (steps, batch, input, hidden, output) = (7, 3, 2, 5, 4);
    let mut rng = Rng::seed_from_u64(1);
    let mut net = Jordan::new(input, hidden, output, &mut rng);
    net.hidden.b = init::normal(1, hidden, 0.3, &mut rng).row(0).to_owned();
    net.out.b = init::normal(1, output, 0.3, &mut rng).row(0).to_owned();
    let x = init::normal(steps * batch, input, 1.0, &mut rng);
    let x = x.into_shape_with_order((steps, batch, input)).unwrap();
    let y_0 = init::normal(batch, output, 0.5, &mut rng);
    let d_y = init::normal(steps * batch, output, 1.0, &mut rng);
    let d_y: Array3<Real> = d_y.into_shape_with_order((steps, batch, output)).unwrap();
    let model = Model { net, x, y_0 };

    // The outputs are those of `step`.
    let tape = forward(&model.net, model.x.view(), model.y_0.view());
    let mut y = model.y_0.clone();
    for (t, x_t) in model.x.outer_iter().enumerate() {
        y = model.net.step(x_t, y.view());
        assert!(
            (&y - &tape.y.index_axis(Axis(0), t + 1)).iter().all(|d| d.abs() < 1e-12)
        );
    }

    // The loss is Σ Y ⊙ d_y over all steps, whose gradient by Y is d_y.
    let loss = |m: &Model| {
        let tape = forward(&m.net, m.x.view(), m.y_0.view());
        (&tape.y.slice(ndarray::s![1.., .., ..]) * &d_y).sum()
    };
    let mut grad = model.zeros_like();
    (grad.x, grad.y_0) = backward(&model.net, &tape, d_y.view(), &mut grad.net);
    for check in gradient_check(&model, &grad, 1e-5, loss) {
        println!("{:8} relative error below 1e-7: {}", check.name, check.error < 1e-7);
        assert!(check.error < 1e-7);
    }
}
// ANCHOR_END: main
