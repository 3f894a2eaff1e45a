//! Chapter 9: the tied model and the adaptive softmax against central differences in
//! f64; n-grams, decoders and the grammar against what can be worked out by hand.

use ndarray::{Array2, Axis, s};
use proptest::{prelude::*, test_runner::RngSeed};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64 as book;

use book::{
    Real, Rng,
    adaptive::Adaptive,
    decoding::{
        Counting, Decoder, Predictor, beam, distinct, draw, entropy, penalise, softmax,
        temper, top_k, top_p,
    },
    dropout::Dropout,
    gradcheck::gradient_check,
    grammar::{Grammar, LITTLE},
    gru::Gru,
    init,
    layer::Layer,
    lstm::Lstm,
    next_token::NextToken,
    ngram::{NGram, Smoothing},
    parallel::Workers,
    parameters::Parameters,
    saved::{Cell, Level, Setter, Shape},
    stacked::Stacked,
    stream::Parts,
    suggest::{keys, suggestions},
    text::Window,
    vocabulary::Vocabulary,
};

const EPSILON: Real = 1e-5;
const BOUND: Real = 1e-7;

fn assert_checks<M: Parameters>(model: &M, grad: &M, loss: impl Fn(&M) -> Real) {
    for check in gradient_check(model, grad, EPSILON, loss) {
        let small = (check.analytic - check.numeric).abs() < 1e-10;
        assert!(check.error < BOUND || small, "{check:?}");
    }
}

fn ids(steps: usize, batch: usize, vocabulary: usize, rng: &mut Rng) -> Array2<usize> {
    Array2::from_shape_simple_fn((steps, batch), || rng.random_range(0..vocabulary))
}

