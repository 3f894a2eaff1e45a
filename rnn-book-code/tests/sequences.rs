//! The encoder-decoder and its attention against central differences in f64, with
//! unequal lengths; and what both, and the searches, promise besides.

use ndarray::{Array2, s};
use proptest::{prelude::*, test_runner::RngSeed};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64 as book;

use book::{
    Real, Rng,
    attention::Score,
    batching::pad,
    bidirectional::Bidirectional,
    decoder::{Decoder, Place},
    encoder_decoder::EncoderDecoder,
    gradcheck::gradient_check,
    gru::Gru,
    layer::{Layer, Recurrent, State},
    lstm::Lstm,
    pairs::{PairBatch, TokenPair},
    parallel::Workers,
    parameters::Parameters,
    search::{Beam, Hypothesis, OneSource, Writer, attention_map, greedy_batch},
    vocabulary::{END, START},
};

const BOUND: Real = 1e-7;
const VOCABULARY: usize = 7;

/// Pairs of random lengths, the sources from 1 and the targets from 0 tokens on.
fn pairs(count: usize, longest: usize, rng: &mut Rng) -> Vec<TokenPair> {
    let tokens = |least: usize, rng: &mut Rng| -> Vec<usize> {
        let length = rng.random_range(least..=longest);
        (0..length).map(|_| rng.random_range(END + 1..VOCABULARY)).collect()
    };
    (0..count)
        .map(|_| TokenPair { source: tokens(1, rng), target: tokens(0, rng) })
        .collect()
}

fn batch(pairs: &[TokenPair]) -> PairBatch {
    PairBatch::of(&pairs.iter().collect::<Vec<_>>())
}

/// No parameter is 0, and none is large.
fn shaken<M: Parameters>(mut model: M, rng: &mut Rng) -> M {
    for (_, mut p) in model.parameters_mut() {
        p.mapv_inplace(|p| p + rng.random_range(-0.3..0.3));
    }
    model
}

/// Whether and how a decoder of size `d` looks at an encoder of size `e`.
fn scores(d: usize, e: usize, rng: &mut Rng) -> Vec<Option<(Place, Score)>> {
    let mut list = vec![None];
    for place in [Place::Before, Place::After] {
        list.push(Some((place, Score::general(d, e, rng))));
        list.push(Some((place, Score::additive(d, e, 3, rng))));
        if d == e {
            list.push(Some((place, Score::Dot)));
        }
    }
    list
}

fn model<E: Layer, D: Recurrent>(
    encoder: E,
    attention: Option<(Place, Score)>,
    layer: impl Fn(usize, &mut Rng) -> D,
    rng: &mut Rng,
) -> EncoderDecoder<E, D> {
    let seen = encoder.output_size();
    let decoder = match attention {
        None => Decoder::blind(layer(2, rng)),
        Some((Place::Before, score)) => {
            Decoder::looking(layer(2 + seen, rng), Place::Before, score, seen, rng)
        }
        Some((place, score)) => {
            Decoder::looking(layer(2, rng), place, score, seen, rng)
        }
    };
    shaken(EncoderDecoder::new(VOCABULARY, encoder, decoder, rng), rng)
}

fn loss<E: Layer, D: Recurrent>(
    model: &EncoderDecoder<E, D>,
    batch: &PairBatch,
) -> Real {
    let mut grad = model.zeros_like();
    model.loss_and_gradient(batch, &mut Workers::new(model, 1), &mut grad)
}

fn assert_gradient<E: Layer, D: Recurrent>(
    model: &EncoderDecoder<E, D>,
    batch: &PairBatch,
) {
    let mut grad = model.zeros_like();
    model.loss_and_gradient(batch, &mut Workers::new(model, 2), &mut grad);
    let checks = [1e-5, 1e-6].map(|epsilon| {
        gradient_check(model, &grad, epsilon, |model| loss(model, batch))
    });
    for (check, finer) in checks[0].iter().zip(&checks[1]) {
        let small = (check.analytic - check.numeric).abs() < 1e-10;
        let error = check.error.min(finer.error);
        assert!(
            error < BOUND || small,
            "{check:?}, {finer:?}, {:?}",
            batch.source.lengths
        );
    }
}

