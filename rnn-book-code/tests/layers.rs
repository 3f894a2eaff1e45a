//! The layers around the recurrent ones against central differences in f64, at random
//! sizes; and what each promises besides.

use ndarray::{Array2, Array3, ArrayD, ArrayViewD, ArrayViewMutD, Axis, s};
use proptest::{prelude::*, test_runner::RngSeed};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64 as book;

use book::{
    Real, Rng,
    bidirectional::Bidirectional,
    dropout::{Dropout, masked},
    embedding::{Embedding, SparseSgd},
    gradcheck::gradient_check,
    init,
    language::LanguageModel,
    layer::{Layer, State, Tape},
    layer_norm::LayerNorm,
    linear::Linear,
    loss::{CrossEntropy, mean_squared_error, softmax_cross_entropy},
    lstm::Lstm,
    optim::{Optimizer, Sgd},
    parallel::Workers,
    parameters::Parameters,
    read_out,
    residual::{PreNorm, Residual},
    stacked::Stacked,
    tagger::{NO_TARGET, Tagger},
    text::Window,
};

const EPSILON: Real = 1e-5;
const BOUND: Real = 1e-7;

/// An array seen as a model with one parameter, to check the gradient of an input.
#[derive(Clone)]
struct Input(ArrayD<Real>);

impl Input {
    fn matrix(&self) -> ndarray::ArrayView2<'_, Real> {
        self.0.view().into_dimensionality().unwrap()
    }
}

impl Parameters for Input {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        vec![("input".into(), self.0.view())]
    }
    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        vec![("input".into(), self.0.view_mut())]
    }
}

fn assert_checks<M: Parameters>(model: &M, grad: &M, loss: impl Fn(&M) -> Real) {
    for check in gradient_check(model, grad, EPSILON, loss) {
        // The loss is rounded: a difference below u |L| / ε says nothing.
        let small = (check.analytic - check.numeric).abs() < 1e-10;
        assert!(check.error < BOUND || small, "{check:?}");
    }
}

fn matrix(rows: usize, columns: usize, rng: &mut Rng) -> Array2<Real> {
    init::normal(rows, columns, 1.0, rng)
}

fn sequence(shape: (usize, usize, usize), rng: &mut Rng) -> Array3<Real> {
    matrix(shape.0 * shape.1, shape.2, rng).into_shape_with_order(shape).unwrap()
}

fn ids(steps: usize, batch: usize, vocabulary: usize, rng: &mut Rng) -> Array2<usize> {
    Array2::from_shape_simple_fn((steps, batch), || rng.random_range(0..vocabulary))
}

