//! Every recurrent layer against central differences in f64, at random sizes, lengths
//! and states; and the rules that all of them keep.

use ndarray::{Array2, Array3, ArrayViewD, ArrayViewMutD, s};
use proptest::{prelude::*, test_runner::RngSeed};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64 as book;

use book::{
    Real, Rng,
    activation::Activation,
    bidirectional::Bidirectional,
    dropout::Dropout,
    elman::Elman,
    gradcheck::gradient_check,
    gru::Gru,
    init,
    layer::{Layer, Recurrent, State, Tape},
    leaky::Leaky,
    lstm::Lstm,
    lstm_gates::FourGates,
    lstm_variants::{Forget, LstmVariant, Parts},
    min_gru::MinGru,
    min_lstm::MinLstm,
    mixer::Mixer,
    normed::Normed,
    original_gru::OriginalGru,
    padding,
    parameters::Parameters,
    residual::{PreNorm, Residual},
    selective::Selective,
    skip::Skip,
    stacked::Stacked,
};

/// Where a loss bends strongly, the larger step is too large; a gradient that is wrong
/// agrees at neither.
const EPSILONS: [Real; 2] = [1e-5, 1e-6];
const BOUND: Real = 1e-7;

/// Everything that a pass over a sequence depends on, as one model, so that one check
/// covers parameters, inputs and the initial state.
#[derive(Clone)]
struct Pass<L: Layer> {
    layer: L,
    x: Array3<Real>,
    start: L::State,
}

impl<L: Layer> Parameters for Pass<L> {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = self.layer.parameters();
        list.push(("x".into(), self.x.view().into_dyn()));
        let start = self.start.arrays().into_iter();
        list.extend(start.map(|a| ("start".into(), a.into_dyn())));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = self.layer.parameters_mut();
        list.push(("x".into(), self.x.view_mut().into_dyn()));
        let start = self.start.arrays_mut().into_iter();
        list.extend(start.map(|a| ("start".into(), a.into_dyn())));
        list
    }
}

/// The readers of a pass: weights of every output and of the last state.
struct Readers<S> {
    lengths: Vec<usize>,
    outputs: Array3<Real>,
    last: S,
}

impl<L: Layer> Pass<L> {
    fn random(layer: L, steps: usize, batch: usize, rng: &mut Rng) -> Self {
        let mut layer = layer;
        for (_, mut p) in layer.parameters_mut() {
            p.mapv_inplace(|p| p + rng.random_range(-0.3..0.3));
        }
        let x = init::normal(steps * batch, layer.input_size(), 1.0, rng);
        let x = x.into_shape_with_order((steps, batch, layer.input_size())).unwrap();
        let start = layer.start(batch).map(&mut |a| noise(a, rng));
        Self { layer, x, start }
    }

    fn readers(&self, rng: &mut Rng) -> Readers<L::State> {
        let (steps, batch, _) = self.x.dim();
        let outputs = init::normal(steps * batch, self.layer.output_size(), 1.0, rng);
        let shape = (steps, batch, self.layer.output_size());
        Readers {
            lengths: (0..batch).map(|_| rng.random_range(0..=steps)).collect(),
            outputs: outputs.into_shape_with_order(shape).unwrap(),
            last: self.start.map(&mut |a| noise(a, rng)),
        }
    }

    fn loss(&self, readers: &Readers<L::State>) -> Real {
        let lengths = Some(&readers.lengths[..]);
        let tape = self.layer.forward(self.x.view(), lengths, &self.start);
        let last = tape.last();
        let pairs = last.arrays().into_iter().zip(readers.last.arrays());
        (&tape.output() * &readers.outputs).sum()
            + pairs.map(|(a, b)| (&a * &b).sum()).sum::<Real>()
    }

    fn gradient(&self, readers: &Readers<L::State>) -> Self {
        let lengths = Some(&readers.lengths[..]);
        let tape = self.layer.forward(self.x.view(), lengths, &self.start);
        let mut grad = self.layer.zeros_like();
        let last = Some(&readers.last);
        let (x, start) =
            self.layer.backward(&tape, readers.outputs.view(), last, &mut grad);
        Self { layer: grad, x, start }
    }
}

fn noise(a: ndarray::ArrayView2<Real>, rng: &mut Rng) -> Array2<Real> {
    init::normal(a.nrows(), a.ncols(), 0.7, rng)
}