/// One step at a time gives the scores that the whole sequence gave, and an example
/// alone the same as in a batch.
fn assert_steps<E: Layer, D: Recurrent>(
    model: &EncoderDecoder<E, D>,
    pairs: &[TokenPair],
) {
    let together = loss(model, &batch(pairs));
    let (mut sum, mut count) = (0.0, 0);
    for pair in pairs {
        let read = model.read(&pad(&[&pair.source]));
        let mut state = read.start;
        let inputs = [&[START], &pair.target[..]].concat();
        let targets = [&pair.target[..], &[END]].concat();
        for (&id, &target) in inputs.iter().zip(&targets) {
            let (written, scores) = model.step(&[id], &state, read.memory.as_ref());
            sum += book::loss::log_sum_exp(scores.row(0)) - scores[[0, target]];
            count += 1;
            state = written.state;
        }
    }
    assert!((together - sum / count as Real).abs() < 1e-12, "{together} {sum} {count}");
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 6, rng_seed: RngSeed::Fixed(1), failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn gradients(b in 2_usize..4, longest in 2_usize..5, h in 2_usize..4, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        let batch = batch(&pairs(b, longest, rng));
        for attention in scores(h, h, rng) {
            let model = model(Gru::new(2, h, rng), attention, |i, rng| Gru::new(i, h, rng), rng);
            assert_gradient(&model, &batch);
        }
        for attention in scores(h + 1, 2 * h, rng) {
            let both = Bidirectional { ahead: Lstm::new(2, h, rng), back: Lstm::new(2, h, rng) };
            let model = model(both, attention, |i, rng| Lstm::new(i, h + 1, rng), rng);
            assert_gradient(&model, &batch);
        }
        // The dot product needs states of equal size
        for place in [Place::Before, Place::After] {
            let both = Bidirectional { ahead: Lstm::new(2, h, rng), back: Lstm::new(2, h, rng) };
            let look = Some((place, Score::Dot));
            let model = model(both, look, |i, rng| Lstm::new(i, 2 * h, rng), rng);
            assert_gradient(&model, &batch);
        }
    }

    #[test]
    fn steps_are_the_whole(b in 1_usize..6, longest in 1_usize..9, h in 2_usize..9, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        let pairs = pairs(b, longest, rng);
        for attention in scores(h, 2 * h, rng) {
            let both = Bidirectional { ahead: Gru::new(2, h, rng), back: Gru::new(2, h, rng) };
            let model = model(both, attention, |i, rng| Lstm::new(i, h, rng), rng);
            assert_steps(&model, &pairs);
        }
    }

    #[test]
    fn weights_are_means_over_the_source(longest in 1_usize..6, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        let pairs = pairs(3, longest, rng);
        for attention in scores(3, 3, rng).into_iter().skip(1) {
            let model = model(Gru::new(2, 3, rng), attention, |i, rng| Gru::new(i, 3, rng), rng);
            for pair in &pairs {
                let map = attention_map(&model, &pad(&[&pair.source]), &pair.target).unwrap();
                prop_assert_eq!(map.dim(), (pair.target.len() + 1, pair.source.len()));
                for row in map.outer_iter() {
                    prop_assert!((row.sum() - 1.0).abs() < 1e-12);
                }
            }
            // In a batch, the padding has weight 0 and no effect
            let sources: Vec<_> = pairs.iter().map(|pair| &pair.source[..]).collect();
            let read = model.read(&pad(&sources));
            let (written, _) = model.step(&[START; 3], &read.start, read.memory.as_ref());
            let weights = written.weights.unwrap();
            for (b, source) in sources.iter().enumerate() {
                prop_assert!(weights.slice(s![b, .., source.len()..]).iter().all(|&w| w == 0.0));
            }
        }
    }

    #[test]
    fn several_rows_of_one_source(rows in 1_usize..5, seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        for attention in scores(3, 3, rng) {
            let model = model(Gru::new(2, 3, rng), attention, |i, rng| Gru::new(i, 3, rng), rng);
            let read = model.read(&pad(&[[4, 5, 6]]));
            let last: Vec<usize> = (0..rows).map(|k| 4 + k % 3).collect();
            let state = read.start.select(&vec![0; rows]);
            let (_, together) = model.step(&last, &state, read.memory.as_ref());
            for (k, &id) in last.iter().enumerate() {
                let (_, alone) = model.step(&[id], &read.start, read.memory.as_ref());
                prop_assert!((&alone.row(0) - &together.row(k)).iter().all(|d| d.abs() < 1e-12));
            }
        }
    }

    #[test]
    fn a_beam_of_one_is_greedy(seed: u64) {
        let rng = &mut Rng::seed_from_u64(seed);
        let attention = Some((Place::After, Score::general(3, 3, rng)));
        let model = model(Gru::new(2, 3, rng), attention, |i, rng| Gru::new(i, 3, rng), rng);
        let source = pad(&[[4, 5, 6]]);
        let greedy = greedy_batch(&model, &source, 8);
        let read = model.read(&source);
        let one = OneSource { model: &model, memory: read.memory.as_ref() };
        let beam = Beam { width: 1, longest: 8, power: 0.0 };
        let found = beam.search(&one, read.start);
        prop_assert_eq!(&found[0].ids, &greedy[0]);
    }
}

/// Log probabilities that depend on all tokens before, through a hash.
struct Hashed {
    seed: u64,
    tokens: usize,
}