fn random_stack(
    depth: usize,
    d: usize,
    h: usize,
    rate: Real,
    rng: &mut Rng,
) -> Stacked<Lstm> {
    let layers = (0..depth).map(|k| Lstm::new(if k == 0 { d } else { h }, h, rng));
    Stacked::new(layers.collect(), Dropout::new(rate))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 16, rng_seed: RngSeed::Fixed(1), failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn layer_norm(n in 1_usize..6, d in 2_usize..7, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        let mut norm = LayerNorm::new(d);
        norm.gamma = matrix(1, d, rng).row(0).to_owned();
        norm.beta = matrix(1, d, rng).row(0).to_owned();
        let (x, weight) = (matrix(n, d, rng), matrix(n, d, rng));
        let (y, tape) = norm.forward(x.view());
        prop_assert_eq!(y.dim(), x.dim());
        let mut grad = norm.zeros_like();
        let d_x = norm.backward(&tape, weight.view(), &mut grad);
        assert_checks(&norm, &grad, |norm| (norm.forward(x.view()).0 * &weight).sum());
        // Two numbers that almost agree make a row too steep for a finite difference.
        if d > 2 {
            assert_checks(&Input(x.into_dyn()), &Input(d_x.into_dyn()), |x| {
                (norm.forward(x.matrix()).0 * &weight).sum()
            });
        }
    }

    #[test]
    fn cross_entropy(n in 1_usize..7, c in 2_usize..6, smooth in 0.0..0.5, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        let options = CrossEntropy { ignore: Some(99), label_smoothing: smooth };
        let logits = matrix(n, c, rng) * 2.0;
        let targets: Vec<usize> = (0..n)
            .map(|_| if rng.random_bool(0.3) { 99 } else { rng.random_range(0..c) })
            .collect();
        let weights: Vec<Real> = (0..n).map(|_| rng.random_range(0.0..2.0)).collect();
        for weights in [None, Some(&weights[..])] {
            let (loss, d) = options.loss_and_gradient(logits.view(), &targets, weights);
            prop_assert!(loss >= 0.0);
            for (&target, d) in targets.iter().zip(d.outer_iter()) {
                prop_assert!(target != 99 || d.iter().all(|&d| d == 0.0));
                prop_assert!(d.sum().abs() < 1e-12);
            }
            assert_checks(&Input(logits.clone().into_dyn()), &Input(d.into_dyn()), |z| {
                options.loss_and_gradient(z.matrix(), &targets, weights).0
            });
        }
        let plain: Vec<usize> = targets.iter().map(|&y| y.min(c - 1)).collect();
        let (a, d_a) = softmax_cross_entropy(logits.view(), &plain);
        let (b, d_b) = CrossEntropy::default().loss_and_gradient(logits.view(), &plain, None);
        prop_assert!((a - b).abs() < 1e-12);
        prop_assert!((d_a - d_b).iter().all(|d| d.abs() < 1e-12));
    }

    #[test]
    fn squared_error(n in 1_usize..7, d in 1_usize..6, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        let (y, targets) = (matrix(n, d, rng), matrix(n, d, rng));
        let mask: Vec<Real> = (0..n).map(|i| if i % 2 == 0 { 1.0 } else { 0.0 }).collect();
        for weights in [None, Some(&mask[..])] {
            let (_, d_y) = mean_squared_error(y.view(), targets.view(), weights);
            assert_checks(&Input(y.clone().into_dyn()), &Input(d_y.into_dyn()), |y| {
                mean_squared_error(y.matrix(), targets.view(), weights).0
            });
        }
        let (loss, _) = mean_squared_error(y.view(), targets.view(), None);
        prop_assert!((loss - (&y - &targets).mapv(|e| e * e).mean().unwrap()).abs() < 1e-12);
    }

    #[test]
    fn embedding(t in 1_usize..6, b in 1_usize..4, v in 1_usize..6, d in 1_usize..4, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        let embedding = Embedding::new(v, d, rng);
        let (ids, weight) = (ids(t, b, v, rng), sequence((t, b, d), rng));
        let mut grad = embedding.zeros_like();
        embedding.backward(ids.view(), weight.view(), &mut grad);
        assert_checks(&embedding, &grad, |e| (e.forward(ids.view()) * &weight).sum());

        let sparse = embedding.sparse_gradient(ids.view(), weight.view());
        prop_assert!(sparse.ids.is_sorted_by(|a, b| a < b));
        let mut dense = embedding.zeros_like();
        sparse.add_to(&mut dense);
        prop_assert!((&dense.w - &grad.w).iter().all(|d| d.abs() < 1e-12));
        let (mut a, mut b) = (embedding.clone(), embedding);
        Sgd { rate: 0.1 }.step(&mut a, &grad);
        SparseSgd { rate: 0.1 }.step(&mut b, &sparse);
        prop_assert!((a.w - b.w).iter().all(|d| d.abs() < 1e-12));
    }

    #[test]
    fn read_out_equals_its_parts(n in 1_usize..900, v in 1_usize..20, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        let out = Linear::new(4, v, rng);
        let h = matrix(n, 4, rng);
        let targets: Vec<usize> = (0..n).map(|_| rng.random_range(0..v)).collect();
        let mut grad = out.zeros_like();
        let (loss, d_h) = read_out::loss_and_gradient(&out, h.view(), &targets, n, &mut grad);
        let (right, d) = softmax_cross_entropy(out.forward(h.view()).view(), &targets);
        let mut by_parts = out.zeros_like();
        let right_d_h = out.backward(h.view(), d.view(), &mut by_parts);
        prop_assert!((loss - right).abs() < 1e-12);
        prop_assert!((d_h - right_d_h).iter().all(|d| d.abs() < 1e-12));
        for ((name, a), (_, b)) in grad.parameters().iter().zip(by_parts.parameters()) {
            prop_assert!((a - &b).iter().all(|d| d.abs() < 1e-12), "{name}");
        }
    }

    #[test]
    fn language_model_on_any_number_of_threads(
        t in 1_usize..5, b in 1_usize..6, v in 2_usize..6, threads in 1_usize..9, seed: u64
    ) {
        let rng = &mut Rng::seed_from_u64(seed);
        let layer = random_stack(2, 3, 4, 0.0, rng);
        let model = LanguageModel::new(v, layer, rng);
        let window = Window { x: ids(t, b, v, rng), y: ids(t, b, v, rng) };
        let start = model.layer.start(b).map(&mut |a| matrix(a.nrows(), a.ncols(), rng));
        let gradient = |model: &LanguageModel<Stacked<Lstm>>, threads| {
            let (mut grad, mut workers) = (model.zeros_like(), Workers::new(model, threads));
            let mut rng = Rng::seed_from_u64(seed);
            let (loss, last) =
                model.loss_and_gradient(&window, &start, &mut rng, &mut workers, &mut grad);
            (loss, last, grad)
        };
        let (loss, last, grad) = gradient(&model, 1);
        prop_assert!((loss - model.loss(&window, &start).0).abs() < 1e-12);
        assert_checks(&model, &grad, |model| model.loss(&window, &start).0);

        let (same, join, sum) = gradient(&model, threads);
        prop_assert!((loss - same).abs() < 1e-12);
        for (a, b) in last.arrays().into_iter().zip(join.arrays()) {
            prop_assert!((&a - &b).iter().all(|d| d.abs() < 1e-12));
        }
        for ((name, a), (_, b)) in grad.parameters().iter().zip(sum.parameters()) {
            prop_assert!((a - &b).iter().all(|d| d.abs() < 1e-12), "{name}");
        }
    }

    #[test]
    fn stack_with_dropout(t in 1_usize..5, b in 1_usize..4, depth in 1_usize..4, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        let stack = random_stack(depth, 2, 3, 0.4, rng);
        let x = sequence((t, b, 2), rng);
        let start = stack.start(b);
        let weight = sequence((t, b, 3), rng);
        let lengths: Vec<usize> = (0..b).map(|_| rng.random_range(1..=t)).collect();
        // The same seed gives the same masks.
        let forward = |stack: &Stacked<Lstm>, x: &Array3<Real>| {
            let mut rng = Rng::seed_from_u64(seed);
            stack.forward_training(x.view(), Some(&lengths), &start, &mut rng)
        };
        let tape = forward(&stack, &x);
        prop_assert_eq!(tape.masks.len(), depth - 1);
        let mut grad = stack.zeros_like();
        let (d_x, _) = stack.backward(&tape, weight.view(), None, &mut grad);
        assert_checks(&stack, &grad, |stack| (&forward(stack, &x).output() * &weight).sum());
        assert_checks(&Input(x.into_dyn()), &Input(d_x.into_dyn()), |x| {
            let x = x.0.clone().into_dimensionality().unwrap();
            (&forward(&stack, &x).output() * &weight).sum()
        });
    }

    #[test]
    fn dropout_within_wrappers(t in 1_usize..4, b in 1_usize..3, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        let inner = |rng: &mut Rng| random_stack(2, 3, 3, 0.5, rng);
        let (ahead, back) = (inner(rng), inner(rng));
        assert_training(&Bidirectional { ahead, back }, (t, b, 3), seed);
        assert_training(&Residual::new(inner(rng)), (t, b, 3), seed);
        assert_training(&PreNorm::new(inner(rng)), (t, b, 3), seed);
        let blocks = vec![inner(rng), inner(rng)];
        assert_training(&Stacked::new(blocks, Dropout::new(0.0)), (t, b, 3), seed);
    }

    #[test]
    fn a_tagger_of_padded_sentences(t in 1_usize..5, b in 1_usize..4, c in 2_usize..4, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        let (ahead, back) = (Lstm::new(2, 3, rng), Lstm::new(2, 3, rng));
        let model = Tagger::new(4, Bidirectional { ahead, back }, c, rng);
        let lengths: Vec<usize> = (0..b).map(|_| rng.random_range(1..=t)).collect();
        let (ids, mut targets) = (ids(t, b, 4, rng), ids(t, b, c, rng));
        for (b, &end) in lengths.iter().enumerate() {
            targets.slice_mut(s![end.., b]).fill(NO_TARGET);
        }
        let flat: Vec<usize> = targets.iter().copied().collect();
        let options = CrossEntropy { ignore: Some(NO_TARGET), label_smoothing: 0.0 };
        let loss = |model: &Tagger<Bidirectional<Lstm>>| {
            let scores = model.scores(ids.view(), Some(&lengths));
            let scores = scores.into_shape_with_order((t * b, c)).unwrap();
            options.loss_and_gradient(scores.view(), &flat, None).0
        };
        let mut grad = model.zeros_like();
        let value =
            model.loss_and_gradient(ids.view(), Some(&lengths), targets.view(), &mut grad);
        prop_assert!((value - loss(&model)).abs() < 1e-12);
        assert_checks(&model, &grad, loss);
    }
}

