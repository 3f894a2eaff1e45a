//! The parts of the Transformer against central differences in f64, at random sizes;
//! and what each promises besides.

use ndarray::{Array2, Array3, ArrayViewD, ArrayViewMutD, Axis, s};
use proptest::{prelude::*, test_runner::RngSeed};
use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rnn_book_code_f64 as book;

use book::{
    Real, Rng,
    gelu::gelu,
    gpt::{Gpt, GptSizes},
    gradcheck::gradient_check,
    init,
    parallel::Workers,
    parameters::Parameters,
    positions::{PositionTable, Positions, Rotary},
    self_attention::SelfAttention,
    text::Window,
    transformer::{Block, NormPlace},
};

const EPSILON: Real = 1e-5;
const BOUND: Real = 1e-7;

/// A sequence seen as a model with one parameter, to check the gradient of an input.
#[derive(Clone)]
struct Input(Array3<Real>);

impl Parameters for Input {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        vec![("input".into(), self.0.view().into_dyn())]
    }
    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        vec![("input".into(), self.0.view_mut().into_dyn())]
    }
}

fn assert_checks<M: Parameters>(model: &M, grad: &M, loss: impl Fn(&M) -> Real) {
    for check in gradient_check(model, grad, EPSILON, loss) {
        // The loss is rounded: a difference below u |L| / ε says nothing.
        let small = (check.analytic - check.numeric).abs() < 1e-10;
        assert!(check.error < BOUND || small, "{check:?}");
    }
}

fn sequence(shape: (usize, usize, usize), rng: &mut Rng) -> Array3<Real> {
    init::normal(shape.0 * shape.1, shape.2, 1.0, rng)
        .into_shape_with_order(shape)
        .unwrap()
}

/// Every parameter drawn anew: zeros and ones hide faults.
fn shake<M: Parameters>(model: &mut M, deviation: Real, rng: &mut Rng) {
    for (_, mut value) in model.parameters_mut() {
        let noise = init::normal(1, value.len(), deviation, rng);
        value.iter_mut().zip(&noise).for_each(|(x, e)| *x += e);
    }
}

fn random_attention(
    heads: usize,
    half: usize,
    causal: bool,
    rotary: bool,
    rng: &mut Rng,
) -> SelfAttention {
    let mut layer = SelfAttention::new(2 * half * heads, heads, causal, rng);
    shake(&mut layer, 0.3, rng);
    layer.rotary = rotary.then(|| Rotary::new(16, 2 * half));
    layer
}

fn random_gpt(positions: Positions, place: NormPlace, rng: &mut Rng) -> Gpt {
    let sizes =
        GptSizes { vocabulary: 5, context: 8, size: 4, heads: 2, blocks: 2, positions };
    let mut model = Gpt::new(&sizes, rng).with_norms(place);
    shake(&mut model, 0.3, rng);
    // Rows almost alike make a norm too steep for a finite difference.
    shake(&mut model.tokens, 1.0, rng);
    model
}

fn random_window(steps: usize, batch: usize, rng: &mut Rng) -> Window {
    let mut ids =
        || Array2::from_shape_simple_fn((steps, batch), || rng.random_range(0..5));
    Window { x: ids(), y: ids() }
}

