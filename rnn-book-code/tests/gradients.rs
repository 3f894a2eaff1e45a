//! Every backward pass against central differences, in f64, at several sizes.

use ndarray::{Array2, Array3};
use rnn_book_code_f64 as book;

use book::{
    Real, Rng,
    char_rnn::{CharRnn, one_hot},
    elman::{Elman, rows},
    gradcheck::gradient_check,
    init,
    linear::Linear,
    loss::softmax_cross_entropy,
    parameters::Parameters,
    recompute::backward_in_segments,
    rtrl::Rtrl,
    text::Window,
};
use rand::{RngExt, SeedableRng};

const EPSILON: Real = 1e-5;
const BOUND: Real = 1e-7;

/// (T, B, D, H, C)
const SIZES: [(usize, usize, usize, usize, usize); 5] = [
    (1, 1, 1, 1, 2),
    (2, 1, 3, 2, 2),
    (4, 3, 2, 5, 3),
    (7, 2, 5, 3, 4),
    (12, 4, 1, 6, 7),
];

fn normal3(shape: (usize, usize, usize), rng: &mut Rng) -> Array3<Real> {
    let (a, b, c) = shape;
    init::normal(a * b, c, 1.0, rng).into_shape_with_order(shape).unwrap()
}

fn assert_checks<M: Parameters>(model: &M, grad: &M, loss: impl Fn(&M) -> Real) {
    for check in gradient_check(model, grad, EPSILON, loss) {
        assert!(check.error < BOUND, "{check:?}");
    }
}

/// An array seen as a model with one parameter, to check the gradient of an input.
#[derive(Clone)]
struct Input(ndarray::ArrayD<Real>);

impl Parameters for Input {
    fn parameters(&self) -> Vec<(String, ndarray::ArrayViewD<'_, Real>)> {
        vec![("input".into(), self.0.view())]
    }
    fn parameters_mut(&mut self) -> Vec<(String, ndarray::ArrayViewMutD<'_, Real>)> {
        vec![("input".into(), self.0.view_mut())]
    }
}

#[test]
fn softmax_cross_entropy_by_its_logits() {
    let mut rng = Rng::seed_from_u64(1);
    let logits = init::normal(6, 5, 2.0, &mut rng);
    let targets: Vec<usize> = (0..6).map(|_| rng.random_range(0..5)).collect();
    let (_, d_logits) = softmax_cross_entropy(logits.view(), &targets);
    assert_checks(&Input(logits.into_dyn()), &Input(d_logits.into_dyn()), |z| {
        let z = z.0.view().into_dimensionality().unwrap();
        softmax_cross_entropy(z, &targets).0
    });
}

#[test]
fn linear_by_weight_bias_and_input() {
    let mut rng = Rng::seed_from_u64(2);
    let layer = Linear::new(4, 3, &mut rng);
    let (x, weight) =
        (init::normal(5, 4, 1.0, &mut rng), init::normal(5, 3, 1.0, &mut rng));
    let loss = |layer: &Linear, x: ndarray::ArrayView2<Real>| {
        (layer.forward(x) * &weight).sum()
    };
    let mut grad = layer.zeros_like();
    let d_x = layer.backward(x.view(), weight.view(), &mut grad);
    assert_checks(&layer, &grad, |layer| loss(layer, x.view()));
    assert_checks(&Input(x.into_dyn()), &Input(d_x.into_dyn()), |x| {
        loss(&layer, x.0.view().into_dimensionality().unwrap())
    });
}

#[test]
fn elman_by_parameters_inputs_and_initial_state() {
    for (seed, (t, b, d, h, _)) in SIZES.into_iter().enumerate() {
        let mut rng = Rng::seed_from_u64(seed as u64);
        let mut cell = Elman::new(d, h, &mut rng);
        cell.b_h = init::normal(1, h, 0.3, &mut rng).row(0).to_owned();
        let x = normal3((t, b, d), &mut rng);
        let h_0 = init::normal(b, h, 0.5, &mut rng);
        let weight = normal3((t, b, h), &mut rng); // every state has a reader
        let loss = |cell: &Elman, x: &Array3<Real>, h_0: &Array2<Real>| {
            (&cell.forward(x.view(), h_0.view()).output() * &weight).sum()
        };

        let tape = cell.forward(x.view(), h_0.view());
        let mut grad = cell.zeros_like();
        let (d_x, d_h_0) = cell.backward(&tape, weight.view(), &mut grad);
        assert_checks(&cell, &grad, |cell| loss(cell, &x, &h_0));
        assert_checks(&Input(x.clone().into_dyn()), &Input(d_x.into_dyn()), |x| {
            loss(&cell, &x.0.clone().into_dimensionality().unwrap(), &h_0)
        });
        assert_checks(
            &Input(h_0.clone().into_dyn()),
            &Input(d_h_0.into_dyn()),
            |h_0| loss(&cell, &x, &h_0.0.clone().into_dimensionality().unwrap()),
        );
    }
}