/// Dropout inside a wrapper is drawn while training, and its gradient is right.
fn assert_training<L: Layer>(layer: &L, shape: (usize, usize, usize), seed: u64) {
    let rng = &mut Rng::seed_from_u64(!seed);
    let (x, start) = (sequence(shape, rng), layer.start(shape.1));
    let weight = sequence((shape.0, shape.1, layer.output_size()), rng);
    let forward = |layer: &L| {
        let mut rng = Rng::seed_from_u64(seed); // the same masks each time
        layer.forward_training(x.view(), None, &start, &mut rng)
    };
    let tape = forward(layer);
    let quiet = layer.forward(x.view(), None, &start);
    assert_ne!(tape.output(), quiet.output(), "no dropout");
    let mut grad = layer.zeros_like();
    layer.backward(&tape, weight.view(), None, &mut grad);
    assert_checks(layer, &grad, |layer| (&forward(layer).output() * &weight).sum());
}

#[test]
fn dropout_keeps_the_mean_and_follows_its_seed() {
    let shape = (50, 40, 30);
    let draw =
        |rate, seed| Dropout::new(rate).mask(shape, &mut Rng::seed_from_u64(seed));
    for rate in [0.1, 0.5, 0.9] {
        let mask = draw(rate, 1);
        let zeros = mask.iter().filter(|&&m| m == 0.0).count() as Real;
        let n = mask.len() as Real;
        // Four standard deviations of a binomial count
        assert!((zeros / n - rate).abs() < 4.0 * (rate * (1.0 - rate) / n).sqrt());
        assert!(
            mask.iter().all(|&m| m == 0.0 || (m - 1.0 / (1.0 - rate)).abs() < 1e-12)
        );
        assert_eq!(mask, draw(rate, 1));
        assert_ne!(mask, draw(rate, 2));
        let x = Array3::from_elem(shape, 2.0);
        assert_eq!(masked(x.view(), &mask), &mask * 2.0);
    }
    let (mut rng, fresh) = (Rng::seed_from_u64(3), Rng::seed_from_u64(3));
    assert!(Dropout::new(0.0).mask(shape, &mut rng).iter().all(|&m| m == 1.0));
    assert_eq!(rng, fresh, "a rate of 0 draws no random numbers");
    let over_time = Dropout::new(0.5).mask_over_time(shape, &mut rng);
    for step in over_time.axis_iter(Axis(0)) {
        assert_eq!(step, over_time.slice(s![0, .., ..]));
    }
}