fn assert_gradients<L: Layer>(layer: L, steps: usize, batch: usize, rng: &mut Rng) {
    let pass = Pass::random(layer, steps, batch, rng);
    let readers = pass.readers(rng);
    let grad = pass.gradient(&readers);
    let checks = EPSILONS
        .map(|epsilon| gradient_check(&pass, &grad, epsilon, |p| p.loss(&readers)));
    for (check, finer) in checks[0].iter().zip(&checks[1]) {
        // The loss is rounded: a difference below u |L| / ε says nothing, eq. (2.17)
        // #check-error.
        let small = (check.analytic - check.numeric).abs() < 1e-10;
        let error = check.error.min(finer.error);
        assert!(error < BOUND || small, "{check:?}, {finer:?}, {:?}", readers.lengths);
    }
}

/// A whole sequence with lengths ≡ each example alone, step by step.
fn assert_steps<L: Recurrent>(layer: L, steps: usize, batch: usize, rng: &mut Rng) {
    let pass = Pass::random(layer, steps, batch, rng);
    let lengths = pass.readers(rng).lengths;
    let tape = pass.layer.forward(pass.x.view(), Some(&lengths), &pass.start);
    let last = tape.last();
    for (b, &length) in lengths.iter().enumerate() {
        let mut state = pass.start.lanes(b..b + 1);
        for t in 0..steps {
            let output = tape.output().slice(s![t, b, ..]).to_owned();
            if t < length {
                state = pass.layer.step(pass.x.slice(s![t, b..b + 1, ..]), &state);
                let difference = &L::output(&state).row(0) - &output;
                assert!(difference.iter().all(|d| d.abs() < 1e-12));
            } else {
                assert!(output.iter().all(|&h| h == 0.0), "padding must give 0");
            }
        }
        let ours = last.lanes(b..b + 1);
        for (a, b) in ours.arrays().into_iter().zip(state.arrays()) {
            assert!((&a - &b).iter().all(|d| d.abs() < 1e-12));
        }
    }
}

/// What stands in the padding, if finite, changes nothing.
fn assert_padding<L: Layer>(layer: L, steps: usize, batch: usize, rng: &mut Rng) {
    let mut pass = Pass::random(layer, steps, batch, rng);
    let readers = pass.readers(rng);
    let (loss, grad) = (pass.loss(&readers), pass.gradient(&readers));
    for (b, &length) in readers.lengths.iter().enumerate() {
        pass.x.slice_mut(s![length.., b, ..]).fill(1e3);
        assert!(grad.x.slice(s![length.., b, ..]).iter().all(|&d| d == 0.0));
    }
    assert_eq!(loss, pass.loss(&readers));
    let again = pass.gradient(&readers);
    for ((name, a), (_, b)) in grad.parameters().iter().zip(again.parameters()) {
        assert_eq!(*a, b, "{name}");
    }
}

fn relu(d: usize, h: usize, rng: &mut Rng) -> Elman {
    Elman { phi: Activation::Relu, ..Elman::new(d, h, rng) }
}

fn both<L>(
    make: fn(usize, usize, &mut Rng) -> L,
) -> impl Fn(usize, usize, &mut Rng) -> Bidirectional<L> {
    move |d, h, rng| Bidirectional { ahead: make(d, h, rng), back: make(d, h, rng) }
}

fn stack<L: Layer>(layers: Vec<L>) -> Stacked<L> {
    Stacked::new(layers, Dropout::new(0.0))
}