const POSITIONS: [Positions; 4] =
    [Positions::None, Positions::Sinusoidal, Positions::Learned, Positions::Rotary];

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 16,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn self_attention(
        (batch, steps) in (1..4_usize, 1..6_usize),
        (heads, half) in (1..4_usize, 1..3_usize),
        (causal, rotary, padded) in any::<(bool, bool, bool)>(),
        seed: u64,
    ) {
        let mut rng = Rng::seed_from_u64(seed);
        let layer = random_attention(heads, half, causal, rotary, &mut rng);
        let shape = (batch, steps, layer.size());
        let x = sequence(shape, &mut rng);
        let d_y = sequence(shape, &mut rng);
        let lengths: Vec<usize> = (0..batch).map(|_| rng.random_range(1..=steps)).collect();
        let lengths = padded.then_some(&lengths[..]);
        let loss = |layer: &SelfAttention, x: &Array3<Real>| {
            (&layer.forward(x.view(), lengths).0 * &d_y).sum()
        };
        let (_, tape) = layer.forward(x.view(), lengths);
        let mut grad = layer.zeros_like();
        let d_x = layer.backward(&tape, d_y.view(), &mut grad);
        assert_checks(&layer, &grad, |layer| loss(layer, &x));
        assert_checks(&Input(x), &Input(d_x), |x| loss(&layer, &x.0));
        for row in tape.p.rows() {
            prop_assert!((row.sum() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn block(
        (batch, steps) in (1..3_usize, 1..5_usize),
        (causal, post, padded) in any::<(bool, bool, bool)>(),
        seed: u64,
    ) {
        let mut rng = Rng::seed_from_u64(seed);
        let mut layer = Block::new(4, 2, causal, 1.0, &mut rng);
        layer.place = if post { NormPlace::Post } else { NormPlace::Pre };
        shake(&mut layer, 0.3, &mut rng);
        let x = sequence((batch, steps, 4), &mut rng);
        let d_y = sequence((batch, steps, 4), &mut rng);
        let lengths: Vec<usize> = (0..batch).map(|_| rng.random_range(1..=steps)).collect();
        let lengths = padded.then_some(&lengths[..]);
        let loss = |layer: &Block, x: &Array3<Real>| {
            (&layer.forward(x.view(), lengths).0 * &d_y).sum()
        };
        let (_, tape) = layer.forward(x.view(), lengths);
        let mut grad = layer.zeros_like();
        let d_x = layer.backward(&tape, d_y.view(), &mut grad);
        assert_checks(&layer, &grad, |layer| loss(layer, &x));
        assert_checks(&Input(x), &Input(d_x), |x| loss(&layer, &x.0));
    }

    #[test]
    fn whole_model(
        (batch, steps) in (1..4_usize, 1..6_usize),
        (kind, post, threads) in (0..4_usize, any::<bool>(), 1..3_usize),
        seed: u64,
    ) {
        let mut rng = Rng::seed_from_u64(seed);
        let place = if post { NormPlace::Post } else { NormPlace::Pre };
        let model = random_gpt(POSITIONS[kind], place, &mut rng);
        let window = random_window(steps, batch, &mut rng);
        let mut grad = model.zeros_like();
        let mut workers = Workers::new(&model, threads);
        let loss = model.loss_and_gradient(&window, &mut workers, &mut grad);
        prop_assert!((loss - model.loss(&window)).abs() < 1e-12);
        assert_checks(&model, &grad, |model| model.loss(&window));
    }

    /// One token at a time with the cache, or all at once: the same scores.
    #[test]
    fn cache(
        (batch, steps) in (1..4_usize, 1..9_usize),
        (kind, post) in (0..4_usize, any::<bool>()),
        seed: u64,
    ) {
        let mut rng = Rng::seed_from_u64(seed);
        let place = if post { NormPlace::Post } else { NormPlace::Pre };
        let model = random_gpt(POSITIONS[kind], place, &mut rng);
        let x = random_window(steps, batch, &mut rng).x;
        let whole = model.scores(x.view());
        let mut cache = model.cache(batch, steps);
        for (t, ids) in x.outer_iter().enumerate() {
            let scores = model.step(&ids.to_vec(), &mut cache);
            let difference = &whole.index_axis(Axis(0), t) - &scores;
            prop_assert!(difference.iter().all(|d| d.abs() < 1e-12), "place {t}");
        }
    }

    /// What stands later does not matter to a causal model, and padding to none.
    #[test]
    fn no_place_sees_what_it_must_not(
        (steps, cut) in (2..7_usize, 1..6_usize),
        causal: bool,
        seed: u64,
    ) {
        let cut = cut.min(steps - 1);
        let mut rng = Rng::seed_from_u64(seed);
        let layer = random_attention(2, 1, causal, false, &mut rng);
        let mut x = sequence((2, steps, 4), &mut rng);
        let lengths = [cut; 2];
        let lengths = (!causal).then_some(&lengths[..]);
        let before = layer.forward(x.view(), lengths).0;
        x.slice_mut(s![.., cut.., ..]).mapv_inplace(|x| x * 3.0 + 1.0);
        let after = layer.forward(x.view(), lengths).0;
        prop_assert_eq!(before.slice(s![.., ..cut, ..]), after.slice(s![.., ..cut, ..]));
    }

    /// Without a mask and without positions, tokens in another order give the same
    /// outputs in that order.
    #[test]
    fn permutation_equivariance(steps in 1..7_usize, seed: u64) {
        let mut rng = Rng::seed_from_u64(seed);
        let layer = random_attention(2, 2, false, false, &mut rng);
        let x = sequence((1, steps, 8), &mut rng);
        let mut order: Vec<usize> = (0..steps).collect();
        order.shuffle(&mut rng);
        let y = layer.forward(x.view(), None).0.select(Axis(1), &order);
        let of_shuffled = layer.forward(x.select(Axis(1), &order).view(), None).0;
        prop_assert!((y - of_shuffled).iter().all(|d| d.abs() < 1e-12));
    }

    /// The product of a turned query and a turned key knows only their distance.
    #[test]
    fn rotary(s in 0..20_usize, t in 0..20_usize, shift in 0..20_usize, seed: u64) {
        let mut rng = Rng::seed_from_u64(seed);
        let rotary = Rotary::new(40, 6);
        let product = |s: usize, t: usize, q: &[Real], k: &[Real]| -> Real {
            let (mut q, mut k) = (q.to_vec(), k.to_vec());
            rotary.turn(t, &mut q);
            rotary.turn(s, &mut k);
            q.iter().zip(&k).map(|(q, k)| q * k).sum()
        };
        let (q, k) = (init::normal(1, 6, 1.0, &mut rng), init::normal(1, 6, 1.0, &mut rng));
        let (q, k) = (q.as_slice().unwrap(), k.as_slice().unwrap());
        let (here, there) = (product(s, t, q, k), product(s + shift, t + shift, q, k));
        prop_assert!((here - there).abs() < 1e-12);
    }
}

/// More places than are worked on at once.
#[test]
fn long_sequences_in_blocks() {
    let mut rng = Rng::seed_from_u64(3);
    let layer = random_attention(2, 1, true, false, &mut rng);
    let x = sequence((2, 150, 4), &mut rng);
    let d_y = sequence((2, 150, 4), &mut rng);
    let (y, tape) = layer.forward(x.view(), None);
    let mut grad = layer.zeros_like();
    let d_x = layer.backward(&tape, d_y.view(), &mut grad);
    let start = layer.forward(x.slice(s![.., ..7, ..]), None).0;
    assert!((&start - &y.slice(s![.., ..7, ..])).iter().all(|d| d.abs() < 1e-12));
    let loss = |layer: &SelfAttention, x: &Array3<Real>| {
        (&layer.forward(x.view(), None).0 * &d_y).sum()
    };
    assert_checks(&layer, &grad, |layer| loss(layer, &x));
    // Of the input, one number in each of a few places
    for t in [0, 63, 64, 127, 128, 149] {
        let mut moved = x.clone();
        moved[[1, t, 2]] += EPSILON;
        let above = loss(&layer, &moved);
        moved[[1, t, 2]] -= 2.0 * EPSILON;
        let numeric = (above - loss(&layer, &moved)) / (2.0 * EPSILON);
        let analytic = d_x[[1, t, 2]];
        assert!(
            (numeric - analytic).abs() < 1e-7 * analytic.abs().max(1.0),
            "place {t}"
        );
    }
}

/// Against Φ(x) = ½ + φ(x) (x + x³/3 + x⁵/(3·5) + …), whose terms are all positive.
#[test]
fn gelu_is_exact() {
    let mut x: Vec<Real> = (-60..=60).map(|k| k as Real / 10.0).collect();
    let inputs = x.clone();
    let mut slope = vec![0.0; x.len()];
    gelu(&mut x, &mut slope);
    for ((&x, y), slope) in inputs.iter().zip(x).zip(slope) {
        let phi = (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let (mut term, mut sum) = (x.abs(), 0.0);
        for k in 1..200 {
            sum += term;
            term *= x * x / (2 * k + 1) as Real;
        }
        let upper = 0.5 + phi * sum;
        let of = if x < 0.0 { 1.0 - upper } else { upper };
        assert!((y - x * of).abs() < 1e-14, "GELU({x})");
        assert!((slope - (of + x * phi)).abs() < 1e-14, "slope at {x}");
    }
}

/// What a panic said.
fn refused(f: impl FnOnce()) -> String {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f));
    let message = caught.expect_err("it must be refused");
    let text = message.downcast_ref::<String>().cloned();
    text.or_else(|| message.downcast_ref::<&str>().map(|&s| s.into())).unwrap()
}

#[test]
fn what_does_not_fit_is_refused() {
    let rng = &mut Rng::seed_from_u64(0);
    let layer = SelfAttention::new(4, 2, false, rng);
    let x = Array3::zeros((2, 3, 4));
    for lengths in [vec![3, 0], vec![4, 1], vec![1]] {
        let message = refused(|| drop(layer.forward(x.view(), Some(&lengths))));
        assert!(message.starts_with(&format!("lengths {lengths:?} for 2 lanes")));
    }
    let message = refused(|| drop(SelfAttention::new(4, 3, false, rng)));
    assert_eq!(message, "3 heads cannot share 4 numbers");
    let message = refused(|| drop(Rotary::new(4, 3)));
    assert_eq!(message, "a head of 3 numbers has no pairs");
    let table = PositionTable::sinusoidal(2, 4, 1.0);
    let message = refused(|| table.add_to(&mut Array3::zeros((1, 3, 4))));
    assert_eq!(message, "3 places, 2 rows");
    let model = random_gpt(Positions::Rotary, NormPlace::Pre, rng);
    let message = refused(|| drop(model.forward(Array2::zeros((9, 1)).view())));
    assert_eq!(message, "9 places, but it sees 8");
    let message = refused(|| drop(model.cache(1, 9)));
    assert_eq!(message, "9 places, but it sees 8");
}

#[test]
fn how_many_parameters() {
    for (positions, of_places) in [
        (Positions::Learned, 16 * 12),
        (Positions::Rotary, 0),
        (Positions::Sinusoidal, 0),
    ] {
        let sizes = GptSizes {
            vocabulary: 65,
            context: 16,
            size: 12,
            heads: 3,
            blocks: 5,
            positions,
        };
        let model = Gpt::new(&sizes, &mut Rng::seed_from_u64(0));
        let expected = 65 * 12 + of_places + 5 * (12 * 12 * 12 + 13 * 12) + 2 * 12;
        assert_eq!(model.count(), expected, "{positions:?}");
        let names: Vec<String> =
            model.parameters().into_iter().map(|(name, _)| name).collect();
        let mut distinct: Vec<_> = names.iter().collect();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), names.len());
    }
}