#[test]
#[should_panic(expected = "a dropout rate of 1 is not in 0..1")]
fn dropout_of_everything() {
    Dropout::new(1.0);
}

#[test]
#[should_panic(expected = "token 7 of a vocabulary of 5")]
fn a_token_outside_the_vocabulary() {
    let embedding = Embedding::new(5, 2, &mut Rng::seed_from_u64(0));
    embedding.forward(Array2::from_elem((1, 1), 7).view());
}

#[test]
fn nothing_counts() {
    let options = CrossEntropy { ignore: Some(0), label_smoothing: 0.0 };
    let (loss, d) =
        options.loss_and_gradient(Array2::ones((2, 3)).view(), &[0, 0], None);
    assert_eq!((loss, d), (0.0, Array2::zeros((2, 3))));
}

#[test]
fn starts_have_the_moments_that_their_papers_ask_for() {
    let rng = &mut Rng::seed_from_u64(4);
    let (rows, columns) = (300, 200);
    let cases: [(&str, Array2<Real>, Real); 4] = [
        ("Glorot uniform", init::glorot_uniform(rows, columns, rng), 2.0 / 500.0),
        ("Glorot normal", init::glorot_normal(rows, columns, rng), 2.0 / 500.0),
        ("He uniform", init::he_uniform(rows, columns, rng), 2.0 / 300.0),
        ("He normal", init::he_normal(rows, columns, rng), 2.0 / 300.0),
    ];
    for (name, w, variance) in cases {
        let n = w.len() as Real;
        let ours = w.mapv(|w| w * w).sum() / n;
        // The variance of a square is at most 2 σ⁴: five standard deviations
        assert!(
            (ours / variance - 1.0).abs() < 5.0 * (2.0 / n).sqrt(),
            "{name}: {ours}"
        );
        assert!(w.sum().abs() / n < 5.0 * (variance / n).sqrt(), "{name}");
    }
}

#[test]
fn orthogonal_starts_turn_and_do_not_stretch() {
    let rng = &mut Rng::seed_from_u64(5);
    for (rows, columns) in [(1, 1), (5, 5), (8, 3), (3, 8), (64, 64)] {
        let w = init::orthogonal(rows, columns, 1.5, rng);
        assert_eq!(w.dim(), (rows, columns));
        let product = if rows >= columns { w.t().dot(&w) } else { w.dot(&w.t()) };
        let right = Array2::<Real>::eye(rows.min(columns)) * 2.25;
        assert!((product - right).iter().all(|e| e.abs() < 1e-12));
    }
    // Neither sign is preferred.
    let signs = (0..400).map(|_| init::orthogonal(2, 2, 1.0, rng)[[0, 0]].signum());
    assert!(signs.sum::<Real>().abs() < 80.0);
    assert_eq!(
        init::identity(2, 3, 0.5),
        ndarray::array![[0.5, 0.0, 0.0], [0.0, 0.5, 0.0]]
    );
}