/// Two layers, each with a way round it and its input normalised.
fn deep<L: Layer>(
    make: impl Fn(usize, usize, &mut Rng) -> L,
    d: usize,
    h: usize,
    rng: &mut Rng,
) -> Stacked<Residual<PreNorm<L>>> {
    let block = |rng: &mut Rng| Residual::new(PreNorm::new(make(d, h, rng)));
    stack(vec![block(rng), block(rng)])
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12, rng_seed: RngSeed::Fixed(1), failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn gradients(t in 1_usize..6, b in 1_usize..4, d in 1_usize..4, h in 1_usize..5, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        assert_gradients(Elman::new(d, h, rng), t, b, rng);
        assert_gradients(Lstm::new(d, h, rng), t, b, rng);
        assert_gradients(FourGates::from(&Lstm::new(d, h, rng)), t, b, rng);
        assert_gradients(Gru::new(d, h, rng), t, b, rng);
        assert_gradients(OriginalGru::new(d, h, rng), t, b, rng);
        assert_gradients(Leaky::new(d, h, 0.3, rng), t, b, rng);
        assert_gradients(Skip::new(d, h, 2, rng), t, b, rng);
        assert_gradients(Skip::new(d, h, 4, rng), t, b, rng);
        assert_gradients(Normed::new(d, h + 2, rng), t, b, rng);
        assert_gradients(both(Elman::new)(d, h, rng), t, b, rng);
        assert_gradients(both(Lstm::new)(d, h, rng), t, b, rng);
        assert_gradients(both(Gru::new)(d, h, rng), t, b, rng);
        assert_gradients(Residual::new(Gru::new(d, d, rng)), t, b, rng);
        assert_gradients(PreNorm::new(Lstm::new(d + 2, h, rng)), t, b, rng);
    }

    #[test]
    fn gradients_of_stacks(t in 1_usize..5, b in 1_usize..4, h in 1_usize..4, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        let two = vec![both(Lstm::new)(3, h, rng), both(Lstm::new)(2 * h, h, rng)];
        assert_gradients(stack(two), t, b, rng);
        assert_gradients(deep(Lstm::new, 4, 4, rng), t, b, rng);
        assert_gradients(deep(both(Gru::new), 4, 2, rng), t, b, rng);
    }

    #[test]
    fn steps_and_lengths(t in 1_usize..9, b in 1_usize..6, d in 1_usize..9, h in 1_usize..20, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        assert_steps(Elman::new(d, h, rng), t, b, rng);
        assert_steps(relu(d, h, rng), t, b, rng);
        assert_steps(Lstm::new(d, h, rng), t, b, rng);
        assert_steps(FourGates::from(&Lstm::new(d, h, rng)), t, b, rng);
        assert_steps(Gru::new(d, h, rng), t, b, rng);
        assert_steps(OriginalGru::new(d, h, rng), t, b, rng);
        assert_steps(Leaky::new(d, h, 0.3, rng), t, b, rng);
        assert_steps(Skip::new(d, h, 3, rng), t, b, rng);
        assert_steps(Normed::new(d, h, rng), t, b, rng);
        assert_steps(deep(Lstm::new, h, h, rng), t, b, rng);
    }

    #[test]
    fn padding_does_not_matter(t in 1_usize..9, b in 1_usize..6, d in 1_usize..9, h in 1_usize..9, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        assert_padding(relu(d, h, rng), t, b, rng);
        assert_padding(Lstm::new(d, h, rng), t, b, rng);
        assert_padding(FourGates::from(&Lstm::new(d, h, rng)), t, b, rng);
        assert_padding(Gru::new(d, h, rng), t, b, rng);
        assert_padding(OriginalGru::new(d, h, rng), t, b, rng);
        assert_padding(Leaky::new(d, h, 0.3, rng), t, b, rng);
        assert_padding(Skip::new(d, h, 3, rng), t, b, rng);
        assert_padding(Normed::new(d, h, rng), t, b, rng);
        assert_padding(both(Lstm::new)(d, h, rng), t, b, rng);
        assert_padding(deep(Lstm::new, h, h, rng), t, b, rng);
        assert_padding(deep(both(Gru::new), 2 * h, h, rng), t, b, rng);
    }

    #[test]
    fn scanned_layers(t in 1_usize..6, b in 1_usize..4, d in 1_usize..4, h in 1_usize..5, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        assert_gradients(MinGru::new(d, h, rng), t, b, rng);
        assert_gradients(MinLstm::new(d, h, rng), t, b, rng);
        assert_gradients(Selective::new(d, h, rng), t, b, rng);
        let mixer = Mixer::new(MinGru::new(d + 2, d + 2, rng), rng);
        assert_gradients(mixer, t, b, rng);
        assert_steps(MinGru::new(d, h, rng), t, b, rng);
        assert_steps(MinLstm::new(d, h, rng), t, b, rng);
        assert_steps(Selective::new(d, h, rng), t, b, rng);
        let mixer = |rng: &mut Rng| Mixer::new(Selective::new(d, h, rng), rng);
        let two = Stacked::new(vec![mixer(rng), mixer(rng)], Dropout::new(0.0));
        assert_steps(two, t, b, rng);
        assert_padding(MinGru::new(d, h, rng), t, b, rng);
        assert_padding(MinLstm::new(d, h, rng), t, b, rng);
        assert_padding(Selective::new(d, h, rng), t, b, rng);
        assert_padding(mixer(rng), t, b, rng);
    }

    #[test]
    fn every_variant_of_the_lstm(
        (t, b) in (1_usize..6, 1_usize..4), (d, h) in (1_usize..4, 1_usize..5),
        forget in 0_usize..3, input: bool, output: bool, bend: bool, peepholes: bool,
        seed: u64,
    ) {
        let rng = &mut Rng::seed_from_u64(seed);
        let forget = [Forget::Own, Forget::Open, Forget::Coupled][forget];
        let parts = Parts { forget, input, output, bend, peepholes };
        let cell = LstmVariant::new(d, h, parts, 1.0, rng);
        let gates = 1 + [forget == Forget::Own, input, output].map(usize::from).iter().sum::<usize>();
        let peeps = if peepholes { gates - 1 } else { 0 };
        prop_assert_eq!(cell.count(), gates * (d + h + 1) * h + peeps * h);
        assert_gradients(cell.clone(), t, b, rng);
        assert_steps(cell.clone(), t, b, rng);
        assert_padding(cell, t, b, rng);
    }

    #[test]
    fn four_products_are_the_fused_lstm(t in 1_usize..9, b in 1_usize..6, d in 1_usize..9, h in 1_usize..20, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        let fused = Pass::random(Lstm::new(d, h, rng), t, b, rng);
        let readers = fused.readers(rng);
        let (x, start) = (fused.x.clone(), fused.start.clone());
        let gates = Pass { layer: FourGates::from(&fused.layer), x: x.clone(), start: start.clone() };
        let mut standard = LstmVariant::new(d, h, Parts::STANDARD, 1.0, rng);
        (standard.w_x, standard.w_h, standard.b) =
            (fused.layer.w_x.clone(), fused.layer.w_h.clone(), fused.layer.b.clone());
        let standard = Pass { layer: standard, x, start };
        let right = fused.gradient(&readers);
        let (by_gates, as_variant) = (gates.gradient(&readers), standard.gradient(&readers));
        for (right, ours) in [(&right.x, &by_gates.x), (&right.x, &as_variant.x)] {
            prop_assert!((right - ours).iter().all(|d| d.abs() < 1e-12));
        }
        let split = FourGates::from(&right.layer);
        for ((name, ours), (_, right)) in by_gates.layer.parameters().iter().zip(split.parameters()) {
            prop_assert!((ours - &right).iter().all(|d| d.abs() < 1e-11), "{}", name);
        }
    }

    #[test]
    fn reversing_twice_gives_back_all_but_the_padding(t in 1_usize..9, b in 1_usize..6, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        let pass = Pass::random(Elman::new(3, 2, rng), t, b, rng);
        let ends = pass.readers(rng).lengths;
        let once = padding::reverse(pass.x.view(), &ends);
        let twice = padding::reverse(once.view(), &ends);
        for (b, &end) in ends.iter().enumerate() {
            prop_assert_eq!(twice.slice(s![..end, b, ..]), pass.x.slice(s![..end, b, ..]));
            prop_assert!(twice.slice(s![end.., b, ..]).iter().all(|&x| x == 0.0));
            if end > 0 {
                prop_assert_eq!(once.slice(s![0, b, ..]), pass.x.slice(s![end - 1, b, ..]));
            }
        }
    }
}

/// ReLU has a kink: central differences are right only where no pre-activation crosses
/// it, so its sizes are fixed and chosen.
#[test]
fn gradients_of_the_relu_cell() {
    for seed in 0..8 {
        let rng = &mut Rng::seed_from_u64(seed);
        let layer = relu(3, 4, rng);
        assert_gradients(layer, 4, 2, rng);
    }
}

#[test]
#[should_panic(expected = "lengths [3, 5] do not fit an input of shape (4, 2, 1)")]
fn a_length_above_the_steps() {
    let layer = Lstm::new(1, 2, &mut Rng::seed_from_u64(0));
    layer.forward(Array3::zeros((4, 2, 1)).view(), Some(&[3, 5]), &layer.start(2));
}