impl Writer for Hashed {
    type State = Vec<u64>;

    fn step(&self, last: &[usize], state: &Vec<u64>) -> (Vec<u64>, Array2<Real>) {
        let next: Vec<u64> = state
            .iter()
            .zip(last)
            .map(|(&s, &id)| s.wrapping_mul(31).wrapping_add(id as u64 + 1))
            .collect();
        let mut log_p = Array2::zeros((last.len(), END + self.tokens + 1));
        for (mut row, &s) in log_p.outer_iter_mut().zip(&next) {
            let mut rng = Rng::seed_from_u64(self.seed.wrapping_add(s));
            row.mapv_inplace(|_| rng.random_range(-3.0..0.0));
            row.slice_mut(s![..END]).fill(Real::NEG_INFINITY); // never written
            let log_sum = book::loss::log_sum_exp(row.view());
            row -= log_sum;
        }
        (next, log_p)
    }

    fn select(&self, state: &Vec<u64>, rows: &[usize]) -> Vec<u64> {
        rows.iter().map(|&k| state[k]).collect()
    }
}

/// Every sequence that ends within `longest` tokens.
fn exhaustive(writer: &Hashed, longest: usize) -> Vec<Hypothesis> {
    let mut all = Vec::new();
    let mut open = vec![(vec![], vec![0], 0.0)];
    for _ in 0..longest {
        for (ids, state, p) in std::mem::take(&mut open) {
            let last = ids.last().copied().unwrap_or(START);
            let (next, log_p) = writer.step(&[last], &state);
            for id in END..log_p.ncols() {
                let (p, mut ids) = (p + log_p[[0, id]], ids.clone());
                if id == END {
                    all.push(Hypothesis { ids, log_p: p, ended: true });
                } else {
                    ids.push(id);
                    open.push((ids, next.clone(), p));
                }
            }
        }
    }
    all
}

#[test]
fn a_wide_beam_finds_what_trying_everything_finds() {
    for seed in 0..40 {
        let writer = Hashed { seed, tokens: 2 };
        for power in [0.0, 0.5, 1.0] {
            let mut all = exhaustive(&writer, 4);
            all.sort_by(|a, b| b.score(power).total_cmp(&a.score(power)));
            let beam = Beam { width: 16, longest: 4, power };
            let found = beam.search(&writer, vec![0]);
            assert!(found.len() >= 5, "{} found", found.len());
            for (found, right) in found.iter().zip(&all).take(5) {
                assert_eq!(found.ids, right.ids, "seed {seed}, power {power}");
                assert!((found.log_p - right.log_p).abs() < 1e-12);
            }
        }
    }
}

/// A writer that counts its steps.
struct Counted {
    writer: Hashed,
    steps: std::cell::Cell<usize>,
}

impl Writer for Counted {
    type State = Vec<u64>;

    fn step(&self, last: &[usize], state: &Vec<u64>) -> (Vec<u64>, Array2<Real>) {
        self.steps.set(self.steps.get() + 1);
        self.writer.step(last, state)
    }

    fn select(&self, state: &Vec<u64>, rows: &[usize]) -> Vec<u64> {
        self.writer.select(state, rows)
    }
}

/// With one letter nothing is ever dropped from the beam, so only a stop that comes too
/// early could miss one of the best.
#[test]
fn stopping_early_changes_nothing() {
    let (width, longest) = (3, 12);
    let mut stopped = 0;
    for seed in 0..100 {
        for power in [0.0, 0.5, 1.0] {
            let writer = Hashed { seed, tokens: 1 };
            let mut all = exhaustive(&writer, longest);
            all.sort_by(|a, b| b.score(power).total_cmp(&a.score(power)));
            let writer = Counted { writer, steps: std::cell::Cell::new(0) };
            let found = Beam { width, longest, power }.search(&writer, vec![0]);
            assert_eq!(found.len(), width);
            for (found, right) in found.iter().zip(&all) {
                assert_eq!(found.ids, right.ids, "seed {seed}, power {power}");
                assert!((found.log_p - right.log_p).abs() < 1e-12);
            }
            stopped += usize::from(writer.steps.get() < longest);
        }
    }
    assert!(stopped > 50, "{stopped} of 300 searches have stopped early");
}

#[test]
fn a_wider_beam_is_not_always_better_but_exact_when_wide_enough() {
    let best = |seed: u64, width: usize| {
        let beam = Beam { width, longest: 6, power: 0.0 };
        beam.search(&Hashed { seed, tokens: 3 }, vec![0])[0].log_p
    };
    let wins = (0..200).filter(|&seed| best(seed, 729) > best(seed, 1) + 1e-9).count();
    assert!(wins > 20, "greedy is beaten {wins} times of 200");
    assert!((0..200).all(|seed| best(seed, 729) >= best(seed, 3) - 1e-12));
}