/// Dropout is drawn anew from a seed, so that the same masks fall at every call.
fn check_model<C: Cell>(tied: bool, layers: usize, dropout: Real, seed: u64) {
    let rng = &mut Rng::seed_from_u64(seed);
    let (steps, batch, v, h) = (4, 3, 5, 3);
    let shape = Shape {
        level: Level::Word,
        cell: C::NAME.into(),
        embedding: if tied { h } else { 2 },
        hidden: h,
        layers,
        tied,
        dropout,
    };
    let model: NextToken<Stacked<C>> = shape.random(v, rng);
    let window = Window { x: ids(steps, batch, v, rng), y: ids(steps, batch, v, rng) };
    for threads in [1, 2] {
        let mut grad = model.zeros_like();
        let pass = |model: &NextToken<Stacked<C>>, grad: &mut NextToken<Stacked<C>>| {
            let mut workers = Workers::new(model, threads);
            let mut rng = Rng::seed_from_u64(7);
            let start = model.layer.start(batch);
            model.loss_and_gradient(&window, &start, &mut rng, &mut workers, grad).0
        };
        let loss = pass(&model, &mut grad);
        assert_checks(&model, &grad, |model| pass(model, &mut model.zeros_like()));
        if dropout == 0.0 {
            let plain = model.loss(&window, &model.layer.start(batch)).0;
            assert!((loss - plain).abs() < 1e-12);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 8, rng_seed: RngSeed::Fixed(1), failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_gradient_of_both_readers_of_one_matrix(seed: u64, layers in 1_usize..3) {
        check_model::<Lstm>(true, layers, 0.4, seed);
        check_model::<Lstm>(false, layers, 0.0, seed);
        check_model::<Gru>(true, layers, 0.0, seed);
    }

    #[test]
    fn the_adaptive_softmax(seed: u64, n in 1_usize..6) {
        let rng = &mut Rng::seed_from_u64(seed);
        let model = Adaptive::new(3, &[2, 4, 7], rng);
        let h = init::normal(n, 3, 1.0, rng);
        let targets: Vec<usize> = (0..n).map(|_| rng.random_range(0..7)).collect();
        let mut grad = model.zeros_like();
        let (loss, d_h) = model.loss_and_gradient(h.view(), &targets, &mut grad);
        let at = |model: &Adaptive, h: &Array2<Real>| {
            model.loss_and_gradient(h.view(), &targets, &mut model.zeros_like()).0
        };
        assert_checks(&model, &grad, |model| at(model, &h));
        for (k, &d) in d_h.indexed_iter() {
            let mut moved = h.clone();
            moved[k] += EPSILON;
            let above = at(&model, &moved);
            moved[k] -= 2.0 * EPSILON;
            let numeric = (above - at(&model, &moved)) / (2.0 * EPSILON);
            prop_assert!((numeric - d).abs() < 1e-8, "{numeric} for {d}");
        }
        // The same loss from the whole distribution, which sums to 1
        let log_p = model.log_probabilities(h.view());
        for row in log_p.outer_iter() {
            prop_assert!((row.mapv(Real::exp).sum() - 1.0).abs() < 1e-12);
        }
        let picked = targets.iter().enumerate().map(|(k, &y)| -log_p[[k, y]]);
        prop_assert!((picked.sum::<Real>() / n as Real - loss).abs() < 1e-12);
    }

    #[test]
    fn n_grams_sum_to_one_after_every_context(
        seed: u64, v in 2_usize..6, length in 0_usize..60, order in 1_usize..5,
    ) {
        let rng = &mut Rng::seed_from_u64(seed);
        let tokens: Vec<usize> = (0..length).map(|_| rng.random_range(0..v)).collect();
        for model in
            [NGram::witten_bell(&tokens, v, order), NGram::kneser_ney(&tokens, v, order)]
        {
            for _ in 0..20 {
                let context = rng.random_range(0..5);
                let context: Vec<usize> =
                    (0..context).map(|_| rng.random_range(0..v)).collect();
                let p = model.distribution(&context);
                prop_assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-9);
                prop_assert!(p.iter().all(|&p| p > 0.0));
            }
        }
    }

    #[test]
    fn decoders_leave_distributions(seed: u64, v in 2_usize..9, k in 1_usize..9, p in 0.05..1.0) {
        let rng = &mut Rng::seed_from_u64(seed);
        let scores: Vec<Real> = (0..v).map(|_| rng.random_range(-3.0..3.0)).collect();
        let plain = softmax(&scores);
        let mut few = scores.clone();
        top_k(&mut few, k);
        let few = softmax(&few);
        prop_assert_eq!(few.iter().filter(|&&p| p > 0.0).count(), k.min(v));
        prop_assert!((few.iter().sum::<Real>() - 1.0).abs() < 1e-12);

        let mut nucleus = scores.clone();
        top_p(&mut nucleus, p);
        let left: Vec<usize> =
            (0..v).filter(|&id| nucleus[id] > Real::NEG_INFINITY).collect();
        let mass: Real = left.iter().map(|&id| plain[id]).sum();
        prop_assert!(mass >= p - 1e-12);
        // Without its least member it would be too small
        let least = left.iter().map(|&id| plain[id]).fold(1.0, Real::min);
        prop_assert!(mass - least < p);
        // What is inside keeps its proportions
        let inside = softmax(&nucleus);
        for &id in &left {
            prop_assert!((inside[id] - plain[id] / mass).abs() < 1e-12);
        }

        let mut warm = scores.clone();
        temper(&mut warm, 2.0);
        prop_assert!(entropy(&softmax(&warm)) >= entropy(&plain) - 1e-12);
        let mut tired = scores.clone();
        penalise(&mut tired, &[0, 0], 1.5);
        prop_assert!(softmax(&tired)[0] <= plain[0] + 1e-12);
    }
}

#[test]
fn a_pencil_agrees_with_kneser_and_ney() {
    // a b a c a b: the pairs ab ab ba ac ca
    let (a, b, c) = (0, 1, 2);
    let tokens = [a, b, a, c, a, b];
    let d = vec![[0.5; 3]; 2];
    let model = NGram::kneser_ney(&tokens, 3, 2).with_discounts(d);
    // Continuation counts: a after b and c, b after a, c after a. Four in all.
    let lower = |n: f64| (n - 0.5) / 4.0 + 0.5 * 3.0 / 4.0 / 3.0;
    // After a: b twice, c once
    let rest = 0.5 * 2.0 / 3.0;
    let p = |w| model.probability(&[a], w);
    assert!((p(b) - (1.5 / 3.0 + rest * lower(1.0))).abs() < 1e-12);
    assert!((p(c) - (0.5 / 3.0 + rest * lower(1.0))).abs() < 1e-12);
    assert!((p(a) - rest * lower(2.0)).abs() < 1e-12);
    // An unseen context falls back
    let unseen = NGram::kneser_ney(&[a, b], 3, 3);
    assert_eq!(unseen.probability(&[c, c], a), unseen.probability(&[], a));
}

#[test]
fn tuning_never_makes_the_dev_part_worse() {
    let rng = &mut Rng::seed_from_u64(3);
    let grammar = Grammar::parse(LITTLE).unwrap();
    let mut draw = |n: usize| -> Vec<usize> {
        (0..n).flat_map(|_| grammar.sentence(rng).0).collect()
    };
    let (train, dev) = (draw(200), draw(50));
    let mut model = NGram::kneser_ney(&train, grammar.words().len(), 3);
    let before = model.loss(&dev);
    model.tune(&dev);
    assert!(model.loss(&dev) <= before);
    let Smoothing::KneserNey(d) = model.smoothing() else { panic!() };
    assert!(d.iter().flatten().all(|d| (0.0..=3.0).contains(d)));
}

#[test]
fn draws_follow_the_distribution() {
    let rng = &mut Rng::seed_from_u64(1);
    let scores = [1.0, 0.0, -1.0, 2.0, Real::NEG_INFINITY];
    let decoders = [
        Decoder::default(),
        Decoder { temperature: 0.5, ..Decoder::default() },
        Decoder { top_k: Some(2), ..Decoder::default() },
        Decoder { top_p: Some(0.8), ..Decoder::default() },
        Decoder { penalty: 1.5, ..Decoder::default() },
        Decoder { forbidden: vec![3], ..Decoder::default() },
        Decoder { temperature: 0.0, ..Decoder::default() },
    ];
    for decoder in decoders {
        let p = decoder.distribution(&scores, &[3]);
        let mut counts = [0.0; 5];
        const N: usize = 20_000;
        (0..N).for_each(|_| counts[decoder.choose(&scores, &[3], rng)] += 1.0);
        for (count, p) in counts.iter().zip(&p) {
            let deviation = (p * (1.0 - p) / N as Real).sqrt();
            let off = (count / N as Real - p).abs();
            assert!(off <= 4.5 * deviation, "{decoder:?}: {off}");
        }
    }
    assert_eq!(draw(&[0.0, 1.0 - 1e-12, 0.0], rng), 1);
}

/// Two steps of a tree: the best first step is not the first step of the best path.
#[derive(Clone)]
struct Tree(Vec<usize>);

impl Predictor for Tree {
    fn read(&mut self, id: usize) {
        self.0.push(id);
    }

    fn scores(&self) -> Vec<Real> {
        let p: [Real; 2] = match self.0[..] {
            [] => [0.6, 0.4],
            [0] => [0.55, 0.45],
            _ => [0.9, 0.1],
        };
        p.iter().map(|p| p.ln()).collect()
    }
}

#[test]
fn a_beam_finds_what_greed_misses() {
    let greedy = beam(&Tree(vec![]), 2, 1, &[]);
    assert_eq!(greedy[0].0, [0, 0]);
    let wide = beam(&Tree(vec![]), 2, 2, &[]);
    assert_eq!(wide[0].0, [1, 0]);
    assert!((wide[0].1 - (0.4 as Real * 0.9).ln()).abs() < 1e-12);
    // What is forbidden is never returned, however wide the beam
    assert_eq!(beam(&Tree(vec![]), 2, 4, &[0]), [(vec![1, 1], 0.0)]);
}

#[test]
fn scores_of_few_rows_are_those_of_many() {
    let rng = &mut Rng::seed_from_u64(4);
    let shape = Shape {
        level: Level::Word,
        cell: Lstm::NAME.into(),
        embedding: 3,
        hidden: 3,
        layers: 1,
        tied: true,
        dropout: 0.0,
    };
    let model = shape.random::<Lstm>(7, rng);
    let h = Array2::from_shape_simple_fn((6, 3), || rng.random_range(-1.0..1.0));
    let all = model.scores(h.view());
    for rows in 1..6 {
        let few = model.scores(h.slice(s![..rows, ..]));
        for (few, all) in few.axis_iter(Axis(0)).zip(all.axis_iter(Axis(0))) {
            assert!(few.iter().zip(all).all(|(a, b)| (a - b).abs() < 1e-12));
        }
    }
}

#[test]
fn the_least_probability_leaves_the_entropy_finite() {
    assert_eq!(entropy(&[1.0, 0.0]), 0.0);
    assert!(entropy(&[1.0, Real::MIN_POSITIVE / 1e3]).abs() < 1e-12);
}

#[test]
fn distinct_counts_different_pairs() {
    assert_eq!(distinct(&[1, 2, 1, 2, 1], 2), 0.5);
    assert_eq!(distinct(&[1], 2), 1.0);
}

#[test]
fn the_grammar_is_what_it_says() {
    // S becomes a S with 1/4 and a with 3/4: lengths are geometric
    let geometric = Grammar::parse("S = 1 a S | 3 a").unwrap();
    let (entropy, length) = geometric.expectations().unwrap();
    let p: f64 = 0.25;
    let choice = -(p * p.ln() + (1.0 - p) * (1.0 - p).ln());
    assert!((length - 1.0 / 0.75).abs() < 1e-12);
    assert!((entropy - choice / 0.75).abs() < 1e-12);
    for endless in ["S = 3 S S | 1 a", "S = 1 a A\nA = 1 A A", "S = 1 S"] {
        assert!(Grammar::parse(endless).unwrap().expectations().is_err(), "{endless}");
    }
    for (text, what) in [("", "no rules"), ("S a", "="), ("S = x", "weight")] {
        let error = Grammar::parse(text).unwrap_err();
        assert!(error.contains(what), "{error}");
    }

    let grammar = Grammar::parse(LITTLE).unwrap();
    let (entropy, length) = grammar.expectations().unwrap();
    let rng = &mut Rng::seed_from_u64(1);
    let (mut sum, mut words) = (0.0, 0);
    const N: usize = 20_000;
    for _ in 0..N {
        let (sentence, log_p) = grammar.sentence(rng);
        sum -= log_p;
        words += sentence.len();
    }
    assert!((sum / N as f64 / entropy - 1.0).abs() < 0.02);
    assert!((words as f64 / N as f64 / length - 1.0).abs() < 0.02);
}

#[test]
fn no_sentence_of_the_little_language_has_two_derivations() {
    let grammar = Grammar::parse(LITTLE).unwrap();
    let rng = &mut Rng::seed_from_u64(2);
    for _ in 0..300 {
        let (sentence, log_p) = grammar.sentence(rng);
        let ways = grammar.derivations(&sentence);
        assert_eq!(ways.len(), 1, "{sentence:?}");
        assert!((ways[0] - log_p).abs() < 1e-9);
    }
}

#[test]
fn parts_follow_each_other_and_leave_nothing_out() {
    for text in ["", "a", "ein Wort", &"zwölf Wörter und ein Fluß ".repeat(30)] {
        let parts = Parts::of(text);
        assert_eq!([parts.train, parts.dev, parts.test].concat(), text);
    }
    let (text, long) = ("word ".repeat(100), "字".repeat(1000));
    let parts = Parts::of(&long);
    assert_eq!([parts.train, parts.dev].map(|part| part.chars().count()), [800, 100]);
    let parts = Parts::of(&text);
    assert_eq!((parts.train.len(), parts.dev.len(), parts.test.len()), (404, 50, 46));
}

#[test]
fn a_setter_puts_spaces_and_capitals_back() {
    let text = "\"yes,\" i said. the end (of it).";
    let vocabulary = Level::Word.vocabulary(text, 1);
    let mut setter = Setter::new(Level::Word);
    let ids = Level::Word.encode(&vocabulary, text);
    let set: String = ids.iter().map(|&id| setter.set(&vocabulary, id)).collect();
    assert_eq!(set, "\"Yes,\" I said. The end (of it).");
}

#[test]
fn suggestions_fit_what_is_typed() {
    let words = ["state", "step", "steps", "the", "."];
    let vocabulary = Vocabulary::of(words, 1, None);
    let mut scores = vec![0.0; vocabulary.size()];
    scores[vocabulary.id("step")] = 2.0;
    scores[vocabulary.id("steps")] = 1.0;
    scores[vocabulary.id(".")] = 9.0;
    let named = |typed, n| -> Vec<&str> {
        let ids = suggestions(&scores, &vocabulary, typed, n);
        ids.into_iter().map(|id| vocabulary.token(id)).collect()
    };
    assert_eq!(named("st", 2), ["step", "steps"]);
    assert_eq!(named("sta", 2), ["state"]);
    assert_eq!(named("x", 2), [""; 0]);
    assert_eq!(keys(&scores, &vocabulary, "step", 1), 1);
    assert_eq!(keys(&scores, &vocabulary, "state", 1), 4); // sta, then the choice
    assert_eq!(keys(&scores, &vocabulary, "steps", 1), 6); // never first: typed
    assert_eq!(keys(&scores, &vocabulary, "unknown", 3), 8);
}

#[test]
fn a_reading_n_gram_gives_the_same_as_asking_it() {
    let tokens = [0, 1, 2, 0, 1, 3, 0, 1, 2];
    let model = NGram::kneser_ney(&tokens, 4, 3);
    let mut reading = Counting::new(&model);
    for t in 0..tokens.len() {
        let asked = model.probability(&tokens[..t], 2);
        assert!((reading.scores()[2].exp() - asked).abs() < 1e-12);
        reading.read(tokens[t]);
    }
}

#[test]
fn a_bias_from_the_counts_has_nothing_to_learn_while_the_outputs_are_zero() {
    let rng = &mut Rng::seed_from_u64(6);
    let layer = Stacked::new(vec![Lstm::new(4, 4, rng)], Dropout::new(0.0));
    let mut model = NextToken::new(5, layer, false, Dropout::new(0.0), rng);
    model.out.as_mut().expect("rows of its own").fill(0.0);
    // No 4 among them
    let (x, y) = (ids(6, 3, 4, rng), ids(6, 3, 4, rng));
    let counted: Vec<usize> = y.iter().copied().collect();
    let state = model.layer.start(3);
    let mut steepest = |model: &NextToken<Stacked<Lstm>>| {
        let (mut grad, mut workers) = (model.zeros_like(), Workers::new(model, 1));
        let window = Window { x: x.clone(), y: y.clone() };
        model.loss_and_gradient(&window, &state, rng, &mut workers, &mut grad);
        grad.b.fold(0.0, |most: Real, g| most.max(g.abs()))
    };
    assert!(steepest(&model) > 0.1);
    model.start_from_counts(&counted);
    // Half a token of the 18 is given to the one that does not occur
    assert!(steepest(&model) < 0.5 / 18.0);
    assert!((model.b[4].exp() - 0.5 / 18.0).abs() < 1e-12);
}

#[test]
fn losses_are_those_of_one_long_window() {
    let rng = &mut Rng::seed_from_u64(5);
    let layer = Stacked::new(vec![Lstm::new(4, 4, rng)], Dropout::new(0.5));
    let model = NextToken::new(6, layer, true, Dropout::new(0.5), rng);
    let tokens: Vec<usize> = (0..300).map(|_| rng.random_range(0..6)).collect();
    let losses = model.losses(&tokens);
    assert_eq!(losses.len(), 299);
    let column =
        |from: usize| Array2::from_shape_fn((299, 1), |(t, _)| tokens[from + t]);
    let window = Window { x: column(0), y: column(1) };
    let (mean, _) = model.loss(&window, &model.layer.start(1));
    assert!((losses.iter().sum::<Real>() / 299.0 - mean).abs() < 1e-10);
}
