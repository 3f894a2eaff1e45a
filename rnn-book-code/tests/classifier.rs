//! The parts of the classifier against central differences in f64, at random sizes; and
//! what each promises besides.

use ndarray::{Array2, Array3, ArrayD, ArrayViewD, ArrayViewMutD, array};
use proptest::{prelude::*, test_runner::RngSeed};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64 as book;

use book::{
    Real, Rng,
    bidirectional::Bidirectional,
    classifier::{Classifier, Goal, Lesson, Noise},
    dropout::Dropout,
    gradcheck::gradient_check,
    gru::Gru,
    init,
    parallel::Workers,
    parameters::Parameters,
    pooling::{Pool, Pooling},
    subwords::{Word, WordEmbedding},
};

const EPSILON: Real = 1e-5;
const BOUND: Real = 1e-7;
const POOLS: [Pool; 4] = [Pool::Last, Pool::Max, Pool::Mean, Pool::Attention];

/// An array seen as a model with one parameter, to check the gradient of an input.
#[derive(Clone)]
struct Input(ArrayD<Real>);

impl Input {
    fn sequence(&self) -> ndarray::ArrayView3<'_, Real> {
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

fn sequence(shape: (usize, usize, usize), rng: &mut Rng) -> Array3<Real> {
    let flat = init::normal(shape.0 * shape.1, shape.2, 1.0, rng);
    flat.into_shape_with_order(shape).unwrap()
}

fn lengths(steps: usize, batch: usize, rng: &mut Rng) -> Vec<usize> {
    (0..batch).map(|_| rng.random_range(0..=steps)).collect()
}

/// Texts of random words with random pieces; the first is as long as it may be.
fn texts(steps: usize, batch: usize, rng: &mut Rng) -> Vec<Vec<Word>> {
    let mut lengths = lengths(steps, batch, rng);
    lengths[0] = steps;
    let mut word = || {
        let n = rng.random_range(0..4);
        let id = rng.random_range(0..5);
        Word { id, pieces: (0..n).map(|_| rng.random_range(0..3)).collect() }
    };
    lengths.into_iter().map(|n| (0..n).map(|_| word()).collect()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 16, rng_seed: RngSeed::Fixed(1), failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn pooling(t in 1_usize..6, b in 1_usize..4, h in 1_usize..5, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        let (x, ends) = (sequence((t, b, h), rng), lengths(t, b, rng));
        for pools in POOLS.iter().chain([&Pool::Sum]).map(|&pool| vec![pool]).chain([POOLS.to_vec()]) {
            let pooling = Pooling::new(&pools, h, rng);
            let weight = init::normal(b, pooling.output_size(), 1.0, rng);
            let loss = |p: &Pooling, x: ndarray::ArrayView3<Real>| {
                (p.forward(x, &ends).pooled * &weight).sum()
            };
            let tape = pooling.forward(x.view(), &ends);
            let mut grad = pooling.zeros_like();
            let d_h = pooling.backward(&tape, &weight, &mut grad);
            assert_checks(&pooling, &grad, |p| loss(p, x.view()));
            assert_checks(&Input(x.clone().into_dyn()), &Input(d_h.into_dyn()), |x| {
                loss(&pooling, x.sequence())
            });
            // What stands beyond the end does not matter.
            let mut other = x.clone();
            for (b, &end) in ends.iter().enumerate() {
                other.slice_mut(ndarray::s![end.., b, ..]).fill(9.0);
            }
            prop_assert_eq!(&tape.pooled, &pooling.forward(other.view(), &ends).pooled);
        }
    }

    #[test]
    fn word_embedding(t in 1_usize..5, b in 1_usize..4, d in 1_usize..4, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        let embedding = WordEmbedding::new(5, 3, d, rng);
        let texts = texts(t, b, rng);
        let texts: Vec<&[Word]> = texts.iter().map(Vec::as_slice).collect();
        let weight = sequence((t, b, d), rng);
        let mut grad = embedding.zeros_like();
        embedding.backward(&texts, weight.view(), &mut grad);
        assert_checks(&embedding, &grad, |e| (e.forward(&texts) * &weight).sum());
    }

    #[test]
    fn classifier_on_any_number_of_threads(
        t in 1_usize..5, b in 1_usize..5, multi: bool, threads in 1_usize..6, seed: u64
    ) {
        let rng = &mut Rng::seed_from_u64(seed);
        // With biases of 0 two dropped inputs tie, and a largest number has a kink there.
        let mut gru = || {
            let b = |n, rng: &mut Rng| init::normal(1, n, 1.0, rng).row(0).to_owned();
            Gru { b: b(9, rng), b_m: b(3, rng), ..Gru::new(2, 3, rng) }
        };
        let layer = Bidirectional { ahead: gru(), back: gru() };
        let model = Classifier::new((5, 3), layer, &POOLS, 3, rng);
        let lessons: Vec<_> = texts(t, b, rng)
            .into_iter()
            .map(|words| {
                let label = rng.random_range(0..3);
                let goal = if multi { Goal::Any(vec![label, 0]) } else { Goal::One(label) };
                Lesson { words, goal, weight: rng.random_range(0.5..2.0) }
            })
            .collect();
        let lessons: Vec<&Lesson> = lessons.iter().collect();
        let gradient = |model: &Classifier<_>, rate, threads| {
            let noise = Noise {
                words: rate,
                inputs: Dropout::new(rate as Real),
                pooled: Dropout::new(rate as Real),
            };
            let (mut grad, mut workers) = (model.zeros_like(), Workers::new(model, threads));
            let mut rng = Rng::seed_from_u64(seed);
            let loss =
                model.loss_and_gradient(&lessons, &noise, &mut rng, &mut workers, &mut grad);
            (loss, grad)
        };
        // The same seed gives the same noise.
        for rate in [0.0, 0.4] {
            let (_, grad) = gradient(&model, rate, 1);
            assert_checks(&model, &grad, |model| gradient(model, rate, 1).0);
        }
        let ((a, one), (b, many)) = (gradient(&model, 0.0, 1), gradient(&model, 0.0, threads));
        prop_assert!((a - b).abs() < 1e-12);
        for ((name, a), (_, b)) in one.parameters().iter().zip(many.parameters()) {
            prop_assert!((a - &b).iter().all(|d| d.abs() < 1e-12), "{name}");
        }
    }
}

#[test]
fn padding_does_not_change_a_score() {
    let rng = &mut Rng::seed_from_u64(3);
    let layer = Bidirectional { ahead: Gru::new(2, 3, rng), back: Gru::new(2, 3, rng) };
    let model = Classifier::new((5, 3), layer, &POOLS, 3, rng);
    let texts = texts(6, 5, rng);
    let texts: Vec<&[Word]> = texts.iter().map(Vec::as_slice).collect();
    let together = model.scores(&texts);
    for (text, row) in texts.iter().zip(together.outer_iter()) {
        let alone = model.scores(&[text]);
        assert!((&alone.row(0) - &row).iter().all(|d| d.abs() < 1e-12));
    }
}

#[test]
fn pooling_by_hand() {
    let mut pooling = Pooling::new(&POOLS, 2, &mut Rng::seed_from_u64(0));
    pooling.v = array![Real::ln(3.0), 0.0];
    let h: Array2<Real> = array![[1.0, 4.0], [0.0, 2.0], [7.0, 7.0]];
    let h = h.into_shape_with_order((3, 1, 2)).unwrap();
    let tape = pooling.forward(h.view(), &[2]);
    // Scores ln 3 and 0: weights 3/4 and 1/4
    let right = array![[0.0, 2.0, 1.0, 4.0, 0.5, 3.0, 0.75, 3.5]];
    assert!((tape.pooled - right).iter().all(|d| d.abs() < 1e-12));
}