#[test]
fn character_model() {
    for (seed, (t, b, _, h, v)) in SIZES.into_iter().enumerate() {
        let mut rng = Rng::seed_from_u64(seed as u64);
        let model = CharRnn::new(v, h, &mut rng);
        let mut ids =
            || Array2::from_shape_simple_fn((t, b), || rng.random_range(0..v));
        let window = Window { x: ids(), y: ids() };
        let h_0 = init::normal(b, h, 0.5, &mut rng);
        let mut grad = model.zeros_like();
        let (loss, _) = model.loss_and_gradient(&window, h_0.view(), &mut grad);
        assert_eq!(loss, model.loss(&window, h_0.view()));
        assert_checks(&model, &grad, |model| model.loss(&window, h_0.view()));
    }
}

/// A wrong gradient must fail the check: every layer relies on it.
#[test]
fn the_check_sees_a_wrong_gradient_and_a_nan() {
    let mut rng = Rng::seed_from_u64(5);
    let layer = Linear::new(3, 2, &mut rng);
    let x = init::normal(4, 3, 1.0, &mut rng);
    let loss = |layer: &Linear| layer.forward(x.view()).sum();
    let mut grad = layer.zeros_like();
    layer.backward(x.view(), Array2::ones((4, 2)).view(), &mut grad);
    assert_checks(&layer, &grad, loss);

    grad.w[[1, 1]] *= 1.001;
    let worst = gradient_check(&layer, &grad, EPSILON, loss).remove(0);
    assert!(worst.error > 1e-4, "{worst:?}");
    grad.w[[1, 1]] = Real::NAN;
    let worst = gradient_check(&layer, &grad, EPSILON, loss).remove(0);
    assert!(worst.error.is_nan(), "{worst:?}");
}

#[test]
fn recomputed_segments_give_the_same_gradients() {
    let mut rng = Rng::seed_from_u64(6);
    let (t, b, d, h) = (11, 3, 2, 4);
    let cell = Elman::new(d, h, &mut rng);
    let x = normal3((t, b, d), &mut rng);
    let h_0 = init::normal(b, h, 0.5, &mut rng);
    let weight = normal3((t, b, h), &mut rng);
    let mut whole = cell.zeros_like();
    let tape = cell.forward(x.view(), h_0.view());
    let (_, d_h_0) = cell.backward(&tape, weight.view(), &mut whole);
    for segment in [1, 2, 3, 4, 11, 50] {
        let mut grad = cell.zeros_like();
        let reader = |t: usize, h: ndarray::ArrayView3<Real>| {
            weight.slice(ndarray::s![t..t + h.dim().0, .., ..]).to_owned()
        };
        let d = backward_in_segments(
            &cell,
            x.view(),
            h_0.view(),
            segment,
            reader,
            &mut grad,
        );
        assert!((&d - &d_h_0).iter().all(|e| e.abs() < 1e-12));
        for ((name, a), (_, b)) in grad.parameters().iter().zip(whole.parameters()) {
            assert!(
                (a - &b).iter().all(|e| e.abs() < 1e-11),
                "{name}, segments of {segment}"
            );
        }
    }
}

#[test]
fn real_time_recurrent_learning_agrees_with_back_propagation() {
    let mut rng = Rng::seed_from_u64(7);
    let (t, d, h) = (9, 3, 4);
    let cell = Elman::new(d, h, &mut rng);
    let x = normal3((t, 1, d), &mut rng);
    let weight = normal3((t, 1, h), &mut rng);
    let mut grad = cell.zeros_like();
    let tape = cell.forward(x.view(), Array2::zeros((1, h)).view());
    cell.backward(&tape, weight.view(), &mut grad);

    let mut rtrl = Rtrl::new(&cell);
    let mut sum = Array2::<Real>::zeros((d + h + 1, h));
    for step in 0..t {
        rtrl.step(&cell, x.slice(ndarray::s![step, 0, ..]));
        sum += &rtrl.gradient(weight.slice(ndarray::s![step, 0, ..]));
    }
    let b_h = grad.b_h.clone().insert_axis(ndarray::Axis(0));
    let stacked = ndarray::concatenate(
        ndarray::Axis(0),
        &[grad.w_xh.view(), grad.w_hh.view(), b_h.view()],
    );
    assert!((sum - stacked.unwrap()).iter().all(|e| e.abs() < 1e-12));
}

#[test]
fn whole_sequence_equals_single_steps_and_one_hot_picks_rows() {
    let mut rng = Rng::seed_from_u64(8);
    let cell = Elman::new(3, 4, &mut rng);
    let x = normal3((6, 2, 3), &mut rng);
    let mut h = init::normal(2, 4, 0.5, &mut rng);
    let tape = cell.forward(x.view(), h.view());
    for (t, x_t) in x.outer_iter().enumerate() {
        h = cell.step(x_t, h.view());
        let difference = &h - &tape.output().index_axis(ndarray::Axis(0), t);
        assert!(difference.iter().all(|e| e.abs() < 1e-14));
    }
    let ids = ndarray::array![[2, 0], [1, 2]];
    let x = one_hot(ids.view(), 3);
    let product = rows(&x.view()).dot(&cell.w_xh);
    assert_eq!(product.row(0), cell.w_xh.row(2));
    assert_eq!(product.row(3), cell.w_xh.row(2));
}
